"""
How well the connections do: read for the staff's page, for monitoring and for ``/readyz``.

Six queries whatever the number of connections and rows. Long tables are never counted to their end: beyond ``MOST``
it says "more than".
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection as database

from integrations import cursors, reconcile, routing
from integrations.models import Connection, SyncCursor

MOST = 1000
HOUR = timedelta(hours=1)
#: An attempt that began so long ago has lost its worker: its hold on the rows ends earlier by itself.
STUCK = timedelta(seconds=settings.WORK_HOLD_SECONDS + 30)
#: A walk that should go on and shows no sign of life for so long has nobody who goes on.
SILENT = timedelta(minutes=10)
#: Walks that bring news: the last sign of life of one says up to when we know what the vendor did.
NEWS = ("sweep", "events")


@dataclass(frozen=True)
class Count:
    """A number that is not counted beyond ``MOST``."""

    number: int = 0

    @property
    def is_more(self) -> bool:
        return self.number > MOST

    @property
    def shown(self) -> int:
        return min(self.number, MOST)

    def __bool__(self) -> bool:
        return self.number > 0


@dataclass(frozen=True)
class Box:
    """
    The inbox or the outbox of one connection.

    ``waiting``  rows that wait for their turn; ``oldest_at`` since when the first of them does
    ``next_at``  when the next of the ``MOST`` oldest is due, which may be past
    ``stuck``    of those, the ones whose worker is gone; they are taken over by themselves
    ``parked``   rows that wait for a person; ``reason`` of the newest
    """

    waiting: Count = Count()
    oldest_at: datetime | None = None
    next_at: datetime | None = None
    stuck: int = 0
    parked: Count = Count()
    reason: str = ""


@dataclass(frozen=True)
class Rate:
    """Outcomes within the last hour, of the newest ``MOST`` (of all connections together: five times as many)."""

    outcomes: dict[str, int] = field(default_factory=dict)
    bad: int = 0

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())

    @property
    def errors(self) -> float | None:
        """The share that went wrong, ``None`` when there was nothing."""
        return self.bad / self.total if self.total else None


@dataclass(frozen=True)
class Walk:
    """A walk through a vendor's list. ``is_silent``: it should go on, and nobody does."""

    cursor: SyncCursor
    per_second: float | None
    seconds_left: int | None
    is_silent: bool

    @property
    def is_running(self) -> bool:
        return self.cursor.started_at is not None and self.cursor.finished_at is None


@dataclass(frozen=True)
class Health:
    """
    One connection.

    ``state``          ``off``, ``paused``, ``open`` (circuit), ``trouble``, ``new`` or ``ok``
    ``last_event_at``  when the newest piece of news came, by call or by asking
    ``seen_at``        up to when the vendor was asked for everything new
    ``token_until``    when the grid's token is renewed, ``None`` when there is none or nobody can tell
    ``compared``       ``reconcile.result_of`` the last comparison
    """

    connection: Connection
    now: datetime
    state: str
    last_event_at: datetime | None
    seen_at: datetime | None
    inbox: Box
    outbox: Box
    news: Rate
    deliveries: Rate
    walks: list[Walk]
    compared: dict[str, Any]
    token_until: datetime | None

    @property
    def lag(self) -> timedelta | None:
        """How far the portal may be behind the vendor: the oldest news not worked on, or the time nobody asked."""
        since = [at for at in (self.seen_at, self.inbox.oldest_at) if at is not None]
        return max(timedelta(), self.now - min(since)) if since else None

    @property
    def next_at(self) -> datetime | None:
        """When the next attempt is made at what waits, ``None`` when nothing does."""
        due = [at for at in (self.inbox.next_at, self.outbox.next_at) if at is not None]
        if not due:
            return None
        held = [at for at in (self.connection.open_until, self.connection.paused_until) if at is not None]
        return max([min(due), *held])

    @property
    def drift(self) -> dict[str, int]:
        """Kind -> how many things differed at the last look."""
        kinds = self.compared.get("kinds", {})
        return {kind: counts["left"] for kind, counts in kinds.items() if counts["left"]}

    @property
    def compared_at(self) -> datetime | None:
        return datetime.fromisoformat(self.compared["at"]) if self.compared else None

    @property
    def is_stuck(self) -> bool:
        return bool(self.inbox.stuck or self.outbox.stuck or any(walk.is_silent for walk in self.walks))


def overview(*, now: datetime) -> list[Health]:
    """Return the health of every connection, those in use first."""
    connections = list(Connection.objects.order_by("-is_active", "vendor", "key"))
    inboxes, outboxes = _boxes("inboundevent", "received_at", now), _boxes("outboxmessage", "created_at", now)
    news, last_events = _news(now)
    deliveries = _deliveries(now)
    walks: dict[int, list[SyncCursor]] = {}
    for cursor in SyncCursor.objects.select_related("connection").order_by("name"):
        walks.setdefault(cursor.connection_id, []).append(cursor)
    return [
        _health(
            each,
            now,
            inbox=inboxes.get(each.pk, Box()),
            outbox=outboxes.get(each.pk, Box()),
            news=news.get(each.pk, Rate()),
            deliveries=deliveries.get(each.pk, Rate()),
            last_event_at=last_events.get(each.pk),
            rows=walks.get(each.pk, []),
        )
        for each in connections
    ]


def of(connection_id: int, *, now: datetime) -> Health | None:
    """Return the health of one connection."""
    return next((health for health in overview(now=now) if health.connection.pk == connection_id), None)


