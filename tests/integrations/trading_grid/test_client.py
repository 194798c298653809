"""Calls to the grid over real HTTP, in three dialects."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from integrations.errors import BadOptions, BadPayload, Refused, Retryable
from integrations.trading_grid import auth, client, community_management, config, dialects

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(world):
    return config.account(world.connect_grid(page_size=3))


def token_calls(world) -> int:
    return sum("oauth2" in call["path"] for call in world.calls("trading_grid"))


# -- Tokens --------------------------------------------------------------------------------------------------
def test_token_is_fetched_once_for_many_calls_and_processes(account, world):
    list(client.communities(account))
    auth.forget_all()  # another process: it has the shared cache alone
    list(client.communities(account))

    assert token_calls(world) == 1


def test_token_lies_encrypted_in_the_shared_cache(account):
    token = auth.token(account)

    stored = cache.get(auth._place(account))

    assert token.encode() not in stored


def test_refused_token_is_renewed_once_and_the_call_goes_through(account, world):
    list(client.communities(account))
    world.verb("POST", "/trading_grid/tokens/revoke")

    assert len(list(client.communities(account))) == 8
    assert token_calls(world) == 2


def test_token_is_renewed_before_its_ten_hours_are_over(account, world):
    list(client.communities(account))

    with time_machine.travel(timezone.now() + timedelta(hours=9, minutes=58), tick=True):
        list(client.communities(account))

    assert token_calls(world) == 2


def test_call_that_is_refused_with_a_fresh_token_too_waits(account, world):
    world.fault("trading_grid", "status", status=401, path="/communities")

    with pytest.raises(Retryable, match="A new token did not help"):
        list(client.communities(account))

    assert token_calls(world) == 2


def test_wrong_secret_is_named(world):
    connection = world.connect_grid()
    keys = world.keys["trading_grid"]
    account = config.account(connection)
    wrong = config.Account(connection, account.options, keys["consumer_key"], "wrong", account.hosts)

    with pytest.raises(Refused, match="Check consumer key and secret"):
        client.test(wrong)


def test_shared_cache_that_is_down_costs_a_call_and_nothing_else(account, world, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    assert len(list(client.communities(account))) == 8


# -- Lists ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("dialect", ["cartographer", "hal", "plain"])
def test_lists_are_read_to_their_end_in_every_dialect(world, dialect):
    world.verb("PUT", "/trading_grid/dialects", {"dialect": dialect})
    account = config.account(world.connect_grid(page_size=3, dialect=dialect))

    communities = [entry["communityId"] for entry in client.communities(account)]

    assert len(communities) == len(set(communities)) == 8
    assert len(list(community_management.partners(account))) == 12
    assert list(client.posts(account, "com-suppliers")) == []


@pytest.mark.parametrize("dialect", ["cartographer", "hal", "plain"])
def test_reasons_are_understood_in_every_dialect(world, dialect):
    world.verb("PUT", "/trading_grid/dialects", {"dialect": dialect})
    account = config.account(world.connect_grid(dialect=dialect, company_id="GC00000101BR"))

    with pytest.raises(Refused, match="may only act for its own company") as caught:
        list(client.communities(account))

    assert caught.value.status == 403


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            {
                "status": "error",
                "message": "No.",
                "error-code": "COMM-1",
                "fields": [{"name": "a", "message": "is b"}],
            },
            "COMM-1",
            "No. a is b",
        ),
        ({"message": "No.", "code": "C-2"}, "C-2", "No."),
        (
            {"fault": {"faultstring": "Invalid", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}},
            "oauth.v2.InvalidApiKey",
            "Invalid",
        ),
        (
            {"fault": {"faultstring": "No.", "detail": {"errorcode": "C-3", "fields": [{"name": "a"}]}}},
            "C-3",
            "No. a",
        ),
        ({"fault": {"faultstring": "No.", "detail": "text"}}, "", "No."),
        ({"fault": "text"}, "", ""),
        (["error"], "", ""),
        (None, "", ""),
    ],
)
def test_reason_of_a_refusal_is_read_in_every_shape(body, code, message):
    assert dialects.reason(body) == (code, message)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ([{}, {}], 2),
        ({"response": [{}]}, 1),
        ({"items": [{}]}, 1),
        ({"totalCount": 1, "entries": [{}]}, 1),
        ({"_embedded": {"collection": [{}]}}, 1),
        ({"_embedded": {"partners": [{}]}, "_links": {}}, 1),
        ({"_links": {"self": {"href": "x"}}}, 0),
    ],
)
def test_list_may_come_in_any_of_the_seen_shapes(body, count):
    rows, following = dialects.read_list(body, {}, url="http://g/list")

    assert (len(rows), following) == (count, None)


@pytest.mark.parametrize(
    "body", ["text", None, {}, {"response": {}}, ["row"], {"_embedded": {"a": [], "b": []}}]
)
def test_anything_else_is_no_list(body):
    with pytest.raises(BadPayload):
        dialects.read_list(body, {}, url="http://g/list")


@pytest.mark.parametrize(
    ("body", "headers", "following"),
    [
        ({"response": [], "_links": {"next": {"href": "/list?pageNo=2"}}}, {}, "http://g/list?pageNo=2"),
        ({"response": [], "_links": {"next": "http://g/2"}}, {}, "http://g/2"),
        ([], {"Link": '<http://g/1>; rel="prev", <http://g/3>; rel="next"'}, "http://g/3"),
    ],
)
def test_next_page_is_where_the_answer_says(body, headers, following):
    assert dialects.read_list(body, headers, url="http://g/list")[1] == following


def test_pages_that_link_in_a_circle_end(account, world):
    body = {"response": [], "_links": {"next": {"href": account.url("communities")}}}
    world.fault("trading_grid", "status", status=200, body=body, path="/communities")

    with pytest.raises(BadPayload, match="in a circle"):
        list(client.communities(account))


def test_page_that_links_to_another_host_is_not_followed(account, world):
    body = '{"response": [], "_links": {"next": {"href": "http://127.0.0.1:1/steal"}}}'
    world.fault("trading_grid", "status", status=200, body=body, path="/communities")

    with pytest.raises(BadOptions, match="not a host of this connection"):
        list(client.communities(account))


@pytest.mark.parametrize("kind", ["html", "not_json", "empty"])
def test_answer_that_is_no_json_is_told_apart(account, world, kind):
    auth.token(account)
    world.fault("trading_grid", kind, path="/communities")

    with pytest.raises(BadPayload):
        list(client.communities(account))


def test_testing_the_connection_says_what_is_there(account):
    assert client.test(account) == "Trading Grid answers; the company has 8 communities."


def test_resource_the_tenant_lacks_is_named(world):
    account = config.account(world.connect_grid(paths={"communities": ""}))

    with pytest.raises(BadOptions, match="paths has no communities"):
        list(client.communities(account))
