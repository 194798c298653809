"""
The file object of the DAM, read tolerantly.

Source: Filerobot file API, "List and search files" and "Get file details"; the variations are those its official
clients and one third-party client's recorded answers show. What we rely on is checked, the rest may be missing.
"""

import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.errors import BadPayload
from integrations.payloads import text

_UUID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{5,63}")
_SHA1 = re.compile(r"[0-9a-f]{40}")
LONGEST_PATH = 2000
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """
    One version of one file as the DAM tells it.

    ==============  ==============================================================================
    uuid            names this version; replacing the file gives a new one
    path            ``/folder/name``; survives a new version, not a move
    sha1            40 hex digits, lower case
    size            bytes
    media_type      ``image/jpeg``, lower case; ``extension`` likewise, without a dot
    width, height   pixels, ``None`` for anything without
    duration        seconds, ``None`` for anything without
    modified_at     aware; the DAM moves it with every change, its own processing included
    approval        the DAM's word, upper case, empty when nobody was asked
    meta            ``{key: text | number | bool | None | list | {variant: value}}``
    tags            their names in every language, without repetition
    labels          names where the answer has them, else ids (``#lb...``)
    product_ref     empty when there is none
    ==============  ==============================================================================
    """

    uuid: str
    path: str
    sha1: str
    size: int
    media_type: str
    extension: str
    width: int | None
    height: int | None
    duration: float | None
    modified_at: datetime
    approval: str
    meta: Mapping[str, Any]
    tags: tuple[str, ...]
    labels: tuple[str, ...]
    product_ref: str

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]

    @property
    def folder(self) -> str:
        return self.path.rsplit("/", 1)[0] or "/"


def parse_file(data: Any) -> RemoteFile:
    """
    Read one file object of a list, a detail or a versions answer.

    :raises BadPayload: something we rely on is missing or of another kind; the text names it
    """
    if not isinstance(data, dict):
        raise BadPayload("The file is not an object.")
    uuid = data.get("uuid")
    if not isinstance(uuid, str) or not _UUID.fullmatch(uuid):
        raise BadPayload("The file has no usable uuid.")
    path = _path(data)
    info = data.get("info")
    info = info if isinstance(info, dict) else {}
    extension = _extension(data, path)
    return RemoteFile(
        uuid=uuid,
        path=path,
        sha1=_sha1(data.get("hash")),
        size=_size(data.get("size")),
        media_type=_media_type(data, extension),
        extension=extension,
        width=_pixels(info.get("img_w")) or _pixels(info.get("video_w")),
        height=_pixels(info.get("img_h")) or _pixels(info.get("video_h")),
        duration=_seconds(info.get("video_duration")) or _seconds(info.get("duration")),
        modified_at=moment(data.get("modified_at") or data.get("updated_at") or data.get("created_at")),
        approval=_approval(data.get("approval")),
        meta=_meta(data.get("meta")),
        tags=_tags(data.get("tags")),
        labels=_labels(data.get("labels")),
        product_ref=_product(data.get("product")),
    )


def _path(data: dict[str, Any]) -> str:
    url = data.get("url")
    path = url.get("path") if isinstance(url, dict) else None
    if not isinstance(path, str) or "/" not in path:
        folder, name = data.get("folder"), data.get("name")
        folder = folder.get("name") if isinstance(folder, dict) else folder
        if not isinstance(folder, str) or not isinstance(name, str):
            raise BadPayload("The file has no path.")
        path = f"{folder}/{name}"
    # A folder's name is its whole path, with or without a slash at either end.
    path = re.sub("/{2,}", "/", f"/{path}")
    name = path.rsplit("/", 1)[1]
    if not name or "\x00" in path or not _encodable(path):
        raise BadPayload("The file's path cannot be used.")
    if len(path) > LONGEST_PATH or len(name) > LONGEST_NAME:
        raise BadPayload(f"The file's name or path is too long ({len(name)} and {len(path)} characters).")
    return path


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sha1(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("sha1")
    if not isinstance(value, str) or not _SHA1.fullmatch(value := value.lower()):
        raise BadPayload("The file has no SHA-1.")
    return value


def _size(value: Any) -> int:
    if isinstance(value, dict):
        value = value.get("bytes")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value < 2**62
        or value != int(value)
    ):
        raise BadPayload("The file has no size in bytes.")
    return int(value)


