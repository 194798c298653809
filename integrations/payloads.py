"""Reading bytes and values from outside, where nothing can be relied on."""

import json
from typing import Any

import orjson

from integrations.errors import BadPayload

#: Bytes of an unreadable answer that are kept for staff.
KEPT = 1_000_000
#: Levels of nesting that are taken.
_DEEPEST = 200


def decode(body: bytes, *, source: str) -> Any:
    """
    Read strict JSON, nested no deeper than what is kept can be written again.

    :param source: vendor's name for the message
    :raises BadPayload: anything else; ``raw`` has the bytes
    """
    value, strict = decode_leniently(body, source=source)
    if not strict:
        raise BadPayload(f"{source} sent JSON with values that JSON does not have.", raw=body[:KEPT])
    if _is_too_deep(value, body):
        raise BadPayload(f"{source} sent JSON that is nested too deeply.", raw=body[:KEPT])
    return value


def _is_too_deep(value: Any, body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= _DEEPEST:
        return False
    # Writing is the quickest way to find out: orjson takes 254 levels. What we put around it later goes in now.
    for _ in range(254 - _DEEPEST):
        value = [value]
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return True
    return False


def decode_leniently(body: bytes, *, source: str) -> tuple[Any, bool]:
    """
    Read JSON, also such as strict readers refuse for one place in it (NaN, half of a surrogate pair).

    :returns: the value, and whether it was strict; of one that was not, ``is_clean`` tells which parts may be used
    :raises BadPayload: not JSON at all
    """
    try:
        return orjson.loads(body), True
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body), False
    except (ValueError, RecursionError):
        start = body.lstrip()[:1]
        shape = "HTML" if start == b"<" else "nothing" if not start else "something that is not JSON"
        raise BadPayload(f"{source} sent {shape}.", raw=body[:KEPT]) from None


def is_clean(value: Any) -> bool:
    """Return whether a decoded value can be written as strict JSON again: no NaN, no half characters, not too deep."""
    try:
        orjson.dumps(value)
    except (orjson.JSONEncodeError, TypeError, RecursionError):
        return False
    # orjson writes NaN as null; the standard library finds it.
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True


def encoded(data: Any) -> bytes:
    """Return a decoded value as JSON again; one with what JSON does not have, as Python shows it."""
    try:
        return orjson.dumps(data)
    except TypeError:
        return repr(data).encode("utf-8", "backslashreplace")


def text(value: Any) -> str:
    """Return a text without the one character PostgreSQL cannot keep; anything but a text is empty."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "") if "\x00" in value else value


def storable(value: Any) -> Any:
    """Return a decoded value without the one character PostgreSQL cannot keep, wherever it stands."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [storable(entry) for entry in value]
    if isinstance(value, dict):
        return {text(name): storable(entry) for name, entry in value.items()}
    return value


def text_of(body: bytes, *, longest: int = 20_000) -> str:
    """Return bytes as a text for staff, laid out when they are JSON; what cannot be read is marked."""
    try:
        shown = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        shown = body.decode("utf-8", "backslashreplace")
    return shown if len(shown) <= longest else f"{shown[:longest]} …"
