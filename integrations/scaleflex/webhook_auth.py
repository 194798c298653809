"""
Is this call from our DAM, and what is it about?

Source: the vendor's page on webhooks: Basic authentication, a bearer token, or fixed headers; no signature, no
published body. So a call is a hint, and the uuid is looked for wherever it was seen or may be.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations import connections
from integrations.errors import BadPayload
from integrations.models import Connection
from integrations.options import read
from integrations.payloads import decode_leniently
from integrations.scaleflex.config import Options
from integrations.scaleflex.schemas import moment

MOST_FILES = 1000


def is_authentic(connection: Connection, headers: Mapping[str, str]) -> bool:
    """Return whether the call proves to know the connection's secret; takes the same time for every wrong one."""
    options = read(Options, connection.options)
    secrets = connections.credentials(connection)
    match options.webhook_auth:
        case "basic":
            wanted = _basic(secrets.get("webhook_user", ""), secrets.get("webhook_password", ""))
            given = _decoded(headers.get("Authorization", ""), "basic")
        case "bearer":
            wanted = secrets.get("webhook_token", "").encode()
            scheme, _, token = headers.get("Authorization", "").partition(" ")
            given = token.strip().encode("utf-8", "surrogateescape") if scheme.lower() == "bearer" else b""
        case _:
            wanted = secrets.get("webhook_secret", "").encode()
            given = headers.get(options.webhook_header, "").encode("utf-8", "surrogateescape")
    return bool(wanted) and hmac.compare_digest(wanted, given)


def _basic(user: str, password: str) -> bytes:
    return f"{user}:{password}".encode() if password else b""


def _decoded(header: str, wanted: str) -> bytes:
    scheme, _, token = header.partition(" ")
    try:
        return base64.b64decode(token.strip(), validate=True) if scheme.lower() == wanted else b""
    except (binascii.Error, ValueError):
        return b""


def uuids_in(body: bytes) -> list[str]:
    """
    Return the uuids of the files a call is about, without repetition.

    :raises BadPayload: not JSON, or no uuid where one may be; the text tells the caller
    """
    data, _ = decode_leniently(body, source="The call")
    found: dict[str, None] = {}
    for entry in _candidates(data):
        uuid = entry.get("uuid") if isinstance(entry, dict) else entry
        if isinstance(uuid, str) and uuid.isascii() and uuid.isprintable() and 6 <= len(uuid) <= 64:
            found[uuid] = None
    if not found:
        raise BadPayload(
            "No file is named. We look for file.uuid, files[].uuid, asset.uuid, assets[].uuid, file_uuid, "
            "files_uuids[] and uuid."
        )
    if len(found) > MOST_FILES:
        raise BadPayload(f"More than {MOST_FILES} files in one call. Send them in several.")
    return list(found)


def modified_in(body: bytes, uuid: str) -> datetime | None:
    """Return when a call says that a file was changed, by the DAM's clock; ``None`` when it does not."""
    try:
        data, _ = decode_leniently(body, source="The call")
        for entry in _candidates(data):
            if isinstance(entry, dict) and entry.get("uuid") == uuid:
                return moment(entry.get("modified_at"))
        return (
            moment(data.get("modified_at")) if isinstance(data, dict) and data.get("uuid") == uuid else None
        )
    except BadPayload:
        return None


def _candidates(data: Any) -> list[Any]:
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        return []
    # An envelope around all of it was seen with other products of the vendor.
    for envelope in ("data", "payload"):
        inner = data.get(envelope)
        if isinstance(inner, dict | list) and not {"file", "files", "asset", "uuid"} & data.keys():
            # One envelope: whoever sends a thousand, one in the other, is not the vendor.
            return inner if isinstance(inner, list) else _named(inner)
    return _named(data)


def _named(data: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    for name in ("file", "asset", "file_uuid"):
        found.append(data.get(name))
    for name in ("files", "assets", "files_uuids"):
        entries = data.get(name)
        found.extend(entries if isinstance(entries, list) else [])
    if not any(found):
        found.append(data.get("uuid"))
    return [entry for entry in found if entry]
