"""Walks through vendors' lists: who is at it, how far it came, when it begins again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction

from integrations import claims, connections, retry, steps
from integrations.errors import BadPayload, DeliveryError, Refused, Retryable, Throttled
from integrations.models import Connection, SyncCursor


def is_due(connection: Connection, name: str, *, now: datetime) -> bool:
    """Return whether a pass should begin, or go on."""
    cursor = SyncCursor.objects.filter(connection=connection, name=name).first()
    return cursor is None or cursor.due_at is None or cursor.due_at <= now


@contextmanager
def held(connection: Connection, name: str, *, now: datetime) -> Iterator[SyncCursor | None]:
    """
    Hold a walk for one step, in one transaction around it: reading, applying, and noting how far it came.

    Yields ``None`` when another worker is at it. Killing the worker frees it at once, at the last step that was whole.

    :raises SoftTimeLimitExceeded: the step took longer than a worker may; noted as its failure
    """
    SyncCursor.objects.get_or_create(connection=connection, name=name)
    place, began = f"{connection.key}/{name}", time.monotonic()
    try:
        with transaction.atomic():
            claims.let_go_of_sleepers()
            cursor = (
                SyncCursor.objects.filter(connection=connection, name=name)
                .select_for_update(skip_locked=True, no_key=True)
                .first()
            )
            steps.reached("walk held", place)
            yield cursor
            steps.reached("walk noted", place)
    except SoftTimeLimitExceeded:
        # It would only be taken again and again, and nobody would know why nothing comes of it.
        error = Retryable(f"A step took more than {settings.WORK_SECONDS} seconds and was stopped.")
        fail(connection, name, error, now=now + timedelta(seconds=time.monotonic() - began))
        raise
    steps.reached("walk committed", place)


def begin(cursor: SyncCursor, value: dict[str, Any], *, now: datetime) -> None:
    """Note that a new pass starts at ``value``."""
    cursor.value, cursor.started_at, cursor.finished_at = value, now, None
    cursor.done_count, cursor.total_estimate = 0, None


def step(
    cursor: SyncCursor, value: dict[str, Any], *, done: int, now: datetime, total: int | None = None
) -> None:
    """Note that the pass came as far as ``value``, with ``done`` more rows."""
    cursor.value, cursor.heartbeat_at, cursor.due_at = value, now, None
    cursor.done_count += done
    cursor.total_estimate = total if total is not None else cursor.total_estimate
    cursor.failures, cursor.last_error = 0, ""
    cursor.save()
    connections.succeeded(cursor.connection, now)


def finish(
    cursor: SyncCursor, value: dict[str, Any], *, now: datetime, again_in: timedelta, note: str = ""
) -> None:
    """Note that the pass is through; the next begins after ``again_in`` at ``value``."""
    cursor.value, cursor.heartbeat_at, cursor.finished_at = value, now, now
    cursor.due_at = now + again_in
    cursor.failures, cursor.last_error = 0, note[:500]
    cursor.save()
    connections.succeeded(cursor.connection, now)


def fail(connection: Connection, name: str, error: DeliveryError, *, now: datetime) -> None:
    """
    Note that a step failed: it is tried again later, at the same place.

    When our own rate was used up, nothing failed: it only waits.
    """
    if isinstance(error, Throttled):
        due_at = now + timedelta(seconds=error.retry_after or 1.0)
        SyncCursor.objects.filter(connection=connection, name=name).update(due_at=due_at)
        return
    cursor, _ = SyncCursor.objects.get_or_create(connection=connection, name=name)
    cursor.failures += 1
    wait = retry.delay(min(cursor.failures, 9), retry_after=getattr(error, "retry_after", None))
    cursor.due_at, cursor.last_error = now + wait, str(error)[:500]
    cursor.save(update_fields=["failures", "due_at", "last_error"])
    if isinstance(error, Refused | BadPayload):
        connections.succeeded(connection, now)
    else:
        connections.failed(connection, error, now)


@dataclass(frozen=True)
class Speed:
    """``per_second`` so far, ``None`` while too little is done to tell; ``seconds_left`` at that speed."""

    per_second: float | None
    seconds_left: int | None


def speed(cursor: SyncCursor) -> Speed:
    """Return how fast a pass goes, measured from its start to its last sign of life."""
    if cursor.started_at is None or cursor.heartbeat_at is None or not cursor.done_count:
        return Speed(None, None)
    seconds = (cursor.heartbeat_at - cursor.started_at).total_seconds()
    if seconds <= 0:
        return Speed(None, None)
    per_second = cursor.done_count / seconds
    if cursor.finished_at is not None or cursor.total_estimate is None:
        return Speed(per_second, None)
    return Speed(per_second, max(0, round((cursor.total_estimate - cursor.done_count) / per_second)))
