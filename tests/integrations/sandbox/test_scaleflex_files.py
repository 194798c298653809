"""One file: rename, move, delete, metadata, tags, labels, product, approval, history."""

import pytest

from integrations.sandbox.scaleflex.approvals import STATES
from tests.integrations.sandbox.scaleflex_client import Dam


@pytest.fixture
def dam(tmp_path):
    return Dam(tmp_path)


def detail(dam, uuid, query="?format=select:api"):
    return dam.get(f"/v5/files/{uuid}{query}")["file"]


def test_rename_in_both_spellings(dam):
    uuid = dam.uuid("Waiting")
    first = dam.ok(dam.api("PATCH", f"/v4/files/{uuid}", {"name": "New.png"}))
    second = dam.ok(dam.api("PUT", f"/v5/file/{uuid}/name", {"name": "Newer.png"}))

    assert (first["action"], first["file_uuid"], first["file"]["name"]) == ("file_renamed", uuid, "New.png")
    assert second["file"]["url"]["path"] == "/Campaigns/Winter/Newer.png"


def test_a_taken_name_is_a_409(dam):
    dam.verb("POST", "/files", {"folder": "/Brand", "name": "other.jpg"})
    answer = dam.api("PATCH", f"/v4/files/{dam.uuid('logo')}", {"name": "other.jpg"})

    assert (answer.status_code, answer.json["code"]) == (409, "FILE_EXISTS")


def test_move_by_ids_and_by_name(dam):
    uuid = dam.uuid("Waiting")
    brand = next(folder for folder in dam.get("/v4/folders")["folders"] if folder["path"] == "/Brand")
    one = dam.ok(dam.api("PUT", f"/v4/files/{uuid}/folders/{brand['uuid']}"))["file"]
    many = dam.ok(
        dam.api("POST", "/v5/files/move", {"files_uuids": [uuid], "new_folder_name": "/Archive/2026"})
    )

    assert (one["uuid"], one["folder"]["name"]) == (uuid, "/Brand")
    assert many["files"][0]["url"]["path"] == "/Archive/2026/Waiting.png"


def test_moving_by_bad_ids_is_a_404_with_the_observed_code(dam):
    nowhere = "00000000-0000-4000-8000-000000000000"
    answer = dam.api("PUT", f"/v4/files/{nowhere}/folders/{nowhere}")

    assert (answer.status_code, answer.json["code"]) == (404, "ROUTE_NOT_FOUND")


def test_delete_takes_all_versions_and_their_bytes(dam):
    uuid = dam.uuid("Front")
    versions = dam.get(f"/v5/files/{uuid}/versions")["versions"]
    answer = dam.ok(dam.api("DELETE", f"/v4/files/{uuid}"))

    assert (answer["action"], answer["file_uuid"]) == ("file_deleted", uuid)
    for version in versions:
        assert dam.api("GET", f"/v5/files/{version['uuid']}").status_code == 404
        assert not dam.part.project.blobs.path(version["hash"]["sha1"]).exists()
    assert dam.cdn("/Pantry/M%C3%BCsli+%2B+Co/Front+100.jpg").status_code == 404


def test_patch_merges_and_put_follows_the_switch(dam):
    uuid = dam.uuid("Front")
    patched = dam.ok(dam.api("PATCH", f"/v5/file/{uuid}/meta", {"meta": {"gtin": "1"}}))["file"]["meta"]
    dam.switch(put_meta="replace")
    put = dam.ok(dam.api("PUT", f"/v4/file/{uuid}/meta", {"meta": {"gtin": "2"}}))["file"]["meta"]

    assert (patched["gtin"], patched["rights_end"]) == ("1", "2027-01-31")
    assert (put["gtin"], put["rights_end"]) == ("2", None)


