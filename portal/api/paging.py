"""Lists: ``{"items": [...], "next": cursor or null}``, and cursors that fit one list only."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core import signing
from rest_framework import serializers
from rest_framework.response import Response

from portal.core import paging
from portal.core.errors import BadInput


def _signer(wish: object) -> signing.Signer:
    return signing.Signer(sep=".", salt=f"portal.api.paging:{wish!r}")


def seal(cursor: str | None, *, wish: object) -> str | None:
    """
    Return a cursor for callers.

    :param wish: what the list is filtered and sorted by; its ``repr`` is bound into the cursor
    """
    return cursor and _signer(wish).sign(cursor)


def unseal(cursor: str | None, *, wish: object) -> str | None:
    """
    Return the cursor that was sealed.

    :raises BadInput: made up, cut off, or of a list with other filters: going on with it would skip or repeat items
    """
    try:
        return cursor and _signer(wish).unsign(cursor)
    except signing.BadSignature:
        raise BadInput(
            "This cursor does not belong to this list. Keep all filters while you walk, or begin without a cursor.",
            errors=[{"parameter": "cursor", "detail": "Not a cursor of this list."}],
        ) from None


def listing(items: Sequence[Any], next_cursor: str | None = None, **members: Any) -> Response:
    """Return a list as every list is answered."""
    return Response({"items": items, "next": next_cursor, **members})


def position_cursor(position: int) -> str:
    """Return a place in the changes feed as callers keep it, for as long as they like."""
    return paging.encode([position])


def position_of(cursor: str) -> int:
    """
    Return the place a cursor names.

    :raises BadInput: not a cursor of the changes feed
    """
    try:
        _back, (position,) = paging.decode(cursor, kinds=(int,))
    except BadInput:
        position = -1
    if not 0 <= position < 1 << 62:
        raise BadInput(
            "This cursor is not one of the changes feed. Use `cursor` or `next` of an earlier answer.",
            errors=[{"parameter": "cursor", "detail": "Not a cursor of the changes feed."}],
        )
    return position


def list_of(
    name: str, item: type[serializers.BaseSerializer], **members: serializers.Field
) -> serializers.BaseSerializer:
    """Return a serializer that describes a list answer, for the documentation."""
    fields: Mapping[str, Any] = {
        "items": item(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="Give it as `cursor` to get the next page; null on the last one."
        ),
        **members,
    }
    return type(name, (serializers.Serializer,), dict(fields))()
