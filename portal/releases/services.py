"""
What a change in the DAM means for partners. Each function is one fact and one transaction: the mirror, the
publications, the feed, the activity record and the messages to the outside, or none of them.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from portal.activity import services as activity
from portal.activity.models import Activity
from portal.catalog import services as catalog
from portal.catalog.choices import Withdrawal
from portal.catalog.models import Variant
from portal.catalog.services import Event
from portal.downloads import embeds
from portal.onboarding import services as onboarding
from portal.packs import due as packs
from portal.partners import services as companies
from portal.partners.models import Community, Partner
from portal.publications import services as publications
from portal.publications.models import RoutingRun
from portal.releases.facts import FileFact, Outcome
from portal.renditions import services as cutting

_VERBS = {
    Event.RELEASED: "version.released",
    Event.REPLACED: "version.replaced",
    Event.WITHDRAWN: "version.withdrawn",
    Event.LEFT: "version.withdrawn",
}


@transaction.atomic
def apply_files(*, facts: Sequence[FileFact], now: datetime) -> Outcome:
    """
    Bring portal and partners to what the DAM says about these files now.

    The only way in for news from a DAM: one file of a webhook or a thousand of the first import take the same road and
    the same number of queries. The same facts again, or older ones, change nothing and tell nobody.

    :param facts: all of one source
    :returns: see ``Outcome``; files that are ``unsure`` were left out
    """
    if not facts:
        return Outcome()
    mirrored = catalog.mirror_files(source=facts[0].source, facts=facts, now=now)
    variants = list({variant.pk: variant for variant, _ in mirrored.events}.values())
    publications.settle(
        variants=variants,
        # What is there no more although its version is may have been moved: that is routing.
        reasons={variant.pk: Withdrawal.APPROVAL for variant in variants if variant.current is None},
        reworded=[variant.pk for variant, event in mirrored.events if event == Event.UPDATED],
        now=now,
    )
    packs.note_files(variants=variants, now=now)
    embeds.settle(variants=[variant.pk for variant in variants], now=now)
    activity.record_all(
        Activity(
            at=now,
            verb=_VERBS[event],
            actor="system",
            subject=variant.asset.public_id,
            data={
                "variant": variant.public_id,
                "version": variant.current.number if variant.current else None,
            },
        )
        for variant, event in mirrored.events
        if event in _VERBS
    )
    counts = Counter(event for _, event in mirrored.events)
    return Outcome(
        new=counts[Event.RELEASED] + counts[Event.REGISTERED],
        replaced=counts[Event.REPLACED],
        updated=counts[Event.UPDATED],
        withdrawn=counts[Event.WITHDRAWN] + counts[Event.LEFT],
        unchanged=mirrored.unchanged,
        stale=mirrored.stale,
        unsure=tuple(mirrored.unsure),
        foreign=tuple(mirrored.foreign),
    )


def has_grown() -> None:
    """Note that an import has brought many times what there was, so that reading it stays quick."""
    catalog.has_grown()


@transaction.atomic
def file_is_gone(*, source: str, uuid: str, now: datetime) -> bool:
    """
    Take away a file that the DAM has confirmed, twice, not to have any more.

    :returns: ``False`` when there was nothing to take away: unknown, gone already, or not the newest version
    """
    variant = catalog.mark_gone(source=source, uuid=uuid, now=now)
    if variant is None:
        return False
    publications.settle(variants=[variant], reasons={variant.pk: Withdrawal.DELETED}, reworded=(), now=now)
    packs.note_files(variants=[variant], now=now)
    embeds.settle(variants=[variant.pk], now=now)
    activity.record(
        verb="version.withdrawn",
        subject=variant.asset.public_id,
        data={"variant": variant.public_id, "reason": Withdrawal.DELETED},
        now=now,
    )
    return True


@transaction.atomic
def accept_other_bytes(*, renditions: Collection[int], now: datetime, actor: str) -> int:
    """
    Let renditions whose bytes were lost come back as other bytes. Packs that hold the lost ones get a new version.

    :param renditions: row numbers; those that did not come back different are left alone
    :returns: how many were accepted
    """
    accepted = cutting.accept_other(renditions=renditions, now=now, actor=actor)
    packs.note_lost(digests=[row.sha256 for row in accepted], now=now)
    return len(accepted)


@transaction.atomic
def doubt_files(*, source: str, uuids: Sequence[str]) -> int:
    """
    Let the next news about these files be applied even if it repeats what was applied before.

    For files whose rows here do not say what the news said: nothing changes until they have been read again.

    :returns: how many files are meant
    """
    return catalog.doubt(source=source, uuids=uuids)


@transaction.atomic
def save_community(
    *,
    community: Community | None,
    name: str,
    kind: str,
    status: str,
    regions: Sequence[str] = (),
    languages: Sequence[str] = (),
    now: datetime,
) -> Community:
    """
    Create a community, or bring a known one to these facts. The same facts again change nothing.

    When it closes or opens, everything in it goes from its members or comes to them at once: their feeds are told, and
    a pass over all files is asked for, because a closed community holds none.
    """
    moves = False
    if community is not None and community.status != status:
        # Two who hear of it at the same moment tell it once.
        community = Community.objects.select_for_update(no_key=True).get(pk=community.pk)
        moves = community.status != status
    saved = companies.save_community(
        community=community,
        name=name,
        kind=kind,
        status=status,
        regions=regions,
        languages=languages,
        now=now,
    )
    if moves:
        members = saved.memberships.values_list("partner_id", flat=True)
        joined, left = (members, ()) if saved.is_open else ((), members)
        publications.note_membership(community_id=saved.pk, joined=joined, left=left, now=now)
        publications.request_routing(now=now)
    return saved


@transaction.atomic
def set_members(*, community: Community, partners: Collection[Partner], now: datetime) -> None:
    """
    Make exactly these companies the members of a community, and tell the feeds of those who joined or left.

    Of a closed community nothing comes or goes: its members' feeds are told when it opens. Who joins an onboarding
    community begins its onboarding.
    """
    # Held, so that it cannot close or open in between.
    community = Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    joined, left = companies.set_community_members(community=community, partners=partners, now=now)
    if community.is_open:
        publications.note_membership(
            community_id=community.pk, joined=[p.pk for p in joined], left=[p.pk for p in left], now=now
        )
    onboarding.enrol_joined(community=community, partners=joined, now=now)


@transaction.atomic
def continue_routing(*, now: datetime, batch: int = 500) -> bool:
    """
    Take the next step of a pass over all variants after the rules changed.

    :returns: whether there is more to do. A pass that is interrupted goes on where it was.
    """
    run = (
        RoutingRun.objects.select_for_update(skip_locked=True).filter(finished_at=None).order_by("pk").last()
    )
    if run is None:
        return False
    variants = list(
        Variant.objects.select_related("asset__product", "current")
        .filter(pk__gt=run.after)
        .order_by("pk")[:batch]
    )
    for source in sorted({variant.source for variant in variants}):
        catalog.lock_source(source)
    # What was read before the locks may have changed while waiting for them.
    variants = list(
        Variant.objects.select_related("asset__product", "current")
        .filter(pk__in=[variant.pk for variant in variants])
        .order_by("pk")
    )
    moved = publications.settle(variants=variants, reasons={}, reworded=(), now=now)
    assets = {publication.asset_id for publication in moved}
    packs.note_files(variants=[variant for variant in variants if variant.asset_id in assets], now=now)
    if len(variants) < batch:
        run.finished_at = now
    else:
        run.after = variants[-1].pk
    run.save(update_fields=["after", "finished_at"])
    return run.finished_at is None
