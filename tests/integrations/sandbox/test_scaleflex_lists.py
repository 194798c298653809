"""Lists of files: shape, paging, filters, formats."""

import pytest

from tests.integrations.sandbox.scaleflex_client import Dam

FRONT, WAITING, LOGO = "Front 100.jpg", "Waiting.png", "logo.svg"


@pytest.fixture(scope="module")
def dam(tmp_path_factory):
    return Dam(tmp_path_factory.mktemp("dam"))


def test_a_file_object_has_the_documented_fields(dam):
    file = dam.get("/v5/files?folder=/Pantry&recursive=1")["files"][0]

    assert file["url"] == {
        "public": "http://dam.test/store/fnorrvik/Pantry/M%C3%BCsli+%2B+Co/Front+100.jpg",
        "permalink": f"http://dam.test/fnorrvik/v4/get/{file['uuid']}",
        "cdn": f"http://dam.test/cdn/fnorrvik/Pantry/M%C3%BCsli+%2B+Co/Front+100.jpg?vh={file['hash']['sha1'][:6]}",
        "path": "/Pantry/Müsli + Co/Front 100.jpg",
    }
    assert file["type"] == "image/jpeg"
    assert (file["info"]["img_w"], file["info"]["img_h"], file["info"]["img_o"]) == (120, 80, "LD")
    assert file["info"]["thumbnail"].endswith(
        f"/.internal/thumbnails/{file['uuid']}.jpg?vh={file['hash']['sha1'][:6]}"
    )
    assert file["folder"]["name"] == "/Pantry/Müsli + Co"
    assert file["product"] == {"ref": "NP-1", "position": "1"}
    assert file["approval"] == {"latest": "APPROVED"}
    assert (file["created_at"], file["modified_at"]) == ("2026-02-01T08:00:00Z", "2026-02-01T08:00:00Z")


@pytest.mark.parametrize(
    ("select", "value", "market"),
    [
        ("", "@itm_v1_asset_type_0@", "@itm_v1_markets_0@"),
        ("&format=select:internal", "@itm_v1_asset_type_0@", "@itm_v1_markets_0@"),
        ("&format=select:api", "packshot", "DE"),
        ("&format=select:label", "Pack shot", "Germany"),
        ("&format=json,select:human", "Pack shot", "Germany"),
    ],
)
def test_selections_come_out_as_asked(dam, select, value, market):
    meta = dam.get(f"/v5/files?folder=/Pantry&recursive=1{select}")["files"][0]["meta"]

    assert meta["asset_type"] == value
    assert meta["markets"][0] == market


def test_empty_fields_of_the_model_are_there(dam):
    meta = dam.get("/v5/files?folder=/Brand")["files"][0]["meta"]

    assert meta == {
        "title": {}, "gtin": None, "asset_type": None, "markets": [], "rights_end": None, "public_use": None,
    }  # fmt: skip


def test_one_language_is_kept_when_asked_for(dam):
    files = dam.get("/v5/files?folder=/Pantry&recursive=1&lang=de")["files"]

    assert files[0]["meta"]["title"] == {"de": "Müsli vorn"}


def test_tags_and_labels_come_full_or_compact(dam):
    plain = dam.get("/v5/files?folder=/Pantry&recursive=1")["files"][0]
    other = dam.get("/v5/files?folder=/Pantry&recursive=1&format=tags:json_compact,labels:json_full")[
        "files"
    ][0]

    assert [tag["label"] for tag in plain["tags"]["de"]] == ["Müsli"]
    assert plain["labels"] == ["#lbhero"]
    assert other["tags"]["en"] == [plain["tags"]["en"][0]["sid"]]
    assert other["labels"][0]["name"] == "Hero"


def test_v4_and_v5_differ_in_the_shape_of_visibility(dam):
    old = dam.get("/v4/files?folder=/Brand")["files"][0]["visibility"]
    new = dam.get("/v5/files?folder=/Brand")["files"][0]["visibility"]

    assert old == {
        "value": "VISIBILITY_INHERIT", "inherited": "VISIBILITY_PUBLIC", "set": "VISIBILITY_INHERIT",
        "actual": "VISIBILITY_PUBLIC",
    }  # fmt: skip
    assert new["in_cdn"] == {"set": "inherited", "actual": "public"}


