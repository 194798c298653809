"""A vendor in trouble gets a tenth more calls than one that is well, not a multiple of them."""

from datetime import timedelta

import pytest

from integrations import connections, http, inbox, outbox
from integrations.errors import Retryable
from integrations.models import Connection, InboundEvent, OutboxMessage
from tests.integrations.engine.builders import NOON, SECOND, Vendor, enqueue, make_connection, message

pytestmark = pytest.mark.django_db
MESSAGES = 100


class Dam(Vendor):
    """Delivers by reading a file of the real, simulated DAM; notes when each first call and each retry was made."""

    def __init__(self, world):
        super().__init__()
        self.url, self.key = world.url, world.keys["scaleflex"]["key"]
        self.address = f"{self.url}/{world.keys['scaleflex']['token']}/v5/files?limit=1"
        self.firsts: list = []
        self.retries: list = []
        #: When a retry went through although nothing had failed for so long that the DAM counts as well.
        self.given_back: list = []
        self.failed_at = NOON

    def deliver(self, *, message, now):
        is_retry = message.attempts > 1
        (self.retries if is_retry else self.firsts).append(now)
        try:
            http.call(
                "GET",
                self.address,
                service="DAM",
                operation="list",
                hosts={self.url.removeprefix("http://")},
                headers={"X-Filerobot-Key": self.key},
            )
        except Retryable:
            self.failed_at = now
            raise
        if is_retry and now - self.failed_at >= connections.WELL_AGAIN:
            self.given_back.append(now)


def test_retries_are_a_tenth_of_the_first_calls_and_a_small_floor(world):
    enqueue(*(message(make_connection(), f"fact-{number}") for number in range(MESSAGES)))
    world.fault("scaleflex", "status", path="/files", status=500, chance=0.4)
    dam, now = Dam(world), NOON

    trials = 0
    while OutboxMessage.objects.filter(state="pending").exists():
        dam.run(now=now)
        now += 5 * SECOND
        # Five failures in a row open the circuit; its trial call is made also without a budget.
        trials += Connection.objects.filter(open_until__isnull=False).count()

    assert len(dam.firsts) == MESSAGES
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"sent"}
    # Four in ten fail, again and again: more than the budget held at once.
    assert len(dam.retries) > connections.FLOOR_RETRIES + MESSAGES / connections.FIRSTS_PER_RETRY
    for second in range(0, int((now - NOON).total_seconds()), 5):
        made = sum(at <= NOON + second * SECOND for at in dam.retries)
        asked = sum(at <= NOON + second * SECOND for at in dam.firsts)
        floor = connections.FLOOR_RETRIES + second / connections.FLOOR_SECONDS
        given_back = sum(at <= NOON + second * SECOND for at in dam.given_back)
        assert made <= asked / connections.FIRSTS_PER_RETRY + floor + 1 + trials + given_back, (
            f"{made} retries after {second} s"
        )


def test_what_has_piled_up_is_done_in_a_minute_once_the_vendor_is_well():
    """More than the budget ever holds had failed; no new work earns retries any more."""
    grid, many = make_connection(), 300
    enqueue(*(message(grid, f"fact-{number}") for number in range(many)))
    OutboxMessage.objects.update(attempts=1, last_error="500", first_attempt_at=NOON)
    Connection.objects.filter(pk=grid.pk).update(
        retries_left=0, retries_left_at=NOON, last_failure_at=NOON - connections.WELL_AGAIN
    )
    vendor, now = Vendor(), NOON

    while OutboxMessage.objects.filter(state="pending").exists() and now <= NOON + 60 * SECOND:
        vendor.run(now=now)
        now += SECOND

    assert len(vendor.taken) == many


def test_events_that_are_read_at_last_give_their_places_back():
    dam, many = make_connection(), 300
    news = [
        inbox.News(kind="file", subject=f"f{number}", dedupe_key=f"d{number}", ordering_key=f"f{number}")
        for number in range(many)
    ]
    inbox.store(dam, news, now=NOON)
    InboundEvent.objects.update(attempts=1, last_error="500", first_attempt_at=NOON)
    Connection.objects.filter(pk=dam.pk).update(
        retries_left=0, retries_left_at=NOON, last_failure_at=NOON - connections.WELL_AGAIN
    )
    handler, now = inbox.Handler(work=lambda *, connection, events, now: {}), NOON

    while InboundEvent.objects.filter(state="pending").exists() and now <= NOON + 60 * SECOND:
        while inbox.process_next(lambda vendor, kind: handler, now=now):
            pass
        now += SECOND

    assert not InboundEvent.objects.filter(state="pending").exists()


def test_success_among_failures_gives_nothing_back():
    grid = make_connection()
    enqueue(*(message(grid, f"fact-{number}") for number in range(3)))
    OutboxMessage.objects.update(attempts=1, last_error="500", first_attempt_at=NOON)
    Connection.objects.filter(pk=grid.pk).update(
        retries_left=1, retries_left_at=NOON, last_failure_at=NOON - connections.WELL_AGAIN + SECOND
    )
    vendor = Vendor()

    vendor.run()

    assert len(vendor.taken) == 1


def test_other_vendors_first_calls_go_on_while_one_has_no_retries_left():
    flaky, well = make_connection("flaky"), make_connection("well")
    # Below nothing: a first call may earn a retry, and here it must not be enough.
    Connection.objects.filter(pk=flaky.pk).update(retries_left=-1.5, retries_left_at=NOON)
    enqueue(message(flaky, "again"), message(flaky, "first"), message(well, "other"))
    OutboxMessage.objects.filter(dedupe_key="again").update(attempts=1, last_error="500")
    vendor = Vendor()

    vendor.run()
    assert sorted(vendor.taken) == ["first", "other"]

    vendor.run(now=NOON + timedelta(seconds=3 * connections.FLOOR_SECONDS))
    assert vendor.taken[-1] == "again"


def test_staff_who_send_again_are_not_held_up_by_the_budget():
    grid = make_connection()
    Connection.objects.filter(pk=grid.pk).update(retries_left=0, retries_left_at=NOON)
    enqueue(message(grid, "a"))
    OutboxMessage.objects.update(state="parked", attempts=4, last_error="refused")
    outbox.requeue(OutboxMessage.objects.all(), now=NOON)
    vendor = Vendor()

    vendor.run()

    assert vendor.taken == ["a"]
