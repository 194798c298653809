"""Folders."""

import pytest

from tests.integrations.sandbox.scaleflex_client import Dam


@pytest.fixture
def dam(tmp_path):
    return Dam(tmp_path)


def folder(dam, path):
    return next(entry for entry in dam.get("/v5/folders?recursive=1")["folders"] if entry["path"] == path)


def test_folders_are_listed_with_counts(dam):
    answer = dam.get("/v5/folders")
    pantry = folder(dam, "/Pantry")

    assert answer["total"] == 3
    assert pantry["count"] == {"files_direct": 0, "files_recursive": 1}
    assert not pantry["created_at"].endswith("Z")


def test_creating_makes_the_way_there_and_refuses_a_second_time(dam):
    created = dam.ok(dam.api("POST", "/v4/folders", {"name": "/a/b c/d"}))["folder"]
    again = dam.api("POST", "/v4/folders", {"name": "/a/b c/d/"})

    assert (created["path"], created["name"]) == ("/a/b c/d", "d")
    assert folder(dam, "/a")["path"] == "/a"
    assert again.status_code == 403


def test_renaming_moves_everything_below_and_their_modified_at(dam):
    before = dam.get("/v5/files?recursive=1&folder=/Pantry")["files"][0]
    dam.ok(dam.api("PATCH", f"/v4/folders/{folder(dam, '/Pantry')['uuid']}", {"name": "Larder"}))
    after = dam.get("/v5/files?recursive=1&folder=/Larder")["files"][0]

    assert after["uuid"] == before["uuid"]
    assert after["url"]["path"] == "/Larder/Müsli + Co/Front 100.jpg"
    assert after["modified_at"] > before["modified_at"]
    assert dam.cdn("/Larder/M%C3%BCsli+%2B+Co/Front+100.jpg").status_code == 200
    assert dam.cdn("/Pantry/M%C3%BCsli+%2B+Co/Front+100.jpg").status_code == 404


def test_a_taken_folder_name_is_a_400(dam):
    answer = dam.api("PATCH", f"/v4/folders/{folder(dam, '/Pantry')['uuid']}", {"name": "Brand"})

    assert (answer.status_code, answer.json["code"]) == (400, "FOLDER_EXISTS")


def test_a_folder_cannot_be_moved_into_itself(dam):
    uuid, inner = folder(dam, "/Campaigns")["uuid"], folder(dam, "/Campaigns/Winter")["uuid"]

    assert dam.api("PUT", f"/v4/folders/{uuid}/folders/{inner}").status_code == 400
    assert dam.ok(dam.api("PUT", f"/v4/folders/{inner}/folders/{folder(dam, '/Brand')['uuid']}"))
    assert folder(dam, "/Brand/Winter")["count"]["files_direct"] == 1


def test_deleting_takes_everything_below(dam):
    dam.ok(dam.api("DELETE", f"/v4/folders/{folder(dam, '/Pantry')['uuid']}"))

    assert dam.names() == ["logo.svg", "Waiting.png"]
    assert [entry["path"] for entry in dam.get("/v5/folders")["folders"]] == ["/Brand", "/Campaigns"]


def test_put_of_a_folders_metadata_drops_the_rest(dam):
    uuid = folder(dam, "/Brand")["uuid"]
    dam.ok(dam.api("PUT", f"/v4/folder/{uuid}/meta", {"meta": {"a": 1, "b": 2}}))
    answer = dam.ok(dam.api("PUT", f"/v4/folder/{uuid}/meta", {"meta": {"a": 3}}))

    assert answer == {
        "status": "success", "action": "folder_meta_updated", "folder_uuid": uuid, "meta": {"a": 3},
    }  # fmt: skip


def test_previews_name_some_files(dam):
    uuid = folder(dam, "/Brand")["uuid"]
    previews = dam.ok(dam.api("POST", "/v5/folders/previews", {"folders": [uuid]}))["folders"][uuid]

    assert previews[0]["file_type"] == "image/svg+xml"
