"""Asking the grid for news: its events, and by timetable the whole directory, in turns."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from integrations import connections, cursors
from integrations.errors import BadOptions, BadPayload, DeliveryError, Refused
from integrations.models import Connection, SyncCursor
from integrations.trading_grid import client, directory_walk, inbound
from integrations.trading_grid.config import Account, account

logger = logging.getLogger(__name__)

DIRECTORY, EVENTS = directory_walk.NAME, "events"


def poll(connection: Connection, *, seconds: float, clock: Callable[[], datetime] = timezone.now) -> bool:
    """
    Read the directory when it is time, step by step, and the events since the last poll, for about so long.

    :param clock: tells the time of each step
    :returns: whether there is more to read right away
    """
    stopped = False
    for name, step in ((DIRECTORY, directory_walk.step), (EVENTS, _read_events)):
        # A step at least and half the time for each: a large directory is read for hours, and events are heard still.
        until, more = time.monotonic() + seconds / 2, True
        while more and cursors.is_due(connection, name, now=clock()):
            if not connections.may_call(connection, clock()):
                return False
            more = _step(connection, name, step, clock)
            if more and time.monotonic() >= until:
                stopped = True
                break
    return stopped


def start_over(connection: Connection) -> None:
    """Let the directory be read at the next poll, and the events from the beginning."""
    SyncCursor.objects.filter(connection=connection, name__in=(DIRECTORY, EVENTS)).update(
        value={}, due_at=None
    )


def _step(
    connection: Connection, name: str, step: Callable[..., bool], clock: Callable[[], datetime]
) -> bool:
    try:
        company = account(connection)
        with cursors.held(connection, name, now=clock()) as cursor:
            return cursor is not None and step(company, cursor, clock)
    except DeliveryError as error:
        logger.warning("%s of connection %s: %s", name, connection.key, error)
        cursors.fail(connection, name, error, now=clock())
        return False


def _read_events(company: Account, cursor: SyncCursor, clock: Callable[[], datetime]) -> bool:
    if not company.options.paths.get(EVENTS):
        cursors.finish(
            cursor, {}, now=clock(), again_in=timedelta(days=1), note="The tenant has no list of events."
        )
        return False
    following = cursor.value.get("next")
    try:
        events, after = client.events(company, following=following)
    except (Refused, BadOptions):
        if following is None:
            raise
        # A place in the list that is not known any more: from the beginning, events that we have are passed over.
        events, after = client.events(company, following=None)
    note = ""
    for event in events:
        try:
            inbound.store_events(company.connection, [event], now=clock())
        except BadPayload as error:
            note = str(error)
    value = {"next": after or following}
    if events and after and after != following:
        cursors.step(cursor, value, done=len(events), now=clock())
        return True
    cursor.done_count += len(events)
    cursors.finish(
        cursor, value, now=clock(), again_in=timedelta(seconds=company.options.events_seconds), note=note
    )
    return False
