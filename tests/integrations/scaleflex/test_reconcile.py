"""The mirror against the DAM: every kind of difference is found, repaired by the usual road, and proved gone."""

import time

import pytest
from django.utils import timezone

from integrations import inbox, reconcile
from integrations.models import InboundEvent, SeenPage, SyncCursor
from portal.catalog.models import AssetVersion, Variant
from tests.integrations.reconciling import finished, found, left, reconciled
from tests.integrations.scaleflex.test_polling import full_walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def dam(world):
    """A DAM of three files that has been read."""
    connection = world.connect_dam(page_size=2, page_overlap=1, confirm_gone_seconds=1.0)
    full_walk(connection)
    return connection


def variant(name: str) -> Variant:
    return Variant.objects.get(name=name)


def test_what_agrees_is_equal_at_the_first_look(dam, world):
    before = len(world.calls("scaleflex"))

    result = reconciled(dam)

    assert (result["equal"], result["proved"], result["kinds"]) == (True, False, {})
    assert result["compared"] == 3
    assert len(world.calls("scaleflex")) - before <= 4


def test_every_kind_of_difference_is_found_repaired_and_proved(dam, world):
    english, german = variant("09521234500049_A1C1_en.jpg"), variant("09521234500049_A1C1_de.jpg")
    new = world.add_file("/Norrvik Pantry/new.jpg", approval="APPROVED")
    world.file("meta", german.source_uuid, "PATCH", meta={"title": {"en": "Other words"}})
    world.file("approval", variant("Waiting.jpg").source_uuid, state="APPROVED")
    world.delete_file(english.source_uuid)

    result = reconciled(dam)

    assert found(result) == {
        "missing_here": 1, "other_facts": 1, "other_approval": 1, "gone_there": 1,
    }  # fmt: skip
    assert (result["equal"], result["proved"], left(result)) == (True, True, {})
    assert Variant.objects.get(source_uuid=new["uuid"]).current is not None
    assert variant("Waiting.jpg").current is not None
    assert variant("09521234500049_A1C1_en.jpg").gone_at is not None
    assert reconciled(dam)["kinds"] == {}


def test_new_version_under_a_new_uuid_is_one_difference(dam, world):
    old = variant("09521234500049_A1C1_de.jpg")
    world.file("replace", old.source_uuid)

    result = reconciled(dam)

    assert found(result) == {"other_version": 1}
    assert result["equal"]
    assert AssetVersion.objects.filter(variant=old).count() == 2


@pytest.mark.parametrize("damage", [{"current": None}, {"path": "/Elsewhere/x.jpg"}, {"approved": False}])
def test_rows_that_deny_what_was_applied_are_read_again(dam, damage):
    """Nothing has changed in the DAM, so re-reading alone would say "unchanged"."""
    whole = variant("09521234500049_A1C1_de.jpg")
    Variant.objects.filter(pk=whole.pk).update(**damage)

    result = reconciled(dam)

    assert (sum(found(result).values()), result["equal"]) == (1, True)
    mended = Variant.objects.get(pk=whole.pk)
    assert (mended.current_id, mended.path, mended.approved) == (whole.current_id, whole.path, whole.approved)


def test_dry_run_only_tells(dam, world):
    world.add_file("/Norrvik Pantry/new.jpg", approval="APPROVED")
    events = InboundEvent.objects.count()

    result = reconciled(dam, repair=False)

    assert (found(result), result["equal"], result["dry"]) == ({"missing_here": 1}, False, True)
    assert result["examples"] == {"missing_here": ["/Norrvik Pantry/new.jpg"]}
    assert InboundEvent.objects.count() == events


def test_what_cannot_be_repaired_is_parked_once_with_its_reason(dam):
    late = variant("Waiting.jpg")
    Variant.objects.filter(pk=late.pk).update(source_modified_at=timezone.now())

    result = reconciled(dam)
    again = reconciled(dam)

    assert (left(result), left(again), result["equal"]) == ({"newer_here": 1}, {"newer_here": 1}, False)
    (parked,) = InboundEvent.objects.filter(state="parked")
    assert parked.subject == late.source_uuid
    assert "later change of it than the DAM" in parked.last_error


