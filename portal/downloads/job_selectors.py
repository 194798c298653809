"""Reading prepared downloads. Everything takes the partner first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from portal.core.errors import NotFound
from portal.core.paging import Page, paginate
from portal.downloads.models import ArchiveJob, JobFile
from portal.packs.bag import Item
from portal.partners.models import Partner


@dataclass(frozen=True)
class JobLine:
    """A prepared download with how far it is: ``done`` files there; ``problems`` names of those that cannot be made."""

    job: ArchiveJob
    done: int
    problems: Sequence[str]

    @property
    def percent(self) -> int:
        return self.done * 100 // (self.job.file_count or 1)

    @property
    def kept_until(self) -> datetime:
        """When it is removed by itself, at the earliest."""
        return self.job.begun_at + timedelta(days=settings.ARCHIVE_JOBS_KEPT_DAYS)


def _jobs(partner: Partner) -> QuerySet[ArchiveJob]:
    rows = ArchiveJob.objects.filter(partner=partner).select_related("user")
    return rows.annotate(done=Count("files", filter=~Q(files__sha256="")))


def jobs_of(partner: Partner, *, limit: int = 20) -> list[JobLine]:
    """Return the company's last prepared downloads, newest first: two queries."""
    return _lines(list(_jobs(partner).order_by("-begun_at", "-pk")[:limit]))


def jobs_page(partner: Partner, *, size: int = 50, cursor: str | None = None) -> Page:
    """
    Return one page of the company's prepared downloads as ``JobLine``, newest first: two queries.

    :raises BadInput: the cursor is damaged
    """
    page = paginate(
        _jobs(partner), order=("-begun_at", "-id"), kinds=(datetime, int), size=size, cursor=cursor
    )
    return Page(_lines(page.items), page.next, page.previous)


def get_job(partner: Partner, public_id: str) -> ArchiveJob:
    """
    Return one prepared download.

    :raises NotFound: unknown, forgotten, or another company's: they look the same
    """
    job = ArchiveJob.objects.filter(partner=partner, public_id=public_id).first()
    if job is None:
        raise NotFound
    return job


def line_of(job: ArchiveJob) -> JobLine:
    """Return how far one prepared download is. Who read the job may see it."""
    job.done = job.files.exclude(sha256="").count()  # type: ignore[attr-defined]
    return _lines([job])[0]


def items_of(job: ArchiveJob) -> list[Item]:
    """Return the files of a job as archives need them, in order. Who read the job may see them."""
    fields = ("position", "name", "sha256", "size", "crc32", "variant_id", "version_id")
    return [Item(*row) for row in job.files.order_by("position").values_list(*fields).iterator(2000)]


def _lines(jobs: Sequence[ArchiveJob]) -> list[JobLine]:
    problems: dict[int, list[str]] = {}
    rows = JobFile.objects.filter(job__in=jobs).exclude(problem="").order_by("position")
    for pk, name in rows.values_list("job_id", "name"):
        problems.setdefault(pk, []).append(name)
    return [JobLine(job, job.done, problems.get(job.pk, ())) for job in jobs]  # type: ignore[attr-defined]
