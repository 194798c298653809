"""Archives: several files as one zip, made as a task that is polled."""

import uuid as uuid_module
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from werkzeug.wrappers import Response

from integrations.sandbox.scaleflex import files_store, folders_store
from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, not_found, not_simulated
from integrations.sandbox.scaleflex.project import Project, join
from integrations.sandbox.scaleflex.render import below
from integrations.sandbox.scaleflex.words import dumps

if TYPE_CHECKING:
    from integrations.sandbox.scaleflex.delivery.serve import Delivery

MOST_FILES = 1000


def start(call: Call) -> dict[str, Any]:
    """``POST /file-archive`` with ``files_uuids`` and ``folders_uuids``."""
    if call.body.get("urls"):
        raise not_simulated("archives of outside addresses")
    rows = [call.file(uuid) for uuid in call.texts("files_uuids")]
    for uuid in call.texts("folders_uuids"):
        where, values = below(folders_store.by_uuid(call.project, uuid).path)
        rows += call.project.db.all(f"SELECT * FROM files WHERE current = 1 AND {where}", values)
    if not rows or len(rows) > MOST_FILES:
        raise bad_request(f"An archive holds from 1 to {MOST_FILES} files.")
    task = str(uuid_module.uuid4())
    with call.project.write() as connection:
        connection.execute(
            "INSERT INTO tasks VALUES (?, 'archive', 'PENDING', ?, NULL)",
            (task, dumps([row["uuid"] for row in rows])),
        )
    call.timers.after(call.project.switches["bulk_delay_seconds"], "archive", task)
    return {"task_id": task}


def poll(call: Call, task: str) -> dict[str, Any] | Response:
    """``GET /file-archive/{id}``: the zip, or its status with ``?status_only=1`` or while it is not done."""
    row = _task(call.project, task)
    if row["status"] == "DONE" and not call.flag("status_only"):
        path = Path(row["result"])
        return call.delivery.send_file(
            call.request, path, "application/zip", f"archive-{task}", download="archive.zip"
        )
    percent = {"DONE": 100, "RUNNING": 50}.get(row["status"], 0)
    return {"task_id": task, "task_status": row["status"], "task_percent": percent}


def cancel(call: Call, task: str) -> dict[str, Any]:
    """``PATCH /file-archive/{id}/cancel``."""
    _task(call.project, task)
    with call.project.write() as connection:
        connection.execute("UPDATE tasks SET status = 'CANCELLED' WHERE id = ? AND status != 'DONE'", (task,))
    return {"status": "cancelled", "task_id": task}


def _task(project: Project, task: str) -> Any:
    row = project.db.one("SELECT * FROM tasks WHERE id = ? AND kind = 'archive'", (task,))
    if row is None:
        raise not_found("The task", "TASK_NOT_FOUND")
    return row


def run(project: Project, delivery: "Delivery", task: str) -> None:
    """Write the zip, stored and not compressed, with folders as in the DAM."""
    row = _task(project, task)
    if row["status"] != "PENDING":
        return
    with project.write() as connection:
        connection.execute("UPDATE tasks SET status = 'RUNNING' WHERE id = ?", (task,))
    uuids = orjson.loads(row["data"])

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for uuid in uuids:
                try:
                    file = files_store.get(project, uuid)
                except ApiError:
                    continue  # deleted in the meantime
                archive.write(delivery.source(file), join(file["folder"], file["name"]).lstrip("/"))

    path = delivery.cache.get(f"archive {task}", make)
    with project.write() as connection:
        connection.execute(
            "UPDATE tasks SET status = 'DONE', result = ? WHERE id = ? AND status = 'RUNNING'",
            (str(path), task),
        )


ROUTES = [
    Route("POST", "/file-archive", "OBJECTS_FETCH", start),
    Route("GET", "/file-archive/<task>", "OBJECTS_FETCH", poll),
    Route("PATCH", "/file-archive/<task>/cancel", "OBJECTS_FETCH", cancel),
]
