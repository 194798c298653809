"""One file: bytes, rename, move, delete, metadata, tags, labels, product, visibility, history."""

import sqlite3
from typing import Any

import orjson
from werkzeug.wrappers import Response

from integrations.sandbox.scaleflex import files_store, folders_store, metadata_model, tagging
from integrations.sandbox.scaleflex.call import FILE, Call, Route
from integrations.sandbox.scaleflex.errors import ApiError, bad_request
from integrations.sandbox.scaleflex.incoming import product_of

VISIBILITIES = {"public": "public", "not_public": "not_public", "inherited": "inherited"}


def get_bytes(call: Call, uuid: str) -> Response:
    """``GET /get/{uuid}`` and ``/get/{uuid}/download``: this version's bytes, a key needed only if private."""
    row = call.file(uuid)
    if call.key is None and not call.project.is_public(row["folder"], row["visibility"]):
        raise ApiError(403, "FILE_NOT_PUBLIC", "This file is not public: send a key.")
    download = row["name"] if call.request.path.endswith("/download") else None
    return call.delivery.original(call.request, row, download=download)


def rename(call: Call, uuid: str) -> dict[str, Any]:
    """``PATCH /files/{uuid}`` with ``{"name"}``: 409 when the name is taken."""
    row = files_store.rename(call.project, call.file(uuid), call.text("name"))
    return {"action": "file_renamed", "file_uuid": row["uuid"], **call.answer(row)}


