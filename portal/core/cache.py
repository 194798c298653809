"""The cache all servers share, and what takes its place while it does not answer."""

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: How long Redis is left alone after it did not answer, so that an outage costs one time-out and not one per page.
REST_SECONDS = 2.0


class ForgivingRedisCache(RedisCache):
    """
    Redis; while it does not answer, this process's own memory.

    Nobody who asks the cache fails for it: pages stand, and what counts calls or failed sign-ins goes on counting, for
    this process alone. When Redis is back the memory is forgotten.
    """

    #: When Redis is asked again, by address; for all threads, each of which has a cache object of its own.
    _resting: dict[str, float] = {}

    def __init__(self, server: str, params: dict[str, Any]):
        super().__init__(server, params)
        self._address = server
        self._memory = LocMemCache(f"beside {server}", {**params, "OPTIONS": {}})

    def ping(self) -> None:
        """
        Ask whether Redis answers.

        :raises RedisError: it does not
        """
        self._cache.get_client(None, write=True).ping()

    def add(self, *args, **kwargs):
        return self._ask("add", *args, **kwargs)

    def get(self, *args, **kwargs):
        return self._ask("get", *args, **kwargs)

    def set(self, *args, **kwargs):
        return self._ask("set", *args, **kwargs)

    def touch(self, *args, **kwargs):
        return self._ask("touch", *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._ask("delete", *args, **kwargs)

    def get_many(self, *args, **kwargs):
        return self._ask("get_many", *args, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._ask("has_key", *args, **kwargs)

    def incr(self, *args, **kwargs):
        return self._ask("incr", *args, **kwargs)

    def set_many(self, *args, **kwargs):
        return self._ask("set_many", *args, **kwargs)

    def delete_many(self, *args, **kwargs):
        return self._ask("delete_many", *args, **kwargs)

    def clear(self):
        return self._ask("clear")

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        until = self._resting.get(self._address)
        if until is None or time.monotonic() >= until:
            try:
                found = getattr(super(), name)(*args, **kwargs)
            except RedisError as error:
                if until is None:
                    logger.warning("the cache does not answer: %s", type(error).__name__)
                self._resting[self._address] = time.monotonic() + REST_SECONDS
            else:
                if until is not None and self._resting.pop(self._address, None) is not None:
                    logger.warning("the cache answers again")
                    self._memory.clear()
                return found
        return getattr(self._memory, name)(*args, **kwargs)