def test_selections_are_written_by_api_value_label_or_id(dam):
    uuid = dam.uuid("Front")
    for word in ("lifestyle", "Lifestyle", "@itm_v1_asset_type_1@"):
        dam.ok(
            dam.api("PATCH", f"/v5/file/{uuid}/meta", {"meta": {"asset_type": word, "markets": ["Germany"]}})
        )
        assert detail(dam, uuid)["meta"]["asset_type"] == "lifestyle"
    assert detail(dam, uuid, "")["meta"]["markets"] == ["@itm_v1_markets_0@"]

    refused = dam.api("PATCH", f"/v5/file/{uuid}/meta", {"meta": {"asset_type": "sculpture"}})
    assert (refused.status_code, refused.json["code"]) == (400, "INVALID_META_VALUE")


def test_a_change_of_metadata_moves_modified_at_but_not_the_cdn_address(dam):
    uuid = dam.uuid("Front")
    before = detail(dam, uuid)
    moments = [before["modified_at"]]
    for number in range(3):
        after = dam.ok(dam.api("PATCH", f"/v5/file/{uuid}/meta", {"meta": {"gtin": str(number)}}))["file"]
        moments.append(after["modified_at"])

    assert after["url"]["cdn"] == before["url"]["cdn"]
    assert moments == sorted(set(moments))


def test_saying_the_same_again_changes_nothing(dam):
    uuid = dam.uuid("Front")
    before = detail(dam, uuid)
    after = dam.ok(dam.api("PATCH", f"/v5/file/{uuid}/meta", {"meta": {"gtin": "09521234500049"}}))["file"]

    assert after["modified_at"] == before["modified_at"]


def test_tags_of_one_language_are_set(dam):
    uuid = dam.uuid("Front")
    file = dam.ok(dam.api("PUT", f"/v5/file/{uuid}/tags", {"lang": "en", "new_tags": ["oats", "muesli"]}))[
        "file"
    ]

    assert [tag["label"] for tag in file["tags"]["en"]] == ["oats", "muesli"]
    assert [tag["label"] for tag in file["tags"]["de"]] == ["Müsli"]
    slugs = [tag["slug"] for tag in dam.get("/v5/tags?q=oat")["tags"]]
    assert len(slugs) == 1
    assert slugs[0].startswith("oats")


def test_labels_and_products(dam):
    uuid = dam.uuid("Waiting")
    label = dam.ok(dam.api("POST", "/v5/labels", {"name": "Print", "color": "#000"}))["label"]
    labelled = dam.ok(dam.api("POST", f"/v5/files/{uuid}/labels", {"labels": [label["sid"], "Hero"]}))["file"]
    product = dam.ok(dam.api("PUT", f"/v5/file/{uuid}/product", {"product": {"ref": "NP-1", "position": 3}}))[
        "file"
    ]

    assert labelled["labels"] == [label["sid"], "#lbhero"]
    assert product["product"] == {"ref": "NP-1", "position": "3"}
    assert {entry["name"]: entry["assets_count"] for entry in dam.get("/v5/labels")["labels"]} == {
        "Hero": 2,
        "Print": 1,
    }
    assert [image["name"] for image in dam.get("/v4/product/NP-1/images")["images"]] == [
        "Front 100.jpg",
        "Waiting.png",
    ]
    assert dam.get("/v4/products?q=reference~^NP")["products"][0]["reference"] == "NP-1"

    dam.ok(dam.api("DELETE", "/v5/labels", {"labels": [label["uuid"]]}))
    assert detail(dam, uuid)["labels"] == ["#lbhero"]


@pytest.mark.parametrize("state", STATES)
def test_every_approval_word_can_be_set_by_verb(dam, state):
    uuid = dam.uuid("logo")
    dam.verb("POST", f"/files/{uuid}/approval", {"state": state})

    assert detail(dam, uuid)["approval"] == {"latest": state}


def test_an_unknown_approval_word_is_refused_with_the_known_ones(dam):
    answer = dam.http.post(f"/_sandbox/scaleflex/files/{dam.uuid('logo')}/approval", json={"state": "MAYBE"})

    assert answer.status_code == 400
    assert "APPROVED, PENDING" in answer.json["msg"]


def test_approving_moves_modified_at_once(dam):
    uuid = dam.uuid("Waiting")
    before = detail(dam, uuid)["modified_at"]
    first = dam.verb("POST", f"/files/{uuid}/approval", {"state": "APPROVED"})["file"]["modified_at"]
    second = dam.verb("POST", f"/files/{uuid}/approval", {"state": "APPROVED"})["file"]["modified_at"]

    assert before < first == second


