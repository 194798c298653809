"""How does a file stand among its versions? Asked when its uuid or its place is known under another one's name."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.errors import BadPayload
from integrations.scaleflex import client
from integrations.scaleflex.config import Account
from integrations.scaleflex.schemas import moment, parse_file
from portal.catalog.facts import FileFact

#: Places looked at for one file: its own and those its other versions had.
MOST_PLACES = 4


def newest(project: Account, fact: FileFact) -> FileFact | str | None:
    """
    Ask the DAM whether a file is the newest of its versions. Needs no database.

    No document says in which order versions are listed, and restoring one makes an old uuid the newest again. So the
    one made and touched last is the newest, and where that does not tell, the one that lies at a place of the file:
    lists show no others.

    :returns: the fact with its ``previous_uuids``; or the uuid of the version that is the newest; or ``None`` when the
        DAM does not tell, yet
    :raises DeliveryError: the DAM cannot be asked
    """
    versions = client.get_versions(project, fact.uuid)
    last = _last(versions)
    if last != fact.uuid:
        holder = _holder(project, fact, versions)
        # A version that was renamed and replaced at once may lie at a place that none of those we read has.
        if holder != fact.uuid:
            return holder or last
    return replace(
        fact,
        previous_uuids=tuple(version["uuid"] for version in versions if version["uuid"] != fact.uuid),
    )


def _holder(project: Account, fact: FileFact, versions: Sequence[dict[str, Any]]) -> str | None:
    """Return which of the versions lies at one of their places."""
    places = [fact.path]
    for version in versions:
        with suppress(BadPayload):
            places.append(parse_file(version).path)
    uuids = {version["uuid"] for version in versions} | {fact.uuid}
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
