"""Reading publications. Everything for a partner takes the partner first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext as _

from portal.catalog import captions
from portal.catalog.choices import Withdrawal
from portal.catalog.models import Asset, AssetVersion
from portal.core import rowscope
from portal.core.errors import Gone, NotFound
from portal.core.paging import Page, paginate
from portal.partners.models import Community, Partner
from portal.partners.selectors import communities_by_id, community_ids, community_places
from portal.publications import facets
from portal.publications.cards import AssetCard, VariantCard, cards
from portal.publications.choices import ChangeKind
from portal.publications.facets import AssetFilter, Facets
from portal.publications.models import Change, PublicationItem
from portal.publications.posts import PostContent, post_contents
from portal.publications.visibility import items_in, visible_items
from portal.renditions.models import RecipeRevision, Rendition
from portal.renditions.selectors import media_for

__all__ = [
    "SORTS", "AssetFilter", "ChangeLine", "PostContent", "asset_page", "captions_of", "changes_page", "choose_variant",
    "count_facets", "feed_end", "get_asset", "newest_changes", "pictures_of_product", "place_of_version",
    "post_contents", "taken_back",
    "versions_of", "versions_without_rendition",
]  # fmt: skip

#: How a list may be sorted: name -> (fields, their types)
SORTS = {
    "newest": (("-updated_at", "-id"), (datetime, int)),
    "oldest": (("updated_at", "id"), (datetime, int)),
    "name": (("sort_name", "id"), (str, int)),
}


def _with_files(items: QuerySet[PublicationItem]) -> QuerySet[PublicationItem]:
    return items.select_related("variant", "version").order_by("asset_id", "variant_id", "released_at")


def asset_page(
    partner: Partner,
    wish: AssetFilter,
    *,
    at: datetime,
    size: int = 48,
    sort: str = "newest",
    cursor: str | None = None,
) -> Page:
    """
    Return one page of the assets this partner sees, as ``AssetCard``: three queries, whatever the number of rows.

    :param sort: one of ``SORTS``
    :raises BadInput: the cursor is damaged
    """
    visible = items_in(community_ids(partner), at=at)
    assets = facets.matching(Asset.objects.select_related("product"), visible, wish, at=at)
    if sort == "name":
        assets = assets.annotate(sort_name=Lower(Coalesce(KeyTextTransform("en", "title"), "search")))
    order, kinds = SORTS[sort]
    page = paginate(assets, order=order, kinds=kinds, size=size, cursor=cursor)
    items = _with_files(visible.filter(asset__in=[asset.pk for asset in page.items]))
    return Page(items=cards(page.items, items, at=at), next=page.next, previous=page.previous)


def count_facets(partner: Partner, wish: AssetFilter, *, at: datetime) -> Facets:
    """Return every facet's values with their counts for this partner: two queries."""
    return facets.count(community_ids(partner), wish, at=at)


def get_asset(partner: Partner, public_id: str, *, at: datetime) -> AssetCard:
    """
    Return one asset with everything of it this partner sees.

    :raises NotFound: unknown, or never this partner's: the two look the same
    :raises Gone: it was there for this partner and has been taken back
    """
    asset = Asset.objects.select_related("product").filter(public_id=public_id).first()
    if asset is None:
        raise NotFound
    visible = visible_items(partner, at=at).filter(asset=asset)
    found = cards([asset], _with_files(visible), at=at)
    if not found:
        raise taken_back(partner, asset=asset) or NotFound
    return found[0]


def taken_back(partner: Partner, **which: object) -> Gone | None:
    """
    Return what to raise for files that were there for this partner and are not any more, ``None`` if they never were.

    :param which: lookups of ``PublicationItem``
    """
    places = community_places(partner)
    held = PublicationItem.objects.filter(community_id__in=list(places), **which)
    last = held.order_by(F("withdrawn_at").desc(nulls_last=True)).first()
    if last is None:
        return None
    # One that was never withdrawn is past the end of its rights, or its community has closed this minute.
    reason = last.withdrawal or (Withdrawal.RIGHTS if places[last.community_id] else Withdrawal.ROUTING)
    return Gone(why_gone(reason), reason=reason)


def why_gone(reason: str) -> str:
    """Return the sentence for a partner whose file has been taken back."""
    return {
        Withdrawal.APPROVAL: _(
            "The brand has withdrawn its approval of this file. Please do not use it any more."
        ),
        Withdrawal.RIGHTS: _("The rights to this file have ended. Please do not use it any more."),
        Withdrawal.DELETED: _("The brand has removed this file. Please do not use it any more."),
        Withdrawal.ROUTING: _(
            "This file is no longer meant for your communities. Please do not use it any more."
        ),
    }.get(reason, _("This file has been withdrawn. Please do not use it any more."))  # type: ignore[call-overload]


def pictures_of_product(
    partner: Partner, card: AssetCard, *, at: datetime, limit: int = 8
) -> list[AssetCard]:
    """Return the other assets of the same product that this partner sees, fronts first."""
    if card.asset.product_id is None:
        return []
    visible = visible_items(partner, at=at)
    others = list(
        Asset.objects.filter(product=card.asset.product_id, pk__in=visible.values("asset"))
        .exclude(pk=card.asset.pk)
        .order_by("kind", "view", "pk")[:limit]
    )
    items = _with_files(visible.filter(asset__in=[asset.pk for asset in others]))
    return cards(others, items, at=at)


