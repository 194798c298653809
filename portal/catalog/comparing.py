"""What the mirror holds, for comparing it with the DAM."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from portal.catalog.models import Variant


@dataclass(frozen=True, slots=True)
class Mirrored:
    """
    What the mirror holds of one file.

    ``version_uuid``, ``sha1``  of the version partners see, ``None`` when they see none
    ``digest``                  ``facts.digest_of`` the fact that was applied last, empty when it is doubted
    """

    uuid: str
    path: str
    approved: bool
    is_gone: bool
    modified_at: datetime | None
    digest: str
    version_uuid: str | None
    sha1: str | None


def mirrored(source: str, uuids: Iterable[str]) -> dict[str, Mirrored]:
    """Return what the mirror holds of the files whose newest version these uuids name, by uuid: one query."""
    rows = Variant.objects.filter(source=source, source_uuid__in=list(uuids)).annotate(
        version_uuid=F("current__source_uuid"), sha1=F("current__sha1")
    )
    return {
        row.source_uuid: Mirrored(
            uuid=row.source_uuid,
            path=row.path,
            approved=row.approved,
            is_gone=row.gone_at is not None,
            modified_at=row.source_modified_at,
            digest=row.facts_digest,
            version_uuid=row.version_uuid,
            sha1=row.sha1,
        )
        for row in rows.only(
            "source_uuid", "path", "approved", "gone_at", "source_modified_at", "facts_digest"
        )
    }


def uuids_at(source: str, paths: Iterable[str]) -> dict[str, str]:
    """Return ``{path: uuid}`` of the living variants that lie at these paths: one query."""
    rows = Variant.objects.filter(source=source, path__in=list(paths), gone_at__isnull=True)
    return dict(rows.values_list("path", "source_uuid"))
