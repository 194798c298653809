"""Folders: list, create, rename, move, delete, metadata, previews."""

from typing import Any

import orjson

from integrations.sandbox.scaleflex import files_store, folders_store
from integrations.sandbox.scaleflex.call import FOLDER, Call, Route
from integrations.sandbox.scaleflex.errors import ApiError, bad_request
from integrations.sandbox.scaleflex.project import Folder, parent_of
from integrations.sandbox.scaleflex.render import below
from integrations.sandbox.scaleflex.words import dumps

SORTS = ("name", "path", "created_at", "updated_at")
PREVIEWS = 4


def list_folders(call: Call) -> dict[str, Any]:
    """``GET /folders``: the folders in or under a folder."""
    base = folders_store.by_path(call.project, call.args.get("folder") or "/")
    limit, offset = call.number("limit", 1000, 1, 4000), call.number("offset", 0, 0, 1_000_000)
    recursive, words = call.flag("recursive"), (call.args.get("q") or "").strip('"').casefold()
    found = [
        folder
        for folder in call.project.folders().values()
        if folder.path != "/"
        and (_under(folder, base) if recursive else parent_of(folder.path) == base.path)
        and words in folder.path.casefold()
    ]
    page = _sorted(call, found)[offset : offset + limit]
    return {
        "folders": [call.folder_json(folder) for folder in page],
        "total": len(found),
        "stats": {"approx_folders_count": len(found)},
    }


def _under(folder: Folder, base: Folder) -> bool:
    return base.path == "/" or folder.path.startswith(base.path + "/")


def _sorted(call: Call, found: list[Folder]) -> list[Folder]:
    field, _, direction = (call.args.get("sort") or "path:asc").replace(",", ":").partition(":")
    if field not in SORTS or direction not in ("", "asc", "desc"):
        raise bad_request(f"sort may be one of {', '.join(SORTS)}, with :asc or :desc.", "INVALID_PARAMETER")
    moments = {
        row["uuid"]: row for row in call.project.db.all("SELECT uuid, created_at, updated_at FROM folders")
    }

    def key(folder: Folder) -> tuple[str, str]:
        if field == "name":
            return folder.path.rsplit("/", 1)[1], folder.path
        return (folder.path if field == "path" else moments[folder.uuid][field]), folder.path

    return sorted(found, key=key, reverse=direction == "desc")


def create(call: Call) -> dict[str, Any]:
    """``POST /folders`` with ``{"name": "/a/b"}``: 403 when it exists."""
    return {"folder": call.folder_json(folders_store.create(call.project, call.text("name")))}


def detail(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /folders/{uuid}``."""
    return {"folder": call.folder_json(folders_store.by_uuid(call.project, uuid))}


def rename(call: Call, uuid: str) -> dict[str, Any]:
    """``PATCH /folders/{uuid}`` with ``{"name"}``: 400 when the name is taken."""
    folder = folders_store.rename(call.project, folders_store.by_uuid(call.project, uuid), call.text("name"))
    return {"action": "folder_renamed", "folder_uuid": folder.uuid, "folder": call.folder_json(folder)}


def move(call: Call, uuid: str, target_uuid: str) -> dict[str, Any]:
    """``PUT /folders/{uuid}/folders/{target}``: 404 ``ROUTE_NOT_FOUND`` on bad ids."""
    project = call.project
    try:
        folder, target = folders_store.by_uuid(project, uuid), folders_store.by_uuid(project, target_uuid)
    except ApiError as error:
        raise ApiError(404, "ROUTE_NOT_FOUND", error.msg) from None
    folders_store.relocate(project, folder, folders_store.inside(target.path, folder))
    return {"folder": call.folder_json(folders_store.by_uuid(project, uuid))}


def delete(call: Call, uuid: str) -> dict[str, Any]:
    """``DELETE /folders/{uuid}``: with everything in it."""
    project = call.project
    folder = folders_store.by_uuid(project, uuid)
    if folder.path == "/":
        raise bad_request("The root folder cannot be deleted.", "FOLDER_CONFLICT")
    where, values = below(folder.path)
    for row in project.db.all(f"SELECT * FROM files WHERE current = 1 AND {where}", values):
        files_store.delete(project, row)
    where, values = below(folder.path, "path")
    with project.write() as connection:
        connection.execute(f"DELETE FROM folders WHERE {where}", values)
    return {"action": "folder_deleted", "folder_uuid": folder.uuid}


def put_meta(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /folder/{uuid}/meta``: replaces all of it, as documented."""
    meta = call.body.get("meta")
    if not isinstance(meta, dict):
        raise bad_request("meta must be an object.")
    return _store_meta(call, uuid, meta, "folder_meta_updated")


def delete_meta(call: Call, uuid: str) -> dict[str, Any]:
    """``DELETE /folder/{uuid}/meta``."""
    return _store_meta(call, uuid, {}, "folder_meta_deleted")


def _store_meta(call: Call, uuid: str, meta: dict[str, Any], action: str) -> dict[str, Any]:
    folder = folders_store.by_uuid(call.project, uuid)
    with call.project.write() as connection:
        connection.execute(
            "UPDATE folders SET meta = ?, updated_at = ? WHERE uuid = ?",
            (dumps(meta), call.project.moment(), folder.uuid),
        )
    return {"action": action, "folder_uuid": folder.uuid, "meta": meta}


def previews(call: Call) -> dict[str, Any]:
    """``POST /folders/previews`` with ``{"folders": [uuid]}``: a few files of each."""
    found = {}
    for uuid in call.texts("folders"):
        where, values = below(folders_store.by_uuid(call.project, uuid).path)
        rows = call.project.db.all(
            f"SELECT * FROM files WHERE current = 1 AND {where} ORDER BY created_at DESC LIMIT ?",
            (*values, PREVIEWS),
        )
        found[uuid] = [
            {
                "file_uuid": row["uuid"],
                "file_uri_cdn": call.renderer.url(row)["cdn"],
                "file_type": row["mime"],
            }
            for row in rows
        ]
    return {"folders": found}


def get_meta(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /folder/{uuid}/meta``."""
    folder = folders_store.by_uuid(call.project, uuid)
    return {
        "meta": orjson.loads(call.project.db.value("SELECT meta FROM folders WHERE uuid = ?", (folder.uuid,)))
    }


ROUTES = [
    Route("GET", "/folders", "OBJECTS_LIST", list_folders),
    Route("POST", "/folders", "DIR_CREATE", create),
    Route("POST", "/folders/previews", "OBJECTS_LIST", previews),
    Route("GET", f"/{FOLDER}/<uuid>", "OBJECTS_FETCH", detail),
    Route("PATCH", f"/{FOLDER}/<uuid>", "DIR_RENAME", rename),
    Route("DELETE", f"/{FOLDER}/<uuid>", "DIR_DELETE", delete),
    Route("PUT", f"/{FOLDER}/<uuid>/folders/<target_uuid>", "DIR_MOVE", move),
    Route("GET", f"/{FOLDER}/<uuid>/meta", "OBJECTS_FETCH", get_meta),
    Route("PUT", f"/{FOLDER}/<uuid>/meta", "DIR_META_CHANGE", put_meta),
    Route("DELETE", f"/{FOLDER}/<uuid>/meta", "DIR_META_CHANGE", delete_meta),
]
