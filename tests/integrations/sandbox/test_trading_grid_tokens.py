"""Tokens: as the vendor's request collection fetches them."""

import base64

import pytest

from tests.integrations.sandbox.grid_client import WORKSPACE

COMMUNITIES = f"{WORKSPACE}/communities"
GATEWAY = "/v1/oauth2/tokens"
TENANT = "/tenants/GC00000000AA/oauth2/token"


def test_gateway_gives_a_token_for_ten_hours_that_opens_the_api(grid):
    answer = grid.http.post(
        f"{GATEWAY}?grant_type=client_credentials", headers={"Authorization": grid.basic()}
    )

    opened = grid.http.get(COMMUNITIES, headers={"Authorization": f"Bearer {answer.json['access_token']}"})

    assert answer.status_code == 200
    assert {**answer.json, "access_token": "..."} == {
        "access_token": "...",
        "token_type": "Bearer",
        "expires_in": 36000,
    }
    assert opened.status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?grant_type=authorization_code", 400), ("?grant_type=password", 501)],
)
def test_gateway_wants_the_one_grant_it_knows_in_the_query(grid, query, status):
    answer = grid.http.post(
        GATEWAY + query,
        headers={"Authorization": grid.basic()},
        data={"grant_type": "client_credentials"},
    )

    assert (answer.status_code, answer.json["status"]) == (status, "error")


def test_wrong_secret_gets_no_token(grid):
    answer = grid.http.post(
        f"{GATEWAY}?grant_type=client_credentials", headers={"Authorization": grid.basic("wrong")}
    )

    assert answer.status_code == 401
    assert "access_token" not in answer.json


@pytest.mark.parametrize("where", ["basic", "form"])
def test_tenant_style_takes_the_client_from_header_or_form(grid, where):
    form = {"grant_type": "client_credentials"}
    headers = {}
    if where == "basic":
        headers = {"Authorization": grid.basic()}
    else:
        form |= {"client_id": grid.keys.consumer_key, "client_secret": grid.keys.consumer_secret}

    answer = grid.http.post(TENANT, data=form, headers=headers)

    opened = grid.http.get(COMMUNITIES, headers={"Authorization": f"Bearer {answer.json['access_token']}"})
    assert opened.status_code == 200


def test_tenant_style_fails_in_the_shape_of_the_developer_cloud(grid):
    answer = grid.http.post("/tenants/another/oauth2/token", data={"grant_type": "client_credentials"})

    assert answer.status_code == 404
    assert list(answer.json) == ["fault"]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer ",
        "Bearer unknown",
        "Basic " + base64.b64encode(b"a:b").decode(),
    ],
)
def test_without_a_known_token_every_call_is_refused(grid, header):
    headers = {"Authorization": header} if header else {}

    answer = grid.http.get(COMMUNITIES, headers=headers)

    assert (answer.status_code, answer.json["error-code"]) == (401, "COMM-4011")


@pytest.mark.parametrize(("hours", "status"), [(9.99, 200), (10.01, 401)])
def test_token_ends_after_ten_hours_of_the_sandbox_clock(grid, hours, status):
    grid.part.grid.clock.set_offset(hours * 3600)

    assert grid.get(COMMUNITIES).status_code == status


def test_revoked_tokens_are_unknown(grid):
    assert grid.verb("POST", "/tokens/revoke")["revoked"] == 1

    assert grid.get(COMMUNITIES).status_code == 401
