"""How much may be asked in a minute, by one client or from one address."""

import logging
import math
import time
from dataclasses import dataclass

from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from portal.core.counting import count

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """A stretch of time in which calls are counted: its ``number``, and all begins anew in ``reset`` seconds."""

    number: int
    reset: int

    @classmethod
    def now(cls, seconds: int) -> "Window":
        moment = time.time()
        number = int(moment // seconds)
        return cls(number, math.ceil((number + 1) * seconds - moment))


def rate(name: str) -> tuple[int, int]:
    """Return how many calls in how many seconds the settings allow under this name."""
    calls, seconds = ClientThrottle().parse_rate(str(api_settings.DEFAULT_THROTTLE_RATES[name]))
    assert calls is not None and seconds is not None
    return calls, seconds


@dataclass(frozen=True)
class Rate:
    """Where a client stands: ``limit`` calls in ``window`` seconds, ``left`` of them, all anew in ``reset`` seconds."""

    limit: int
    window: int
    left: int
    reset: int

    def headers(self) -> dict[str, str]:
        """Source: draft-ietf-httpapi-ratelimit-headers, sections 3 and 4."""
        return {
            "RateLimit-Policy": f'"client";q={self.limit};w={self.window}',
            "RateLimit": f'"client";r={self.left};t={self.reset}',
        }


class ClientThrottle(SimpleRateThrottle):
    """
    Counts a client's calls in windows of fixed length, in the cache all servers share: one number per client and
    window, raised atomically. Without the cache nobody is held back.
    """

    def get_rate(self) -> str:
        return str(api_settings.DEFAULT_THROTTLE_RATES["client"])

    def allow_request(self, request, view) -> bool:
        window = Window.now(self.duration)
        self.reset = window.reset
        try:
            used = count(f"api-calls:{request.client.pk}:{window.number}", self.duration)
        except Exception:  # whatever is wrong with the cache, a partner's system must not stand still for it
            logger.warning("calls are not being counted: the cache does not answer", exc_info=True)
            return True
        request.rate = Rate(self.num_requests, self.duration, max(0, self.num_requests - used), self.reset)
        return used <= self.num_requests

    def wait(self) -> int:
        """Return the seconds until the next window."""
        return self.reset
