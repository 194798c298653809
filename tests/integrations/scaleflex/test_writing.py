"""What we write to the DAM over real HTTP, read back from it."""

import io
import json

import pytest

from integrations.errors import BadOptions, Refused
from integrations.scaleflex import client, config, uploading, writing
from integrations.scaleflex.calls import FileMissing
from integrations.scaleflex.file_details import is_public, product_position
from integrations.scaleflex.schemas import parse_file
from tests.integrations.scaleflex.pictures import jpeg

pytestmark = pytest.mark.django_db
NOWHERE = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0000"


@pytest.fixture
def account(world):
    return config.account(world.connect_dam())


@pytest.fixture
def uuid(world):
    return world.add_file("/New & old/a + b.jpg", approval="APPROVED")["uuid"]


# -- Uploads ------------------------------------------------------------------------------------------------
def test_a_new_file_is_stored_with_what_comes_beside_it(account):
    done = uploading.upload(
        account, io.BytesIO(jpeg(1)), folder="/From us", name='Grüße "1".jpg',
        meta={"gtin": "09521234500049"}, product="NP-1001",
    )  # fmt: skip

    file = parse_file(client.get_file(account, done.uuid))
    assert (done.is_new, file.path) == (True, '/From us/Grüße "1".jpg')
    assert (file.meta["gtin"], file.product_ref) == ("09521234500049", "NP-1001")
    assert file.width == 32


def test_a_replacement_is_a_new_version_of_the_same_place(account, uuid):
    done = uploading.replace(account, io.BytesIO(jpeg(2)), uuid=uuid)

    assert done.is_new and done.uuid != uuid
    assert {version["uuid"] for version in client.get_versions(account, uuid)} == {uuid, done.uuid}
    assert done.path == "/New & old/a + b.jpg"


def test_a_replacement_sent_again_is_there_already(account, uuid):
    first = uploading.replace(account, io.BytesIO(jpeg(2)), uuid=uuid)
    again = uploading.replace(account, io.BytesIO(jpeg(2)), uuid=uuid)

    assert (again.uuid, again.is_new) == (first.uuid, False)
    assert len(client.get_versions(account, uuid)) == 2


@pytest.mark.parametrize("status", [200, 400, 409, 422])
def test_bytes_that_are_there_are_a_success_whatever_the_status(world, account, uuid, status):
    world.verb("PATCH", "/scaleflex/switches", {"upload_refusal_status": status})
    stored = uploading.upload(account, io.BytesIO(jpeg(3)), folder="/f", name="x.jpg")

    again = uploading.upload(account, io.BytesIO(jpeg(3)), folder="/f", name="x.jpg")

    assert (again.uuid, again.path, again.is_new) == (stored.uuid, "/f/x.jpg", False)


def test_bytes_that_lie_elsewhere_are_not_where_they_were_wanted(world, account):
    world.verb("PATCH", "/scaleflex/switches", {"duplicate_content": "refuse"})
    uploading.upload(account, io.BytesIO(jpeg(3)), folder="/f", name="x.jpg")

    with pytest.raises(Refused, match=r"as /f/x\.jpg and takes no doubles"):
        uploading.upload(account, io.BytesIO(jpeg(3)), folder="/g", name="y.jpg")


@pytest.mark.parametrize("status", [200, 400])
def test_a_refused_upload_says_the_real_reason(world, account, uuid, status):
    switches = {"duplicate_name": "refuse", "upload_refusal_status": status}
    world.verb("PATCH", "/scaleflex/switches", switches)

    with pytest.raises(Refused, match=r"ERR_REFUSED_UPLOAD.*already a file a \+ b.jpg"):
        uploading.replace(account, io.BytesIO(jpeg(2)), uuid=uuid)


@pytest.mark.parametrize("policy", ["suffix", "uuid"])
def test_a_project_that_renames_uploads_makes_no_versions_and_we_say_so(world, account, uuid, policy):
    world.verb("PATCH", "/scaleflex/switches", {"filename_policy": policy})

    with pytest.raises(Refused, match="renames uploads"):
        uploading.replace(account, io.BytesIO(jpeg(2)), uuid=uuid)


def test_a_project_that_overwrites_makes_no_versions_and_we_say_so(world, account, uuid):
    world.verb("PATCH", "/scaleflex/switches", {"duplicate_name": "overwrite"})

    with pytest.raises(Refused, match="overwrote"):
        uploading.replace(account, io.BytesIO(jpeg(2)), uuid=uuid)


def test_too_much_is_not_sent_at_all(world):
    account = config.account(world.connect_dam(upload_most_bytes=100))

    with pytest.raises(Refused, match="100 may be sent"):
        uploading.upload(account, io.BytesIO(jpeg(1)), folder="/f", name="x.jpg")

    assert not [call for call in world.calls("scaleflex") if call["method"] == "POST"]


@pytest.mark.parametrize("name", ["a/b.jpg", "100%.jpg", "a\\b.jpg", " "])
def test_names_the_dam_does_not_take_are_not_sent(account, name):
    with pytest.raises(Refused, match="takes no name"):
        uploading.upload(account, io.BytesIO(b"x"), folder="/f", name=name)


