"""
Comparing the portal with the grid: the directory, then each community's posts, then what has no post.

A difference of the directory is repaired as every reading of it is. A difference of a post first corrects what we
remember of it and then becomes a message whose key names what is to be repaired, so that twice changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from integrations.drift import Compared, Difference, Run, Seen
from integrations.errors import BadOptions, BadPayload, Refused
from integrations.models import Connection, ExternalReference, OutboxMessage, SyncCursor
from integrations.trading_grid import calls, directory, post_repairs
from integrations.trading_grid.calls import Missing
from integrations.trading_grid.config import Account, account, carrier
from integrations.trading_grid.directory import Told
from integrations.trading_grid.post_drift import LOCAL, MISSING, REFERENCE, PostsPage
from portal.partners import selectors as partners
from portal.publications import overview
from portal.publications import selectors as publications_read
from portal.publications import services as publications

COMPANY, COMMUNITY, MEMBER = "company", "community", "member"
_STEP = 200

T = TypeVar("T")


def compare(
    connection: Connection, place: dict[str, Any], cursor: SyncCursor, run: Run, now: datetime
) -> Compared:
    """
    Take one step: a page of companies or communities, a community's members, a page of its posts, or a stretch of its
    publications.

    :param place: ``{}`` at the beginning, then what the last step returned
    :raises DeliveryError: the grid cannot be asked; nothing has changed
    """
    company = account(connection)
    stage = place.get("stage", "companies")
    if read := {
        "companies": _compare_companies,
        "communities": _compare_groups,
        "members": _compare_members,
    }.get(stage):
        with calls.in_one_go(directory.PATIENCE_SECONDS):
            return read(company, place, run, now)
    match stage:
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
def _compare_companies(company: Account, place: dict[str, Any], run: Run, now: datetime) -> Compared:
    told = _page(company, place, directory.companies_page)
    kept = directory.references_to(company.connection, "partner", {each.id for each in told.rows})
    words = ("name", "kind", "status", "gln", "language", "regions", "markets", "languages")
    differences = _other_words(COMPANY, told.rows, kept, partners.partners_by_id(kept.values()), words)
    if _repairs(run, differences):
        directory.save_companies(company.connection, told.rows, now=now)
    return _compared(_after(place, told, "communities"), len(told.rows), differences, run)


def _compare_groups(company: Account, place: dict[str, Any], run: Run, now: datetime) -> Compared:
    told = _page(company, place, directory.groups_page)
    kept = directory.references_to(company.connection, "community", {each.id for each in told.rows})
    words = ("name", "kind", "status", "regions", "languages")
    differences = _other_words(COMMUNITY, told.rows, kept, partners.communities_by_id(kept.values()), words)
    if _repairs(run, differences):
        directory.save_groups(company.connection, told.rows, now=now)
    groups = [*place.get("groups", []), *([group.id, group.member_count, group.name] for group in told.rows)]
    following = {**_after(place, told, "members"), "groups": groups}
    return _compared(following, len(told.rows), differences, run)


def _page(company: Account, place: dict[str, Any], read: Callable[..., Told[T]]) -> Told[T]:
    if place.get("page", 1) > calls.MOST_PAGES:
        raise BadPayload(f"{calls.SERVICE} links its pages in a circle.")
    try:
        return read(company, following=place.get("next"))
    except (Refused, BadOptions):
        if place.get("next") is None:
            raise
        # A place in the list that is not known any more: what was compared before is compared again.
        return read(company, following=None)


def _after(place: dict[str, Any], told: Told[Any], then: str) -> dict[str, Any]:
    """Return where to go on: the list's next page, or the stage behind it."""
    if told.next is None:
        return {"stage": then}
    return {"stage": place.get("stage", "companies"), "next": told.next, "page": place.get("page", 1) + 1}


def _other_words(
    kind: str, told: Sequence[Any], kept: Mapping[str, int], rows: Mapping[int, Any], words: Sequence[str]
) -> list[Difference]:
    """Companies or communities that the portal lacks or describes in other words."""
    differences = []
    for each in told:
        row = rows.get(kept.get(each.id, 0))
        if row is None or any(getattr(row, word) != _as_kept(each, word) for word in words):
            differences.append(Difference(kind, each.name))
    return differences


def _as_kept(told: Any, word: str) -> Any:
    value = getattr(told, word)
    return value[:200] if word == "name" else value


def _compare_members(company: Account, place: dict[str, Any], run: Run, now: datetime) -> Compared:
    """Compare one community's members."""
    connection = company.connection
    if not place["groups"]:
        return Compared(_next_community(connection, after=0))
    (group, count, name), *rest = place["groups"]
    differences = []
    if not directory.hold_members(connection, group, wait=False):
        return Compared({**place, "groups": rest}, on_the_way=1)
    with suppress(Missing):  # It went while the others were compared.
        found = directory.members(company, group, count=count, name=name)
        if found.companies is not None:
            differences = _other_members(connection, group, name, found.companies)
            if _repairs(run, differences) and directory.community_of(connection, group) is not None:
                directory.set_members(connection, group, found.companies, now=now)
    return _compared({**place, "groups": rest}, 0, differences, run)


def _other_members(connection: Connection, group: str, name: str, told: Sequence[str]) -> list[Difference]:
    here = directory.references_to(connection, "community", {group}).get(group, 0)
    companies = directory.references_to(connection, "partner", told)
    wanted = {companies.get(company, 0) for company in told}
    return [
        Difference(MEMBER, f"{name}: company {company or 'unknown'}")
        for company in sorted(wanted ^ partners.members_of([here])[here])
    ]


def _repairs(run: Run, differences: Sequence[Difference]) -> bool:
    return bool(differences) and run.repair and not run.proving


def _compared(place: dict[str, Any], count: int, differences: list[Difference], run: Run) -> Compared:
    repairs = len(differences) if _repairs(run, differences) else 0
    return Compared(place, count, None, differences, repairs)


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
