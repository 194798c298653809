"""Reconciling as the timetable and the workers do it, in one call."""

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations import inbox, outbox, reconcile, routing
from integrations.models import Connection, SyncCursor


class Clock:
    """The real time, moved by the test."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return timezone.now() + self.ahead


def work(clock=timezone.now) -> None:
    """What workers do: everything that is due."""
    while inbox.process_next(routing.inbound_handler, now=clock()) or outbox.deliver_next(
        routing.outbound_handler, now=clock(), clock=clock
    ):
        pass


def reconciled(connection: Connection, *, repair: bool = True, restored: bool = False) -> dict[str, Any]:
    """Run to the end, waiting by moving the clock; returns ``reconcile.result_of``."""
    connection.refresh_from_db()
    reconcile.begin(connection, repair=repair, restored=restored, now=timezone.now())
    return finished(connection)


def finished(connection: Connection) -> dict[str, Any]:
    """Bring a run that has begun to its end."""
    clock = Clock()
    for _ in range(500):
        if not reconcile.advance(connection, until=time.monotonic() + 60, clock=clock):
            cursor = SyncCursor.objects.get(connection=connection, name=reconcile.NAME)
            assert cursor.last_error == ""
            if not reconcile.is_running(cursor):
                return reconcile.result_of(cursor)
            work(clock)
            clock.ahead += timedelta(seconds=5)
    raise AssertionError("It came to no end.")


def found(result: dict[str, Any]) -> dict[str, int]:
    return {kind: counts["found"] for kind, counts in result["kinds"].items()}


def left(result: dict[str, Any]) -> dict[str, int]:
    return {kind: counts["left"] for kind, counts in result["kinds"].items() if counts["left"]}
