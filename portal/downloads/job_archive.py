"""The archive of a prepared download: its files, and a list of their digests that ``sha256sum -c`` reads."""

import hashlib
import zlib
from collections.abc import Sequence

from django.utils.translation import gettext as _

from portal.core.errors import DomainError, NotReady
from portal.downloads.job_selectors import items_of
from portal.downloads.models import ArchiveJob
from portal.packs.bag import Archive, Item
from portal.packs.zipping import Entry, Layout

#: Part of every entity tag: to be raised when the same job would make other bytes than before.
_LAYOUT = 1


class Failed(DomainError):
    """A file could not be made, so there is no archive; ``files`` names those."""

    code = "archive_failed"


def ready_archive(job: ArchiveJob) -> Archive:
    """
    Return the archive of a prepared download. Whether its files may be taken now is another question.

    :raises NotReady: it is being prepared
    :raises Failed: it will never be ready
    """
    if job.is_open:
        raise NotReady(
            _("This download is not ready yet. Its progress stands under Downloads."), retry_after=10
        )
    if not job.is_ready:
        names = list(job.files.exclude(problem="").order_by("position").values_list("name", flat=True)[:100])
        raise Failed(_("This download failed: not every file of it can be made."), files=names)
    return archive_of(job, items_of(job))


def archive_of(job: ArchiveJob, items: Sequence[Item]) -> Archive:
    """
    Return the archive of a job that is ready: a pure function of its files, so that it can be resumed.

    :param items: all files of the job, in order
    """
    assert job.closed_at is not None
    root = f"{job.origin}-{job.closed_at:%Y-%m-%d}-{job.public_id[-6:]}"
    sums = "".join(f"{item.sha256}  {item.name}\n" for item in items).encode()
    entries = [Entry(f"{root}/SHA256SUMS.txt".encode(), len(sums), zlib.crc32(sums), sums)]
    entries += [
        Entry(f"{root}/{item.name}".encode(), item.size, item.crc32, None, index)
        for index, item in enumerate(items)
    ]
    facts = f"{_LAYOUT}\n{root}\n{job.closed_at.isoformat()}\n".encode() + sums
    tag = hashlib.sha256(facts).hexdigest()
    return Archive(f"{root}.zip", tag, Layout(entries, at=job.closed_at), items, job, "archive")
