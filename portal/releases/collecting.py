"""
Making room in the store of renditions, and telling when there is none.

In two steps. What nothing names and nobody asked for is condemned; a grace later it goes, unless somebody asked for it
or named it meanwhile. Removing holds the row of the bytes locked: whoever uses or puts the same bytes waits for the
end, and then makes them anew. The call that removes them is made inside that transaction on purpose: the lock is the
guard, and dies with us. A rendition whose bytes went is ``away``; it is made again for whoever asks.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from portal.activity import services as activity
from portal.core import rowscope
from portal.releases import walking
from portal.releases.holders import unnamed
from portal.renditions import store, stored
from portal.renditions.choices import RenditionState
from portal.renditions.models import Rendition, StoredFile, StoreFigures

#: Between condemned and gone: longer than any archive takes that was being sent when its files lost their names.
GRACE = timedelta(hours=24)
#: Whatever the bound says, bytes stay that somebody asked for since yesterday.
LEAST_UNUSED = timedelta(days=1)
_BATCH, _CONDEMNED_TOGETHER = 20, 1000


@dataclass
class Collected:
    """
    What one run did, or would do. Counts of files and their bytes.

    ``condemned``  go after the grace;  ``removed``  went;  ``spared``  had been condemned, and are named again
    ``walk``       what the walk over the files themselves found
    """

    condemned: int = 0
    condemned_bytes: int = 0
    removed: int = 0
    removed_bytes: int = 0
    spared: int = 0
    walk: walking.Walked | None = None


def collect(*, now: datetime, seconds: float = 45.0, walk: bool = True) -> Collected:
    """
    Take the next steps of tidying up, for a bounded time. It may be killed anywhere: the next run goes on.

    :param walk: also go on with the daily walk over the files themselves
    """
    until, done = time.monotonic() + seconds, Collected()
    # Every company's rows: what a narrower sight does not show would look unnamed, and go.
    with rowscope.everything():
        _condemn_unused(done, now=now, until=until)
        over = _condemn_over_bound(done, now=now)
        _remove(done, now=now, until=until)
        if walk:
            done.walk = walking.walk(now=now, until=until)
        _count(now=now, full=over)
        if done.removed:
            activity.record(
                verb="renditions.collected",
                subject="renditions",
                data={"count": done.removed, "bytes": done.removed_bytes},
                now=now,
            )
    return done


def preview(*, now: datetime) -> Collected:
    """Return what ``collect`` would condemn and remove now. Changes nothing."""
    done = Collected()
    # As above.
    with rowscope.everything():
        done.condemned, done.condemned_bytes = _sum(unnamed(_unused(now), now=now))
        due = StoredFile.objects.filter(condemned_at__lte=now - GRACE)
        done.removed, done.removed_bytes = _sum(unnamed(due, now=now))
        done.spared = due.count() - done.removed
        excess = _excess() - done.condemned_bytes
        if excess > 0:
            more = _least_used(excess, now=now, besides=_unused(now))
            done.condemned += len(more)
            done.condemned_bytes += sum(size for _pk, size in more)
    return done


def _sum(rows: QuerySet[StoredFile]) -> tuple[int, int]:
    found = rows.aggregate(count=Count("pk"), size=Sum("size"))
    return found["count"], found["size"] or 0


def _unused(now: datetime) -> QuerySet[StoredFile]:
    before = (now - timedelta(days=settings.FILES_KEPT_DAYS)).date()
    return StoredFile.objects.filter(condemned_at__isnull=True, used_on__lt=before)


def _condemn_unused(done: Collected, *, now: datetime, until: float) -> None:
    while time.monotonic() < until:
        rows = unnamed(_unused(now), now=now).order_by("used_on", "pk")
        found = list(rows.values_list("pk", "size")[:_CONDEMNED_TOGETHER])
        if not _condemn(done, found, _unused(now), now=now):
            return


def _condemn(
    done: Collected, found: list[tuple[int, int | None]], rows: QuerySet[StoredFile], *, now: datetime
) -> int:
    """Asked for meanwhile, a row is not among ``rows`` any more, and stays."""
    count = rows.filter(pk__in=[pk for pk, _size in found]).update(condemned_at=now)
    done.condemned += count
    done.condemned_bytes += sum(size or 0 for _pk, size in found)
    return count


def _excess() -> int:
    """Return the bytes above the bound that are not on their way out already."""
    if not settings.FILES_MOST_BYTES:
        return 0
    _files, kept = _sum(StoredFile.objects.filter(condemned_at__isnull=True))
    return max(0, kept - settings.FILES_MOST_BYTES)


def _least_used(
    excess: int, *, now: datetime, besides: QuerySet[StoredFile] | None = None
) -> list[tuple[int, int]]:
    """Return row numbers and bytes of what may go sooner than usual, the least recently used first."""
    rows = StoredFile.objects.filter(condemned_at__isnull=True, used_on__lt=(now - LEAST_UNUSED).date())
    if besides is not None:
        rows = rows.exclude(pk__in=besides.values("pk"))
    found: list[tuple[int, int]] = []
    for pk, size in unnamed(rows, now=now).order_by("used_on", "pk").values_list("pk", "size").iterator():
        if excess <= 0:
            break
        found.append((pk, size or 0))
        excess -= size or 0
    return found


def _condemn_over_bound(done: Collected, *, now: datetime) -> bool:
    """Return whether the store stays above its bound because nothing more may go."""
    excess = _excess()
    if not excess:
        return False
    found = _least_used(excess, now=now)
    rows = StoredFile.objects.filter(condemned_at__isnull=True, used_on__lt=(now - LEAST_UNUSED).date())
    _condemn(done, list(found), rows, now=now)
    return sum(size for _pk, size in found) < excess


def _remove(done: Collected, *, now: datetime, until: float) -> None:
    while time.monotonic() < until:
        if not _remove_some(done, now=now):
            return


@transaction.atomic
def _remove_some(done: Collected, *, now: datetime) -> int:
    """Remove a few, each under its lock; returns how many were looked at."""
    due = StoredFile.objects.filter(condemned_at__lte=now - GRACE).order_by("condemned_at", "pk")
    held = list(due.select_for_update(skip_locked=True)[:_BATCH])
    # Asked once more now that nobody can use them: what named them until the locks were there counts.
    mine = StoredFile.objects.filter(pk__in=[row.pk for row in held])
    going = set(unnamed(mine, now=now).values_list("pk", flat=True))
    done.spared += mine.exclude(pk__in=going).update(condemned_at=None)
    gone = [row for row in held if row.pk in going]
    Rendition.objects.filter(
        sha256__in=[row.sha256 for row in gone], state__in=[RenditionState.READY, RenditionState.ALTERED]
    ).update(state=RenditionState.AWAY, problem="")
    for row in gone:
        store.remove(row.sha256)
    StoredFile.objects.filter(pk__in=going).delete()
    size = sum(row.size or 0 for row in gone)
    stored.note_collected(count=len(gone), size=size)
    done.removed += len(gone)
    done.removed_bytes += size
    return len(held)


def _count(*, now: datetime, full: bool) -> None:
    """Write the figures that pages and monitoring read."""
    kept, kept_bytes = _sum(StoredFile.objects.all())
    free, free_bytes = _sum(unnamed(StoredFile.objects.all(), now=now))
    condemned, condemned_bytes = _sum(StoredFile.objects.filter(condemned_at__isnull=False))
    StoreFigures.objects.update_or_create(
        pk=1,
        defaults={
            "counted_at": now,
            "kept_count": kept,
            "kept_bytes": kept_bytes,
            "named_count": kept - free,
            "named_bytes": kept_bytes - free_bytes,
            "condemned_count": condemned,
            "condemned_bytes": condemned_bytes,
            "missing_count": walking.missing_rows().count(),
            "full": full,
        },
    )
