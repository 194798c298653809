"""Where the grid calls us: signed events, and the poll that finds what a lost call would have said."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from integrations import connections, inbox, routing
from integrations.models import Connection, InboundEvent, SyncCursor
from integrations.trading_grid import polling

pytestmark = pytest.mark.django_db
URL = "/integrations/trading-grid/grid/webhook"
SECRET = "whsec_" + "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
NEW_SECRET = "whsec_" + "bmV3IHNlY3JldCBuZXcgc2VjcmV0IG5ldyBz"
EVENT = {
    "id": "evt-1",
    "type": "community.post.published",
    "sequence": 1,
    "data": {"resource": "post", "id": "post-1"},
}


@pytest.fixture
def company() -> Connection:
    return connections.ensure_connection(
        vendor="trading_grid",
        key="grid",
        name="Grid",
        options={"gateway_url": "http://127.0.0.1:9", "company_id": "GC"},
        credentials={"consumer_key": "k", "consumer_secret": "s", "webhook_secret": SECRET},
    )


def call(client, event, *, secret=SECRET, age=timedelta(), **changed):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    at = timezone.now() - age
    headers = {
        "webhook-id": "evt-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt-1", at, body.decode("utf-8", "ignore")),
        **changed,
    }
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_signed_event_is_stored_once(client, company):
    assert call(client, EVENT).status_code == 202
    assert call(client, EVENT).status_code == 202

    event = InboundEvent.objects.get()
    assert (event.dedupe_key, event.state) == ("event:evt-1", "pending")
    assert event.data["type"] == "community.post.published"


@pytest.mark.parametrize(
    "how",
    [
        {"secret": NEW_SECRET},
        {"age": timedelta(minutes=6)},
        {"age": timedelta(minutes=-6)},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA v1a,BBBB"},
        {"webhook-id": "evt-2"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "9" * 30},
    ],
)
def test_event_that_is_not_proven_leaves_no_row(client, company, how):
    response = call(client, EVENT, **how)

    assert response.status_code == 401
    assert not InboundEvent.objects.exists()


def test_changed_body_is_not_what_was_signed(client, company):
    signed = Webhook(SECRET).sign("evt-1", timezone.now(), json.dumps(EVENT))

    response = call(client, {**EVENT, "type": "community.member.added"}, **{"webhook-signature": signed})

    assert response.status_code == 401


def test_both_secrets_count_while_it_is_changed(client, company):
    secrets = {"consumer_key": "k", "consumer_secret": "s", "webhook_secret": f"{NEW_SECRET} {SECRET}"}
    Connection.objects.update(credentials=connections.encrypt(secrets))

    assert call(client, EVENT, secret=SECRET).status_code == 202
    assert call(client, EVENT, secret=NEW_SECRET).status_code == 202
    several = "v1,AAAA " + Webhook(SECRET).sign("evt-1", timezone.now(), json.dumps(EVENT))
    assert call(client, EVENT, **{"webhook-signature": several}).status_code == 202


def test_connection_without_secret_lets_nobody_in(client, company):
    Connection.objects.update(credentials=connections.encrypt({"consumer_key": "k", "consumer_secret": "s"}))

    assert call(client, EVENT).status_code == 401


@pytest.mark.parametrize("body", [b"[]", b'{"id": "x"}', b'{"type": 5, "id": "x"}', b"text", b'{"id": NaN}'])
def test_signed_nonsense_is_answered_with_a_sentence(client, company, body):
    response = call(client, body)

    assert response.status_code == 400
    assert response.json()["detail"].endswith(".")


def test_event_with_characters_no_database_keeps_is_stored_all_the_same(client, company):
    event = {**EVENT, "data": {"resource": "post\x00", "note": ["a\x00b"]}, "subject": "posts/\x00"}

    assert call(client, event).status_code == 202

    assert InboundEvent.objects.get().data["data"] == {"resource": "post", "note": ["ab"]}


# -- Poll ----------------------------------------------------------------------------------------------------
def types() -> list[str]:
    return list(InboundEvent.objects.order_by("data__sequence").values_list("data__type", flat=True))


def join(world, partner="GC00000102AK"):
    world.verb("POST", "/trading_grid/communities/com-winter-kitchen/members", {"partnerCompanyId": partner})


def test_polled_events_go_on_where_the_last_poll_ended(grid, world):
    join(world)
    grid.read(ahead=timedelta(minutes=2))
    calls = len(world.calls("trading_grid"))

    world.verb("DELETE", "/trading_grid/communities/com-winter-kitchen/members/GC00000102AK")
    grid.read(ahead=timedelta(minutes=4))

    assert types() == ["community.member.added", "community.member.removed"]
    events = [call for call in world.calls("trading_grid")[:-calls] if call["path"].endswith("/events")]
    assert len(events) == 2


def test_event_that_was_pushed_and_polled_is_one(grid, world, client):
    join(world)
    grid.read(ahead=timedelta(minutes=2))
    stored = InboundEvent.objects.get()

    SyncCursor.objects.filter(name="events").update(value={}, due_at=None)
    grid.read(ahead=timedelta(minutes=4))

    assert InboundEvent.objects.get().pk == stored.pk


def test_place_in_the_list_that_is_not_known_any_more_begins_at_the_beginning(grid, world):
    join(world)
    lost = (
        grid.connection.options["gateway_url"]
        + "/TGCommunityWorkspace/v1/companies/GC00000000AA/events?after=x"
    )
    SyncCursor.objects.filter(name="events").update(value={"next": lost}, due_at=None)

    grid.read()

    assert types() == ["community.member.added"]


def test_events_of_no_concern_are_set_aside_with_a_reason(client, company):
    call(client, {**EVENT, "type": "community.weather.changed"})

    inbox.process_next(routing.inbound_handler, now=timezone.now())

    event = InboundEvent.objects.get()
    assert (event.state, event.last_error) == (
        "ignored",
        "community.weather.changed concerns nothing the portal keeps.",
    )


def test_tenant_without_list_of_events_is_left_alone(world):
    connection = world.connect_grid(paths={"events": ""})

    polling.poll(connection, seconds=10)

    assert SyncCursor.objects.get(name="events").last_error == "The tenant has no list of events."
