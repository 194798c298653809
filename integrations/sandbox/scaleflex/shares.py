"""Shareboxes: assets shared with outsiders, with password, start and end."""

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from integrations.sandbox.scaleflex import files_store
from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, not_found
from integrations.sandbox.scaleflex.words import dumps

PERMISSIONS = ("READ", "READ+DOWNLOAD")


def create(call: Call) -> dict[str, Any]:
    """
    ``POST /shares``: returns the public id.

    Times are minute-precision texts without zone, plus a zone's name, as the vendor's widget sends them.
    """
    body = call.body
    items = [call.file(uuid)["uuid"] for uuid in call.texts("items")]
    if not items:
        raise bad_request("items must name files.")
    if body.get("permissions", "READ") not in PERMISSIONS:
        raise bad_request(f"permissions may be {' or '.join(PERMISSIONS)}.")
    auth = body.get("auth") or {}
    data = {
        "title": str(body.get("title") or ""),
        "description": str(body.get("description") or ""),
        "items": items,
        "permissions": body.get("permissions", "READ"),
        "starts_at": _moment(body, "starts"),
        "expires_at": _moment(body, "expires"),
        "password": str(auth.get("pass") or "") if isinstance(auth, dict) else "",
    }
    puid = secrets.token_urlsafe(12)
    with call.project.write() as connection:
        connection.execute("INSERT INTO shares VALUES (?, ?)", (puid, dumps(data)))
    return {"share": {"puid": puid}}


def _moment(body: dict[str, Any], name: str) -> str | None:
    text = body.get(f"{name}_at")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
        zone = ZoneInfo(str(body.get(f"{name}_tz") or "UTC"))
    except (ValueError, ZoneInfoNotFoundError):
        raise bad_request(f"{name}_at must be a time and {name}_tz the name of a zone.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def read(call: Call, puid: str) -> dict[str, Any]:
    """``GET /share/{puid}?password=``, without a key: 401 when the password is wrong or missing."""
    stored = call.project.db.value("SELECT data FROM shares WHERE puid = ?", (puid,))
    if stored is None:
        raise not_found("The share", "SHARE_NOT_FOUND")
    data, now = orjson.loads(stored), call.project.clock.now()
    if data["starts_at"] and now < datetime.fromisoformat(data["starts_at"]):
        raise ApiError(403, "SHARE_NOT_STARTED", "This share has not started yet.")
    if data["expires_at"] and now >= datetime.fromisoformat(data["expires_at"]):
        raise ApiError(403, "SHARE_EXPIRED", "This share has expired.")
    if data["password"] and not secrets.compare_digest(
        data["password"].encode(), (call.args.get("password") or "").encode()
    ):
        raise ApiError(401, "PASSWORD_REQUIRED", "The password is wrong or missing.")
    rows = [files_store.find(call.project, uuid) for uuid in data["items"]]
    return {
        "share": {"puid": puid, **{name: data[name] for name in ("title", "description", "permissions")}},
        "files": [call.renderer.file(row) for row in rows if row],
        "folders": [],
    }


ROUTES = [Route("POST", "/shares", "OBJECTS_SHARE_MANAGE", create)]
PUBLIC_ROUTES = [Route("GET", "/share/<puid>", None, read, needs_key=False)]
