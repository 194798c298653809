"""Bytes in the store, made older at will, and a source that gives what a test wants."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import connection
from django.utils import timezone

from portal.releases import collecting
from portal.renditions import store
from portal.renditions.models import Rendition, StoredFile
from portal.renditions.source import Fetched
from tests.builders import current_version, make_rendition, picture, release_one

LONG_AGO = timedelta(days=400)


class Cutting:
    """A source: the same bytes for the same version and size, until ``look`` changes."""

    look: ClassVar[int] = 0
    calls: ClassVar[int] = 0

    def fetch(self, *, version, revision, target) -> Fetched:
        type(self).calls += 1
        target.write(picture(width=60 + version.pk % 200, height=40 + self.look))
        return Fetched(media_type="image/webp", width=60, height=40 + self.look)


def cut(name: str, recipe: str = "web-1200", *, content: bytes = b"") -> Rendition:
    """A finished rendition of a file of this name, nothing else."""
    return make_rendition(current_version(release_one(f"/P/{name}.jpg", uuid=name)), recipe, content=content)


def age(*rows: Rendition, by: timedelta = LONG_AGO) -> None:
    """Let nobody have asked for these bytes for so long; for all when none are named."""
    kept = StoredFile.objects.filter(sha256__in=[row.sha256 for row in rows]) if rows else StoredFile.objects
    kept.update(used_on=(timezone.now() - by).date(), stored_at=timezone.now() - by)


def collect_to_the_end(now: datetime | None = None) -> collecting.Collected:
    """Condemn, wait for the grace, remove."""
    now = now or timezone.now()
    collecting.collect(now=now, walk=False)
    return collecting.collect(now=now + collecting.GRACE + timedelta(minutes=1), walk=False)


def is_there(row: Rendition) -> bool:
    return store.has(row.sha256)


def in_thread(work: Callable[[], object]) -> Callable[[], object]:
    """Give the thread's database connection back when it ends."""

    def run() -> object:
        try:
            return work()
        finally:
            connection.close()

    return run