def test_absence_from_the_list_alone_is_no_difference(dam, world):
    """The list leaves a file out; asked for by its uuid, it is there."""
    world.fault("scaleflex", "omit", path="/files$")

    result = reconciled(dam, repair=False)

    assert result["kinds"] == {}
    assert result["compared"] < 3


def test_many_absent_files_are_more_likely_the_dams_trouble(dam, world, monkeypatch):
    monkeypatch.setattr("integrations.scaleflex.reconcile.MOST_ABSENT", 1)
    for row in Variant.objects.all():
        world.delete_file(row.source_uuid)

    result = reconciled(dam)

    assert any("Look at the DAM first" in said for said in result["examples"]["gone_there"])
    assert Variant.objects.filter(gone_at=None).count() == 2


def test_files_that_are_being_worked_on_are_passed_over(dam, world):
    new = world.add_file("/Norrvik Pantry/new.jpg", approval="APPROVED")
    inbox.store_hint(dam, kind="file", subject=new["uuid"], now=timezone.now())

    result = reconciled(dam)

    assert (result["kinds"], result["on_the_way"]) == ({}, 1)


def test_killed_in_the_middle_it_goes_on_at_the_same_page(dam, world):
    world.add_file("/Norrvik Pantry/new.jpg", approval="APPROVED")
    reconcile.begin(dam, repair=True, now=timezone.now())
    cursor = SyncCursor.objects.get(name="reconcile")
    while cursor.done_count == 0:
        # About one step; then the worker is gone, and all that is known stands in rows.
        reconcile.advance(dam, until=time.monotonic() + 0.01, clock=timezone.now)
        cursor.refresh_from_db()
    first = cursor.value["run"]
    assert (first["phase"], first["place"]["offset"]) == ("compare", 1)
    assert SeenPage.objects.filter(cursor=cursor).exists()

    result = finished(dam)

    assert (found(result), result["equal"]) == ({"missing_here": 1}, True)
    assert not SeenPage.objects.filter(cursor=cursor).exists()


def test_unreadable_file_is_parked_with_what_the_dam_said(dam, world):
    world.file("meta", variant("Waiting.jpg").source_uuid, "PATCH", meta={"rights_end": "someday"})

    result = reconciled(dam)
    again = reconciled(dam)

    assert (left(result), left(again)) == ({"unreadable": 1}, {"unreadable": 1})
    (parked,) = InboundEvent.objects.filter(state="parked")
    assert "cannot be read as a date" in parked.last_error
    assert b"someday" in bytes(parked.raw)


def test_vendor_in_trouble_ends_the_step_and_keeps_the_place(dam, world):
    reconcile.begin(dam, repair=True, now=timezone.now())
    world.fault("scaleflex", "status", status=503)

    assert not reconcile.advance(dam, until=time.monotonic() + 5, clock=timezone.now)
    cursor = SyncCursor.objects.get(name="reconcile")
    assert (cursor.failures, "503" in cursor.last_error, reconcile.is_running(cursor)) == (1, True, True)
    world.clear_faults()
    assert reconciled(dam)["equal"]


def test_nights_come_at_the_hours_of_the_setting(settings, dam):
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    settings.RECONCILE_AT_HOURS = [2, 14]
    assert reconcile.next_night(noon, dam).hour == 14
    settings.RECONCILE_AT_HOURS = [2]
    assert (reconcile.next_night(noon, dam) - noon).total_seconds() // 3600 == 14
    settings.RECONCILE_AT_HOURS = []
    assert reconcile.next_night(noon, dam) is None


def test_first_night_is_waited_for(dam):
    assert not reconcile.is_due(dam, now=timezone.now())
    cursor = SyncCursor.objects.get(name="reconcile")
    assert reconcile.is_due(dam, now=cursor.due_at)
