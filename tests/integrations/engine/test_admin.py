"""Staff pages of the integrations."""

import pytest
from django.urls import reverse

from integrations import connections, inbox, outbox
from integrations.errors import Refused
from integrations.inbox import News
from integrations.models import Connection, InboundEvent, OutboxMessage, SyncCursor
from portal.core import today
from tests.builders import make_staff
from tests.integrations.engine.builders import NOON, SECOND, Vendor, enqueue, make_connection, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(make_staff())
    return client


def page(name: str, *args) -> str:
    return reverse(f"admin:integrations_{name}", args=args)


@pytest.mark.parametrize(
    "name",
    ["connection", "inboundevent", "outboxmessage", "deliveryattempt", "synccursor", "externalreference"],
)
def test_lists_show_their_rows_and_only_staff_sees_them(staff, client, name):
    connection = make_connection()
    inbox.store(connection, [News(kind="file", subject="u-1", dedupe_key="file:u-1")], now=NOON)
    enqueue(message(connection, "fact-1"))
    Vendor(Refused("No.")).run()
    SyncCursor.objects.create(connection=connection, name="full", started_at=NOON)

    assert staff.get(page(f"{name}_changelist")).status_code == 200
    assert staff.get(page(f"{name}_csv")).status_code == 200
    client.logout()
    assert client.get(page(f"{name}_changelist")).status_code == 302


def test_parked_message_shows_its_reason_and_attempts_and_can_be_sent_again(staff):
    enqueue(message(make_connection(), "fact-1"))
    Vendor(Refused("The community is closed.", status=409)).run()
    parked = OutboxMessage.objects.get()

    shown = staff.get(page("outboxmessage_change", parked.pk)).content.decode()
    staff.post(page("outboxmessage_again", parked.pk))

    assert "The community is closed." in shown
    assert "&quot;fact&quot;: &quot;fact-1&quot;" in shown
    assert OutboxMessage.objects.get().state == "pending"


def test_ticked_parked_events_are_worked_on_again(staff):
    connection = make_connection()
    events = [
        News(kind="file", subject=f"u-{n}", dedupe_key=f"{n}", state="parked", error="No.") for n in range(3)
    ]
    inbox.store(connection, events, now=NOON)
    ticked = list(InboundEvent.objects.values_list("pk", flat=True)[:2])

    response = staff.post(
        page("inboundevent_changelist"), {"action": "try_again", "_selected_action": ticked}, follow=True
    )

    assert "2 parked rows are tried again." in response.content.decode()
    assert sorted(InboundEvent.objects.values_list("state", flat=True)) == ["parked", "pending", "pending"]


def test_event_shows_the_bytes_it_came_with(staff):
    event = News(
        kind="file",
        subject="u-1",
        dedupe_key="1",
        state="parked",
        error="No SHA-1.",
        raw=b'{"a":"\xff<script>"}',
    )
    inbox.store(make_connection(), [event], now=NOON)

    shown = staff.get(page("inboundevent_change", InboundEvent.objects.get().pk)).content.decode()

    assert "No SHA-1." in shown
    assert "\\xff&lt;script&gt;" in shown


def test_import_shows_count_rate_and_time_left(staff):
    SyncCursor.objects.create(
        connection=make_connection(),
        name="full",
        started_at=NOON,
        heartbeat_at=NOON + 10 * SECOND,
        done_count=12_000,
        total_estimate=100_000,
    )

    shown = staff.get(page("synccursor_changelist")).content.decode()
    lines = [line for line in today.collect(now=NOON).running if "Grid" in line.title or "grid" in line.title]

    for text in ("12,000 of about 100,000", "1,200", "1:13 min"):
        assert text in shown
    assert (lines[0].percent, lines[0].seconds_left) == (12, 73)


def test_first_page_names_what_is_parked_and_who_is_in_trouble(staff):
    connection = make_connection()
    enqueue(message(connection, "a"))
    Vendor(Refused("Closed.")).run()
    Connection.objects.update(open_until=NOON, last_failure="Trading Grid answered 502.")

    matters = {matter.title: matter.detail for matter in today.collect(now=NOON).matters}

    assert matters["1 message to a vendor is parked"] == "Closed."
    assert matters["grid is in trouble"] == "Trading Grid answered 502."


# -- Connections ---------------------------------------------------------------------------------------------
FORM = {
    "name": "Grid",
    "is_active": "on",
    "options": '{"gateway_url": "https://g.example", "company_id": "GC"}',
}


def test_secrets_go_in_and_are_never_shown(staff):
    connection = make_connection()
    connections.ensure_connection(
        vendor="trading_grid", key="grid", name="Grid", options={"gateway_url": "http://g", "company_id": "G"},
        credentials={"consumer_key": "old-key", "consumer_secret": "very-secret"},
    )  # fmt: skip

    shown = staff.get(page("connection_change", connection.pk)).content.decode()
    staff.post(page("connection_change", connection.pk), {**FORM, "secret_consumer_key": "new-key"})

    assert "very-secret" not in shown
    assert "old-key" not in shown
    assert "secret_key" not in shown  # the other vendor's
    assert connections.credentials(Connection.objects.get()) == {
        "consumer_key": "new-key",
        "consumer_secret": "very-secret",
    }


def test_connection_is_added_with_its_secrets(staff):
    body = {
        **FORM,
        "vendor": "trading_grid",
        "key": "grid-2",
        "secret_consumer_key": "k",
        "secret_consumer_secret": "s",
    }

    response = staff.post(page("connection_add"), body)

    assert response.status_code == 302
    made = Connection.objects.get(key="grid-2")
    assert connections.credentials(made)["consumer_secret"] == "s"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"options": '{"gateway_url": "ftp://x", "company_id": "G"}'}, "gateway_url must be an address"),
        ({"options": "{"}, "Enter a valid JSON."),
        ({"secret_consumer_key": ""}, "consumer key of the company is missing"),
    ],
)
def test_wrong_entry_is_answered_with_a_sentence(staff, wrong, sentence):
    body = {
        **FORM,
        "vendor": "trading_grid",
        "key": "grid-2",
        "secret_consumer_key": "k",
        "secret_consumer_secret": "s",
    }

    response = staff.post(page("connection_add"), {**body, **wrong})

    assert sentence in response.content.decode()
    assert not Connection.objects.exists()


def test_connection_is_tested_by_one_button(staff, world):
    connection = world.connect_grid()

    good = staff.post(page("connection_verb", connection.pk), {"verb": "test"}, follow=True).content.decode()
    world.connect_grid(company_id="GC99999999ZZ")
    bad = staff.post(page("connection_verb", connection.pk), {"verb": "test"}, follow=True).content.decode()

    assert "Trading Grid answers; the company has 8 communities." in good
    assert "There is no such company." in bad


def test_paused_connection_goes_on_when_told(staff):
    connection = make_connection()

    staff.post(page("connection_verb", connection.pk), {"verb": "pause"})
    assert Connection.objects.get().paused_until is not None
    staff.post(page("connection_verb", connection.pk), {"verb": "go_on"})

    assert Connection.objects.get().paused_until is None
    assert outbox.requeue(OutboxMessage.objects.all(), now=NOON) == 0
