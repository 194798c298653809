"""What the outside world told us: stored once, answered, worked on later."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Max, QuerySet

from integrations import claims, connections, steps
from integrations.errors import BadPayload, DeliveryError, Refused, Throttled
from integrations.models import Connection, InboundEvent
from integrations.retry import verdict
from integrations.rows import insert_missing

logger = logging.getLogger(__name__)

State = InboundEvent.State


@dataclass(frozen=True)
class Later:
    """The event is not finished: look again after ``not_before``, remembering ``data``."""

    not_before: datetime
    data: dict[str, Any]


@dataclass(frozen=True)
class Remark:
    """The event is done; ``text`` is something staff should know about it, ``data`` what is to be kept with it."""

    text: str
    data: dict[str, Any] | None = None


@dataclass(frozen=True)
class Ignored:
    """The event asks for nothing; ``reason`` is for staff."""

    reason: str


#: What came of one event: ``None`` when it is done, otherwise why not.
Result = None | Remark | Later | Ignored | Exception


@dataclass(frozen=True)
class Handler:
    """
    Works on events of one kind.

    ``work``   called with ``connection``, ``events`` and ``now``, in one transaction; returns the results of events
               that did not simply succeed, by row number; what it raises counts for all of them
    ``batch``  how many events it takes at once; when a batch fails as a whole, each is tried alone
    """

    work: Callable[..., dict[int, Result]]
    batch: int = 1


@dataclass(frozen=True)
class News:
    """
    One event to be stored; see ``InboundEvent`` and ``Work`` for the fields.

    ``ordering_key``  the subject when not given. A younger event of the same key covers one that coalesces, and its
                      ``data`` are lost: what must be asked in any case has a key of its own
    ``not_before``    now when not given
    """

    kind: str
    subject: str
    dedupe_key: str
    ordering_key: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    raw: bytes | None = None
    coalesces: bool = False
    state: str = State.PENDING
    error: str = ""
    not_before: datetime | None = None


def store(connection: Connection, news: Iterable[News], *, now: datetime) -> None:
    """Store events; those that are there already are left alone."""
    insert_missing(
        InboundEvent,
        [
            {
                "connection_id": connection.pk,
                "kind": item.kind,
                "subject": item.subject[:200],
                "dedupe_key": item.dedupe_key[:200],
                "ordering_key": (item.ordering_key or item.subject or item.dedupe_key)[:200],
                "data": item.data,
                "raw": item.raw,
                "coalesces": item.coalesces,
                "state": item.state,
                "last_error": item.error[:500],
                "received_at": now,
                "not_before": item.not_before or now,
                "processed_at": now if item.state in {State.DONE, State.IGNORED} else None,
                "attempts": 0,
                "crashes": 0,
                "repeats": 0,
            }
            for item in news
        ],
    )


@transaction.atomic
def store_hint(
    connection: Connection, *, kind: str, subject: str, now: datetime, raw: bytes | None = None
) -> None:
    """
    Store that something may have changed. A hint that waits already takes the new one in.

    Only one that no worker holds: a worker that has begun may have read the vendor before this change.
    """
    waiting = (
        InboundEvent.objects.filter(
            connection=connection,
            kind=kind,
            subject=subject,
            state=State.PENDING,
            started_at=None,
            not_before__lte=now,
        )
        .select_for_update(skip_locked=True, no_key=True)
        .first()
    )
    if waiting is not None:
        InboundEvent.objects.filter(pk=waiting.pk).update(repeats=waiting.repeats + 1)
        return
    key = f"hint:{subject[:120]}:{uuid4().hex}"
    store(connection, [News(kind=kind, subject=subject, dedupe_key=key, raw=raw, coalesces=True)], now=now)


def last_turn(connection: Connection, prefix: str) -> datetime | None:
    """Return when the last of the waiting events whose keys begin like this is due, ``None`` when none waits."""
    waiting = InboundEvent.objects.filter(
        connection=connection, state=State.PENDING, dedupe_key__startswith=prefix
    )
    return waiting.aggregate(last=Max("not_before"))["last"]


def settled_subjects(connection: Connection, *, kind: str, subjects: Collection[str]) -> set[str]:
    """Return those of the subjects about which something was worked on before and is not parked."""
    if not subjects:
        return set()
    rows = InboundEvent.objects.filter(
        connection=connection, kind=kind, subject__in=subjects, state__in=[State.DONE, State.IGNORED]
    )
    return set(rows.values_list("subject", flat=True))


def has_due(connection: Connection, *, now: datetime) -> bool:
    """Return whether events of a connection wait to be worked on now."""
    return InboundEvent.objects.filter(
        connection=connection, state=State.PENDING, not_before__lte=now, started_at=None
    ).exists()


def settle_parked(connection: Connection, *, kind: str, keys: Collection[str], now: datetime) -> None:
    """What was parked about these things is answered by the newer state of them that has been taken in."""
    InboundEvent.objects.filter(
        connection=connection, kind=kind, ordering_key__in=keys, coalesces=True, state=State.PARKED
    ).update(state=State.IGNORED, processed_at=now)


def process_next(handlers: Callable[[str, str], Handler], *, now: datetime, batch: int = 50) -> bool:
    """
    Work on the next due event, or on a batch of them where their handler can.

    :param handlers: returns the handler of a kind of a vendor's events
    :returns: ``False`` when nothing was due
    """
    taken = claims.take(InboundEvent, now=now, batch=batch)
    if not taken:
        return False
    steps.reached("event begun", taken[0].pk)
    retried = [event for event in taken if claims.is_retry(event)]
    with claims.held(taken) as mine:
        if not mine:
            return True
        steps.reached("event held", mine[0].pk)
        handler = handlers(mine[0].connection.vendor, mine[0].kind)
        for start in range(0, len(mine), handler.batch):
            _work(handler, mine[start : start + handler.batch], now)
        steps.reached("event recorded", mine[0].pk)
    steps.reached("event committed", mine[0].pk)
    # What failed again waits again and says why; whatever else became of it, the vendor answered.
    through = [
        event
        for event in retried
        if event in mine and not (event.state == State.PENDING and event.last_error)
    ]
    if through:
        connections.give_back_retries(mine[0].connection, len(through), now)
    return True


def _work(handler: Handler, events: Sequence[InboundEvent], now: datetime) -> None:
    connection = events[0].connection
    try:
        # A savepoint: what the handler wrote goes when it fails, the hold on the rows stays.
        with transaction.atomic():
            results = handler.work(connection=connection, events=events, now=now)
    except DeliveryError as error:
        results = {event.pk: error for event in events}
    except SoftTimeLimitExceeded:
        raise  # it hangs: what the worker's end would be, and counted like it
    except Exception as error:
        if claims.is_lost():
            raise
        logger.exception("inbox event %s: unexpected failure", events[0].pk)
        if len(events) > 1:
            # One of them is poison; alone, the others are not held up by it.
            for event in events:
                _work(handler, [event], now)
            return
        results = {events[0].pk: error}
    steps.reached("event worked", events[0].pk)
    for event in events:
        _record(event, results.get(event.pk), now)
    _note_health(connection, [results.get(event.pk) for event in events], now)


def _record(event: InboundEvent, result: Result, now: datetime) -> None:
    match result:
        case None:
            claims.finish(event, state=State.DONE, processed_at=now)
            if event.coalesces:
                settle_parked(event.connection, kind=event.kind, keys=[event.ordering_key], now=now)
        case Remark(remark, data):
            kept = {} if data is None else {"data": data}
            claims.finish(event, state=State.DONE, error=remark, processed_at=now, **kept)
            if event.coalesces:
                settle_parked(event.connection, kind=event.kind, keys=[event.ordering_key], now=now)
        case Ignored(reason):
            claims.finish(event, state=State.IGNORED, error=reason, processed_at=now)
        case Later(not_before, data):
            claims.finish(event, state=State.PENDING, not_before=not_before, data=data)
        case _:
            reason, wait = verdict(
                result, attempts=event.attempts, first_attempt_at=event.first_attempt_at, now=now
            )
            more: dict[str, Any] = {}
            if isinstance(result, BadPayload) and result.raw:
                more["raw"] = result.raw
            if isinstance(result, Throttled):
                more |= claims.uncounted(event)
            if wait is None:
                logger.warning("inbox event %s (%s) parked: %s", event.pk, event.kind, reason)
                claims.finish(event, state=State.PARKED, error=reason, **more)
            else:
                claims.finish(event, state=State.PENDING, error=reason, not_before=now + wait, **more)


def _note_health(connection: Connection, results: Sequence[Result], now: datetime) -> None:
    errors = [
        result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)
    ]
    if len(errors) < len(results):
        connections.succeeded(connection, now)
    elif errors:
        connections.failed(connection, errors[0], now)


def requeue(events: QuerySet[InboundEvent], *, now: datetime) -> int:
    """Work on parked events again, with fresh patience; returns how many."""
    return claims.requeue(events, now=now)
