"""Lists of files: folder, search, sorting, paging, statistics."""

import csv
import io
import time
from typing import Any, NamedTuple

from werkzeug.wrappers import Response

from integrations.sandbox.scaleflex import folders_store, query
from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, not_simulated
from integrations.sandbox.scaleflex.events import real_time
from integrations.sandbox.scaleflex.project import Folder, Project, join, parent_of
from integrations.sandbox.scaleflex.render import Renderer, below, folder_json
from integrations.sandbox.scaleflex.times import day_or_moment

API_VERSION = {"hash": "0000000", "datetime": "2026-01-01T00:00:00Z", "module": "sandbox"}
# Of the size the documentation gives: default 1000, up to 4000.
DEFAULT_LIMIT, LARGEST_LIMIT = 1000, 4000
MOST_OFFSET = 10_000_000
SORTS = {
    "created_at": "created_at", "updated_at": "modified_at", "modified_at": "modified_at", "name": "name",
    "filename": "name", "size": "size", "type": "mime", "title": "json_extract(meta, '$.title')",
    "relevance": "created_at", "path": "folder, name", "uuid": "uuid",
}  # fmt: skip
INDEXES = {"created_at": "files_created", "modified_at": "files_modified"}
MOMENTS = {
    "created_after": "created_at > ?", "created_before": "created_at < ?",
    "updated_after": "modified_at > ?", "updated_before": "modified_at < ?",
}  # fmt: skip
CSV_COLUMNS = ("uuid", "folder", "name", "mime", "size", "sha1", "approval", "created_at", "modified_at")


class Selection(NamedTuple):
    """Which files a list is about: a condition over ``files`` and its values."""

    where: str
    values: tuple[Any, ...]


def selection(call: Call, folder: Folder, *, recursive: bool) -> Selection:
    """
    Turn the filters of a call into a condition.

    :raises ApiError: 400, a filter that cannot be read
    """
    project, args = call.project, call.args
    parts, values = ["current = 1"], []
    if not recursive:
        parts.append("folder = ?")
        values.append(folder.path)
    elif folder.path != "/":
        where, found = below(folder.path)
        parts.append(where)
        values.extend(found)
    if args.get("mime"):
        parts.append("mime = ?")
        values.append(args["mime"].lower())
    for name, where in MOMENTS.items():
        if args.get(name):
            try:
                values.append(day_or_moment(args[name], project.clock.now()))
            except ValueError as error:
                raise bad_request(f"{name}: {error}", "INVALID_PARAMETER") from error
            parts.append(where)
    for text in (args.get("q"), _collection_query(call)):
        if text:
            condition = query.compile_query(project, text)
            parts.append(condition.sql)
            values.extend(condition.values)
    if lag := project.switches["list_lag_seconds"]:
        parts.append("written_at <= ?")
        values.append(real_time() - lag)
    return Selection(" AND ".join(f"({part})" for part in parts), tuple(values))


def _collection_query(call: Call) -> str | None:
    if call.args.get("f64"):
        raise not_simulated("virtual folders of collections")
    uuid = call.args.get("collection_uuid")
    if not uuid:
        return None
    data = call.project.db.value("SELECT data ->> '$.query' FROM collections WHERE uuid = ?", (uuid,))
    if data is None:
        raise ApiError(404, "COLLECTION_NOT_FOUND", "The collection was not found.")
    return data


def order(text: str | None) -> str:
    """
    Turn ``sort`` into an ``ORDER BY``; it always ends in the uuid, so that pages do not overlap.

    :param text: ``field:asc`` or, from older clients, ``field,desc``
    :raises ApiError: 400
    """
    field, _, direction = (text or "created_at:desc").replace(",", ":").partition(":")
    direction = direction.lower() or "asc"
    if field not in SORTS or direction not in ("asc", "desc"):
        raise bad_request(f"sort may be one of {', '.join(SORTS)}, with :asc or :desc.", "INVALID_PARAMETER")
    columns = (
        [f"{column.strip()} {direction}" for column in SORTS[field].split(", ")]
        if "(" not in SORTS[field]
        else [f"{SORTS[field]} {direction}"]
    )
    return ", ".join([*columns, f"uuid {direction}"])


def _start(call: Call) -> tuple[Folder, bool]:
    """Return the folder a list starts from and whether it goes deeper."""
    folder = folders_store.by_path(call.project, call.args.get("folder") or "/")
    if call.key:
        call.key.require_folder(folder.path)
    return folder, call.flag("recursive")


