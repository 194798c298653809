"""
Do the timetable and the workers live? Each leaves the time in the cache; who reads it sees how long ago that was.

The timetable says so when it sends its own heartbeat, a worker when it has worked on it, in each of the two queues: a
late worker with a timetable in time is a dead or a busy worker.
"""

import logging
from datetime import UTC, datetime, timedelta

from django.core.cache import cache

logger = logging.getLogger(__name__)

#: ``MAKING``: whoever takes the work that makes files.
TIMETABLE, WORKER, MAKING = "timetable", "worker", "making"
TASK = "portal.core.tasks.heartbeat"
#: The timetable sends one every so often; three lost ones are no chance any more.
EVERY = timedelta(seconds=15)
LATE = 3 * EVERY
#: Behind large files its heartbeat may wait for as long as one of them takes.
LATE_MAKING = timedelta(minutes=5)
_KEPT_SECONDS = 86_400


def beat(name: str, *, now: datetime) -> None:
    """Note that ``name`` lives. A cache that is away is no reason to fail."""
    try:
        cache.set(f"heartbeat:{name}", now.timestamp(), _KEPT_SECONDS)
    except Exception as error:
        logger.warning("the heartbeat of the %s could not be noted: %s", name, type(error).__name__)


def last(name: str) -> datetime | None:
    """
    Return when ``name`` was last seen alive, ``None`` when not within a day.

    :raises Exception: whatever the cache raises when it is away
    """
    # What this process remembers while Redis is away says nothing about the others.
    getattr(cache, "ping", bool)()
    at = cache.get(f"heartbeat:{name}")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else None


def is_late(name: str, *, now: datetime) -> bool:
    """Return whether ``name`` has been silent for too long; raises as ``last``."""
    at = last(name)
    return at is None or now - at > (LATE_MAKING if name == MAKING else LATE)