def _pixels(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**31:
        return None
    return int(value)


def _seconds(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e7:
        return None
    return float(value)


def moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise BadPayload("The file does not say when it was changed.")
    try:
        moment = datetime.fromisoformat(value)
        # Folders were seen without a zone; the vendor's times are UTC.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadPayload("The time of the file's last change cannot be read.") from None


def _extension(data: dict[str, Any], path: str) -> str:
    value = data.get("extension")
    if not isinstance(value, str) or not value:
        _, dot, value = path.rsplit("/", 1)[1].rpartition(".")
        value = value if dot else ""
    return text(value).lower()[:20] if _encodable(value) else ""


def _media_type(data: dict[str, Any], extension: str) -> str:
    for name in ("type", "mime"):
        value = data.get(name)
        # One client's notes call ``type`` a category such as "image".
        if isinstance(value, str) and "/" in value and len(value) <= 100 and _encodable(value):
            return text(value).partition(";")[0].strip().lower()
    return mimetypes.types_map.get(f".{extension}", "application/octet-stream")


def _approval(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("latest")
    return text(value).strip().upper()[:40] if isinstance(value, str) and _encodable(value) else ""


def _meta(value: Any) -> Mapping[str, Any]:
    if value is None or value == []:
        return {}
    if not isinstance(value, dict):
        raise BadPayload("The file's metadata is not an object.")
    return value


def _tags(value: Any) -> tuple[str, ...]:
    """Names from ``{lang: [{"label", "sid"}]}``, ``{lang: {...}}``, ``{lang: [sid]}`` or a plain list."""
    found: dict[str, None] = {}
    waiting = list(value.values()) if isinstance(value, dict) else [value]
    for entry in waiting:
        for tag in entry if isinstance(entry, list) else [entry]:
            name = tag.get("label") or tag.get("sid") if isinstance(tag, dict) else tag
            if isinstance(name, str) and (name := text(name).strip()[:200]) and _encodable(name):
                found[name] = None
    return tuple(found)


def _labels(value: Any) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for label in value if isinstance(value, list) else ():
        name = label.get("name") or label.get("sid") if isinstance(label, dict) else label
        if isinstance(name, str) and (name := text(name).strip()[:200]) and _encodable(name):
            found[name] = None
    return tuple(found)


def _product(value: Any) -> str:
    reference = value.get("ref") if isinstance(value, dict) else None
    return text(reference)[:200] if isinstance(reference, str) and _encodable(reference) else ""


@dataclass(frozen=True)
class MetadataModel:
    """
    What the project's settings say about metadata.

    ``expiry_key``  the field that holds the end of rights, ``None`` when no field is marked so
    ``values``      internal id of a selection -> its API value
    ``variants``    internal id of a regional variant -> its API value, such as ``en``
    """

    expiry_key: str | None = None
    values: Mapping[str, str] = None  # type: ignore[assignment]
    variants: Mapping[str, str] = None  # type: ignore[assignment]

    @classmethod
    def from_json(cls, data: Any) -> "MetadataModel":
        """Read ``metadata`` of the settings answer; what is not as expected is passed over."""
        expiry: str | None = None
        values: dict[str, str] = {}
        variants: dict[str, str] = {}
        for part in _entries(data, "model"):
            if part.get("applies_to", "FILES") != "FILES":
                continue
            for group in _entries(part, "groups"):
                for entry in _entries(group, "fields"):
                    if entry.get("mapping") == "license.s1:expiration_date" and isinstance(
                        entry.get("key"), str
                    ):
                        expiry = expiry or entry["key"]
                    _collect(values, _entries(entry, "possible_values"))
        for group in _entries(
            data.get("store") if isinstance(data, dict) else None, "regional_variants_groups"
        ):
            _collect(variants, _entries(group, "variants"))
        return cls(expiry_key=expiry, values=values, variants=variants)


def _entries(data: Any, name: str) -> list[dict[str, Any]]:
    found = data.get(name) if isinstance(data, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _collect(target: dict[str, str], entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        internal, api = entry.get("internal_unique_value"), entry.get("api_value")
        if isinstance(internal, str) and isinstance(api, str):
            target[internal] = api
