"""Whatever is posted to our webhooks: a documented answer, nothing half stored, and the next event flows."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations import connections, inbox, routing
from integrations.models import Connection, InboundEvent

pytestmark = pytest.mark.django_db
DAM, GRID = "/integrations/scaleflex/dam/webhook", "/integrations/trading-grid/grid/webhook"
SECRET = "whsec_" + base64.b64encode(b"secret secret secret secret").decode()
BASIC = "Basic " + base64.b64encode(b"dam:pass").decode()
UUID = "aaaaaaaa-bbbb-5ccc-8ddd-eeeeeeee0000"
#: 401 is for bodies that are no text: the scheme signs texts.
DOCUMENTED = {202, 400, 401, 413}

often = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def vendors(db) -> None:
    connections.ensure_connection(
        vendor="scaleflex",
        key="dam",
        name="DAM",
        options={"api_url": "http://127.0.0.1:9", "cdn_url": "http://127.0.0.1:9", "token": "t"},
        credentials={"key": "k", "webhook_user": "dam", "webhook_password": "pass"},
    )
    connections.ensure_connection(
        vendor="trading_grid",
        key="grid",
        name="Grid",
        options={"gateway_url": "http://127.0.0.1:9", "company_id": "GC"},
        credentials={"consumer_key": "k", "consumer_secret": "s", "webhook_secret": SECRET},
    )


def tell_dam(client, body: bytes):
    return client.post(DAM, body, content_type="application/json", headers={"Authorization": BASIC})


def tell_grid(client, body: bytes):
    """Post a body whose signature is right: garbage of an authentic sender."""
    at = timezone.now()
    signed = f"msg.{int(at.timestamp())}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = {
        "webhook-id": "msg",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": f"v1,{signature}",
    }
    return client.post(GRID, body, content_type="application/json", headers=headers)


TELL = {"dam": tell_dam, "grid": tell_grid}
GOOD = {
    "dam": {"event": "file.updated", "file": {"uuid": UUID, "name": "a.jpg", "approval": {"latest": "APPROVED"}}},
    "grid": {"id": "evt-1", "type": "community.member.added", "sequence": 1, "data": {"href": "/x"}},
}  # fmt: skip


def nested(depth: int, middle: str, before: str = '{"data":', after: str = "}") -> bytes:
    return (before * depth + middle + after * depth).encode()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just("\ud800")
    | st.just("a\x00b"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def bodies(draw, vendor: str) -> bytes:
    """A good body with something wrong about it, or no body at all."""
    good = json.loads(json.dumps(GOOD[vendor]))
    match draw(st.sampled_from(["bytes", "cut", "value", "deep", "json", "twice", "utf-16"])):
        case "bytes":
            return draw(st.binary(max_size=200))
        case "cut":
            body = json.dumps(good).encode()
            return body[: draw(st.integers(0, len(body) - 1))]
        case "value":
            holder = draw(st.sampled_from([good, good.get("file", good.get("data"))]))
            holder[draw(st.sampled_from(sorted(holder)))] = draw(json_values)
        case "deep":
            depth = draw(st.sampled_from([2, 250, 255, 300, 900, 1100, 5000, 100_000]))
            words = draw(st.sampled_from([('{"data":', "}"), ("[", "]"), ('{"file":', "}")]))
            return nested(depth, json.dumps(good), *words)
        case "json":
            return json.dumps(draw(json_values)).encode()
        case "twice":
            body = json.dumps(good)
            return (body[:-1] + "," + json.dumps({**good, "id": "evt-2", "uuid": "other0"})[1:]).encode()
        case "utf-16":
            return json.dumps(good).encode("utf-16")
    return json.dumps(good).encode()


NAMED = f'{{"file": {{"uuid": "{UUID}"}}}}'
EXTREMES = [
    b"",
    b"<!doctype html><title>Sign in</title>",
    b"\xef\xbb\xbf{}",
    b'{"file": {"uuid": "\\ud800-half-a-character"}}',
    b'{"id": "e\\u0000", "type": "t\\u0000", "data": {"\\u0000": "\\u0000"}}',
    b'{"id": "e", "type": "t", "sequence": NaN, "data": -Infinity}',
    b'{"id": "e", "type": "t", "sequence": 1e999, "data": 123456789012345678901234567890}',
    b'{"id": "e1", "id": "e2", "type": "t", "type": "u"}',
    nested(300, NAMED),
    nested(1000, NAMED),
    nested(1000, NAMED, '{"payload":'),
    b'{"id": "e", "type": "t", "data": ' + nested(300, "1") + b"}",
    b'{"id": "e", "type": "t", "data": ' + nested(1000, "1", "[", "]") + b"}",
    b'{"id": "e", "type": "t", "subject": "' + b"x" * 5000 + b'", "data": {}}',
    b"[" * 900_000,
    NAMED[:-1].encode() + b', "x": ' + b"[" * 900 + b"]" * 900 + b"}",
]


def check(client, vendor: str, body: bytes) -> None:
    before = InboundEvent.objects.count()

    response = TELL[vendor](client, body)

    assert response.status_code in DOCUMENTED
    stored = InboundEvent.objects.count() - before
    if response.status_code == 202:
        # A second call about the same file or of the same event joins the first.
        assert 0 <= stored <= 1000
    else:
        assert stored == 0
        assert response.json()["detail"]


@pytest.mark.parametrize("vendor", ["dam", "grid"])
@pytest.mark.parametrize("body", EXTREMES, ids=range(len(EXTREMES)))
def test_extreme_bodies_are_answered_as_documented(client, vendors, vendor, body):
    check(client, vendor, body)

    assert TELL[vendor](client, json.dumps(GOOD[vendor]).encode()).status_code == 202
    assert InboundEvent.objects.filter(connection__key=vendor).exists()


@often
@given(body=bodies("dam"))
def test_anything_posted_by_the_dam_is_answered_as_documented(client, vendors, body):
    check(client, "dam", body)


@often
@given(body=bodies("grid"))
def test_anything_posted_by_the_grid_is_answered_as_documented(client, vendors, body):
    check(client, "grid", body)


def test_event_after_garbage_flows(client, world):
    """Garbage that was taken in ends ignored or parked; the good event behind it is worked on."""
    dam, grid = world.connect_dam(), world.connect_grid()
    file = world.add_file("/New/a.jpg", approval="APPROVED")
    user = f"{world.keys['webhooks']['scaleflex_user']}:{world.keys['webhooks']['scaleflex_password']}"
    Connection.objects.filter(pk=grid.pk).update(
        credentials=connections.encrypt({**connections.credentials(grid), "webhook_secret": SECRET})
    )
    for body in (b'{"file": {"uuid": "../../etc"}}', b'{"file": {"uuid": "nothing-there"}}', *EXTREMES):
        headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}
        assert (
            client.post(DAM, body, content_type="application/json", headers=headers).status_code in DOCUMENTED
        )
        assert tell_grid(client, body).status_code in DOCUMENTED
    client.post(DAM, json.dumps({"uuid": file["uuid"]}), content_type="application/json", headers=headers)
    assert tell_grid(client, json.dumps(GOOD["grid"]).encode()).status_code == 202

    while inbox.process_next(routing.inbound_handler, now=datetime.now(UTC)):
        pass

    assert InboundEvent.objects.get(subject=file["uuid"]).state == "done"
    assert InboundEvent.objects.get(dedupe_key="event:evt-1").state == "done"
    assert not InboundEvent.objects.exclude(connection__in=[dam, grid]).exists()
