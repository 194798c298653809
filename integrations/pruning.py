"""
Forgetting finished work. Small batches, each its own transaction, so that nobody waits for it.

What is never forgotten:

* unfinished rows, waiting or parked, and the attempts at them;
* the newest inbox row about a thing whose latest state counts: the next page of a list is compared with it, and without
  it every file of a page would be applied again;
* rows whose key may come again. The grid repeats its events for seven days, so inbox rows stay longer than that
  (``INBOX_KEPT_DAYS`` is at least 8). Facts of the outbox are named by revisions and ids that are given once; a
  repair's key names a state that its own success ends.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection as database

from integrations.models import Connection

BATCH = 1000

# The window moves on whatever it holds: rows that stay must not be looked at again for every batch.
_INBOX = """
    WITH looked_at AS (
        SELECT id, received_at FROM integrations_inboundevent
        WHERE connection_id = %(connection)s AND received_at < %(before)s
            AND (received_at, id) > (%(after)s, %(after_id)s)
        ORDER BY received_at, id LIMIT %(batch)s
    ), forgotten AS (
        DELETE FROM integrations_inboundevent AS event USING looked_at
        WHERE event.id = looked_at.id AND event.state IN ('done', 'ignored')
            AND (NOT event.coalesces OR EXISTS (
                SELECT 1 FROM integrations_inboundevent AS newer
                WHERE newer.connection_id = event.connection_id AND newer.subject = event.subject
                    AND newer.id > event.id
            ))
        RETURNING event.id
    )
    SELECT max(received_at), (SELECT count(*) FROM forgotten),
        (array_agg(id ORDER BY received_at DESC, id DESC))[1] FROM looked_at
"""
_ATTEMPTS = """
    DELETE FROM integrations_deliveryattempt WHERE id IN (
        SELECT attempt.id FROM integrations_deliveryattempt AS attempt
        JOIN integrations_outboxmessage AS message ON message.id = attempt.message_id
        WHERE attempt.started_at < %(before)s AND message.state IN ('sent', 'superseded')
        ORDER BY attempt.started_at LIMIT %(batch)s
    )
"""
_OUTBOX = """
    WITH forgotten AS (
        SELECT id FROM integrations_outboxmessage
        WHERE state IN ('sent', 'superseded') AND created_at < %(before)s
            AND coalesce(sent_at, created_at) < %(before)s
        ORDER BY created_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ), attempts AS (
        DELETE FROM integrations_deliveryattempt WHERE message_id IN (SELECT id FROM forgotten)
    )
    DELETE FROM integrations_outboxmessage WHERE id IN (SELECT id FROM forgotten)
"""


@dataclass
class Forgotten:
    """How many rows went."""

    events: int = 0
    messages: int = 0
    attempts: int = 0


def prune(*, now: datetime, until: float, batch: int = BATCH) -> Forgotten:
    """
    Forget finished rows that are old enough, until there are none or the time is up.

    :param until: on the monotonic clock
    """
    gone = Forgotten()
    for connection in Connection.objects.all():
        gone.events += _forget_events(connection, _before(now, settings.INBOX_KEPT_DAYS), until, batch)
    before = _before(now, settings.DELIVERY_ATTEMPTS_KEPT_DAYS)
    gone.attempts = _repeat(_ATTEMPTS, before, until, batch)
    gone.messages = _repeat(_OUTBOX, _before(now, settings.OUTBOX_KEPT_DAYS), until, batch)
    return gone


def _before(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def _forget_events(connection: Connection, before: datetime, until: float, batch: int) -> int:
    place, count = (datetime.min.replace(tzinfo=UTC), 0), 0
    while time.monotonic() < until:
        with database.cursor() as cursor:
            cursor.execute(
                _INBOX,
                {
                    "connection": connection.pk,
                    "before": before,
                    "after": place[0],
                    "after_id": place[1],
                    "batch": batch,
                },
            )
            last, forgotten, last_id = cursor.fetchone()
        if last is None:
            break
        place, count = (last, last_id), count + forgotten
    return count


def _repeat(statement: str, before: datetime, until: float, batch: int) -> int:
    count = 0
    while time.monotonic() < until:
        with database.cursor() as cursor:
            cursor.execute(statement, {"before": before, "batch": batch})
            gone = cursor.rowcount
        count += gone
        if gone < batch:
            break
    return count