@pytest.mark.parametrize(("switch", "kept"), [("keep", "APPROVED"), ("none", None)])
def test_a_finished_approval_is_kept_or_not_by_switch(dam, switch, kept):
    dam.switch(approval_on_new_version=switch)
    old = dam.uuid("Front")
    new = dam.verb("POST", f"/files/{old}/replace")["file"]

    assert new["uuid"] != old
    assert new["approval"] == kept


def test_a_new_version_resets_an_open_request(dam):
    new = dam.verb("POST", f"/files/{dam.uuid('Waiting')}/replace")["file"]
    actions = [change["action"] for change in dam.get(f"/v5/files/{new['uuid']}/changes")["changes"]]

    assert new["approval"] is None
    assert actions == ["APPROVAL_ENDED", "H_NEW_VERSION"]


def test_the_approval_of_an_older_version_is_refused_by_name_of_the_newest(dam):
    old = dam.uuid("Front")
    new = dam.verb("POST", f"/files/{old}/replace")["file"]["uuid"]
    answer = dam.http.post(f"/_sandbox/scaleflex/files/{old}/approval", json={"state": "REJECTED"})

    assert answer.status_code == 400
    assert new in answer.json["msg"]


def test_restoring_a_version_makes_its_uuid_the_files(dam):
    old = dam.uuid("Front")
    new = dam.verb("POST", f"/files/{old}/replace")["file"]["uuid"]
    restored = dam.ok(dam.api("PUT", f"/v5/files/{old}/versions"))["file"]

    assert restored["uuid"] == old
    assert dam.get("/v5/files?recursive=1&q=front")["files"][0]["uuid"] == old
    assert dam.get(f"/v5/files/{new}/versions")["versions"][0]["uuid"] == old


def test_an_older_version_can_be_made_to_look_gone(dam):
    old = dam.uuid("Front")
    dam.verb("POST", f"/files/{old}/replace")
    answered = dam.api("GET", f"/v5/files/{old}").status_code
    dam.switch(old_version_detail="missing")

    assert (answered, dam.api("GET", f"/v5/files/{old}").status_code) == (200, 404)


def test_a_private_file_leaves_the_cdn_but_not_the_api(dam):
    uuid = dam.uuid("logo")
    dam.ok(dam.api("PUT", "/v5/objects/visibility/cdn", {"files_uuids": [uuid], "visibility": "not_public"}))

    assert detail(dam, uuid)["visibility"]["in_cdn"] == {"set": "not_public", "actual": "not_public"}
    assert dam.cdn("/Brand/logo.svg").status_code == 403
    assert dam.api("GET", f"/v4/get/{uuid}", key=None).status_code == 403
    assert dam.api("GET", f"/v4/get/{uuid}/download").status_code == 200
    dam.switch(private_status=404)
    assert dam.cdn("/Brand/logo.svg").status_code == 404


def test_a_private_folder_hides_what_inherits(dam):
    folder = next(entry for entry in dam.get("/v5/folders")["folders"] if entry["path"] == "/Brand")
    dam.ok(
        dam.api(
            "PUT",
            "/v5/objects/visibility/cdn",
            {"folders_uuids": [folder["uuid"]], "visibility": "not_public"},
        )
    )
    hidden = dam.cdn("/Brand/logo.svg").status_code
    dam.verb("POST", f"/files/{dam.uuid('logo')}/visibility", {"visibility": "public"})

    assert (hidden, dam.cdn("/Brand/logo.svg").status_code) == (403, 200)


