"""Connections and handlers for tests of the engine alone: what a handler does is written in the test."""

from datetime import UTC, datetime, timedelta

from integrations import connections, outbox
from integrations.models import Connection

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def make_connection(key: str = "grid", vendor: str = "trading_grid") -> Connection:
    return connections.ensure_connection(
        vendor=vendor,
        key=key,
        name=key,
        options={"gateway_url": "http://127.0.0.1:9", "company_id": "GC"},
        credentials={"consumer_key": "k", "consumer_secret": "s"},
    )


def message(connection: Connection, fact: str, *, key: str = "", coalesces: bool = False) -> outbox.Message:
    """A message about ``fact``, in order with others of the same ``key``."""
    return outbox.Message(
        connection=connection,
        kind="thing.changed",
        ordering_key=key or fact,
        dedupe_key=fact,
        payload={"fact": fact},
        coalesces=coalesces,
    )


def enqueue(*messages: outbox.Message, now: datetime = NOON) -> None:
    outbox.enqueue(messages, now=now, wake=lambda: None)


class Vendor:
    """Takes messages; ``answers`` holds what the next calls raise, ``None`` for a success."""

    def __init__(self, *answers: Exception | None):
        self.answers = list(answers)
        self.taken: list[str] = []
        self.calls: list[str] = []

    def __call__(self, vendor: str, kind: str):
        return self.deliver

    def deliver(self, *, message, now):
        self.calls.append(message.payload["fact"])
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken.append(message.payload["fact"])

    def run(self, *, now: datetime = NOON) -> int:
        """Deliver until nothing is due; returns how many attempts that took."""
        count = 0
        while outbox.deliver_next(self, now=now, clock=lambda: now):
            count += 1
            assert count < 1000
        return count
