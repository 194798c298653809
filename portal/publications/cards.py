"""Assets as a partner meets them: what lists show, and what one asset's page shows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import get_language

from portal.catalog.choices import AssetKind, Medium
from portal.catalog.models import Asset, AssetVersion, Variant
from portal.core.labels import language_name
from portal.publications.models import PublicationItem
from portal.publications.visibility import Status, status_of


@dataclass(frozen=True)
class VariantCard:
    """One language or market of an asset, with the version this partner gets."""

    variant: Variant
    version: AssetVersion
    status: str
    usable_from: datetime | None
    visible_until: datetime | None
    released_at: datetime

    @property
    def language(self) -> str:
        return self.variant.language

    @property
    def language_label(self) -> str:
        return language_name(self.variant.language) if self.variant.language else ""

    @property
    def status_label(self) -> str:
        return str(Status.LABELS[self.status])

    @property
    def is_usable(self) -> bool:
        """Whether its files are given out now."""
        return self.status in {Status.CURRENT, Status.EXPIRING}


@dataclass(frozen=True)
class AssetCard:
    """
    One asset for one partner. ``variants`` is never empty, and ``lead`` is the one the reader is shown first: their
    language, else English, else without words, else the first.
    """

    asset: Asset
    variants: Sequence[VariantCard]

    @cached_property
    def lead(self) -> VariantCard:
        wishes = (get_language() or "en", (get_language() or "en").split("-")[0], "", "en")
        for language in wishes:
            for card in self.variants:
                if card.language == language:
                    return card
        return self.variants[0]

    def find(self, *, language: str | None = None, variant: str | None = None) -> VariantCard | None:
        """
        Return the one asked for, ``lead`` when nothing is, ``None`` when there is no such one.

        :param language: the first of this language; two markets may share one
        :param variant: public id; goes before the language
        """
        if variant is not None:
            return next((card for card in self.variants if card.variant.public_id == variant), None)
        if language is not None:
            return next((card for card in self.variants if card.language == language), None)
        return self.lead

    @property
    def is_video(self) -> bool:
        return any(card.version.medium == Medium.VIDEO for card in self.variants)

    def shares_language(self, one: VariantCard) -> bool:
        """Whether another variant has its language too, so that only its markets tell them apart."""
        return sum(card.language == one.language for card in self.variants) > 1

    @property
    def status(self) -> str:
        """An asset is as good as its best file."""
        order = (Status.CURRENT, Status.EXPIRING, Status.SCHEDULED)
        return min((card.status for card in self.variants), key=order.index)

    @property
    def status_label(self) -> str:
        return str(Status.LABELS[self.status])

    @property
    def languages(self) -> list[str]:
        """Languages of its files, without those that show no words."""
        return sorted({card.language for card in self.variants if card.language})

    def missing(self, wanted: Iterable[str]) -> list[tuple[str, str]]:
        """Return ``(language, fallback)`` for wanted languages without a file, so that no fallback is silent."""
        # Captions are one asset per language, and stand together beside their video.
        if self.asset.kind == AssetKind.CAPTIONS or any(not card.language for card in self.variants):
            return []
        return [(language, self.lead.language) for language in wanted if language not in self.languages]


def same_view(card: AssetCard, shown: VariantCard, others: Iterable[AssetCard]) -> int | None:
    """
    Return how many pictures there are of a product from one side in one language, ``None`` without a product or a side.

    :param others: the other assets of the product
    """
    asset = card.asset
    if asset.product_id is None or not asset.view:
        return None
    return 1 + sum(
        (other.asset.view, other.asset.kind) == (asset.view, asset.kind)
        and any(variant.language == shown.language for variant in other.variants)
        for other in others
    )


def cards(assets: Sequence[Asset], items: Iterable[PublicationItem], *, at: datetime) -> list[AssetCard]:
    """
    Return the cards of these assets, in their order. An asset without any of the items is left out.

    :param items: with ``variant`` and ``version`` loaded; a variant published in two communities counts once
    """
    found: dict[int, dict[int, VariantCard]] = defaultdict(dict)
    for item in items:
        card = VariantCard(
            variant=item.variant,
            version=item.version,
            status=status_of(item, at=at),
            usable_from=item.usable_from,
            visible_until=item.visible_until,
            released_at=item.released_at,
        )
        known = found[item.asset_id].get(item.variant_id)
        if known is None or card.released_at < known.released_at:
            found[item.asset_id][item.variant_id] = card
    return [
        AssetCard(
            asset=asset,
            variants=sorted(
                found[asset.pk].values(), key=lambda c: (c.language, c.variant.markets, c.variant.pk)
            ),
        )
        for asset in assets
        if asset.pk in found
    ]
