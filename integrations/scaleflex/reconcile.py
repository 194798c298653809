"""
Comparing the mirror with the DAM, file by file.

First the DAM's list against the mirror, then the mirror against what the list held. A difference becomes a hint in the
inbox, so that it is repaired by the one road every file takes; the comparison itself changes no file here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q

from integrations import inbox
from integrations.drift import Compared, Difference, Run, Seen
from integrations.errors import BadPayload, Refused
from integrations.inbox import News
from integrations.models import Connection, InboundEvent, SyncCursor
from integrations.payloads import is_clean
from integrations.scaleflex import ancestry, client, settings_cache
from integrations.scaleflex.client import FileMissing, Page
from integrations.scaleflex.config import Account, account
from integrations.scaleflex.inbound import ABSENT, KIND
from integrations.scaleflex.mapping import is_mirrored, mapped
from integrations.scaleflex.schemas import MetadataModel, parse_file
from portal.catalog import comparing
from portal.catalog import selectors as catalog
from portal.catalog.comparing import Mirrored
from portal.catalog.facts import FileFact, digest_of
from portal.releases import services as releases

MISSING, GONE, VERSION = "missing_here", "gone_there", "other_version"
APPROVAL, FACTS, NEWER, UNREADABLE = "other_approval", "other_facts", "newer_here", "unreadable"
OUTSIDE = "outside_there"
#: Files absent from the list that one run asks for; more at once is more likely the DAM's trouble than the truth.
MOST_ABSENT = 500
_STEPS_BACK = 3
#: Rows of the mirror that one step looks at, and calls it makes at most about absent ones.
_MIRROR_STEP = 2000
_CALLS_A_STEP = 20


@dataclass(frozen=True)
class _Found:
    """A difference of one file; ``blind`` when re-reading it would look as if nothing had changed."""

    kind: str
    uuid: str
    path: str
    raw: bytes = b""
    reason: str = ""
    blind: bool = False


def compare(
    connection: Connection, place: dict[str, Any], cursor: SyncCursor, run: Run, now: datetime
) -> Compared:
    """
    Take one step: a page of the DAM's list, or a stretch of the mirror.

    :param place: ``{}`` at the beginning, then what the last step returned
    :raises DeliveryError: the DAM cannot be asked; nothing has changed
    """
    project = account(connection)
    if place.get("stage", "list") == "list":
        return _compare_page(project, place, cursor, run, now)
    return _compare_mirror(project, place, cursor, run, now)


def on_the_way(connection: Connection, run: Run) -> int:
    """Return how many of the run's hints are not worked on yet, up to a thousand."""
    rows = InboundEvent.objects.filter(
        connection=connection, state=InboundEvent.State.PENDING, dedupe_key__startswith=_key(run, "")
    )
    return rows[:1000].count()


def _key(run: Run, uuid: str) -> str:
    return f"reconcile:{run.id}:{uuid}"


