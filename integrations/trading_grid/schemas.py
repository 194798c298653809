"""What the grid tells about companies and communities, read tolerantly and in our names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import BadPayload
from integrations.payloads import text
from integrations.trading_grid.reading import (
    identity,
    is_address,
    language,
    languages,
    member,
    number,
    objects,
    prose,
    required,
    word,
    words,
)

_CODE = re.compile(r"[A-Za-z]{2}")
_GLN = re.compile(r"\d{13}")

PARTNER_KINDS = {"SUPPLIER", "DISTRIBUTOR", "RETAILER", "AGENCY"}
PARTNER_STATES = {"INVITED", "ACTIVE", "SUSPENDED", "TERMINATED"}
TOPICS = ("posts", "issues", "tasks", "changes")
COMMUNITY_KINDS = {"PROGRAM", "REGIONAL", "CAMPAIGN", "ONBOARDING"}


@dataclass(frozen=True)
class Company:
    """A company of the partner directory; words are the portal's. ``contacts`` is ``None`` where none are told."""

    id: str
    name: str
    kind: str
    status: str
    gln: str
    language: str
    regions: list[str]
    markets: list[str]
    languages: list[str]
    contacts: list["Person"] | None


@dataclass(frozen=True)
class Person:
    """
    A user of the hub or a contact of a partner.

    ``id``     stays for ever; ``login`` may be changed by its owner at any time
    ``wants``  what it wants to hear of: ``posts``, ``issues``, ``tasks``, ``changes``; all where nothing is said
    """

    id: str
    login: str
    email: str
    name: str
    language: str
    functions: list[str]
    wants: list[str]


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
    status = word(data.get("status")) or "ACTIVE"
    if status not in PARTNER_STATES:
        raise BadPayload(f"A company has the status {status[:40]!r}, which we do not know.")
    kind = word(data.get("kind"))
    spoken = languages(data.get("languages"))
    gln = text(data.get("gln"))
    return Company(
        id=required(data, "partnerCompanyId", "A company has no id."),
        name=required(data, "name", "A company has no name."),
        kind=kind.lower() if kind in PARTNER_KINDS else "retailer",
        status=status.lower(),
        gln=gln if _GLN.fullmatch(gln) else "",
        language=language(data.get("preferredLanguage")) or next(iter(spoken), "en"),
        regions=words(data.get("regions")),
        markets=[code.upper() for code in words(data.get("targetMarkets")) if _CODE.fullmatch(code)],
        languages=spoken,
        contacts=contacts(data.get("contacts")),
    )


def group(data: Mapping[str, Any]) -> Group:
    """
    Read one community.

    :raises BadPayload: no id or no name, or a status we do not know
    """
    status = word(data.get("status")) or "ACTIVE"
    if status not in {"ACTIVE", "CLOSED"}:
        raise BadPayload(f"A community has the status {status[:40]!r}, which we do not know.")
    kind = word(data.get("kind"))
    return Group(
        id=required(data, "communityId", "A community has no id."),
        name=required(data, "name", "A community has no name."),
        kind=kind.lower() if kind in COMMUNITY_KINDS else "program",
        status=status.lower(),
        regions=words(data.get("regions")),
        languages=languages(data.get("languages")),
        member_count=number(data.get("memberCount")),
    )


def person(data: Mapping[str, Any]) -> Person:
    """
    Read a user.

    :raises BadPayload: it has no id: the login may change, so nothing else names it

    Source: "Community Management" documents ``userId``, ``loginId``, ``email``, ``firstName`` and ``lastName``;
    ``functions`` and ``notify`` are our contract's.
    """
    found = required(data, "userId", "A user has no id.")
    address = prose(data.get("email"), 254) or prose(member(data, "contactInformation").get("email"), 254)
    said = member(data, "notify")
    names = (prose(data.get("firstName"), 100), prose(data.get("lastName"), 100))
    return Person(
        id=found,
        login=identity(data.get("loginId")),
        email=address if is_address(address) else "",
        name=" ".join(filter(None, names)),
        language=language(data.get("preferredLanguage")),
        functions=words(data.get("functions")),
        wants=[topic for topic in TOPICS if said.get(topic) is not False],
    )


def contacts(value: Any) -> list[Person] | None:
    """
    Return the contacts of a company, ``None`` where the tenant does not tell them.

    Those without an id cannot be followed and are passed over.
    """
    if not isinstance(value, list):
        return None
    return [person(entry) for entry in objects(value) if identity(entry.get("userId"))]


def active_member(data: Mapping[str, Any]) -> str | None:
    """
    Return the company of an active membership, ``None`` for one that gives no rights.

    :raises BadPayload: it names no company
    """
    company_id = required(data, "partnerCompanyId", "A member has no company.")
    return company_id if (word(data.get("status")) or "ACTIVE") == "ACTIVE" else None
