"""Keyset paging: a cursor names the last row seen, so a deep page costs what the first one does."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.core.errors import BadInput


@dataclass(frozen=True)
class Page:
    """``items`` in the order asked for; the cursors are ``None`` at either end."""

    items: list[Any]
    next: str | None
    previous: str | None


def encode(values: Sequence[Any], *, back: bool = False) -> str:
    """Return an opaque, address-safe cursor for one row's sort values."""
    payload = orjson.dumps([back, *values])
    return base64.urlsafe_b64encode(payload).rstrip(b"=").decode()


def _moment(text: str) -> datetime:
    """Return an aware time in UTC: PostgreSQL takes fewer offsets than Python does."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def decode(cursor: str, *, kinds: Sequence[type]) -> tuple[bool, list[Any]]:
    """
    Return ``(back, values)`` of a cursor made by ``encode``.

    :param kinds: the type of each value: ``int``, ``str`` or ``datetime``
    :raises BadInput: not a cursor of this list
    """
    try:
        back, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(values) != len(kinds) or not isinstance(back, bool):
            raise ValueError
        out = [_moment(v) if k is datetime else v for v, k in zip(values, kinds, strict=True)]
        if not all(isinstance(v, k) and _may_be_asked(v) for v, k in zip(out, kinds, strict=True)):
            raise ValueError
    except (ValueError, TypeError, OverflowError, binascii.Error, orjson.JSONDecodeError):
        raise BadInput(_("This page address is damaged. Go back to the first page.")) from None
    return back, out


def _may_be_asked(value: Any) -> bool:
    """Leave out what Python reads and the database does not: it would be our mistake and is the address's."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return not isinstance(value, bool)


def after(fields: Sequence[str], values: Sequence[Any], *, descending: bool) -> Q:
    """Rows that sort strictly behind ``values``; all fields run in the same direction."""
    word = "lt" if descending else "gt"
    condition = Q()
    for index, field in enumerate(fields):
        same = dict(zip(fields[:index], values[:index], strict=True))
        condition |= Q(**same, **{f"{field}__{word}": values[index]})
    return condition


def paginate(
    rows: QuerySet,
    *,
    order: Sequence[str],
    kinds: Sequence[type],
    size: int,
    cursor: str | None = None,
    key=lambda row, field: row[field] if isinstance(row, dict) else getattr(row, field),
) -> Page:
    """
    Return one page of a queryset, walking forward or back from the cursor.

    :param order: field names, all with or all without a leading minus; the last one is unique
    :param kinds: the type of each field's values, see ``decode``
    :raises BadInput: the cursor is not one of this list's
    """
    fields = [name.removeprefix("-") for name in order]
    descending = order[0].startswith("-")
    back, values = decode(cursor, kinds=kinds) if cursor else (False, None)
    towards = descending != back
    if values is not None:
        rows = rows.filter(after(fields, values, descending=towards))
    found = list(rows.order_by(*(f"-{f}" if towards else f for f in fields))[: size + 1])
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()

    def mark(row, backwards: bool) -> str:
        return encode([key(row, f) for f in fields], back=backwards)

    has_next = bool(found) and (more or back)
    has_previous = bool(found) and (more if back else values is not None)
    return Page(
        items=found,
        next=mark(found[-1], False) if has_next else None,
        previous=mark(found[0], True) if has_previous else None,
    )
