"""Lists that change while they are read, forget a row or lose their place: none missed, none deleted by absence."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import inbox, routing
from integrations.models import InboundEvent, SyncCursor
from integrations.scaleflex import polling
from integrations.trading_grid import auth
from integrations.trading_grid import polling as grid_polling
from portal.catalog.models import Variant
from portal.partners.models import Community

pytestmark = pytest.mark.django_db
FOLDER = "/Moving"


class Clock:
    def __init__(self):
        self.ahead = timedelta()

    def __call__(self):
        return timezone.now() + self.ahead


class Reader:
    """The timetable's reading of one DAM, a page at a time, so that a test can do something in between."""

    def __init__(self, world):
        self.dam = world.connect_dam(
            page_size=10, page_overlap=1, sweep_seconds=1, overlap_seconds=600, confirm_gone_seconds=0
        )
        self.clock = Clock()

    def page(self, name: str) -> bool:
        """Read one page of a walk; returns whether there is more."""
        return polling.walk(self.dam, name, until=0, clock=self.clock)

    def sweep(self) -> None:
        """One sweep, as the timetable would do it a minute later, and the work that comes of it."""
        self.clock.ahead += timedelta(minutes=1)
        while self.page(polling.SWEEP):
            pass
        self.work()

    def work(self) -> None:
        while inbox.process_next(routing.inbound_handler, now=self.clock()):
            pass


@pytest.fixture
def reader(world, db):
    return Reader(world)


def bulk(world, count: int) -> None:
    world.verb("POST", "/scaleflex/bulk", {"count": count, "folder": FOLDER, "approval": "APPROVED"})


def there(world) -> set[str]:
    """Paths of the files the DAM has."""
    files = world.verb("GET", f"/scaleflex/files?folder={FOLDER}&limit=1000")["files"]
    return {file["path"] for file in files}


def known() -> set[str]:
    rows = Variant.objects.filter(gone_at=None, path__startswith=FOLDER)
    return set(rows.values_list("path", flat=True))


@pytest.mark.parametrize("seed", [1, 2])
def test_files_come_and_go_between_any_two_pages(world, reader, seed):
    draw = random.Random(seed)
    # Long before what the first sweep looks back to: only the walk through everything can find them.
    world.move_clock(-7200)
    bulk(world, 60)
    world.move_clock(0)
    reader.sweep()
    assert known() == set()
    more, number = True, 0
    while more:
        more = reader.page(polling.FULL)
        for _ in range(draw.randrange(7)):
            number += 1
            files = world.verb("GET", f"/scaleflex/files?folder={FOLDER}&limit=1000")["files"]
            match draw.choice(["delete", "delete", "add", "rename", "reject"]) if number < 40 else "":
                case "add":
                    world.add_file(f"{FOLDER}/new-{number}.jpg", approval="APPROVED")
                case "delete":
                    world.delete_file(draw.choice(files)["uuid"])
                case "rename":
                    world.file("name", draw.choice(files)["uuid"], name=f"renamed-{number}.jpg")
                case "reject":
                    world.file("approval", draw.choice(files)["uuid"], state="REJECTED")

    reader.sweep()
    reader.sweep()

    missed = there(world) - known()
    assert not missed
    # Absence alone takes nothing away; what is really gone is found by asking for it, twice.
    polling.start_full_walk(reader.dam)
    while reader.page(polling.FULL):
        pass
    reader.work()
    assert known() == there(world)
    assert not InboundEvent.objects.filter(state="parked").exists()


def test_row_that_a_list_leaves_out_is_neither_missed_nor_deleted(world, reader):
    bulk(world, 34)
    world.fault("scaleflex", "omit", path="/files$")
    while reader.page(polling.FULL):
        pass
    short = known()
    assert 0 < len(there(world) - short) <= 4  # one a page at most

    reader.work()
    assert Variant.objects.filter(gone_at__isnull=False).count() == 0
    world.clear_faults()
    polling.start_full_walk(reader.dam)
    while reader.page(polling.FULL):
        pass

    assert known() == there(world)


def test_known_row_that_a_list_leaves_out_stays(world, reader):
    bulk(world, 34)
    while reader.page(polling.FULL):
        pass
    world.fault("scaleflex", "omit", path="/files$")

    for _ in range(2):
        polling.start_full_walk(reader.dam)
        while reader.page(polling.FULL):
            pass
        world.clear_faults()
        reader.work()
        assert known() == there(world)
        world.fault("scaleflex", "omit", path="/files$")


@pytest.mark.parametrize("lost", ["forgotten", "nonsense"])
def test_walk_whose_place_is_lost_begins_anew(world, reader, lost):
    bulk(world, 45)
    reader.page(polling.FULL)
    reader.page(polling.FULL)
    if lost == "forgotten":
        SyncCursor.objects.all().delete()
    else:
        SyncCursor.objects.update(value={"running": False, "offset": "x"})
    world.add_file(f"{FOLDER}/meanwhile.jpg", approval="APPROVED")

    while reader.page(polling.FULL):
        pass
    reader.sweep()

    assert known() == there(world)
    assert len(known()) == 46


@pytest.mark.parametrize(
    ("path", "note"), [("/members$", "left as they are"), ("/partnerDirectory$", ""), ("/communities$", "")]
)
def test_list_of_the_directory_that_is_one_short_puts_nobody_out(world, db, path, note):
    auth.forget_all()
    grid = world.connect_grid()

    def read():
        SyncCursor.objects.filter(name="directory").update(due_at=None)
        while grid_polling.poll(grid, seconds=60):
            pass

    read()
    before = {
        each.name: set(each.partners.values_list("name", flat=True)) for each in Community.objects.all()
    }
    assert any(before.values())
    world.fault("trading_grid", "omit", path=path)
    read()
    after = {each.name: set(each.partners.values_list("name", flat=True)) for each in Community.objects.all()}

    assert after == before
    assert note in SyncCursor.objects.get(name="directory").last_error


def test_place_among_the_events_that_is_lost_costs_no_event(world, db):
    auth.forget_all()
    grid = world.connect_grid()
    while grid_polling.poll(grid, seconds=60):
        pass
    stored = InboundEvent.objects.filter(connection=grid).count()
    SyncCursor.objects.filter(name="events").update(
        value={"next": f"{world.url}/TGCommunityWorkspace/v1/events?after=no-such-place"}, due_at=None
    )
    world.verb("PUT", "/trading_grid/partners/" + _some_partner(world) + "/status", {"status": "SUSPENDED"})

    while grid_polling.poll(grid, seconds=60):
        pass

    assert InboundEvent.objects.filter(connection=grid).count() > stored
    rows = InboundEvent.objects.filter(connection=grid)
    assert rows.count() == rows.values("dedupe_key").distinct().count()


def _some_partner(world) -> str:
    return world.verb("GET", "/trading_grid/partners")["partners"][0]["partnerCompanyId"]
