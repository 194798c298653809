"""
Companies, communities and who is in which: read in parts that are of use by themselves, applied as they come.

No part puts out what it lacks: a company or a community that a list does not tell stays as it was, and only a
community's own list of members, when all of it came, ends a membership. So a list that was cut short, or moved while it
was read, costs one reading.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connection as database
from django.db import transaction

from integrations.errors import BadPayload, Refused
from integrations.models import Connection, ExternalReference
from integrations.trading_grid import calls, client, community_management, followed, schemas
from integrations.trading_grid.calls import Missing
from integrations.trading_grid.config import Account
from integrations.trading_grid.reading import number
from integrations.trading_grid.schemas import Company, Group, Person
from portal.partners import selectors as partners_read
from portal.partners import services as partners
from portal.partners.models import Community
from portal.releases import services as releases

COMMUNITY, PARTNER = "portal.community", "portal.partner"
#: The hub has no row in the portal; its reference stands for the connection itself.
HUB = "integrations.connection"
#: Seconds that reading one part waits for the rate: put off in its middle, it would begin anew.
PATIENCE_SECONDS = 30.0

T = TypeVar("T")


@dataclass(frozen=True)
class Told(Generic[T]):
    """One page of a list: its rows as far as they can be used, what cannot for staff, and where to go on."""

    rows: list[T]
    notes: list[str]
    next: str | None


@dataclass(frozen=True)
class Members:
    """
    Who is in a community.

    ``companies``  the grid's ids of those with an active membership, ``None`` when the list cannot be trusted
    ``note``       why not, for staff
    """

    companies: list[str] | None
    note: str = ""


# -- Reading: no database here -----------------------------------------------------------------------------------------
def companies_page(account: Account, *, following: str | None) -> Told[Company]:
    """
    Read one page of the partner directory.

    :param following: what the last page returned, ``None`` for the beginning
    :raises DeliveryError: it could not be read
    """
    return _told(account, "partnerDirectory", schemas.company, following)


def groups_page(account: Account, *, following: str | None) -> Told[Group]:
    """Read one page of the communities; otherwise as ``companies_page``."""
    return _told(account, "communities", schemas.group, following)


def _told(
    account: Account, endpoint: str, read: Callable[[Mapping[str, Any]], T], following: str | None
) -> Told[T]:
    data, after = calls.page(account, endpoint, {}, following=following)
    rows, notes = [], []
    for each in data:
        try:
            rows.append(read(each))
        except BadPayload as error:
            notes.append(str(error))
    return Told(rows, notes, after)


def members(account: Account, group: str, *, count: int | None, name: str = "") -> Members:
    """
    Read who is in a community.

    :param group: its id
    :param count: how many members it says it has, ``None`` when it does not tell
    :param name: what staff call it
    :raises DeliveryError: the list could not be read
    """
    rows = list(client.members(account, group))
    if count is not None and len(rows) != count:
        # Somebody may have come or gone since the community was read. Otherwise a page was cut short.
        now = _count_now(account, group)
        if len(rows) != now:
            said = f"{name or group}: {len(rows)} of {count if now is None else now} members came;"
            return Members(None, f"{said} the members were left as they are.")
    try:
        found = [schemas.active_member(row) for row in rows]
    except BadPayload as error:
        return Members(None, f"{name or group}: {error} The members were left as they are.")
    return Members([company for company in found if company])


def members_now(account: Account, group: str) -> Members:
    """
    Read who is in a community of which nothing was read before.

    One that is gone, or that the tenant cannot be asked about by itself, is not to be trusted.

    :raises DeliveryError: as ``members``
    """
    if not account.options.paths.get("community"):
        return Members(None, f"{group} cannot be read by itself.")
    try:
        return members(account, group, count=_count_now(account, group))
    except Missing:
        return Members(None, f"{group} is not there any more.")


def _count_now(account: Account, group: str) -> int | None:
    if not account.options.paths.get("community"):
        return None
    return number(calls.thing(client.community(account, group)).get("memberCount"))


def users(account: Account) -> tuple[list[Person] | None, str]:
    """
    Read the hub's users; what hangs on them is an audit trail, so nothing waits for them.

    :returns: the users, ``None`` when they are not to be had, and why not, for staff
    """
    if not account.options.paths.get("users"):
        return None, ""
    try:
        return list(community_management.users(account)), ""
    except (Refused, BadPayload) as error:
        return None, f"The company's users were not read: {error}"


def hold_members(connection: Connection, group: str, *, wait: bool) -> bool:
    """
    Be the only one who reads and sets the members of a community, until the end of the transaction: a list that was
    read before somebody left must not be set after the one that lacks them.

    A reading of the directory never waits: whoever is at it reads what it would.

    :param wait: for whoever is at it
    :returns: ``False`` when somebody is and this one does not wait
    """
    name = [f"members:{connection.pk}:{group}"]
    with database.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 22))", name)
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 22))", name)
        return bool(cursor.fetchone()[0])


# -- Applying ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_companies(connection: Connection, found: Sequence[Company], *, now: datetime) -> None:
    """Bring partners, and the people that are remembered of them, to what the grid told."""
    references = references_to(connection, "partner", {company.id for company in found})
    rows = partners_read.partners_by_id(references.values())
    for company in found:
        partner = partners.save_partner(
            partner=rows.get(references.get(company.id, 0)),
            name=company.name[:200],
            kind=company.kind,
            status=company.status,
            gln=company.gln,
            language=company.language,
            regions=company.regions,
            markets=company.markets,
            languages=company.languages,
            now=now,
        )
        _remember(connection, "partner", company.id, PARTNER, partner.pk, known=company.id in references)
    told = {company.id: company.contacts for company in found if company.contacts is not None}
    _follow(connection, "partner", told, now)


@transaction.atomic
def save_groups(connection: Connection, found: Sequence[Group], *, now: datetime) -> None:
    """Bring communities to what the grid told."""
    references = references_to(connection, "community", {group.id for group in found})
    rows = partners_read.communities_by_id(references.values())
    for group in found:
        community = releases.save_community(
            community=rows.get(references.get(group.id, 0)),
            name=group.name[:200],
            kind=group.kind,
            status=group.status,
            regions=group.regions,
            languages=group.languages,
            now=now,
        )
        _remember(connection, "community", group.id, COMMUNITY, community.pk, known=group.id in references)


@transaction.atomic
def set_members(connection: Connection, group: str, companies: Iterable[str], *, now: datetime) -> list[str]:
    """
    Make these companies the members of a community, as far as they are known, and however long ago the directory told
    of them last.

    :param group: the grid's id of a community that is known
    :returns: the ids of companies that the directory has never told
    """
    wanted = set(companies)
    references = references_to(connection, "partner", wanted)
    rows = partners_read.partners_by_id(references.values())
    community = community_of(connection, group)
    assert community is not None
    releases.set_members(community=community, partners=list(rows.values()), now=now)
    return sorted(each for each in wanted if references.get(each) not in rows)


@transaction.atomic
def save_users(connection: Connection, found: list[Person], *, now: datetime) -> None:
    """Remember the hub's users."""
    hub = str(connection.options["company_id"])
    ExternalReference.objects.get_or_create(
        connection=connection,
        resource="company",
        external_id=hub,
        defaults={"local_type": HUB, "local_id": connection.pk},
    )
    _follow(connection, "company", {hub: found}, now)


