"""
How a worker takes a piece of work, so that it is done once, in order, and survives the worker.

Two transactions. The first picks due rows that nobody holds and writes down that an attempt begins: a worker that dies
in it is counted. The second locks the rows for as long as the attempt takes and ends with its outcome: killing the
worker frees them at once, and a worker that slept through its lock finds its connection gone, so that its late write
is refused. Rows wait by ``not_before``, never by a sleeping worker.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from integrations import connections
from integrations.models import Connection, Work
from integrations.retry import CRASHES_ALLOWED

logger = logging.getLogger(__name__)

#: Between the two transactions a row is nobody's; it is not taken for a crashed worker's within this time,
HANDOVER = timedelta(seconds=2)
#: and within this one not while the connection lives that began the attempt: a machine may be that slow.
SLOW_HANDOVER = timedelta(seconds=15)

W = TypeVar("W", bound=Work)

#: An attempt that is no retry: nothing went wrong at the vendor's before.
_FIRST = Q(attempts=0) | Q(last_error="")


def _due(model: type[W], now: datetime) -> QuerySet[W]:
    """Rows whose time has come and whose elders of the same ordering key are done."""
    # Looked up first: joined, the planner may sort the whole backlog to find its first row.
    callable_now = list(Connection.objects.filter(connections.ready(now)))
    # A circuit that is open has its own, stricter bound, the trial call; that one is made also without a budget.
    spent = [c.pk for c in callable_now if c.open_until is None and not connections.retries_left(c, now)]
    elders = model._default_manager.filter(
        connection=OuterRef("connection"),
        ordering_key=OuterRef("ordering_key"),
        pk__lt=OuterRef("pk"),
        state__in=["pending", "parked"],
    )
    # News of the latest state need not wait for older news that is parked or has its turn only later.
    coverable = Q(coalesces=True, kind=OuterRef("kind")) & (Q(state="parked") | Q(not_before__gt=now))
    # Our own connection is not at work on anything while it asks.
    living = RawSQL("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()", [])
    left_alone = Q(started_at__lte=now - HANDOVER) & ~Q(started_by__in=living)
    return model._default_manager.filter(
        Q(started_at__isnull=True) | left_alone | Q(started_at__lte=now - SLOW_HANDOVER),
        Q(coalesces=True) & ~Exists(elders.exclude(coverable)) | Q(coalesces=False) & ~Exists(elders),
        _FIRST | ~Q(connection__in=spent),
        state="pending",
        not_before__lte=now,
        connection__in=[c.pk for c in callable_now],
    )


def take(model: type[W], *, now: datetime, batch: int = 1) -> list[W]:
    """
    Begin an attempt at the next due rows: of one connection and one kind, at most ``batch``.

    A row that ended its worker before is taken alone, and parked when it has done so too often.

    :returns: the rows, their ``attempts`` counted; empty when nothing is due. Hand them to ``held``
    """
    while (rows := _take(model, now, batch)) is not None:
        if rows:
            return rows
    return []


@transaction.atomic
def _take(model: type[W], now: datetime, batch: int) -> list[W] | None:
    """Return the rows begun, an empty list when due rows were only cleared away, ``None`` when nothing is due."""
    rows = list(
        _due(model, now)
        .select_related("connection")
        .order_by("not_before", "pk")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)[:batch]
    )
    if not rows:
        return None
    rows = _of_one_kind(rows)
    for row in rows:
        if row.started_at is not None:
            row.crashes += 1
    lost = [row for row in rows if row.crashes >= CRASHES_ALLOWED]
    for row in lost:
        logger.error(
            "%s %s parked: it ended its worker %d times", model._meta.model_name, row.pk, row.crashes
        )
        finish(
            row,
            state="parked",
            error=f"It ended the program that worked on it {row.crashes} times.",
            crashes=row.crashes,
        )
    # Before anything is spent on them: after an outage most rows are covered by younger ones, and each would cost the
    # one trial call that an open circuit allows in a minute.
    rows = _without_covered(model, [row for row in rows if row not in lost])
    if not rows:
        return []
    if rows[0].connection.open_until is not None:
        rows = rows[:1]
        if not connections.may_call(rows[0].connection, now):
            return None
        if is_retry(rows[0]):
            connections.spend_retries(rows[0].connection, 1, now)
    else:
        rows = _within_budget(rows, now)
    for row in rows:
        model._default_manager.filter(pk=row.pk).update(
            attempts=F("attempts") + 1,
            crashes=row.crashes,
            started_at=now,
            started_by=database.connection.info.backend_pid,
            first_attempt_at=Coalesce("first_attempt_at", now),
        )
        row.attempts += 1
        row.started_at = now
        row.first_attempt_at = row.first_attempt_at or now
    return rows


def _within_budget(rows: list[W], now: datetime) -> list[W]:
    """Leave out retries that the connection's budget does not allow; count the others, and the first attempts."""
    connection = rows[0].connection
    retries = [row for row in rows if is_retry(row)]
    if retries:
        allowed = connections.spend_retries(connection, len(retries), now)
        refused = {row.pk for row in retries[allowed:]}
        rows = [row for row in rows if row.pk not in refused]
    # Every tenth row, by its number: workers need not queue up to count the other nine.
    earned = sum(row.attempts == 0 and row.pk % connections.FIRSTS_PER_RETRY == 0 for row in rows)
    if earned:
        connections.earn_retries(connection, earned, now)
    return rows


