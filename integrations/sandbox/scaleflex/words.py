"""Words made from names: search text, media types, slugs."""

import mimetypes
import re
from typing import Any

import orjson

# Beside or against what the machine's own table says, so that every machine agrees.
TYPES = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "avif": "image/avif", "svg": "image/svg+xml", "tif": "image/tiff", "tiff": "image/tiff",
    "psd": "image/vnd.adobe.photoshop", "eps": "image/x-eps", "ps": "application/postscript",
    "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
    "mp3": "audio/mpeg", "wav": "audio/wav", "pdf": "application/pdf", "zip": "application/zip",
    "txt": "text/plain", "css": "text/css", "csv": "text/csv", "html": "text/html", "json": "application/json",
    "vtt": "text/vtt", "srt": "application/x-subrip",
}  # fmt: skip
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)


def extension_of(name: str) -> str:
    """Return the lower-case ending without its dot, or an empty text."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if stem and dot else ""


def mime_of(name: str, start: bytes) -> str:
    """
    Return a media type: by the bytes where they say it, else by the name.

    :param start: the first bytes of the content, a few hundred
    """
    for magic, mime in _STARTS:
        if start.startswith(magic):
            return mime
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[4:8] == b"ftyp":
        if start[8:12] in (b"avif", b"avis"):
            return "image/avif"
        return "video/quicktime" if start[8:10] == b"qt" else "video/mp4"
    extension = extension_of(name)
    guessed = TYPES.get(extension) or mimetypes.guess_type(name)[0]
    if not guessed and start.lstrip()[:5] in (b"<?xml", b"<svg ", b"<svg>"):
        return "image/svg+xml"
    return guessed or "application/octet-stream"


def mime_category(word: str) -> tuple[str, list[Any]]:
    """
    Return an SQL condition for a category such as ``image`` or ``document``.

    :raises ValueError: no such category
    """
    if word in ("image", "video", "audio", "text", "application"):
        return "mime LIKE ?", [f"{word}/%"]
    if word in ("document", "other"):
        media = "(mime LIKE 'image/%' OR mime LIKE 'video/%' OR mime LIKE 'audio/%')"
        documents = "(mime LIKE 'text/%' OR mime = 'application/pdf' OR mime LIKE 'application/%office%')"
        return (documents, []) if word == "document" else (f"NOT {media} AND NOT {documents}", [])
    raise ValueError(f"There is no file type {word!r}. There are image, video, audio, document and other.")


def like(text: str) -> str:
    """Return a pattern for ``LIKE ... ESCAPE '\\'`` that finds the text anywhere."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def search_text(name: str, meta: dict[str, Any], others: list[str]) -> str:
    """Return the case-folded words a free-text search looks at, the folder aside."""
    words = [name, *others]
    waiting: list[Any] = list(meta.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif value not in (None, "") and not isinstance(value, bool):
            words.append(str(value))
    return " ".join(words).casefold()


def slug(text: str) -> str:
    return re.sub(r"\W+", "-", text.casefold()).strip("-")


def dumps(data: Any) -> str:
    return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS).decode()