def test_replacing_what_is_not_there_is_missing(account):
    with pytest.raises(FileMissing):
        uploading.replace(account, io.BytesIO(jpeg(2)), uuid=NOWHERE)


def test_a_large_file_travels_in_pieces(account):
    body = io.BytesIO(jpeg(4) + bytes(3_000_000))

    assert uploading.upload(account, body, folder="/f", name="large.jpg").is_new


# -- Metadata, labels, tags, product, visibility ------------------------------------------------------------
@pytest.mark.parametrize("word", ["patch", "merge"])
@pytest.mark.parametrize("version", ["v4", "v5"])
def test_metadata_of_other_keys_survives_whatever_put_does(world, uuid, word, version):
    world.verb("PATCH", "/scaleflex/switches", {"put_meta": "replace"})
    account = config.account(world.connect_dam(metadata_write=word, write_version=version))
    writing.set_metadata(account, uuid, {"gtin": "09521234500049", "asset_type": "packshot"})
    writing.set_metadata(account, uuid, {"gtin": None})

    meta = client.get_file(account, uuid)["meta"]

    assert (meta["gtin"], meta["asset_type"]) == (None, "packshot")


def test_labels_come_and_go_one_by_one(account, world):
    uuid = client.list_files(account, limit=1, offset=0).files[0]["uuid"]
    add_label(world, account, "Under review")

    assert writing.add_label(account, uuid, "Under review")
    assert not writing.add_label(account, uuid, "Under review")
    assert set(parse_file(client.get_file(account, uuid)).labels) == {"Hero", "Under review"}
    assert writing.remove_label(account, uuid, "Under review")
    assert not writing.remove_label(account, uuid, "Under review")
    assert parse_file(client.get_file(account, uuid)).labels == ("Hero",)


def test_a_label_the_project_lacks_is_named(account, uuid):
    with pytest.raises(Refused, match="no label 'Nope'"):
        writing.add_label(account, uuid, "Nope")


def test_tags_are_added_to_those_of_the_language(account, uuid):
    writing.add_tags(account, uuid, ["sea", "boat"], language="en")
    writing.add_tags(account, uuid, ["Boat", "sun"], language="en")
    writing.add_tags(account, uuid, ["Meer"], language="de")

    assert set(parse_file(client.get_file(account, uuid)).tags) == {"sea", "boat", "sun", "Meer"}
    assert {tag["names"].get("en") for tag in client.get_tags(account, "boat")} == {"boat"}


def test_a_file_is_tied_to_a_product_and_found_by_it(account, uuid):
    writing.set_product(account, uuid, "NP-1001", position=9)

    images = client.get_product_images(account, "NP-1001")

    assert [image["uuid"] for image in images][-1] == uuid
    assert product_position(images[-1]) == 9


def test_files_leave_the_public_delivery_and_return(account, uuid):
    writing.set_visibility(account, [uuid], public=False)
    assert is_public(client.get_file(account, uuid)) is False

    writing.set_visibility(account, [uuid], public=True)
    assert is_public(client.get_file(account, uuid)) is True


def test_a_folder_that_is_there_is_no_trouble(account):
    writing.ensure_folder(account, "/One/Two")
    writing.ensure_folder(account, "/One/Two")

    assert [folder["path"] for folder in client.folders(account, below="/One")] == ["/One/Two"]
    assert "/One/Two" in {folder["path"] for folder in client.folders(account, recursive=True)}


def test_an_older_version_becomes_the_current_one_again(account, uuid):
    done = uploading.replace(account, io.BytesIO(jpeg(2)), uuid=uuid)

    writing.make_current(account, uuid)

    found = client.find_file(account, done.path)
    assert found is not None and found["uuid"] == uuid


def test_delivery_forgets_with_a_key_of_its_own(world):
    account = config.account(
        world.connect_dam(invalidation_url=world.url, secrets={"invalidation_key": "other"})
    )

    assert writing.invalidate(account, ["/a/*"])
    assert writing.invalidate(account, [])


def test_delivery_cannot_forget_without_an_address(account):
    with pytest.raises(BadOptions, match="invalidation_url"):
        writing.invalidate(account, ["/a/*"])


def test_an_address_to_forget_needs_a_key(world):
    with pytest.raises(BadOptions, match="needs its own key"):
        config.account(world.connect_dam(invalidation_url=world.url))


@pytest.mark.parametrize("hidden", [False, True], ids=["404", "200 that means no"])
def test_writing_to_what_is_not_there_is_missing(account, world, hidden):
    world.verb("PATCH", "/scaleflex/switches", {"errors_in_200": hidden})

    with pytest.raises(FileMissing):
        writing.set_metadata(account, NOWHERE, {"gtin": "1"})


def test_a_refusal_whose_body_says_yes_is_a_yes(account, world, uuid):
    body = json.dumps({"status": "success", "file": {"uuid": uuid}})
    world.fault("scaleflex", "status", status=409, body=body)

    assert writing.set_metadata(account, uuid, {"gtin": "1"}) == {"uuid": uuid}


def add_label(world, account, name):
    from integrations.scaleflex.calls import ask

    ask(account, "POST", "labels", version="v5", json={"name": name}, operation="test")
