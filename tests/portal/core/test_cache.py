"""The cache while Redis is away: nobody fails for it, and what counts goes on counting."""

import socket

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache, caches

from portal.core.cache import ForgivingRedisCache


@pytest.fixture
def away(settings):
    """A cache whose Redis is not there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"redis://127.0.0.1:{probe.getsockname()[1]}/0"
    settings.CACHES = {"default": {**django_settings.CACHES["default"], "LOCATION": address}}
    yield caches["default"]
    ForgivingRedisCache._resting.pop(address, None)


def test_away_it_remembers_in_this_process(away):
    assert cache.get("a", "nothing") == "nothing"
    assert cache.add("a", 1) and not cache.add("a", 2)
    assert cache.incr("a") == 2
    cache.set_many({"b": 1, "c": 2})
    assert cache.get_many(["a", "b", "c"]) == {"a": 2, "b": 1, "c": 2}
    assert cache.has_key("b") and cache.delete("b") and not cache.has_key("b")
    with pytest.raises(ValueError, match="b"):
        cache.incr("b")


def test_away_is_no_secret(away, client):
    assert client.get("/readyz").json()["checks"]["cache"] == "missing"


def test_back_again_it_forgets_what_it_remembered_meanwhile(away):
    cache.set("a", "of the outage")
    address, memory = away._address, away._memory
    assert address in ForgivingRedisCache._resting

    # The same object, now with the Redis of the tests behind it.
    away._servers = [django_settings.REDIS_URL]
    vars(away).pop("_cache", None)
    ForgivingRedisCache._resting[address] = 0.0

    assert cache.get("a") is None
    assert memory.get("a") is None
    assert address not in ForgivingRedisCache._resting
