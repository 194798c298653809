"""What the grid tells: thin events, stored once by their id whether pushed or polled, answered by reading anew."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from integrations import inbox
from integrations.errors import BadPayload
from integrations.inbox import Handler, Ignored, News, Result
from integrations.models import Connection, InboundEvent
from integrations.payloads import decode, storable, text
from integrations.trading_grid import directory
from integrations.trading_grid.config import Account, account

KIND = "event"
_MEMBERS = "community.member."
_OUR_OWN = {"community.post.published", "community.post.withdrawn"}


def event_of(body: bytes) -> dict[str, Any]:
    """
    Read a pushed event.

    :raises BadPayload: not an event; the text tells the caller
    """
    data = decode(body, source="The call")
    if not isinstance(data, dict):
        raise BadPayload("An event is a JSON object.")
    return data


def store_events(connection: Connection, events: Iterable[dict[str, Any]], *, now: datetime) -> None:
    """
    Store events that are not there yet.

    :raises BadPayload: one has no id or no type
    """
    news = []
    for event in events:
        identity, kind = text(event.get("id")), text(event.get("type"))
        if not identity or not kind:
            raise BadPayload("The event has no id or no type.")
        subject = text(event.get("subject")) or identity
        news.append(
            News(
                kind=KIND,
                subject=subject,
                dedupe_key=f"event:{identity}",
                # All changes of the directory are read as one, so they wait for each other; the rest need not.
                ordering_key="members" if kind.startswith(_MEMBERS) else f"event:{identity}",
                data=storable(
                    {"type": kind[:100], "sequence": event.get("sequence"), "data": event.get("data")}
                ),
            )
        )
    inbox.store(connection, news, now=now)


def work(*, connection: Connection, events: Sequence[InboundEvent], now: datetime) -> dict[int, Result]:
    """
    Work on events.

    :returns: results for ``inbox.Handler``
    """
    company = account(connection)
    results: dict[int, Result] = {}
    about_members = []
    for event in events:
        kind = event.data.get("type", "")
        if kind.startswith(_MEMBERS):
            about_members.append(event)
        elif kind in _OUR_OWN:
            results[event.pk] = Ignored("The grid repeats what we told it.")
        else:
            results[event.pk] = Ignored(f"{kind} concerns nothing the portal keeps.")
    if about_members:
        groups = [_community_of(company, event) for event in about_members]
        known = None if None in groups else [group for group in groups if group]
        directory.apply(connection, directory.fetch(company, only=known), now=now)
    return results


HANDLER = Handler(work=work, batch=50)


def _community_of(company: Account, event: InboundEvent) -> str | None:
    """Return the id of the community an event is about, ``None`` when its address does not tell."""
    data = event.data.get("data")
    href = data.get("href") if isinstance(data, dict) else None
    found = company.match(href, "community") if isinstance(href, str) else None
    return found.get("communityId") if found else None