def people(connection: Connection, resource: str, external_id: str) -> dict[str, Any]:
    """
    Return the users or contacts of a company as ``followed.follow`` remembers them.

    :param resource: ``partner``, or ``company`` for the hub
    """
    row = ExternalReference.objects.filter(
        connection=connection, resource=resource, external_id=external_id
    ).first()
    return row.data.get("people", {}) if row else {}


def community_of(connection: Connection, group: str) -> Community | None:
    """Return our community of the grid's id, ``None`` when it is not known."""
    found = references_to(connection, "community", {group}).get(group, 0)
    return partners_read.communities_by_id([found]).get(found)


def references_to(connection: Connection, resource: str, ids: Iterable[str]) -> dict[str, int]:
    """Return our row numbers of the grid's ids, as far as they are known."""
    rows = ExternalReference.objects.filter(
        connection=connection, resource=resource, external_id__in=list(ids)
    )
    return dict(rows.values_list("external_id", "local_id"))


def _follow(connection: Connection, resource: str, found: Mapping[str, list[Person]], now: datetime) -> None:
    """Remember the people of companies that have a reference."""
    rows = ExternalReference.objects.filter(
        connection=connection, resource=resource, external_id__in=found
    ).select_for_update(no_key=True)
    changed = []
    for row in rows:
        people = followed.follow(row.data.get("people", {}), found[row.external_id], now=now)
        if people != row.data.get("people"):
            row.data = {**row.data, "people": people}
            changed.append(row)
    ExternalReference.objects.bulk_update(changed, ["data"], batch_size=200)


def _remember(
    connection: Connection, resource: str, external_id: str, kind: str, pk: int, *, known: bool
) -> None:
    if known:
        # Also when our row was gone and had to be made again.
        ExternalReference.objects.filter(
            connection=connection, resource=resource, external_id=external_id
        ).exclude(local_id=pk).update(local_id=pk)
        return
    ExternalReference.objects.create(
        connection=connection, resource=resource, external_id=external_id, local_type=kind, local_id=pk
    )