def test_comments_keep_their_json_text(dam):
    uuid = dam.uuid("Waiting")
    text = '{"body": "Too dark", "resolved": false}'
    comment = dam.ok(dam.api("POST", f"/v5/file/{uuid}/comments", {"text": text}))["comment"]
    dam.ok(
        dam.api("PUT", f"/v5/file/{uuid}/comments", {"uuid": comment["uuid"], "text": '{"body": "Better"}'})
    )

    assert comment["text"] == text
    assert [c["text"] for c in dam.get(f"/v5/file/{uuid}/comments")["comments"]] == ['{"body": "Better"}']
    dam.ok(dam.api("DELETE", f"/v5/file/{uuid}/comments", {"uuid": comment["uuid"]}))
    assert dam.get(f"/v5/file/{uuid}/comments")["comments"] == []


def test_variants_are_named_addresses(dam):
    uuid = dam.uuid("Front")
    body = {"variant_name": "Shop", "variant_query": "w=40"}
    variant = dam.ok(dam.api("POST", f"/v5/file/{uuid}/variants", body))["variants"][0]

    assert dam.http.get(variant["url"].removeprefix("http://dam.test")).status_code == 200
    gone = dam.ok(dam.api("DELETE", f"/v5/file/{uuid}/variants", {"variants_list": [variant["uuid"]]}))
    assert gone["variants"] == []


def test_bulk_changes_are_prepared_then_applied(dam):
    uuids = [dam.uuid("Waiting"), dam.uuid("logo")]
    changes = [
        {"type": "meta.replace", "key": "gtin", "value": "123"},
        {"type": "tags.add", "value": {"en": ["sale"]}},
    ]
    prepared = dam.ok(
        dam.api("PUT", "/v5/bulk/prepare", {"bulk": {"target": {"files_uuids": uuids}, "changes": changes}})
    )
    before = detail(dam, uuids[0])["meta"]["gtin"]
    for _ in range(2):
        dam.ok(dam.api("POST", f"/v5/bulk/{prepared['bulk_uuid']}/apply"))

    assert before is None
    assert [detail(dam, uuid)["meta"]["gtin"] for uuid in uuids] == ["123", "123"]
    assert detail(dam, uuids[1])["tags"]["en"][0]["label"] == "sale"


def test_an_archive_is_made_as_a_task(dam, tmp_path):
    import io
    import zipfile

    task = dam.ok(
        dam.api("POST", "/v5/file-archive", {"files_uuids": [dam.uuid("Front"), dam.uuid("logo")]})
    )["task_id"]
    status = dam.get(f"/v5/file-archive/{task}?status_only=1")
    archive = zipfile.ZipFile(io.BytesIO(dam.api("GET", f"/v5/file-archive/{task}").data))

    assert (status["task_status"], status["task_percent"]) == ("DONE", 100)
    assert archive.namelist() == ["Pantry/Müsli + Co/Front 100.jpg", "Brand/logo.svg"]


def test_a_share_is_read_without_a_key_but_with_its_password(dam):
    body = {
        "title": "For you", "items": [dam.uuid("logo")], "permissions": "READ", "expires_at": "2099-01-01T10:00",
        "expires_tz": "Europe/Berlin", "auth": {"pass": "secret", "user": ""},
    }  # fmt: skip
    puid = dam.ok(dam.api("POST", "/v5/shares", body))["share"]["puid"]
    path = f"/share/{dam.token}/v4/share/{puid}"

    assert dam.http.get(path).status_code == 401
    assert dam.http.get(f"{path}?password=secret").json["files"][0]["name"] == "logo.svg"


def test_a_collection_is_a_saved_search(dam):
    collection = dam.ok(
        dam.api("POST", "/v5/collections", {"title": "Waiting", "query": "approval_status:PENDING"})
    )
    uuid = collection["collection"]["uuid"]

    assert dam.names(f"&collection_uuid={uuid}") == ["Waiting.png"]
    dam.ok(dam.api("DELETE", f"/v5/collections/{uuid}"))
    assert dam.api("GET", f"/v5/files?collection_uuid={uuid}").status_code == 404


def test_the_metadata_model_can_be_read_field_by_field(dam):
    fields = dam.get("/v4/meta/model/fields")["fields"]
    markets = next(field for field in fields if field["key"] == "markets")
    options = dam.get(f"/v4/meta/model/fields/{markets['uuid']}/options")["options"]

    assert [option["api_value"] for option in options] == ["DE", "FR"]
