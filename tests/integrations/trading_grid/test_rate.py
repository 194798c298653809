"""Calls to the grid keep to the connection's rate; what is read as a whole waits for it."""

import pytest

from integrations.errors import Throttled
from integrations.models import OutboxMessage, SyncCursor
from integrations.trading_grid import auth, calls, client, config
from portal.partners.models import Partner
from portal.releases import services as releases
from tests.builders import NOON, file_fact, make_rule
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db


def test_call_beyond_the_rate_is_not_sent(world):
    account = config.account(world.connect_grid(calls_per_second=0.5))
    auth.token(account)
    before = len(world.calls("trading_grid"))
    client.test(account)

    with pytest.raises(Throttled):
        client.test(account)

    assert len(world.calls("trading_grid")) == before + 1


def test_message_beyond_the_rate_waits_without_counting_as_an_attempt(world):
    grid = Grid(world)
    grid.read()
    make_rule(grid.community(), folders=["/New"])
    grid.connection.options["calls_per_second"] = 0.1
    grid.connection.save()
    client.test(config.account(grid.connection))
    releases.apply_files(facts=[file_fact("/New/front.jpg")], now=NOON)

    grid.deliver()

    message = OutboxMessage.objects.get()
    assert (message.state, message.attempts) == ("pending", 0)
    assert grid.posts() == []


def test_directory_is_read_to_its_end_however_slow_it_goes(world):
    """Twelve calls at two a second: it waits in its middle instead of beginning anew."""
    grid = Grid(world, calls_per_second=2.0)
    account = config.account(grid.connection)
    with calls.in_one_go(60):
        for _ in range(5):
            client.test(account)

    grid.read()

    assert Partner.objects.count() == 12
    assert SyncCursor.objects.get(name="directory").last_error == ""
