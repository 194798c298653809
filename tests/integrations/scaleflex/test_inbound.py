"""What news about a file does to the portal: re-read, understood, applied once."""

import json
from datetime import timedelta
from urllib.request import Request, urlopen

import pytest
from django.utils import timezone

from integrations import inbox, routing
from integrations.models import InboundEvent, SyncCursor
from integrations.scaleflex import client, config, inbound, mapping, polling, settings_cache
from integrations.scaleflex.schemas import parse_file
from portal.catalog.models import AssetVersion, Variant
from portal.publications.models import PublicationItem
from portal.releases import services as releases
from tests.builders import make_community

pytestmark = pytest.mark.django_db


@pytest.fixture
def dam(world):
    make_community(folder="/New")
    return world.connect_dam(confirm_gone_seconds=10)


def process(now=None):
    now = now or timezone.now()
    while inbox.process_next(routing.inbound_handler, now=now):
        pass


def told(dam, *uuids):
    """The DAM hints at these files, and we work on it."""
    inbound.hint(dam, uuids, now=timezone.now())
    process()


def poll_through(dam):
    """Sweep and walk as far as there is something to read."""
    SyncCursor.objects.filter(connection=dam).update(due_at=None)
    while polling.poll(dam, seconds=30):
        pass


def take_for_new(dam, uuid):
    """The file is mirrored as if it had never been another one."""
    project = config.account(dam)
    file = parse_file(client.get_file(project, uuid))
    model = settings_cache.metadata_model(project, now=timezone.now())
    fact = mapping.fact_of(file, source=dam.key, options=project.options, model=model).fact
    releases.apply_files(facts=[fact], now=timezone.now())


def live() -> list[str]:
    """Paths of what partners see."""
    items = PublicationItem.objects.filter(withdrawn_at=None, state="live")
    return sorted(items.values_list("version__source_path", flat=True))


def last_event() -> tuple[str, str]:
    event = InboundEvent.objects.order_by("-pk").first()
    return event.state, event.last_error


@pytest.fixture
def picture(world, dam):
    """An approved picture that partners see."""
    file = world.add_file("/New/a.jpg", approval="APPROVED")
    told(dam, file["uuid"])
    assert live() == ["/New/a.jpg"]
    return file


def test_approval_brings_a_file_to_partners(world, dam):
    file = world.add_file("/New/a.jpg", approval="PENDING")
    told(dam, file["uuid"])
    assert live() == []

    world.file("approval", file["uuid"], state="APPROVED")
    told(dam, file["uuid"])

    assert live() == ["/New/a.jpg"]


def test_new_version_takes_the_old_ones_place(world, dam, picture):
    newer = world.file("replace", picture["uuid"])

    told(dam, newer["uuid"])

    assert live() == ["/New/a.jpg"]
    versions = list(AssetVersion.objects.order_by("number").values_list("number", "source_uuid", "sha1"))
    assert versions == [(1, picture["uuid"], picture["sha1"]), (2, newer["uuid"], newer["sha1"])]
    assert Variant.objects.count() == 1


def test_new_version_that_waits_for_approval_leaves_the_old_one(world, dam):
    file = world.add_file("/New/a.jpg", approval="APPROVED")
    told(dam, file["uuid"])
    world.verb("PATCH", "/scaleflex/switches", {"approval_on_new_version": "none"})
    newer = world.file("replace", file["uuid"])

    told(dam, newer["uuid"])

    assert PublicationItem.objects.get().version.source_uuid == file["uuid"]


def approved_and_taken_back(world, uuid):
    world.file("approval", uuid, state="APPROVED")
    world.file("withdraw", uuid)


def replace_unapproved(world, uuid):
    world.verb("PATCH", "/scaleflex/switches", {"approval_on_new_version": "none"})
    return world.file("replace", uuid)["uuid"]


