"""The delivery addresses: which bytes, whether they may leave, and how they are sent."""

import mimetypes
import os
import sqlite3
import threading
import uuid as uuid_module
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus

from werkzeug.http import is_byte_range_valid, parse_range_header
from werkzeug.wrappers import Request, Response

from integrations.sandbox.scaleflex import files_store
from integrations.sandbox.scaleflex.delivery import images, parameters, signing, video
from integrations.sandbox.scaleflex.delivery.cache import Cache
from integrations.sandbox.scaleflex.delivery.made import made_file
from integrations.sandbox.scaleflex.delivery.parameters import Transform
from integrations.sandbox.scaleflex.errors import ApiError, json_response, not_found
from integrations.sandbox.scaleflex.metadata_model import settings_of
from integrations.sandbox.scaleflex.project import Project, join

IMAGE_KINDS = ("jpeg", "png", "webp", "avif", "gif")
VIDEO_KINDS = ("mp4", "webm", "h265.mp4")
MIMES = {"mp4": "video/mp4", "h265.mp4": "video/mp4", "webm": "video/webm"}
# Not white behind it, or a white logo could not be seen.
THUMBNAIL = Transform(width=300, height=300, func="bound", background="eeeeea")
PLAYLIST_TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t"}
BLOCK = 256 * 1024
# What JavaScript's encodeURI leaves as it is.
ENCODE_URI = "/!'()*~;,:@&=$"


