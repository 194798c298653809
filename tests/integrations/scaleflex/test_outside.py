"""Files moved out of the mirrored folders, or left outside by the options: partners lose them, by any road."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import inbox, routing
from integrations.models import Connection, InboundEvent, SyncCursor
from integrations.scaleflex import inbound, polling
from portal.catalog.models import Variant
from portal.core.errors import Gone
from portal.publications import selectors as publications
from portal.publications.models import Publication, PublicationItem
from tests.builders import make_community, make_partner
from tests.integrations.reconciling import found, reconciled

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return make_partner()


@pytest.fixture
def dam(world, partner):
    make_community(partner, folder="/Partners")
    return world.connect_dam(root_folder="/Partners", confirm_gone_seconds=10)


@pytest.fixture
def picture(world, dam):
    """An approved picture that partners see."""
    file = world.add_file("/Partners/a.jpg", approval="APPROVED")
    walked(dam)
    assert live() == ["/Partners/a.jpg"]
    return file


def process(ahead=0):
    now = timezone.now() + timedelta(seconds=ahead)
    while inbox.process_next(routing.inbound_handler, now=now):
        pass


def patiently():
    """Try again what cannot be read until it is parked."""
    for hour in range(1, 6):
        process(hour * 3600)


def told(dam, *uuids):
    """The DAM hints at these files, and we work on it."""
    inbound.hint(dam, uuids, now=timezone.now())
    process()


def swept(dam):
    """Sweep, and walk through everything only where that was begun; then work on what came of it."""
    dam.refresh_from_db()
    SyncCursor.objects.filter(connection=dam, name=polling.SWEEP).update(due_at=None)
    while polling.poll(dam, seconds=30):
        pass
    process()


def walked(dam):
    """Walk through everything; nobody hints."""
    polling.start_full_walk(dam)
    swept(dam)


def by_hint(dam, world, *uuids):
    told(dam, *uuids)


def by_walk(dam, world, *uuids):
    walked(dam)


def by_comparison(dam, world, *uuids):
    result = reconciled(dam)
    assert (found(result), result["equal"]) == ({"outside_there": 1}, True)


ROADS = pytest.mark.parametrize("road", [by_hint, by_walk, by_comparison])


def live() -> list[str]:
    """Paths of what partners see."""
    items = PublicationItem.objects.filter(withdrawn_at=None, state="live")
    return sorted(items.values_list("version__source_path", flat=True))


def unfinished():
    return InboundEvent.objects.filter(state__in=["pending", "parked"])


def options(dam, **more):
    """Staff change the connection."""
    dam.options |= more
    Connection.objects.filter(pk=dam.pk).update(options=dam.options)


@ROADS
def test_file_that_is_moved_out_is_taken_back_and_comes_back(world, dam, partner, picture, road):
    world.file("folder", picture["uuid"], folder="/Archive")

    road(dam, world, picture["uuid"])

    assert live() == []
    with pytest.raises(Gone, match="no longer meant for your communities"):
        publications.get_asset(partner, Variant.objects.get().asset.public_id, at=timezone.now())
    assert Publication.objects.get().withdrawn_at is not None
    assert not unfinished().exists()

    world.file("folder", picture["uuid"], folder="/Partners")
    told(dam, picture["uuid"])

    assert live() == ["/Partners/a.jpg"]
    assert reconciled(dam)["kinds"] == {}


@pytest.mark.parametrize("road", [by_hint, by_walk, by_comparison, lambda dam, world, *uuids: swept(dam)])
def test_file_that_is_moved_to_a_skipped_folder_is_taken_back(world, dam, picture, road):
    options(dam, skipped_folders=["/Partners/Drafts"])
    swept(dam)
    world.file("folder", picture["uuid"], folder="/Partners/Drafts")

    road(dam, world, picture["uuid"])

    assert live() == []


@ROADS
def test_file_that_is_moved_out_and_replaced_is_taken_back(world, dam, picture, road):
    world.file("folder", picture["uuid"], folder="/Archive")
    newer = world.file("replace", picture["uuid"])

    road(dam, world, newer["uuid"])

    assert live() == []
    assert not unfinished().exists()


@ROADS
def test_file_that_is_replaced_and_moved_out_is_taken_back(world, dam, picture, road):
    newer = world.file("replace", picture["uuid"])
    world.file("folder", newer["uuid"], folder="/Archive")

    road(dam, world, newer["uuid"])

    assert live() == []
    assert Variant.objects.get().source_uuid == newer["uuid"]
    assert not unfinished().exists()


def test_file_that_was_passed_over_among_many_strangers_is_found_by_the_walk(
    world, dam, picture, monkeypatch
):
    newer = world.file("replace", picture["uuid"])
    world.file("folder", newer["uuid"], folder="/Archive")
    with monkeypatch.context() as busy:
        busy.setattr(inbound, "MOST_ASKED", 0)
        told(dam, newer["uuid"])
    assert live() == ["/Partners/a.jpg"]

    walked(dam)

    assert live() == []


def test_rejection_outside_is_kept_for_the_way_back(world, dam, picture):
    world.file("folder", picture["uuid"], folder="/Archive")
    told(dam, picture["uuid"])
    world.file("withdraw", picture["uuid"])
    told(dam, picture["uuid"])

    world.file("folder", picture["uuid"], folder="/Partners")
    told(dam, picture["uuid"])

    assert live() == []


def test_stranger_outside_is_asked_about_once_and_left_alone(world, dam):
    stranger = world.add_file("/Archive/b.jpg", approval="APPROVED")
    told(dam, stranger["uuid"])
    before = len(world.calls("scaleflex"))

    told(dam, stranger["uuid"])

    assert len(world.calls("scaleflex")) == before + 1
    assert set(InboundEvent.objects.values_list("state", "last_error")) == {("ignored", inbound.OUTSIDE)}
    assert not Variant.objects.exists()


def test_narrower_folders_let_go_at_the_next_sweep_and_wider_ones_bring_back(world, dam, partner):
    for name in ("One", "Two"):
        world.add_file(f"/Partners/{name}/a.jpg", approval="APPROVED")
    walked(dam)
    assert live() == ["/Partners/One/a.jpg", "/Partners/Two/a.jpg"]

    options(dam, root_folder="/Partners/One")
    swept(dam)
    assert live() == ["/Partners/One/a.jpg"]
    walked(dam)
    assert live() == ["/Partners/One/a.jpg"]

    options(dam, root_folder="/Partners")
    swept(dam)
    assert live() == ["/Partners/One/a.jpg", "/Partners/Two/a.jpg"]
    assert Variant.objects.count() == 2


def test_many_files_are_let_go_of_in_steps(world, dam, monkeypatch):
    monkeypatch.setattr("integrations.scaleflex.listed.MOST_LEFT", 2)
    for number in range(5):
        world.add_file(f"/Partners/{number}.jpg", approval="APPROVED")
    walked(dam)

    options(dam, skipped_folders=["/Partners"])
    swept(dam)

    assert live() == []
    assert Variant.objects.filter(gone_at=None).count() == 0


# -- Rights that cannot be read ---------------------------------------------------------------------------------------
def by_sweep(dam, world, *uuids):
    swept(dam)


def by_any_comparison(dam, world, *uuids):
    reconciled(dam)


@pytest.mark.parametrize("road", [by_hint, by_walk, by_sweep, by_any_comparison])
def test_rejection_gets_through_although_the_end_of_rights_cannot_be_read(world, dam, picture, road):
    world.file("meta", picture["uuid"], method="PATCH", meta={"rights_end": "31/12/2026"})
    told(dam, picture["uuid"])
    patiently()
    assert live() == ["/Partners/a.jpg"]
    world.file("withdraw", picture["uuid"])

    road(dam, world, picture["uuid"])

    assert live() == []
    patiently()
    parked = unfinished().latest("pk")
    assert "cannot be read as a date" in parked.last_error
    assert b"31/12/2026" in bytes(parked.raw)


def test_deletion_and_leaving_get_through_although_the_end_of_rights_cannot_be_read(world, dam, picture):
    other = world.add_file("/Partners/b.jpg", approval="APPROVED")
    told(dam, other["uuid"])
    for file in (picture, other):
        world.file("meta", file["uuid"], method="PATCH", meta={"rights_end": "31/12/2026"})
    world.file("folder", picture["uuid"], folder="/Archive")
    world.delete_file(other["uuid"])

    told(dam, picture["uuid"], other["uuid"])
    process(11)

    assert live() == []


def test_file_whose_rights_can_be_read_again_is_no_matter_any_more(world, dam, picture):
    world.file("meta", picture["uuid"], method="PATCH", meta={"rights_end": "31/12/2026"})
    swept(dam)
    assert unfinished().count() == 1

    world.file("meta", picture["uuid"], method="PATCH", meta={"rights_end": "2099-12-31"})
    swept(dam)

    assert not unfinished().exists()
    assert PublicationItem.objects.get().visible_until.year == 2100
