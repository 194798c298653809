"""
Comparing the portal with the grid: the directory, then each community's posts, then what has no post.

A difference of the directory is repaired as every reading of it is. A difference of a post first corrects what we
remember of it and then becomes a message whose key names what is to be repaired, so that twice changes nothing.
"""

from datetime import datetime
from typing import Any

from integrations.drift import Compared, Difference, Run, Seen
from integrations.models import Connection, ExternalReference, OutboxMessage, SyncCursor
from integrations.trading_grid import directory, post_repairs
from integrations.trading_grid.config import Account, account, carrier
from integrations.trading_grid.directory import Directory
from integrations.trading_grid.post_drift import LOCAL, MISSING, REFERENCE, PostsPage
from portal.partners import selectors as partners
from portal.publications import overview
from portal.publications import selectors as publications_read
from portal.publications import services as publications

COMPANY, COMMUNITY, MEMBER = "company", "community", "member"
_STEP = 200


def compare(
    connection: Connection, place: dict[str, Any], cursor: SyncCursor, run: Run, now: datetime
) -> Compared:
    """
    Take one step: the directory, a page of a community's posts, or a stretch of its publications.

    :param place: ``{}`` at the beginning, then what the last step returned
    :raises DeliveryError: the grid cannot be asked; nothing has changed
    """
    company = account(connection)
    match place.get("stage", "directory"):
        case "directory":
            return _compare_directory(company, run, now)
        case "posts":
            return PostsPage(company, place, cursor, run, now).compare()
        case _:
            return _compare_absent(company, place, cursor, run, now)


def on_the_way(connection: Connection, run: Run) -> int:
    """Return how many of the run's messages are not delivered yet, up to a thousand."""
    rows = OutboxMessage.objects.filter(
        connection=connection, state=OutboxMessage.State.PENDING, dedupe_key__contains=":repair:"
    )
    return rows[:1000].count()


# -- The directory ----------------------------------------------------------------------------------------------------
def _compare_directory(company: Account, run: Run, now: datetime) -> Compared:
    found = directory.fetch(company)
    differences = [
        *_other_rows(company.connection, found), *_other_members(company.connection, found)
    ]  # fmt: skip
    if differences and run.repair and not run.proving:
        directory.apply(company.connection, found, now=now)
    place = _next_community(company.connection, after=0)
    repairs = len(differences) if run.repair and not run.proving else 0
    return Compared(place, len(found.companies) + len(found.groups), None, differences, repairs)


def _references(connection: Connection, resource: str) -> dict[str, int]:
    rows = ExternalReference.objects.filter(connection=connection, resource=resource)
    return dict(rows.values_list("external_id", "local_id"))


def _other_rows(connection: Connection, found: Directory) -> list[Difference]:
    """Companies and communities that the portal lacks or describes in other words."""
    differences = []
    companies, groups = _references(connection, "partner"), _references(connection, "community")
    rows = partners.partners_by_id(companies.values())
    words = ("name", "kind", "status", "gln", "language", "regions", "markets", "languages")
    for told in found.companies:
        row = rows.get(companies.get(told.id, 0))
        if row is None or any(getattr(row, word) != _as_kept(told, word) for word in words):
            differences.append(Difference(COMPANY, told.name))
    places = partners.communities_by_id(groups.values())
    group_words = ("name", "kind", "status", "regions", "languages")
    for group in found.groups:
        place = places.get(groups.get(group.id, 0))
        if place is None or any(getattr(place, word) != _as_kept(group, word) for word in group_words):
            differences.append(Difference(COMMUNITY, group.name))
    return differences


def _as_kept(told: Any, word: str) -> Any:
    value = getattr(told, word)
    return value[:200] if word == "name" else value


def _other_members(connection: Connection, found: Directory) -> list[Difference]:
    companies, groups = _references(connection, "partner"), _references(connection, "community")
    names = {group.id: group.name for group in found.groups}
    here = partners.members_of(groups[group] for group in found.members if group in groups)
    differences = []
    for group, told in found.members.items():
        wanted = {companies.get(company, 0) for company in told}
        for company in wanted ^ here.get(groups.get(group, 0), set()):
            differences.append(
                Difference(MEMBER, f"{names.get(group, group)}: company {company or 'unknown'}")
            )
    return differences


# -- Communities, one after the other ----------------------------------------------------------------------------------
def _next_community(connection: Connection, *, after: int) -> dict[str, Any] | None:
    """Return where to compare the next community's posts; a tenant that takes none over REST has none to compare."""
    if carrier(connection, "posts") != "rest":
        return None
    reference = (
        ExternalReference.objects.filter(connection=connection, resource="community", pk__gt=after)
        .order_by("pk")
        .first()
    )
    if reference is None:
        return None
    return {
        "stage": "posts",
        "reference": reference.pk,
        "community": reference.external_id,
        "local": reference.local_id,
        "next": None,
    }


# -- Publications that no post announces ------------------------------------------------------------------------------
def _compare_absent(
    company: Account, place: dict[str, Any], cursor: SyncCursor, run: Run, now: datetime
) -> Compared:
    connection, seen = company.connection, Seen(cursor)
    rows = overview.in_community(place["local"], after=place["after"], limit=_STEP)
    if not rows:
        seen.clear()
        return Compared(_next_community(connection, after=place["reference"]))
    result = Compared({**place, "after": rows[-1].pk}, count=len(rows))
    absent = set(seen.lacks(publication.public_id for publication in rows))
    missing = [publication for publication in rows if publication.public_id in absent]
    contents = publications_read.post_contents(missing) if missing else {}
    waiting = post_repairs.unfinished(connection, absent, OutboxMessage.State.PENDING)
    messages = []
    for publication in missing:
        if publication.public_id in waiting and not run.restored:
            result.on_the_way += 1
            continue
        if not contents[publication.pk].live:
            # Nothing to announce here, nothing announced there.
            _note_posted(publication, run, result, now)
            continue
        result.differences.append(Difference(MISSING, publication.public_id))
        if run.repair and not run.proving:
            row = ExternalReference.objects.filter(
                connection=connection, resource="post", local_type=LOCAL, local_id=publication.pk
            ).first()
            messages.append(
                post_repairs.message_about(
                    connection, contents[publication.pk], found=["gone", row.external_id if row else ""]
                )
            )
            if row is not None:
                row.delete()
    post_repairs.send(connection, messages, result, now)
    return result


def _note_posted(publication: Any, run: Run, result: Compared, now: datetime) -> None:
    if publication.posted_revision >= publication.revision:
        return
    result.differences.append(Difference(REFERENCE, publication.public_id))
    if run.repair and not run.proving:
        publications.mark_posted(publication_id=publication.pk, revision=publication.revision, now=now)
        result.repairs += 1
