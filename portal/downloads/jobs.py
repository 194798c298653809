"""
Archives of freely chosen files: begun by a person or a system, prepared in the background, kept for some days.

A job survives tab and session, because it is a row; a worker may die anywhere, the next round goes on. It ends ready,
with every file, or failed, with the file and the reason. Whether its files may be taken is asked when it is taken.
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Sum
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.core.bulk import save_all
from portal.core.errors import DomainError
from portal.downloads import job_mails, turns
from portal.downloads.choices import JobState, Origin
from portal.downloads.models import ArchiveJob, JobFile
from portal.downloads.services import Taker
from portal.downloads.wishes import Examined, NotAllAvailable, Wish, examine, left_out
from portal.packs.making import make_missing
from portal.packs.turns import end_of_turn
from portal.partners.models import Partner
from portal.renditions import file_names, naming

logger = logging.getLogger(__name__)

#: More files than this are several downloads.
MOST_FILES = 10_000
#: Prepared downloads a company may have under way. That others need not wait for them is a matter of ``turns``.
MOST_OPEN = 20
#: How long one try to send a mail may take before somebody tries again.
_MAIL_AGAIN = timedelta(minutes=5)


class NothingToPrepare(DomainError):
    """None of the files asked for can be had now."""

    code = "nothing_to_prepare"


class TooManyFiles(DomainError):
    """More files than one archive takes."""

    code = "too_many_files"
    status = 400


class TooManyJobs(DomainError):
    """The company has as many prepared downloads under way as there may be."""

    code = "too_many"


@transaction.atomic
def begin(
    *,
    partner: Partner,
    taker: Taker,
    wishes: Iterable[Wish],
    origin: Origin,
    now: datetime,
    wants_mail: bool = False,
    unknown: Sequence[Mapping[str, str]] = (),
    whole: bool = False,
) -> ArchiveJob:
    """
    Begin an archive of those of these files that can be had now; the others are named in ``left_out``.

    :param unknown: what was asked for and is no file of this partner's, as ``wishes.left_out`` describes files
    :param whole: rather none than one that lacks something
    :raises NothingToPrepare: none can be had
    :raises NotAllAvailable: some cannot be had, and it was to be whole
    :raises TooManyFiles: more than ``MOST_FILES``
    :raises TooManyJobs: ``MOST_OPEN`` are under way
    """
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    if ArchiveJob.objects.filter(partner=partner, state=JobState.PREPARING).count() >= MOST_OPEN:
        text = _("%(count)d downloads are being prepared already. Please wait until one is ready.")
        raise TooManyJobs(text % {"count": MOST_OPEN})
    found = examine(partner, wishes, at=now)
    lacking = [*unknown, *(left_out(one) for one in found if not one.is_available)]
    if lacking and whole:
        raise NotAllAvailable(_("Some of these files cannot be downloaded now."), files=lacking)
    usable = _each_once(one for one in found if one.is_available)
    if not usable:
        raise NothingToPrepare(_("None of these files can be downloaded now."), files=lacking)
    if len(usable) > MOST_FILES:
        raise TooManyFiles(
            _("One archive holds at most %(count)d files. Please choose fewer.") % {"count": MOST_FILES}
        )
    job = ArchiveJob.objects.create(
        partner=partner,
        user=taker.user,
        actor=taker.actor,
        origin=origin,
        left_out=lacking,
        file_count=len(usable),
        wants_mail=wants_mail and taker.user is not None,
        begun_at=now,
    )
    save_all(_files(job, usable))
    activity.record(
        verb="archive.asked",
        subject=job.public_id,
        actor=taker.actor,
        partner_id=partner.pk,
        data={"files": len(usable), "left_out": len(job.left_out), "origin": str(origin)},
        now=now,
    )
    return job


def _each_once(found: Iterable[Examined]) -> list[Examined]:
    by_key = {(one.version.pk, one.revision.pk): one for one in found if one.version and one.revision}
    return list(by_key.values())


def _files(job: ArchiveJob, usable: Sequence[Examined]) -> list[JobFile]:
    """Give every file a name of its own, also where a file system ignores case, in the order of names."""
    taken: set[str] = set()
    rows = []
    for one in usable:
        assert one.version is not None and one.revision is not None
        size = one.size
        best = file_names.of_version(
            one.version,
            one.revision,
            width=size.width if size else None,
            height=size.height if size else None,
        )
        name = _free(best, taken)
        taken.add(naming.collides_as(name))
        rows.append(
            JobFile(job=job, name=name, variant=one.variant, version=one.version, revision=one.revision)
        )
    rows.sort(key=lambda row: row.name.encode())
    for position, row in enumerate(rows):
        row.position = position
    return rows


def _free(best: str, taken: set[str]) -> str:
    stem, dot, extension = best.rpartition(".")
    name, copy = best, 1
    while naming.collides_as(name) in taken:
        copy += 1
        name = f"{stem}-{copy}{dot}{extension}"
    return name


def work(*, now: datetime, seconds: float = 20.0) -> int:
    """
    Go on with the jobs that are not over, each for a short turn, and tell those who want to know; a timetable calls it.

    :param seconds: no new turn is begun afterwards
    :returns: how many ended
    """
    until, ended = time.monotonic() + seconds, 0
    broken: set[int] = set()
    while time.monotonic() <= until and (job := turns.next_job(besides=broken)) is not None:
        try:
            ended += prepare(job=job, now=now, until=end_of_turn(until))
        except Exception:
            # One job that meets a mistake of ours must not keep all others waiting, nor be tried without end.
            broken.add(job.pk)
            logger.exception("prepared download %s could not be worked on", job.public_id)
    send_mails(now=now)
    return ended


def prepare(*, job: ArchiveJob, now: datetime, until: float | None = None) -> bool:
    """
    Make files of a job that are not there yet, and end it once all are, or cannot be.

    :param until: of ``time.monotonic()``; no further file is begun afterwards
    :returns: whether it ended
    """
    make_missing(job.files.all(), now=now, until=until)
    return _close(job.pk, now=now)


@transaction.atomic
def _close(pk: int, *, now: datetime) -> bool:
    # Locks nothing while files are missing, so that other workers find the job when it is its turn.
    whole = ArchiveJob.objects.filter(~Exists(turns.missing_files()), pk=pk, state=JobState.PREPARING)
    job = whole.select_for_update().first()
    if job is None:
        return False
    job.state = JobState.FAILED if job.files.exclude(problem="").exists() else JobState.READY
    job.total_bytes = job.files.aggregate(total=Sum("size"))["total"] or 0
    job.closed_at = now
    job.mail_due_at = now if job.wants_mail and job.user_id is not None else None
    job.save(update_fields=["state", "total_bytes", "closed_at", "mail_due_at"])
    activity.record(
        verb=f"archive.{job.state}",
        subject=job.public_id,
        partner_id=job.partner_id,
        data={"files": job.file_count, "bytes": job.total_bytes},
        now=now,
    )
    return True


@transaction.atomic
def set_mail(*, job: ArchiveJob, wanted: bool) -> None:
    """Say whether to tell the person who asked for a job when it ends. One that is over is left as it is."""
    rows = ArchiveJob.objects.filter(pk=job.pk, state=JobState.PREPARING, user__isnull=False)
    rows.update(wants_mail=wanted)


@transaction.atomic
def remove(*, job: ArchiveJob, actor: str, now: datetime) -> None:
    """
    Remove a prepared download: one under way stops, an answer that runs ends short before its next file. What was taken
    stays recorded.
    """
    gone, _rows = ArchiveJob.objects.filter(pk=job.pk).delete()
    if gone:
        activity.record(
            verb="archive.removed",
            subject=job.public_id,
            actor=actor,
            partner_id=job.partner_id,
            data={"state": str(job.state), "files": job.file_count},
            now=now,
        )


def send_mails(*, now: datetime, limit: int = 50) -> int:
    """
    Tell people that what they asked for is ready or failed; returns how many were told. A mail that the server does not
    take is tried again later; one may come twice when we die right after sending it, never not at all.
    """
    sent = 0
    due = ArchiveJob.objects.filter(mail_due_at__lte=now).order_by("mail_due_at")[:limit]
    for job in due.select_related("partner", "user"):
        claimed = ArchiveJob.objects.filter(pk=job.pk, mail_due_at=job.mail_due_at)
        if not claimed.update(mail_due_at=now + _MAIL_AGAIN):
            continue
        if job.user is not None and job.user.is_active:
            try:
                job_mails.send_ended(job)
            except OSError:
                logger.warning("mail about %s was not taken; it is tried again", job.public_id, exc_info=True)
                continue
        ArchiveJob.objects.filter(pk=job.pk).update(mail_due_at=None)
        sent += 1
    return sent


def forget(*, now: datetime) -> int:
    """Remove jobs that are older than ``ARCHIVE_JOBS_KEPT_DAYS``; returns how many. What was taken stays recorded."""
    old = ArchiveJob.objects.filter(begun_at__lt=now - timedelta(days=settings.ARCHIVE_JOBS_KEPT_DAYS))
    count = 0
    for pk in list(old.values_list("pk", flat=True)[:500]):
        ArchiveJob.objects.filter(pk=pk).delete()
        count += 1
    return count
