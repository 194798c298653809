"""Writing the activity record, and chaining it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from portal.activity.chain import FIRST, link_digest
from portal.activity.models import Activity
from portal.core import rowscope
from portal.core.bulk import save_all

_SEAL_LOCK = 0x706F7274  # any number of our own; names the advisory lock of the sealer


def record(
    *,
    verb: str,
    subject: str,
    now: datetime,
    actor: str = "system",
    partner_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """
    Append one activity inside the caller's transaction.

    :param verb: ``noun.verb`` in the past, as ``version.released``
    :param subject: public id of what it happened to
    :param actor: ``user:usr_...``, ``client:cli_...`` or ``system``
    """
    record_all(
        [Activity(at=now, verb=verb, actor=actor, partner_id=partner_id, subject=subject, data=data or {})]
    )


def record_all(activities: Iterable[Activity]) -> None:
    """Append many activities inside the caller's transaction."""
    save_all(activities)


@transaction.atomic
def seal(*, limit: int = 5000) -> int:
    """
    Chain activities that are not yet: give each its position and digest, in the order they were committed.

    Done apart from writing so that no transaction waits for another one's activity. Two sealers at once: the second
    finds the lock taken and leaves.

    :returns: how many were chained
    """
    # The chain is the brand's; it spans all partners.
    with rowscope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = Activity.objects.filter(position__isnull=False).order_by("-position").first()
        position, digest = (last.position or 0, last.digest) if last else (0, FIRST)
        entries = list(Activity.objects.filter(position__isnull=True).order_by("id")[:limit])
        for entry in entries:
            position += 1
            entry.position = position
            digest = entry.digest = link_digest(digest, entry)
        save_all(entries, ["position", "digest"])
        return len(entries)