def set_name(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /file/{uuid}/name``: the v5 spelling of a rename."""
    return call.answer(files_store.rename(call.project, call.file(uuid), call.text("name")))


def move_one(call: Call, uuid: str, folder_uuid: str) -> dict[str, Any]:
    """``PUT /files/{uuid}/folders/{folder_uuid}``: 404 ``ROUTE_NOT_FOUND`` on bad ids."""
    try:
        row, folder = call.file(uuid), folders_store.by_uuid(call.project, folder_uuid)
    except ApiError as error:
        raise ApiError(404, "ROUTE_NOT_FOUND", error.msg) from None
    return call.answer(files_store.move(call.project, row, folder.path))


def move_many(call: Call) -> dict[str, Any]:
    """``POST /files/move``, ``/folders/move``, ``/objects/move``: into ``new_folder_name``, made when missing."""
    project = call.project
    target = folders_store.normal_path(call.text("new_folder_name"))
    rows = [call.file(uuid) for uuid in call.texts("files_uuids")]
    folders = [folders_store.by_uuid(project, uuid) for uuid in call.texts("folders_uuids")]
    if rows:
        call.require("FILE_MOVE")
    if folders:
        call.require("DIR_MOVE")
    if not rows and not folders:
        raise bad_request("files_uuids or folders_uuids must name something.")
    folders_store.ensure(project, target)
    moved = [files_store.move(project, row, target) for row in rows]
    for folder in folders:
        folders_store.relocate(project, folder, folders_store.inside(target, folder))
    renderer = call.fresh_renderer()
    return {
        "files": [renderer.file(row) for row in moved],
        "folders": [call.folder_json(folders_store.by_uuid(project, folder.uuid)) for folder in folders],
    }


def delete(call: Call, uuid: str) -> dict[str, Any]:
    """``DELETE /files/{uuid}``."""
    row = call.file(uuid)
    files_store.delete(call.project, row)
    return {"action": "file_deleted", "file_uuid": row["uuid"]}


def delete_many(call: Call) -> dict[str, Any]:
    """``DELETE /files`` with ``{"files_uuids"}``; needs ``OBJECTS_FETCH`` beside ``FILE_DELETE``."""
    call.require("OBJECTS_FETCH")
    rows = [call.file(uuid) for uuid in call.texts("files_uuids")]
    if not rows:
        raise bad_request("files_uuids is empty.")
    for row in rows:
        files_store.delete(call.project, row)
    return {"action": "files_deleted", "files_uuids": [row["uuid"] for row in rows]}


def put_meta(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /file/{uuid}/meta``: whether the keys not named survive is not published, so a switch decides."""
    return _set_meta(call, uuid, merge=call.project.switches["put_meta"] == "merge")


def patch_meta(call: Call, uuid: str) -> dict[str, Any]:
    """``PATCH /file/{uuid}/meta``: merges."""
    return _set_meta(call, uuid, merge=True)


def _set_meta(call: Call, uuid: str, *, merge: bool) -> dict[str, Any]:
    if "meta" not in call.body:
        raise bad_request("meta is missing.")
    meta = metadata_model.to_stored(call.project, call.body["meta"])
    return call.answer(files_store.set_meta(call.project, call.file(uuid), meta, merge=merge))


def put_tags(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /file/{uuid}/tags``: the tags of one language become exactly those named."""
    language = str(call.body.get("lang") or "en")
    given = tagging.read(call.project, {"lang": language, **call.body})

    def columns(row: sqlite3.Row) -> dict[str, Any]:
        tags = {**orjson.loads(row["tags"]), language: given.get(language, [])}
        return {"tags": {word: sids for word, sids in tags.items() if sids}}

    row = files_store.change(
        call.project, call.file(uuid), columns, trigger="on_change_tag", action="H_CHG_TAGS"
    )
    return call.answer(row)


def put_product(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /file/{uuid}/product`` with ``{"product": {"ref", "position"}}``; null takes it away."""
    if "product" not in call.body:
        raise bad_request("product is missing.")
    ref, position = product_of(call.body["product"])
    columns = {"product_ref": ref, "product_position": position}
    row = files_store.change(
        call.project, call.file(uuid), columns, trigger="on_change_product", action="H_CHG_PRODUCT"
    )
    return call.answer(row)


def post_labels(call: Call, uuid: str) -> dict[str, Any]:
    """``POST /files/{uuid}/labels``: these labels, and no others."""
    return call.answer(_label(call, call.file(uuid)))


def post_labels_many(call: Call) -> dict[str, Any]:
    """``POST /files/labels`` with ``files_uuids`` beside ``labels``."""
    rows = [_label(call, call.file(uuid)) for uuid in call.texts("files_uuids")]
    renderer = call.fresh_renderer()
    return {"files": [renderer.file(row) for row in rows]}


def _label(call: Call, row: sqlite3.Row) -> sqlite3.Row:
    labels = tagging.label_sids(call.project, call.texts("labels"))
    return files_store.change(
        call.project, row, {"labels": labels}, trigger="on_change_label", action="H_CHG_LABELS"
    )


def put_visibility(call: Call) -> dict[str, Any]:
    """``PUT /objects/visibility/cdn``: files and folders on or off the CDN."""
    visibility = VISIBILITIES.get(call.text("visibility"))
    if visibility is None:
        raise bad_request("visibility may be public, not_public or inherited.")
    project = call.project
    rows = [call.file(uuid) for uuid in call.texts("files_uuids")]
    folders = [folders_store.by_uuid(project, uuid) for uuid in call.texts("folders_uuids")]
    if folders:
        call.require("DIR_SET_VISIBILITY")
    changed = [
        files_store.change(
            project,
            row,
            {"visibility": visibility},
            trigger="on_change_visibility",
            action="H_CHG_VISIBILITY",
        )
        for row in rows
    ]
    with project.write() as connection:
        connection.executemany(
            "UPDATE folders SET visibility = ?, updated_at = ? WHERE uuid = ?",
            [(visibility, project.moment(), folder.uuid) for folder in folders],
        )
    renderer = call.fresh_renderer()
    return {
        "files": [renderer.file(row) for row in changed],
        "folders": [call.folder_json(folders_store.by_uuid(project, folder.uuid)) for folder in folders],
    }


def permissions(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /file/{uuid}/permissions``: what this key may do with the file."""
    call.file(uuid)
    return {"permissions": sorted(call.key.permissions) if call.key else []}


def changes(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /files/{uuid}/changes``: the file's history over all versions, newest first."""
    rows = call.project.db.all(
        "SELECT * FROM changes WHERE asset = ? ORDER BY id DESC LIMIT 500", (call.file(uuid)["asset"],)
    )
    return {
        "changes": [
            {
                "id": row["id"],
                "action": row["action"],
                "file_uuid": row["file_uuid"],
                "date": row["at"],
                "details": orjson.loads(row["details"]),
            }
            for row in rows
        ]
    }


ROUTES = [
    Route("GET", "/get/<uuid>", None, get_bytes, needs_key=False),
    Route("GET", "/get/<uuid>/download", "OBJECTS_FETCH", get_bytes, needs_key=False),
    Route("PATCH", f"/{FILE}/<uuid>", "FILE_RENAME", rename),
    Route("PUT", f"/{FILE}/<uuid>/name", "FILE_RENAME", set_name),
    Route("PUT", f"/{FILE}/<uuid>/folders/<folder_uuid>", "FILE_MOVE", move_one),
    Route("POST", "/<any(files,folders,objects):_noun>/move", None, move_many),
    Route("DELETE", f"/{FILE}/<uuid>", "FILE_DELETE", delete),
    Route("DELETE", "/files", "FILE_DELETE", delete_many),
    Route("PUT", f"/{FILE}/<uuid>/meta", "FILE_META_CHANGE", put_meta),
    Route("PATCH", f"/{FILE}/<uuid>/meta", "FILE_META_CHANGE", patch_meta),
    Route("PUT", f"/{FILE}/<uuid>/tags", "FILE_META_CHANGE", put_tags),
    Route("PUT", f"/{FILE}/<uuid>/product", "FILE_PRODUCT_CHANGE", put_product),
    Route("POST", f"/{FILE}/<uuid>/labels", "FILE_LABEL_CHANGE", post_labels),
    Route("POST", "/files/labels", "FILE_LABEL_CHANGE", post_labels_many),
    Route("PUT", "/objects/visibility/cdn", "FILE_SET_VISIBILITY", put_visibility),
    Route("GET", f"/{FILE}/<uuid>/permissions", "OBJECTS_FETCH", permissions),
    Route("GET", f"/{FILE}/<uuid>/changes", "OBJECTS_FETCH", changes),
]
