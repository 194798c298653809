"""Fills an empty project from a seed folder: ``catalogue.json`` and the originals beside it."""

import json
import logging
import uuid
from pathlib import Path
from typing import Any

from integrations.sandbox.scaleflex import files_store, folders_store, metadata_model, tagging
from integrations.sandbox.scaleflex.files_store import NewFile
from integrations.sandbox.scaleflex.measure import measure
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.words import dumps, extension_of, mime_of

logger = logging.getLogger("sandbox.scaleflex")

# Ids follow from path and version, so that the same seed gives the same ones after a reset.
NAMESPACE = uuid.UUID("7c1e8a54-51f3-5d0e-93c5-0b7e1d7a6a11")


def load_if_empty(project: Project, seed: Path | None) -> None:
    """
    Load the seed when the project holds no files; without a seed only the root folder is made.

    :raises FileNotFoundError: the catalogue names a file that is not there
    """
    folders_store.ensure(project, "/")
    catalogue = seed / "catalogue.json" if seed else None
    if catalogue is None or not catalogue.exists() or project.db.value("SELECT 1 FROM files LIMIT 1"):
        return
    data = json.loads(catalogue.read_text("utf-8"))
    _settings(project, data.get("settings") or {})
    with project.write() as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO products VALUES (?, ?)",
            [(product["ref"], dumps(product)) for product in data.get("products", [])],
        )
    for entry in data["files"]:
        _load(project, catalogue.parent, entry)
    logger.info("seed loaded: %s files", len(data["files"]))


def _settings(project: Project, settings: dict[str, Any]) -> None:
    known = metadata_model.EMPTY_SETTINGS
    project.put_document(
        "settings",
        {"metadata": settings.get("metadata", known["metadata"]), "presets": settings.get("presets", [])},
    )
    with project.write() as connection:
        connection.executemany(
            "INSERT OR REPLACE INTO labels VALUES (:uuid, :sid, :name, :color, :shape)",
            settings.get("labels", []),
        )


def _load(project: Project, seed: Path, entry: dict[str, Any]) -> None:
    """Load one entry of the catalogue with its versions, oldest first. Nobody is told: it was always there."""
    folder, _, name = entry["path"].rpartition("/")
    folder = folders_store.normal_path(folder)
    history = [*entry.get("versions", []), {"file": entry["file"], "modified_at": entry["modified_at"]}]
    asset = str(uuid.uuid5(NAMESPACE, entry["path"]))
    tags = {
        language: [tagging.tag_sid(project, tag, language) for tag in names]
        for language, names in (entry.get("tags") or {}).items()
    }
    product = entry.get("product") or {}
    position = product.get("position")
    for number, version in enumerate(history):
        source = seed / version["file"]
        sha1, size = project.blobs.keep_file(source)
        with source.open("rb") as file:
            mime = mime_of(name, file.read(512))
        newest = number == len(history) - 1
        new = NewFile(
            folder, name, mime, size, sha1, measure(source, mime, extension_of(name)),
            meta=metadata_model.to_stored(project, entry.get("meta") or {}),
            tags=tags,
            labels=tagging.label_sids(project, entry.get("labels") or []),
            product=(product.get("ref"), None if position is None else str(position)),
            approval=entry.get("approval"),
            uuid=str(uuid.uuid5(NAMESPACE, f"{entry['path']}#{number}")),
            created_at=entry["created_at"] if number == 0 else version["modified_at"],
            modified_at=version["modified_at"],
        )  # fmt: skip
        files_store.create(project, new, asset=asset, current=newest)