@pytest.mark.parametrize("seen", [False, True], ids=["never seen", "seen while it waited"])
@pytest.mark.parametrize("by", ["hint", "sweep"])
def test_version_approved_and_taken_back_between_two_looks_takes_the_older_one_along(
    world, dam, picture, seen, by
):
    newer = replace_unapproved(world, picture["uuid"])
    if seen:
        told(dam, newer)
        assert live() == ["/New/a.jpg"]
    approved_and_taken_back(world, newer)

    if by == "hint":
        told(dam, newer)
    poll_through(dam)
    process()

    assert live() == []
    assert InboundEvent.objects.filter(state="parked").count() == 0


def test_version_that_came_approved_and_was_taken_back_takes_the_older_one_along(world, dam, picture):
    newer = world.file("replace", picture["uuid"])["uuid"]
    world.file("withdraw", newer)

    told(dam, newer)

    assert live() == []


def test_version_between_that_came_and_went_is_not_forgotten(world, dam, picture):
    second = world.file("replace", picture["uuid"])["uuid"]
    approved_and_taken_back(world, second)
    third = world.file("replace", second)["uuid"]

    told(dam, third)

    assert live() == []


def test_unapproved_version_of_a_file_that_was_moved_too_leaves_the_old_one(world, dam, picture):
    world.file("folder", picture["uuid"], folder="/New/Deep")
    newer = replace_unapproved(world, picture["uuid"])

    told(dam, newer)

    assert Variant.objects.get().source_uuid == newer
    assert len(live()) == 1
    assert InboundEvent.objects.exclude(state="done").count() == 0


def test_request_for_approval_that_was_cancelled_leaves_the_old_one(world, dam, picture):
    newer = replace_unapproved(world, picture["uuid"])
    world.file("approval", newer, state="PENDING")
    world.file("withdraw", newer)

    told(dam, newer)

    assert live() == ["/New/a.jpg"]


def test_request_that_a_new_version_reset_leaves_the_old_one(world, dam, picture):
    second = replace_unapproved(world, picture["uuid"])
    world.file("approval", second, state="PENDING")
    third = world.file("replace", second)["uuid"]

    told(dam, third)

    assert live() == ["/New/a.jpg"]


def test_dam_that_tells_no_history_is_taken_at_its_present_word(world, dam, picture):
    newer = world.file("replace", picture["uuid"])["uuid"]
    approved_and_taken_back(world, newer)
    world.fault("scaleflex", "status", status=403, body={"status": "error", "msg": "no"}, path="/changes$")

    told(dam, newer)

    assert live() == ["/New/a.jpg"]


def test_stranger_that_takes_the_place_is_another_asset(world, dam, picture):
    world.file("name", picture["uuid"], name="moved-away.jpg")
    stranger = world.add_file("/New/a.jpg", approval="APPROVED")

    told(dam, stranger["uuid"])  # before anybody told us of the renaming
    told(dam, picture["uuid"])

    assert live() == ["/New/a.jpg", "/New/moved-away.jpg"]
    assert Variant.objects.count() == 2


@pytest.mark.parametrize(
    ("verb", "body", "path"),
    [
        ("name", {"name": "Größe + 50 🎬.jpg"}, "/New/Größe + 50 🎬.jpg"),
        ("folder", {"folder": "/New/Deep"}, "/New/Deep/a.jpg"),
    ],
    ids=["renamed", "moved"],
)
def test_renamed_or_moved_file_is_the_same_one(world, dam, picture, verb, body, path):
    world.file(verb, picture["uuid"], **body)

    told(dam, picture["uuid"])

    assert live() == [path]
    assert AssetVersion.objects.count() == 1


def test_file_moved_out_of_the_rules_reach_is_taken_back(world, dam, picture):
    world.file("folder", picture["uuid"], folder="/Elsewhere")

    told(dam, picture["uuid"])

    assert live() == []


