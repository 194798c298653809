"""
Whose turn it is: what is to hold many files is worked on in short slices, so that nobody waits for what is larger.

Any number of workers ask for turns at once; each gets files that nobody is at. What a worker took is free again after a
moment, so that one that dies holds up nothing. Prepared downloads (``downloads.turns``) share the files' half of it.
"""

import time
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from portal.packs.choices import VersionState
from portal.packs.models import PackFile, PackVersion

#: How long a turn lasts. A file that was begun is finished, however long it takes.
SLICE_SECONDS = 2.0
#: For how long a file is left alone that somebody has begun with: it is in their hands, or was not to be had just now.
AGAIN = timedelta(seconds=5)
#: Files taken with one lock.
_TOGETHER = 20
#: Of a ``PackFile`` or a ``downloads.JobFile`` that is still to be made.
MISSING = Q(sha256="", problem="")


def free(at: datetime) -> Q:
    """Return what holds of files that are still to be made and that nobody is at."""
    return MISSING & (Q(tried_at__isnull=True) | Q(tried_at__lt=at - AGAIN))


def end_of_turn(until: float) -> float:
    """Return until when a turn lasts that begins now, of ``time.monotonic()``: ``until`` at the latest."""
    return min(until, time.monotonic() + SLICE_SECONDS)


@transaction.atomic
def next_version(*, besides: Collection[int] = ()) -> PackVersion | None:
    """
    Give a turn to the version in work that has waited longest. One of a pack that is due is to be begun anew first.

    :param besides: row numbers of versions that get none
    :returns: with its ``pack``; ``None`` when there is nothing that somebody is not at already
    """
    at = timezone.now()
    missing = PackFile.objects.filter(MISSING, pack_version=OuterRef("pk"))
    rows = (
        PackVersion.objects.filter(
            Exists(missing.filter(free(at))) | ~Exists(missing),
            state=VersionState.PREPARING,
            pack__closed_at__isnull=True,
            pack__due_since__isnull=True,
        )
        .exclude(pk__in=besides)
        .select_related("pack")
        .order_by(F("worked_at").asc(nulls_first=True), "begun_at", "pk")
    )
    version = rows.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if version is not None:
        PackVersion.objects.filter(pk=version.pk).update(worked_at=at)
    return version


def files_to_make(rows: QuerySet[Any], *, until: float | None = None) -> Iterator[int]:
    """
    Yield the row numbers of files among these that are not there yet and that nobody is at, each once: those that were
    never tried first, then those whose last try is longest ago.

    :param rows: of ``PackFile`` or of ``downloads.JobFile``
    :param until: of ``time.monotonic()``; no further file is begun afterwards, but one always is: every turn leads on
    """
    began = timezone.now()
    while True:
        at = timezone.now()
        taken = _take(rows.filter(free(began)), at)
        if not taken:
            return
        for position, pk in enumerate(taken, start=1):
            yield pk
            if until is not None and time.monotonic() > until:
                # Not begun: the next turn need not wait until they are free.
                rows.filter(MISSING, pk__in=taken[position:], tried_at=at).update(tried_at=None)
                return


@transaction.atomic
def _take(rows: QuerySet[Any], at: datetime) -> list[int]:
    # Whoever holds others just now is at them.
    held = rows.select_for_update(skip_locked=True, no_key=True)
    taken = list(
        held.order_by(F("tried_at").asc(nulls_first=True), "position").values_list("pk", flat=True)[
            :_TOGETHER
        ]
    )
    rows.filter(pk__in=taken).update(tried_at=at)
    return taken
