"""
How fast a vendor may be called: one token bucket per connection, shared by all workers.

The bucket is one number in Redis, taken from by one script, so two workers cannot both have the last token. Redis'
own clock counts, not the workers'. Nothing of it touches the database, and no lock is held while somebody waits.
Without Redis each process keeps a bucket of its own at a part of the rate: slower, never too fast.
"""

import logging
import threading
import time
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection as database

from integrations.errors import Throttled
from integrations.models import Connection

logger = logging.getLogger(__name__)

#: Seconds a call waits for its token: in a thread that holds no transaction, and in one that does.
PATIENCE, PATIENCE_IN_TRANSACTION = 0.9, 0.3
#: Without Redis nobody knows how many processes there are; each takes this part of the rate.
SHARE_ALONE = 4
#: How long Redis is not asked again after it failed, in seconds.
REST = 5.0
_REDIS_SECONDS = 0.5

# GCRA, the token bucket that is one number: when the bucket will be full again. What lies further ahead than anybody
# can have reserved (the clock was set back, the rate was raised) is brought back.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local gap, burst, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
full = math.min(full, now + burst * gap + patience)
local wait = math.max(0, full - (burst - 1) * gap - now)
if wait <= patience then
  full = full + gap
  redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000) + 1000)
end
return string.format('%.6f', wait)
"""


def take(connection: Connection, *, per_second: float, service: str) -> None:
    """
    Take the token of one call, waiting a moment for it if need be.

    About two seconds' worth may go out at once, then ``per_second``. A thread in a transaction waits 0.3 seconds at
    most, any other 0.9: longer waiting is the row's business, not the worker's.

    :param per_second: calls; above 0
    :param service: vendor's name for the message
    :raises Throttled: it would take longer; nothing was taken. ``retry_after`` says how long
    """
    patience = PATIENCE_IN_TRANSACTION if database.in_atomic_block else PATIENCE
    wait = _reserve(connection, 1 / per_second, max(1, round(2 * per_second)), patience)
    if wait > patience:
        raise Throttled(f"{service} is called as often as we may; this one has to wait.", retry_after=wait)
    if wait > 0:
        time.sleep(wait)


def _reserve(connection: Connection, gap: float, burst: int, patience: float) -> float:
    """Return the seconds to wait; the token is taken exactly when they are within ``patience``."""
    key = f"portal:rate:{database.settings_dict['NAME']}:{connection.pk}"
    wait = _shared(key, gap, burst, patience)
    return _alone(key, gap * SHARE_ALONE, patience) if wait is None else wait


# -- Shared by all workers --------------------------------------------------------------------------------------------
_lock = threading.Lock()
_script: Callable[..., bytes] | None = None
_rests_until = 0.0


def _shared(key: str, gap: float, burst: int, patience: float) -> float | None:
    """Return the wait by the bucket in Redis, ``None`` when there is no Redis to ask."""
    global _script, _rests_until
    if not settings.REDIS_URL or time.monotonic() < _rests_until:
        return None
    try:
        if _script is None:
            client = redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
            )
            _script = client.register_script(_SCRIPT)
        return float(_script(keys=[key], args=[gap, burst, patience]))
    except (redis.RedisError, OSError) as error:
        _rests_until = time.monotonic() + REST
        logger.warning("the rate is kept by this process alone: Redis fails (%s)", type(error).__name__)
        return None


# -- This process alone -----------------------------------------------------------------------------------------------
_full_at: dict[str, float] = {}


def _alone(key: str, gap: float, patience: float) -> float:
    with _lock:
        now = time.monotonic()
        full = min(max(_full_at.get(key, 0.0), now), now + gap + patience)
        if (wait := full - now) <= patience:
            _full_at[key] = full + gap
        return wait
