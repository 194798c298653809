"""Writing files: every change goes through here, moves ``modified_at`` and is told to webhooks."""

import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from integrations.sandbox.scaleflex import events, folders_store
from integrations.sandbox.scaleflex.errors import ApiError, not_found
from integrations.sandbox.scaleflex.project import Project, join
from integrations.sandbox.scaleflex.words import dumps, extension_of, search_text

# Approval words of a request that is still open: a new version resets these.
OPEN_REQUESTS = ("PENDING", "PRE-APPROVED", "PRE-REFUSED", "NO_RESPONSE")


@dataclass
class NewFile:
    """What an upload brings. ``content`` says where the bytes are, ``info`` what was measured."""

    folder: str
    name: str
    mime: str
    size: int
    sha1: str
    info: dict[str, Any]
    content: str = "blob"
    meta: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    product: tuple[str | None, str | None] = (None, None)
    approval: str | None = None
    visibility: str = "inherited"
    uuid: str = ""
    created_at: str = ""
    modified_at: str = ""


def path_key(path: str) -> str:
    """Fold a path so that one that lost the difference of ``+`` and space can still be found."""
    return path.replace("+", " ")


def get(project: Project, file_uuid: str) -> sqlite3.Row:
    """
    Return one version.

    :raises ApiError: 400 ``INVALID_UUID`` or 404 ``FILE_NOT_FOUND``
    """
    try:
        file_uuid = str(uuid.UUID(file_uuid))
    except ValueError:
        raise ApiError(400, "INVALID_UUID", f"{file_uuid[:60]!r} is not a uuid.") from None
    row = find(project, file_uuid)
    if row is None:
        raise not_found("The file", "FILE_NOT_FOUND")
    return row


def find(project: Project, file_uuid: str) -> sqlite3.Row | None:
    """Return one version, or ``None``."""
    return project.db.one("SELECT * FROM files WHERE uuid = ?", (file_uuid,))


def at(project: Project, folder: str, name: str) -> sqlite3.Row | None:
    """Return the newest version at a path."""
    return project.db.one("SELECT * FROM files WHERE folder = ? AND name = ? AND current = 1", (folder, name))


def at_address(project: Project, path: str) -> sqlite3.Row | None:
    """Return the newest version for a path from an address, in which ``+`` may stand for a space."""
    rows = project.db.all("SELECT * FROM files WHERE path_key = ? AND current = 1", (path_key(path),))
    exact = (row for row in rows if join(row["folder"], row["name"]) == path)
    return next(exact, rows[0] if rows else None)


def versions(project: Project, asset: str) -> list[sqlite3.Row]:
    """Return all versions of an asset, newest first."""
    return project.db.all("SELECT * FROM files WHERE asset = ? ORDER BY current DESC, id DESC", (asset,))


def create(project: Project, new: NewFile, *, asset: str | None = None, current: bool = True) -> sqlite3.Row:
    """Insert a version without telling anybody; ``asset`` joins it to older ones."""
    now = project.moment()
    file_uuid = new.uuid or str(uuid.uuid4())
    with project.write() as connection:
        folders_store.ensure(project, new.folder)
        connection.execute(
            INSERT,
            insert_values(
                project, new, file_uuid, asset=asset or file_uuid, current=current, now=now,
            ),
        )  # fmt: skip
    return get(project, file_uuid)


INSERT = (
    "INSERT INTO files (uuid, asset, current, folder, name, path_key, extension, mime, size, sha1, content, info,"
    " meta, tags, labels, product_ref, product_position, approval, visibility, created_at, modified_at,"
    " written_at, search) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def insert_values(
    project: Project, new: NewFile, file_uuid: str, *, asset: str, current: bool, now: str
) -> tuple[Any, ...]:
    """Return the values of :data:`INSERT`."""
    path = join(new.folder, new.name)
    return (
        file_uuid, asset, int(current), new.folder, new.name, path_key(path), extension_of(new.name), new.mime,
        new.size, new.sha1, new.content, dumps(new.info), dumps(new.meta), dumps(new.tags), dumps(new.labels),
        *new.product, new.approval, new.visibility, new.created_at or now, new.modified_at or now,
        events.real_time(), _search(project, new.name, new.meta, new.tags, new.labels, new.product[0]),
    )  # fmt: skip


def add(project: Project, new: NewFile) -> sqlite3.Row:
    """Insert a first version and tell it."""
    row = create(project, new)
    events.happened(project, row, "on_upload", "H_CREATED")
    return row


def add_version(project: Project, old: sqlite3.Row, new: NewFile) -> sqlite3.Row:
    """
    Put new content in the place of ``old``: another uuid, the same path.

    What people wrote about the file (metadata, tags, labels, product) stays unless the upload brings
    its own. An open approval request is reset; whether a finished one is kept is a switch.

    Source: the vendor's pages on versions and approvals; that the uuid changes is observed in its
    widget, which swaps it after a restore.
    """
    keep = project.switches["approval_on_new_version"] == "keep"
    with project.write() as connection:
        # Read again: somebody may have written about the file since the caller looked.
        old = get(project, old["uuid"])
        new.meta = {**orjson.loads(old["meta"]), **new.meta}
        new.tags = new.tags or orjson.loads(old["tags"])
        new.labels = new.labels or orjson.loads(old["labels"])
        new.product = new.product if new.product[0] else (old["product_ref"], old["product_position"])
        new.approval = old["approval"] if keep and old["approval"] not in OPEN_REQUESTS else None
        new.visibility = old["visibility"]
        connection.execute("UPDATE files SET current = 0 WHERE asset = ?", (old["asset"],))
        row = create(project, new, asset=old["asset"])
    events.happened(project, row, "on_upload", "H_NEW_VERSION", {"previous_uuid": old["uuid"]})
    if old["approval"] in OPEN_REQUESTS:
        events.record(project, row, "APPROVAL_ENDED", {"state": "RESET"})
    return row


