"""What is forgotten, and above all what is not."""

import time
from datetime import timedelta

import pytest

from integrations import inbox, pruning
from integrations.errors import Refused
from integrations.inbox import News
from integrations.models import DeliveryAttempt, InboundEvent, OutboxMessage
from integrations.scaleflex import polling
from portal.publications.models import Change
from tests.integrations.engine.builders import NOON, Vendor, enqueue, make_connection, message

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def prune(*, days: int, batch: int = 3) -> pruning.Forgotten:
    return pruning.prune(now=NOON + days * DAY, until=time.monotonic() + 60, batch=batch)


def event(subject: str, number: int, *, state: str = "done", coalesces: bool = True) -> News:
    return News("file", subject, f"{subject}:{number}", state=state, coalesces=coalesces)


def keys() -> list[str]:
    return list(InboundEvent.objects.order_by("pk").values_list("dedupe_key", flat=True))


def test_old_events_go_in_small_batches_and_the_newest_of_each_file_stays():
    connection = make_connection()
    inbox.store(connection, [event(f"u-{n}", 1) for n in range(10)], now=NOON)
    inbox.store(connection, [event(f"u-{n}", 2) for n in range(10)], now=NOON + DAY)

    gone = prune(days=40)

    assert gone.events == 10
    assert keys() == [f"u-{n}:2" for n in range(10)]
    assert prune(days=400).events == 0


def test_unfinished_events_stay_however_old():
    connection = make_connection()
    inbox.store(connection, [event("u", 1, state="parked"), event("u", 2, state="pending")], now=NOON)
    inbox.store(connection, [event("u", 3)], now=NOON)

    assert prune(days=400).events == 0


def test_events_that_are_no_latest_state_go_whole_but_not_before_the_vendor_stops_repeating_them():
    connection = make_connection()
    inbox.store(connection, [event("post-1", 1, coalesces=False)], now=NOON)

    assert prune(days=29).events == 0
    assert prune(days=31).events == 1


def test_sent_messages_go_with_their_attempts_and_parked_ones_stay():
    connection = make_connection()
    enqueue(message(connection, "sent"), message(connection, "parked"), message(connection, "later"))
    Vendor(None, Refused("No."), None).run()
    OutboxMessage.objects.filter(dedupe_key="later").update(sent_at=NOON + 80 * DAY)

    gone = prune(days=91)

    assert (gone.messages, gone.attempts) == (1, 2)
    assert set(OutboxMessage.objects.values_list("dedupe_key", flat=True)) == {"parked", "later"}
    assert list(DeliveryAttempt.objects.values_list("message__dedupe_key", flat=True)) == ["parked"]


def test_attempts_go_before_their_messages():
    enqueue(message(make_connection(), "sent"))
    Vendor().run()

    gone = prune(days=31)

    assert (gone.messages, gone.attempts) == (0, 1)
    assert OutboxMessage.objects.count() == 1


def test_after_pruning_a_file_that_did_not_change_is_still_nothing_new(world):
    connection = world.connect_dam()
    polling.poll(connection, seconds=30)
    InboundEvent.objects.update(received_at=NOON - 400 * DAY)
    changes = Change.objects.count()

    gone = prune(days=0, batch=1)
    polling.start_full_walk(connection)
    polling.poll(connection, seconds=30)

    assert gone.events == 0
    assert InboundEvent.objects.count() == 3
    assert Change.objects.count() == changes
