"""Reading the mirror. For staff and integrations; partners read through ``publications.selectors``."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from portal.catalog.facts import FileFact, outside_fact
from portal.catalog.matching import Known, Unsure
from portal.catalog.models import Variant


def known_uuids(source: str, uuids: Iterable[str]) -> set[str]:
    """Return those of the uuids that name the newest version of a living variant."""
    return set(
        Variant.objects.filter(source=source, source_uuid__any=uuids, gone_at__isnull=True).values_list(
            "source_uuid", flat=True
        )
    )


def uuids_after(source: str, after_id: int, limit: int) -> list[tuple[int, str]]:
    """Return ``(row number, uuid)`` of living variants behind a row, in order: for walking the whole mirror."""
    return list(
        Variant.objects.filter(source=source, gone_at__isnull=True, pk__gt=after_id)
        .order_by("pk")
        .values_list("pk", "source_uuid")[:limit]
    )


def paths_of(source: str, uuids: Iterable[str]) -> dict[str, str]:
    """Return ``{uuid: path}`` of those of the uuids that name the newest version of a living variant."""
    return dict(
        Variant.objects.filter(source=source, source_uuid__any=uuids, gone_at__isnull=True).values_list(
            "source_uuid", "path"
        )
    )


def in_doubt(source: str, facts: Sequence[FileFact]) -> tuple[set[str], set[str]]:
    """
    Tell which facts are about files that the portal may know under another uuid.

    :returns: ``(doubtful, strangers)``: uuids of files known under another uuid, which ``apply_files`` leaves out until
        the DAM has been asked for their versions; and those of which neither uuid nor place is known. Such a file is
        new, or one that was moved and replaced between two looks
    """
    known = Known.load(source, facts)
    doubtful, strangers = set(), set()
    for fact in facts:
        try:
            if known.variant_of(fact) is None:
                strangers.add(fact.uuid)
        except Unsure:
            doubtful.add(fact.uuid)
    return doubtful, strangers


def lying_outside(
    source: str, *, root: str, skipped: Sequence[str], limit: int, now: datetime
) -> list[FileFact]:
    """
    Return what to apply about living variants that lie where nothing is mirrored, after those places were changed.

    :param root: folder below which files are mirrored, and ``skipped`` those below which they are not
    """
    below_root = Q(path__startswith=f"{root.rstrip('/')}/")
    outside = ~below_root
    for folder in skipped:
        outside |= Q(path__startswith=f"{folder.rstrip('/')}/")
    rows = Variant.objects.filter(outside, source=source, gone_at__isnull=True).order_by("pk")
    return [
        outside_fact(
            source=source,
            uuid=row.source_uuid,
            path=row.path,
            modified_at=row.source_modified_at or now,
            read_at=row.read_at,
            approved=row.approved,
            approval_word=row.approval_word,
        )
        for row in rows[:limit]
    ]
