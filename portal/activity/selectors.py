"""Reading the activity record."""

from portal.activity.chain import FIRST, link_digest
from portal.activity.models import Activity


def about(subject: str, *, limit: int = 50) -> list[Activity]:
    """Return what happened to one thing, newest first. For staff."""
    return list(Activity.objects.filter(subject=subject).order_by("-id")[:limit])


def first_broken_link() -> int | None:
    """
    Walk the whole chain and return the position of the first entry that does not fit, ``None`` when all do.

    Finds changed, removed and inserted entries; what is not sealed yet is not part of the chain.
    """
    digest = FIRST
    entries = Activity.objects.filter(position__isnull=False).order_by("position").iterator(chunk_size=2000)
    for expected, entry in enumerate(entries, start=1):
        if entry.position != expected or entry.digest != link_digest(digest, entry):
            return expected
        digest = entry.digest
    return None
