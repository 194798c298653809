"""Where the DAM calls us: who may, what is kept, and what is answered."""

import base64
import json

import pytest
from django.db import DatabaseError

from integrations import connections
from integrations.models import Connection, InboundEvent
from integrations.webhooks import MAX_BYTES

pytestmark = pytest.mark.django_db
URL = "/integrations/scaleflex/dam/webhook"
UUID = "aaaaaaaa-bbbb-5ccc-8ddd-eeeeeeee0000"
OTHER = "aaaaaaaa-bbbb-5ccc-8ddd-eeeeeeee0001"
GOOD = "Basic " + base64.b64encode(b"dam:pass:word").decode()


@pytest.fixture
def dam() -> Connection:
    return connections.ensure_connection(
        vendor="scaleflex",
        key="dam",
        name="DAM",
        options={"api_url": "http://127.0.0.1:9", "cdn_url": "http://127.0.0.1:9", "token": "t"},
        credentials={
            "key": "k", "webhook_user": "dam", "webhook_password": "pass:word", "webhook_token": "tok",
            "webhook_secret": "hidden",
        },
    )  # fmt: skip


def call(client, body, *, url=URL, authorization=GOOD, **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    if authorization:
        headers["Authorization"] = authorization
    return client.post(url, body, content_type="application/json", headers=headers)


def subjects() -> list[str]:
    return list(InboundEvent.objects.order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("body", "uuids"),
    [
        ({"event": "on_upload", "file": {"uuid": UUID, "name": "x"}}, [UUID]),
        ({"files": [{"uuid": UUID}, {"uuid": OTHER}, {"uuid": UUID}]}, [UUID, OTHER]),
        ({"uuid": UUID, "owner": {"uuid": OTHER}}, [UUID]),
        ({"asset": {"uuid": UUID}}, [UUID]),
        ({"file_uuid": UUID}, [UUID]),
        ({"files_uuids": [UUID, OTHER]}, [UUID, OTHER]),
        ({"event": "x", "data": {"file": {"uuid": UUID}}}, [UUID]),
        ([{"uuid": UUID}], [UUID]),
    ],
)
def test_uuid_is_found_wherever_it_is_and_stored(client, dam, body, uuids):
    response = call(client, body)

    assert (response.status_code, response.content) == (202, b"")
    assert subjects() == uuids
    assert set(InboundEvent.objects.values_list("state", "connection")) == {("pending", dam.pk)}


def test_body_is_kept_for_staff(client, dam):
    body = {"file": {"uuid": UUID, "name": "Größe"}}

    call(client, body)

    assert json.loads(bytes(InboundEvent.objects.get().raw)) == body


def test_same_call_twice_is_one_row(client, dam):
    for _ in range(3):
        assert call(client, {"uuid": UUID}).status_code == 202

    assert InboundEvent.objects.get().repeats == 2


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"dam:wrong").decode(),
        "Bearer tok",
        GOOD[:-2],
        "Basic \xff",
    ],
)
def test_stranger_leaves_no_row(client, dam, authorization):
    response = call(client, {"uuid": UUID}, authorization=authorization)

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic")
    assert not InboundEvent.objects.exists()


def test_unknown_connection_looks_like_a_wrong_password(client, dam):
    wrong = call(client, {"uuid": UUID}, authorization="Basic eA==")
    unknown = call(client, {"uuid": UUID}, url="/integrations/scaleflex/nobody/webhook")
    of_the_other_vendor = call(client, {"uuid": UUID}, url="/integrations/trading-grid/dam/webhook")

    assert wrong.status_code == unknown.status_code == of_the_other_vendor.status_code == 401
    assert wrong.content == unknown.content == of_the_other_vendor.content


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [("bearer", "Authorization", "Bearer tok"), ("header", "X-Portal-Secret", "hidden")],
)
def test_other_ways_to_prove_oneself(client, dam, auth, header, value):
    Connection.objects.update(options={**dam.options, "webhook_auth": auth})

    assert call(client, {"uuid": UUID}).status_code == 401  # Basic no longer
    assert call(client, {"uuid": UUID}, authorization="", **{header: value[:-1]}).status_code == 401
    assert call(client, {"uuid": UUID}, authorization="", **{header: value}).status_code == 202


def test_empty_password_lets_nobody_in(client, dam):
    Connection.objects.update(credentials=connections.encrypt({"key": "k"}))

    assert (
        call(client, {"uuid": UUID}, authorization="Basic " + base64.b64encode(b":").decode()).status_code
        == 401
    )


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"<html>", "HTML"),
        (b"", "nothing"),
        (b'{"a": ', "not JSON"),
        ({}, "No file is named"),
        ({"file": {"name": "x"}}, "No file is named"),
        ({"uuid": ["x"]}, "No file is named"),
        ({"uuid": "x" * 65}, "No file is named"),
        ({"uuid": "a\x00bcdefg"}, "No file is named"),
        ({"files": [{"uuid": f"{n:036}"} for n in range(1001)]}, "More than 1000 files"),
    ],
)
def test_call_that_says_nothing_usable_is_answered_with_a_sentence(client, dam, body, word):
    response = call(client, body)

    assert response.status_code == 400
    assert word in response.json()["detail"]
    assert not InboundEvent.objects.exists()


def test_oversized_call_is_not_read(client, dam):
    response = call(client, b"{" + b" " * MAX_BYTES)

    assert response.status_code == 413
    assert not InboundEvent.objects.exists()


def test_only_posting_is_possible(client, dam):
    assert client.get(URL).status_code == 405


def test_call_that_cannot_be_stored_is_not_taken(client, dam, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError("gone")

    monkeypatch.setattr("integrations.scaleflex.inbound.inbox.store_hint", broken)

    response = call(client, {"uuid": UUID})

    assert (response.status_code, response["Retry-After"]) == (503, "10")


def test_connection_that_is_not_in_use_takes_nothing(client, dam):
    Connection.objects.update(is_active=False)

    assert call(client, {"uuid": UUID}).status_code == 401


def test_real_call_of_the_sandbox_is_understood(client, world, dam):
    """The body is the sandbox's own, in each of the places it may put the asset."""
    connection = world.connect_dam()
    world.verb("POST", "/scaleflex/webhooks", {"url": "http://127.0.0.1:9/nobody"})
    for place in ("file", "files", "flat"):
        world.verb("PATCH", "/scaleflex/switches", {"webhook_body": place})
        file = world.add_file(f"/New/{place}.jpg")
        sent = world.verb("GET", "/scaleflex/webhooks/log")["deliveries"][0]["body"].encode()
        token = base64.b64encode(
            f"{world.keys['webhooks']['scaleflex_user']}:{world.keys['webhooks']['scaleflex_password']}".encode()
        ).decode()

        assert call(client, sent, authorization=f"Basic {token}").status_code == 202
        assert subjects()[-1] == file["uuid"]
    world.verb("DELETE", "/scaleflex/webhooks/1")
    assert connection.key == "dam"
