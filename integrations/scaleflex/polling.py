"""
Walking through the DAM's lists, so that a lost webhook costs seconds and a lost everything costs one import.

Two walks, one code. ``sweep`` asks for what was changed since the last one, with overlap. ``full`` goes through
everything: it is the first import, and later finds what is missing. The list knows offsets only, so pages overlap and
each must begin with rows the last one ended with; otherwise the list moved under us and we step back.
"""

import gc
import hashlib
import logging
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations import connections, cursors, inbox
from integrations.errors import BadPayload, DeliveryError
from integrations.models import Connection, SeenPage, SyncCursor
from integrations.scaleflex import client, inbound, listed, settings_cache
from integrations.scaleflex.client import Page
from integrations.scaleflex.config import Account, account
from integrations.scaleflex.mapping import folders
from portal.catalog import selectors as catalog

logger = logging.getLogger(__name__)

FULL, SWEEP = "full", "sweep"
#: Missing files that one walk has looked at; more at once is more likely the DAM's trouble than the truth.
MOST_CHECKS = 500
_STEPS_BACK = 3

_ahead = ThreadPoolExecutor(max_workers=2, thread_name_prefix="scaleflex-ahead")


def poll(connection: Connection, *, seconds: float, clock: Callable[[], datetime] = timezone.now) -> bool:
    """
    Take the due steps of both walks, the sweep first, for about so long.

    :param clock: tells the time of each step
    :returns: whether a walk is in the middle and should go on soon
    """
    until = time.monotonic() + seconds
    unfinished = False
    for name in (SWEEP, FULL):
        while time.monotonic() < until and cursors.is_due(connection, name, now=clock()):
            if not connections.may_call(connection, clock()):
                return False
            unfinished = walk(connection, name, until=until, clock=clock)
            if not unfinished:
                break
    return unfinished


def walk(
    connection: Connection, name: str, *, until: float, clock: Callable[[], datetime], again: bool = False
) -> bool:
    """
    Take steps of one walk until it is through or the time is up.

    :param until: on the monotonic clock
    :param again: apply also what stands in the inbox already
    :returns: whether there is more to do
    """
    walker: _Walker | None = None
    try:
        project = account(connection)
        walker = _Walker(project, name, settings_cache.metadata_model(project, now=clock()), again=again)
        while walker.step(clock):
            if time.monotonic() >= until:
                return True
    except DeliveryError as error:
        logger.warning("%s of connection %s: %s", name, connection.key, error)
        cursors.fail(connection, name, error, now=clock())
    finally:
        if walker is not None:
            walker.forget()
    return False


def start_full_walk(connection: Connection) -> None:
    """Let the walk through everything begin anew at the next poll."""
    cursor, _ = SyncCursor.objects.get_or_create(connection=connection, name=FULL)
    SeenPage.objects.filter(cursor=cursor).delete()
    SyncCursor.objects.filter(pk=cursor.pk).update(value={}, due_at=None, finished_at=None, started_at=None)


#: A page, and its files where they have been read already.
_Ahead = tuple[Page, list[Any] | None]


