"""Events: by poll with a cursor, and pushed with a Standard Webhooks signature."""

import base64
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from integrations.sandbox import credentials
from tests.integrations.sandbox.grid_client import (
    ACME,
    BERGMANN,
    DACH,
    WORKSPACE,
    GridClient,
    issue,
    names,
    post,
)
from tests.integrations.sandbox.receiver import receiving

EVENTS = f"{WORKSPACE}/events"
SUBSCRIPTIONS = f"{WORKSPACE}/subscriptions"
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


def subscribe(grid, receiver, *types, **more):
    sent = {"url": receiver.url, "eventTypes": list(types) or ["*"], "secret": SECRET, **more}
    answer = grid.post(SUBSCRIPTIONS, sent)
    assert answer.status_code == 201, answer.text
    return answer.json


def make_events(grid, count):
    for number in range(count):
        grid.post(f"{WORKSPACE}/issues", issue(f"request-{number}"))


def make_due(grid):
    """Bring every waiting retry forward."""
    with grid.part.grid.store.write() as connection:
        connection.execute("UPDATE deliveries SET due = 0 WHERE status = 'waiting'")


def test_envelope_is_a_thin_cloud_event(grid):
    grid.post(f"{DACH}/posts", post())

    event = grid.events()[0]

    assert {name: event[name] for name in event if name not in ("id", "time")} == {
        "type": "community.post.published",
        "specversion": "1.0",
        "source": "/companies/GC00000000AA",
        "subject": "posts/post-1001",
        "datacontenttype": "application/json",
        "sequence": 1,
        "data": {
            "resource": "post",
            "id": "post-1001",
            "revision": 1,
            "changed": ["status"],
            "href": f"http://localhost{DACH}/posts/post-1001",
        },
    }
    assert grid.get(event["data"]["href"]).json["postId"] == "post-1001"


def test_cursor_goes_on_where_it_stopped(grid):
    make_events(grid, 5)
    address, pages = f"{EVENTS}?pageSize=2", []

    while True:
        page = grid.get(address).json
        pages.append([event["sequence"] for event in page["response"]])
        if "next" not in page["_links"]:
            break
        address = page["_links"]["next"]["href"]
    make_events(grid, 0)
    grid.post(f"{WORKSPACE}/issues", issue("later"))

    assert pages == [[1, 2], [3, 4], [5], []]
    assert [event["sequence"] for event in grid.get(address).json["response"]] == [6]


def test_cursor_nobody_gave_is_refused(grid):
    assert names(grid.get(f"{EVENTS}?after=yesterday")) == ["after"]


def test_second_profile_reads_the_events_with_its_own_addresses_and_names(grid):
    grid.post(f"{DACH}/posts", post())
    grid.put(f"{DACH}/posts/post-1001", post(title={"de": "Neu"}, status=None))

    event = grid.get(f"{ACME}/stream").json["response"][-1]

    assert event["data"]["href"].endswith(f"{ACME}/groups/com-retail-dach/bulletins/post-1001")
    assert "headline" in event["data"]["changed"]


def test_pushed_event_is_signed_and_equal_to_the_polled_one(grid, receiver):
    subscribe(grid, receiver)
    make_events(grid, 1)

    grid.part.background.tick()

    [(headers, body)] = receiver.calls
    verified = Webhook(SECRET).verify(body, headers)
    assert verified == grid.events()[0]
    assert headers["webhook-id"] == verified["id"]
    assert headers["content-type"] == "application/json"


def test_background_thread_pushes_within_a_second(grid, receiver, tmp_path):
    part = type(grid.part)(tmp_path, "http://sandbox.example", credentials.load(tmp_path))
    client = GridClient(part, credentials.load(tmp_path))
    subscribe(client, receiver)
    make_events(client, 1)

    arrived = receiver.wait_for(1, seconds=5)
    part.stop()

    assert arrived


def test_only_wanted_types_are_pushed(grid, receiver):
    subscribe(grid, receiver, "community.post.*", "community.receipt.recorded")
    make_events(grid, 1)
    grid.post(f"{DACH}/posts", post())
    grid.put(f"{DACH}/posts/post-1001/receipts/{BERGMANN}", {"status": "CONFIRMED"})

    grid.part.background.tick()

    assert [event["type"] for event in receiver.events] == [
        "community.post.published",
        "community.receipt.recorded",
    ]


def test_refused_event_is_sent_again_under_the_same_id(grid, receiver):
    subscribe(grid, receiver)
    receiver.answers = [500, 302]
    make_events(grid, 1)

    for _ in range(4):
        grid.part.background.tick()
        make_due(grid)

    assert len(receiver.calls) == 3
    assert len(set(receiver.ids)) == 1
    assert grid.verb("GET", "/deliveries")["deliveries"][0]["status"] == "sent"


def test_retry_waits(grid, receiver):
    subscribe(grid, receiver)
    receiver.answers = [503]
    make_events(grid, 1)

    for _ in range(3):
        grid.part.background.tick()

    waiting = grid.verb("GET", "/deliveries")["deliveries"][0]
    assert (len(receiver.calls), waiting["status"], waiting["answer"]) == (1, "waiting", "503")