def state_of(connection: Connection, *, now: datetime) -> str:
    """Return the word for a connection's state, see ``Health``."""
    if not connection.is_active:
        return "off"
    if connection.paused_until and connection.paused_until > now:
        return "paused"
    if connection.open_until is not None:
        return "open"
    if connection.failures:
        return "trouble"
    return "ok" if connection.last_success_at else "new"


def _health(connection: Connection, now: datetime, *, rows: list[SyncCursor], **figures: Any) -> Health:
    seen = [row.finished_at or row.heartbeat_at for row in rows if row.name in NEWS]
    return Health(
        connection=connection,
        now=now,
        state=state_of(connection, now=now),
        seen_at=min((at for at in seen if at is not None), default=None),
        walks=[_walk(row, connection, now) for row in rows],
        compared=next((reconcile.result_of(row) for row in rows if row.name == reconcile.NAME), {}),
        token_until=routing.token_until(connection),
        **figures,
    )


def _walk(cursor: SyncCursor, connection: Connection, now: datetime) -> Walk:
    speed = cursors.speed(cursor)
    due = cursor.due_at if cursor.due_at is not None else cursor.heartbeat_at or cursor.started_at
    held = not connection.is_active or any(
        at is not None and at > now for at in (connection.paused_until, connection.open_until)
    )
    return Walk(
        cursor=cursor,
        per_second=speed.per_second,
        seconds_left=speed.seconds_left,
        is_silent=not held and due is not None and due < now - SILENT,
    )


# -- Queries ----------------------------------------------------------------------------------------------------------
_BOX = """
    SELECT c.id, w.n, w.oldest, w.due, w.stuck, p.n, p.reason FROM integrations_connection AS c
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, min(not_before) AS due,
            -- What was put off before anybody tried is not late.
            min(CASE WHEN attempts > 0 THEN at ELSE greatest(at, not_before) END)
                FILTER (WHERE attempts > 0 OR not_before <= %(now)s) AS oldest,
            count(*) FILTER (WHERE started_at < %(stuck)s) AS stuck
        FROM (
            SELECT {time} AS at, not_before, started_at, attempts FROM integrations_{table}
            WHERE connection_id = c.id AND state = 'pending' ORDER BY id LIMIT %(limit)s
        ) AS waiting
    ) AS w
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, (array_agg(last_error ORDER BY id DESC))[1] AS reason
        FROM (
            SELECT id, last_error FROM integrations_{table}
            WHERE connection_id = c.id AND state = 'parked' ORDER BY id DESC LIMIT %(limit)s
        ) AS parked
    ) AS p
"""
_NEWS = """
    SELECT c.id, l.at, h.state, h.n, h.bad FROM integrations_connection AS c
    LEFT JOIN LATERAL (
        SELECT received_at AS at FROM integrations_inboundevent
        WHERE connection_id = c.id ORDER BY received_at DESC LIMIT 1
    ) AS l ON true
    LEFT JOIN LATERAL (
        SELECT state, count(*) AS n,
            count(*) FILTER (WHERE state = 'parked' OR (state = 'pending' AND last_error <> '')) AS bad
        FROM (
            SELECT state, last_error FROM integrations_inboundevent
            WHERE connection_id = c.id AND received_at > %(since)s ORDER BY received_at DESC LIMIT %(limit)s
        ) AS recent GROUP BY state
    ) AS h ON true
"""
_DELIVERIES = """
    SELECT m.connection_id, a.outcome, count(*),
        count(*) FILTER (WHERE a.outcome IN ('later', 'parked') OR (a.outcome = 'started' AND a.started_at < %(stuck)s))
    FROM (
        SELECT message_id, outcome, started_at FROM integrations_deliveryattempt
        WHERE started_at > %(since)s ORDER BY started_at DESC LIMIT %(limit)s
    ) AS a
    JOIN integrations_outboxmessage AS m ON m.id = a.message_id GROUP BY m.connection_id, a.outcome
"""


def _ask(statement: str, **values: Any) -> list[tuple]:
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _boxes(table: str, time: str, now: datetime) -> dict[int, Box]:
    rows = _ask(_BOX.format(table=table, time=time), now=now, stuck=now - STUCK, limit=MOST + 1)
    return {
        pk: Box(Count(waiting), oldest, due, stuck, Count(parked), reason or "")
        for pk, waiting, oldest, due, stuck, parked, reason in rows
    }


def _news(now: datetime) -> tuple[dict[int, Rate], dict[int, datetime]]:
    outcomes: dict[int, dict[str, int]] = {}
    bad: dict[int, int] = {}
    last: dict[int, datetime] = {}
    for pk, at, state, number, wrong in _ask(_NEWS, since=now - HOUR, limit=MOST):
        if at is not None:
            last[pk] = at
        if state is not None:
            outcomes.setdefault(pk, {})[state] = number
            bad[pk] = bad.get(pk, 0) + wrong
    return {pk: Rate(found, bad[pk]) for pk, found in outcomes.items()}, last


def _deliveries(now: datetime) -> dict[int, Rate]:
    outcomes: dict[int, dict[str, int]] = {}
    bad: dict[int, int] = {}
    for pk, outcome, number, wrong in _ask(_DELIVERIES, since=now - HOUR, stuck=now - STUCK, limit=MOST * 5):
        outcomes.setdefault(pk, {})[outcome] = number
        bad[pk] = bad.get(pk, 0) + wrong
    return {pk: Rate(found, bad[pk]) for pk, found in outcomes.items()}


def reconciles_at_night() -> bool:
    """Return whether the timetable compares at all."""
    return bool(settings.RECONCILE_AT_HOURS)
