"""Redis from the wheel: one address for both libraries, closed to everybody without it."""

import kombu
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from integrations.embedded.redis import Redis


def test_cache_and_broker_read_the_same_address(tmp_path):
    with Redis(tmp_path / "a folder", log=tmp_path / "redis.log").running() as server:
        with redis.Redis.from_url(server.url) as cache:
            cache.set("key", "value")
            assert cache.get("key") == b"value"
        with kombu.Connection(server.url) as broker:
            broker.SimpleQueue("queue").put({"id": 7})
            assert broker.SimpleQueue("queue").get(timeout=30).payload == {"id": 7}


def test_without_the_password_nothing_is_told(tmp_path):
    with (
        Redis(tmp_path, log=tmp_path / "redis.log").running() as server,
        redis.Redis(host="127.0.0.1", port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()


def test_the_password_is_no_part_of_the_command_line(tmp_path):
    server = Redis(tmp_path, log=tmp_path / "redis.log")

    assert server.password not in " ".join(server.program().command)
    assert (tmp_path / "redis.conf").stat().st_mode & 0o077 == 0


def test_stopping_leaves_no_listener(tmp_path):
    with Redis(tmp_path, log=tmp_path / "redis.log").running() as server:
        assert server.ready()

    assert not server.ready()
