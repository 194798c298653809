"""What we owe the outside world: written with the fact, delivered later, once and in order."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations import claims, connections, steps
from integrations.errors import DeliveryError, Refused, Throttled
from integrations.models import Connection, DeliveryAttempt, OutboxMessage
from integrations.retry import verdict
from integrations.rows import insert_missing

logger = logging.getLogger(__name__)

Deliver = Callable[..., None]
State = OutboxMessage.State


@dataclass(frozen=True)
class Message:
    """
    One message to be written down; see ``OutboxMessage`` and ``Work`` for the fields.

    ``not_before``  at once when not given
    """

    connection: Connection
    kind: str
    ordering_key: str
    dedupe_key: str
    payload: dict[str, Any]
    coalesces: bool = False
    not_before: datetime | None = None


def enqueue(messages: Iterable[Message], *, now: datetime, wake: Callable[[], None]) -> int:
    """
    Write messages in the caller's transaction, so that they exist exactly when the fact does.

    A fact that is there already is left alone.

    :param wake: called after the commit; the sweep delivers even if it fails
    :returns: how many messages were given
    """
    rows = [
        {
            "connection_id": message.connection.pk,
            "kind": message.kind,
            "ordering_key": message.ordering_key,
            "dedupe_key": message.dedupe_key,
            "payload": message.payload,
            "coalesces": message.coalesces,
            "state": State.PENDING,
            "last_error": "",
            "created_at": now,
            "not_before": message.not_before or now,
            "attempts": 0,
            "crashes": 0,
        }
        for message in messages
    ]
    if rows:
        insert_missing(OutboxMessage, rows)
        transaction.on_commit(wake, robust=True)
    return len(rows)


def deliver_next(
    handlers: Callable[[str, str], Deliver], *, now: datetime, clock: Callable[[], datetime] = timezone.now
) -> bool:
    """
    Try to deliver the next due message.

    :param handlers: returns the function that delivers a kind of a vendor's messages; it is called with ``message``
        and ``now``, returns when the vendor has taken it, and raises ``DeliveryError`` otherwise
    :param clock: tells when the attempt ended
    :returns: ``False`` when nothing was due
    """
    taken = claims.take(OutboxMessage, now=now)
    if not taken:
        return False
    is_retry = claims.is_retry(taken[0])
    attempt = DeliveryAttempt.objects.create(message=taken[0], started_at=now)
    began = time.monotonic()
    steps.reached("delivery begun", taken[0].pk)
    with claims.held(taken) as mine:
        if not mine:
            attempt.delete()
            return True
        message = mine[0]
        steps.reached("delivery held", message.pk)
        error = _attempt(handlers, message, now)
        steps.reached("delivery called", message.pk)
        ended = clock()
        _record(message, error, ended)
        if isinstance(error, Throttled):
            attempt.delete()
            return True
        outcomes: dict[str, str] = {State.SENT: "sent", State.PARKED: "parked"}
        attempt.outcome = outcomes.get(message.state, "later")
        attempt.finished_at = ended
        attempt.duration_ms = round((time.monotonic() - began) * 1000)
        attempt.status = getattr(error, "status", None)
        attempt.error = message.last_error
        attempt.save()
        steps.reached("delivery recorded", message.pk)
    steps.reached("delivery committed", message.pk)
    if is_retry and (error is None or isinstance(error, Refused)):
        connections.give_back_retries(message.connection, 1, ended)
    return True


def _attempt(
    handlers: Callable[[str, str], Deliver], message: OutboxMessage, now: datetime
) -> Exception | None:
    try:
        # A savepoint: what the handler wrote goes when it fails, the hold on the row stays.
        with transaction.atomic():
            handlers(message.connection.vendor, message.kind)(message=message, now=now)
    except DeliveryError as error:
        return error
    except SoftTimeLimitExceeded:
        raise  # it hangs: what the worker's end would be, and counted like it
    except Exception as error:
        if claims.is_lost():
            raise
        logger.exception("outbox message %s: unexpected failure", message.pk)
        return error
    return None


def _record(message: OutboxMessage, error: Exception | None, now: datetime) -> None:
    if error is None:
        claims.finish(message, state=State.SENT, sent_at=now)
        connections.succeeded(message.connection, now)
        return
    reason, wait = verdict(
        error, attempts=message.attempts, first_attempt_at=message.first_attempt_at, now=now
    )
    if wait is None:
        logger.warning("outbox message %s (%s) parked: %s", message.pk, message.kind, reason)
        claims.finish(message, state=State.PARKED, error=reason)
    else:
        again = claims.uncounted(message) if isinstance(error, Throttled) else {}
        claims.finish(message, state=State.PENDING, error=reason, not_before=now + wait, **again)
    if isinstance(error, Refused):
        connections.succeeded(message.connection, now)
    else:
        connections.failed(message.connection, error, now)


def requeue(messages: QuerySet[OutboxMessage], *, now: datetime) -> int:
    """Send parked messages again, with fresh patience; returns how many."""
    return claims.requeue(messages, now=now)
