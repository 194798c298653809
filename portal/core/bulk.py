"""Writing many rows at once."""

from collections.abc import Iterable, Sequence

from django.db.models import Model


def save_all(objects: Iterable[Model], fields: Sequence[str], *, batch_size: int = 1000) -> None:
    """
    Insert the new objects and update the given fields of the known ones, two statements per batch at most.

    Django's ``bulk_update`` writes a CASE per row and field, which takes seconds for a thousand rows; an upsert on the
    row number takes milliseconds. Objects that are known must be complete, as they are when they were read.
    """
    objects = list(objects)
    if not objects:
        return
    manager = type(objects[0])._base_manager
    new = [o for o in objects if o.pk is None]
    known = [o for o in objects if o.pk is not None]
    manager.bulk_create(new, batch_size=batch_size)
    manager.bulk_create(
        known, update_conflicts=True, unique_fields=["id"], update_fields=list(fields), batch_size=batch_size
    )
