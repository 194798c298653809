"""File and folder objects as the API answers them."""

import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import orjson

from integrations.sandbox.scaleflex import metadata_model
from integrations.sandbox.scaleflex.errors import bad_request, not_found
from integrations.sandbox.scaleflex.project import Folder, Project, join

SELECTS = ("internal", "api", "label", "human")
# Of these the CDN link says "as it is"; pictures, also PSD and EPS, are excepted.
PROXY_TYPES = (
    "video/",
    "audio/",
    "text/",
    "application/pdf",
    "application/postscript",
    "application/vnd.",
    "application/msword",
)
WORDS_V4 = {
    "inherited": "VISIBILITY_INHERIT",
    "public": "VISIBILITY_PUBLIC",
    "not_public": "VISIBILITY_ORGANISATION",
}


@dataclass(frozen=True)
class Options:
    """
    How a caller wants objects.

    ===========  ======================================================================
    api          ``v4`` or ``v5``; they differ in the shape of ``visibility``
    select       selections as ``internal`` ids, ``api`` values or ``label``s
    full_tags    tags with their names, or sids only
    full_labels  labels as objects, or sids only
    variants     languages to keep of localized fields; empty keeps all
    fields       extra fields asked for; ``cdn_permalink`` is the known one
    ===========  ======================================================================
    """

    api: str = "v5"
    select: str = "internal"
    full_tags: bool = True
    full_labels: bool = False
    variants: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    csv: bool = False

    @classmethod
    def read(cls, api: str, args: dict[str, str]) -> "Options":
        """
        Read ``format``, ``lang``/``variant`` and ``fields``.

        :raises ApiError: 400, a format word that does not exist
        """
        found: dict[str, Any] = {}
        for word in filter(None, (part.strip() for part in args.get("format", "").split(","))):
            name, _, value = word.partition(":")
            match name, value:
                case "json" | "csv", "":
                    found["csv"] = name == "csv"
                case "select", value if value in SELECTS:
                    found["select"] = value
                case "tags", "json_full" | "json_compact":
                    found["full_tags"] = value == "json_full"
                case "labels", "json_full" | "json_compact":
                    found["full_labels"] = value == "json_full"
                case "regvar", "api":
                    pass  # regional variants are always named by their api value here
                case _:
                    raise bad_request(f"format does not know {word!r}.", "INVALID_FORMAT")
        return cls(
            api=api,
            variants=_list(args.get("lang") or args.get("variant")),
            fields=_list(args.get("fields")),
            **found,
        )


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


