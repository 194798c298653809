"""Walking through the DAM's lists: the first import and the sweeps, on a list that moves and breaks."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import inbox, routing
from integrations.models import Connection, InboundEvent, OutboxMessage, SyncCursor
from integrations.scaleflex import polling
from portal.catalog.models import AssetVersion, Variant
from portal.publications.models import Change
from portal.releases import services as releases
from tests.builders import make_community
from tests.integrations.scaleflex.test_schemas import payload

pytestmark = pytest.mark.django_db


class Clock:
    """The real time, moved by the test."""

    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return timezone.now() + self.ahead


@pytest.fixture
def clock():
    return Clock()


def poll(connection, clock=timezone.now, *, rounds=1):
    """Poll as the timetable does, and work on what came of it."""
    for _ in range(rounds):
        connection.refresh_from_db()
        while polling.poll(connection, seconds=30, clock=clock):
            pass
        while inbox.process_next(routing.inbound_handler, now=clock()):
            pass


def full_walk(connection, **more):
    polling.start_full_walk(connection)
    while polling.walk(connection, polling.FULL, until=time.monotonic() + 30, clock=timezone.now, **more):
        pass


def paths() -> set[str]:
    return set(Variant.objects.filter(gone_at=None).values_list("path", flat=True))


def cursor(name: str) -> SyncCursor:
    return SyncCursor.objects.get(name=name)


def bulk(world, count: int, folder="/Bulk", approval="APPROVED"):
    world.verb("POST", "/scaleflex/bulk", {"count": count, "folder": folder, "approval": approval})


def test_first_import_brings_everything_page_by_page(world):
    bulk(world, 57)
    connection = world.connect_dam(page_size=10, page_overlap=3)

    poll(connection)

    assert Variant.objects.count() == 60
    walk = cursor("full")
    assert (walk.done_count, walk.total_estimate, walk.last_error) == (60, 60, "")
    assert walk.finished_at is not None
    poll(connection, lambda: timezone.now() + timedelta(minutes=1))
    assert set(InboundEvent.objects.values_list("state", flat=True)) == {"done"}


def test_importing_again_changes_nothing_and_tells_nobody(world):
    make_community(folder="/Norrvik Pantry")
    connection = world.connect_dam()
    poll(connection)
    before = (Change.objects.count(), OutboxMessage.objects.count(), InboundEvent.objects.count())
    stamps = set(Variant.objects.values_list("pk", "source_modified_at"))

    full_walk(connection)
    full_walk(connection, again=True)

    assert (Change.objects.count(), OutboxMessage.objects.count()) == before[:2]
    assert AssetVersion.objects.count() == 2
    assert set(Variant.objects.values_list("pk", "source_modified_at")) == stamps


def test_import_goes_on_where_a_killed_worker_left_it(world):
    bulk(world, 40)
    connection = world.connect_dam(page_size=10, page_overlap=2)
    polling.walk(connection, polling.FULL, until=0, clock=timezone.now)
    half = cursor("full")
    assert (half.done_count, half.finished_at) == (10, None)
    calls = len(world.calls("scaleflex"))

    polling.walk(connection, polling.FULL, until=time.monotonic() + 30, clock=timezone.now)

    assert Variant.objects.count() == 43
    assert cursor("full").done_count == 43
    assert len(world.calls("scaleflex")) - calls == 5


def test_sweep_takes_in_a_change_without_any_webhook(world, clock):
    connection = world.connect_dam(sweep_seconds=5)
    poll(connection)
    added = world.add_file("/New/a.jpg", approval="APPROVED")

    poll(connection)
    assert added["path"] not in paths()  # it is not time yet
    clock.ahead = timedelta(seconds=6)
    poll(connection, clock)

    assert added["path"] in paths()


def test_quiet_sweep_is_one_call(world, clock):
    connection = world.connect_dam(sweep_seconds=5, overlap_seconds=0)
    poll(connection)
    time.sleep(1.1)
    calls = len(world.calls("scaleflex"))

    clock.ahead = timedelta(seconds=6)
    poll(connection, clock)

    assert len(world.calls("scaleflex")) == calls + 1


def test_file_that_comes_late_into_the_list_is_still_found(world, clock):
    world.verb("PATCH", "/scaleflex/switches", {"list_lag_seconds": 3600})
    connection = world.connect_dam(sweep_seconds=5, overlap_seconds=120)
    added = world.add_file("/New/late.jpg", approval="APPROVED")
    poll(connection)
    assert added["path"] not in paths()

    world.verb("PATCH", "/scaleflex/switches", {"list_lag_seconds": 0})
    clock.ahead = timedelta(seconds=6)
    poll(connection, clock)

    assert added["path"] in paths()


def test_list_that_moves_while_it_is_read_loses_nothing(world):
    bulk(world, 60)
    connection = world.connect_dam(page_size=10, page_overlap=2)
    polling.walk(connection, polling.FULL, until=0, clock=timezone.now)
    gone = list(Variant.objects.filter(path__startswith="/Bulk").order_by("pk")[:6])
    for variant in gone:
        world.delete_file(variant.source_uuid)

    polling.walk(connection, polling.FULL, until=time.monotonic() + 30, clock=timezone.now)

    assert Variant.objects.count() == 63
    assert Variant.objects.filter(gone_at=None).count() == 63  # absence alone deletes nothing


def test_missing_file_is_asked_for_twice_and_then_believed(world, clock):
    make_community(folder="/Norrvik Pantry")
    connection = world.connect_dam(confirm_gone_seconds=30)
    poll(connection)
    victim = Variant.objects.get(path__endswith="_en.jpg")
    world.delete_file(victim.source_uuid)

    full_walk(connection)
    poll(connection)
    assert Variant.objects.get(pk=victim.pk).gone_at is None
    clock.ahead = timedelta(seconds=31)
    poll(connection, clock)

    victim.refresh_from_db()
    assert victim.gone_at is not None
    assert victim.current is None
    asked = [call["path"] for call in world.calls("scaleflex") if victim.source_uuid in call["path"]]
    assert {path.split("/")[-2] for path in asked} == {"files", "file"}  # both spellings say so


def test_file_the_list_forgot_stays_when_the_dam_still_has_it(world):
    connection = world.connect_dam()
    poll(connection)
    world.verb("PATCH", "/scaleflex/switches", {"list_lag_seconds": 3600})

    full_walk(connection)
    poll(connection)

    assert Variant.objects.filter(gone_at=None).count() == 3
    assert InboundEvent.objects.filter(dedupe_key__startswith="check:").count() == 3


# -- Bad input -----------------------------------------------------------------------------------------------
def served(world, files, times=1):
    """Let the next pages be these."""
    body = json.dumps({"status": "success", "files": files}) if not isinstance(files, str) else files
    world.fault("scaleflex", "status", status=200, body=body, path="/files$", times=times)


def test_bad_file_is_parked_with_its_bytes_and_the_rest_of_the_page_flows(world):
    good, bad = payload("documented"), payload("documented") | {"uuid": "bbbbbbbb-0000", "hash": {}}
    connection = world.connect_dam()
    served(world, [bad, good, "not even an object"])

    full_walk(connection)

    assert "/folder/boat.jpg" in paths()
    parked = InboundEvent.objects.filter(state="parked").order_by("subject")
    assert [(event.subject, event.last_error) for event in parked] == [
        ("", "The file is not an object."),
        ("bbbbbbbb-0000", "The file has no SHA-1."),
    ]
    assert b"bbbbbbbb-0000" in bytes(parked[1].raw)


def test_same_bad_file_is_parked_once_and_unparked_when_it_is_mended(world):
    good = payload("documented")
    connection = world.connect_dam()
    for _ in range(2):
        served(world, [good | {"size": None}])
        full_walk(connection)
    assert InboundEvent.objects.filter(state="parked").count() == 1

    served(world, [good])
    full_walk(connection)

    assert "/folder/boat.jpg" in paths()
    assert not InboundEvent.objects.filter(state="parked").exists()


def test_one_file_of_impossible_json_does_not_spoil_its_page(world):
    good, bad = payload("documented"), payload("documented") | {"uuid": "bbbbbbbb-0000"}
    bad["meta"] = {"title": {"en": "\ud800"}, "price": float("nan")}
    connection = world.connect_dam()
    served(world, json.dumps({"status": "success", "files": [bad, good]}))

    full_walk(connection)

    assert "/folder/boat.jpg" in paths()
    assert InboundEvent.objects.get(state="parked").subject == "bbbbbbbb-0000"


def test_file_the_database_refuses_is_found_among_the_others(world, monkeypatch):
    real = releases.apply_files

    def apply_files(*, facts, now):
        if any("A1C1_3." in fact.path for fact in facts):
            raise ValueError("does not fit")
        return real(facts=facts, now=now)

    monkeypatch.setattr("integrations.scaleflex.inbound.releases.apply_files", apply_files)
    bulk(world, 9)
    connection = world.connect_dam()

    full_walk(connection)

    assert Variant.objects.count() == 11
    parked = InboundEvent.objects.get(state="parked")
    assert parked.last_error == "Unexpected: ValueError: does not fit"


def test_page_that_can_never_be_read_is_stepped_over_by_its_one_file(world):
    connection = world.connect_dam(page_size=10)
    for _ in range(2):  # the page of ten, and the page of its first file alone
        served(world, '{"status": "success", "files": [{"uuid": "broken')

    full_walk(connection)

    assert Variant.objects.count() == 2
    parked = InboundEvent.objects.get(state="parked")
    assert "unreadable" in bytes(parked.raw).decode()


@pytest.mark.parametrize("kind", ["html", "not_json", "truncate", "reset"])
def test_dam_in_trouble_stops_the_walk_and_loses_nothing(world, clock, kind):
    connection = world.connect_dam()
    world.fault("scaleflex", kind, path="/files$")
    poll(connection, clock)
    assert not Variant.objects.exists()
    assert cursor("full").last_error

    world.clear_faults()
    clock.ahead = timedelta(hours=1)
    poll(connection, clock)

    assert Variant.objects.count() == 3
    assert cursor("full").last_error == ""
    assert not InboundEvent.objects.filter(state="parked").exists()


def test_dam_that_asks_for_patience_is_left_alone_that_long(world, clock):
    connection = world.connect_dam()
    world.fault("scaleflex", "status", status=429, retry_after=60)
    poll(connection, clock)
    calls = len(world.calls("scaleflex"))
    world.clear_faults()

    clock.ahead = timedelta(seconds=50)
    poll(connection, clock)
    assert len(world.calls("scaleflex")) == calls
    clock.ahead = timedelta(seconds=65)
    poll(connection, clock)

    assert Variant.objects.count() == 3
    assert Connection.objects.get().open_until is None


def test_wrongly_set_up_connection_says_so_where_staff_look(world):
    connection = world.connect_dam()
    Connection.objects.update(options={**connection.options, "page_size": 0})

    poll(connection)

    assert "page_size must be from 1 to 4000" in cursor("full").last_error