def test_a_list_is_of_one_folder_unless_recursive(dam):
    answer = dam.get("/v5/files")

    assert answer["files"] == []
    assert [folder["path"] for folder in answer["folders"]] == ["/Brand", "/Campaigns", "/Pantry"]
    assert answer["base"]["count"] == {"files_direct": 0, "files_recursive": 3}
    assert dam.names() == [LOGO, WAITING, FRONT]


def test_pages_cover_everything_once(dam):
    pages = [
        dam.get(f"/v5/files?recursive=1&limit=2&offset={offset}&sort=created_at:asc") for offset in (0, 2, 4)
    ]

    assert [len(page["files"]) for page in pages] == [2, 1, 0]
    assert len({file["uuid"] for page in pages for file in page["files"]}) == 3
    assert pages[1]["stats"]["approx_files_count"] == 3


@pytest.mark.parametrize("sort", ["created_at:desc", "updated_at,desc", "modified_at:desc"])
def test_sorting_takes_both_spellings(dam, sort):
    files = dam.get(f"/v5/files?recursive=1&sort={sort}")["files"]

    assert files[0]["name"] == FRONT


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("&mime=image/png", [WAITING]),
        ("&updated_after=2026-01-31", [FRONT]),
        ("&updated_after=2026-02-01T08:00:00Z", []),
        ("&created_before=2026-01-07", [WAITING]),
        ("&updated_after=3 days ago", []),
        ("&folder=/Campaigns", [WAITING]),
    ],
)
def test_filters(dam, query, expected):
    assert dam.names(query) == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "INVALID_PARAMETER"),
        ("limit=4001", "INVALID_PARAMETER"),
        ("offset=-1", "INVALID_PARAMETER"),
        ("sort=colour:asc", "INVALID_PARAMETER"),
        ("updated_after=soon", "INVALID_PARAMETER"),
        ("format=select:wire", "INVALID_FORMAT"),
        ("folder=/Nowhere", "FOLDER_NOT_FOUND"),
        ("q=colour:red", "INVALID_QUERY"),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_body(dam, query, code):
    response = dam.api("GET", f"/v5/files?{query}")

    assert response.status_code in (400, 404)
    assert (response.json["status"], response.json["code"]) == ("error", code)
    assert response.json["msg"]


def test_errors_come_with_200_when_the_switch_says_so(dam):
    dam.switch(errors_in_200=True)
    try:
        response = dam.api("GET", "/v5/files?folder=/Nowhere")
    finally:
        dam.switch(errors_in_200=False)

    assert (response.status_code, response.json["status"]) == (200, "error")


def test_both_path_spellings_give_the_same_file(dam):
    uuid = dam.uuid("Waiting")

    answers = [
        dam.get(f"/{api}/{noun}/{uuid}")["file"]["uuid"] for api in ("v4", "v5") for noun in ("file", "files")
    ]

    assert answers == [uuid] * 4


def test_csv_lists_the_same_rows(dam):
    lines = (
        dam.api("GET", "/v5/files?recursive=1&format=csv&sort=path:asc").get_data(as_text=True).splitlines()
    )

    assert lines[0].startswith("uuid,folder,name")
    assert [line.split(",")[2] for line in lines[1:]] == [LOGO, WAITING, FRONT]


def test_new_files_appear_in_lists_later_when_the_switch_says_so(dam):
    dam.switch(list_lag_seconds=60)
    try:
        added = dam.verb("POST", "/files", {"folder": "/Brand", "name": "Late.jpg"})["file"]
        listed, detail = dam.names("&folder=/Brand"), dam.get(f"/v5/files/{added['uuid']}")
    finally:
        dam.switch(list_lag_seconds=0)
        dam.verb("DELETE", f"/files/{added['uuid']}")

    assert "Late.jpg" not in listed
    assert detail["file"]["name"] == "Late.jpg"
