"""Reading the mirror of the DAM for staff, with everything that hangs on an asset."""

from collections.abc import Collection

from django.db.models import Count, Prefetch, QuerySet

from portal.catalog.models import Asset, AssetVersion, Variant


def get_version(public_id: str) -> AssetVersion | None:
    """Return one version, whatever became of it."""
    return AssetVersion.objects.select_related("variant__asset").filter(public_id=public_id).first()


def with_files(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    """Add the product and the variants with their current versions: two queries more, whatever the number of rows."""
    variants = Variant.objects.select_related("current").order_by("gone_at", "language", "pk")
    return assets.select_related("product").prefetch_related(Prefetch("variants", variants))


def variants_of(asset: Asset) -> list[Variant]:
    """Return the variants of one asset with all their versions, newest first: two queries."""
    versions = AssetVersion.objects.order_by("-number")
    return list(
        asset.variants.select_related("current")
        .prefetch_related(Prefetch("versions", versions))
        .order_by("gone_at", "language", "pk")
    )


def lead_version(asset: Asset) -> AssetVersion | None:
    """Return the version to show for an asset whose variants are loaded: English first, then without words."""
    shown = [variant for variant in asset.variants.all() if variant.current is not None]
    if not shown:
        return None
    wished = {"en": 0, "": 1}
    return min(shown, key=lambda v: (wished.get(v.language, 2), v.language, v.pk)).current


def asset_counts(products: Collection[int]) -> dict[int, int]:
    """Return how many assets each product has, by its row number: one query."""
    rows = Asset.objects.filter(product__in=products).values("product").annotate(n=Count("pk")).order_by()
    return dict(rows.values_list("product", "n"))


def asset_names(public_ids: Collection[str]) -> dict[str, str]:
    """Return what assets are called in the active language, by their public ids: one query."""
    rows = Asset.objects.filter(public_id__in=public_ids).only("public_id", "title")
    return {asset.public_id: str(asset) for asset in rows}
