"""
Whatever the grid sends, only a sentence or a valid value comes of it: nothing half applied, and the next event flows.

Bytes are made from true answers by breaking them as networks and programs do, and out of thin air.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from integrations import connections, inbox, routing
from integrations.errors import BadOptions, BadPayload, DeliveryError, Refused, Retryable
from integrations.models import Connection, InboundEvent
from integrations.payloads import decode
from integrations.trading_grid import (
    auth,
    calls,
    client,
    config,
    dialects,
    events,
    inbound,
    issues,
    lens,
    mapping,
    reading,
    resources,
    schemas,
)
from portal.partners.models import Community, Partner
from tests.integrations.trading_grid.nonsense import OBJECTS, VALUES, broken, deep

#: What one test may try; together they take some seconds.
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def make_connection() -> Connection:
    return connections.ensure_connection(
        vendor="trading_grid",
        key="grid",
        name="Grid",
        options={"gateway_url": "http://127.0.0.1:9", "company_id": "GC"},
        credentials={"consumer_key": "k", "consumer_secret": "s"},
    )


def survives(do: Callable[[], object]) -> object:
    """Run a parser; anything but a value or one of our own refusals is a failure of the test."""
    try:
        return do()
    except BadPayload as error:
        assert str(error)
        return None


@pytest.fixture(scope="module")
def options() -> config.Options:
    return config.Options(
        gateway_url="http://127.0.0.1:9",
        company_id="GC",
        field_map={"issues": {"issueId": "ticketId", "status": "state"}},
        value_map={"issueStatus": {"OPEN": "New"}},
    )


# -- Every parser --------------------------------------------------------------------------------------------
READERS = {
    "company": schemas.company,
    "group": schemas.group,
    "member": schemas.active_member,
    "person": schemas.person,
    "receipt": resources.receipt,
    "issue": issues.issue,
    "comment": issues.comment,
    "attachment": issues.attachment,
    "onboarding": resources.onboarding_project,
    "change": resources.change_notice,
    "task": resources.launch_task,
    "acknowledgement": resources.acknowledgement,
    "feedback": resources.feedback,
    "transaction": lens.transaction,
    "event": events.event,
}


@pytest.mark.parametrize("name", READERS)
@many
@given(data=OBJECTS)
@example(data={})
def test_reader_gives_a_value_that_can_be_kept_or_a_sentence(name, data):
    # Only what comes out of strict JSON reaches a reader.
    data = decode(json.dumps(data).encode(), source="Trading Grid")

    found = survives(lambda: READERS[name](data))

    if found is not None and not isinstance(found, str):
        kept = json.dumps(resources.snapshot(found), allow_nan=False)
        assert "\\u0000" not in kept
        assert len(kept) < 200_000


@many
@given(value=st.one_of(VALUES, st.floats(), st.just(-(10**400)), st.text(max_size=40)))
def test_time_is_a_time_in_utc_or_nothing(value):
    found = reading.moment(value)

    assert found is None or (isinstance(found, datetime) and found.utcoffset() == timedelta())


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        (1_790_000_000_000, "2026-09-21T14:13:20+00:00"),
        (1_790_000_000, "2026-09-21T14:13:20+00:00"),
        ("2026-09-21T14:13:20Z", "2026-09-21T14:13:20+00:00"),
        ("2026-09-21T16:13:20+02:00", "2026-09-21T14:13:20+00:00"),
        ("2026-09-21T14:13:20.123", "2026-09-21T14:13:20.123000+00:00"),
        ("2026-09-21", "2026-09-21T00:00:00+00:00"),
        ("0001-01-01T00:00:00+14:00", None),
        ("soon", None),
        (True, None),
        (10**30, None),
    ],
)
def test_times_come_in_two_ways(value, iso):
    found = reading.moment(value)

    assert (found.isoformat() if found else None) == iso


@many
@given(body=VALUES, link=st.text(max_size=30))
def test_list_is_rows_or_a_sentence(body, link):
    found = survives(lambda: dialects.read_list(body, {"Link": f'<{link}>; rel="next"'}, url="http://g/list"))

    if found is not None:
        rows, following = found
        assert all(isinstance(row, dict) for row in rows)
        assert following is None or isinstance(following, str)


@many
@given(body=VALUES)
def test_reason_of_a_refusal_is_two_texts(body):
    assert [type(part) for part in dialects.reason(body)] == [str, str]


@many
@given(data=OBJECTS, endpoint=st.sampled_from(["issues", "posts", "events", "unheard"]))
def test_map_keeps_what_it_does_not_know(options, data, endpoint):
    found = mapping.inbound(options, endpoint, data)

    assert len(found) <= len(data)
    assert set(data) - {"ticketId", "state"} <= set(found) | set(data)


@many
@given(
    url=st.one_of(
        st.text(max_size=60), st.sampled_from(["http://[", "//\x00", "/x/%zz", "http://g/" + "a/" * 999])
    )
)
def test_address_is_a_known_one_or_none(options, url):
    account = config.Account(None, options, "k", "s", frozenset())

    for endpoint in options.paths:
        found = account.match(url, endpoint, whole=True)
        assert found is None or all(isinstance(value, str) for value in found.values())


@many
@given(body=broken())
def test_bytes_are_json_or_a_sentence_with_the_bytes(body):
    try:
        decode(body, source="Trading Grid")
    except BadPayload as error:
        assert error.raw == body[:1_000_000]


@many
@given(body=st.one_of(st.binary(max_size=60), broken()))
def test_pushed_bytes_are_an_event_or_a_sentence(body):
    survives(lambda: events.event(inbound.event_of(body)))


@pytest.mark.parametrize(("depth", "is_taken"), [(100, True), (300, False), (900, False), (100_000, False)])
@pytest.mark.django_db
def test_event_nested_deeper_than_we_can_write_again_is_refused_where_it_is_read(depth, is_taken):
    connection = make_connection()
    body = b'{"id": "evt-1", "type": "community.weather.changed", "data": ' + deep(depth) + b"}"

    def take():
        inbound.store_events(connection, [inbound.event_of(body)], now=timezone.now())

    if is_taken:
        take()
    else:
        with pytest.raises(BadPayload):
            take()
    assert InboundEvent.objects.exists() == is_taken


# -- Over the wire -------------------------------------------------------------------------------------------
@pytest.fixture
def account(world, db) -> config.Account:
    auth.forget_all()
    account = config.account(world.connect_grid())
    auth.token(account)
    return account


@few
@given(body=broken())
def test_broken_answer_over_the_wire_is_one_of_ours(account, world, body):
    world.clear_faults()
    text = body.decode("utf-8", "replace")
    world.fault("trading_grid", "status", status=200, body=text, path="/communities|/visibility|/issues")

    for ask in (
        lambda: list(client.communities(account)),
        lambda: list(lens.search(account, lens.Search())),
        lambda: calls.call(account, "GET", "issue", {"issueId": "x"}),
    ):
        try:
            ask()
        except (BadPayload, Refused, Retryable, BadOptions) as error:
            assert str(error)


@few
@given(
    body=st.one_of(broken(), VALUES.map(lambda value: json.dumps(value).encode())),
    status=st.sampled_from([400, 404]),
)
def test_broken_refusal_is_a_refusal(account, world, body, status):
    world.clear_faults()
    world.fault(
        "trading_grid", "status", status=status, body=body.decode("utf-8", "replace"), path="/communities"
    )

    with pytest.raises(Refused, match=f"refused \\({status}"):
        list(client.communities(account))


# -- Into the database ---------------------------------------------------------------------------------------
@pytest.mark.django_db
@few
@given(data=OBJECTS)
def test_event_of_any_content_is_stored_or_refused_whole(data):
    connection = make_connection()
    InboundEvent.objects.all().delete()
    told = decode(json.dumps(data).encode(), source="Trading Grid")
    whole = {"id": "evt-1", "type": "community.weather.changed", "data": told}

    inbound.store_events(connection, [whole], now=timezone.now())
    survives(lambda: inbound.store_events(connection, [told], now=timezone.now()))

    assert InboundEvent.objects.filter(dedupe_key="event:evt-1").count() == 1
    while inbox.process_next(routing.inbound_handler, now=timezone.now()):
        pass
    assert InboundEvent.objects.get(dedupe_key="event:evt-1").state == "ignored"


@pytest.mark.parametrize("kind", ["html", "truncate", "not_json", "empty", "deep", "nan"])
def test_broken_community_changes_nothing_and_the_next_event_flows(grid, world, kind):
    before = (list(Partner.objects.values()), list(Community.objects.values()))
    verb = "/trading_grid/communities/com-winter-kitchen/members"
    world.verb("POST", verb, {"partnerCompanyId": "GC00000102AK"})
    bodies = {"deep": deep(2000).decode(), "nan": '{"response": [{"communityId": NaN}], "_links": {}}'}
    if kind in bodies:
        world.fault(
            "trading_grid", "status", status=200, body=bodies[kind], path="/communities/com-winter-kitchen$"
        )
    else:
        world.fault("trading_grid", kind, path="/communities/com-winter-kitchen$")
    ticket = {"partnerCompanyId": "GC00000101BR", "reason": "OTHER", "subject": "?", "severity": "LOW"}
    world.verb("POST", "/trading_grid/issues", ticket)

    grid.read(ahead=timedelta(minutes=2))
    for hour in range(1, 6):
        work(ahead=timedelta(hours=hour))

    assert (list(Partner.objects.values()), list(Community.objects.values())) == before
    event = InboundEvent.objects.get(data__type="community.member.added")
    # Half of an answer is a broken line, which is waited for; nonsense is parked with what came.
    assert event.state == ("pending" if kind == "truncate" else "parked")
    if kind not in {"truncate", "empty"}:
        assert bytes(event.raw)
    assert InboundEvent.objects.get(data__type="community.issue.created").state == "done"

    world.clear_faults()
    inbox.requeue(InboundEvent.objects.filter(pk=event.pk), now=timezone.now())
    work(ahead=timedelta(hours=80))
    assert InboundEvent.objects.get(pk=event.pk).state == "done"


def work(*, ahead: timedelta) -> None:
    while inbox.process_next(routing.inbound_handler, now=timezone.now() + ahead):
        pass


def test_every_refusal_of_ours_is_a_delivery_error():
    assert all(issubclass(each, DeliveryError) for each in (BadPayload, Refused, Retryable, BadOptions))
