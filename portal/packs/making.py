"""Making the files that an archive will hold, one after the other, however often it is begun again."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from portal.core.errors import NotReady
from portal.packs import turns
from portal.packs.choices import Shortage
from portal.packs.composing import shortage_of
from portal.renditions import services as renditions
from portal.renditions.protection import refusals


def _why_not(file: Any) -> Shortage:
    """Return why a file cannot be made: a zone may have been drawn after the file was chosen."""
    refused = refusals([(file.version, file.revision)])
    return next(map(shortage_of, refused.values()), Shortage.NOT_MADE)


def make_missing(rows: QuerySet[Any], *, now: datetime, until: float | None = None) -> None:
    """
    Make the files among these that are not there yet and that nobody else is at, and note digest, size, CRC-32 and
    format, or the problem. Holds no transaction while it waits.

    :param rows: of ``PackFile`` or of ``downloads.JobFile``
    :param until: of ``time.monotonic()``; no further file is begun afterwards, but one always is
    """
    for pk in turns.files_to_make(rows, until=until):
        # Whoever takes long may be overtaken; then what they made is the same, and stands already.
        one = rows.filter(turns.MISSING, pk=pk)
        file = one.select_related("version__variant", "revision__recipe").first()
        if file is None:
            continue
        try:
            made = renditions.ensure(version=file.version, revision=file.revision, now=now, wait_seconds=0)
            crc = renditions.with_crc32(made)
        except renditions.CannotBeMade:
            one.update(problem=_why_not(file))
            continue
        except (NotReady, FileNotFoundError):
            # The source is away, somebody else is at it, or the bytes were lost just now: the next round.
            continue
        one.update(sha256=made.sha256, size=made.size, crc32=crc, media_type=made.media_type)
