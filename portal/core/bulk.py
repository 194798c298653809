"""Writing many rows at once."""

from collections.abc import Iterable, Sequence

import orjson
from django.db import connection
from django.db.models import Model


def save_all(objects: Iterable[Model], fields: Sequence[str] = (), *, batch_size: int = 1000) -> None:
    """
    Insert the new objects, giving them their row numbers, and update ``fields`` of the known ones.

    The rows travel as one JSON text that PostgreSQL takes apart: a third of the work of ``bulk_create``, which prepares
    every value by itself, and a twentieth of ``bulk_update``, which writes a CASE per row and field. COPY would be
    faster still but does not work with row-level security. Known objects must be complete, as they were read.

    :raises django.db.Error: as any insert does, for instance on a unique constraint
    """
    objects = list(objects)
    for start in range(0, len(objects), batch_size):
        _save(objects[start : start + batch_size], fields)


def number(objects: Sequence[Model]) -> None:
    """Give the new ones among objects of one kind their row numbers; the rows are still to be saved."""
    new = [instance for instance in objects if instance.pk is None]
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(nextval(s.name::regclass)) FROM "
            "(SELECT pg_get_serial_sequence(%s, 'id') AS name OFFSET 0) AS s, generate_series(1, %s)",
            [new[0]._meta.db_table, len(new)],
        )
        numbers = cursor.fetchone()[0]
    for instance, row_number in zip(new, numbers, strict=True):
        instance.pk = row_number
        instance._state.adding = False
        instance._state.db = connection.alias


def measure(models: Iterable[type[Model]]) -> None:
    """
    Let PostgreSQL look at tables that have just grown many times over. It does so by itself, but a minute later, and
    until then it plans as for a few rows: reading a table from end to end for each thousand of an import.
    """
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def _save(objects: Sequence[Model], fields: Sequence[str]) -> None:
    meta = objects[0]._meta
    columns = [field for field in meta.local_concrete_fields if not field.generated]
    column_of = {field.name: str(field.column) for field in columns}
    quote = connection.ops.quote_name
    table = quote(meta.db_table)
    number(objects)
    with connection.cursor() as cursor:
        for instance in objects:
            # Takes over row numbers that related objects were given after they were assigned, as bulk_create does.
            instance._prepare_related_fields_for_save(operation_name="save_all")  # type: ignore[attr-defined]
        rows = [{str(field.column): getattr(o, field.attname) for field in columns} for o in objects]
        names = ", ".join(quote(column) for column in column_of.values())
        changes = ", ".join(
            f"{quote(c)} = excluded.{quote(c)}" for c in (column_of[field] for field in fields)
        )
        rows_of_text = f"jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
        update = f"ON CONFLICT (id) DO UPDATE SET {changes}" if changes else ""  # nosec B608
        # All names are our own columns.
        insert = f"INSERT INTO {table} ({names}) SELECT {names} FROM {rows_of_text} {update}"  # nosec B608
        cursor.execute(insert, [orjson.dumps(rows).decode()])
