"""
Whose turn it is among prepared downloads: companies take turns, and within a company its downloads do.

How the files of a turn are taken is that of packs (``packs.turns``).
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from portal.downloads.choices import JobState
from portal.downloads.models import ArchiveJob, JobFile
from portal.packs.turns import MISSING, free


def missing_files() -> QuerySet[JobFile]:
    """Return the files that are still to be made, of the download of the row that is asked about (``OuterRef``)."""
    return JobFile.objects.filter(MISSING, job=OuterRef("pk"))


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
            Exists(missing.filter(free(at))) | ~Exists(missing), state=JobState.PREPARING
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
