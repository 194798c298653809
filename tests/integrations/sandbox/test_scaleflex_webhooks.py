"""Webhooks of the DAM: who is called, with what, and what goes wrong on purpose."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integrations.sandbox import webhook_sender
from integrations.sandbox.webhook_sender import WebhookSender, basic
from tests.integrations.sandbox.scaleflex_client import Dam


class Receiver:
    """A small web server that remembers what it got; ``status`` is what it answers."""

    def __init__(self):
        self.got = []
        self.status = 202
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), json.loads(body)))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?x=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, count, seconds=60):
        until = time.monotonic() + seconds
        while len(self.got) < count and time.monotonic() < until:
            time.sleep(0.02)
        return self.got

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def dam(tmp_path):
    return Dam(tmp_path)


def events(receiver, count):
    return [body["event"] for _, body in receiver.wait(count)]


def approve(dam, name="Waiting", state="APPROVED"):
    return dam.verb("POST", f"/files/{dam.uuid(name)}/approval", {"state": state})["file"]


def test_an_approval_calls_with_all_asset_data_and_basic_authentication(dam, receiver):
    dam.verb("POST", "/webhooks", {"url": receiver.url})
    file = approve(dam)
    headers, body = receiver.wait(1)[0]
    keys = dam.app.credentials.webhooks

    assert headers["Authorization"] == basic(keys.scaleflex_user, keys.scaleflex_password)
    assert headers["Content-Type"] == "application/json"
    assert body["event"] == "on_change_approval"
    assert body["file"] == dam.get(f"/v5/files/{file['uuid']}")["file"]


def test_each_change_has_its_trigger(dam, receiver):
    dam.verb("POST", "/webhooks", {"url": receiver.url, "auth": {"kind": "none"}})
    uuid = dam.uuid("Front")
    dam.verb("PATCH", f"/files/{uuid}/meta", {"meta": {"gtin": "1"}})
    dam.verb("PATCH", f"/files/{uuid}/meta", {"meta": {"title": {"en": "New"}}})
    dam.verb("POST", f"/files/{uuid}/name", {"name": "Other.jpg"})
    dam.verb("POST", f"/files/{uuid}/folder", {"folder": "/Elsewhere"})
    dam.ok(dam.api("PUT", f"/v5/file/{uuid}/tags", {"lang": "en", "new_tags": ["x"]}))
    dam.ok(dam.api("POST", f"/v5/files/{uuid}/labels", {"labels": []}))
    new = dam.verb("POST", f"/files/{uuid}/replace")["file"]["uuid"]
    dam.verb("DELETE", f"/files/{new}")

    assert events(receiver, 8) == [
        "on_change_meta", "on_change_info", "on_rename", "on_move", "on_change_tag", "on_change_label", "on_upload",
        "on_delete",
    ]  # fmt: skip
    assert "Authorization" not in receiver.got[0][0]


def test_bearer_and_fixed_headers(dam, receiver):
    dam.verb(
        "POST", "/webhooks",
        {"url": receiver.url, "auth": {"kind": "bearer", "token": "t0ken"}, "headers": {"X-Tenant": "norrvik"}},
    )  # fmt: skip
    approve(dam)
    headers = receiver.wait(1)[0][0]

    assert (headers["Authorization"], headers["X-Tenant"]) == ("Bearer t0ken", "norrvik")


@pytest.mark.parametrize(("shape", "key"), [("files", "type"), ("flat", "kind"), ("file", "")])
def test_the_shape_of_the_body_is_a_switch(dam, receiver, shape, key):
    dam.switch(webhook_body=shape, webhook_event_key=key)
    dam.verb("POST", "/webhooks", {"url": receiver.url})
    uuid = approve(dam)["uuid"]
    body = receiver.wait(1)[0][1]

    asset = {"files": body.get("files", [None])[0], "file": body.get("file"), "flat": body}[shape]
    assert asset["uuid"] == uuid
    assert body.get(key or "event") == (None if key == "" else "on_change_approval")


def test_only_chosen_triggers_call(dam, receiver):
    dam.verb("POST", "/webhooks", {"url": receiver.url, "triggers": ["on_delete"]})
    approve(dam)
    dam.verb("DELETE", f"/files/{dam.uuid('logo')}")

    assert events(receiver, 1) == ["on_delete"]


def test_webhooks_can_be_switched_off_and_on(dam, receiver):
    dam.verb("POST", "/webhooks", {"url": receiver.url})
    off = dam.verb("POST", "/webhooks/off")
    approve(dam)
    dam.verb("POST", "/webhooks/on")
    approve(dam, state="CANCELLED")

    assert off["on"] is False
    assert [body["file"]["approval"]["latest"] for _, body in receiver.wait(1)] == ["CANCELLED"]


def test_there_are_five_at_most_and_the_same_address_replaces(dam):
    for number in range(5):
        dam.verb("POST", "/webhooks", {"url": f"http://127.0.0.1:9/{number}"})
    again = dam.verb("POST", "/webhooks", {"url": "http://127.0.0.1:9/4", "active": False})["webhooks"]
    sixth = dam.http.post("/_sandbox/scaleflex/webhooks", json={"url": "http://127.0.0.1:9/5"})

    assert [hook["active"] for hook in again] == [True, True, True, True, False]
    assert (sixth.status_code, sixth.json["msg"]) == (400, "There may be at most 5 webhooks.")
    left = dam.verb("DELETE", f"/webhooks/{again[0]['id']}")["webhooks"]
    assert len(left) == 4


@pytest.mark.parametrize(
    "body",
    [
        {}, {"url": "ftp://x"}, {"url": "http://x", "auth": {"kind": "hmac"}},
        {"url": "http://x", "auth": {"kind": "basic"}},
        {"url": "http://x", "triggers": ["on_full_moon"]}, {"url": "http://x", "headers": {"a": "b\r\nc"}},
        {"url": "http://x", "headers": {str(n): "x" for n in range(11)}},
    ],
)  # fmt: skip
def test_what_cannot_be_configured_is_said(dam, body):
    answer = dam.http.post("/_sandbox/scaleflex/webhooks", json=body)

    assert answer.status_code == 400
    assert answer.json["msg"]


def test_a_refused_webhook_is_tried_again_and_written_down(dam, receiver, monkeypatch):
    monkeypatch.setattr(webhook_sender, "RETRY_SECONDS", (0.05, 0.05))
    receiver.status = 503
    dam.verb("POST", "/webhooks", {"url": receiver.url})
    approve(dam)
    receiver.wait(3)
    for _ in range(3000):
        entry = dam.verb("GET", "/webhooks/log")["deliveries"][0]
        if entry["status"] == "failed":
            break
        time.sleep(0.02)

    assert (entry["status"], entry["attempts"], entry["answer"]) == ("failed", 3, "503")


def test_a_waiting_webhook_survives_a_restart(tmp_path, receiver):
    first = WebhookSender(tmp_path, "scaleflex")
    first.send(url=receiver.url, body=b'{"late": true}', headers={}, delay=0.3)
    first.stop()
    WebhookSender(tmp_path, "scaleflex")

    assert receiver.wait(1)[0][1] == {"late": True}


@pytest.mark.parametrize(("kind", "count"), [("webhook_drop", 0), ("webhook_duplicate", 2)])
def test_webhooks_get_lost_or_doubled_when_told(dam, receiver, kind, count):
    dam.verb("POST", "/webhooks", {"url": receiver.url})
    dam.http.post("/_sandbox/faults", json={"part": "scaleflex", "kind": kind, "times": 1})
    approve(dam)
    approve(dam, state="REJECTED")

    states = [body["file"]["approval"]["latest"] for _, body in receiver.wait(count + 1)]
    assert states == ["APPROVED"] * count + ["REJECTED"]


def test_a_late_webhook_is_overtaken(dam, receiver):
    dam.verb("POST", "/webhooks", {"url": receiver.url})
    fault = {"part": "scaleflex", "kind": "webhook_late", "seconds": 0.5, "times": 1}
    dam.http.post("/_sandbox/faults", json=fault)
    approve(dam)
    approve(dam, state="REJECTED")

    assert [body["file"]["approval"]["latest"] for _, body in receiver.wait(2)] == ["REJECTED", "APPROVED"]
