"""Keys, permissions, exchange, limits, browsers."""

import pytest

from tests.integrations.sandbox.scaleflex_client import Dam


@pytest.fixture
def dam(tmp_path):
    return Dam(tmp_path)


@pytest.mark.parametrize("key", [None, "wrong"])
def test_a_call_without_a_good_key_is_refused(dam, key):
    response = dam.api("GET", "/v5/files", key=key)

    assert response.status_code == 401
    assert (response.json["status"], response.json["code"]) == ("error", "ERR_SASS_INVALID")


def test_a_key_may_do_only_what_it_is_permitted(dam):
    key = dam.verb("POST", "/keys", {"permissions": ["OBJECTS_LIST"]})["key"]

    assert dam.api("GET", "/v5/files", key=key).status_code == 200
    refused = dam.api("POST", "/v4/folders", {"name": "/New"}, key=key)

    assert (refused.status_code, refused.json["code"]) == (403, "PERMISSION_DENIED")
    assert "DIR_CREATE" in refused.json["msg"]


def test_bulk_delete_needs_fetching_too(dam):
    key = dam.verb("POST", "/keys", {"permissions": ["FILE_DELETE"]})["key"]
    body = {"files_uuids": [dam.uuid("logo")]}

    assert dam.api("DELETE", "/v5/files", body, key=key).status_code == 403
    assert dam.api("DELETE", "/v5/files", body).status_code == 200


def test_a_key_confined_to_a_folder_sees_no_other(dam):
    key = dam.verb("POST", "/keys", {"dir_scope": "/Brand"})["key"]

    assert dam.names("&folder=/Brand", key=key) == ["logo.svg"]
    assert dam.api("GET", "/v5/files?recursive=1", key=key).status_code == 403
    assert dam.api("GET", f"/v5/files/{dam.uuid('Waiting')}", key=key).status_code == 403


def test_a_deactivated_key_stops_working(dam):
    key = dam.verb("POST", "/keys", {})["key"]
    dam.verb("DELETE", f"/keys/{key}")

    assert dam.api("GET", "/v5/files", key=key).json["code"] == "KEY_DEACTIVATED"


@pytest.mark.parametrize("path", ["/key/{}", "/v4/key/{}", "/v5/key/{}"])
def test_a_template_is_exchanged_for_a_short_lived_key(dam, path):
    template = dam.app.credentials.scaleflex.template
    answer = dam.ok(dam.api("GET", path.format(template), key=None))

    assert answer["key"].startswith("SASS")
    assert answer["key_validity"] == {"expire_duration": 1_200_000}
    assert dam.names(key=answer["key"])

    dam.verb("POST", "/keys/expire")
    expired = dam.api("GET", "/v5/files", key=answer["key"])
    assert (expired.status_code, expired.json["code"]) == (401, "KEY_EXPIRED")


def test_a_template_is_exchanged_five_times_a_minute(dam):
    path = f"/key/{dam.app.credentials.scaleflex.template}"
    codes = [dam.api("GET", path, key=None).status_code for _ in range(6)]

    assert codes == [200] * 5 + [429]


def test_key_info_says_whether_a_key_holds(dam):
    good = dam.get(f"/v4/key/info?key={dam.key}")
    bad = dam.get("/v4/key/info?key=nonsense")

    assert good["is_validate"] is True
    assert "FILE_UPLOAD" in good["permissions"]
    assert bad["is_validate"] is False


def test_settings_answer_without_a_key(dam):
    answer = dam.ok(dam.api("GET", "/v4/settings", key=None))

    assert answer["metadata"]["model"][0]["applies_to"] == "FILES"
    assert answer["presets"][0]["name"] == "thumb"


def test_too_many_calls_are_told_when_to_come_back(dam):
    dam.switch(calls_per_second=1)
    answers = [dam.api("GET", "/v5/files") for _ in range(3)]

    assert answers[-1].status_code == 429
    assert answers[-1].headers["Retry-After"] == "1"


def test_browsers_may_ask_from_elsewhere(dam):
    preflight = dam.http.open(
        f"/{dam.token}/v4/files",
        method="OPTIONS",
        headers={"Access-Control-Request-Headers": "X-Filerobot-Key"},
    )

    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Headers"] == "X-Filerobot-Key"
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert dam.api("GET", "/v5/files").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/fnorrvik/v5/nothing", 404, "ROUTE_NOT_FOUND"),
        ("/other/v5/files", 404, "PROJECT_NOT_FOUND"),
        ("/fnorrvik/v5/files/not-a-uuid", 400, "INVALID_UUID"),
        ("/fnorrvik/v5/files/00000000-0000-4000-8000-000000000000", 404, "FILE_NOT_FOUND"),
        ("/fnorrvik/v5/filters", 501, "NOT_SIMULATED"),
        ("/fnorrvik/v5/folders/00000000-0000-4000-8000-000000000000", 404, "FOLDER_NOT_FOUND"),
    ],
)
def test_wrong_addresses_answer_in_the_error_shape(dam, path, status, code):
    response = dam.http.get(path, headers={"X-Filerobot-Key": dam.key})

    assert response.status_code == status
    assert response.json == {"status": "error", "code": code, "msg": response.json["msg"], "hint": ""}


@pytest.mark.parametrize("data", [b"{", b"[]", b'"x"', b"\xff"])
def test_a_bad_body_is_the_callers_mistake(dam, data):
    response = dam.api("PATCH", f"/v5/file/{dam.uuid('Waiting')}/meta", data=data)

    assert (response.status_code, response.json["code"]) == (400, "INVALID_JSON")
