"""Bulk changes: prepared, then applied."""

import sqlite3
import uuid as uuid_module
from typing import Any

import orjson

from integrations.sandbox.scaleflex import files_store, metadata_model, tagging
from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, not_found
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.words import dumps

TYPES = ("tags.add", "tags.del", "meta.replace")


def prepare(call: Call) -> dict[str, Any]:
    """``PUT /bulk/prepare``: checked and kept, nothing changed yet."""
    bulk = call.body.get("bulk")
    target = bulk.get("target") if isinstance(bulk, dict) else None
    if not isinstance(bulk, dict) or not isinstance(target, dict):
        raise bad_request("bulk.target must be an object.")
    uuids = call.texts("files_uuids", target)
    changes = bulk.get("changes")
    if not uuids or not isinstance(changes, list) or not changes:
        raise bad_request("bulk needs target.files_uuids and changes.")
    for change in changes:
        _check(call.project, change)
    for uuid in uuids:
        call.file(uuid)
    bulk_uuid = str(uuid_module.uuid4())
    with call.project.write() as connection:
        connection.execute(
            "INSERT INTO tasks VALUES (?, 'bulk', 'PREPARED', ?, NULL)",
            (bulk_uuid, dumps({"uuids": uuids, "changes": changes})),
        )
    return {"bulk_uuid": bulk_uuid}


def _check(project: Project, change: Any) -> None:
    if not isinstance(change, dict) or change.get("type") not in TYPES:
        raise bad_request(f"A change's type may be {', '.join(TYPES)}.")
    if change["type"] == "meta.replace":
        if not isinstance(change.get("key"), str):
            raise bad_request("meta.replace needs a key.")
        metadata_model.to_stored(project, {change["key"]: change.get("value")})
    elif not isinstance(change.get("value"), str | list | dict):
        raise bad_request(f"{change['type']} needs a value.")


def apply(call: Call, uuid: str) -> dict[str, Any]:
    """``POST /bulk/{uuid}/apply``: at once, or after the delay that a switch sets; applying twice is no error."""
    row = call.project.db.one("SELECT * FROM tasks WHERE id = ? AND kind = 'bulk'", (uuid,))
    if row is None:
        raise not_found("The bulk change", "BULK_NOT_FOUND")
    if row["status"] == "PREPARED":
        with call.project.write() as connection:
            connection.execute("UPDATE tasks SET status = 'RUNNING' WHERE id = ?", (uuid,))
        call.timers.after(call.project.switches["bulk_delay_seconds"], "bulk", uuid)
    return {
        "bulk_uuid": uuid,
        "bulk_status": call.project.db.value("SELECT status FROM tasks WHERE id = ?", (uuid,)),
    }


def run(project: Project, bulk_uuid: str) -> None:
    """Do what was prepared; files deleted since are passed over."""
    row = project.db.one("SELECT * FROM tasks WHERE id = ?", (bulk_uuid,))
    if row is None:
        return
    data = orjson.loads(row["data"])
    for file_uuid in data["uuids"]:
        try:
            file = files_store.get(project, file_uuid)
        except ApiError:
            continue
        for change in data["changes"]:
            file = _apply(project, file, change)
    with project.write() as connection:
        connection.execute("UPDATE tasks SET status = 'DONE' WHERE id = ?", (bulk_uuid,))


def _apply(project: Project, row: sqlite3.Row, change: dict[str, Any]) -> sqlite3.Row:
    value = change.get("value")
    if change["type"] == "meta.replace":
        meta = metadata_model.to_stored(project, {change["key"]: value})
        return files_store.set_meta(project, row, meta)
    named = {
        language: [_sid(project, name, language) for name in names]
        for language, names in _by_language(value).items()
    }

    def columns(row: sqlite3.Row) -> dict[str, Any]:
        tags = orjson.loads(row["tags"])
        for language, sids in named.items():
            present = tags.get(language, [])
            if change["type"] == "tags.add":
                tags[language] = list(dict.fromkeys([*present, *sids]))
            else:
                tags[language] = [sid for sid in present if sid not in sids]
        return {"tags": {language: sids for language, sids in tags.items() if sids}}

    return files_store.change(project, row, columns, trigger="on_change_tag", action="H_CHG_TAGS")


def _sid(project: Project, word: str, language: str) -> str:
    return word if word in project.tag_names() else tagging.tag_sid(project, word, language)


def _by_language(value: Any) -> dict[str, list[str]]:
    """Read ``"x"``, ``["x"]`` or ``{"en": ["x"]}``; names without a language are English."""
    if isinstance(value, dict):
        return {
            language: [names] if isinstance(names, str) else list(names) for language, names in value.items()
        }
    return {"en": [value] if isinstance(value, str) else [str(name) for name in value]}


ROUTES = [
    Route("PUT", "/bulk/prepare", "FILE_META_CHANGE", prepare),
    Route("POST", "/bulk/<uuid>/apply", "FILE_META_CHANGE", apply),
]
