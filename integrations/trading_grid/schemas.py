"""What the grid tells about companies and communities, read tolerantly and in our names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import BadPayload
from integrations.payloads import text

_CODE = re.compile(r"[A-Za-z]{2}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_GLN = re.compile(r"\d{13}")

PARTNER_KINDS = {"SUPPLIER", "DISTRIBUTOR", "RETAILER", "AGENCY"}
PARTNER_STATES = {"INVITED", "ACTIVE", "SUSPENDED", "TERMINATED"}
COMMUNITY_KINDS = {"PROGRAM", "REGIONAL", "CAMPAIGN", "ONBOARDING"}


@dataclass(frozen=True)
class Company:
    """A company of the partner directory; words are the portal's."""

    id: str
    name: str
    kind: str
    status: str
    gln: str
    language: str
    regions: list[str]
    markets: list[str]
    languages: list[str]


@dataclass(frozen=True)
class Group:
    """A community; ``member_count`` is ``None`` when the grid does not tell."""

    id: str
    name: str
    kind: str
    status: str
    regions: list[str]
    languages: list[str]
    member_count: int | None


def company(data: Mapping[str, Any]) -> Company:
    """
    Read one entry of the partner directory. Its fields are not documented; missing ones get a careful default.

    :raises BadPayload: no id or no name, or a status we do not know: it decides who may see anything
    """
    status = _word(data.get("status")) or "ACTIVE"
    if status not in PARTNER_STATES:
        raise BadPayload(f"A company has the status {status[:40]!r}, which we do not know.")
    kind = _word(data.get("kind"))
    languages = _languages(data.get("languages"))
    preferred = _languages([data.get("preferredLanguage")])
    gln = text(data.get("gln"))
    return Company(
        id=_required(data, "partnerCompanyId", "A company has no id."),
        name=_required(data, "name", "A company has no name."),
        kind=kind.lower() if kind in PARTNER_KINDS else "retailer",
        status=status.lower(),
        gln=gln if _GLN.fullmatch(gln) else "",
        language=(preferred or languages or ["en"])[0],
        regions=_words(data.get("regions")),
        markets=[word.upper() for word in _words(data.get("targetMarkets")) if _CODE.fullmatch(word)],
        languages=languages,
    )


def group(data: Mapping[str, Any]) -> Group:
    """
    Read one community.

    :raises BadPayload: no id or no name, or a status we do not know
    """
    status = _word(data.get("status")) or "ACTIVE"
    if status not in {"ACTIVE", "CLOSED"}:
        raise BadPayload(f"A community has the status {status[:40]!r}, which we do not know.")
    kind = _word(data.get("kind"))
    count = data.get("memberCount")
    return Group(
        id=_required(data, "communityId", "A community has no id."),
        name=_required(data, "name", "A community has no name."),
        kind=kind.lower() if kind in COMMUNITY_KINDS else "program",
        status=status.lower(),
        regions=_words(data.get("regions")),
        languages=_languages(data.get("languages")),
        member_count=count if isinstance(count, int) and not isinstance(count, bool) else None,
    )


def active_member(data: Mapping[str, Any]) -> str | None:
    """
    Return the company of an active membership, ``None`` for one that gives no rights.

    :raises BadPayload: it names no company
    """
    company_id = _required(data, "partnerCompanyId", "A member has no company.")
    return company_id if (_word(data.get("status")) or "ACTIVE") == "ACTIVE" else None


def _required(data: Mapping[str, Any], name: str, sentence: str) -> str:
    value = data.get(name)
    value = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value).strip()
    if not value:
        raise BadPayload(sentence)
    return value[:200]


def _word(value: Any) -> str:
    return text(value).strip().upper()


def _words(value: Any) -> list[str]:
    entries = value if isinstance(value, list) else []
    return list(dict.fromkeys(word for entry in entries if (word := text(entry).strip()[:40])))


def _languages(value: Any) -> list[str]:
    found = []
    for word in _words(value):
        if _LANGUAGE.fullmatch(word) and len(word) <= 12:
            first, *rest = word.split("-")
            found.append(
                "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])
            )
    return found