class _Walker:
    """One worker's part of a walk. Reads the next page while this one is applied."""

    def __init__(self, project: Account, name: str, model: Any, *, again: bool):
        self._project = project
        self._name = name
        self._model = model
        self._again = again
        self._next: tuple[dict[str, Any], Future[_Ahead]] | None = None
        self._mostly_news = False
        root, skipped = folders(project.options)
        #: Which folders are mirrored, as a cursor keeps it.
        self._folders = [root, *skipped]

    def step(self, clock: Callable[[], datetime]) -> bool:
        """
        Take in one page.

        :returns: whether there is more to do for us
        :raises DeliveryError: the page could not be had; nothing has changed
        """
        now = clock()
        with cursors.held(self._project.connection, self._name, now=now) as cursor:
            if cursor is None:
                return False
            if not cursor.value.get("running"):
                if self._name == SWEEP and self._leaves_outside(cursor, now):
                    return True
                cursors.begin(cursor, self._first(cursor), now=now)
            value = dict(cursor.value)
            page, items = self._read(value)
            value.setdefault("as_of", (page.answered_at or now).isoformat())
            skipped = self._moved(page, value)
            if skipped:
                cursors.step(cursor, {**value, **skipped}, done=0, now=clock())
                return True
            fresh = self._without_overlap(page, value)
            following = self._following(page, value)
            if fresh and following is not None:
                self._read_ahead(following)
            with _without_collector():
                taken = listed.take_in(
                    self._project,
                    page,
                    model=self._model,
                    now=now,
                    items=items,
                    again=self._again,
                    ask=self._name == SWEEP,
                )
            if self._name == FULL and self._mostly_news and _many_times(cursor.done_count, fresh):
                listed.has_grown()
            self._mostly_news = taken.news > len(page.files) // 2
            if self._name == FULL:
                SeenPage.objects.create(cursor=cursor, digests=_digests(taken.uuids).tobytes())
            if fresh and following is not None:
                total = page.total if self._name == FULL else None
                cursors.step(cursor, following, done=fresh, now=clock(), total=total)
                return True
            cursor.done_count += fresh
            self._end(cursor, value, clock())
            return False

    def forget(self) -> None:
        """Drop a page that was read ahead and is not wanted any more."""
        if self._next is not None:
            self._next[1].cancel()
            self._next = None

    def _leaves_outside(self, cursor: SyncCursor, now: datetime) -> bool:
        """Bring the mirror to changed options first; returns whether there may be more to let go of."""
        if cursor.value.get("folders") == self._folders:
            return False
        if listed.leave_outside(self._project, now=now):
            return True
        if "folders" in cursor.value:
            # More may be mirrored now than before, and sweeps show only what has changed.
            start_full_walk(self._project.connection)
        return False

    def _first(self, cursor: SyncCursor) -> dict[str, Any]:
        value: dict[str, Any] = {"running": True, "offset": 0, "limit": self._project.options.page_size}
        if self._name == SWEEP:
            since = cursor.value.get("as_of")
            # The very first sweep has nothing to look back to: the first full walk reads everything.
            value["since"] = since or timezone.now().isoformat()
            value["folders"] = self._folders
        return value

    def _read(self, value: dict[str, Any]) -> _Ahead:
        if self._next is not None:
            wanted, future = self._next
            self._next = None
            if wanted == value:
                return future.result()
            future.cancel()
        return self._fetch(value), None

    def _read_ahead(self, value: dict[str, Any]) -> None:
        self._next = (value, _ahead.submit(self._fetch_and_read, value))

    def _fetch_and_read(self, value: dict[str, Any]) -> _Ahead:
        # In a thread of its own: no database here. A first import understands the next page while PostgreSQL stores
        # this one; a walk that meets what is known does not read it at all.
        page = self._fetch(value)
        if not self._mostly_news:
            return page, None
        return page, listed.items_of(self._project, page, model=self._model, read=True)

    def _fetch(self, value: dict[str, Any]) -> Page:
        # May run in a thread of its own: no database here.
        since = None
        if "since" in value:
            overlap = timedelta(seconds=self._project.options.overlap_seconds)
            since = datetime.fromisoformat(value["since"]) - overlap
        limit, offset = value["limit"], value["offset"]
        while True:
            try:
                return client.list_files(self._project, limit=limit, offset=offset, updated_after=since)
            except BadPayload as error:
                # One file may spoil a page for good. Smaller pages find it; alone, it is stepped over when the next one
                # can be read.
                if limit == 1:
                    return self._page_of_one_unreadable(error, offset, since)
                limit = max(1, limit // 10)

    def _page_of_one_unreadable(self, error: BadPayload, offset: int, since: datetime | None) -> Page:
        following = client.list_files(self._project, limit=1, offset=offset + 1, updated_after=since)
        return Page(
            files=[{"unreadable": error.raw[:100_000].decode("latin-1")}, *following.files],
            strict=True,
            total=following.total,
            answered_at=following.answered_at,
            asked_at=following.asked_at,
        )

    def _moved(self, page: Page, value: dict[str, Any]) -> dict[str, Any]:
        """Return where to read again when the page does not join the last one, an empty dict when it does."""
        last = value.get("last")
        if not last or not page.files or value.get("back", 0) >= _STEPS_BACK or last in _uuids(page.files):
            return {}
        logger.info(
            "%s of connection %s: the list moved, reading again", self._name, self._project.connection.key
        )
        return {"offset": max(0, value["offset"] - value["limit"] // 2), "back": value.get("back", 0) + 1}

    def _without_overlap(self, page: Page, value: dict[str, Any]) -> int:
        """Return how many files of the page are new to this walk."""
        last = value.get("last")
        uuids = _uuids(page.files)
        return len(uuids) - (uuids.index(last) + 1) if last in uuids else len(uuids)

    def _following(self, page: Page, value: dict[str, Any]) -> dict[str, Any] | None:
        if not page.files:
            return None
        end = value["offset"] + len(page.files)
        # A short page alone may be a server's own bound, the count alone is approximate; both together are the end.
        if len(page.files) < value["limit"] and page.total is not None and end >= page.total:
            return None
        overlap = min(self._project.options.page_overlap, len(page.files) - 1)
        following = {name: entry for name, entry in value.items() if name != "back"}
        last = next((uuid for uuid in reversed(_uuids(page.files)) if uuid), None)
        return following | {
            "offset": end - overlap,
            "last": last if overlap else None,
            "limit": self._project.options.page_size,
        }

    def _end(self, cursor: SyncCursor, value: dict[str, Any], now: datetime) -> None:
        options = self._project.options
        note = ""
        kept: dict[str, Any] = {name: value[name] for name in ("as_of", "folders") if name in value}
        if self._name == FULL:
            note = _look_for_missing(self._project, cursor, now=now)
            again_in = timedelta(hours=options.full_walk_hours)
        else:
            again_in = timedelta(seconds=options.sweep_seconds)
        cursors.finish(cursor, kept, now=now, again_in=again_in, note=note)


@contextmanager
def _without_collector() -> Iterator[None]:
    """
    Let Python's cycle collector rest. A page makes a hundred thousand objects that die with it without its help; going
    through them again and again costs a sixth of the whole import.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _many_times(before: int, fresh: int) -> bool:
    """Whether a walk that has met so many files meets its 4,096th, 16,384th, 65,536th and so on with the fresh ones."""
    after = before + fresh
    return after >= 4096 and (after.bit_length() - 1) // 2 > (before.bit_length() - 1) // 2


def _uuids(files: Iterable[Any]) -> list[Any]:
    return [data.get("uuid") if isinstance(data, dict) else None for data in files]


def _digests(uuids: Iterable[str]) -> array:
    return array(
        "Q", (int.from_bytes(hashlib.blake2b(uuid.encode(), digest_size=8).digest(), "big") for uuid in uuids)
    )


def _look_for_missing(project: Account, cursor: SyncCursor, *, now: datetime) -> str:
    """
    Have every file looked at that we know and the walk did not meet.

    Absence alone proves nothing; each is asked for by its uuid. Uses 8 bytes of memory per file.

    :returns: a note for staff, empty when nothing is odd
    """
    seen = array("Q")
    for digests in (
        SeenPage.objects.filter(cursor=cursor).order_by("pk").values_list("digests", flat=True).iterator()
    ):
        seen.frombytes(bytes(digests))
    seen = array("Q", sorted(seen))
    source = project.connection.key
    missing: list[str] = []
    after = 0
    while rows := catalog.uuids_after(source, after, 1000):
        after = rows[-1][0]
        uuids = [uuid for _, uuid in rows]
        for uuid, digest in zip(uuids, _digests(uuids), strict=True):
            place = bisect_left(seen, digest)
            if place == len(seen) or seen[place] != digest:
                missing.append(uuid)
    SeenPage.objects.filter(cursor=cursor).delete()
    stamp = f"{now:%Y%m%d%H%M%S}"
    inbox.store(
        project.connection,
        [inbound.check(uuid, why=stamp) for uuid in missing[:MOST_CHECKS]],
        now=now,
    )
    if len(missing) > MOST_CHECKS:
        return f"{len(missing)} known files were not in the list; {MOST_CHECKS} of them are asked for now."
    return ""
