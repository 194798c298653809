"""
What staff find on their first page: what needs a person, what is under way, and what happened lately.

Any app adds its own lines, beside its admin classes, without being imported from here::

    from portal.core import today

    @today.register
    def parked_messages(now):
        if count := selectors.count_parked():
            yield today.Matter(
                title=ngettext("One message is parked", "%(count)d messages are parked", count) % {"count": count},
                detail=_("They wait for somebody to look at the reason."),
                url=reverse("admin:integrations_outboxmessage_changelist") + "?state=parked",
                action=_("Look"),
                tone="bad",
                icon="inbox",
            )

A function that has nothing to say yields nothing. It runs on every visit of the page: one cheap query each.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

TONES = ("bad", "warn", "info", "plan", "ok", "mute")


@dataclass(frozen=True)
class Matter:
    """
    Something that waits for a person.

    ``title``   one sentence, with the count in it
    ``action``  what the link says: a verb
    ``tone``    of ``TONES``: bad is looked at first; ``icon`` of the sprite
    """

    title: str
    url: str
    action: str
    detail: str = ""
    tone: str = "warn"
    icon: str = "triangle"


@dataclass(frozen=True)
class Progress:
    """
    Work under way that people wait for.

    ``done``, ``total``  of whatever is counted; ``total`` is ``None`` while nobody knows
    ``per_second``       how fast it has been, ``None`` while too little is done to tell
    """

    title: str
    done: int
    total: int | None
    url: str = ""
    detail: str = ""
    per_second: float | None = None

    @property
    def percent(self) -> int | None:
        """Whole percent, never 100 before it is done; ``None`` when the total is unknown."""
        if not self.total:
            return None
        return 100 if self.done >= self.total else min(99, self.done * 100 // self.total)

    @property
    def seconds_left(self) -> int | None:
        """At the speed so far; ``None`` when that cannot be told."""
        if not self.per_second or not self.total:
            return None
        return max(0, round((self.total - self.done) / self.per_second))


@dataclass(frozen=True)
class Note:
    """Something that happened; shown newest first. ``url`` may be empty."""

    text: str
    at: datetime
    url: str = ""
    tone: str = "mute"
    icon: str = "clock"


Line = Matter | Progress | Note
Teller = Callable[[datetime], Iterable[Line]]
_T = TypeVar("_T", bound=Teller)
_tellers: list[Teller] = []


def register(teller: _T) -> _T:
    """Ask this function for lines whenever the page is shown. Usable as a decorator."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


@dataclass
class Today:
    """``matters`` the worst first, ``running`` in the order of the tellers, ``notes`` newest first."""

    matters: list[Matter] = field(default_factory=list)
    running: list[Progress] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def collect(*, now: datetime, notes: int = 12) -> Today:
    """Ask everybody and sort what they say."""
    page = Today()
    for teller in _tellers:
        for line in teller(now):
            if isinstance(line, Matter):
                page.matters.append(line)
            elif isinstance(line, Progress):
                page.running.append(line)
            else:
                page.notes.append(line)
    page.matters.sort(key=lambda matter: TONES.index(matter.tone))
    page.notes = sorted(page.notes, key=lambda note: note.at, reverse=True)[:notes]
    return page
