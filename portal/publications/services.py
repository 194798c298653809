"""Putting variants into communities, and telling what changed there."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from portal import signals
from portal.catalog.choices import Withdrawal
from portal.catalog.models import Variant
from portal.core import rowscope
from portal.core.bulk import save_all
from portal.publications.choices import ChangeKind
from portal.publications.models import Change, Publication, PublicationItem, RoutingRun
from portal.publications.routing import Router

State = PublicationItem.State
_NUMBER_LOCK = 0x6E756D62
_ITEM_FIELDS = [
    "version",
    "state",
    "usable_from",
    "visible_until",
    "released_at",
    "withdrawn_at",
    "withdrawal",
]


def window_state(usable_from: datetime | None, visible_until: datetime | None, *, now: datetime) -> str:
    """Return in which part of its rights window something is: scheduled, live or ended."""
    if visible_until is not None and visible_until <= now:
        return State.ENDED
    if usable_from is not None and usable_from > now:
        return State.SCHEDULED
    return State.LIVE


def settle(
    *,
    variants: Sequence[Variant],
    reasons: Mapping[int, Withdrawal],
    reworded: Iterable[int],
    now: datetime,
) -> list[Publication]:
    """
    Make the communities hold exactly what these variants are meant for, inside the caller's transaction.

    Works for one variant or a thousand in the same number of queries; settling twice changes nothing the second time.

    :param variants: with ``asset`` (and its ``product``) and ``current`` loaded
    :param reasons: by variant, why it goes where it is no longer wanted; routing when not given
    :param reworded: variants whose words changed, so that their announcements must say so
    :returns: the publications that changed, with their new revision; they have been announced by signal
    """
    desk = _Desk.open(variants, now=now)
    reworded = set(reworded)
    router = Router.load()
    for variant in variants:
        product = variant.asset.product
        wanted = (
            router.communities(variant, variant.asset, gtin=product.gtin if product else "")
            if variant.current is not None and variant.gone_at is None
            else frozenset()
        )
        desk.settle_one(variant, wanted, reasons.get(variant.pk, Withdrawal.ROUTING), variant.pk in reworded)
    return desk.close()


class _Desk:
    """The publications and items of a batch of variants: changed in memory, then written at once."""

    def __init__(self, now: datetime):
        self.now = now
        self.publications: dict[tuple[int, int], Publication] = {}
        self.items: dict[int, list[PublicationItem]] = {}
        self.new_items: list[PublicationItem] = []
        self.changed_items: dict[int, PublicationItem] = {}
        self.changes: list[Change] = []
        self.touched: dict[tuple[int, int], Publication] = {}

    @classmethod
    def open(cls, variants: Sequence[Variant], *, now: datetime) -> "_Desk":
        desk = cls(now)
        for publication in Publication.objects.filter(asset__any={v.asset_id for v in variants}):
            desk.publications[publication.asset_id, publication.community_id] = publication
        for item in PublicationItem.objects.filter(variant__any=[v.pk for v in variants]).select_related(
            "publication"
        ):
            desk.items.setdefault(item.variant_id, []).append(item)
        return desk

    def settle_one(
        self, variant: Variant, wanted: frozenset[int], reason: Withdrawal, reworded: bool
    ) -> None:
        held = set()
        for item in self.items.get(variant.pk, ()):
            if item.asset_id == variant.asset_id and item.community_id in wanted:
                held.add(item.community_id)
                self._renew(item, variant, reworded)
            elif item.withdrawn_at is None:
                self._take_back(item, reason)
        for community_id in sorted(wanted - held):
            self._put(variant, community_id)

    def _put(self, variant: Variant, community_id: int) -> None:
        state = window_state(variant.rights_start, variant.rights_end, now=self.now)
        if state == State.ENDED:
            return
        key = (variant.asset_id, community_id)
        publication = self.publications.get(key)
        if publication is None:
            publication = self.publications[key] = Publication(
                asset=variant.asset,
                community_id=community_id,
                revision=0,
                published_at=self.now,
                changed_at=self.now,
            )
        item = PublicationItem(
            publication=publication, asset=variant.asset, community_id=community_id, variant=variant
        )
        self._fill(item, variant, state)
        item.released_at = self.now
        self.new_items.append(item)
        self.touched[key] = publication
        self._note(item, ChangeKind.PUBLISHED)

    def _renew(self, item: PublicationItem, variant: Variant, reworded: bool) -> None:
        state = window_state(variant.rights_start, variant.rights_end, now=self.now)
        was_there = item.withdrawn_at is None and item.state != State.ENDED
        before = (item.version_id, item.usable_from, item.visible_until, item.state, item.withdrawn_at)
        replaced = item.version_id != variant.current_id
        self._fill(item, variant, state)
        if before == (item.version_id, item.usable_from, item.visible_until, item.state, item.withdrawn_at):
            if reworded and was_there:
                self._mark(item)
                self._note(item, ChangeKind.UPDATED)
            return
        self._mark(item)
        self.changed_items[item.pk] = item
        if state == State.ENDED:
            if was_there:
                self._note(item, ChangeKind.WITHDRAWN, Withdrawal.RIGHTS)
            return
        if replaced or not was_there:
            item.released_at = self.now
        kind = ChangeKind.UPDATED if was_there else ChangeKind.PUBLISHED
        self._note(item, ChangeKind.REPLACED if replaced and was_there else kind)

    def _take_back(self, item: PublicationItem, reason: Withdrawal) -> None:
        item.withdrawn_at, item.withdrawal = self.now, reason
        self.changed_items[item.pk] = item
        self._mark(item)
        if item.state != State.ENDED:
            self._note(item, ChangeKind.WITHDRAWN, reason)

    def _fill(self, item: PublicationItem, variant: Variant, state: str) -> None:
        if variant.current is None:
            raise ValueError("Only a variant with a current version can be published.")
        item.version, item.state = variant.current, state
        item.usable_from, item.visible_until = variant.rights_start, variant.rights_end
        item.withdrawn_at, item.withdrawal = None, ""

    def _mark(self, item: PublicationItem) -> None:
        key = (item.asset_id, item.community_id)
        self.touched[key] = self.publications.setdefault(key, item.publication)

    def _note(self, item: PublicationItem, kind: ChangeKind, reason: str = "") -> None:
        self.changes.append(
            Change(
                community_id=item.community_id,
                asset_id=item.asset_id,
                variant_id=item.variant_id,
                version=item.version,
                kind=kind,
                reason=reason,
                at=self.now,
            )
        )

    def close(self) -> list[Publication]:
        """Write everything, give the touched publications their next revision, and announce them."""
        touched = list(self.touched.values())
        save_all([p for p in touched if p.pk is None])
        save_all([*self.new_items, *self.changed_items.values()], _ITEM_FIELDS)
        save_all(self.changes)
        return announce(touched, now=self.now)


def announce(publications: Sequence[Publication], *, now: datetime) -> list[Publication]:
    """
    Give publications their next revision after their items changed, and tell the outside by signal.

    A publication counts as withdrawn while none of its items is live or scheduled.
    """
    if not publications:
        return []
    by_pk = {publication.pk: publication for publication in publications}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE portal_publication AS p
            SET revision = p.revision + 1, changed_at = %(now)s,
                withdrawn_at = CASE WHEN s.present THEN NULL ELSE coalesce(p.withdrawn_at, %(now)s) END
            FROM (
                SELECT i.publication_id, bool_or(i.withdrawn_at IS NULL AND i.state <> 'ended') AS present
                FROM portal_publicationitem AS i WHERE i.publication_id = ANY(%(ids)s) GROUP BY i.publication_id
            ) AS s
            WHERE p.id = s.publication_id
            RETURNING p.id, p.revision, p.withdrawn_at
            """,
            {"now": now, "ids": list(by_pk)},
        )
        for pk, revision, withdrawn_at in cursor.fetchall():
            by_pk[pk].revision, by_pk[pk].withdrawn_at, by_pk[pk].changed_at = revision, withdrawn_at, now
    signals.publications_changed.send(sender=Publication, publications=list(by_pk.values()))
    return list(by_pk.values())


