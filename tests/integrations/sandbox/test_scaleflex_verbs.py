"""Verbs, bulk files, the console for people, reset, restart."""

import hashlib

import pytest

from integrations.sandbox.scaleflex.samples import valid_gtin
from tests.integrations.sandbox.scaleflex_client import Dam, opened


@pytest.fixture
def dam(tmp_path):
    return Dam(tmp_path)


def test_the_index_documents_every_verb_of_both_vendors(dam):
    verbs = dam.http.get("/_sandbox/").json["verbs"]

    assert {"method", "path", "body", "meaning"} <= verbs[0].keys()
    paths = {verb["path"] for verb in verbs}
    assert {"/_sandbox/faults", "/_sandbox/reset", "/_sandbox/scaleflex/files/<uuid>/approval"} <= paths
    assert any(path.startswith("/_sandbox/trading_grid/") for path in paths)
    assert all(verb["meaning"] for verb in verbs)


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"]
)
def test_a_verb_takes_json_whatever_its_content_type(dam, content_type):
    path = f"/_sandbox/scaleflex/files/{dam.uuid('Waiting')}/approval"
    answer = dam.http.post(path, data='{"state": "APPROVED"}', content_type=content_type)

    assert answer.json["file"]["approval"] == "APPROVED"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/files/nonsense/approval", {"state": "APPROVED"}, 400),
        ("POST", "/files/00000000-0000-4000-8000-000000000000/replace", None, 404),
        ("POST", "/nothing", None, 404),
        ("DELETE", "/bulk", None, 405),
        ("POST", "/bulk", {"count": 0}, 400),
        ("POST", "/bulk", {"count": 1, "approval": "MAYBE"}, 400),
        ("PATCH", "/switches", {"nothing": 1}, 400),
        ("PATCH", "/switches", {"duplicate_name": "explode"}, 400),
        ("PATCH", "/switches", {"list_lag_seconds": -1}, 400),
        ("POST", "/keys", {"permissions": ["FLY"]}, 400),
        ("POST", "/files", {"url": "ftp://x", "name": "x"}, 400),
        ("POST", "/files", {"folder": "/Brand", "name": "logo.svg"}, 400),
    ],
)
def test_a_verb_that_cannot_be_done_says_why(dam, method, path, body, status):
    answer = dam.http.open(f"/_sandbox/scaleflex{path}", method=method, json=body)

    assert answer.status_code == status
    assert answer.json["status"] == "error"
    assert answer.json["msg"]


def test_replacing_gives_a_visibly_changed_picture(dam):
    old = dam.uuid("Front")
    before = opened(dam.api("GET", f"/v4/get/{old}").data)
    new = dam.verb("POST", f"/files/{old}/replace")["file"]
    after = opened(dam.api("GET", f"/v4/get/{new['uuid']}").data)

    assert (after.width, after.height) == (before.width, before.height)
    assert (before - after).abs().max() > 60
    assert new["path"] == "/Pantry/Müsli + Co/Front 100.jpg"


def test_every_replacement_differs_from_the_last(dam):
    uuid, digests = dam.uuid("logo"), set()
    for _ in range(3):
        file = dam.verb("POST", f"/files/{uuid}/replace")["file"]
        uuid = file["uuid"]
        digests.add(file["sha1"])

    assert len(digests) == 3
    assert dam.cdn("/Brand/logo.svg?w=100").status_code == 200


def test_bulk_files_are_made_when_somebody_asks(dam):
    answer = dam.verb("POST", "/bulk", {"count": 1200, "folder": "/Bulk", "approval": "APPROVED"})
    more = dam.verb("POST", "/bulk", {"count": 5, "folder": "/Bulk"})
    files = dam.get("/v5/files?folder=/Bulk&limit=4000&format=select:api&sort=name:asc")["files"]

    assert (answer["created"], answer["files"], more["files"]) == (1200, 1203, 1208)
    assert len({file["name"] for file in files}) == len({file["hash"]["sha1"] for file in files}) == 1205
    one = files[7]
    data = dam.http.get(one["url"]["cdn"].removeprefix("http://dam.test")).data
    assert hashlib.sha1(data).hexdigest() == one["hash"]["sha1"]
    assert len(data) == one["size"]["bytes"]
    assert opened(data).width == one["info"]["img_w"] == 1200
    assert opened(dam.cdn(f"/Bulk/{one['name']}?w=50").data).width == 50
    assert one["meta"]["asset_type"] == "packshot"
    assert one["meta"]["gtin"] == valid_gtin(int(one["meta"]["gtin"][:13]))
    assert (
        dam.get("/v5/files/stats?folder=/Bulk&q=approval_status:APPROVED")["stats"]["approx_files_count"]
        == 1200
    )