# -- The DAM's list against the mirror --------------------------------------------------------------------------------
def _compare_page(
    project: Account, place: dict[str, Any], cursor: SyncCursor, run: Run, now: datetime
) -> Compared:
    options = project.options
    offset, limit = place.get("offset", 0), place.get("limit", options.page_size)
    model = settings_cache.metadata_model(project, now=now)
    try:
        page = client.list_files(project, limit=limit, offset=offset)
    except BadPayload:
        # One file may spoil a page for good. Smaller pages find it; alone, it is stepped over.
        if limit > 1:
            return Compared({**place, "limit": max(1, limit // 10)})
        lost = Difference(
            UNREADABLE, f"file {offset + 1} of the list", "The DAM's answer about it cannot be read."
        )
        return Compared({"offset": offset + 1}, count=1, differences=[lost])
    uuids = [_uuid(data) for data in page.files]
    last = place.get("last")
    if last and page.files and last not in uuids and place.get("back", 0) < _STEPS_BACK:
        # The list moved under us: pages that do not join may have lost files between them.
        back = {"offset": max(0, offset - limit // 2), "back": place.get("back", 0) + 1}
        return Compared({**place, **back})
    first = uuids.index(last) + 1 if last in uuids else 0
    fresh = page.files[first:]
    Seen(cursor).add(filter(None, uuids[first:]))
    found = _differences(project, fresh, page, model, cursor)
    result = _handle(project, found, run, now)
    result.count, result.total = len(fresh), page.total
    result.place = _following(project, page, offset, limit, fresh) or {
        "stage": "mirror",
        "after": 0,
        "absent": 0,
    }
    return result


def _following(
    project: Account, page: Page, offset: int, limit: int, fresh: Sequence[Any]
) -> dict[str, Any] | None:
    end = offset + len(page.files)
    # A short page alone may be a server's own bound, the count alone is approximate; both together are the end.
    if (
        not page.files
        or not fresh
        or (len(page.files) < limit and page.total is not None and end >= page.total)
    ):
        return None
    overlap = min(project.options.page_overlap, len(page.files) - 1)
    last = next((uuid for uuid in map(_uuid, reversed(page.files)) if uuid), None)
    return {"offset": end - overlap, "last": last if overlap else None}


def _uuid(data: Any) -> str:
    uuid = data.get("uuid") if isinstance(data, dict) else None
    return uuid if isinstance(uuid, str) and uuid.isascii() and len(uuid) <= 64 else ""


def _differences(
    project: Account, files: Sequence[Any], page: Page, model: MetadataModel, cursor: SyncCursor
) -> list[_Found]:
    facts: list[FileFact] = []
    unread: set[str] = set()
    found: list[_Found] = []
    for data in files:
        try:
            if not page.strict and not is_clean(data):
                raise BadPayload("The file's description has values that JSON does not have.")
            read = mapped(
                parse_file(data), source=project.connection.key, options=project.options, model=model
            )
            facts.append(read.fact)
            if read.error:
                unread.add(read.fact.uuid)
                raise BadPayload(read.error)
        except BadPayload as error:
            raw = orjson.dumps(data, default=repr)[:100_000]
            found.append(
                _Found(UNREADABLE, _uuid(data), _uuid(data) or "a file without uuid", raw, str(error))
            )
    held = comparing.mirrored(project.connection.key, [fact.uuid for fact in facts])
    unknown = [fact.path for fact in facts if fact.uuid not in held]
    holders = comparing.uuids_at(project.connection.key, unknown) if unknown else {}
    # Where a new version took the place, its predecessor is not in the list, and is no difference of its own.
    Seen(cursor).add(holders.values())
    for fact in facts:
        here = held.get(fact.uuid)
        if fact.outside:
            kind = OUTSIDE if here is not None and not here.is_gone else None
        elif fact.uuid in unread:
            # Of what cannot be read as a whole, the loss of approval counts.
            kind = APPROVAL if here is not None and here.approved and not fact.approved else None
        else:
            kind = _kind(fact, here, fact.path in holders)
        if kind is not None:
            same = here is not None and here.digest == digest_of(fact)
            found.append(_Found(kind, fact.uuid, fact.path, blind=same))
    return found


def _kind(fact: FileFact, here: Mirrored | None, place_is_held: bool) -> str | None:
    """Return in what a file differs, ``None`` when it does not."""
    if here is None:
        return VERSION if place_is_held else MISSING
    if here.is_gone:
        return MISSING
    if here.modified_at is not None and fact.modified_at < here.modified_at:
        return NEWER
    shown = here.version_uuid == fact.uuid
    if here.approved != fact.approved or (shown and not fact.approved):
        return APPROVAL
    if fact.approved and not (shown and here.sha1 == fact.sha1):
        return VERSION
    if here.digest != digest_of(fact) or here.path != fact.path:
        return FACTS
    return None


# -- The mirror against the DAM's list --------------------------------------------------------------------------------
def _compare_mirror(
    project: Account, place: dict[str, Any], cursor: SyncCursor, run: Run, now: datetime
) -> Compared:
    """Ask for the files that the list did not hold. Absence alone proves nothing."""
    source, absent = project.connection.key, place["absent"]
    rows = catalog.uuids_after(source, place["after"], _MIRROR_STEP)
    if not rows:
        return Compared(None)
    missing = set(Seen(cursor).lacks(uuid for _, uuid in rows))
    gone: list[str] = []
    outside: dict[str, str] = {}
    calls, too_many = 0, False
    after = place["after"]
    for pk, uuid in rows:
        if uuid in missing:
            too_many = absent >= MOST_ABSENT
            if too_many or calls == _CALLS_A_STEP:
                break
            calls, absent = calls + 1, absent + 1
            try:
                if (newest := _outside(project, uuid)) is not None:
                    outside[uuid] = newest
            except FileMissing:
                gone.append(uuid)
        after = pk
    paths = catalog.paths_of(source, [*gone, *outside]) if gone or outside else {}
    found = [_Found(GONE, uuid, paths.get(uuid, uuid)) for uuid in gone]
    found += [_Found(OUTSIDE, newest, paths.get(uuid, uuid)) for uuid, newest in outside.items()]
    result = _handle(project, found, run, now)
    if too_many:
        reason = f"More than {MOST_ABSENT} known files are not in the list. Look at the DAM first."
        result.differences.append(Difference(GONE, "many files", reason))
    else:
        result.place = {"stage": "mirror", "after": after, "absent": absent}
    return result


def _outside(project: Account, uuid: str) -> str | None:
    """
    Return the uuid of the newest version of a file that no list of ours shows, if it is there and lies outside.

    :raises FileMissing: the DAM has no such file
    """
    try:
        file = parse_file(client.get_file(project, uuid))
        if not is_mirrored(file.path, project.options):
            return uuid
        # A file that was replaced, and moved then, leaves its older versions where it lay.
        newest = ancestry.newest_of(project, uuid, file.path)
        if newest is None or newest == uuid:
            return None
        path = parse_file(client.get_file(project, newest)).path
        return None if is_mirrored(path, project.options) else newest
    except FileMissing:
        raise
    except (Refused, BadPayload):
        # It tells no versions, or nothing we understand: that is no difference yet.
        return None


# -- What becomes of a difference -------------------------------------------------------------------------------------
def _handle(project: Account, found: Sequence[_Found], run: Run, now: datetime) -> Compared:
    """Hint at what differs, or, at the second look, park it; leave alone what is being worked on."""
    result = Compared(None)
    if not found:
        return result
    waiting = _subjects(project.connection, found, Q(state=InboundEvent.State.PENDING))
    differing = [each for each in found if each.uuid not in waiting]
    result.on_the_way = len(found) - len(differing)
    result.differences = [Difference(each.kind, each.path, each.reason) for each in differing]
    if not run.repair or not differing:
        return result
    if run.proving:
        _park(project, differing, run, now)
        return result
    blind = [each.uuid for each in differing if each.blind]
    if blind:
        releases.doubt_files(source=project.connection.key, uuids=blind)
    hints = [each for each in differing if each.uuid and not each.reason]
    inbox.store(
        project.connection,
        [
            # Whether it still is the newest version is asked too where no list shows it.
            News(KIND, each.uuid, _key(run, each.uuid), coalesces=True, data={ABSENT: True})
            if each.kind == OUTSIDE
            else News(KIND, each.uuid, _key(run, each.uuid), coalesces=True)
            for each in hints
        ],
        now=now,
    )
    result.repairs = len(hints)
    return result


_WHY = {
    MISSING: "The DAM has it, and after reading it again the portal still has not.",
    GONE: "The DAM has not got it, and after asking again the portal still has.",
    VERSION: "After reading it again the portal still shows another version than the DAM.",
    OUTSIDE: "It lies where nothing is mirrored, and after reading it again the portal still shows it.",
    APPROVAL: "After reading it again the portal still holds another approval than the DAM.",
    FACTS: "After reading it again the portal still says something else about it than the DAM.",
    NEWER: "The portal knows a later change of it than the DAM. Has the DAM been restored from a backup?",
}


def _park(project: Account, found: Iterable[_Found], run: Run, now: datetime) -> None:
    """Let what reading again did not cure stand in the inbox with its reason; once, however often it is found."""
    found = list(found)
    stands = _subjects(project.connection, found, Q(state=InboundEvent.State.PARKED))
    inbox.store(
        project.connection,
        [
            News(
                KIND,
                each.uuid or each.path,
                f"{_key(run, each.uuid or each.path)}:left",
                raw=each.raw or None,
                coalesces=True,
                state=InboundEvent.State.PARKED,
                error=each.reason or _WHY.get(each.kind, ""),
            )
            for each in found
            if each.uuid not in stands
        ],
        now=now,
    )


def _subjects(connection: Connection, found: Iterable[_Found], state: Q) -> set[str]:
    rows = InboundEvent.objects.filter(
        state, connection=connection, kind=KIND, ordering_key__in=[each.uuid for each in found if each.uuid]
    )
    return set(rows.values_list("ordering_key", flat=True))