def captions_of(
    partner: Partner, card: AssetCard, variants: Sequence[VariantCard], *, at: datetime
) -> list[AssetCard]:
    """
    Return the captions that stand beside these variants of a video, as far as this partner sees them, sorted by
    language and ending: two queries, none for what is no video. Captions are files of their own, see
    ``catalog.captions``.
    """
    if not card.is_video:
        return []
    asset = card.asset
    keys = captions.keys_of(group=asset.source_key, paths=[one.variant.path for one in variants])
    visible = visible_items(partner, at=at)
    beside = list(
        Asset.objects.filter(source=asset.source, pk__in=visible.values("asset"))
        # Said for the partial index.
        .exclude(captions_key="")
        .filter(captions_key__any=keys)
    )
    items = _with_files(visible.filter(asset__in=[one.pk for one in beside]))
    found = cards(beside, items, at=at)
    return sorted(found, key=lambda one: (one.lead.language, one.lead.version.extension, one.asset.pk))


def place_of_version(partner: Partner, public_id: str) -> tuple[str, str] | None:
    """
    Return the public ids of the asset and the variant a version belongs to, ``None`` when it was never
    this partner's. It may have been taken back since: the asset's page says so.
    """
    items = PublicationItem.objects.filter(
        community_id__in=list(community_places(partner)), variant__versions__public_id=public_id
    )
    return items.values_list("variant__asset__public_id", "variant__public_id").first()


def choose_variant(
    partner: Partner, card: AssetCard, *, language: str | None = None, variant: str | None = None
) -> VariantCard:
    """
    Return the variant of a card that is asked for, ``lead`` when nothing is.

    :param language: the first of this language
    :param variant: public id; goes before the language
    :raises NotFound: never this partner's
    :raises Gone: taken back
    """
    found = card.find(language=language, variant=variant)
    if found is not None:
        return found
    if "\0" in f"{language}{variant}":  # PostgreSQL has no such sign, and so nothing under such a name
        raise NotFound
    which = {"variant__language": language} if variant is None else {"variant__public_id": variant}
    raise taken_back(partner, asset=card.asset, **which) or NotFound


def versions_of(partner: Partner, variant: VariantCard) -> list[AssetVersion]:
    """Return all versions of one variant, newest first. Its card proves that the partner may see them."""
    return list(AssetVersion.objects.filter(variant=variant.variant).order_by("-number"))


@dataclass(frozen=True)
class ChangeLine:
    """
    One line of the feed. ``is_available`` tells what holds now, whatever the line said then: a file withdrawn from one
    community may still be there by another. ``community`` is read for ``changes_page`` only.
    """

    change: Change
    is_available: bool
    community: Community | None = None


def _feed(partner: Partner) -> QuerySet[Change]:
    mine = Q(partner__isnull=True, community_id__in=community_ids(partner)) | Q(partner=partner)
    return Change.objects.filter(mine).select_related("asset", "variant", "version")


def _lines(partner: Partner, changes: Sequence[Change], *, at: datetime) -> list[ChangeLine]:
    variants = {change.variant_id for change in changes}
    there = set(
        visible_items(partner, at=at).filter(variant__in=variants).values_list("variant_id", flat=True)
    )
    # The line "left" names a community that the wall no longer shows to this company.
    with rowscope.everything():
        communities = communities_by_id({change.community_id for change in changes})
    return [
        ChangeLine(
            change=change,
            is_available=change.variant_id in there,
            community=communities[change.community_id],
        )
        for change in changes
    ]


def changes_page(
    partner: Partner, *, after: int, at: datetime, size: int = 100
) -> tuple[list[ChangeLine], bool]:
    """
    Return what changed for this partner behind a position, in order, and whether there is more.

    Two communities of the same partner each have their line; a reader who applies both ends up right.
    """
    rows = list(_feed(partner).filter(number__gt=after).order_by("number")[: size + 1])
    return _lines(partner, rows[:size], at=at), len(rows) > size


def feed_end() -> int:
    """Return the position of the last change so far, 0 when there was none."""
    # Positions count over all companies: one that has no change yet begins behind everybody's.
    with rowscope.everything():
        return Change.objects.aggregate(last=Max("number"))["last"] or 0


def newest_changes(
    partner: Partner, *, since: datetime | None, at: datetime, limit: int = 5
) -> list[tuple[ChangeLine, AssetCard]]:
    """Return the last changes of assets the partner still sees, one line per asset, newest first."""
    rows = _feed(partner).filter(asset__isnull=False).exclude(kind=ChangeKind.WITHDRAWN)
    if since is not None:
        rows = rows.filter(at__gt=since)
    newest: dict[int, Change] = {}
    for change in rows.order_by("-at", "-id")[: limit * 8]:
        if change.asset_id is not None:
            newest.setdefault(change.asset_id, change)
    visible = visible_items(partner, at=at)
    items = _with_files(visible.filter(asset__in=list(newest)))
    assets = Asset.objects.select_related("product").in_bulk(list(newest))
    shown = {card.asset.pk: card for card in cards(list(assets.values()), items, at=at)}
    pairs = [(ChangeLine(change, True), shown[pk]) for pk, change in newest.items() if pk in shown]
    return pairs[:limit]


def versions_without_rendition(
    revisions: Sequence[RecipeRevision], *, limit: int
) -> list[tuple[AssetVersion, RecipeRevision]]:
    """Return published current versions that nobody has asked for yet in one of these revisions, newest first."""
    found: list[tuple[AssetVersion, RecipeRevision]] = []
    for revision in revisions:
        if len(found) >= limit:
            break
        versions = (
            AssetVersion.objects.filter(medium__in=media_for(revision))
            .filter(
                Exists(PublicationItem.objects.filter(version=OuterRef("pk"), withdrawn_at__isnull=True)),
                ~Exists(Rendition.objects.filter(version=OuterRef("pk"), revision=revision)),
            )
            .order_by("-pk")[: limit - len(found)]
        )
        found += [(version, revision) for version in versions]
    return found
