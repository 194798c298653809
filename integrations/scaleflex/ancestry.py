"""How does a file stand among its versions? Asked when its uuid or its place is known under another one's name."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.errors import BadPayload, Refused
from integrations.scaleflex import client
from integrations.scaleflex.client import FileMissing
from integrations.scaleflex.config import Account
from integrations.scaleflex.schemas import moment, parse_file
from portal.catalog.facts import FileFact

logger = logging.getLogger(__name__)

#: A new version ends a request that was open for the one before it.
_RESET = {"RESET"}
#: Places looked at for one file: its own and those its other versions had.
MOST_PLACES = 4


def newest(project: Account, fact: FileFact) -> FileFact | str | None:
    """
    Ask the DAM whether a file is the newest of its versions. Needs no database.

    No document says in which order versions are listed, and restoring one makes an old uuid the newest again. So the
    one made and touched last is the newest, and where that does not tell, the one that lies at a place of the file:
    lists show no others.

    :returns: the fact with its ``previous_uuids``, and with ``once_approved`` when it is not approved; or the uuid of
        the version that is the newest; or ``None`` when the DAM does not tell, yet
    :raises DeliveryError: the DAM cannot be asked
    """
    versions = client.get_versions(project, fact.uuid)
    last = _newest_of(project, fact.uuid, fact.path, versions)
    if last != fact.uuid:
        return last
    older = tuple(version["uuid"] for version in versions if version["uuid"] != fact.uuid)
    once = None if fact.approved else once_approved(project, fact.uuid) if older else ()
    return replace(fact, previous_uuids=older, once_approved=once)


def newest_of(project: Account, uuid: str, path: str) -> str | None:
    """
    Return the uuid of the newest version of a file that lies at a path, ``None`` when the DAM does not tell, yet.

    :raises DeliveryError: the DAM cannot be asked
    """
    return _newest_of(project, uuid, path, client.get_versions(project, uuid))


def _newest_of(project: Account, uuid: str, path: str, versions: Sequence[dict[str, Any]]) -> str | None:
    last = _last(versions)
    if last == uuid:
        return uuid
    # A version that was renamed and replaced at once may lie at a place that none of those we read has.
    return _holder(project, uuid, path, versions) or last


def once_approved(project: Account, uuid: str) -> tuple[str, ...]:
    """
    Return the uuids of a file's versions that the DAM remembers as approved at some time; of a DAM that does not tell,
    none: its present word counts.

    :raises DeliveryError: the DAM cannot be asked

    Source: the actions of the vendor's history are known from its widget, what stands beside them is not. So any of the
    words for "approved" beside ``APPROVAL_ENDED`` counts, for the version it names or else for the one asked about; and
    so does an end without a beginning: that version came with the approval of the one before it.
    """
    try:
        changes = client.get_changes(project, uuid)
    except FileMissing:
        raise
    except Refused as error:
        logger.info("connection %s tells no history: %s", project.connection.key, error)
        return ()
    words = set(project.options.approved_words)
    begun: set[str] = set()
    ended: dict[str, None] = {}
    for change in reversed(changes):
        about = change.get("file_uuid") if isinstance(change.get("file_uuid"), str) else uuid
        texts = set(_texts(change))
        if change.get("action") == "APPROVAL_CREATED":
            begun.add(about)
        elif change.get("action") != "APPROVAL_ENDED" or texts & _RESET:
            continue
        elif texts & words or about not in begun:
            ended[about] = None
    return tuple(ended)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _texts(entry)


def _holder(project: Account, uuid: str, path: str, versions: Sequence[dict[str, Any]]) -> str | None:
    """Return which of the versions lies at one of their places."""
    places = [path]
    for version in versions:
        with suppress(BadPayload):
            places.append(parse_file(version).path)
    uuids = {version["uuid"] for version in versions} | {uuid}
    for place in list(dict.fromkeys(places))[:MOST_PLACES]:
        if (holder := at(project, place)) in uuids:
            return holder
    return None


def at(project: Account, path: str) -> str | None:
    """
    Return the uuid of the file that lies at a path now, ``None`` when there is none.

    :raises DeliveryError: the DAM cannot be asked
    """
    folder, name = path.rsplit("/", 1)
    words = name.replace('"', " ").replace("\\", " ")
    page = client.list_files(project, limit=100, offset=0, folder=folder or "/", q=f'"{words}"')
    for data in page.files:
        try:
            file = parse_file(data)
        except BadPayload:
            continue
        if file.path == path:
            return file.uuid
    return None


def _last(versions: Sequence[dict[str, Any]]) -> str | None:
    """Return the version made and touched after all others, by more than the DAM's clock of seconds can hide."""
    times: dict[str, tuple[datetime, datetime]] = {}
    for version in versions:
        try:
            times[version["uuid"]] = moment(version.get("created_at")), moment(version.get("modified_at"))
        except BadPayload:
            return None
    if not times:
        return None
    uuid = max(times, key=lambda key: times[key])
    made, touched = times.pop(uuid)
    after_all = all(made > other and touched > touched_then for other, touched_then in times.values())
    return uuid if after_all else None