@pytest.mark.parametrize(
    ("body", "gtin"), [(952123450004, "09521234500049"), (400638133393, "04006381333931")]
)
def test_check_digits_are_those_of_gs1(body, gtin):
    assert valid_gtin(body) == gtin


def test_a_reset_brings_the_seed_back_with_the_same_ids_and_keys(dam):
    before = dam.verb("GET", "/files")["files"]
    key = dam.verb("POST", "/keys", {})["key"]
    dam.verb("POST", f"/files/{dam.uuid('Front')}/replace")
    dam.verb("POST", "/bulk", {"count": 3})
    dam.switch(duplicate_name="refuse")
    dam.http.post("/_sandbox/faults", json={"part": "scaleflex", "kind": "status"})
    answer = dam.http.post("/_sandbox/reset")

    assert answer.status_code == 200
    assert dam.verb("GET", "/files")["files"] == before
    assert dam.verb("GET", "/switches")["switches"]["duplicate_name"] == "new_version"
    assert dam.names(key=key) == ["logo.svg", "Waiting.png", "Front 100.jpg"]


def test_everything_survives_a_restart(tmp_path):
    first = Dam(tmp_path)
    approved = first.verb("POST", f"/files/{first.uuid('Waiting')}/approval", {"state": "APPROVED"})["file"]
    second = Dam(tmp_path)

    assert second.key == first.key
    assert second.get(f"/v5/files/{approved['uuid']}")["file"]["approval"] == {"latest": "APPROVED"}


def test_received_calls_are_remembered(dam):
    dam.api("GET", "/v5/files?recursive=1")
    dam.api("GET", "/v5/nothing")
    calls = dam.verb("GET", "/calls")["calls"]

    assert [(call["method"], call["path"], call["status"]) for call in calls[:2]] == [
        ("GET", "/fnorrvik/v5/nothing", 404),
        ("GET", "/fnorrvik/v5/files", 200),
    ]


def test_every_page_says_that_it_is_a_simulation(dam):
    for path in ("/", "/console/scaleflex", "/console/scaleflex/log", f"/console/scaleflex/files/{dam.uuid('Front')}",
                 "/console/scaleflex/nothing", "/console/trading_grid"):  # fmt: skip
        page = dam.http.get(path).get_data(as_text=True)
        assert "Simulation, not Scaleflex / OpenText" in page, path


def test_the_console_decides_replaces_and_deletes(dam):
    uuid = dam.uuid("Waiting")
    address = f"/console/scaleflex/files/{uuid}"
    approved = dam.http.post(f"{address}/approval", data={"state": "APPROVED"})
    page = dam.http.get(approved.headers["Location"]).get_data(as_text=True)
    replaced = dam.http.post(f"{address}/replace").headers["Location"]
    refused = dam.http.post(f"{address}/replace")
    gone = dam.http.post(f"{replaced}/delete")

    assert approved.status_code == 303
    assert "APPROVED" in page
    assert replaced != address
    assert refused.status_code == 400
    assert "Only the newest version" in refused.get_data(as_text=True)
    assert gone.headers["Location"] == "/console/scaleflex"
    assert "Waiting.png" not in dam.names()


def test_the_console_shows_names_as_text(dam):
    dam.verb("POST", "/files", {"folder": "/Odd", "name": "<b>bold<&amp;>.jpg"})
    page = dam.http.get("/console/scaleflex?text=bold").get_data(as_text=True)

    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page


def test_the_console_filters_and_pages(dam):
    dam.verb("POST", "/bulk", {"count": 60, "folder": "/Bulk", "approval": "PENDING"})
    first = dam.http.get("/console/scaleflex?folder=/Bulk&approval=PENDING").get_data(as_text=True)
    second = dam.http.get("/console/scaleflex?folder=/Bulk&approval=PENDING&from=50").get_data(as_text=True)

    assert (first.count("<tr>"), second.count("<tr>")) == (51, 11)
    assert ">Further</a>" in first
    assert ">Further</a>" not in second


def test_the_front_page_switches_faults(dam):
    added = dam.http.post(
        "/console/faults", data={"part": "cdn", "kind": "html", "path": "jpg", "times": "2"}
    )
    page = dam.http.get("/").get_data(as_text=True)

    assert added.status_code == 303
    assert "<code>jpg</code>" in page
    dam.http.post("/console/faults/clear")
    assert dam.http.get("/_sandbox/faults").json["faults"] == []


def test_the_clock_can_be_moved(dam):
    dam.http.post("/_sandbox/clock", json={"offset_seconds": 86400 * 30})
    file = dam.verb("POST", "/files", {"name": "Tomorrow.jpg"})["file"]

    assert dam.names("&created_after=2 days ago&folder=/") == ["Tomorrow.jpg"]
    dam.http.post("/_sandbox/clock", json={"offset_seconds": 0})
    assert file["modified_at"] > dam.part.project.moment()
