"""
The rows of the store: who uses which bytes, and since when nobody does.

Using and removing the same bytes cannot cross. ``note_used`` writes the row, a removal holds it locked: whoever comes
second waits, and finds either bytes that stay or none at all. Bytes used today cannot be condemned before they were
unused for a whole day (``collecting``), so that a row which names today needs no second look.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from portal.renditions.stored_models import StoredFile, StoreFigures

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable


def today() -> date:
    """Return the day in UTC, as ``used_on`` counts."""
    return timezone.now().date()


def note_used(sha256: str, size: int | None) -> None:
    """Note that somebody puts or uses these bytes: they stay. Waits while they are being removed."""
    now = timezone.now()
    row = StoredFile(sha256=sha256, size=size, stored_at=now, used_on=now.date(), condemned_at=None)
    StoredFile.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["sha256"],
        update_fields=["size", "used_on", "condemned_at"],
    )


def note_found(sha256: str) -> None:
    """Note that bytes which were missing are there again."""
    StoredFile.objects.filter(sha256=sha256, missing_since__isnull=False).update(missing_since=None)


def used_on(digest: str = "sha256") -> "Combinable":
    """Return an expression for the day on which the bytes of a row were last used, ``None`` for unknown ones."""
    return Subquery(StoredFile.objects.filter(sha256=OuterRef(digest)).values("used_on")[:1])


def is_held(sha256: str) -> bool:
    """Whether these very bytes are to be kept, whether or not they are there just now."""
    return StoredFile.objects.filter(sha256=sha256).exists()


def figures() -> StoreFigures:
    """Return the figures of the last look; all nought before the first one."""
    return StoreFigures.objects.first() or StoreFigures()


def note_collected(*, count: int, size: int) -> None:
    """Add to what has gone since the portal runs."""
    StoreFigures.objects.get_or_create(pk=1)
    StoreFigures.objects.update(
        collected_count=F("collected_count") + count, collected_bytes=F("collected_bytes") + size
    )


def missing(*, limit: int) -> list[StoredFile]:
    """Return bytes that were looked for and are not there, the longest missing first."""
    return list(
        StoredFile.objects.filter(missing_since__isnull=False).order_by("missing_since", "pk")[:limit]
    )


def missing_among(digests: list[str]) -> set[str]:
    """Return those of these digests whose bytes were looked for and are not there: one query over a small index."""
    rows = StoredFile.objects.filter(Q(missing_since__isnull=False), sha256__in=digests)
    return set(rows.values_list("sha256", flat=True))


def note_lost(digests: Collection[str], *, now: datetime) -> None:
    """Note that bytes somebody came for are not there. Staff see it, and the next walk looks for them as well."""
    StoredFile.objects.filter(sha256__in=digests, missing_since__isnull=True).update(missing_since=now)


def note_missing(row: StoredFile, *, now: datetime) -> bool:
    """Note that bytes are not there; ``False`` when that is known."""
    rows = StoredFile.objects.filter(pk=row.pk, missing_since__isnull=True)
    return bool(rows.update(missing_since=now))