def test_metadata_alone_changes_words_and_no_version(world, dam, picture):
    world.file("meta", picture["uuid"], method="PATCH", meta={"title": {"en": "Boat", "ar": "قارب"}})

    told(dam, picture["uuid"])

    assert Variant.objects.get().asset.title == {"en": "Boat", "ar": "قارب"}
    assert AssetVersion.objects.count() == 1


def test_withdrawn_approval_takes_the_file_back(world, dam, picture):
    world.file("withdraw", picture["uuid"])

    told(dam, picture["uuid"])

    assert live() == []
    assert AssetVersion.objects.get().withdrawal == "approval_withdrawn"


def test_ended_rights_take_the_file_back_and_renewed_ones_bring_it_again(world, dam, picture):
    world.file("meta", picture["uuid"], method="PATCH", meta={"rights_end": "2020-01-31"})
    told(dam, picture["uuid"])
    assert live() == []

    world.file("meta", picture["uuid"], method="PATCH", meta={"rights_end": "2099-01-31"})
    told(dam, picture["uuid"])

    assert live() == ["/New/a.jpg"]


def test_rights_that_cannot_be_read_are_parked_with_what_the_dam_said(world, dam):
    file = world.add_file("/New/a.jpg", approval="APPROVED")
    world.file("meta", file["uuid"], method="PATCH", meta={"rights_end": "31/12/2026"})

    told(dam, file["uuid"])
    for hour in range(1, 6):
        process(timezone.now() + timedelta(hours=hour))

    assert live() == []
    assert last_event() == ("parked", "The end of the rights ('31/12/2026') cannot be read as a date.")
    assert file["uuid"].encode() in bytes(InboundEvent.objects.get().raw)


def test_unknown_approval_word_is_not_approved_and_noted(world, dam, picture):
    file = client.get_file(config.account(dam), picture["uuid"])
    file |= {"approval": {"latest": "BLESSED"}, "modified_at": "2099-01-01T00:00:00Z"}
    world.fault("scaleflex", "status", status=200, body=json.dumps({"status": "success", "file": file}))

    told(dam, picture["uuid"])

    assert live() == []
    assert last_event() == ("done", "Unknown approval word 'BLESSED': not approved.")


# -- Deletion ------------------------------------------------------------------------------------------------
def test_deletion_is_believed_after_a_second_404(world, dam, picture):
    world.delete_file(picture["uuid"])

    told(dam, picture["uuid"])
    assert live() == ["/New/a.jpg"]
    process(timezone.now() + timedelta(seconds=11))

    assert live() == []
    assert Variant.objects.get().gone_at is not None


def test_file_that_is_back_at_the_second_look_stays(world, dam, picture):
    world.fault(
        "scaleflex", "status", status=404, body={"status": "error", "code": "FILE_NOT_FOUND"}, times=1
    )

    told(dam, picture["uuid"])
    process(timezone.now() + timedelta(seconds=11))

    assert live() == ["/New/a.jpg"]
    assert last_event() == ("done", "")


def test_old_version_that_is_no_longer_answered_is_no_deletion(world, dam, picture):
    world.verb("PATCH", "/scaleflex/switches", {"old_version_detail": "missing"})
    newer = world.file("replace", picture["uuid"])

    told(dam, picture["uuid"])
    process(timezone.now() + timedelta(seconds=11))
    process(timezone.now() + timedelta(seconds=12))

    assert live() == ["/New/a.jpg"]
    assert PublicationItem.objects.get().version.source_uuid == newer["uuid"]


