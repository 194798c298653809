"""Finding assets by whatever somebody has in hand. For staff."""

import re

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from portal.catalog.models import Asset, AssetVersion, Variant
from portal.core.texts import search_query

_BARCODE = re.compile(r"\d[\d\s-]{6,18}\d")
_PUBLIC_ID = re.compile(r"(ast|var|ver|pro)_[a-z2-7]{16}")


def assets_matching(text: str, assets: QuerySet[Asset] | None = None) -> QuerySet[Asset]:
    """
    Return the assets a text may mean: a public id (of the asset, a variant, a version or a product), a GTIN with or
    without leading zeros, an id of the DAM, a file name, a path or the beginning of one, or words of the title.

    :param assets: among which to look; all when not given
    """
    assets = Asset.objects.all() if assets is None else assets
    text = text.replace("\x00", "").strip()
    if not text:
        return assets.none()
    if _PUBLIC_ID.fullmatch(text):
        return assets.filter(_by_public_id(text))
    if text.startswith("/"):
        return assets.filter(pk__in=Variant.objects.filter(path__startswith=text).values("asset"))
    found = Q(
        pk__in=Variant.objects.filter(Q(source_uuid=text) | Q(name__iexact=text)).values("asset"),
    ) | Q(pk__in=AssetVersion.objects.filter(source_uuid=text).values("variant__asset"))
    if _BARCODE.fullmatch(text):
        found |= Q(product__gtin=re.sub(r"[\s-]", "", text).zfill(14))
    if words := search_query(text):
        assets = assets.annotate(words=SearchVector("search", config="simple"))
        found |= Q(words=SearchQuery(words, search_type="raw", config="simple"))
    return assets.filter(found)


def _by_public_id(text: str) -> Q:
    return {
        "ast": Q(public_id=text),
        "var": Q(variants__public_id=text),
        "ver": Q(pk__in=AssetVersion.objects.filter(public_id=text).values("variant__asset")),
        "pro": Q(product__public_id=text),
    }[text[:3]]
