"""When to try again. The one place that decides it; the waiting itself is a column in a row."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from integrations.errors import BadPayload, DeliveryError, Refused, Retryable, Throttled

LONGEST_WAIT = timedelta(hours=1)
PATIENCE = timedelta(hours=72)
#: Attempts for answers we do not understand and for errors of our own: waiting does not cure those.
TRIES_WHEN_PUZZLED = 4
#: A message that ends its worker this often is parked.
CRASHES_ALLOWED = 3


def delay(
    attempt: int, *, retry_after: float | None = None, draw: Callable[[float, float], float] = random.uniform
) -> timedelta:
    """
    Return how long to wait after a failed attempt: full jitter up to a doubling bound, at most an hour.

    The other side's own wish wins when it is longer, up to a day: a mistaken header must not silence us for a year.

    :param attempt: 1 for the first attempt that failed
    :param retry_after: seconds the other side asked for
    :param draw: picks a number between two bounds; tests pass their own

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, variant "full jitter".
    """
    bound = min(LONGEST_WAIT.total_seconds(), 2.0 ** min(attempt, 16))
    seconds = draw(0.0, bound)
    if retry_after is not None:
        # A little above the wish, so that all who were told the same do not come back in the same instant.
        seconds = max(seconds, min(retry_after, 86_400.0) + draw(0.0, 1.0))
    return timedelta(seconds=seconds)


def out_of_patience(first_attempt_at: datetime, now: datetime) -> bool:
    """Return whether a message has been tried for so long that a person should look at it."""
    return now - first_attempt_at > PATIENCE


def verdict(
    error: Exception, *, attempts: int, first_attempt_at: datetime | None, now: datetime
) -> tuple[str, timedelta | None]:
    """
    Return ``(reason, wait)`` after a failed attempt; a ``wait`` of ``None`` means that a person has to look.

    :param attempts: counting the one that failed
    """
    match error:
        case Throttled():
            # Spread, or all who found the bucket empty would find it empty together again.
            seconds = error.retry_after or 0.0
            return str(error), timedelta(seconds=seconds + random.uniform(0.0, max(1.0, seconds)))
        case Retryable() if first_attempt_at is not None and out_of_patience(first_attempt_at, now):
            return f"Gave up after {attempts} attempts in {PATIENCE.days} days. {error}", None
        case Retryable():
            return str(error), delay(attempts, retry_after=error.retry_after)
        case BadPayload():
            reason = str(error)
        case Refused() | DeliveryError():
            return str(error), None
        case _:
            reason = f"Unexpected: {type(error).__name__}: {error}"
    if attempts >= TRIES_WHEN_PUZZLED:
        return reason, None
    return reason, delay(attempts)
