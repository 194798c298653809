"""Making the files that an archive will hold, one after the other, however often it is begun again."""

import time
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from portal.core.errors import NotReady
from portal.packs.choices import Shortage
from portal.packs.composing import shortage_of
from portal.renditions import services as renditions
from portal.renditions.protection import refusals


def _why_not(file: Any) -> Shortage:
    """Return why a file cannot be made: a zone may have been drawn after the file was chosen."""
    refused = refusals([(file.version, file.revision)])
    return next(map(shortage_of, refused.values()), Shortage.NOT_MADE)


def make_missing(rows: QuerySet[Any], *, now: datetime, until: float | None = None) -> bool:
    """
    Make the files among these that are not there yet, and note digest, size, CRC-32 and format, or the problem. Holds
    no transaction while it waits.

    :param rows: of ``PackFile`` or of ``downloads.JobFile``
    :param until: of ``time.monotonic()``; no new file is begun afterwards
    :returns: ``False`` when time ran out
    """
    waiting = rows.filter(sha256="", problem="").select_related("version__variant", "revision__recipe")
    for file in waiting.order_by("position"):
        if until is not None and time.monotonic() > until:
            return False
        one = rows.filter(pk=file.pk)
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
    return True
