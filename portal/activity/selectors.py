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


def of_partner(partner_id: int, *, limit: int = 50) -> list[Activity]:
    """Return what happened to or through one company, newest first. For staff."""
    return list(Activity.objects.filter(partner=partner_id).order_by("-id")[:limit])


def latest(*, limit: int = 12) -> list[Activity]:
    """Return what happened last, whoever it was about. For staff."""
    return list(Activity.objects.select_related("partner").order_by("-id")[:limit])


def by_actor(actor: str, *, limit: int = 50) -> list[Activity]:
    """Return what somebody did, newest first. For staff."""
    return list(Activity.objects.filter(actor=actor).order_by("-id")[:limit])
