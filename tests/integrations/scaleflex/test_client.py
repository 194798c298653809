"""Calls to the DAM over real HTTP."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import BadPayload, Refused, Retryable
from integrations.scaleflex import client, config
from integrations.scaleflex.client import FileMissing
from integrations.scaleflex.schemas import parse_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(world):
    return config.account(world.connect_dam())


def test_list_is_paged_in_a_stable_order(account):
    pages = [client.list_files(account, limit=2, offset=offset) for offset in (0, 2, 3)]

    assert [len(page.files) for page in pages] == [2, 1, 0]
    assert (pages[0].total, pages[0].strict) == (3, True)
    assert len({file["uuid"] for page in pages for file in page.files}) == 3
    assert abs(pages[0].answered_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_list_of_changes_has_only_what_changed_since(account, world):
    before = datetime.now(UTC) - timedelta(seconds=2)
    added = world.add_file("/New/a.jpg")

    page = client.list_files(account, limit=10, offset=0, updated_after=before)

    assert [file["uuid"] for file in page.files] == [added["uuid"]]


@pytest.mark.parametrize("spelling", ["files", "file"])
@pytest.mark.parametrize("version", ["v4", "v5"])
def test_detail_answers_under_both_spellings_and_versions(world, spelling, version):
    account = config.account(world.connect_dam(api_version=version))
    uuid = client.list_files(account, limit=1, offset=0).files[0]["uuid"]

    file = parse_file(client.get_file(account, uuid, spelling=spelling))

    assert (file.uuid, file.labels, file.tags) == (uuid, ("Hero",), ("muesli",))
    assert file.meta["asset_type"] == "packshot"


def test_versions_are_listed_from_any_of_them(account, world):
    first = world.add_file("/New/a.jpg")["uuid"]
    second = world.file("replace", first)["uuid"]

    assert {version["uuid"] for version in client.get_versions(account, second)} == {first, second}
    assert {version["uuid"] for version in client.get_versions(account, first)} == {first, second}


def test_metadata_model_tells_the_expiry_field_and_the_selections(account):
    model = client.get_metadata_model(account)

    assert model.expiry_key == "rights_end"
    assert "norrvik-home" in model.values.values()
    assert "ar" in model.variants.values()


@pytest.mark.parametrize("hidden", [False, True], ids=["404", "200 that means no"])
def test_missing_file_is_missing_whatever_the_status(account, world, hidden):
    world.verb("PATCH", "/scaleflex/switches", {"errors_in_200": hidden})

    with pytest.raises(FileMissing):
        client.get_file(account, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0000")


def test_address_that_does_not_exist_says_nothing_about_the_file(account, world):
    world.fault(
        "scaleflex", "status", status=404, body={"status": "error", "code": "ROUTE_NOT_FOUND", "msg": "?"}
    )

    with pytest.raises(Refused, match="API version or token") as caught:
        client.get_file(account, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0000")

    assert not isinstance(caught.value, FileMissing)


def test_wrong_key_asks_for_a_valid_one(world):
    connection = world.connect_dam()
    connection.credentials = b""
    account = config.Account(
        connection, config.account(world.connect_dam()).options, "wrong", connection.hosts
    )

    with pytest.raises(Refused):
        client.list_files(account, limit=1, offset=0)


def test_expired_key_in_the_message_alone_is_understood(account, world):
    world.fault("scaleflex", "status", status=403, body={"status": "error", "msg": "KEY_EXPIRED"})

    with pytest.raises(Refused, match="Enter a valid API key"):
        client.list_files(account, limit=1, offset=0)


def test_too_many_requests_carries_the_wait_the_dam_asked_for(account, world):
    world.fault("scaleflex", "status", status=429, retry_after=7)

    with pytest.raises(Retryable) as caught:
        client.list_files(account, limit=1, offset=0)

    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("kind", "sentence"), [("html", "sent HTML"), ("not_json", "not JSON"), ("empty", "sent nothing")]
)
def test_answer_that_is_no_json_keeps_its_bytes(account, world, kind, sentence):
    world.fault("scaleflex", kind)

    with pytest.raises(BadPayload, match=sentence) as caught:
        client.list_files(account, limit=1, offset=0)

    assert kind == "empty" or caught.value.raw


@pytest.mark.parametrize("kind", ["reset", "truncate", "gzip_bomb"])
def test_answer_that_breaks_off_is_trouble(account, world, kind):
    world.fault("scaleflex", kind)

    with pytest.raises(Retryable):
        client.list_files(account, limit=1, offset=0)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "success"},
        {"status": "success", "files": {}},
        {"status": "error", "msg": "no"},
        [],
        {"status": ["success"]},
    ],
)
def test_list_without_files_is_no_list(account, world, body):
    world.fault("scaleflex", "status", status=200, body=json.dumps(body))

    with pytest.raises((BadPayload, Refused)):
        client.list_files(account, limit=1, offset=0)
