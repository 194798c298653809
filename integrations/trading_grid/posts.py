"""What a post of the grid says, read tolerantly: in which state it is, and which files it shows."""

from collections.abc import Mapping
from typing import Any

from integrations.errors import BadPayload
from integrations.payloads import text
from portal.publications.posts import PostContent


def id_of(post: Mapping[str, Any]) -> str:
    value = post.get("postId")
    found = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)
    if not found:
        raise BadPayload("Trading Grid sent a post without an id.")
    return found


def is_out(post: Mapping[str, Any]) -> bool:
    return post.get("status") == "PUBLISHED"


def state(post: Mapping[str, Any]) -> list[Any]:
    return [id_of(post), text(post.get("status")), str(post.get("revision")), text(post.get("updatedAt"))]


def assets(post: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    entries = post.get("assets")
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def entries(post: Mapping[str, Any]) -> set[tuple[str, str, str, str]]:
    """Return ``(file, version, sha1, name)`` of what a post shows."""
    return {
        (
            text(entry.get("assetId")),
            str(entry.get("assetVersion")),
            text(entry.get("sha1")).lower(),
            text(entry.get("fileName")),
        )
        for entry in assets(post)
        if entry.get("action") != "WITHDRAW"
    }


def told_files(post: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    return {(file, version, sha1) for file, version, sha1, _ in entries(post)}


def files(content: PostContent) -> set[tuple[str, str, str]]:
    return {(file.variant, str(file.version), file.sha1) for file in content.files}


def told_of(post: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a post tells about each file, as ``documents.Told``; entries that are not whole are left out."""
    told = {}
    for entry in assets(post):
        replaces = entry.get("replaces")
        values = {
            "version": entry.get("assetVersion"),
            "action": entry.get("action"),
            "replaces": replaces.get("assetVersion") if isinstance(replaces, dict) else None,
            "type": entry.get("referencedFileTypeCode"),
            "name": entry.get("fileName"),
        }
        if text(entry.get("assetId")) and all(values[name] for name in ("version", "action", "type", "name")):
            told[text(entry["assetId"])] = values
    return told
