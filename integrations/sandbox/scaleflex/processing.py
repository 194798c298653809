"""What happens after an upload, or later than a call: thumbnails and colours, bulk changes, tasks."""

import sqlite3
from collections.abc import Callable
from typing import Any

import orjson

from integrations.sandbox.scaleflex import archives, bulk, files_store, video_jobs
from integrations.sandbox.scaleflex.delivery.serve import Delivery
from integrations.sandbox.scaleflex.errors import ApiError
from integrations.sandbox.scaleflex.measure import measure
from integrations.sandbox.scaleflex.project import Project


def actions(project: Project, delivery: Delivery) -> dict[str, Callable[[str], None]]:
    """Return what the timers can do, by kind."""
    return {
        "process": lambda uuid: process(project, uuid),
        "bulk": lambda uuid: bulk.run(project, uuid),
        "video": lambda task: video_jobs.run(project, delivery, task),
        "archive": lambda task: archives.run(project, delivery, task),
    }


def process(project: Project, uuid: str) -> None:
    """Complete a file's ``info``; ``modified_at`` moves on its own, as recorded from the live API."""
    try:
        row = files_store.get(project, uuid)
    except ApiError:
        return  # deleted in the meantime
    info = measure(project.blobs.path(row["sha1"]), row["mime"], row["extension"])

    def completed(row: sqlite3.Row) -> dict[str, Any]:
        return {"info": {**orjson.loads(row["info"]), **info}}

    files_store.change(project, row, completed, trigger="on_processed", action="H_PROCESSED")