def list_files(call: Call) -> dict[str, Any] | Response:
    """``GET /files``: one page of file objects."""
    started = time.perf_counter()
    project = call.project
    limit = call.number("limit", DEFAULT_LIMIT, 1, LARGEST_LIMIT)
    offset = call.number("offset", 0, 0, MOST_OFFSET)
    folder, recursive = _start(call)
    chosen = selection(call, folder, recursive=recursive)
    ordering = order(call.args.get("sort") or call.args.get("order"))
    # The inner query walks an index that holds all it needs; only the page's rows are read. Left alone,
    # sqlite would find a date or a folder by its own index and then sort everything for every page.
    index = next(
        (f"INDEXED BY {name}" for column, name in INDEXES.items() if ordering.startswith(column)), ""
    )
    rows = project.db.all(
        f"SELECT * FROM files WHERE id IN (SELECT id FROM files {index} WHERE {chosen.where} ORDER BY {ordering}"
        f" LIMIT ? OFFSET ?) ORDER BY {ordering}",
        (*chosen.values, limit, offset),
    )
    if call.renderer.options.csv:
        return csv_of(rows)
    searched = 1.0 if call.args.get("q") else None
    base = folder_json(project, folder) if offset == 0 else {"uuid": folder.uuid, "path": folder.path}
    return {
        "type": "LIST",
        "base": base,
        "files": [call.renderer.file(row, relevance=searched) for row in rows],
        "folders": [] if recursive or offset else _children(call, folder),
        "warnings": [],
        "stats": statistics(project, chosen),
        "info": {"response_time": {"db_query": int((time.perf_counter() - started) * 1000)}},
        "api_version": API_VERSION,
    }


def statistics(project: Project, chosen: Selection) -> dict[str, Any]:
    """Return count and bytes of a selection; kept until something is written, as pages follow each other."""
    where, values = chosen

    def count() -> tuple[int, int]:
        row = project.db.one(f"SELECT count(*), coalesce(sum(size), 0) FROM files WHERE {where}", values)
        return (row[0], row[1]) if row else (0, 0)

    lagging = "written_at" in where
    files, size = count() if lagging else project.cached(("statistics", where, values), count)
    return {
        "approx_files_count": files,
        "approx_files_size": size,
        "approx_files_count_method": "COUNT_EXACT",
    }


def files_statistics(call: Call) -> dict[str, Any]:
    """``GET /files/stats``: the same filters, numbers only."""
    folder, recursive = _start(call)
    return {"stats": statistics(call.project, selection(call, folder, recursive=recursive))}


def _children(call: Call, folder: Folder) -> list[dict[str, Any]]:
    return [
        folder_json(call.project, child)
        for child in sorted(call.project.folders().values(), key=lambda child: child.path)
        if child.path != "/" and parent_of(child.path) == folder.path
    ]


def detail(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /files/{uuid}``: one file object."""
    return {"file": call.renderer.file(call.file(uuid)), "api_version": API_VERSION}


def csv_of(rows: list[Any]) -> Response:
    """Return rows as CSV with a header line."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*CSV_COLUMNS, "path"])
    writer.writerows([*(row[name] for name in CSV_COLUMNS), join(row["folder"], row["name"])] for row in rows)
    return Response(text.getvalue(), mimetype="text/csv")


def export_csv(call: Call) -> Response:
    """``POST /objects/export-csv``: a selection as CSV, with metadata and tags when asked for."""
    limit = call.number("limit", 10_000, 1, 100_000)
    folder, recursive = _start(call)
    chosen = selection(call, folder, recursive=recursive)
    rows = call.project.db.all(
        f"SELECT * FROM files WHERE {chosen.where} ORDER BY created_at, uuid LIMIT ?", (*chosen.values, limit)
    )
    if call.number("include_meta", 0, 0, 2) == 0 and not call.flag("include_tags"):
        return csv_of(rows)
    return _csv_with_meta(call, rows)


def _csv_with_meta(call: Call, rows: list[Any]) -> Response:
    renderer: Renderer = call.renderer
    keys = list(renderer.fields)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*CSV_COLUMNS, "path", *(f"meta.{key}" for key in keys), "tags"])
    for row in rows:
        meta = renderer.meta(row["meta"])
        tags = sorted({tag["label"] if isinstance(tag, dict) else tag
                       for group in renderer.file(row)["tags"].values() for tag in group})  # fmt: skip
        path = join(row["folder"], row["name"])
        writer.writerow(
            [*(row[name] for name in CSV_COLUMNS), path, *(meta.get(key) for key in keys), ", ".join(tags)]
        )
    return Response(text.getvalue(), mimetype="text/csv")


ROUTES = [
    Route("GET", "/files", "OBJECTS_LIST", list_files),
    Route("GET", "/files/stats", "OBJECTS_LIST", files_statistics),
    Route("GET", "/<any(file,files):_noun>/<uuid>", "OBJECTS_FETCH", detail),
    Route("POST", "/objects/export-csv", "OBJECTS_LIST", export_csv),
]