class Renderer:
    """Makes file objects; one per answer, because it reads the small tables once."""

    def __init__(self, project: Project, options: Options):
        self.project = project
        self.options = options
        self.fields = metadata_model.fields_of(project)
        self.folders = project.folders()
        self.tags = project.tag_names()
        self.labels = project.labels()
        self._selections = [field for field in self.fields.values() if field.values]
        self._regional = [key for key, field in self.fields.items() if field.regional]
        self._empty_meta = {key: field.empty for key, field in self.fields.items()}
        self._visible: dict[tuple[str, str], bool] = {}
        base, token = project.base_url, project.token
        self._store, self._cdn, self._api = f"{base}/store/{token}", f"{base}/cdn/{token}", f"{base}/{token}"

    def file(
        self, row: sqlite3.Row, *, relevance: float | None = None, version: bool = False
    ) -> dict[str, Any]:
        """
        Return one file object.

        :param relevance: 0 to 1, for search hits
        :param version: adds ``url.version_preview_link``, which only the versions list has
        """
        folder = row["folder"]
        found = {
            "uuid": row["uuid"],
            "name": row["name"],
            "extension": row["extension"],
            "type": row["mime"],
            "size": {"bytes": row["size"], "pretty": pretty(row["size"])},
            "flags": None,
            "info": self.info(row),
            "meta": self.meta(row["meta"]),
            "tags": self._tags(row["tags"]),
            "labels": self._labels(row["labels"]),
            "relevance": 1 if relevance is None else relevance,
            "visibility": self._visibility(folder, row["visibility"]),
            "is_favorite": None,
            "url": self.url(row, version=version),
            "hash": {"sha1": row["sha1"], "blurhash": None},
            "iptc_xml": {},
            "created_at": row["created_at"],
            "modified_at": row["modified_at"],
            "folder": {"uuid": self._folder_uuid(folder), "name": folder},
            "owner": OWNER,
        }
        if row["product_ref"] is not None:
            found["product"] = {"ref": row["product_ref"], "position": row["product_position"]}
        if row["approval"] is not None:
            found["approval"] = {"latest": row["approval"]}
        return found

    def url(self, row: sqlite3.Row, *, version: bool = False) -> dict[str, str]:
        """Return the addresses of a file; a space is written ``+`` and a plus ``%2B``."""
        path = join(row["folder"], row["name"])
        quoted = quote_plus(path, safe="/")
        proxy = "&func=proxy" if row["mime"].startswith(PROXY_TYPES) else ""
        permalink = f"{self._api}/v4/get/{row['uuid']}"
        found = {
            "public": self._store + quoted,
            "permalink": permalink,
            "cdn": f"{self._cdn}{quoted}?vh={row['sha1'][:6]}{proxy}",
            "path": path,
        }
        if "cdn_permalink" in self.options.fields:
            found["cdn_permalink"] = (
                f"{self._cdn}/{row['uuid']}/{quote_plus(row['name'])}?vh={row['sha1'][:6]}{proxy}"
            )
        if version:
            found["version_preview_link"] = permalink
        return found

    def info(self, row: sqlite3.Row) -> dict[str, Any]:
        info = orjson.loads(row["info"])
        preview = info.pop("preview", None)
        if preview:
            place = "video_thumbnails" if preview == "video_thumbnail" else "thumbnails"
            info[preview] = f"{self._cdn}/.internal/{place}/{row['uuid']}.jpg?vh={row['sha1'][:6]}"
        if made := info.pop("made", None):
            info |= self._made(row["uuid"], made)
        return info

    def _made(self, uuid: str, made: dict[str, list[str]]) -> dict[str, Any]:
        """Return addresses of what video jobs made, in the shapes found in recorded data."""
        base = f"{self._cdn}/.internal/videos/{uuid}"
        links = {name: [f"{base}/{file}" for file in files] for name, files in made.items()}
        if "playlists" in links:
            return {**links, "playlists": [{"playlists": links["playlists"], "resolution": "auto"}]}
        return links

    def meta(self, stored: str) -> dict[str, Any]:
        found = {**self._empty_meta, **orjson.loads(stored)}
        if self.options.select != "internal":
            for field in self._selections:
                found[field.key] = metadata_model.shown(field, found[field.key], self.options.select)
        if variants := self.options.variants:
            for key in self._regional:
                if isinstance(found[key], dict):
                    found[key] = {word: text for word, text in found[key].items() if word in variants}
        return found

    def _tags(self, stored: str) -> dict[str, Any]:
        by_language = orjson.loads(stored)
        if not self.options.full_tags:
            return by_language
        return {
            language: [{"label": self.tags.get(sid, {}).get(language) or sid, "sid": sid} for sid in sids]
            for language, sids in by_language.items()
        }

    def _labels(self, stored: str) -> list[Any]:
        sids = orjson.loads(stored)
        return [self.labels[sid] for sid in sids if sid in self.labels] if self.options.full_labels else sids

    def _visibility(self, folder: str, visibility: str) -> dict[str, Any]:
        key = (folder, visibility)
        if key not in self._visible:
            self._visible[key] = self.project.is_public(folder, visibility)
        actual = "public" if self._visible[key] else "not_public"
        if self.options.api == "v5":
            return {
                "in_dam": {"set": "inherited", "actual": "inherited"},
                "in_cdn": {"set": visibility, "actual": actual},
            }
        word = WORDS_V4[visibility]
        return {"value": word, "inherited": WORDS_V4[actual], "set": word, "actual": WORDS_V4[actual]}

    def _folder_uuid(self, path: str) -> str:
        folder = self.folders.get(path)
        return folder.uuid if folder else ""


OWNER = {
    "uuid": "5f0c2a51-7d4b-5a0e-9b1e-0c6a4f1d2b33",
    "name": "Norrvik Media",
    "email": "media@norrvik.example",
}


def folder_json(project: Project, folder: Folder) -> dict[str, Any]:
    """Return a folder object. Its moments carry no ``Z``, as recorded from the live API."""
    row = project.db.one("SELECT * FROM folders WHERE uuid = ?", (folder.uuid,))
    where, values = below(folder.path)
    counts = project.db.one(
        "SELECT coalesce(sum(folder = ?), 0), count(*), coalesce(sum(size), 0) FROM files"
        f" WHERE current = 1 AND {where}",
        (folder.path, *values),
    )
    if row is None or counts is None:
        raise not_found("The folder", "FOLDER_NOT_FOUND")
    public = project.is_public(folder.path, folder.visibility)
    return {
        "uuid": folder.uuid,
        "name": folder.path.rsplit("/", 1)[1],
        "path": folder.path,
        "visibility": WORDS_V4["public" if public else "not_public"],
        "count": {"files_direct": counts[0], "files_recursive": counts[1]},
        "size": {"total_recursive_bytes": counts[2], "total_recursive_pretty": pretty(counts[2])},
        "created_at": row["created_at"].removesuffix("Z"),
        "updated_at": row["updated_at"].removesuffix("Z"),
        "meta": orjson.loads(row["meta"]),
    }


def below(path: str, column: str = "folder") -> tuple[str, tuple[str, ...]]:
    """Return an SQL condition and its values for rows in a folder or anywhere under it."""
    if path == "/":
        return "1", ()
    # '0' follows '/' in ASCII, so this is the range of everything that starts with 'path/'.
    return f"({column} = ? OR ({column} >= ? AND {column} < ?))", (path, f"{path}/", f"{path}0")


def pretty(size: int) -> str:
    """Return bytes as the vendor words them: ``200.76 KB``."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            break
        amount /= 1024
    return f"{size} B" if unit == "B" else f"{amount:.2f} {unit}"
