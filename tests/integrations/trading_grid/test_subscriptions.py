"""Events are pushed with the secret of the day, whatever a tenant does with a second subscription."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from integrations import connections
from integrations.models import Connection, ExternalReference, SyncCursor
from integrations.trading_grid import client, config, polling, subscriptions
from tests.integrations.sandbox.receiver import receiving

pytestmark = pytest.mark.django_db
OLD = "whsec_" + "b2xkIHNlY3JldCBvbGQgc2VjcmV0IG9sZCBz"
NEW = "whsec_" + "bmV3IHNlY3JldCBuZXcgc2VjcmV0IG5ldyBz"


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def connection(world) -> Connection:
    return world.connect_grid()


def enter(connection: Connection, secret: str) -> None:
    """What an operator does in the connection."""
    values = {**connections.credentials(connection), "webhook_secret": secret}
    Connection.objects.filter(pk=connection.pk).update(credentials=connections.encrypt(values))
    connection.refresh_from_db()


def keep(connection: Connection, receiver) -> bool:
    return subscriptions.keep(config.account(connection), url=receiver.url, now=timezone.now())


def listed(world) -> list[str]:
    return [each["url"] for each in world.verb("GET", "/trading_grid/subscriptions")["subscriptions"]]


def signers(world, receiver) -> list[str]:
    """Which of our secrets the calls of one event were signed with."""
    receiver.calls.clear()
    count = len(listed(world))
    company = {"partnerCompanyId": "GC00000104PL"}
    world.verb("POST", "/trading_grid/communities/com-winter-kitchen/members", company)
    assert receiver.wait_for(count, seconds=60)
    world.verb("DELETE", "/trading_grid/communities/com-winter-kitchen/members/GC00000104PL")
    assert receiver.wait_for(2 * count, seconds=60)
    found = []
    for headers, body in receiver.calls:
        for name, secret in (("old", OLD), ("new", NEW)):
            signed = Webhook(secret).sign(
                headers["webhook-id"],
                datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=UTC),
                body.decode(),
            )
            if signed in headers["webhook-signature"].split():
                found.append(name)
    return sorted(set(found))


def test_events_are_subscribed_to_once(connection, world, receiver):
    assert [keep(connection, receiver) for _ in range(2)] == [True, False]
    assert listed(world) == [receiver.url]


@pytest.mark.parametrize("again", ["replace", "add", "refuse"])
def test_a_new_secret_is_told_to_the_grid_while_the_old_one_counts_as_well(
    connection, world, receiver, again
):
    world.verb("PUT", "/trading_grid/subscriptions", {"again": again})
    enter(connection, OLD)
    keep(connection, receiver)

    enter(connection, f"{NEW} {OLD}")
    told = [keep(connection, receiver) for _ in range(2)]

    assert told == [True, False]
    assert (listed(world), signers(world, receiver)) == ([receiver.url], ["new"])


def test_a_secret_that_comes_back_is_told_again(connection, world, receiver):
    """Under the key of the first time the grid would repeat its first answer and change nothing."""
    for secret in (OLD, NEW, OLD):
        enter(connection, secret)
        keep(connection, receiver)

    assert signers(world, receiver) == ["old"]


def test_a_renewal_that_stops_halfway_is_made_whole_by_the_next(connection, world, receiver):
    world.verb("PUT", "/trading_grid/subscriptions", {"again": "add"})
    enter(connection, OLD)
    keep(connection, receiver)
    enter(connection, f"{NEW} {OLD}")
    world.fault("trading_grid", "status", status=503, path="/subscriptions/")
    with pytest.raises(Exception, match="503"):
        keep(connection, receiver)
    assert len(listed(world)) == 2
    world.clear_faults()

    assert keep(connection, receiver)

    assert (listed(world), signers(world, receiver)) == ([receiver.url], ["new"])


def test_a_subscription_the_grid_gave_up_is_made_anew(connection, world, receiver):
    enter(connection, OLD)
    keep(connection, receiver)
    [found] = client.subscriptions(config.account(connection))
    client.unsubscribe(config.account(connection), found["subscriptionId"])

    assert keep(connection, receiver)

    assert signers(world, receiver) == ["old"]


def test_a_portal_that_moved_is_called_at_its_new_address_alone(connection, world, receiver):
    subscriptions.keep(config.account(connection), url="http://127.0.0.1:9/before", now=timezone.now())

    keep(connection, receiver)

    assert listed(world) == [receiver.url]


def test_somebody_elses_subscription_is_left_alone(connection, world, receiver):
    account = config.account(connection)
    client.subscribe(account, url="http://127.0.0.1:9/theirs", secret=NEW, key="theirs")

    keep(connection, receiver)

    assert listed(world) == ["http://127.0.0.1:9/theirs", receiver.url]


def test_a_secret_is_changed_by_entering_it(connection, world, receiver, settings):
    """The way an operator goes: enter both, wait for the directory, take the old one out."""
    settings.PORTAL_URL = receiver.url.removesuffix("/hooks/grid")
    for hours, secret in ((0, OLD), (2, f"{NEW} {OLD}"), (4, NEW)):
        enter(connection, secret)
        at = timezone.now() + timedelta(hours=hours)
        polling.poll(connection, seconds=60, clock=lambda at=at: at)

    assert signers(world, receiver) == ["new"]
    assert SyncCursor.objects.get(name="directory").last_error == ""
    [row] = ExternalReference.objects.filter(resource="subscription")
    assert (row.data["number"], NEW in str(row.data)) == (2, False)
