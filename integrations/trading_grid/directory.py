"""Companies, communities and who is in which: read whole, applied in one transaction."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from integrations.errors import BadPayload, Refused
from integrations.models import Connection, ExternalReference
from integrations.trading_grid import calls, client, community_management, followed, schemas
from integrations.trading_grid.config import Account
from integrations.trading_grid.schemas import Company, Group, Person
from portal.partners import selectors as partners_read
from portal.partners import services as partners
from portal.partners.models import Community, Partner
from portal.releases import services as releases

logger = logging.getLogger(__name__)

COMMUNITY, PARTNER = "portal.community", "portal.partner"
#: The hub has no row in the portal; its reference stands for the connection itself.
HUB = "integrations.connection"
#: Seconds that reading the directory waits for the rate: it is applied as a whole.
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Directory:
    """
    What the grid told.

    ``members``  community id -> companies with an active membership; a community whose list could not be trusted is
                 left out
    ``users``    the hub's own users, ``None`` when they were not to be had
    ``notes``    what could not be used, for staff
    """

    companies: list[Company]
    groups: list[Group]
    members: dict[str, list[str]]
    notes: list[str]
    users: list[Person] | None = None


def fetch(account: Account, *, only: Iterable[str] | None = None) -> Directory:
    """
    Read the directory. No database here.

    :param only: ids of the communities whose members are wanted, all when not given
    :raises DeliveryError: something could not be read; then nothing is applied
    """
    with calls.in_one_go(PATIENCE_SECONDS):
        return _fetch(account, None if only is None else set(only))


def _fetch(account: Account, wanted: set[str] | None) -> Directory:
    notes: list[str] = []
    companies = []
    for data in community_management.partners(account):
        try:
            companies.append(schemas.company(data))
        except BadPayload as error:
            notes.append(str(error))
    groups = []
    for data in client.communities(account):
        try:
            groups.append(schemas.group(data))
        except BadPayload as error:
            notes.append(str(error))
    members = {}
    for group in groups:
        if wanted is not None and group.id not in wanted:
            continue
        rows = list(client.members(account, group.id))
        if group.member_count is not None and group.member_count != len(rows):
            # A page that was cut short must not put anybody out.
            notes.append(
                f"{group.name}: {len(rows)} of {group.member_count} members came; the members were left as they are."
            )
            continue
        try:
            found = [schemas.active_member(row) for row in rows]
        except BadPayload as error:
            notes.append(f"{group.name}: {error} The members were left as they are.")
            continue
        members[group.id] = [company for company in found if company]
    users = _users(account, notes) if wanted is None else None
    return Directory(companies=companies, groups=groups, members=members, notes=notes, users=users)


def _users(account: Account, notes: list[str]) -> list[Person] | None:
    """Read the hub's users; what hangs on them is an audit trail, so nothing waits for them."""
    if not account.options.paths.get("users"):
        return None
    try:
        return list(community_management.users(account))
    except (Refused, BadPayload) as error:
        notes.append(f"The company's users were not read: {error}")
        return None


@transaction.atomic
def apply(connection: Connection, directory: Directory, *, now: datetime) -> None:
    """Bring partners, communities and memberships to what the grid told. What it did not tell about stays."""
    companies = _save_companies(connection, directory.companies, now)
    told = {company.id: company.contacts for company in directory.companies if company.contacts is not None}
    _follow(connection, "partner", told, now)
    groups = _save_groups(connection, directory.groups, now)
    if directory.users is not None:
        hub = str(connection.options["company_id"])
        ExternalReference.objects.get_or_create(
            connection=connection,
            resource="company",
            external_id=hub,
            defaults={"local_type": HUB, "local_id": connection.pk},
        )
        _follow(connection, "company", {hub: directory.users}, now)
    for group_id, members in directory.members.items():
        known = [companies[company_id] for company_id in members if company_id in companies]
        releases.set_members(community=groups[group_id], partners=known, now=now)


def _save_companies(connection: Connection, found: list[Company], now: datetime) -> dict[str, Partner]:
    references = _references(connection, "partner")
    rows = partners_read.partners_by_id(references.values())
    saved = {}
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
        saved[company.id] = partner
    return saved


def _save_groups(connection: Connection, found: list[Group], now: datetime) -> dict[str, Community]:
    references = _references(connection, "community")
    rows = partners_read.communities_by_id(references.values())
    saved = {}
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
        saved[group.id] = community
    return saved


def people(connection: Connection, resource: str, external_id: str) -> dict[str, Any]:
    """
    Return the users or contacts of a company as ``followed.follow`` remembers them.

    :param resource: ``partner``, or ``company`` for the hub
    """
    row = ExternalReference.objects.filter(
        connection=connection, resource=resource, external_id=external_id
    ).first()
    return row.data.get("people", {}) if row else {}


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


def _references(connection: Connection, resource: str) -> dict[str, int]:
    rows = ExternalReference.objects.filter(connection=connection, resource=resource)
    return dict(rows.values_list("external_id", "local_id"))


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
