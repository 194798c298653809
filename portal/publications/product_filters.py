"""Filters of the product list, and how many products each would leave."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.db.models.lookups import Contains

from portal.catalog.models import Product
from portal.core.gtins import as_gtin
from portal.core.texts import searchable
from portal.publications.facets import Cell, Facets, ListFilter, tallied
from portal.publications.models import PublicationItem


@dataclass(frozen=True)
class ProductFilter(ListFilter):
    """
    What the address of the product list asks for.

    ``q``      words of the name, or of the title or file name of one of its assets; or a GTIN of 8, 12, 13 or 14 digits
    ``language``, ``market``  there is a file for it that the partner sees; one without markets is for all of them
    """

    facets: ClassVar[tuple[str, ...]] = ("brand", "language", "market")

    q: str = ""
    brand: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    market: tuple[str, ...] = ()
    since: datetime | None = None


def typed_gtin(text: str) -> str:
    """Return the GTIN that was typed, with 14 digits and whatever its last one; empty for anything else."""
    return as_gtin(re.sub(r"[\s-]", "", text))


def matching(items: QuerySet[PublicationItem], wish: ProductFilter) -> QuerySet[Any, Any]:
    """
    Return the products that have one of the items and meet the filter, as ``{"asset__product": row number,
    "changed": last change of an asset among the items}``.

    Everything is asked in one walk over the items: under row-level security no index looks into names, languages or
    markets, and each further look at an asset would ask once more whose it is.
    """
    items = items.filter(asset__product__isnull=False)
    if wish.brand:
        items = items.filter(asset__product__in=Product.objects.filter(brand__in=wish.brand))
    words = _words(wish.q)
    if wish.q and (product := _numbered(wish.q)):
        items, words = items.filter(asset__product=product), []
    elif wish.q and not words:
        items = items.none()
    products: QuerySet[Any, Any] = items.values("asset__product").annotate(changed=Max("asset__updated_at"))
    if wish.language:
        products = _having(products, speaks=Q(variant__language__in=wish.language))
    if wish.market:
        suits = Q(variant__markets__overlap=list(wish.market)) | Q(variant__markets=[])
        products = _having(products, suits=suits)
    if wish.since:
        products = products.filter(changed__gte=wish.since)
    if words:
        text = Concat(Value(" "), "asset__search", output_field=TextField())
        products = _having(products, named=Q(*(Contains(text, f" {word}") for word in words)))
    return products


def _having(products: QuerySet[Any, Any], **one: Q) -> QuerySet[Any, Any]:
    """Keep the products of which at least one item is as described."""
    ((name, condition),) = one.items()
    return products.alias(**{name: Count("pk", filter=condition)}).filter(**{f"{name}__gt": 0})


def _words(text: str) -> list[str]:
    """
    What an asset is found by is a line of normalised words, those of its product among them: a word begins behind a
    space. As ``facets.searched`` finds it, without taking each line apart anew.
    """
    return searchable(text).split()[:8]


def _numbered(text: str) -> Product | None:
    """Return the product whose GTIN was typed in full, as shops, scanners and boxes write it."""
    gtin = typed_gtin(text)
    return Product.objects.filter(gtin=gtin).first() if gtin else None


_CUBE = """
WITH mine AS (
    SELECT a.product_id,
           array_agg(DISTINCT v.language) AS languages,
           string_agg(DISTINCT array_to_string(v.markets, ','), ',') AS markets,
           bool_or(v.markets = '{}') AS is_for_all,
           bool_or(' ' || a.search LIKE ALL(%(words)s)) AND coalesce(max(a.updated_at) >= %(since)s, true) AS is_found
    FROM portal_publicationitem i
    JOIN portal_asset a ON a.id = i.asset_id
    JOIN portal_variant v ON v.id = i.variant_id
    WHERE i.community_id = ANY(%(communities)s) AND i.withdrawn_at IS NULL
          AND (i.visible_until IS NULL OR i.visible_until > %(at)s) AND a.product_id IS NOT NULL
    GROUP BY a.product_id
)
SELECT p.brand, mine.languages, mine.markets, mine.is_for_all,
       CASE WHEN %(product)s IS NULL THEN mine.is_found ELSE mine.is_found AND p.id = %(product)s END, count(*)
FROM mine JOIN portal_product p ON p.id = mine.product_id
GROUP BY 1, 2, 3, 4, 5
"""


def count(communities: Sequence[int], wish: ProductFilter, *, at: datetime) -> Facets:
    """Count every value of every facet in one query, as ``facets.count`` does for assets."""
    product = _numbered(wish.q) if wish.q else None
    words = [] if product else _words(wish.q)
    if wish.q and not product and not words:
        words = ["\n"]  # nothing holds it
    named: dict[str, Any] = {
        "at": at,
        "communities": list(communities),
        "words": [f"% {word}%" for word in words],
        "since": wish.since,
        "product": product and product.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CUBE, named)
        rows = cursor.fetchall()
    cells = (
        Cell(
            values={
                "brand": {brand},
                "language": set(languages),
                "market": set((markets or "").split(",")) - {""},
            },
            fits_all=frozenset({"market"}) if is_for_all else frozenset(),
            is_found=is_found,
            number=number,
        )
        for brand, languages, markets, is_for_all, is_found, number in rows
    )
    return tallied(cells, wish)
