"""However many workers want a token, one fetches it; one that is refused is renewed once."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from integrations.errors import BadPayload
from integrations.trading_grid import auth, client, config

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
#: A worker of its own: says that it is ready, waits for the start, and asks for a token.
WORKER = """
import sys
import django
django.setup()
from integrations.models import Connection
from integrations.trading_grid import auth, config
url, company, key, secret = sys.argv[1:]
options = config.Options(gateway_url=url, company_id=company)
account = config.Account(Connection(pk=1), options, key, secret, frozenset([url.removeprefix("http://")]))
print("ready", flush=True)
sys.stdin.readline()
print(auth.token(account), flush=True)
"""


@pytest.fixture
def account(world):
    return config.account(world.connect_grid())


def token_calls(world) -> int:
    return sum("oauth2" in call["path"] for call in world.calls("trading_grid"))


def at_once(count: int, do) -> list:
    start, results = threading.Barrier(count), []

    def run():
        start.wait()
        results.append(do())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_threads_that_want_a_token_at_once_fetch_one(account, world):
    world.fault("trading_grid", "slow", seconds=0.5, path="oauth2")

    found = at_once(8, lambda: auth.token(account))

    assert (len(found), len(set(found)), token_calls(world)) == (8, 1, 1)


def test_threads_whose_token_is_refused_at_once_renew_it_once(account, world):
    list(client.communities(account))
    world.verb("POST", "/trading_grid/tokens/revoke")
    world.fault("trading_grid", "slow", seconds=0.5, path="oauth2")

    counts = at_once(6, lambda: len(list(client.communities(account))))

    assert counts == [8] * 6
    assert token_calls(world) == 2


def test_processes_that_want_a_token_at_once_fetch_one(account, world, settings):
    """Another secret key per test run would keep them from reading each other's token."""
    world.fault("trading_grid", "slow", seconds=1.5, path="oauth2")
    keys = world.keys["trading_grid"]
    given = [world.url, keys["company_id"], keys["consumer_key"], keys["consumer_secret"]]
    environment = {
        **os.environ,
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, *given],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    try:
        assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * 3
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        tokens = [worker.stdout.readline() for worker in workers]
    finally:
        for worker in workers:
            worker.stdin.close()
            worker.wait(30)
            worker.stdout.close()

    assert (len(set(tokens)), token_calls(world)) == (1, 1)


def test_worker_that_died_while_it_fetched_holds_nobody_up_for_ever(account, world, monkeypatch):
    monkeypatch.setattr(auth, "TURN_SECONDS", 1)
    assert auth._take_turn(f"{auth._place(account)}:turn")

    assert auth.token(account)
    assert token_calls(world) == 1


def test_tenant_style_sends_the_grant_in_a_form(world):
    account = config.account(
        world.connect_grid(token_style="tenant", token_path="/tenants/{tenantId}/oauth2/token")
    )

    assert len(list(client.communities(account))) == 8
    (call,) = [call for call in world.calls("trading_grid") if "oauth2" in call["path"]]
    assert (call["path"], call["query"]) == (f"/tenants/{account.options.company_id}/oauth2/token", "")


def test_gateway_style_sends_the_grant_in_the_query(account, world):
    auth.token(account)

    (call,) = [call for call in world.calls("trading_grid") if "oauth2" in call["path"]]
    assert (call["path"], call["query"]) == ("/v1/oauth2/tokens", "grant_type=client_credentials")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 36_000),
        (3600, 3600),
        ("3600", 3600),
        (0, 36_000),
        (-5, 36_000),
        (True, 36_000),
        ("soon", 36_000),
        (1e300, 36_000),
        ([3600], 36_000),
    ],
)
def test_lifetime_is_ten_hours_unless_the_answer_says_better(said, seconds):
    assert auth._lifetime(said) == seconds


@pytest.mark.parametrize("body", ["[]", "{}", '{"access_token": 5}', '{"access_token": ""}', "<html>"])
def test_answer_without_a_token_is_not_understood(account, world, body):
    world.fault("trading_grid", "status", status=200, body=body, path="oauth2")

    with pytest.raises(BadPayload):
        auth.token(account)


def test_end_of_the_token_in_use_can_be_asked(account):
    assert auth.renewed_at(account) is None

    auth.token(account)

    assert auth.renewed_at(account) is not None
