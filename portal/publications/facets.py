"""Filters of the asset list, and how many assets each would leave."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.catalog.choices import AssetKind
from portal.catalog.models import Asset
from portal.core.labels import brand_name, language_name, market_name
from portal.core.texts import search_query
from portal.publications.models import PublicationItem
from portal.publications.visibility import Status, expires_soon, usable

FACETS = ("status", "kind", "language", "market", "brand")


class ListFilter:
    """
    What the address of a list asks for, as a frozen dataclass. Within one facet any of the values will do; all facets
    must hold.

    ``facets`` the fields that are facets, in the order they are shown
    ``q``      words, see the list
    ``gtin``   14 digits, where a list can be that of one product
    ``since``  only what changed at or after it; aware
    """

    facets: ClassVar[tuple[str, ...]]
    q: str
    gtin: str = ""
    since: datetime | None

    @property
    def is_empty(self) -> bool:
        return self == type(self)()

    def pairs(self) -> list[tuple[str, str]]:
        """Return the filter as pairs for an address, in a fixed order."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(facet, value) for facet in self.facets for value in getattr(self, facet)]
        pairs += [("gtin", self.gtin)] if self.gtin else []
        return pairs + ([("since", self.since.isoformat())] if self.since else [])

    def toggled(self, facet: str, value: str) -> Self:
        """Return the filter with one value of a facet switched on or off."""
        values = getattr(self, facet)
        switched = tuple(v for v in values if v != value) if value in values else (*values, value)
        changes: dict[str, Any] = {facet: switched}
        return replace(self, **changes)  # type: ignore[type-var]


@dataclass(frozen=True)
class AssetFilter(ListFilter):
    """
    What the address of the asset list asks for.

    ``q``      words of the title, product, file name or GTIN
    ``gtin``   14 digits: assets of one product
    """

    facets: ClassVar[tuple[str, ...]] = FACETS

    q: str = ""
    status: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    market: tuple[str, ...] = ()
    brand: tuple[str, ...] = ()
    gtin: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class FacetValue:
    """One line of a facet: how many assets would be listed, and the address that switches it."""

    facet: str
    value: str
    label: str
    count: int
    is_on: bool
    query: str


@dataclass(frozen=True)
class Facets:
    """``groups`` per facet in a fixed order; ``total`` assets that match; ``entitled`` without any filter."""

    groups: Mapping[str, Sequence[FacetValue]] = field(default_factory=dict)
    total: int = 0
    entitled: int = 0


def matching(
    assets: QuerySet[Asset], items: QuerySet[PublicationItem], wish: AssetFilter, *, at: datetime
) -> QuerySet[Asset]:
    """Return the assets that have one of the items and meet the filter."""
    mine = items.filter(asset=OuterRef("pk"))
    assets = assets.filter(Exists(mine))
    if wish.kind:
        assets = assets.filter(kind__in=wish.kind)
    if wish.brand:
        assets = assets.filter(brand__in=wish.brand)
    if wish.language:
        assets = assets.filter(Exists(mine.filter(variant__language__in=wish.language)))
    if wish.market:
        assets = assets.filter(
            Exists(mine.filter(Q(variant__markets__overlap=list(wish.market)) | Q(variant__markets=[])))
        )
    if wish.status:
        assets = assets.filter(_has_status(mine, wish.status, at=at))
    if wish.since:
        assets = assets.filter(updated_at__gte=wish.since)
    return searched(assets, wish)


def searched(assets: QuerySet[Asset], wish: AssetFilter) -> QuerySet[Asset]:
    """Return the assets that hold every word asked for, of the product asked for."""
    if wish.gtin:
        assets = assets.filter(product__gtin=wish.gtin)
    if wish.q:
        words = search_query(wish.q)
        if not words:
            return assets.none()
        assets = assets.annotate(words=SearchVector("search", config="simple")).filter(
            words=SearchQuery(words, search_type="raw", config="simple")
        )
    return assets


def _has_status(mine: QuerySet[PublicationItem], wanted: Sequence[str], *, at: datetime) -> Q:
    """An asset is as good as its best file: current before expiring before scheduled."""
    now_usable = mine.filter(usable(at))
    lasting = Exists(now_usable.filter(Q(visible_until__isnull=True) | Q(visible_until__gt=expires_soon(at))))
    condition = Q()
    if Status.CURRENT in wanted:
        condition |= Q(lasting)
    if Status.EXPIRING in wanted:
        condition |= Q(Exists(now_usable)) & ~Q(lasting)
    if Status.SCHEDULED in wanted:
        condition |= ~Q(Exists(now_usable))
    return condition if condition else Q(pk__isnull=True)


_CUBE = """
WITH mine AS (
    SELECT i.asset_id,
           bool_or(i.usable_from IS NULL OR i.usable_from <= %(at)s) AS usable,
           bool_or((i.usable_from IS NULL OR i.usable_from <= %(at)s)
                   AND (i.visible_until IS NULL OR i.visible_until > %(soon)s)) AS lasting,
           array_agg(DISTINCT v.language) AS languages,
           string_agg(DISTINCT array_to_string(v.markets, ','), ',') AS markets
    FROM portal_publicationitem i JOIN portal_variant v ON v.id = i.variant_id
    WHERE i.community_id = ANY(%(communities)s) AND i.withdrawn_at IS NULL
          AND (i.visible_until IS NULL OR i.visible_until > %(at)s)
    GROUP BY i.asset_id
)
SELECT a.kind, a.brand, mine.languages, mine.markets,
       CASE WHEN mine.lasting THEN 'current' WHEN mine.usable THEN 'expiring' ELSE 'scheduled' END,
       (%(all)s OR a.id IN (SELECT id FROM ({found}) AS found)), count(*)
FROM mine JOIN portal_asset a ON a.id = mine.asset_id
GROUP BY 1, 2, 3, 4, 5, 6
"""


