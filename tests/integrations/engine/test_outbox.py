"""The outbox: each fact once, in order, however the other side and our workers behave."""

from datetime import timedelta

import pytest

from integrations import outbox, retry
from integrations.errors import BadPayload, Refused, Retryable
from integrations.models import Connection, DeliveryAttempt, OutboxMessage
from tests.integrations.engine.builders import NOON, SECOND, Vendor, enqueue, make_connection, message

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def states() -> dict[str, str]:
    return dict(OutboxMessage.objects.order_by("pk").values_list("dedupe_key", "state"))


def test_message_is_delivered_once_and_its_attempt_recorded():
    vendor = Vendor()
    enqueue(message(make_connection(), "a"))

    vendor.run()
    vendor.run()

    assert vendor.calls == ["a"]
    row = OutboxMessage.objects.get()
    assert (row.state, row.attempts, row.sent_at, row.started_at) == ("sent", 1, NOON, None)
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.outcome, attempt.error, attempt.status) == ("sent", "", None)
    assert attempt.duration_ms is not None


def test_same_fact_again_is_one_message():
    connection = make_connection()

    enqueue(message(connection, "a"))
    enqueue(message(connection, "a"), message(connection, "b"))

    assert list(OutboxMessage.objects.values_list("dedupe_key", flat=True).order_by("pk")) == ["a", "b"]


def test_same_fact_for_two_connections_is_two_messages():
    vendor = Vendor()
    enqueue(message(make_connection("one"), "a"), message(make_connection("two"), "a"))

    vendor.run()

    assert vendor.taken == ["a", "a"]


def test_trouble_waits_and_is_tried_again():
    vendor = Vendor(Retryable("The grid answered 502.", status=502))
    enqueue(message(make_connection(), "a"))

    vendor.run()
    row = OutboxMessage.objects.get()
    waited = row.not_before - NOON
    vendor.run(now=NOON + 2 * SECOND)

    assert timedelta() <= waited <= 2 * SECOND
    assert row.last_error == "The grid answered 502."
    assert states() == {"a": "sent"}
    assert list(DeliveryAttempt.objects.order_by("pk").values_list("outcome", "status")) == [
        ("later", 502),
        ("sent", None),
    ]


def test_wait_the_other_side_asks_for_is_kept():
    vendor = Vendor(Retryable("Slow down.", status=429, retry_after=120))
    enqueue(message(make_connection(), "a"))

    vendor.run()
    vendor.run(now=NOON + 119 * SECOND)

    assert vendor.calls == ["a"]
    vendor.run(now=NOON + 122 * SECOND)
    assert vendor.taken == ["a"]


@pytest.mark.parametrize("attempt", [1, 5, 30])
def test_waits_are_spread_and_never_longer_than_an_hour(attempt):
    shortest = retry.delay(attempt, draw=lambda low, high: low)
    longest = retry.delay(attempt, draw=lambda low, high: high)

    assert shortest == timedelta()
    assert longest == min(HOUR, timedelta(seconds=2**attempt))


def test_refusal_is_parked_with_its_reason_and_can_be_sent_again():
    vendor = Vendor(Refused("The grid refused (409): closed.", status=409))
    enqueue(message(make_connection(), "a"))
    vendor.run()

    parked = OutboxMessage.objects.get()
    count = outbox.requeue(OutboxMessage.objects.all(), now=NOON + HOUR)
    vendor.run(now=NOON + HOUR)

    assert (parked.state, parked.last_error) == ("parked", "The grid refused (409): closed.")
    assert count == 1
    assert states() == {"a": "sent"}


def test_sending_again_leaves_what_is_not_parked():
    vendor = Vendor()
    enqueue(message(make_connection(), "a"))
    vendor.run()

    assert outbox.requeue(OutboxMessage.objects.all(), now=NOON) == 0
    vendor.run()
    assert vendor.calls == ["a"]


