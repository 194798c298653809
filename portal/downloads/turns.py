"""
Whose turn it is: prepared downloads are worked on in short slices, so that nobody waits for what others asked for.

Companies take turns, and within a company its downloads do. Any number of workers ask for turns at once; each gets
files that nobody is at. What a worker took is free again after a moment, so that one that dies holds up nothing.
"""

import time
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from portal.downloads.choices import JobState
from portal.downloads.models import ArchiveJob, JobFile

#: How long a turn lasts. A file that was begun is finished, however long it takes.
SLICE_SECONDS = 2.0
#: For how long a file is left alone that somebody has begun with: it is in their hands, or was not to be had just now.
AGAIN = timedelta(seconds=5)
#: Files taken with one lock.
_TOGETHER = 20
_MISSING = Q(sha256="", problem="")


def missing_files() -> QuerySet[JobFile]:
    """Return the files that are still to be made, of the download of the row that is asked about (``OuterRef``)."""
    return JobFile.objects.filter(_MISSING, job=OuterRef("pk"))


def _free(at: datetime) -> Q:
    return _MISSING & (Q(tried_at__isnull=True) | Q(tried_at__lt=at - AGAIN))


@transaction.atomic
def next_job(*, besides: Collection[int] = ()) -> ArchiveJob | None:
    """
    Give a turn to the download that has waited longest, of the company that has waited longest.

    :param besides: row numbers of downloads that get none
    :returns: ``None`` when there is nothing that somebody is not at already
    """
    at = timezone.now()
    missing = missing_files()
    # Downloads that have ended count too: many small ones in a row are as many turns.
    turns = ArchiveJob.objects.filter(partner=OuterRef("partner"), worked_at__isnull=False)
    rows = (
        ArchiveJob.objects.filter(
            Exists(missing.filter(_free(at))) | ~Exists(missing), state=JobState.PREPARING
        )
        .exclude(pk__in=besides)
        .annotate(company_at=Subquery(turns.order_by("-worked_at").values("worked_at")[:1]))
        .order_by(
            F("company_at").asc(nulls_first=True), F("worked_at").asc(nulls_first=True), "begun_at", "pk"
        )
    )
    job = rows.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if job is not None:
        ArchiveJob.objects.filter(pk=job.pk).update(worked_at=at)
    return job


def files_to_make(job: ArchiveJob, *, until: float | None = None) -> Iterator[int]:
    """
    Yield the row numbers of files of a download that are not there yet and that nobody is at, each once: those that
    were never tried first, then those whose last try is longest ago.

    :param until: of ``time.monotonic()``; no further file is begun afterwards, but one always is: every turn leads on
    """
    began = timezone.now()
    while True:
        at = timezone.now()
        taken = _take(job, _free(began), at)
        if not taken:
            return
        for position, pk in enumerate(taken, start=1):
            yield pk
            if until is not None and time.monotonic() > until:
                # Not begun: the next turn need not wait until they are free.
                JobFile.objects.filter(pk__in=taken[position:], tried_at=at).update(tried_at=None)
                return


@transaction.atomic
def _take(job: ArchiveJob, free: Q, at: datetime) -> list[int]:
    rows = JobFile.objects.filter(free, job=job.pk).order_by(F("tried_at").asc(nulls_first=True), "position")
    # Whoever holds others just now is at them.
    held = rows.select_for_update(skip_locked=True, no_key=True)
    taken = list(held.values_list("pk", flat=True)[:_TOGETHER])
    JobFile.objects.filter(pk__in=taken).update(tried_at=at)
    return taken
