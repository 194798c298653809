"""Fills an empty grid with the partners of ``integrations.sandbox.seed.partners``."""

from datetime import datetime
from json import dumps
from typing import Any

from integrations.sandbox.credentials import TradingGridKeys
from integrations.sandbox.seed import partners as seed
from integrations.sandbox.trading_grid.store import Store


def fill(store: Store, keys: TradingGridKeys, *, now: datetime) -> None:
    """Store the hub, its users, the partners with their contacts, the communities and their members."""
    hub = {name: value for name, value in seed.HUB.items() if name != "users"}
    store.add("company", keys.company_id, {"companyId": keys.company_id, **hub}, now=now)
    service, *people = seed.HUB["users"]
    for user in ({"userId": keys.user_id, "loginId": keys.login_id, **service}, *people):
        add_user(store, keys.company_id, {"email": user["loginId"], **user})

    for partner in seed.PARTNERS:
        body = {name: value for name, value in partner.items() if name != "contacts"}
        store.add("partner", partner["partnerCompanyId"], body, now=now)
        for contact in partner["contacts"]:
            add_user(store, partner["partnerCompanyId"], contact)

    for community in seed.COMMUNITIES:
        store.add("community", community["communityId"], dict(community), now=now)
    by_id = {partner["partnerCompanyId"]: partner for partner in seed.PARTNERS}
    for community_id, partner_id, role, status in seed.MEMBERSHIPS:
        add_member(store, community_id, by_id[partner_id], role=role, status=status, now=now)


def add_member(
    store: Store, community_id: str, partner: dict[str, Any], *, role: str, status: str, now: datetime
) -> dict[str, Any]:
    """Make a partner a member of a community and return the membership as the API shows it."""
    body = {
        "partnerCompanyId": partner["partnerCompanyId"],
        "name": partner["name"],
        "kind": partner["kind"],
        "role": role,
        "languages": partner["languages"],
        "regions": partner["regions"],
        "segments": partner["segments"],
        "status": status,
    }
    return store.add(
        "member", f"{community_id}/{partner['partnerCompanyId']}", body, now=now, parent=community_id
    ).body


def add_user(store: Store, company_id: str, user: dict[str, Any]) -> None:
    """Store a user of the hub or of a partner; ``userId`` and ``loginId`` are taken from the body."""
    with store.write() as connection:
        connection.execute(
            "INSERT INTO users VALUES (?, ?, ?, ?)",
            (user["userId"], user["loginId"], company_id, dumps(user, ensure_ascii=False)),
        )