def restore(project: Project, row: sqlite3.Row) -> sqlite3.Row:
    """Make an older version the current one; its uuid becomes the file's."""
    with project.write() as connection:
        newest = versions(project, row["asset"])[0]
        if newest["uuid"] == row["uuid"]:
            return newest
        connection.execute("UPDATE files SET current = 0 WHERE asset = ?", (row["asset"],))
        connection.execute(
            "UPDATE files SET current = 1, folder = ?, name = ?, path_key = ?, modified_at = ? WHERE id = ?",
            (
                newest["folder"], newest["name"], newest["path_key"],
                project.moment(max(row["modified_at"], newest["modified_at"])), row["id"],
            ),
        )  # fmt: skip
    row = get(project, row["uuid"])
    events.happened(project, row, "on_upload", "H_VERSION_RESTORED", {"previous_uuid": newest["uuid"]})
    return row


# Columns to change, or a function that finds them from the row as it is when nobody else can write.
Columns = dict[str, Any] | Callable[[sqlite3.Row], dict[str, Any]]


def change(
    project: Project, row: sqlite3.Row, columns: Columns, *, trigger: str, action: str, details: Any = None
) -> sqlite3.Row:
    """
    Change columns of a file, move ``modified_at`` and tell it.

    :param columns: lists and objects are stored as JSON; nothing happens when all are as they were. What
        depends on the present value is given as a function, so that of two callers neither loses.
    :param trigger: the webhook trigger, such as ``on_change_meta``
    :param action: the word in the file's history, such as ``H_CHG_META``
    """
    before, after = _store(project, row["uuid"], columns)
    if before is not after:
        events.happened(project, after, trigger, action, details)
    return after


def _store(project: Project, file_uuid: str, columns: Columns) -> tuple[sqlite3.Row, sqlite3.Row]:
    """Write columns and return the row before and after, the same object when nothing changed."""
    with project.write() as connection:
        row = get(project, file_uuid)
        found = columns(row) if callable(columns) else columns
        stored = {
            name: dumps(value) if isinstance(value, dict | list) else value for name, value in found.items()
        }
        if all(row[name] == value for name, value in stored.items()):
            return row, row
        if "folder" in stored:
            folders_store.ensure(project, stored["folder"])
        after = {**dict(row), **stored}
        path = join(after["folder"], after["name"])
        stored["modified_at"] = project.moment(row["modified_at"])
        stored["path_key"] = path_key(path)
        stored["extension"] = extension_of(after["name"])
        stored["search"] = _search(
            project, after["name"], orjson.loads(after["meta"]), orjson.loads(after["tags"]),
            orjson.loads(after["labels"]), after["product_ref"],
        )  # fmt: skip
        assignments = ", ".join(f"{name} = ?" for name in stored)
        try:
            connection.execute(f"UPDATE files SET {assignments} WHERE id = ?", (*stored.values(), row["id"]))
        except sqlite3.IntegrityError:
            raise ApiError(409, "FILE_EXISTS", f"There is already a file {path}.") from None
        return row, get(project, file_uuid)


def rename(project: Project, row: sqlite3.Row, name: str) -> sqlite3.Row:
    """:raises ApiError: 409, the name is taken; 400, it is not a name"""
    name = folders_store.check_name(name)
    return change(
        project, row, {"name": name}, trigger="on_rename", action="H_RENAME", details={"from": row["name"]}
    )


def move(project: Project, row: sqlite3.Row, folder: str) -> sqlite3.Row:
    """:raises ApiError: 409, the folder has a file of that name"""
    details = {"from": row["folder"]}
    return change(project, row, {"folder": folder}, trigger="on_move", action="H_MOVE", details=details)


def set_meta(project: Project, row: sqlite3.Row, meta: dict[str, Any], *, merge: bool = True) -> sqlite3.Row:
    """
    Change metadata; ``meta`` is already in stored form.

    :param merge: keep the keys that are not named
    """

    def merged(row: sqlite3.Row) -> dict[str, Any]:
        return {"meta": {**orjson.loads(row["meta"]), **meta} if merge else meta}

    before, after = _store(project, row["uuid"], merged)
    if before is not after:
        old, new = orjson.loads(before["meta"]), orjson.loads(after["meta"])
        keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
        # Title and description are what the vendor's triggers call "info".
        trigger = "on_change_info" if set(keys) <= {"title", "description"} else "on_change_meta"
        events.happened(project, after, trigger, "H_CHG_META", {"keys": keys})
    return after


def delete(project: Project, row: sqlite3.Row) -> None:
    """Remove a file with all its versions, or one older version alone."""
    with project.receiving:
        gone = versions(project, row["asset"]) if row["current"] else [row]
        with project.write() as connection:
            connection.executemany("DELETE FROM files WHERE id = ?", [(version["id"],) for version in gone])
            if row["current"]:
                for table in ("comments", "variants"):
                    connection.execute(f"DELETE FROM {table} WHERE asset = ?", (row["asset"],))
        for version in gone:
            if not project.db.value("SELECT 1 FROM files WHERE sha1 = ?", (version["sha1"],)):
                project.blobs.forget(version["sha1"])
    if row["current"]:
        events.happened(project, row, "on_delete", "H_DELETED")


def _search(
    project: Project, name: str, meta: dict, tags: dict, labels: list, product_ref: str | None
) -> str:
    names = project.tag_names()
    known = project.labels()
    words = [name for sids in tags.values() for sid in sids for name in names.get(sid, {}).values()]
    words += [known[sid]["name"] for sid in labels if sid in known]
    return search_text(name, meta, [*words, product_ref or ""])
