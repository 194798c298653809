"""
Whatever the DAM sends, or somebody in its name: it is understood, or refused in one of the few ways we know.

The stub here answers every call with bytes that a test chose; all else is ours and real.
"""

import base64
import io
import json
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from integrations import connections, inbox, routing
from integrations.errors import BadPayload, DeliveryError
from integrations.models import Connection, InboundEvent
from integrations.payloads import decode_leniently
from integrations.scaleflex import (
    client,
    config,
    file_details,
    inbound,
    listed,
    request_notes,
    uploading,
    video_jobs,
    webhook_auth,
    writing,
)
from integrations.scaleflex.calls import refusal
from integrations.scaleflex.client import Page
from integrations.scaleflex.request_notes import Note, comment_text
from integrations.scaleflex.schemas import MetadataModel
from integrations.scaleflex.video_jobs import Job
from portal.catalog.models import Variant
from tests.integrations.scaleflex.test_schemas import payload

UUID = "aaaaaaaa-bbbb-5ccc-8ddd-eeeeeeee0000"
DEEP: Any = "x"
for _ in range(600):
    DEEP = [DEEP]

#: Values that JSON readers let through, or nearly, and nobody expects.
NASTY = [
    float("nan"), float("inf"), 10**400, -(10**30), 1e308, "\x00", "a\x00b", "\ud800", "\udc00x", "x" * 300, "",
    [], {}, [[]], None, True, 0, -1, DEEP, {"\x00": 1}, {"\ud800": 1}, ["\ud800"], {"en": "\ud800"}, {"en": 7},
]  # fmt: skip
VALUES = st.recursive(
    # An own copy of each: ``files`` writes into objects that it has put somewhere.
    st.sampled_from(NASTY).map(lambda value: dict(value) if isinstance(value, dict) else value)
    | st.integers()
    | st.floats()
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def written(value: Any) -> bytes:
    """Write a value as others do who do not care: NaN, halves of characters and all."""
    return json.dumps(value).encode()


def doubled(value: dict[str, Any]) -> bytes:
    """The same object with its keys twice, the second time as nothing."""
    return written(value)[:-1] + b"," + b",".join(b"%s: null" % written(key) for key in value) + b"}"


@st.composite
def files(draw) -> dict[str, Any]:
    """A file object with up to three values exchanged, at any depth."""
    data = json.loads(json.dumps(payload("documented")))
    for _ in range(draw(st.integers(1, 3))):
        place = data
        key = draw(st.sampled_from(sorted(place)))
        while isinstance(place.get(key), dict) and place[key] and draw(st.booleans()):
            place = place[key]
            key = draw(st.sampled_from(sorted(place)))
        place[key] = draw(VALUES)
    return data


NAMES = (
    "file", "files", "versions", "comments", "metadata", "permissions", "is_validate", "labels", "tags", "folders",
    "products", "images", "collections", "invalidation", "result", "progress", "ready", "code", "msg", "message",
    "messages", "hint", "info", "stats", "existing_file_uuid",
)  # fmt: skip
WORDS = st.sampled_from(
    ["success", "ok", "error", "cancelled", "KEY_EXPIRED", "SAME_ASSET_EXISTS_SKIP_UPLOAD", "X_NOT_FOUND"]
)


@st.composite
def answers(draw) -> bytes:
    """The bytes of an answer: nearly right, or nothing of the kind."""
    body = draw(
        st.dictionaries(st.sampled_from(NAMES), VALUES | st.lists(files(), max_size=2) | files(), max_size=5)
    )
    if draw(st.booleans()):
        body["status"] = draw(WORDS | VALUES)
    if draw(st.booleans()):
        body["code"] = draw(WORDS | VALUES)
    text = draw(st.sampled_from([written, doubled]))(body)
    return draw(
        st.sampled_from(
            [text, text, text, text[: len(text) // 2], text[:-1], text + b"}", b"\xef\xbb\xbf" + text]
        )
    )


BODIES = (
    answers()
    | VALUES.map(written)
    | st.binary(max_size=50)
    | st.sampled_from(
        [
            b"",
            b"<html><body>Sign in</body></html>",
            b"[" * 50_000,
            b'{"files":' * 3000,
            b"\x00",
            b"\xff\xfe{}",
        ]
    )
)


# -- Everything that reads a value ----------------------------------------------------------------------------
@settings(max_examples=100, deadline=None)
@given(VALUES | files())
def test_readers_that_do_not_refuse_never_fail(value):
    MetadataModel.from_json(value)
    comment_text(value)
    comment_text({"text": value})
    for data in (
        value if isinstance(value, dict) else {},
        {"url": value, "info": value, "visibility": value, "product": value},
    ):
        found = (file_details.links(data), file_details.video(data), file_details.playback(data))
        assert "\x00" not in repr(found)
        file_details.is_public(data)
        file_details.product_position(data)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.sampled_from([200, 404, 409, None]))
def test_any_no_becomes_an_error_that_can_be_stored(body, status):
    error = refusal(body, status, b"")

    assert isinstance(error, DeliveryError)
    _storable(error)


@settings(max_examples=100, deadline=None)
@given(BODIES)
def test_any_webhook_names_files_or_is_refused(body):
    webhook_auth.modified_in(body, UUID)
    try:
        uuids = webhook_auth.uuids_in(body)
    except BadPayload as error:
        _storable(error)
    else:
        assert uuids and all(uuid.isascii() and uuid.isprintable() for uuid in uuids)


def _storable(error: DeliveryError) -> None:
    assert str(error).encode() and "\x00" not in str(error)


# -- Every call -----------------------------------------------------------------------------------------------
class Answering(BaseHTTPRequestHandler):
    """Answers everything with ``answer``."""

    protocol_version = "HTTP/1.1"
    answer: ClassVar[tuple[int, bytes]] = (200, b"")

    def _say(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, body = self.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _say

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def stub():
    """An account at a DAM that answers whatever it is told to."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    options = {
        "api_url": url,
        "cdn_url": url,
        "token": "t",
        "calls_per_second": 10_000.0,
        "invalidation_url": url,
    }
    connection = Connection(pk=-1, key="stub", options=options)
    yield config.Account(connection, config.Options(**options), "key", connection.hosts, invalidation_key="k")
    server.shutdown()
    server.server_close()


NOTE = Note("R-1", "text")
CALLS = {
    "list_files": lambda a: client.list_files(a, limit=10, offset=0),
    "get_file": lambda a: client.get_file(a, UUID),
    "find_file": lambda a: client.find_file(a, "/folder/boat.jpg"),
    "get_versions": lambda a: client.get_versions(a, UUID),
    "get_comments": lambda a: client.get_comments(a, UUID),
    "get_metadata_model": client.get_metadata_model,
    "get_permissions": client.get_permissions,
    "get_labels": client.get_labels,
    "get_tags": client.get_tags,
    "folders": lambda a: list(client.folders(a)),
    "products": lambda a: list(client.products(a)),
    "get_product_images": lambda a: client.get_product_images(a, "x"),
    "get_collections": client.get_collections,
    "set_metadata": lambda a: writing.set_metadata(a, UUID, {"k": "v"}),
    "add_label": lambda a: writing.add_label(a, UUID, "Hero"),
    "remove_label": lambda a: writing.remove_label(a, UUID, "Hero"),
    "add_tags": lambda a: writing.add_tags(a, UUID, ["sea"], language="en"),
    "set_product": lambda a: writing.set_product(a, UUID, "x"),
    "set_visibility": lambda a: writing.set_visibility(a, [UUID], public=True),
    "ensure_folder": lambda a: writing.ensure_folder(a, "/x"),
    "make_current": lambda a: writing.make_current(a, UUID),
    "invalidate": lambda a: writing.invalidate(a, ["/x"]),
    "upload": lambda a: uploading.upload(a, io.BytesIO(b"x"), folder="/folder", name="boat.jpg"),
    "replace": lambda a: uploading.replace(a, io.BytesIO(b"x"), uuid=UUID),
    "tell": lambda a: request_notes.tell(a, UUID, NOTE),
    "settle": lambda a: request_notes.settle(a, UUID, NOTE, others_open=False),
    "transcode": lambda a: video_jobs.transcode(a, "http://x/y.mp4", folder="/"),
    "percent": lambda a: video_jobs.percent(a, Job(f"{a.options.api_url}/status/1", ())),
}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(CALLS)), BODIES, st.sampled_from([200, 200, 200, 403, 404, 409, 500]))
@example("get_file", b"", 200)
@example("list_files", b"[" * 50_000, 200)
def test_any_answer_to_any_call_is_a_value_or_a_known_failure(stub, name, body, status):
    Answering.answer = status, body
    try:
        CALLS[name](stub)
    except DeliveryError as error:
        _storable(error)
        assert not isinstance(error, BadPayload) or error.raw or not body


# -- What becomes of it ---------------------------------------------------------------------------------------
@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files(), st.booleans())
def test_one_odd_file_of_a_list_holds_up_no_other(garbage_dam, odd, twice):
    uuids = [UUID[:-1] + str(number) for number in (1, 2)]
    whole = [payload("documented") | {"uuid": uuid, "url": {"path": f"/good/{uuid}.jpg"}} for uuid in uuids]
    middle = doubled(odd) if twice else written(odd)
    body = b'{"files":[' + b",".join([written(whole[0]), middle, written(whole[1])]) + b"]}"
    value, strict = decode_leniently(body, source="The DAM")
    now = datetime.now(UTC)
    page = Page(files=value["files"], strict=strict, total=3, answered_at=now, asked_at=now)
    project = config.account(garbage_dam)
    with transaction.atomic():
        taken = listed.take_in(project, page, model=MetadataModel(values={}, variants={}), now=now)
        paths = set(Variant.objects.values_list("path", flat=True))
        states = list(InboundEvent.objects.filter(subject__in=uuids).values_list("state", flat=True))
        parked = list(InboundEvent.objects.filter(state="parked"))
        transaction.set_rollback(True)

    assert {f"/good/{uuid}.jpg" for uuid in uuids} <= paths
    assert states == ["done", "done"]
    assert taken.parked == len(parked) and all(bytes(event.raw) and event.last_error for event in parked)


@pytest.fixture
def garbage_dam(db):
    options = {"api_url": "http://127.0.0.1:9", "cdn_url": "http://127.0.0.1:9", "token": "t"}
    return connections.ensure_connection(
        vendor="scaleflex", key="dam", name="DAM", options=options, credentials={"key": "k"}
    )


KINDS = {
    "truncated": b'{"status":"success","file":{"uuid":"',
    "html": b"<!doctype html><title>Maintenance</title>",
    "wrong types": written({"status": "success", "file": payload("documented") | {"meta": 7, "size": []}}),
    "NaN": written({"status": "success", "file": payload("documented") | {"size": {"bytes": float("nan")}}}),
    "infinite": b'{"status":"success","file":{"uuid":"x","size":1e999}}',
    "deep": b'{"status":"success","file":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "half a character": written({"status": "success", "file": payload("documented") | {"name": "\ud800"}}),
    "nothing": written({"status": "success", "file": None}),
    "keys twice": b'{"status":"success","file":{"uuid":"x"},"file":[]}',
    "a NUL": written({"status": "success", "file": payload("documented") | {"url": {"path": "/a\x00b"}}}),
    "another file's window": written(
        {"status": "success", "file": payload("documented") | {"meta": {"rights_end": "soon"}}}
    ),
}


@pytest.mark.django_db
def test_each_kind_of_garbage_is_parked_with_its_bytes_and_the_next_event_flows(world):
    dam = world.connect_dam()
    bad = {kind: world.add_file(f"/Bad/{number}.jpg")["uuid"] for number, kind in enumerate(KINDS)}
    good = world.add_file("/Good/a.jpg")["uuid"]
    now = timezone.now()
    inbound.hint(dam, bad.values(), now=now)
    work_until_quiet(now)
    before = mirror()
    for kind, uuid in bad.items():
        world.fault("scaleflex", "status", status=200, body=KINDS[kind].decode("latin-1"), path=uuid)
    inbound.hint(dam, bad.values(), now=now)
    inbound.hint(dam, [good], now=now)

    work_until_quiet(now)

    for kind, uuid in bad.items():
        event = InboundEvent.objects.filter(subject=uuid).order_by("-pk").first()
        assert (event.state, kind) == ("parked", kind)
        assert event.last_error.endswith(".")
        assert bytes(event.raw), kind
    assert InboundEvent.objects.get(subject=good).state == "done"
    assert mirror() - before == {("/Good/a.jpg", good)}
    assert before <= mirror()


def mirror():
    """What stands in the portal, so that half of a change would show."""
    return set(Variant.objects.values_list("path", "source_uuid"))


def work_until_quiet(now):
    """Work on everything, its further tries included, without waiting for their time."""
    for _ in range(8):
        while inbox.process_next(routing.inbound_handler, now=now):
            pass
        now += timedelta(hours=2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[" * 50_000,
        b'{"file":{"uuid":"\\ud800"}}',
        b'{"uuid":NaN}',
        b"\xff",
        b'{"data":' * 950 + b"{}" + b"}" * 950,
    ],
    ids=["nothing", "HTML", "deep", "half a character", "NaN", "binary", "envelopes"],
)
def test_garbage_at_our_door_is_refused_and_leaves_nothing(world, client, body):
    dam = world.connect_dam()
    keys = world.keys["webhooks"]
    pair = f"{keys['scaleflex_user']}:{keys['scaleflex_password']}".encode()
    answer = client.post(
        f"/integrations/scaleflex/{dam.key}/webhook",
        body,
        content_type="application/json",
        headers={"Authorization": f"Basic {base64.b64encode(pair).decode()}"},
    )

    assert answer.status_code == 400
    assert not InboundEvent.objects.exists()
