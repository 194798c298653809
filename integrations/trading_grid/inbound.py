"""What the grid tells: thin events, stored once by their id whether pushed or polled, answered by reading anew."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from integrations import inbox
from integrations.errors import BadPayload, DeliveryError
from integrations.inbox import Handler, Ignored, News, Remark, Result
from integrations.models import Connection, InboundEvent
from integrations.payloads import decode, storable, text
from integrations.trading_grid import directory, directory_walk
from integrations.trading_grid import events as reading
from integrations.trading_grid.calls import Missing
from integrations.trading_grid.config import Account, account
from integrations.trading_grid.events import Topic

KIND = "event"
#: News of things the portal has no place of its own for yet: each is read and kept with its event.
RESOURCE = "resource"
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


def store_events(connection: Connection, told: Iterable[dict[str, Any]], *, now: datetime) -> None:
    """
    Store events that are not there yet.

    :raises BadPayload: one has no id or no type
    """
    news = []
    for data in told:
        found = reading.event(data)
        news.append(
            News(
                kind=RESOURCE if reading.topic_of(found.type) else KIND,
                subject=text(data.get("subject")) or found.id,
                dedupe_key=f"event:{found.id}",
                # All changes of the directory are read as one, so they wait for each other; the rest need not.
                ordering_key="members" if found.type.startswith(_MEMBERS) else f"event:{found.id}",
                data=storable(
                    {
                        "id": found.id,
                        "type": found.type,
                        "sequence": found.sequence,
                        "time": found.at.isoformat() if found.at else None,
                        "data": data.get("data"),
                    }
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
    for row in events:
        kind = row.data.get("type", "")
        if kind.startswith(_MEMBERS):
            about_members.append(row)
        elif kind in _OUR_OWN:
            results[row.pk] = Ignored("The grid repeats what we told it.")
        else:
            results[row.pk] = _kept(company, row, now)
    if about_members:
        results |= _members(company, about_members, now)
    return results


HANDLER = Handler(work=work, batch=50)
#: Each of these calls the grid, so each is an attempt of its own.
RESOURCE_HANDLER = Handler(work=work, batch=1)


def _members(company: Account, rows: Sequence[InboundEvent], now: datetime) -> dict[int, Result]:
    """
    Read anew who is in the communities these events are about.

    Who a company is that nobody has told of, and what an event is about that does not say it, only the whole directory
    tells; that is read in steps of its own.
    """
    connection = company.connection
    groups = {row.pk: _community_of(company, row) for row in rows}
    told: dict[str, list[str]] = {}
    for group in dict.fromkeys(filter(None, groups.values())):
        if directory.community_of(connection, group) is not None:
            directory.hold_members(connection, group, wait=True)
            found = directory.members_now(company, group)
            if found.companies is not None:
                told[group] = found.companies
    known = directory.references_to(connection, "partner", {each for ids in told.values() for each in ids})
    strange = {
        pk for pk, group in groups.items() if group not in told or not known.keys() >= set(told[group])
    }
    # A membership that was changed may be a company that was: suspended, for one.
    if strange or any(row.data["type"].endswith(".updated") for row in rows):
        directory_walk.ask(connection)
    for group, companies in told.items():
        directory.set_members(connection, group, companies, now=now)
    return {pk: Remark("The whole directory is read for it.") for pk in strange}


def _kept(company: Account, row: InboundEvent, now: datetime) -> Result:
    """Read what an event is about and keep it with the event; nothing the grid says about a partner is dropped."""
    kind = row.data.get("type", "")
    topic = reading.topic_of(kind)
    if topic is None:
        return Ignored(f"{kind} concerns nothing the portal keeps.")
    carrier = company.options.carriers[topic.carrier]
    if carrier != "rest":
        return Ignored(f"{topic.carrier} are {carrier} for this connection; see its option carriers.")
    try:
        return _read(company, topic, row, now)
    except DeliveryError as error:
        return error


def _read(company: Account, topic: Topic, row: InboundEvent, now: datetime) -> Result:
    # Of rows from before ids were stored, the key tells it.
    told = reading.event({"id": row.dedupe_key.removeprefix("event:"), **row.data})
    args = company.match(told.href, topic.endpoint, whole=True) if topic.endpoint else {}
    about = f"{topic.name.capitalize()} {told.resource_id or row.subject}"
    if args is None:
        return Remark(
            f"{about}: its address is none of the tenant's paths, so only the event itself is kept."
        )
    try:
        found = topic.read(company, {name: args[name] for name in args if name != "companyId"}, told, now)
    except Missing:
        return Remark(f"{about} is not there any more; only the event itself is kept.")
    if found is None:
        return Remark(f"{about} was not found; only the event itself is kept.")
    kept = {**row.data, "read": storable(found.snapshot), "read_at": now.isoformat()}
    more = " Kept here; the portal has no page for it yet." if topic.is_kept else ""
    return Remark(f"{about}: {found.sentence}{more}", kept)


def _community_of(company: Account, row: InboundEvent) -> str | None:
    """Return the id of the community an event is about, ``None`` when its address does not tell."""
    data = row.data.get("data")
    href = data.get("href") if isinstance(data, dict) else None
    found = company.match(href, "community") if isinstance(href, str) else None
    return found.get("communityId") if found else None
