"""However large the directory is, it is read in small steps, each whole, and every stop says why."""

import os
import signal
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.utils import timezone

from integrations import cursors
from integrations.errors import Retryable
from integrations.models import InboundEvent, SyncCursor
from integrations.trading_grid import config, directory, directory_walk, polling
from portal.partners.models import Community, CommunityMembership, Partner
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db
JOINED = "/trading_grid/communities/com-winter-kitchen/members"


@pytest.fixture
def small(world) -> Grid:
    """A grid that tells five rows a page, not read yet."""
    return Grid(world, page_size=5)


def step(grid: Grid) -> bool:
    grid.connection.refresh_from_db()
    company = config.account(grid.connection)
    with cursors.held(grid.connection, "directory", now=timezone.now()) as cursor:
        return directory_walk.step(company, cursor, timezone.now)


def place() -> dict:
    return SyncCursor.objects.get(name="directory").value


def memberships() -> Counter:
    return Counter(CommunityMembership.objects.values_list("community__name", flat=True))


def test_each_step_is_one_page_or_one_community(small, world):
    known = []
    while step(small):
        known.append((Partner.objects.count(), Community.objects.count(), place()["stage"]))

    assert known[:5] == [
        (5, 0, "companies"), (10, 0, "companies"), (12, 0, "communities"), (12, 5, "communities"), (12, 8, "members"),
    ]  # fmt: skip
    assert [stage for *_, stage in known[5:]] == [*["members"] * 7, "onboarding", "users"]
    cursor = SyncCursor.objects.get(name="directory")
    assert (cursor.value, cursor.last_error, cursor.done_count) == ({}, "", 20)
    assert cursor.finished_at is not None
    assert memberships()["Winter Kitchen"] == 2


def test_a_step_that_fails_is_taken_again_where_it_was(small, world):
    for _ in range(7):
        step(small)
    before = place()
    world.fault("trading_grid", "status", status=502, path="/members")

    with pytest.raises(Retryable):
        step(small)
    assert place() == before
    world.clear_faults()
    world.verb("DELETE", "/trading_grid/calls")
    while step(small):
        pass

    asked = [call["path"] for call in world.calls("trading_grid")]
    assert not any(path.endswith(("/partnerDirectory", "/communities")) for path in asked)
    assert sum(path.endswith("/members") for path in asked) == len(before["groups"])


def test_one_community_that_is_refused_keeps_no_other_waiting(small, world):
    world.fault("trading_grid", "status", status=403, path="com-winter-kitchen/members")

    small.read()

    assert memberships()["Retail programme DACH"] == 2
    note = SyncCursor.objects.get(name="directory").last_error
    assert note.startswith("Winter Kitchen: Trading Grid refused (403")


def test_a_page_that_is_not_known_any_more_is_begun_again(small, world):
    step(small)
    cursor = SyncCursor.objects.get(name="directory")
    lost = cursor.value["next"].replace("/partnerDirectory", "/partnerDirectory/lost")
    SyncCursor.objects.filter(pk=cursor.pk).update(value={**cursor.value, "next": lost})

    while step(small):
        pass

    assert Partner.objects.count() == 12


def test_somebody_who_joins_while_it_is_read_is_no_page_cut_short(small, world):
    while place_is_before_members(small):
        step(small)
    world.verb("POST", JOINED, {"partnerCompanyId": "GC00000102AK"})

    while step(small):
        pass

    assert memberships()["Winter Kitchen"] == 3
    assert SyncCursor.objects.get(name="directory").last_error == ""


def place_is_before_members(grid: Grid) -> bool:
    cursor = SyncCursor.objects.filter(name="directory").first()
    return cursor is None or cursor.value.get("stage") != "members"


def test_events_are_heard_while_a_large_directory_is_read(small, world):
    """Half of a run's time is theirs, whatever is left of the directory."""
    small.read()
    world.verb("POST", JOINED, {"partnerCompanyId": "GC00000102AK"})
    SyncCursor.objects.update(due_at=None)

    assert polling.poll(small.connection, seconds=0)

    assert place() != {}
    assert InboundEvent.objects.get().data["type"] == "community.member.added"


def test_what_takes_a_worker_too_long_is_noted_with_the_reason(small, world):
    """Celery raises it in the middle of whatever the worker does, from a signal."""

    def ring(*_args):
        raise SoftTimeLimitExceeded

    def alarm():
        # Once the call is out, the worker waits for its answer.
        until = time.monotonic() + 120
        while world.verb("GET", "/faults")["faults"] and time.monotonic() < until:
            time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGUSR1)

    world.fault("trading_grid", "hang", seconds=20, path="/partnerDirectory", times=1)
    before, begun = signal.signal(signal.SIGUSR1, ring), timezone.now()
    thread = threading.Thread(target=alarm)
    thread.start()
    try:
        with pytest.raises(SoftTimeLimitExceeded):
            polling.poll(small.connection, seconds=30)
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)

    cursor = SyncCursor.objects.get(name="directory")
    assert cursor.last_error.startswith("A step took more than")
    assert (cursor.failures, cursor.due_at > begun) == (1, True)


# -- Asked for by events ----------------------------------------------------------------------------------------------
def test_a_company_nobody_has_told_of_lets_the_directory_be_read_at_once(grid, world):
    grid.connection.references.filter(external_id="GC00000102AK").delete()
    world.verb("POST", JOINED, {"partnerCompanyId": "GC00000102AK"})

    for minutes in (2, 4):
        grid.read(ahead=timedelta(minutes=minutes))

    assert memberships()["Winter Kitchen"] == 3
    event = InboundEvent.objects.get()
    assert (event.state, event.last_error) == ("done", "The whole directory is read for it.")


def test_members_are_read_alone_when_everybody_is_known(grid, world):
    world.verb("DELETE", "/trading_grid/calls")
    world.verb("POST", JOINED, {"partnerCompanyId": "GC00000102AK"})

    grid.read(ahead=timedelta(minutes=2))

    assert memberships()["Winter Kitchen"] == 3
    asked = {call["path"].rpartition("/")[2] for call in world.calls("trading_grid")}
    assert asked == {"com-winter-kitchen", "events", "members"}


def test_a_reading_under_way_is_followed_by_another_when_an_event_wants_it(small, world):
    small.read()
    SyncCursor.objects.filter(name="directory").update(due_at=None)
    step(small)

    directory_walk.ask(small.connection)
    while step(small):
        pass

    cursor = SyncCursor.objects.get(name="directory")
    assert cursor.due_at <= timezone.now()


@pytest.mark.django_db(transaction=True)
def test_a_reading_passes_over_a_community_that_an_event_is_reading(small, world):
    """Its own list may be the older one, and would let in again who has left."""
    while place_is_before_members(small):
        step(small)
    first = place()["groups"][0]
    held, free = threading.Event(), threading.Event()

    def event() -> None:
        with transaction.atomic():
            directory.hold_members(small.connection, first[0], wait=True)
            held.set()
            free.wait(60)
        connection.close()

    thread = threading.Thread(target=event)
    thread.start()
    held.wait(60)
    try:
        world.verb("DELETE", "/trading_grid/calls")
        step(small)
    finally:
        free.set()
        thread.join()

    assert world.calls("trading_grid") == []
    assert first not in place()["groups"]
