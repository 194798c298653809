"""
Comments on a file.

The ``text`` of a comment is itself a JSON text (body, shapes, parentId, resolved), as the vendor's
widget writes and reads it; it is kept as it came.
"""

import uuid as uuid_module
from typing import Any

import orjson

from integrations.sandbox.scaleflex import events
from integrations.sandbox.scaleflex.call import FILE, Call, Route
from integrations.sandbox.scaleflex.errors import bad_request, not_found
from integrations.sandbox.scaleflex.render import OWNER
from integrations.sandbox.scaleflex.words import dumps

LONGEST = 20_000


def list_comments(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /file/{uuid}/comments``, oldest first."""
    rows = call.project.db.all(
        "SELECT * FROM comments WHERE asset = ? ORDER BY added_at, rowid", (call.file(uuid)["asset"],)
    )
    return {"comments": [_json(row) for row in rows]}


def add(call: Call, uuid: str) -> dict[str, Any]:
    """``POST /file/{uuid}/comments`` with ``{"text": str}``."""
    row = call.file(uuid)
    comment = str(uuid_module.uuid4())
    with call.project.write() as connection:
        connection.execute(
            "INSERT INTO comments VALUES (?, ?, ?, ?, ?)",
            (
                comment,
                row["asset"],
                _text(call),
                call.project.moment(),
                dumps({"likes": [], "subscribes": []}),
            ),
        )
    events.record(call.project, row, "H_COMMENT_ADDED", {"comment_uuid": comment})
    return _answer(call, comment)


def change(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /file/{uuid}/comments`` with ``{"uuid", "text"}``."""
    row, comment = call.file(uuid), call.text("uuid")
    with call.project.write() as connection:
        changed = connection.execute(
            "UPDATE comments SET text = ? WHERE uuid = ? AND asset = ?", (_text(call), comment, row["asset"])
        ).rowcount
    if not changed:
        raise not_found("The comment", "COMMENT_NOT_FOUND")
    events.record(call.project, row, "H_COMMENT_CHANGED", {"comment_uuid": comment})
    return _answer(call, comment)


def delete(call: Call, uuid: str) -> dict[str, Any]:
    """``DELETE /file/{uuid}/comments`` with ``{"uuid"}``."""
    row, comment = call.file(uuid), call.text("uuid")
    with call.project.write() as connection:
        gone = connection.execute(
            "DELETE FROM comments WHERE uuid = ? AND asset = ?", (comment, row["asset"])
        ).rowcount
    if not gone:
        raise not_found("The comment", "COMMENT_NOT_FOUND")
    events.record(call.project, row, "H_COMMENT_DELETED", {"comment_uuid": comment})
    return {"comment_uuid": comment}


def _text(call: Call) -> str:
    text = call.body.get("text")
    if isinstance(text, dict):
        text = dumps(text)
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise bad_request(f"text must be a text of at most {LONGEST} characters.")
    return text


def _answer(call: Call, comment: str) -> dict[str, Any]:
    row = call.project.db.one("SELECT * FROM comments WHERE uuid = ?", (comment,))
    return {"comment": _json(row)}


def _json(row: Any) -> dict[str, Any]:
    return {
        "uuid": row["uuid"],
        "text": row["text"],
        "added_at": row["added_at"],
        "user": OWNER,
        "meta": orjson.loads(row["meta"]),
    }


ROUTES = [
    Route("GET", f"/{FILE}/<uuid>/comments", "OBJECTS_FETCH", list_comments),
    Route("POST", f"/{FILE}/<uuid>/comments", "FILE_META_CHANGE", add),
    Route("PUT", f"/{FILE}/<uuid>/comments", "FILE_META_CHANGE", change),
    Route("DELETE", f"/{FILE}/<uuid>/comments", "FILE_META_CHANGE", delete),
]
