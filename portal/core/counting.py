"""Counting how often something is done, in the cache all servers share."""

import contextlib

from django.core.cache import cache


def count(key: str, seconds: int) -> int:
    """Raise a number in the cache, atomically, and return it. It ends so many seconds after the first time."""
    if cache.add(key, 1, timeout=seconds):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # it ran out in between
        return 1


def take_back(key: str) -> None:
    """Lower a number that was raised; nothing when it ran out in between."""
    with contextlib.suppress(ValueError):
        cache.decr(key)
