"""Which packs are due for a new version, and since when: noted inside the transaction that makes it so."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from portal.catalog.models import Variant
from portal.packs import confirming
from portal.packs.choices import VersionState
from portal.packs.composing import rule_matches
from portal.packs.models import Pack, PackFile, PackPick, PackRule, PackVersion


@transaction.atomic
def note_files(*, variants: Sequence[Variant], now: datetime) -> None:
    """
    Note that files changed, inside the transaction that changed them: confirmations of replaced bytes become stale, and
    packs that hold, name or would match these files are due for a new version.

    :param variants: with ``asset`` and its ``product`` loaded
    """
    if not variants:
        return
    confirming.mark_replaced(variants=[variant.pk for variant in variants], now=now)
    # A pack that staff have never asked to issue waits for them.
    in_work = PackVersion.objects.exclude(state=VersionState.ISSUED)
    packs = Pack.objects.filter(closed_at__isnull=True).filter(
        Q(current__isnull=False) | Exists(in_work.filter(pack=OuterRef("pk")))
    )
    if not packs.exists():
        return
    holds = PackFile.objects.filter(variant__in=variants).filter(
        Q(pack_version=F("pack_version__pack__current")) | Q(pack_version__in=in_work)
    )
    picked = PackPick.objects.filter(variant__in=variants)
    due = set(
        packs.filter(
            Q(pk__in=holds.values("pack_version__pack")) | Q(pk__in=picked.values("pack"))
        ).values_list("pk", flat=True)
    )
    for rule in PackRule.objects.filter(pack__in=packs.exclude(pk__in=due)):
        if rule.pack_id not in due and any(rule_matches(rule, variant) for variant in variants):
            due.add(rule.pack_id)
    # In this order, so that two transactions cannot wait for each other; and those that are due already as well: a
    # version may be being composed that does not see what this transaction has not yet committed.
    locked = Pack.objects.select_for_update(no_key=True).filter(pk__in=due).order_by("pk")
    Pack.objects.filter(pk__in=[pack.pk for pack in locked]).update(due_since=now)


@transaction.atomic
def note_lost(*, digests: Collection[str], now: datetime) -> int:
    """Note that bytes will not come back: packs whose current version names them are due; returns how many."""
    files = PackFile.objects.filter(sha256__in=digests, pack_version=F("pack_version__pack__current"))
    packs = Pack.objects.filter(closed_at__isnull=True, pk__in=files.values("pack_version__pack"))
    locked = packs.select_for_update(no_key=True).order_by("pk")
    return Pack.objects.filter(pk__in=[pack.pk for pack in locked]).update(due_since=now)


@transaction.atomic
def note_ended(*, now: datetime) -> int:
    """
    Note packs whose newest version, the one in work or else the current, holds a file past its rights; returns how many
    are due by it. A timetable asks every few seconds: each end is noted once, and a version that was begun without the
    file is left to be finished, or to wait for staff when it failed.
    """
    in_work = PackVersion.objects.exclude(state=VersionState.ISSUED)
    newest = Q(pack_version__in=in_work) | Q(
        ~Exists(in_work.filter(pack=OuterRef("pack_version__pack"))),
        pack_version=F("pack_version__pack__current"),
    )
    ended = PackFile.objects.filter(newest, variant__rights_end__lte=now)
    packs = Pack.objects.filter(due_since__isnull=True, closed_at__isnull=True)
    return packs.filter(pk__in=ended.values("pack_version__pack")).update(due_since=now)
