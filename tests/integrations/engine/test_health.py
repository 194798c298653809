"""Health: what is read, in how many queries, and what an operator is told."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations import health, inbox, reconcile
from integrations.errors import Refused, Retryable
from integrations.health_words import sayings
from integrations.inbox import News
from integrations.models import Connection, DeliveryAttempt, InboundEvent, OutboxMessage, SyncCursor
from integrations.trading_grid import auth
from integrations.trading_grid.config import account
from portal.core import heartbeat
from tests.builders import make_partner, make_staff, make_user
from tests.integrations.engine.builders import NOON, SECOND, Vendor, enqueue, make_connection, message
from tests.portal.admin.reading import words

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def news(connection, *subjects: str, now=NOON, **more) -> None:
    inbox.store(connection, [News("file", each, f"{each}:{now}", **more) for each in subjects], now=now)


def the_one(now=NOON) -> health.Health:
    (found,) = health.overview(now=now)
    return found


def said(found: health.Health) -> str:
    return " | ".join(f"{each.text} {each.detail}" for each in sayings(found))


def test_boxes_say_what_waits_since_when_and_what_is_parked():
    connection = make_connection()
    news(connection, "a", now=NOON - HOUR)
    news(connection, "b", now=NOON - MINUTE)
    news(connection, "c", state="parked", error="No SHA-1.")
    enqueue(message(connection, "x"), message(connection, "y"), now=NOON - MINUTE)
    OutboxMessage.objects.update(not_before=NOON + MINUTE)

    found = the_one()

    assert (found.inbox.waiting.number, found.inbox.oldest_at) == (2, NOON - HOUR)
    assert (found.inbox.parked.number, found.inbox.reason) == (1, "No SHA-1.")
    assert (found.outbox.waiting.number, found.outbox.next_at) == (2, NOON + MINUTE)
    assert found.last_event_at == NOON
    assert found.lag == HOUR
    assert "News that waits to be taken in: 2, the oldest for 60 minutes." in said(found)
    assert "parked: 1. Look at the reason, then try again. No SHA-1." in said(found)


def test_nothing_is_counted_beyond_the_bound(monkeypatch):
    monkeypatch.setattr(health, "MOST", 3)
    connection = make_connection()
    news(connection, *"abcdefgh")
    news(connection, *"ijklmno", state="parked", error="No.")

    found = the_one()

    assert (found.inbox.waiting.number, found.inbox.waiting.shown, found.inbox.waiting.is_more) == (
        4,
        3,
        True,
    )
    assert found.inbox.parked.is_more
    assert "more than 3" in said(found)


def test_nobody_is_behind_with_what_was_put_off_from_the_beginning():
    connection = make_connection()
    news(connection, "a", now=NOON - 2 * HOUR, not_before=NOON + HOUR)

    assert (the_one().inbox.waiting.number, the_one().inbox.oldest_at, the_one().lag) == (1, None, None)

    late = the_one(NOON + HOUR + MINUTE)
    assert (late.inbox.oldest_at, late.lag) == (NOON + HOUR, MINUTE), "late since it was due"

    InboundEvent.objects.update(attempts=1, not_before=NOON + 2 * HOUR)
    assert the_one(NOON + HOUR).inbox.oldest_at == NOON - 2 * HOUR, "tried, and put off since"


def test_rates_are_of_the_last_hour():
    connection = make_connection()
    enqueue(*(message(connection, f"fact-{n}") for n in range(4)), now=NOON - 2 * HOUR)
    Vendor(Refused("No.")).run(now=NOON - 2 * HOUR)
    enqueue(*(message(connection, f"late-{n}") for n in range(4)))
    Vendor(Refused("No."), Retryable("Later.", outage=False)).run()
    news(connection, "a", "b", state="done")
    news(connection, "c", state="parked", error="No.")

    found = the_one(NOON + SECOND)

    assert found.deliveries.outcomes == {"sent": 2, "parked": 1, "later": 1}
    assert (found.deliveries.errors, found.news.total, found.news.bad) == (0.5, 3, 1)


def test_a_vendor_in_trouble_is_told_with_the_next_attempt():
    connection = make_connection()
    enqueue(message(connection, "x"))
    Connection.objects.update(
        failures=7,
        open_until=NOON + 3 * MINUTE,
        last_failure="Trading Grid answered 502.",
        last_success_at=NOON,
    )

    found = the_one()

    assert (found.state, found.next_at) == ("open", NOON + 3 * MINUTE)
    assert "Held back after 7 failed calls in a row. Tried by itself again at 12:03:00 UTC" in said(found)
    assert sayings(found)[0].detail == "Trading Grid answered 502."


def test_stuck_rows_and_silent_walks_are_shown_and_heal_by_themselves():
    connection = make_connection()
    news(connection, "a")
    enqueue(message(connection, "x"))
    InboundEvent.objects.update(started_at=NOON)
    OutboxMessage.objects.update(started_at=NOON)
    SyncCursor.objects.create(connection=connection, name="full", started_at=NOON, heartbeat_at=NOON)

    found = the_one(NOON + HOUR)

    assert (found.inbox.stuck, found.outbox.stuck, found.is_stuck) == (1, 1, True)
    assert [walk.is_silent for walk in found.walks] == [True]
    assert "Nobody goes on with “Import of all files”" in said(found)
    # How they heal: whoever looks next takes them over.
    vendor = Vendor()
    vendor.run(now=NOON + HOUR)
    assert vendor.taken == ["x"]
    assert the_one(NOON + HOUR).outbox.stuck == 0


def test_a_paused_connections_walks_are_not_called_silent():
    connection = make_connection()
    SyncCursor.objects.create(connection=connection, name="full", started_at=NOON, heartbeat_at=NOON)
    Connection.objects.update(paused_until=NOON + 2 * HOUR)

    assert [walk.is_silent for walk in the_one(NOON + HOUR).walks] == [False]


def test_drift_is_told_per_kind_with_its_time():
    connection = make_connection()
    result = {
        "at": NOON.isoformat(), "compared": 12_000, "repairs": 3, "on_the_way": 0, "equal": False, "proved": True,
        "dry": False, "kinds": {"missing_post": {"found": 3, "left": 2}, "company": {"found": 1, "left": 0}},
        "examples": {"missing_post": ["pub_1: Closed."]},
    }  # fmt: skip
    SyncCursor.objects.create(
        connection=connection,
        name="reconcile",
        value={"result": result},
        finished_at=NOON,
        due_at=NOON + HOUR,
    )

    found = the_one()

    assert (found.drift, found.compared_at) == ({"missing_post": 2}, NOON)
    assert "not posted: 2." in said(found)
    assert "pub_1: Closed." in said(found)


def test_token_is_read_without_a_call(world):
    connection = world.connect_grid()
    auth.forget_all()
    assert the_one(timezone.now()).token_until is None
    auth.token(account(connection))
    calls = len(world.calls("trading_grid"))

    found = the_one(timezone.now())

    assert timedelta(hours=9) < found.token_until - timezone.now() < timedelta(hours=10)
    assert len(world.calls("trading_grid")) == calls


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    def fill(connection, count: int) -> None:
        news(connection, *(f"{connection.key}-{n}" for n in range(count)))
        enqueue(*(message(connection, f"{connection.key}-{n}") for n in range(count)))
        SyncCursor.objects.create(connection=connection, name="sweep", started_at=NOON)

    fill(make_connection("one"), 1)
    with django_assert_num_queries(6):
        health.overview(now=NOON)
    for number in range(5):
        fill(make_connection(f"more-{number}"), 40)
    Vendor(Refused("No."), Refused("No.")).run()
    with django_assert_num_queries(6):
        assert len(health.overview(now=NOON)) == 6


def test_queries_of_the_boxes_use_indexes_of_unfinished_rows_alone():
    connection = make_connection()
    news(connection, *(f"done-{n}" for n in range(2000)), state="done")
    news(connection, *(f"wait-{n}" for n in range(20)))
    with database.cursor() as cursor:
        cursor.execute("ANALYZE integrations_inboundevent")
    with CaptureQueriesContext(
        database,
    ) as asked:
        health._boxes("inboundevent", "received_at", NOON)
        health._news(NOON)
    with database.cursor() as cursor:
        plans = []
        for query in asked.captured_queries:
            cursor.execute("EXPLAIN " + query["sql"])
            plans.append("\n".join(row[0] for row in cursor.fetchall()))

    assert "inbound_open" in plans[0]
    assert "inbound_received" in plans[1]
    assert not any("Seq Scan on integrations_inboundevent" in plan for plan in plans)


# -- The page ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def staff(client):
    client.force_login(make_staff())
    return client


def press(staff, connection, verb: str):
    return staff.post(
        reverse("admin:integration_health_verb", args=[connection.pk]), {"verb": verb}, follow=True
    )


def test_page_is_for_staff_alone(client):
    connection = make_connection()
    page, verb = (
        reverse("admin:integration_health"),
        reverse("admin:integration_health_verb", args=[connection.pk]),
    )
    assert client.get(page).status_code == 302
    assert client.post(verb, {"verb": "pause"}).status_code == 302
    client.force_login(make_user(make_partner()))

    assert client.get(page, follow=True).status_code == 403
    assert client.post(verb, {"verb": "pause"}, follow=True).status_code == 403
    assert Connection.objects.get().paused_until is None


def test_page_shows_each_connection_and_the_programs(staff):
    connection = make_connection()
    news(connection, "a", state="parked", error="No SHA-1.", now=timezone.now())
    heartbeat.beat(heartbeat.TIMETABLE, now=timezone.now())
    heartbeat.beat(heartbeat.WORKER, now=timezone.now() - HOUR)
    heartbeat.beat(heartbeat.MAKING, now=timezone.now())

    shown = words(staff.get(reverse("admin:integration_health")))

    for text in (
        "grid",
        "No SHA-1.",
        "Try what is parked again",
        "Timetable Running",
        "Workers Late last seen",
        "Making of files Running",
    ):
        assert text in shown


def test_verbs_do_what_they_say(staff):
    connection = make_connection()
    news(connection, "a", state="parked", error="No.")
    enqueue(message(connection, "x"))
    OutboxMessage.objects.update(state="parked")

    press(staff, connection, "pause")
    assert Connection.objects.get().paused_until is not None
    Connection.objects.update(open_until=timezone.now() + HOUR, failures=9)
    press(staff, connection, "go_on")
    row = Connection.objects.get()
    assert (row.paused_until, row.open_until, row.failures) == (None, None, 0)
    assert "2 parked rows are tried again." in words(press(staff, connection, "again"))
    press(staff, connection, "reconcile")
    cursor = SyncCursor.objects.get(name="reconcile")
    assert reconcile.is_running(cursor)
    assert "Trading Grid" in words(press(staff, connection, "test"))
    assert press(staff, connection, "drop").status_code == 404
    assert staff.get(reverse("admin:integration_health_verb", args=[connection.pk])).status_code == 405
    assert DeliveryAttempt.objects.count() == 0