@pytest.mark.parametrize("error", [BadPayload("Gibberish."), KeyError("ours")], ids=["answer", "our own bug"])
def test_what_waiting_does_not_cure_is_parked_after_a_few_tries(error):
    vendor = Vendor(*[error] * 10)
    enqueue(message(make_connection(), "a"))

    for hour in range(10):
        vendor.run(now=NOON + hour * HOUR)

    assert len(vendor.calls) == retry.TRIES_WHEN_PUZZLED
    assert states() == {"a": "parked"}


def test_patience_lasts_three_days_and_then_the_message_is_parked():
    vendor = Vendor(*[Retryable("Down.", outage=False)] * 1000)
    enqueue(message(make_connection(), "a"))

    for hour in range(0, 73, 8):
        vendor.run(now=NOON + hour * HOUR)
    assert states() == {"a": "pending"}
    vendor.run(now=NOON + 73 * HOUR)

    assert states() == {"a": "parked"}
    assert "Gave up" in OutboxMessage.objects.get().last_error


def test_unsent_older_message_holds_back_the_younger_of_its_key_only():
    vendor = Vendor(Retryable("Later.", retry_after=60, outage=False))
    connection = make_connection()
    enqueue(
        message(connection, "a1", key="a"),
        message(connection, "a2", key="a"),
        message(connection, "b1", key="b"),
    )
    Connection.objects.update(open_until=None)

    vendor.run()

    assert vendor.calls == ["a1", "b1"]
    vendor.run(now=NOON + 62 * SECOND)
    assert vendor.calls == ["a1", "b1", "a1", "a2"]


def test_parked_older_message_holds_back_the_younger_too():
    vendor = Vendor(Refused("No."))
    connection = make_connection()
    enqueue(message(connection, "a1", key="a"), message(connection, "a2", key="a"))

    vendor.run()

    assert states() == {"a1": "parked", "a2": "pending"}


def test_latest_state_covers_older_ones_in_one_call():
    vendor = Vendor()
    connection = make_connection()
    for number in range(5):
        enqueue(message(connection, f"a{number}", key="a", coalesces=True))

    attempts = vendor.run()

    assert (attempts, vendor.calls) == (1, ["a4"])
    assert list(states().values()) == ["superseded"] * 4 + ["sent"]


@pytest.mark.parametrize("answer", [Refused("No."), Retryable("Later.", retry_after=3600, outage=False)])
def test_newer_state_does_not_wait_for_an_older_one_that_failed(answer):
    vendor = Vendor(answer)
    connection = make_connection()
    enqueue(message(connection, "a1", key="a", coalesces=True))
    vendor.run()

    enqueue(message(connection, "a2", key="a", coalesces=True), now=NOON + SECOND)
    vendor.run(now=NOON + SECOND)

    assert states() == {"a1": "superseded", "a2": "sent"}


def test_handlers_own_rows_go_with_its_failure():
    connection = make_connection()
    enqueue(message(connection, "a"))

    def deliver(*, message, now):
        connection.cursors.create(name="half done")
        raise Refused("No.")

    outbox.deliver_next(lambda vendor, kind: deliver, now=NOON)

    assert not connection.cursors.exists()
    assert states() == {"a": "parked"}


# -- Workers that die ----------------------------------------------------------------------------------------
def died_at(now) -> None:
    """What a killed worker leaves behind: the attempt was written down, its outcome was not."""
    OutboxMessage.objects.update(started_at=now, attempts=OutboxMessage.objects.get().attempts + 1)


def test_message_of_a_killed_worker_is_delivered_by_the_next():
    vendor = Vendor()
    enqueue(message(make_connection(), "a"))
    died_at(NOON)

    vendor.run(now=NOON + SECOND)
    assert vendor.calls == []  # it may be in the hands of a living one for another moment
    vendor.run(now=NOON + 3 * SECOND)

    assert vendor.taken == ["a"]
    row = OutboxMessage.objects.get()
    assert (row.state, row.crashes) == ("sent", 1)