def test_missing_file_that_nobody_knows_is_of_no_concern(dam):
    told(dam, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0000")
    process(timezone.now() + timedelta(seconds=11))

    assert last_event() == ("ignored", "The DAM does not have the file, and neither do we.")


# -- Order ---------------------------------------------------------------------------------------------------
def test_old_version_hinted_at_late_changes_nothing(world, dam, picture):
    newer = world.file("replace", picture["uuid"])
    told(dam, newer["uuid"])

    told(dam, picture["uuid"])

    assert PublicationItem.objects.get().version.source_uuid == newer["uuid"]
    assert AssetVersion.objects.count() == 2


def test_restored_version_is_the_newest_again(world, dam, picture):
    newer = world.file("replace", picture["uuid"])
    told(dam, newer["uuid"])
    token, key = world.keys["scaleflex"]["token"], world.keys["scaleflex"]["key"]
    address = f"{world.url}/{token}/v5/files/{picture['uuid']}/versions"
    with urlopen(Request(address, method="PUT", headers={"X-Filerobot-Key": key}), timeout=30):
        pass

    told(dam, newer["uuid"])  # told late of the one that was put back
    told(dam, picture["uuid"])

    assert PublicationItem.objects.get().version.sha1 == picture["sha1"]
    assert list(AssetVersion.objects.order_by("number").values_list("sha1", flat=True)) == [
        picture["sha1"], newer["sha1"], picture["sha1"],
    ]  # fmt: skip


def test_old_version_nobody_ever_approved_is_no_newer_one(world, dam):
    old = world.add_file("/New/a.jpg", approval="PENDING")
    newer = world.file("replace", old["uuid"])
    world.file("approval", newer["uuid"], state="APPROVED")
    told(dam, newer["uuid"])

    told(dam, old["uuid"])

    assert PublicationItem.objects.get().version.source_uuid == newer["uuid"]
    assert InboundEvent.objects.get(subject=old["uuid"]).state == "ignored"


@pytest.mark.parametrize("road", ["hint", "sweep", "walk"])
def test_file_moved_and_replaced_between_two_looks_is_the_same_one(world, dam, picture, road):
    poll_through(dam)
    world.file("folder", picture["uuid"], folder="/New/Deep")
    newer = world.file("replace", picture["uuid"])

    if road == "hint":
        told(dam, newer["uuid"])
    elif road == "sweep":
        poll_through(dam)
        process()
    else:
        # Nobody told: it was taken for a new file, and only a walk through everything finds the old one missing.
        take_for_new(dam, newer["uuid"])
        polling.start_full_walk(dam)
        poll_through(dam)
        process()

    assert live() == ["/New/Deep/a.jpg"]
    assert PublicationItem.objects.get(withdrawn_at=None).version.source_uuid == newer["uuid"]
    assert not InboundEvent.objects.filter(state__in=["pending", "parked"]).exists()


def test_old_version_whose_place_is_empty_is_not_the_newest(world, dam, picture):
    newer = world.file("replace", picture["uuid"])
    world.file("name", newer["uuid"], name="b.jpg")
    told(dam, newer["uuid"])

    told(dam, picture["uuid"])

    assert live() == ["/New/b.jpg"]
    late = InboundEvent.objects.filter(subject=picture["uuid"]).latest("pk")
    assert (late.state, late.last_error) == ("ignored", f"Not the newest version: that is {newer['uuid']}.")


def test_many_files_are_read_together_and_one_missing_does_not_hold_up_the_rest(world, dam):
    files = [world.add_file(f"/New/{number}.jpg", approval="APPROVED") for number in range(5)]
    world.delete_file(files[2]["uuid"])

    told(dam, *[file["uuid"] for file in files])

    assert live() == [f"/New/{number}.jpg" for number in (0, 1, 3, 4)]


def test_dam_in_trouble_lets_the_hint_wait(world, dam):
    file = world.add_file("/New/a.jpg", approval="APPROVED")
    world.fault("scaleflex", "status", status=503, path="/files/")
    told(dam, file["uuid"])
    assert last_event() == ("pending", "Scaleflex answered 503.")

    world.clear_faults()
    process(timezone.now() + timedelta(hours=1))

    assert live() == ["/New/a.jpg"]


def test_derivatives_are_left_alone(world, dam):
    file = world.add_file("/.studio/a.jpg", approval="APPROVED")

    told(dam, file["uuid"])

    assert last_event() == ("ignored", "The file lies in a folder that is not mirrored.")
    assert not Variant.objects.exists()
