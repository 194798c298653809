"""The inbox: stored once, worked on once, parked when it cannot be."""

from datetime import timedelta

import pytest

from integrations import inbox
from integrations.errors import BadPayload, Retryable
from integrations.inbox import Handler, Ignored, Later, News, Remark
from integrations.models import InboundEvent
from tests.integrations.engine.builders import NOON, SECOND, make_connection

pytestmark = pytest.mark.django_db


class Worker:
    """A handler; ``say`` decides by subject what comes of an event."""

    def __init__(self, say=lambda event: None, batch=50):
        self.say = say
        self.batches: list[list[str]] = []
        self.handler = Handler(work=self.work, batch=batch)

    def work(self, *, connection, events, now):
        self.batches.append([event.subject for event in events])
        return {event.pk: self.say(event) for event in events}

    def run(self, now=NOON):
        while inbox.process_next(lambda vendor, kind: self.handler, now=now):
            pass


def news(subject: str, *, key: str = "", **more) -> News:
    return News(kind="file", subject=subject, dedupe_key=key or f"key-{subject}", **more)


def states() -> list[tuple[str, str]]:
    return list(InboundEvent.objects.order_by("pk").values_list("subject", "state"))


def test_event_is_stored_once_and_worked_on_once():
    connection, worker = make_connection(), Worker()

    inbox.store(connection, [news("a"), news("a")], now=NOON)
    inbox.store(connection, [news("a")], now=NOON + SECOND)
    worker.run()
    worker.run()

    assert worker.batches == [["a"]]
    assert states() == [("a", "done")]
    assert InboundEvent.objects.get().processed_at == NOON


def test_events_are_worked_on_in_batches():
    connection, worker = make_connection(), Worker(batch=3)
    inbox.store(connection, [news(str(number)) for number in range(7)], now=NOON)

    worker.run()

    assert [len(batch) for batch in worker.batches] == [3, 3, 1]


def test_one_poisonous_event_does_not_hold_up_its_batch():
    connection = make_connection()
    inbox.store(connection, [news("a"), news("poison"), news("b")], now=NOON)

    def work(*, connection, events, now):
        if any(event.subject == "poison" for event in events):
            raise KeyError("ours")
        return {}

    while inbox.process_next(lambda vendor, kind: Handler(work=work, batch=50), now=NOON):
        pass

    assert states() == [("a", "done"), ("poison", "pending"), ("b", "done")]


def test_what_cannot_be_understood_is_parked_with_its_bytes():
    connection, worker = (
        make_connection(),
        Worker(lambda event: BadPayload("No SHA-1.", raw=b'{"uuid":"\xff"}')),
    )
    inbox.store(connection, [news("a")], now=NOON)

    for hour in range(6):
        worker.run(NOON + timedelta(hours=hour))

    event = InboundEvent.objects.get()
    assert (event.state, event.last_error, bytes(event.raw)) == ("parked", "No SHA-1.", b'{"uuid":"\xff"}')
    assert len(worker.batches) == 4


def test_parked_event_can_be_worked_on_again():
    connection, worker = make_connection(), Worker()
    inbox.store(connection, [news("a", state="parked", error="No.")], now=NOON)

    count = inbox.requeue(InboundEvent.objects.all(), now=NOON)
    worker.run()

    assert count == 1
    assert states() == [("a", "done")]


def test_success_of_newer_news_answers_what_was_parked_before():
    connection, worker = make_connection(), Worker()
    inbox.store(connection, [news("a", key="old", state="parked", coalesces=True)], now=NOON)
    inbox.store(connection, [news("a", key="new", coalesces=True)], now=NOON)

    worker.run()

    assert states() == [("a", "ignored"), ("a", "done")]


def test_event_that_asks_for_a_second_look_gets_it_with_what_it_remembered():
    connection = make_connection()
    later = NOON + timedelta(minutes=1)
    worker = Worker(lambda event: None if event.data else Later(later, {"seen": 1}))
    inbox.store(connection, [news("a")], now=NOON)

    worker.run()
    worker.run(later - SECOND)
    assert states() == [("a", "pending")]
    worker.run(later)

    assert states() == [("a", "done")]
    assert InboundEvent.objects.get().data == {"seen": 1}


@pytest.mark.parametrize(("result", "state"), [(Ignored("Not ours."), "ignored"), (Remark("Odd."), "done")])
def test_results_without_error_leave_their_reason(result, state):
    connection, worker = make_connection(), Worker(lambda event: result)
    inbox.store(connection, [news("a")], now=NOON)

    worker.run()

    event = InboundEvent.objects.get()
    assert (event.state, event.last_error) == (state, getattr(result, "reason", getattr(result, "text", "")))


def test_trouble_of_the_vendor_lets_all_events_wait():
    connection, worker = make_connection(), Worker(lambda event: Retryable("Down.", status=503))
    inbox.store(connection, [news("a"), news("b")], now=NOON)

    worker.run()

    assert states() == [("a", "pending"), ("b", "pending")]
    connection.refresh_from_db()
    assert connection.failures == 1


# -- Hints ---------------------------------------------------------------------------------------------------
def hint(connection, subject="a", now=NOON, raw=None):
    inbox.store_hint(connection, kind="file", subject=subject, now=now, raw=raw)


def test_burst_of_hints_is_one_row_and_one_look():
    connection, worker = make_connection(), Worker()

    for _ in range(10):
        hint(connection)
    worker.run()

    assert worker.batches == [["a"]]
    assert InboundEvent.objects.get().repeats == 9


def test_hint_after_the_look_is_a_new_one():
    connection, worker = make_connection(), Worker()
    hint(connection)
    worker.run()

    hint(connection)
    worker.run()

    assert worker.batches == [["a"], ["a"]]


def test_hint_during_the_look_is_not_lost_with_it():
    """The worker may have read the DAM before the change that this hint is about."""
    connection = make_connection()
    hint(connection)
    worker = Worker(lambda event: hint(connection, now=NOON) if not worker.batches[1:] else None)

    worker.run()

    assert worker.batches == [["a"], ["a"]]