def test_message_that_ends_its_worker_three_times_is_parked_and_blocks_its_own_key_only():
    vendor = Vendor()
    connection = make_connection()
    enqueue(message(connection, "poison"))
    OutboxMessage.objects.update(crashes=2)
    died_at(NOON)
    enqueue(message(connection, "b"))

    vendor.run(now=NOON + HOUR)

    assert vendor.calls == ["b"]
    poison = OutboxMessage.objects.get(dedupe_key="poison")
    assert (poison.state, poison.crashes) == ("parked", 3)
    assert "ended the program" in poison.last_error


# -- Circuit -------------------------------------------------------------------------------------------------
def test_vendor_in_trouble_is_left_alone_and_the_other_one_served():
    down, up = make_connection("down"), make_connection("up")
    enqueue(*[message(down, f"d{number}") for number in range(20)])
    vendor = Vendor(*[Retryable("Down.")] * 100)
    vendor.run()
    asked = len(vendor.calls)

    enqueue(message(up, "u"))
    vendor.answers = []
    vendor.run()

    assert asked == 5
    assert vendor.taken == ["u"]
    down.refresh_from_db()
    assert (down.failures, down.last_failure) == (5, "Down.")
    assert down.open_until > NOON


def test_trial_of_an_open_circuit_is_not_spent_on_what_younger_news_covers():
    """After an outage every asset has many messages; the first trial must be a call, not the tidying of one asset."""
    grid, vendor = make_connection(), Vendor()
    assets = [f"asset {number}" for number in range(20)]
    for news in range(3):
        enqueue(*(message(grid, f"{asset}, {news}", key=asset, coalesces=True) for asset in assets))
    Connection.objects.update(open_until=NOON, failures=9)

    vendor.run(now=NOON + SECOND)

    assert sorted(vendor.calls) == sorted(f"{asset}, 2" for asset in assets)


def test_retries_are_not_spent_on_what_younger_news_covers():
    grid, vendor = make_connection(), Vendor()
    assets = [f"asset {number}" for number in range(5)]
    for news in range(3):
        enqueue(*(message(grid, f"{asset}, {news}", key=asset, coalesces=True) for asset in assets))
    OutboxMessage.objects.update(attempts=1, last_error="502", first_attempt_at=NOON)
    Connection.objects.update(retries_left=5, retries_left_at=NOON, last_failure_at=NOON)

    vendor.run()

    assert sorted(vendor.calls) == sorted(f"{asset}, 2" for asset in assets)


def test_one_trial_closes_the_circuit_and_everything_flows():
    connection = make_connection()
    enqueue(*[message(connection, f"m{number}") for number in range(8)])
    vendor = Vendor(*[Retryable("Down.")] * 6)
    vendor.run()
    connection.refresh_from_db()

    trial = connection.open_until + SECOND
    vendor.run(now=trial)
    assert len(vendor.calls) == 6  # the trial alone
    vendor.run(now=trial + HOUR)

    assert len(vendor.taken) == 8
    connection.refresh_from_db()
    assert (connection.failures, connection.open_until) == (0, None)


def test_refusals_say_nothing_against_the_vendor():
    connection = make_connection()
    enqueue(*[message(connection, f"m{number}") for number in range(8)])
    vendor = Vendor(*[Refused("No.")] * 8)

    vendor.run()

    assert len(vendor.calls) == 8
    connection.refresh_from_db()
    assert connection.open_until is None


def test_calls_stay_few_through_three_days_of_outage():
    connection = make_connection()
    enqueue(*[message(connection, f"m{number}") for number in range(200)])
    vendor = Vendor(*[Retryable("Down.")] * 10_000)

    for hour in range(0, 72, 2):
        vendor.run(now=NOON + hour * HOUR)

    assert 5 < len(vendor.calls) <= 36 + 5
    assert set(states().values()) == {"pending"}


def test_paused_connection_is_not_called():
    connection = make_connection()
    connection.paused_until = NOON + HOUR
    connection.save()
    vendor = Vendor()
    enqueue(message(connection, "a"))

    vendor.run()
    assert vendor.calls == []
    vendor.run(now=NOON + HOUR)
    assert vendor.taken == ["a"]