def test_receiver_that_is_not_there_is_tried_again(grid, receiver):
    subscribe(grid, receiver, url="http://127.0.0.1:9/nobody")
    make_events(grid, 1)

    grid.part.background.tick()

    waiting = grid.verb("GET", "/deliveries")["deliveries"][0]
    assert (waiting["status"], waiting["attempts"]) == ("waiting", 1)


def test_410_ends_the_subscription(grid, receiver):
    subscribe(grid, receiver)
    receiver.answers = [410]
    make_events(grid, 1)
    grid.part.background.tick()

    make_events(grid, 3)
    grid.part.background.tick()

    assert len(receiver.calls) == 1
    assert grid.get(SUBSCRIPTIONS).json["response"] == []


def test_push_switched_off_loses_pushes_and_leaves_the_poll(grid, receiver):
    subscribe(grid, receiver)
    grid.verb("PUT", "/events", {"push": False})
    make_events(grid, 2)
    grid.verb("PUT", "/events", {"push": True})

    grid.part.background.tick()

    assert receiver.calls == []
    assert len(grid.events()) == 2


def test_duplicate_sends_every_event_twice(grid, receiver):
    subscribe(grid, receiver)
    grid.verb("PUT", "/events", {"duplicate": True})
    make_events(grid, 1)

    grid.part.background.tick()

    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1


def test_out_of_order_sends_newest_first(grid, receiver):
    subscribe(grid, receiver)
    grid.verb("PUT", "/events", {"outOfOrder": True})
    make_events(grid, 3)

    make_due(grid)
    grid.part.background.tick()

    assert [event["sequence"] for event in receiver.events] == [3, 2, 1]


@pytest.mark.parametrize("mode", ["badSignature", "stale"])
def test_signature_that_must_not_be_believed(grid, receiver, mode):
    subscribe(grid, receiver)
    grid.verb("PUT", "/events", {mode: True})
    make_events(grid, 1)

    grid.part.background.tick()

    [(headers, body)] = receiver.calls
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)
    if mode == "stale":
        assert 590 < time.time() - int(headers["webhook-timestamp"]) < 660


def test_rotation_signs_with_both_secrets(grid, receiver):
    subscription = subscribe(grid, receiver)
    new = grid.verb("POST", f"/subscriptions/{subscription['subscriptionId']}/rotate")["secret"]
    make_events(grid, 1)

    grid.part.background.tick()

    [(headers, body)] = receiver.calls
    assert len(headers["webhook-signature"].split()) == 2
    assert Webhook(SECRET).verify(body, headers) == Webhook(new).verify(body, headers)


@pytest.mark.parametrize(
    ("kind", "count"), [("webhook_drop", 0), ("webhook_duplicate", 2), ("webhook_late", 0)]
)
def test_faults_of_the_frame_apply(grid, receiver, kind, count):
    subscribe(grid, receiver)
    grid.part.background.faults.add({"part": "trading_grid", "kind": kind, "seconds": 60})
    make_events(grid, 1)

    grid.part.background.tick()

    assert len(receiver.calls) == count


def test_secret_is_shown_once(grid, receiver):
    made = subscribe(grid, receiver, secret=None)

    listed = grid.get(SUBSCRIPTIONS).json["response"]

    assert made["secret"].startswith("whsec_")
    assert listed == [{name: made[name] for name in ("subscriptionId", "url", "eventTypes", "createdAt")}]


def test_subscribing_the_same_address_again_replaces_it(grid, receiver):
    first = subscribe(grid, receiver, "community.post.*")
    second = subscribe(grid, receiver, "community.issue.*")

    listed = grid.get(SUBSCRIPTIONS).json["response"]

    assert first["subscriptionId"] == second["subscriptionId"]
    assert [each["eventTypes"] for each in listed] == [["community.issue.*"]]


def test_unsubscribed_gets_nothing_more(grid, receiver):
    made = subscribe(grid, receiver)

    gone = grid.call("DELETE", f"{SUBSCRIPTIONS}/{made['subscriptionId']}")
    make_events(grid, 1)
    grid.part.background.tick()

    assert (gone.status_code, receiver.calls) == (204, [])
    assert grid.get(f"{SUBSCRIPTIONS}/{made['subscriptionId']}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"url": "file:///etc/passwd"}, ["url"]),
        ({"eventTypes": ["community.post.exploded"]}, ["eventTypes"]),
        ({"secret": "whsec_c2hvcnQ="}, ["secret"]),
        ({"secret": "plain"}, ["secret"]),
    ],
)
def test_subscription_of_the_wrong_shape_is_named(grid, changes, wrong):
    sent = {"url": "http://127.0.0.1:9/x", "eventTypes": ["*"], "secret": SECRET, **changes}

    assert names(grid.post(SUBSCRIPTIONS, sent)) == wrong