def count(communities: Sequence[int], wish: AssetFilter, *, at: datetime) -> Facets:
    """
    Count every value of every facet in one query.

    The count beside a value tells what the list would hold if that value were switched on as well: the other facets'
    filters apply, its own facet's do not.
    """
    only = searched(Asset.objects.all(), AssetFilter(q=wish.q, gtin=wish.gtin))
    if wish.since:
        only = only.filter(updated_at__gte=wish.since)
    everything = not (wish.q or wish.gtin or wish.since)
    # Without words to search for, the inner list is never asked.
    rows = only.none() if everything else only
    found_sql, found_params = _sql(rows)
    with connection.cursor() as cursor:
        named: dict[str, Any] = {
            "at": at,
            "soon": expires_soon(at),
            "communities": list(communities),
            "all": everything,
        }
        named |= {f"f{n}": value for n, value in enumerate(found_params)}
        cursor.execute(_CUBE.replace("{found}", found_sql), named)
        cells = cursor.fetchall()
    return tallied(
        [
            Cell(
                values={
                    "kind": {kind},
                    "brand": {brand},
                    "status": {status},
                    "language": set(languages),
                    "market": set((markets or "").split(",")) - {""},
                },
                # A file without markets is meant for all of them.
                fits_all=frozenset() if markets else frozenset({"market"}),
                is_found=is_found,
                number=number,
            )
            for kind, brand, languages, markets, status, is_found, number in cells
        ],
        wish,
    )


@dataclass(frozen=True)
class Cell:
    """
    How many things of a list have the same values.

    ``values``    facet -> what they have of it;  ``fits_all``  facets of which any wish suits them
    ``is_found``  whether they hold the words asked for
    """

    values: Mapping[str, set[str]]
    fits_all: frozenset[str]
    is_found: bool
    number: int

    def misses(self, wish: ListFilter) -> list[str]:
        """Return the facets whose wish they do not meet."""
        wished = {facet: set(getattr(wish, facet)) for facet in wish.facets if facet not in self.fits_all}
        return [facet for facet, values in wished.items() if values and not values & self.values[facet]]


def tallied(cells: Iterable[Cell], wish: ListFilter) -> Facets:
    """Return what the cells of a list add up to."""
    counts: dict[str, Counter[str]] = {facet: Counter() for facet in wish.facets}
    for_all: Counter[str] = Counter()
    total = entitled = 0
    for cell in cells:
        entitled += cell.number
        if not cell.is_found:
            continue
        misses = cell.misses(wish)
        total += cell.number if not misses else 0
        for facet in wish.facets:
            if any(miss != facet for miss in misses):
                continue
            if facet in cell.fits_all:
                for_all[facet] += cell.number
                counts[facet].update(dict.fromkeys(cell.values[facet], 0))
            else:
                counts[facet].update(dict.fromkeys(cell.values[facet], cell.number))
    for facet, number in for_all.items():
        counts[facet].update(dict.fromkeys({*counts[facet], *getattr(wish, facet)}, number))
    return Facets(_groups(counts, wish), total, entitled)


def _sql(rows: QuerySet[Asset]) -> tuple[str, Sequence[object]]:
    """Return a queryset's SQL for use inside another, with named places for its values."""
    try:
        sql, params = rows.order_by().values("id").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint AS id WHERE false", ()
    for n in range(len(params)):
        sql = sql.replace("%s", f"%(f{n})s", 1)
    return sql, params


def _groups(counts: Mapping[str, Counter[str]], wish: ListFilter) -> dict[str, list[FacetValue]]:
    groups = {}
    for facet in wish.facets:
        chosen = getattr(wish, facet)
        values = {value for value in counts[facet] if value} | set(chosen)
        order = {value: n for n, value in enumerate(_ORDER.get(facet, ()))}
        lines = [
            FacetValue(
                facet=facet,
                value=value,
                label=label_of(facet, value),
                count=counts[facet][value],
                is_on=value in chosen,
                query=urlencode(wish.toggled(facet, value).pairs()),
            )
            for value in values
        ]
        groups[facet] = sorted(
            lines, key=lambda line: (order.get(line.value, len(order)), str(line.label).casefold())
        )
    return groups


_ORDER = {
    "status": (Status.CURRENT, Status.EXPIRING, Status.SCHEDULED),
    "kind": tuple(AssetKind.values),
}


def label_of(facet: str, value: str) -> str:
    """Return a facet's value in the reader's words."""
    if facet == "status":
        return str(Status.LABELS.get(value, value))
    if facet == "kind":
        return str(dict(AssetKind.choices).get(value, value))
    return {"language": language_name, "market": market_name, "brand": brand_name}[facet](value)
