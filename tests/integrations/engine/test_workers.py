"""Several workers at once: real transactions in threads of their own."""

import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from integrations import claims, outbox
from integrations.models import DeliveryAttempt, OutboxMessage
from tests.integrations.engine.builders import NOON, SECOND, Vendor, enqueue, make_connection, message

pytestmark = pytest.mark.django_db(transaction=True)


class Slow(Vendor):
    """Holds its first message until told to go on."""

    def __init__(self):
        super().__init__()
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def deliver(self, *, message, now):
        self.has_begun.set()
        assert self.may_end.wait(20)
        super().deliver(message=message, now=now)


def in_thread(work) -> tuple[threading.Thread, list]:
    outcome: list = []

    def run():
        try:
            outcome.append(work())
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_message_in_the_hands_of_one_worker_is_not_taken_by_another():
    grid = make_connection()
    enqueue(message(grid, "a1", key="a"), message(grid, "a2", key="a"), message(grid, "b"))
    slow, quick = Slow(), Vendor()
    thread, _ = in_thread(lambda: outbox.deliver_next(slow, now=NOON, clock=lambda: NOON))
    assert slow.has_begun.wait(20)

    quick.run(now=NOON + 10 * SECOND)
    slow.may_end.set()
    thread.join(20)
    quick.run(now=NOON + 10 * SECOND)

    assert slow.taken == ["a1"]
    assert quick.calls == ["b", "a2"]


def test_killed_workers_message_is_free_at_once():
    enqueue(message(make_connection(), "a"))
    has_begun = threading.Event()

    def work():
        with claims.held(claims.take(OutboxMessage, now=NOON)):
            has_begun.set()
            # What the kernel does to a killed process's connection.
            connection.connection.pgconn.finish()

    thread, _ = in_thread(work)
    assert has_begun.wait(20)
    thread.join(20)
    vendor = Vendor()

    vendor.run(now=NOON + 3 * SECOND)

    assert vendor.taken == ["a"]
    assert list(OutboxMessage.objects.values_list("state", "attempts", "crashes")) == [("sent", 2, 1)]


def test_sleeping_worker_loses_its_claim_and_its_late_write_is_refused(settings):
    settings.WORK_HOLD_SECONDS = 1
    enqueue(message(make_connection(), "a"))
    slow, quick = Slow(), Vendor()
    thread, outcome = in_thread(lambda: outbox.deliver_next(slow, now=NOON, clock=lambda: NOON))
    assert slow.has_begun.wait(20)
    # The database lets go of the row in its own time.
    end = time.monotonic() + 30
    while not quick.taken and time.monotonic() < end:
        quick.run(now=NOON + 10 * SECOND)
        time.sleep(0.1)
    slow.may_end.set()
    thread.join(20)

    assert quick.taken == ["a"]
    assert isinstance(outcome[0], DatabaseError)
    assert list(OutboxMessage.objects.values_list("state", "attempts")) == [("sent", 2)]
    assert sorted(DeliveryAttempt.objects.values_list("outcome", flat=True)) == ["sent", "started"]


def test_attempt_overtaken_in_the_moment_between_gives_way():
    enqueue(message(make_connection(), "a"))
    first = claims.take(OutboxMessage, now=NOON)

    second = claims.take(OutboxMessage, now=NOON + 3 * SECOND)

    with claims.held(first) as mine:
        assert mine == []
    with claims.held(second) as mine:
        assert [row.dedupe_key for row in mine] == ["a"]


def test_worker_that_is_only_slow_is_not_taken_for_a_crashed_one():
    enqueue(message(make_connection(), "a"))
    has_begun, may_end = threading.Event(), threading.Event()

    def work():
        taken = claims.take(OutboxMessage, now=NOON)
        has_begun.set()
        assert may_end.wait(20)
        with claims.held(taken) as mine:
            return [row.dedupe_key for row in mine]

    thread, outcome = in_thread(work)
    assert has_begun.wait(20)

    assert claims.take(OutboxMessage, now=NOON + 10 * SECOND) == []
    may_end.set()
    thread.join(20)

    assert outcome == [["a"]]
    # Its connection is gone now, and the row was left as it was begun.
    (again,) = claims.take(OutboxMessage, now=NOON + 10 * SECOND)
    assert again.crashes == 1


def test_waking_never_breaks_what_has_been_committed():
    def broken():
        raise ConnectionError("no broker")

    with transaction.atomic():
        outbox.enqueue([message(make_connection(), "a")], now=NOON, wake=broken)

    assert OutboxMessage.objects.count() == 1


def test_message_exists_only_with_its_fact():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue(message(make_connection(), "a"))
        raise ZeroDivisionError

    assert not OutboxMessage.objects.exists()
