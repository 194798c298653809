"""
Captions of a video: files of their own, approved and released like any other, that stand beside what they belong to.

A file of captions is named after its video, with its language between name and ending: ``Film.de.vtt`` beside
``Film.mp4``. Where files say which group they are of, the group counts instead of the name.
"""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf.locale import LANG_INFO

if TYPE_CHECKING:
    from portal.catalog.models import Asset

#: Endings; the first is what browsers play.
FORMATS = ("vtt", "srt")
_MEDIA_TYPES = {"text/vtt": "vtt", "application/x-subrip": "srt", "text/srt": "srt", "application/srt": "srt"}
_LANGUAGES = {code.split("-")[0] for code in LANG_INFO}


def format_of(*, media_type: str, extension: str) -> str:
    """
    Return ``vtt`` or ``srt``, empty for anything that is no captions.

    :param media_type: without parameters; ``extension`` without dot, lower case: many call captions a plain text
    """
    return _MEDIA_TYPES.get(media_type) or (extension if extension in FORMATS else "")


def is_played(*, media_type: str, extension: str) -> bool:
    """Return whether browsers show it over a video."""
    return format_of(media_type=media_type, extension=extension) == FORMATS[0]


def split(path: str) -> tuple[str, str]:
    """
    Return the path without ending of what a file of captions belongs to, and its language, empty when it names none.

    ``/Video/A day.pt-BR.vtt`` gives ``/Video/A day`` and ``pt-BR``.
    """
    stem = without_ending(path)
    folder, slash, name = stem.rpartition("/")
    name, _dot, code = name.rpartition(".")
    # "A day.final.vtt" names no language: only those that somebody speaks count.
    if not name or code.replace("_", "-").split("-")[0].lower() not in _LANGUAGES:
        return stem, ""
    return f"{folder}{slash}{name}", code


def without_ending(path: str) -> str:
    """Return a path without the ending of its name."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.rpartition('.')[0] or name}"


def key_of(owner: str) -> str:
    """
    Return what captions and their video have in common: 40 hex digits.

    :param owner: the group of the video, or its path without ending; upper and lower case are one
    """
    return hashlib.sha256(owner.casefold().encode()).hexdigest()[:40]


def moved(asset: "Asset", old: str, new: str) -> bool:
    """
    Let captions that stand where their name says stand where the new one does, unsaved: where a file lies is the file's
    and not a version's, so it counts also while a version waits.

    :returns: whether anything changed; nothing does for what stands beside its group, or is no captions
    """
    if old == new or asset.captions_key != key_of(split(old)[0]):
        return False
    asset.captions_key = key_of(split(new)[0])
    return True


def keys_of(*, group: str, paths: Iterable[str]) -> list[str]:
    """
    Return the keys under which a video's captions may stand.

    :param group: of the video
    :param paths: where its files lie
    """
    return [key_of(owner) for owner in dict.fromkeys([group, *map(without_ending, paths)])]
