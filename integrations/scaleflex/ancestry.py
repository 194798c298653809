"""How does a file stand among its versions? Asked when its uuid or its place is known under another one's name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.errors import BadPayload
from integrations.scaleflex import client
from integrations.scaleflex.config import Account
from integrations.scaleflex.schemas import moment, parse_file
from portal.catalog.facts import FileFact


def newest(project: Account, fact: FileFact) -> FileFact | str | None:
    """
    Ask the DAM whether a file is the newest of its versions. Needs no database.

    No document says in which order versions are listed, and restoring one makes an old uuid the newest again. So the
    one made and touched last is the newest, and where that does not tell, the one at the path: lists show no others.

    :returns: the fact with its ``previous_uuids``; or the uuid of the file that has its place; or ``None`` when no
        file is listed there, yet
    :raises DeliveryError: the DAM cannot be asked
    """
    versions = client.get_versions(project, fact.uuid)
    if not _came_last(fact.uuid, versions):
        holder = at(project, fact.path)
        if holder != fact.uuid:
            return holder
    return replace(
        fact,
        previous_uuids=tuple(version["uuid"] for version in versions if version["uuid"] != fact.uuid),
    )


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


def _came_last(uuid: str, versions: Sequence[dict[str, Any]]) -> bool:
    """Whether a version was made and touched after all others, by more than the DAM's clock of seconds can hide."""
    times: dict[str, tuple[datetime, datetime]] = {}
    for version in versions:
        try:
            times[version["uuid"]] = moment(version.get("created_at")), moment(version.get("modified_at"))
        except BadPayload:
            return False
    if uuid not in times:
        return False
    made, touched = times.pop(uuid)
    return all(made > other_made and touched > other_touched for other_made, other_touched in times.values())
