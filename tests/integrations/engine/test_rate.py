"""The rate at a vendor: shared by workers, never held in a transaction, and never lost with Redis."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from integrations import cursors, inbox, outbox, rate
from integrations.errors import Retryable, Throttled
from integrations.inbox import Handler, News
from integrations.models import DeliveryAttempt, InboundEvent, OutboxMessage, SyncCursor
from integrations.retry import verdict
from tests.integrations.engine.builders import enqueue, make_connection, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection():
    # A key of its own in the Redis that tests share.
    connection = make_connection()
    connection.pk = time.monotonic_ns()
    return connection


def reserve(connection, *, per_second, patience=0.0):
    return rate._reserve(connection, 1 / per_second, max(1, round(2 * per_second)), patience)


def test_a_burst_goes_out_at_once_and_the_next_call_is_told_how_long(connection):
    waits = [reserve(connection, per_second=0.5) for _ in range(3)]

    assert waits[0] == 0
    assert all(1.5 < wait <= 2 for wait in waits[1:])


def test_who_is_refused_takes_nothing(connection):
    for _ in range(50):
        reserve(connection, per_second=0.5)

    assert reserve(connection, per_second=0.5) <= 2


def test_many_threads_share_one_bucket(connection):
    taken = []

    def run():
        for _ in range(10):
            if reserve(connection, per_second=10) == 0:
                taken.append(1)

    began = time.monotonic()
    threads = [threading.Thread(target=run) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    most = 20 + 10 * (time.monotonic() - began)

    assert 20 <= len(taken) <= most + 1


def test_connections_have_buckets_of_their_own(connection):
    assert reserve(connection, per_second=0.5) == 0
    connection.pk += 1
    assert reserve(connection, per_second=0.5) == 0


def test_a_clock_set_back_does_not_silence_us(connection):
    reserve(connection, per_second=0.01)
    assert reserve(connection, per_second=0.01) > 90

    # What was reserved at one call in a hundred seconds lies far ahead of what anybody reserves at ten a second.
    assert reserve(connection, per_second=10) <= 0.1


def test_a_thread_without_a_transaction_waits_a_moment(connection):
    def call():
        try:
            rate.take(connection, per_second=2, service="Vendor")
        except Throttled:
            outcomes.append("throttled")
        else:
            outcomes.append("sent")

    outcomes: list[str] = []
    for _ in range(6):
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()

    # Four at once, then half a second each: all wait, one after the other.
    assert outcomes == ["sent"] * 6


def test_in_a_transaction_it_does_not_wait_for_long(connection):
    with transaction.atomic(), pytest.raises(Throttled, match="as often as we may") as caught:
        for _ in range(12):
            # A token each 0.7 seconds: outside of a transaction it would be waited for.
            rate.take(connection, per_second=1.5, service="Vendor")

    assert 0.3 < caught.value.retry_after <= 0.7
    assert not caught.value.outage


@pytest.mark.parametrize("address", ["", "redis://127.0.0.1:1/0"], ids=["none", "down"])
def test_without_redis_each_process_keeps_to_a_part_of_the_rate(connection, settings, monkeypatch, address):
    settings.REDIS_URL = address
    monkeypatch.setattr(rate, "_script", None)
    monkeypatch.setattr(rate, "_rests_until", 0.0)

    waits = [reserve(connection, per_second=1) for _ in range(2)]

    assert waits[0] == 0
    assert 3 < waits[1] <= 4


def test_redis_that_failed_is_left_alone_for_a_while(connection, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(rate, "_script", None)
    monkeypatch.setattr(rate, "_rests_until", 0.0)
    reserve(connection, per_second=1)

    assert rate._rests_until > time.monotonic()


# -- What becomes of the work -----------------------------------------------------------------------------------------
def test_waiting_for_our_own_rate_is_no_attempt_and_no_failure():
    now = timezone.now()
    reason, wait = verdict(
        Throttled("busy", retry_after=7.0), attempts=90, first_attempt_at=now - timedelta(days=9), now=now
    )

    assert reason == "busy"
    assert timedelta(seconds=7) <= wait <= timedelta(seconds=14)


def throttled(**_kwargs):
    raise Throttled("busy", retry_after=7.0)


def test_event_that_had_to_wait_is_as_if_untouched():
    connection, now = make_connection(), timezone.now()
    inbox.store(connection, [News(kind="x", subject="a", dedupe_key="a")], now=now)

    inbox.process_next(lambda vendor, kind: Handler(work=throttled), now=now)

    event = InboundEvent.objects.get()
    connection.refresh_from_db()
    assert (event.state, event.attempts, event.first_attempt_at) == ("pending", 0, None)
    assert event.not_before >= now + timedelta(seconds=7)
    assert (connection.failures, connection.open_until) == (0, None)


def test_message_that_had_to_wait_shows_no_attempt():
    connection, now = make_connection(), timezone.now()
    enqueue(message(connection, "a"), now=now)

    outbox.deliver_next(lambda vendor, kind: throttled, now=now, clock=lambda: now)

    row = OutboxMessage.objects.get()
    assert (row.state, row.attempts) == ("pending", 0)
    assert row.not_before >= now + timedelta(seconds=7)
    assert not DeliveryAttempt.objects.exists()


def test_walk_that_had_to_wait_goes_on_at_the_same_place_without_a_failure():
    connection, now = make_connection(), timezone.now()
    cursor = SyncCursor.objects.create(connection=connection, name="full", value={"offset": 3}, failures=2)

    cursors.fail(connection, "full", Throttled("busy", retry_after=7.0), now=now)

    cursor.refresh_from_db()
    connection.refresh_from_db()
    assert (cursor.value, cursor.failures, cursor.due_at) == ({"offset": 3}, 2, now + timedelta(seconds=7))
    assert (connection.failures, connection.open_until) == (0, None)


def test_real_trouble_still_counts():
    connection, now = make_connection(), timezone.now()
    inbox.store(connection, [News(kind="x", subject="a", dedupe_key="a")], now=now)

    def trouble(**_kwargs):
        raise Retryable("down")

    inbox.process_next(lambda vendor, kind: Handler(work=trouble), now=now)

    assert InboundEvent.objects.get().attempts == 1
