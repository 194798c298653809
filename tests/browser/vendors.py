"""Connections for the house in the states an operator meets: one that works and one in trouble."""

from datetime import datetime, timedelta

from integrations import connections, inbox, outbox
from integrations.inbox import News
from integrations.models import Connection, OutboxMessage, SyncCursor
from integrations.outbox import Message

_MINUTE = timedelta(minutes=1)


def connect(now: datetime) -> None:
    """Make both connections with walks, news, messages and the result of a comparison."""
    dam = connections.ensure_connection(
        vendor="scaleflex",
        key="scaleflex",
        name="Scaleflex, Norrvik",
        options={"api_url": "http://127.0.0.1:9", "cdn_url": "http://127.0.0.1:9", "token": "fnorrvik"},
        credentials={"key": "k"},
    )
    grid = connections.ensure_connection(
        vendor="trading_grid",
        key="trading-grid",
        name="Trading Grid, Norrvik",
        options={"gateway_url": "http://127.0.0.1:9", "company_id": "GC"},
        credentials={"consumer_key": "k", "consumer_secret": "s"},
    )
    _well(dam, now)
    _in_trouble(grid, now)


def _well(dam: Connection, now: datetime) -> None:
    Connection.objects.filter(pk=dam.pk).update(last_success_at=now)
    inbox.store(
        dam, [News("file", f"u-{n}", f"u-{n}", state="done") for n in range(20)], now=now - 3 * _MINUTE
    )
    result = {
        "at": (now - 400 * _MINUTE).isoformat(), "compared": 104_233, "kinds": {}, "repairs": 0, "on_the_way": 0,
        "equal": True, "proved": False, "examples": {}, "dry": False,
    }  # fmt: skip
    SyncCursor.objects.create(
        connection=dam, name="reconcile", value={"result": result}, started_at=now - 410 * _MINUTE,
        heartbeat_at=now - 400 * _MINUTE, finished_at=now - 400 * _MINUTE, due_at=now + 600 * _MINUTE,
        done_count=104_233,
    )  # fmt: skip
    SyncCursor.objects.create(
        connection=dam, name="sweep", started_at=now - _MINUTE, heartbeat_at=now, finished_at=now,
        due_at=now + _MINUTE, done_count=3,
    )  # fmt: skip
    SyncCursor.objects.create(
        connection=dam, name="full", started_at=now - 2 * _MINUTE, heartbeat_at=now, done_count=48_000,
        total_estimate=104_000,
    )  # fmt: skip


def _in_trouble(grid: Connection, now: datetime) -> None:
    Connection.objects.filter(pk=grid.pk).update(
        failures=9,
        open_until=now + 4 * _MINUTE,
        last_failure="Trading Grid answered 502 after 3 attempts; the gateway says: upstream connect error.",
        last_failure_at=now,
        last_success_at=now - 60 * _MINUTE,
    )
    facts = [
        Message(grid, "publication.changed", f"publication:{n}", f"publication:pub_{n}:r1", {})
        for n in range(12)
    ]
    outbox.enqueue(facts, now=now - 42 * _MINUTE, wake=lambda: None)
    first = OutboxMessage.objects.filter(connection=grid).order_by("pk").values_list("pk", flat=True)[:2]
    OutboxMessage.objects.filter(pk__in=list(first)).update(
        state="parked", attempts=4, last_error="Trading Grid refused (409, 4093): This community is closed."
    )
    result = {
        "at": (now - 400 * _MINUTE).isoformat(), "compared": 812, "repairs": 4, "on_the_way": 1, "equal": False,
        "proved": True, "dry": False, "kinds": {"missing_post": {"found": 5, "left": 2}},
        "examples": {"missing_post": ["pub_k3v4rjq2mzt7x6ua", "pub_m5n2ydfg7wq3hs4e"]},
    }  # fmt: skip
    SyncCursor.objects.create(
        connection=grid, name="reconcile", value={"result": result}, started_at=now - 410 * _MINUTE,
        heartbeat_at=now - 400 * _MINUTE, finished_at=now - 400 * _MINUTE, due_at=now + 600 * _MINUTE, done_count=812,
    )  # fmt: skip
    SyncCursor.objects.create(
        connection=grid, name="events", started_at=now - 43 * _MINUTE, heartbeat_at=now - 43 * _MINUTE,
        finished_at=now - 43 * _MINUTE, due_at=now + 4 * _MINUTE, done_count=17, failures=3,
        last_error="Trading Grid answered 502.",
    )  # fmt: skip
