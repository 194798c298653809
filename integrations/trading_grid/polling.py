"""Asking the grid for news: its events, and by timetable the whole directory."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from integrations import connections, cursors
from integrations.errors import BadOptions, BadPayload, DeliveryError, Refused
from integrations.models import Connection, SyncCursor
from integrations.trading_grid import calls, client, directory, inbound, onboarding_sweep, subscriptions
from integrations.trading_grid.config import Account, account

logger = logging.getLogger(__name__)

DIRECTORY, EVENTS = "directory", "events"


def poll(connection: Connection, *, seconds: float, clock: Callable[[], datetime] = timezone.now) -> bool:
    """
    Read the directory when it is time, and the events since the last poll, for about so long.

    :param clock: tells the time of each step
    :returns: whether there are more events to read right away
    """
    until = time.monotonic() + seconds
    for name, step in ((DIRECTORY, _read_directory), (EVENTS, _read_events)):
        more = True
        while more and cursors.is_due(connection, name, now=clock()):
            if time.monotonic() >= until:
                return True
            if not connections.may_call(connection, clock()):
                return False
            more = _step(connection, name, step, clock)
    return False


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


def _read_directory(company: Account, cursor: SyncCursor, clock: Callable[[], datetime]) -> bool:
    now = clock()
    cursors.begin(cursor, {}, now=now)
    found = directory.fetch(company)
    directory.apply(company.connection, found, now=now)
    cursor.done_count = len(found.companies) + len(found.groups)
    notes = [*found.notes, *_read_onboarding(company, now), *_subscribe(company, now)]
    again_in = timedelta(minutes=company.options.directory_minutes)
    cursors.finish(cursor, {}, now=clock(), again_in=again_in, note=" ".join(notes))
    return False


def _read_onboarding(company: Account, now: datetime) -> list[str]:
    """Take in what no event tells about onboarding projects; returns notes for staff."""
    if not onboarding_sweep.is_wanted(company):
        return []
    notes, following = [], None
    with calls.in_one_go(directory.PATIENCE_SECONDS):
        while True:
            said, following = onboarding_sweep.read_page(company, following=following, now=now)
            notes += said
            if following is None:
                return notes


def _subscribe(company: Account, now: datetime) -> list[str]:
    """Have events pushed to our webhook; returns notes for staff. Without it they are polled all the same."""
    if not (
        company.options.subscribe and company.options.paths.get("subscriptions") and company.webhook_secret
    ):
        return []
    url = f"{settings.PORTAL_URL}/integrations/trading-grid/{company.connection.key}/webhook"
    try:
        # What was read is applied with this step, so the step waits for the rate here as well.
        with calls.in_one_go(directory.PATIENCE_SECONDS):
            subscriptions.keep(company, url=url, now=now)
    except (Refused, BadPayload) as error:
        return [f"Events are polled only: {error}"]
    return []


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
