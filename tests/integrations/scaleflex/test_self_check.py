"""What the button "test connection" says in words."""

import pytest

from integrations import connections, routing
from integrations.errors import Refused
from integrations.scaleflex import client, config

pytestmark = pytest.mark.django_db


def with_key(world, permissions, **options):
    """A connection whose key has just these permissions."""
    key = world.verb("POST", "/scaleflex/keys", {"permissions": permissions})["key"]
    return world.connect_dam(secrets={"key": key}, **options)


def test_a_key_that_may_everything(world):
    said = routing.check(world.connect_dam())

    assert said.startswith("Scaleflex answers, and the key may list about 3 files. It may: mirror files; ")
    assert "may not" not in said
    assert "pass requests on as comments" in said


def test_what_a_key_lacks_is_named_with_its_permission(world):
    said = routing.check(with_key(world, ["OBJECTS_LIST", "OBJECTS_FETCH"], request_carrier="label"))

    assert "It may: mirror files." in said
    assert "send a replacement as a new version (FILE_UPLOAD)" in said
    assert "pass requests on by a label (LABELS_LIST, FILE_LABEL_CHANGE)" in said


def test_only_what_the_connection_is_set_up_for_is_spoken_of(world):
    said = routing.check(with_key(world, ["OBJECTS_LIST"], request_carrier="off", review_label=""))

    assert "requests" not in said
    assert "review" not in said
    assert "mirror files (OBJECTS_FETCH)" in said


def test_one_file_is_one_file(world):
    for file in client.list_files(config.account(world.connect_dam()), limit=9, offset=0).files[1:]:
        world.delete_file(file["uuid"])

    assert routing.check(world.connect_dam()).startswith(
        "Scaleflex answers, and the key may list about 1 file. "
    )


def test_a_dam_that_does_not_tell_is_no_failure(world):
    connection = world.connect_dam()
    body = {"status": "error", "code": "ROUTE_NOT_FOUND"}
    world.fault("scaleflex", "status", status=404, body=body, path="/key/info")

    assert "does not tell" in routing.check(connection)


def test_a_key_that_was_switched_off_is_said(world):
    key = world.verb("POST", "/scaleflex/keys", {"permissions": ["OBJECTS_LIST"]})["key"]
    connection = world.connect_dam(secrets={"key": key})
    world.verb("DELETE", f"/scaleflex/keys/{key}")

    with pytest.raises(Refused, match="Enter a valid API key"):
        routing.check(connection)
    with pytest.raises(Refused, match="Enter a valid API key"):
        client.get_permissions(config.account(connections.get("dam")))
