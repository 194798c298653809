"""Which asset does a file belong to, and of which product is it? Kept for one batch of facts at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.catalog import captions
from portal.catalog.choices import AssetKind
from portal.catalog.facts import FileFact
from portal.catalog.models import Asset, Product, Variant
from portal.core.bulk import save_all
from portal.core.texts import searchable

_ASSET_FIELDS = [
    "product",
    "kind",
    "view",
    "captions_key",
    "title",
    "description",
    "alt_text",
    "brand",
    "search",
    "updated_at",
]
_PRODUCT_FIELDS = ["name", "brand", "net_content", "markets", "updated_at"]


def _is_captions(fact: FileFact) -> bool:
    return fact.kind == AssetKind.CAPTIONS


def _has_variants(fact: FileFact) -> bool:
    """In the group of their video, captions would be one of its languages and be given out in its place."""
    return bool(fact.group) and not _is_captions(fact)


@dataclass
class Shelf:
    """
    Assets and products of one source that a batch touches; changed in memory, then saved at once.

    Files that name the same group are variants of one asset, one per language and markets. When two files claim the
    same language and markets of a group, the second stands alone: a partner must never be unsure which one is meant.
    """

    source: str
    now: datetime
    assets: dict[str, Asset]
    products: dict[str, Product]
    taken: dict[tuple[int, str, tuple[str, ...]], object]

    @classmethod
    def load(cls, source: str, due: Sequence[tuple[FileFact, Variant]], *, now: datetime) -> "Shelf":
        """Read what exists: three queries, whatever the number of facts."""
        groups = {fact.group for fact, _ in due if fact.group}
        gtins = {fact.gtin for fact, _ in due if fact.gtin}
        shelf = cls(source=source, now=now, assets={}, products={}, taken={})
        if gtins:
            shelf.products = {product.gtin: product for product in Product.objects.filter(gtin__any=gtins)}
        if groups:
            rows = Asset.objects.filter(source=source, source_key__any=groups).select_related("product")
            shelf.assets = {asset.source_key: asset for asset in rows}
            by_pk = {asset.pk: asset for asset in shelf.assets.values()}
            members = Variant.objects.filter(asset__any=by_pk, gone_at__isnull=True).order_by("pk")
            for pk, asset_id, language, markets in members.values_list(
                "pk", "asset_id", "language", "markets"
            ):
                shelf.taken.setdefault((id(by_pk[asset_id]), language, tuple(sorted(markets))), pk)
        return shelf

    def asset_for(self, fact: FileFact, variant: Variant) -> Asset:
        """Return the asset of this file, made or brought up to date; nothing is saved yet."""
        asset = self._grouped(fact, variant) if _has_variants(fact) else None
        if asset is None:
            asset = self._alone(fact, variant)
        self._describe(asset, fact)
        return asset

    def _grouped(self, fact: FileFact, variant: Variant) -> Asset | None:
        asset = self.assets.get(fact.group)
        if asset is None:
            asset = self.assets[fact.group] = self._new(fact.group)
        place = (id(asset), fact.language, tuple(sorted(fact.markets)))
        holder = self.taken.setdefault(place, variant.pk or id(variant))
        return asset if holder in (variant.pk, id(variant)) else None

    def _alone(self, fact: FileFact, variant: Variant) -> Asset:
        own = variant.asset if variant.asset_id else None
        if own is not None and own.source_key.startswith("file:"):
            self.assets[own.source_key] = own
            return own
        key = f"file:{fact.uuid}"
        return self.assets.setdefault(key, self._new(key))

    def _new(self, key: str) -> Asset:
        return Asset(source=self.source, source_key=key, created_at=self.now, updated_at=self.now)

    def _describe(self, asset: Asset, fact: FileFact) -> None:
        shared = _has_variants(fact) and not asset.source_key.startswith("file:")
        product = self._product(fact)
        # Variants of one asset each bring the words of their language; a file alone says all there is to say.
        title = {**(asset.title if shared else {}), **fact.title}
        if not title:
            title = {"en": fact.name.rsplit(".", 1)[0].replace("_", " ")}
        facts = {
            "product": product,
            "kind": fact.kind,
            "view": fact.view,
            "captions_key": (
                captions.key_of(fact.group or captions.split(fact.path)[0]) if _is_captions(fact) else ""
            ),
            "brand": fact.brand,
            "title": title,
            "description": {**(asset.description if shared else {}), **fact.description},
            "alt_text": {**(asset.alt_text if shared else {}), **fact.alt_text},
        }
        names = product.name.values() if product else ()
        kept = asset.search if shared else ""
        words = searchable(*title.values(), *names, fact.brand, fact.gtin, fact.name, *fact.tags, kept)
        facts["search"] = " ".join(dict.fromkeys(words.split()))
        for name, value in facts.items():
            setattr(asset, name, value)
        asset.updated_at = self.now

    def _product(self, fact: FileFact) -> Product | None:
        if not fact.gtin:
            return None
        product = self.products.get(fact.gtin)
        if product is None:
            product = self.products[fact.gtin] = Product(gtin=fact.gtin)
        product.name = {**product.name, **fact.product_name}
        product.brand = fact.brand or product.brand
        product.net_content = fact.net_content or product.net_content
        product.markets = sorted({*product.markets, *fact.markets})
        product.updated_at = self.now
        return product

    def save(self) -> None:
        """Write products, then assets: at most four queries per thousand."""
        save_all(self.products.values(), _PRODUCT_FIELDS)
        assets = list(self.assets.values())
        save_all(assets, _ASSET_FIELDS)
