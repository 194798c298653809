"""Dates as callers write them: a day, a moment, or a phrase such as ``3 days ago``."""

import re
from datetime import UTC, datetime, timedelta

from integrations.sandbox.scaleflex.project import MOMENT

_PHRASE = re.compile(r"(\d{1,5}) (second|minute|hour|day|week|month|year)s? ago", re.IGNORECASE)
_SECONDS = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604_800, "month": 2_629_800, "year": 31_557_600,
}  # fmt: skip


def day_or_moment(text: str, now: datetime) -> str:
    """
    Return the moment a text names, a day's first second for a day.

    :returns: ``2026-01-31T00:00:00Z``
    :raises ValueError: not a date
    """
    text = text.strip()
    if phrase := _PHRASE.fullmatch(text):
        moment = now - timedelta(seconds=int(phrase[1]) * _SECONDS[phrase[2].lower()])
    elif text.lower() in ("today", "now", "yesterday"):
        moment = now if text.lower() == "now" else now.replace(hour=0, minute=0, second=0)
        moment -= timedelta(days=text.lower() == "yesterday")
    elif re.fullmatch(r"\d{9,11}", text):
        moment = datetime.fromtimestamp(int(text), UTC)
    else:
        moment = _iso(text)
    return moment.strftime(MOMENT)


def end_of(text: str, now: datetime) -> str:
    """Like :func:`day_or_moment`, but the last second of a day."""
    moment = day_or_moment(text, now)
    if re.fullmatch(r"\d{4}-\d\d-\d\d|today|yesterday", text.strip().lower()):
        return moment[:10] + "T23:59:59Z"
    return moment


def _iso(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        # A plus sign of a zone arrives as a space when the caller did not encode it.
    except ValueError:
        try:
            moment = datetime.fromisoformat(re.sub(r" (\d\d:?\d\d)$", r"+\1", text))
        except ValueError:
            raise ValueError(
                f"{text!r} is not a date. Write 2026-01-31, a timestamp or '3 days ago'."
            ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