def is_retry(row: Work) -> bool:
    """Return whether an attempt at a row, as read from the database, follows one that went wrong at the vendor's."""
    return bool(row.attempts and row.last_error)


def _of_one_kind(rows: list[W]) -> list[W]:
    first = rows[0]
    if first.started_at is not None:
        return [first]
    same = [
        r
        for r in rows
        if (r.connection_id, r.kind) == (first.connection_id, first.kind) and r.started_at is None
    ]
    return same


def _without_covered(model: type[W], rows: list[W]) -> list[W]:
    """Close rows that a younger row of the same key covers; of the others, close what they cover themselves."""
    keys = [row.ordering_key for row in rows if row.coalesces]
    if not keys:
        return rows
    family = model._default_manager.filter(
        connection=rows[0].connection_id, kind=rows[0].kind, coalesces=True, ordering_key__in=keys
    )
    sizes = (
        family.filter(state__in=["pending", "parked"])
        .values("ordering_key")
        .annotate(size=Count("pk"), youngest=Max("pk", filter=Q(state="pending")))
        .values_list("ordering_key", "size", "youngest")
    )
    youngest = {key: newest for key, size, newest in sizes if size > 1}
    if not youngest:
        return rows
    covered = Q()
    for key, newest in youngest.items():
        covered |= Q(ordering_key=key, pk__lt=newest)
    # Never waits: a row that another worker holds is its business, and in order before ours.
    spare = family.filter(covered, state__in=["pending", "parked"]).select_for_update(
        skip_locked=True, no_key=True
    )
    model._default_manager.filter(pk__in=list(spare.values_list("pk", flat=True))).update(
        state=model.COVERED,  # type: ignore[attr-defined]
        started_at=None,
        last_error="",
    )
    return [row for row in rows if not row.coalesces or youngest.get(row.ordering_key, row.pk) == row.pk]


@contextmanager
def held(rows: list[W]) -> Iterator[list[W]]:
    """
    Hold rows that were taken, in one transaction around the attempt.

    Yields those that are still this attempt's; another worker may have begun a later one in the moment between.
    """
    model = type(rows[0])
    mine = {row.pk: row for row in rows}
    with transaction.atomic():
        let_go_of_sleepers()
        found = (
            model._default_manager.filter(pk__in=mine, state="pending")
            .select_for_update(skip_locked=True, no_key=True)
            .values_list("pk", "attempts")
        )
        yield [mine[pk] for pk, attempts in sorted(found) if mine[pk].attempts == attempts]


def let_go_of_sleepers() -> None:
    """
    Have PostgreSQL end this transaction, and so free its rows, when its owner does nothing for ``WORK_HOLD_SECONDS``.

    That is longer than any attempt's own deadlines: only a paused process or machine sleeps so long.
    """
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('idle_in_transaction_session_timeout', %s, true)",
            [f"{settings.WORK_HOLD_SECONDS}s"],
        )


def confirm_held() -> None:
    """
    Make sure that the rows are still ours, before overwriting something over there that has changed meanwhile.

    A worker that was paused finds the newer state its successor has written; it must not put its own, older one on top.

    :raises DatabaseError: they are not: the transaction has been ended
    """
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")


def is_lost() -> bool:
    """Return whether the transaction around the present attempt has been ended from outside."""
    raw = database.connection
    return raw is None or raw.closed or raw.broken


def finish(row: Work, *, state: str, error: str = "", **changes) -> None:
    """Write an attempt's outcome into its row; ``changes`` are further columns."""
    changes = {"state": state, "last_error": error[:500], "started_at": None, **changes}
    type(row)._default_manager.filter(pk=row.pk).update(**changes)
    for name, value in changes.items():
        setattr(row, name, value)


def uncounted(row: Work) -> dict[str, object]:
    """Return columns for ``finish`` after an attempt that never went out: it is as if it had not begun."""
    attempts = max(0, row.attempts - 1)
    return {"attempts": attempts} | ({} if attempts else {"first_attempt_at": None})


def requeue(rows: QuerySet[W], *, now: datetime) -> int:
    """
    Let parked rows be tried again from now on, with fresh patience.

    :returns: how many
    """
    return rows.filter(state="parked").update(
        state="pending", not_before=now, crashes=0, attempts=0, started_at=None, first_attempt_at=None
    )