@transaction.atomic
def open_and_close_windows(*, now: datetime, limit: int = 500) -> int:
    """
    Announce items whose rights window opened or closed since the last time. What partners see is decided when they
    ask, to the second; this follows with the posts and the feed.

    :returns: how many items changed; ``limit`` means there may be more
    """
    due = list(
        PublicationItem.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("publication")
        .filter(withdrawn_at__isnull=True)
        .filter(
            Q(state=State.SCHEDULED, usable_from__lte=now)
            | (Q(visible_until__lte=now) & ~Q(state=State.ENDED))
        )
        .order_by("pk")[:limit]
    )
    changes, touched = [], {}
    for item in due:
        item.state = window_state(item.usable_from, item.visible_until, now=now)
        ended = item.state == State.ENDED
        touched[item.publication_id] = item.publication
        changes.append(
            Change(
                community_id=item.community_id,
                asset_id=item.asset_id,
                variant_id=item.variant_id,
                version_id=item.version_id,
                at=now,
                kind=ChangeKind.WITHDRAWN if ended else ChangeKind.PUBLISHED,
                reason=Withdrawal.RIGHTS if ended else "",
            )
        )
    save_all(due, ["state"])
    save_all(changes)
    announce(list(touched.values()), now=now)
    return len(due)


@transaction.atomic
def mark_posted(*, publication_id: int, revision: int, now: datetime) -> None:
    """Note which revision the grid holds. An older answer that comes late changes nothing."""
    Publication.objects.filter(pk=publication_id, posted_revision__lt=revision).update(
        posted_revision=revision, posted_at=now
    )


@transaction.atomic
def number_changes(*, limit: int = 10_000) -> int:
    """
    Give committed changes their place in the feed. One at a time; a second caller waits its turn.

    :returns: how many were numbered
    """
    # The numbers run over all communities, whoever's feed asked.
    with rowscope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBER_LOCK])
        cursor.execute(
            """
            UPDATE portal_change SET number = numbered.number
            FROM (
                SELECT id, row_number() OVER (ORDER BY id)
                    + coalesce((SELECT max(number) FROM portal_change), 0) AS number
                FROM portal_change WHERE number IS NULL ORDER BY id LIMIT %s
            ) AS numbered
            WHERE portal_change.id = numbered.id
            """,
            [limit],
        )
        return cursor.rowcount


@transaction.atomic
def request_routing(*, now: datetime) -> RoutingRun:
    """
    Ask for one pass over all variants because the rules changed. A pass under way ends where it is: it began with the
    old rules.
    """
    RoutingRun.objects.filter(finished_at=None).update(finished_at=now)
    return RoutingRun.objects.create(requested_at=now)


@transaction.atomic
def note_membership(*, community_id: int, joined: Iterable[int], left: Iterable[int], now: datetime) -> None:
    """Put into the feed of each company that everything in a community came to it, or went from it, at once."""
    Change.objects.bulk_create(
        Change(community_id=community_id, partner_id=partner_id, kind=kind, at=now)
        for kind, partners in ((ChangeKind.JOINED, joined), (ChangeKind.LEFT, left))
        for partner_id in sorted(partners)
    )
