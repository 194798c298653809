"""Single values of what the grid sends, read tolerantly: wrong types are absent, long texts are cut."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from integrations.errors import BadPayload
from integrations.payloads import text

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: Unix times above this are milliseconds: as seconds they would lie beyond the year 5000.
_MILLISECONDS_FROM = 1e11


def required(data: Mapping[str, Any], name: str, sentence: str) -> str:
    """
    Return an id or a name that must be there; whole numbers are taken as texts.

    :raises BadPayload: it is not, with this sentence
    """
    value = identity(data.get(name))
    if not value:
        raise BadPayload(sentence)
    return value


def identity(value: Any) -> str:
    """Return an id, at most 200 characters; empty when there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:200]
    return text(value).strip()[:200]


def word(value: Any) -> str:
    """Return a word of a list of words, in capitals; at most 40 characters."""
    return text(value).strip().upper()[:40]


def words(value: Any) -> list[str]:
    """Return the texts of a list, each once and at most 40 characters."""
    entries = value if isinstance(value, list) else []
    return list(dict.fromkeys(found for entry in entries if (found := text(entry).strip()[:40])))


def languages(value: Any) -> list[str]:
    """Return the language tags of a list in their usual spelling; source: BCP 47."""
    found = []
    for tag in words(value):
        if _LANGUAGE.fullmatch(tag) and len(tag) <= 12:
            first, *rest = tag.split("-")
            found.append(
                "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])
            )
    return found


def language(value: Any) -> str:
    """Return a language tag in its usual spelling, empty when it is none."""
    return next(iter(languages([value])), "")


def number(value: Any, *, least: int = 0, most: int = 2**53) -> int | None:
    """Return a whole number within bounds, ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        return None
    return value


def moment(value: Any) -> datetime | None:
    """
    Return a time, aware and in UTC; ``None`` for anything that is none.

    Taken are ISO 8601, without a zone as UTC, and Unix times, in milliseconds as Cartographer sends them or in seconds.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
            return datetime.fromtimestamp(seconds, UTC)
        found = datetime.fromisoformat(text(value).strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def stamp(value: Any) -> str | None:
    """Return a time as ISO 8601 in UTC, for JSON; ``None`` for anything that is none."""
    found = moment(value)
    return found.isoformat() if found else None


def prose(value: Any, longest: int = 4000) -> str:
    """Return what a person wrote, at most so many characters."""
    return text(value).strip()[:longest]


def by_language(value: Any) -> dict[str, str]:
    """Return ``{language: text}``; a bare text stands under ``und`` (BCP 47: undetermined)."""
    if isinstance(value, str):
        return {"und": prose(value)} if value.strip() else {}
    entries = value.items() if isinstance(value, dict) else ()
    return {tag: prose(said) for key, said in entries if (tag := language(key)) and prose(said)}


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; anything else in it is passed over."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def member(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return an object within an object; empty when there is none."""
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def known(value: Any, choices: tuple[str, ...], sentence: str) -> str:
    """
    Return a word that decides something.

    :raises BadPayload: it is not one of the choices; the sentence has one ``%s`` for it
    """
    found = word(value)
    if found not in choices:
        raise BadPayload(sentence % repr(found))
    return found


def is_address(value: str) -> bool:
    """Return whether this is a mail address we may write to."""
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True
