"""
Reading the directory in steps: a page of companies, a page of communities, one community's members, a page of
onboarding projects, the hub's users. Each step is whole and the place is kept after it: however large a network is, and
however slowly it answers, a reading comes to its end, and one that stops says where and why.

The place is ``SyncCursor.value``, empty between two readings:

``stage``   one of ``STAGES``;  ``next`` the page to read, ``None`` for the first;  ``page`` its number, from 1
``groups``  ``[id, how many members it says it has, name]`` of the communities whose members are still to be read
``notes``   what could not be used so far, for staff
``again``   something happened that this reading may have passed by already
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from integrations import cursors
from integrations.errors import BadOptions, BadPayload, Refused
from integrations.models import Connection, SyncCursor
from integrations.trading_grid import calls, directory, onboarding_sweep, subscriptions
from integrations.trading_grid.config import Account

NAME = "directory"
STAGES = ("companies", "communities", "members", "onboarding", "users")
#: Characters of notes that are kept; more would not be shown.
_MOST_NOTES = 500
#: What a name may take of the place, which is written with every step.
_NAME = 60


def ask(connection: Connection) -> None:
    """
    Let the directory be read as soon as may be; one that is being read is read once more after that.

    To be called before anything of the directory is changed in the same transaction: a step holds the place first, and
    then what it changes.
    """
    SyncCursor.objects.get_or_create(connection=connection, name=NAME)
    cursor = SyncCursor.objects.select_for_update(no_key=True).get(connection=connection, name=NAME)
    if cursor.value:
        cursor.value = {**cursor.value, "again": True}
    elif not cursor.failures:
        cursor.due_at = None
    cursor.save(update_fields=["value", "due_at"])


def step(company: Account, cursor: SyncCursor, clock: Callable[[], datetime]) -> bool:
    """
    Take one step of a reading, or begin one.

    :returns: whether there is more to do right away
    :raises DeliveryError: the step could not be taken; it is taken again at the same place
    """
    if cursor.value.get("stage") not in STAGES:
        cursors.begin(cursor, {"stage": STAGES[0]}, now=clock())
    reading = _Reading(company, dict(cursor.value), clock())
    with calls.in_one_go(directory.PATIENCE_SECONDS):
        done = reading.take()
    place = reading.place
    if place["stage"]:
        cursors.step(cursor, place, done=done, now=clock())
        return True
    cursor.done_count += done
    minutes = 0 if place.get("again") else company.options.directory_minutes
    cursors.finish(cursor, {}, now=clock(), again_in=timedelta(minutes=minutes), note=place.get("notes", ""))
    return False


class _Reading:
    """One reading at its place: ``take`` takes the step and moves ``place`` on; its stage is empty at the end."""

    def __init__(self, company: Account, place: dict[str, Any], now: datetime):
        self.place = place
        self._company = company
        self._connection = company.connection
        self._now = now

    def take(self) -> int:
        """Take the step; returns how many companies and communities were read."""
        match self.place["stage"]:
            case "companies":
                return self._paged(self._companies)
            case "communities":
                return self._paged(self._communities)
            case "members":
                self._members()
            case "onboarding":
                self._onboarding()
            case _:
                self._users()
                self._subscribe()
                self.place["stage"] = ""
        return 0

    def _paged(self, read: Callable[[str | None], tuple[int, str | None]]) -> int:
        following, page = self.place.get("next"), self.place.get("page", 1)
        if page > calls.MOST_PAGES:
            raise BadPayload(f"{calls.SERVICE} links its pages in a circle.")
        try:
            count, after = read(following)
        except (Refused, BadOptions):
            if following is None:
                raise
            # A place in the list that is not known any more: from its beginning, what was read changes nothing.
            self.place |= {"next": None, "page": 1, "groups": []}
            return 0
        self.place |= {"next": after, "page": page + 1}
        if after is None:
            self._go_on()
        return count

    def _companies(self, following: str | None) -> tuple[int, str | None]:
        told = directory.companies_page(self._company, following=following)
        directory.save_companies(self._connection, told.rows, now=self._now)
        self._note(told.notes)
        return len(told.rows), told.next

    def _communities(self, following: str | None) -> tuple[int, str | None]:
        told = directory.groups_page(self._company, following=following)
        directory.save_groups(self._connection, told.rows, now=self._now)
        self._note(told.notes)
        groups = [[group.id, group.member_count, group.name[:_NAME]] for group in told.rows]
        self.place["groups"] = [*self.place.get("groups", []), *groups]
        return len(told.rows), told.next

    def _members(self) -> None:
        if groups := self.place.get("groups"):
            group, count, name = groups[0]
            self.place["groups"] = groups[1:]
            self._note(self._members_of(group, count, name))
        if not self.place.get("groups"):
            self._go_on()

    def _members_of(self, group: str, count: int | None, name: str) -> list[str]:
        if not directory.hold_members(self._connection, group, wait=False):
            return []
        try:
            found = directory.members(self._company, group, count=count, name=name)
        except (Refused, BadPayload) as error:
            # One community that cannot be read must not keep the others waiting.
            return [f"{name}: {error}"]
        if found.companies is None:
            return [found.note]
        unknown = directory.set_members(self._connection, group, found.companies, now=self._now)
        return [f"{name}: the directory lacks its members {', '.join(unknown)}."] if unknown else []

    def _onboarding(self) -> None:
        after = None
        if onboarding_sweep.is_wanted(self._company) and self.place.get("page", 1) <= calls.MOST_PAGES:
            try:
                notes, after = onboarding_sweep.read_page(
                    self._company, following=self.place.get("next"), now=self._now
                )
            except (Refused, BadPayload) as error:
                notes = [f"The onboarding projects were not read: {error}"]
            self._note(notes)
        self.place |= {"next": after, "page": self.place.get("page", 1) + 1}
        if after is None:
            self._go_on()

    def _users(self) -> None:
        found, note = directory.users(self._company)
        if found is not None:
            directory.save_users(self._connection, found, now=self._now)
        self._note([note])

    def _subscribe(self) -> None:
        """Have events pushed to our webhook. Without it they are polled all the same."""
        options = self._company.options
        if not (options.subscribe and options.paths.get("subscriptions") and self._company.webhook_secret):
            return
        url = f"{settings.PORTAL_URL}/integrations/trading-grid/{self._connection.key}/webhook"
        try:
            subscriptions.keep(self._company, url=url, now=self._now)
        except (Refused, BadPayload) as error:
            self._note([f"Events are polled only: {error}"])

    def _go_on(self) -> None:
        """Go on to the next stage."""
        stage = STAGES[STAGES.index(self.place["stage"]) + 1]
        self.place |= {"stage": stage, "next": None, "page": 1}

    def _note(self, notes: Iterable[str]) -> None:
        said = " ".join(filter(None, [self.place.get("notes", ""), *notes]))
        self.place["notes"] = said[:_MOST_NOTES]