class Delivery:
    """The CDN (``/cdn/{token}/...``) and the store of originals (``/store/{token}/...``) of a project."""

    def __init__(self, project: Project):
        self.project = project
        self.cache = Cache(project.folder / "cache")
        # Two cores: two pictures, or one video, at a time; the rest wait in line.
        self._image_turns = threading.BoundedSemaphore(2)
        self._video_turns = threading.BoundedSemaphore(1)

    def answer(self, request: Request) -> Response:
        """
        Answer a delivery address.

        :raises ApiError: 403, 404, 4xx for work that cannot be done
        """
        if request.method not in ("GET", "HEAD"):
            raise ApiError(405, "METHOD_NOT_ALLOWED", "Delivery takes GET and HEAD.")
        place, token, path = _split(request.path)
        if token != self.project.token:
            raise not_found("The project", "PROJECT_NOT_FOUND")
        if place == "store":
            row = self._at(path)
            self._refuse_private(row)
            return self.original(request, row)
        raw_query = request.query_string.decode("latin-1")
        switches = self.project.switches.all()
        if path.startswith("/.internal/"):
            return self._internal(request, path)
        row = self._at(path)
        query = signing.check(
            switches["cdn_security"], switches["cdn_salt"], int(switches["cdn_digest_length"]),
            spellings(row, path), parse_qsl(raw_query, keep_blank_values=True), raw_query,
        )  # fmt: skip
        self._refuse_private(row)
        presets = {
            preset["name"]: preset["params"] for preset in settings_of(self.project).get("presets", [])
        }
        wanted = parameters.read(query, presets)
        return self._deliver(request, row, wanted, dict(reversed(query)), int(switches["cdn_quality"]))

    def _at(self, path: str) -> sqlite3.Row:
        """Find a file by its path, or by ``/{uuid}/{name}``, which keeps naming the same version."""
        if row := files_store.at_address(self.project, path):
            return row
        first, _, rest = path.lstrip("/").partition("/")
        if rest and "/" not in rest and _is_uuid(first):
            row = self.project.db.one("SELECT * FROM files WHERE uuid = ?", (str(uuid_module.UUID(first)),))
            if row:
                return row
        raise not_found("The file", "FILE_NOT_FOUND")

    def _refuse_private(self, row: sqlite3.Row) -> None:
        if not self.project.is_public(row["folder"], row["visibility"]):
            if self.project.switches["private_status"] == 404:
                raise not_found("The file", "FILE_NOT_FOUND")
            raise ApiError(403, "FILE_NOT_PUBLIC", "This file is not public.")

    def source(self, row: sqlite3.Row) -> Path:
        """Return a path with the version's bytes, writing generated ones first."""
        if row["content"] == "blob":
            return self.project.blobs.path(row["sha1"])
        _, picture, number = row["content"].split(":")
        return self.cache.get(
            f"bulk {picture} {number}",
            lambda path: self.project.blobs.write_bulk(int(picture), int(number), path),
        )

    def original(self, request: Request, row: sqlite3.Row, *, download: str | None = None) -> Response:
        """Send a version's own bytes."""
        return self.send_file(request, self.source(row), row["mime"], row["sha1"], download=download)

    def _internal(self, request: Request, path: str) -> Response:
        """Serve thumbnails (``thumbnails`` and ``video_thumbnails``) and what video jobs made (``videos``)."""
        place, _, name = path.removeprefix("/.internal/").partition("/")
        uuid, _, inner = name.partition("/")
        if place == "videos" and inner and _is_uuid(uuid):
            row = files_store.get(self.project, uuid)
            self._refuse_private(row)
            made = made_file(self.project, row["uuid"], inner)
            mime = PLAYLIST_TYPES.get(made.suffix) or mimetypes.guess_type(made.name)[0] or "video/mp4"
            return self.send_file(request, made, mime, f"{row['sha1'][:12]}-{made.name}")
        if place not in ("thumbnails", "video_thumbnails") or not _is_uuid(name.removesuffix(".jpg")):
            raise not_found("The file", "FILE_NOT_FOUND")
        row = files_store.get(self.project, name.removesuffix(".jpg"))
        made = self._image(row, THUMBNAIL, "jpeg", 75)
        return self.send_file(request, made, "image/jpeg", f"{row['sha1']}-thumbnail")

    def _deliver(
        self, request: Request, row: sqlite3.Row, wanted: Transform, query: dict[str, str], quality: int
    ) -> Response:
        name = query.get("force_download")
        download = name or (row["name"] if query.get("download") == "1" or name == "" else None)
        kind, negotiated = choose(row["mime"], wanted, request.headers.get("Accept", ""))
        if kind is None and not wanted.untouched:
            raise ApiError(415, "NOT_A_PICTURE", f"{row['mime']} is delivered as it is only: use func=proxy.")
        if query.get("ci_info") == "1":
            return json_response(self._facts(row, wanted, kind, quality))
        if kind is None or wanted.untouched:
            return self.original(request, row, download=download)
        path, mime = self._derive(row, wanted, kind, quality)
        if download and download == row["name"]:
            download = f"{Path(row['name']).stem}{mimetypes.guess_extension(mime) or ''}"
        tag = f"{row['sha1'][:12]}-{path.name[:16]}"
        response = self.send_file(request, path, mime, tag, download=download)
        if negotiated:
            response.headers["Vary"] = "Accept"
        return response

    def _derive(self, row: sqlite3.Row, wanted: Transform, kind: str, quality: int) -> tuple[Path, str]:
        if kind in VIDEO_KINDS:
            return self._video(row, wanted, kind), MIMES[kind]
        return self._image(row, wanted, kind, wanted.quality or quality), f"image/{kind}"

    def _image(self, row: sqlite3.Row, wanted: Transform, kind: str, quality: int) -> Path:
        def make(path: Path) -> None:
            source = self.source(row)
            with self._image_turns:
                if row["mime"].startswith("video/"):
                    source = self.cache.get(
                        f"still {row['sha1']}", lambda still: video.still(self.source(row), still)
                    )
                images.render(source, path, wanted, kind, quality)

        return self.cache.get(f"image {row['sha1']} {wanted} {kind} {quality}", make)

    def _video(self, row: sqlite3.Row, wanted: Transform, kind: str) -> Path:
        video.check(row["size"], row["name"], wanted)

        def make(path: Path) -> None:
            with self._video_turns:
                video.transcode(self.source(row), path, wanted, kind)

        return self.cache.get(f"video {row['sha1']} {wanted} {kind}", make)

    def _facts(self, row: sqlite3.Row, wanted: Transform, kind: str | None, quality: int) -> dict[str, Any]:
        """Return what ``ci_info=1`` shows; its keys are ours, as the vendor's are not published."""
        original = {"mime": row["mime"], "bytes": row["size"], "sha1": row["sha1"]}
        if kind is None or wanted.untouched:
            return {"original": original, "result": original}
        path, mime = self._derive(row, wanted, kind, quality)
        result: dict[str, Any] = {"mime": mime, "bytes": path.stat().st_size}
        if kind in IMAGE_KINDS:
            result["width"], result["height"] = images.size_of(path)
        return {"original": original, "result": result}

    def send_file(
        self, request: Request, path: Path, mime: str, tag: str, *, download: str | None = None
    ) -> Response:
        """Send a file in blocks, with ranges, conditions and lifetime."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise not_found("The file", "FILE_NOT_FOUND") from None
        size = os.fstat(file.fileno()).st_size
        response = Response(mimetype=mime)
        response.set_etag(tag)
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Cache-Control"] = f"public, max-age={int(self.project.switches['cdn_max_age'])}"
        if download:
            ascii_name = download.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
            response.headers["Content-Disposition"] = (
                f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(download, safe='')}"
            )
        start, stop = 0, size
        if request.if_none_match and request.if_none_match.contains_weak(tag):
            response.status_code, start, stop = 304, 0, 0
        elif wanted := _range(request, size, tag):
            start, stop = wanted
            if start >= stop:
                file.close()
                response.status_code = 416
                response.headers["Content-Range"] = f"bytes */{size}"
                return response
            response.status_code = 206
            response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        if response.status_code != 304:
            response.headers["Content-Length"] = str(stop - start)
        if request.method == "HEAD" or start == stop:
            file.close()
            return response
        response.response = _blocks(file, start, stop)
        response.direct_passthrough = True
        return response


def _blocks(file: Any, start: int, stop: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = stop - start
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def _range(request: Request, size: int, tag: str) -> tuple[int, int] | None:
    """Return the one byte range asked for, ``(0, 0)`` for one that cannot be met, ``None`` for all."""
    header = request.headers.get("Range")
    if not header or (request.headers.get("If-Range") or f'"{tag}"') != f'"{tag}"':
        return None
    wanted = parse_range_header(header)
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return None
    found = wanted.range_for_length(size)
    return found if found and is_byte_range_valid(*found, size) else (0, 0)


def choose(mime: str, wanted: Transform, accept: str) -> tuple[str | None, bool]:
    """
    Return the format to encode, and whether ``Accept`` had a say.

    ``None`` means that the file's own bytes are all there is (PDF, office files, audio).
    """
    own = {"image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp", "image/gif": "gif",
           "image/svg+xml": "png", "image/avif": "avif"}.get(mime)  # fmt: skip
    if mime.startswith("video/"):
        own = "webm" if mime == "video/webm" else "mp4"
        kinds = [kind for kind in wanted.formats if kind in VIDEO_KINDS or kind in IMAGE_KINDS]
        return (kinds[0] if kinds else "mp4" if "auto" in wanted.formats else own), False
    if not mime.startswith("image/"):
        return None, False
    formats = [kind for kind in wanted.formats if kind not in VIDEO_KINDS]
    if not formats:
        return own or "jpeg", False
    if len(formats) == 1 and formats != ["auto"]:
        return "webp" if formats[0] == "awebp" else formats[0], False
    for kind in formats:
        if kind == "auto":
            return ("webp" if _accepts(accept, "webp", explicitly=True) else own or "jpeg"), True
        encoding = "webp" if kind == "awebp" else kind
        if (kind != "awebp" or mime == "image/gif") and _accepts(accept, encoding):
            return encoding, True
    return own or "jpeg", True


def _accepts(accept: str, kind: str, *, explicitly: bool = False) -> bool:
    if kind in ("jpeg", "png", "gif"):
        return True
    words = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    return f"image/{kind}" in words or (not explicitly and bool(words & {"", "*/*", "image/*"}))


def spellings(row: sqlite3.Row, path: str) -> list[str]:
    """
    Return a path as it may have been written in the address, for checking signatures.

    The server hands over decoded paths only, in which ``+`` and space can no longer be told apart; the
    file's own path still can.
    """
    own = join(row["folder"], row["name"])
    if files_store.path_key(own) == files_store.path_key(path):
        path = own
    forms = (quote_plus(path, safe="/"), quote(path, safe="/"), quote(path, safe=ENCODE_URI), path)
    return list(dict.fromkeys(forms))


def _split(path: str) -> tuple[str, str, str]:
    place, _, rest = path.lstrip("/").partition("/")
    token, _, inner = rest.partition("/")
    return place, token, "/" + inner.removeprefix("v7/")


def _is_uuid(text: str) -> bool:
    try:
        uuid_module.UUID(text)
    except ValueError:
        return False
    return True
