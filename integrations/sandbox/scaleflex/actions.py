"""What a person does in the DAM's own interface; shared by the verbs and the console."""

import base64
import binascii
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

from integrations.sandbox.scaleflex import (
    approvals,
    files_store,
    folders_store,
    incoming,
    metadata_model,
    samples,
)
from integrations.sandbox.scaleflex.blobs import Draft
from integrations.sandbox.scaleflex.files_store import NewFile
from integrations.sandbox.scaleflex.measure import measure
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.render import below
from integrations.sandbox.scaleflex.words import extension_of, like, mime_of

if TYPE_CHECKING:
    from integrations.sandbox.scaleflex.delivery.serve import Delivery

VISIBILITIES = ("inherited", "public", "not_public")
FETCH_SECONDS = 30


class ActionRefused(ValueError):
    """It cannot be done; the text says why, and may be shown."""


def find(
    project: Project,
    *,
    folder: str | None,
    approval: str | None,
    text: str | None,
    limit: int,
    offset: int = 0,
) -> list[sqlite3.Row]:
    """Return current files by path; ``approval`` may be ``none`` for never asked."""
    parts: list[str] = ["current = 1"]
    values: list[Any] = []
    if folder and folder != "/":
        where, found = below(folders_store.normal_path(folder))
        parts.append(where)
        values += found
    if approval == "none":
        parts.append("approval IS NULL")
    elif approval:
        parts.append("approval = ?")
        values.append(approval)
    for word in (text or "").casefold().split():
        parts.append("(search LIKE ? ESCAPE '\\' OR folder LIKE ? ESCAPE '\\')")
        values += [like(word)] * 2
    where = " AND ".join(parts)
    return project.db.all(
        f"SELECT * FROM files WHERE {where} ORDER BY folder, name LIMIT ? OFFSET ?", (*values, limit, offset)
    )


def decide(project: Project, uuid: str, state: Any) -> sqlite3.Row:
    """:raises ActionRefused: unknown word, or an older version"""
    try:
        return approvals.decide(project, files_store.get(project, uuid), state)
    except (approvals.UnknownState, approvals.NotCurrent) as error:
        raise ActionRefused(str(error)) from error


def add(project: Project, body: dict[str, Any]) -> sqlite3.Row:
    """
    Upload into a folder, beside the upload policies.

    :param body: ``{"folder", "name", "url" | "data" (base64) | neither for a drawn picture, "approval", "meta"}``
    :raises ActionRefused: a taken name, an unknown state, an unreachable url
    """
    folder = folders_store.normal_path(str(body.get("folder") or "/"))
    name = folders_store.check_name(body.get("name") or "Sample.jpg")
    if body.get("approval") not in (None, *approvals.STATES):
        raise ActionRefused(f"approval may be {', '.join(approvals.STATES)} or null.")
    meta = metadata_model.to_stored(project, body.get("meta") or {})
    draft = _content(project, body) or _drawn(project, samples.sample_picture)
    try:
        with project.receiving:
            if files_store.at(project, folder, name):
                raise ActionRefused(f"There is already a file {name} in {folder}. Replace it instead.")
            with draft.path.open("rb") as file:
                mime = mime_of(name, file.read(512))
            info = measure(draft.path, mime, extension_of(name))
            project.blobs.keep(draft)
            new = NewFile(
                folder, name, mime, draft.size, draft.sha1, info, meta=meta, approval=body.get("approval")
            )
            return files_store.add(project, new)
    finally:
        draft.discard()


def replace(project: Project, delivery: "Delivery", uuid: str, body: dict[str, Any]) -> sqlite3.Row:
    """
    Put a new version in a file's place.

    :param body: ``{"url" | "data" | neither for a marked copy of the present version}``
    :raises ActionRefused: an older version, the same bytes, an unreachable url
    """
    row = files_store.get(project, uuid)
    if not row["current"]:
        raise ActionRefused("Only the newest version of a file can be replaced.")
    number = len(files_store.versions(project, row["asset"])) + 1
    source = delivery.source(row)
    draft = _content(project, body) or _drawn(
        project, lambda path: samples.changed_copy(source, path, row["mime"], number)
    )
    try:
        return incoming.replace(project, row, draft)
    except incoming.Refused as refusal:
        raise ActionRefused(refusal.body["info"]["msg"]) from refusal
    finally:
        draft.discard()


def _drawn(project: Project, make: Any) -> Draft:
    draft = project.blobs.draft()
    try:
        draft.fill_from(make)
    except Exception:
        draft.discard()
        raise
    return draft


def _content(project: Project, body: dict[str, Any]) -> Draft | None:
    """Return the given bytes, or ``None`` when none are given."""
    if body.get("data"):
        try:
            content = base64.b64decode(str(body["data"]), validate=True)
        except binascii.Error:
            raise ActionRefused("data is not base64.") from None
        draft = project.blobs.draft()
        draft.write(content)
        draft.flush()
        return draft
    if body.get("url"):
        url = str(body["url"])
        if not url.startswith(("http://", "https://")):
            raise ActionRefused("url must be an http or https address.")
        return _drawn(project, lambda path: _fetch(url, path))
    return None


def _fetch(url: str, target: Path) -> None:
    try:
        with urlopen(url, timeout=FETCH_SECONDS) as source, target.open("wb") as file:
            while block := source.read(1024 * 1024):
                file.write(block)
    except (URLError, OSError, ValueError) as error:
        raise ActionRefused(f"{url} could not be fetched: {error}.") from error


def rename(project: Project, uuid: str, name: Any) -> sqlite3.Row:
    return files_store.rename(project, files_store.get(project, uuid), name)


def move(project: Project, uuid: str, folder: Any) -> sqlite3.Row:
    if not isinstance(folder, str) or not folder:
        raise ActionRefused("folder must be a path such as /Archive.")
    return files_store.move(project, files_store.get(project, uuid), folders_store.normal_path(folder))


def set_meta(project: Project, uuid: str, meta: Any) -> sqlite3.Row:
    """Merge metadata; selections may be given by api value, label or internal id."""
    return files_store.set_meta(
        project, files_store.get(project, uuid), metadata_model.to_stored(project, meta)
    )


def set_visibility(project: Project, uuid: str, visibility: Any) -> sqlite3.Row:
    if visibility not in VISIBILITIES:
        raise ActionRefused(f"visibility may be {', '.join(VISIBILITIES)}.")
    row = files_store.get(project, uuid)
    return files_store.change(
        project, row, {"visibility": visibility}, trigger="on_change_visibility", action="H_CHG_VISIBILITY"
    )
