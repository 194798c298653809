"""One arriving file: the project's policies decide what becomes of it."""

import secrets
import sqlite3
import uuid
from dataclasses import dataclass, field
from typing import Any

from integrations.sandbox.scaleflex import files_store
from integrations.sandbox.scaleflex.blobs import Draft
from integrations.sandbox.scaleflex.errors import ApiError
from integrations.sandbox.scaleflex.files_store import NewFile
from integrations.sandbox.scaleflex.folders_store import check_name
from integrations.sandbox.scaleflex.measure import measure
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.timers import Timers
from integrations.sandbox.scaleflex.words import extension_of, mime_of


class Refused(Exception):
    """The upload is not taken; ``body`` is the answer's."""

    def __init__(self, body: dict[str, Any]):
        super().__init__(body["code"])
        self.body = body


@dataclass
class Incoming:
    """A file on disk that is not yet in the project; ``side`` is what came beside it."""

    folder: str
    name: str
    draft: Draft
    side: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)


def receive(
    project: Project,
    timers: Timers,
    incoming: Incoming,
    *,
    forced_name: str | None = None,
    keep_name: bool = False,
) -> tuple[sqlite3.Row, bool]:
    """
    Store a file as the project's policies want it.

    :param forced_name: store under this name and overwrite what is there
    :param keep_name: do not obfuscate the name, whatever the policy
    :returns: the new version, and whether it overwrote another
    :raises Refused: ``SAME_ASSET_EXISTS_SKIP_UPLOAD`` or ``ERR_REFUSED_UPLOAD``

    Source: the vendor's page on versions and duplicates; the two codes are read in its uploader.
    """
    with project.receiving:
        return _receive(project, timers, incoming, forced_name, keep_name)


def _receive(
    project: Project, timers: Timers, incoming: Incoming, forced_name: str | None, keep_name: bool
) -> tuple[sqlite3.Row, bool]:
    draft, switches = incoming.draft, project.switches.all()
    if draft.too_large:
        raise _refusal(f"The file is larger than {switches['largest_upload_bytes']} bytes.")
    try:
        name = check_name(forced_name or incoming.name)
    except ApiError as error:
        raise _refusal(error.msg) from None
    if not forced_name and not keep_name:
        name = _by_policy(name, switches["filename_policy"])
    sha1, existing = draft.sha1, files_store.at(project, incoming.folder, name)
    _refuse_same(project, sha1, existing, refuse_anywhere=switches["duplicate_content"] == "refuse")
    policy = "overwrite" if forced_name else switches["duplicate_name"]
    if existing and policy == "refuse":
        raise _refusal(f"There is already a file {name} in {incoming.folder}.")

    new = _take_in(project, incoming, name, complete=not switches["processing_delay_seconds"])
    if existing and policy == "new_version":
        row = files_store.add_version(project, existing, new)
    else:
        if existing:
            files_store.delete(project, existing)
        row = files_store.add(project, new)
    if switches["processing_delay_seconds"]:
        timers.after(switches["processing_delay_seconds"], "process", row["uuid"])
    return row, bool(existing and policy == "overwrite")


def replace(project: Project, row: sqlite3.Row, draft: Draft) -> sqlite3.Row:
    """Make a draft the new version of a file, whatever the policies say; for verbs and the console."""
    with project.receiving:
        newest = files_store.versions(project, row["asset"])[0]
        if draft.sha1 == newest["sha1"]:
            raise _refusal("These are the bytes the file already has.")
        incoming = Incoming(newest["folder"], newest["name"], draft)
        new = _take_in(project, incoming, newest["name"], complete=True)
        return files_store.add_version(project, newest, new)


def _take_in(project: Project, incoming: Incoming, name: str, *, complete: bool) -> NewFile:
    draft = incoming.draft
    draft.flush()
    with draft.path.open("rb") as file:
        mime = mime_of(name, file.read(512))
    info = measure(draft.path, mime, extension_of(name), complete=complete)
    if isinstance(incoming.side.get("info"), dict):
        info |= incoming.side["info"]
    project.blobs.keep(draft)
    return NewFile(
        incoming.folder, name, mime, draft.size, draft.sha1, info,
        meta=incoming.meta, tags=incoming.tags, product=product_of(incoming.side.get("product")),
    )  # fmt: skip


def product_of(product: Any) -> tuple[str | None, str | None]:
    """
    Read ``{"ref": str, "position": int | str | None}``; the position is kept as text, as recorded.

    :raises ApiError: 400
    """
    if not product:
        return None, None
    if not isinstance(product, dict) or not isinstance(product.get("ref"), str | None):
        raise ApiError(400, "BAD_REQUEST", "product must be an object with ref and position.")
    position = product.get("position")
    return product.get("ref") or None, None if position is None else str(position)


def _by_policy(name: str, policy: str) -> str:
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    match policy:
        case "suffix":
            return f"{stem[:240]}-{secrets.token_urlsafe(6)}{dot}{extension}"
        case "uuid":
            return f"{uuid.uuid4()}{dot}{extension}"
    return name


def _refuse_same(project: Project, sha1: str, existing: sqlite3.Row | None, *, refuse_anywhere: bool) -> None:
    same = existing if existing and existing["sha1"] == sha1 else None
    if same is None and refuse_anywhere:
        same = project.db.one("SELECT * FROM files WHERE sha1 = ? AND current = 1", (sha1,))
    if same is not None:
        raise Refused(
            {
                "status": "error",
                "code": "SAME_ASSET_EXISTS_SKIP_UPLOAD",
                "msg": "The same asset exists already.",
                "existing_file_uuid": same["uuid"],
                "similar_file_path": "",
            }
        )


def _refusal(reason: str) -> Refused:
    return Refused(
        {
            "status": "error",
            "code": "ERR_REFUSED_UPLOAD",
            "hint": "The upload was refused.",
            "msg": "Upload refused.",
            "info": {"msg": reason},
        }
    )
