"""
What a file object says beside what every file is mirrored by: who may see it, its addresses, what was made of a video.

Read where it is wanted, not for each file of an import. Nothing here fails: what cannot be read is not said.

Source: Filerobot file API and, where its clients differ, their recorded answers; see ``schemas``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations.payloads import text

_PUBLIC = {"public": True, "visibility_public": True}
_NOT_PUBLIC = {"not_public": False, "private": False, "visibility_organisation": False}
_WORDS = _PUBLIC | _NOT_PUBLIC


def is_public(data: Mapping[str, Any]) -> bool | None:
    """
    Return whether a file is on the public delivery, ``None`` when its object does not say.

    :param data: ``visibility`` is ``{"in_cdn": {"actual": word}}`` (v5), ``{"actual": word, ...}`` (v4) or a word
    """
    value = data.get("visibility")
    if isinstance(value, dict) and isinstance(value.get("in_cdn"), dict | str):
        value = value["in_cdn"]
    if isinstance(value, dict):
        value = next(
            (word for name in ("actual", "inherited", "value") if _known(word := value.get(name))), None
        )
    return _WORDS.get(value.lower()) if isinstance(value, str) else None


def _known(word: Any) -> bool:
    return isinstance(word, str) and word.lower() in _WORDS


@dataclass(frozen=True)
class Links:
    """
    Addresses of a file as the DAM gives them, empty where it gives none.

    ``public``     its place in the store
    ``cdn``        delivery by path, with ``vh``, and ``func=proxy`` for what is served as it is
    ``by_uuid``    delivery by uuid; only there when asked for
    ``permalink``  bytes by the API; says v4 even in answers of v5
    ``preview``    of a version; only in lists of versions
    """

    public: str
    cdn: str
    by_uuid: str
    permalink: str
    preview: str


def links(data: Mapping[str, Any]) -> Links:
    """Return the addresses of a file object."""
    found = data.get("url")
    url: Mapping[str, Any] = found if isinstance(found, dict) else {}
    names = ("public", "cdn", "cdn_permalink", "permalink", "version_preview_link")
    return Links(*(web_address(url.get(name)) for name in names))


def product_position(data: Mapping[str, Any]) -> int | None:
    """Return the place of a file among its product's, ``None`` when it has none; it comes as a text or a number."""
    product = data.get("product")
    value = product.get("position") if isinstance(product, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


@dataclass(frozen=True)
class Video:
    """
    What was made of a video: addresses in the order of the answer, empty where there are none.

    ``playlists`` of streams (HLS ends in ``.m3u8``, DASH in ``.mpd``), ``compressed`` and ``converted`` whole videos
    """

    playlists: tuple[str, ...]
    compressed: tuple[str, ...]
    converted: tuple[str, ...]
    thumbnail: str
    gif: str


def video(data: Mapping[str, Any]) -> Video:
    """Return what a file object's ``info`` says about a video."""
    found = data.get("info")
    info: Mapping[str, Any] = found if isinstance(found, dict) else {}
    playlists: list[Any] = []
    for entry in _list(info.get("playlists")):
        # Newer records group them by resolution, older ones are a flat list.
        playlists.extend(_list(entry.get("playlists")) if isinstance(entry, dict) else [entry])
    return Video(
        playlists=_addresses(playlists),
        compressed=_addresses(_list(info.get("compressed"))),
        converted=_addresses(_list(info.get("converted"))),
        thumbnail=web_address(info.get("video_thumbnail")),
        gif=web_address(info.get("video_gif")),
    )


def playback(data: Mapping[str, Any]) -> str:
    """Return the best address to play a video from: a stream, else delivery, else the store. Empty for none."""
    streams = [link for link in video(data).playlists if urlsplit(link).path.endswith(".m3u8")]
    found = links(data)
    return next((link for link in (*streams, found.cdn, found.public) if link), "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _addresses(values: list[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link for value in values if (link := web_address(value))))


def web_address(value: Any) -> str:
    """Return a value if it is an http address that may be called, else an empty text."""
    if not isinstance(value, str) or len(value) > 4000 or text(value) != value:
        return ""
    try:
        value.encode()
        parts = urlsplit(value)
    except ValueError:
        return ""
    return value if parts.scheme in {"http", "https"} and parts.hostname else ""
