"""Whom a post is for: the active members of its community that its audience names."""

from typing import Any

from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.workspace.checks import LANGUAGE, Checker

# A field of the audience -> the field of a member that must share a word with it.
SHARED = {"regions": "regions", "languages": "languages", "segments": "segments"}


def check_audience(check: Checker, grid: Grid, community_id: str) -> dict[str, list[str]]:
    """
    Return the audience with every list present; an empty list does not narrow it.

    Companies that are no members are wrong; a suspended member is right and gets nothing.
    """
    audience = check.object("audience")
    companies = audience.texts("partnerCompanyIds")
    strangers = [company for company in companies if not grid.member(community_id, company)]
    if strangers:
        audience.fail("partnerCompanyIds", f"not a member of this community: {', '.join(strangers)}")
    return {
        "partnerCompanyIds": companies,
        "regions": audience.texts("regions"),
        "languages": audience.texts("languages", LANGUAGE, "must be BCP 47 languages"),
        "segments": audience.texts("segments"),
    }


def recipients(grid: Grid, community_id: str, audience: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The members a post reaches, in the order they joined."""
    members = [member.body for member in grid.store.all("member", community_id)]
    return [member for member in members if is_for(member, audience)]


def is_for(member: dict[str, Any], audience: dict[str, list[str]]) -> bool:
    if member["status"] != "ACTIVE":
        return False
    companies = audience["partnerCompanyIds"]
    if companies and member["partnerCompanyId"] not in companies:
        return False
    return all(
        not audience[wanted] or set(audience[wanted]) & set(member[field]) for wanted, field in SHARED.items()
    )
