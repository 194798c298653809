"""Writing folders."""

import sqlite3
import uuid

from integrations.sandbox.scaleflex.errors import ApiError, bad_request, not_found
from integrations.sandbox.scaleflex.project import Folder, Project, join, parent_of
from integrations.sandbox.scaleflex.render import below

LONGEST_NAME = 255
FORBIDDEN = set("/%\\")


def check_name(name: str) -> str:
    """
    Return a file or folder name that may be stored.

    :raises ApiError: 400; ``/``, ``%`` and ``\\`` are forbidden (as the vendor's widget has it), and so
        are control characters and more than 255 characters
    """
    if not isinstance(name, str) or not name.strip() or name in (".", ".."):
        raise bad_request("A name is missing.", "INVALID_NAME")
    if len(name) > LONGEST_NAME:
        raise bad_request(f"A name has at most {LONGEST_NAME} characters.", "INVALID_NAME")
    if FORBIDDEN & set(name) or any(ord(character) < 32 for character in name):
        raise bad_request(f"{name!r} holds a character that names may not have (/ % \\).", "INVALID_NAME")
    return name


def normal_path(path: str) -> str:
    """
    Return ``/a/b`` for any spelling of a folder's path.

    :raises ApiError: 400, a part is not a name
    """
    return "/" + "/".join(check_name(part) for part in path.split("/") if part)


def ensure(project: Project, path: str) -> Folder:
    """Return the folder at a normal path, creating it and those above it when missing."""
    if found := project.folders().get(path):
        return found
    with project.write() as connection:
        if path != "/":
            ensure(project, parent_of(path))
        now = project.moment()
        connection.execute(
            "INSERT OR IGNORE INTO folders VALUES (?, ?, 'inherited', '{}', ?, ?)",
            (str(uuid.uuid5(NAMESPACE, path)), path, now, now),
        )
        row = connection.execute(
            "SELECT uuid, path, visibility FROM folders WHERE path = ?", (path,)
        ).fetchone()
    return Folder(row["uuid"], row["path"], row["visibility"])


# Folder ids follow from the first path, so that a reset sandbox gives the same ones.
NAMESPACE = uuid.UUID("b8cf9b3a-0f0b-5c57-8a0c-5d9a2f3f7f10")


def by_uuid(project: Project, folder_uuid: str) -> Folder:
    """:raises ApiError: 404 ``FOLDER_NOT_FOUND``"""
    found = next((folder for folder in project.folders().values() if folder.uuid == folder_uuid), None)
    if found is None:
        raise not_found("The folder", "FOLDER_NOT_FOUND")
    return found


def by_path(project: Project, path: str) -> Folder:
    """:raises ApiError: 404 ``FOLDER_NOT_FOUND``"""
    found = project.folders().get(normal_path(path))
    if found is None:
        raise not_found(f"The folder {path}", "FOLDER_NOT_FOUND")
    return found


def inside(target: str, folder: Folder) -> str:
    """Return the path a folder gets when it is moved into ``target``."""
    return join(target, folder.path.rsplit("/", 1)[1])


def relocate(project: Project, folder: Folder, path: str) -> None:
    """
    Give a folder, and all below it, another path.

    :raises ApiError: 400, the place is taken, lies inside the folder, or the folder is the root
    """
    if folder.path == "/" or path == folder.path or path.startswith(folder.path + "/"):
        raise bad_request("A folder cannot be moved into itself.", "FOLDER_CONFLICT")
    with project.write() as connection:
        if path in project.folders():
            raise bad_request(f"There is already a folder {path}.", "FOLDER_EXISTS")
        ensure(project, parent_of(path))
        start = len(folder.path) + 1
        for table, column in (("folders", "path"), ("files", "folder")):
            where, values = below(folder.path, column)
            connection.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE {where}",
                (path, start, *values),
            )
        _refresh_files(connection, path, project.moment())
        connection.execute("UPDATE folders SET updated_at = ? WHERE path = ?", (project.moment(), path))


def _refresh_files(connection: sqlite3.Connection, path: str, now: str) -> None:
    """Bring what depends on the path up to date; the files have moved, so ``modified_at`` moves too."""
    where, values = below(path)
    connection.execute(
        "UPDATE files SET path_key = replace(CASE folder WHEN '/' THEN '' ELSE folder END || '/' || name, '+', ' '),"
        " modified_at = CASE WHEN modified_at < ? THEN ? ELSE strftime('%Y-%m-%dT%H:%M:%SZ', modified_at, '+1 second')"
        f" END WHERE {where}",
        (now, now, *values),
    )


def rename(project: Project, folder: Folder, name: str) -> Folder:
    """
    Rename a folder in its place.

    :raises ApiError: 400, the name is taken (as the vendor's Python client expects)
    """
    path = join(parent_of(folder.path), check_name(name))
    if path != folder.path:
        relocate(project, folder, path)
    return by_path(project, path)


def create(project: Project, path: str) -> Folder:
    """:raises ApiError: 403, the folder exists (as the vendor's Python client expects)"""
    path = normal_path(path)
    if path in project.folders():
        raise ApiError(403, "FOLDER_EXISTS", f"The folder {path} exists already.")
    return ensure(project, path)
