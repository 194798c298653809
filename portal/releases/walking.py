"""
The walk over the files of the store themselves, once a day: half files, files no row knows, rows whose bytes are gone.

What is gone and named is fetched again. The same bytes, and all is well; others, and the rendition stands ``altered``
until staff say what is right.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from portal.core.errors import NotReady
from portal.releases.holders import unnamed
from portal.renditions import judging, store, stored
from portal.renditions import services as renditions
from portal.renditions.models import PictureTest, Rendition, StoredFile, StoreFigures, Verdict
from portal.renditions.store import Found

#: A half file nobody has written to for so long has lost its writer.
HALF_FOR = timedelta(hours=1)
#: A file that no row knows is left alone for so long: its row may be coming.
STRANGE_FOR = timedelta(days=1)
#: A row is there before its file.
_ON_ITS_WAY = timedelta(hours=1)
_EVERY = timedelta(days=1)


@dataclass
class Walked:
    """
    What one stretch of the walk did, in files.

    ``halves``    removed: half files and second copies
    ``strange``   that no row knew; they have one now, and go like everything that nothing names
    ``missing``   newly found to be gone or damaged;  ``repaired``  fetched again, the same to the byte
    ``places``    of 256 looked at;  ``is_over``  whether the walk of this day came to its end
    """

    halves: int = 0
    strange: int = 0
    missing: int = 0
    repaired: int = 0
    places: int = 0
    is_over: bool = False


def walk(*, now: datetime, until: float) -> Walked:
    """
    Go on with the walk of this day, or begin it, and repair what is missing.

    :param until: of ``time.monotonic()``; no new place is begun afterwards
    """
    done = Walked()
    figures, _new = StoreFigures.objects.get_or_create(pk=1)
    if figures.walk_begun_at is None and figures.walked_at is not None and now - figures.walked_at < _EVERY:
        done.is_over = True
    for place in () if done.is_over else [one for one in store.PLACES if one > figures.walk_place]:
        if time.monotonic() > until:
            break
        _look(place, done, now=now)
        done.places += 1
        StoreFigures.objects.filter(pk=1).update(walk_place=place, walk_begun_at=figures.walk_begun_at or now)
        if place == store.PLACES[-1]:
            StoreFigures.objects.filter(pk=1).update(walk_place="", walk_begun_at=None, walked_at=now)
            done.is_over = True
    _repair(done, now=now, until=until)
    return done


def missing_rows() -> QuerySet[StoredFile]:
    """Return what is missing and still looked for. Bytes whose loss staff have accepted are not."""
    cut = Rendition.objects.filter(sha256=OuterRef("sha256"))
    drawn = Verdict.objects.filter(overlay=OuterRef("sha256"))
    tested = PictureTest.objects.filter(overlay=OuterRef("sha256"))
    return StoredFile.objects.filter(
        Exists(cut) | Exists(drawn) | Exists(tested), missing_since__isnull=False
    )


def _look(place: str, done: Walked, *, now: datetime) -> None:
    listed = list(store.listed(place))
    rows = {
        row.sha256: row
        for row in StoredFile.objects.filter(sha256__gte=place, sha256__lt=place + "g").order_by("sha256")
    }
    for found in listed:
        if not found.sha256:
            if now - found.changed_at > (HALF_FOR if found.is_half else STRANGE_FOR):
                store.remove_rest(found)
                done.halves += 1
        elif (row := rows.get(found.sha256)) is None:
            done.strange += _adopt(found, now=now)
        elif row.size != found.size:
            _weigh(row, done, now=now)
        elif row.missing_since is not None:
            stored.note_found(row.sha256)
    there = {found.sha256 for found in listed}
    for row in rows.values():
        # Looked for once more by name: it may have come while the place was listed.
        if row.sha256 not in there and now - row.stored_at > _ON_ITS_WAY and not store.has(row.sha256):
            done.missing += stored.note_missing(row, now=now)


def _adopt(found: Found, *, now: datetime) -> int:
    """Give a file that no row knows a row. It goes like everything else: after the grace, and if nothing names it."""
    if now - found.changed_at < STRANGE_FOR:
        return 0
    row = StoredFile(
        sha256=found.sha256,
        size=found.size,
        stored_at=found.changed_at,
        used_on=found.changed_at.date(),
        condemned_at=now,
    )
    # Whoever puts the same bytes at this moment has a row of their own, and theirs counts.
    StoredFile.objects.bulk_create([row], ignore_conflicts=True)
    return 1


@transaction.atomic
def _weigh(row: StoredFile, done: Walked, *, now: datetime) -> None:
    """Look at bytes whose weight is not what the row says. Damaged ones are taken away: nobody may get them."""
    held = StoredFile.objects.select_for_update().filter(pk=row.pk).first()
    if held is None:
        return
    digest, size = hashlib.sha256(), 0
    try:
        with store.open_bytes(held.sha256) as source:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
    except FileNotFoundError:
        return
    if digest.hexdigest() == held.sha256:
        StoredFile.objects.filter(pk=held.pk).update(size=size)
        return
    store.remove(held.sha256)
    done.missing += stored.note_missing(held, now=now)


def _repair(done: Walked, *, now: datetime, until: float) -> None:
    """Fetch what is missing again. What nothing names is not missed, and goes by itself."""
    missing = missing_rows().filter(condemned_at__isnull=True).order_by("missing_since", "pk")
    free = set(unnamed(missing, now=now).values_list("pk", flat=True))
    StoredFile.objects.filter(pk__in=free, condemned_at__isnull=True).update(condemned_at=now)
    for row in missing.exclude(pk__in=free)[:2000]:
        if time.monotonic() > until:
            return
        cut = Rendition.objects.filter(sha256=row.sha256).select_related("version", "revision").first()
        if cut is None:
            judging.redraw(row.sha256)
            continue
        try:
            made = renditions.ensure(version=cut.version, revision=cut.revision, now=now, wait_seconds=0)
        except renditions.CannotBeMade:
            continue
        except NotReady:
            return
        done.repaired += made.sha256 == row.sha256
