"""The products a company has media of. Everything for a partner takes the partner first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Lower, NullIf
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.catalog.choices import AssetKind, Medium, View
from portal.catalog.models import Asset, Product
from portal.core.errors import Gone, NotFound
from portal.core.paging import Page, paginate
from portal.partners.models import Partner
from portal.partners.selectors import community_ids
from portal.publications import product_filters
from portal.publications.cards import AssetCard, cards
from portal.publications.facets import Facets
from portal.publications.models import PublicationItem
from portal.publications.product_filters import ProductFilter, matching, typed_gtin
from portal.publications.selectors import taken_back
from portal.publications.visibility import Status, expires_soon, items_in, obtainable, visible_items

__all__ = ["SORTS", "ProductFilter", "ProductRow", "count_facets", "get_product", "product_page"]

SORTS = ("newest", "name")
_VIEWS = {view: place for place, view in enumerate(View.values)}
_SHOWN_FIRST = {kind: place for place, kind in enumerate(AssetKind.values)}
_PICTURES = (Medium.IMAGE, Medium.VECTOR, Medium.VIDEO)


@dataclass(frozen=True)
class ProductRow:
    """
    One product for one partner.

    ``assets``, ``files``  that can be had now;  ``expiring``  how many of these files end soon
    ``scheduled``   files that can be had later;  ``opens_at``  when the first of these can
    ``languages``, ``views``  of everything the partner sees of it, scheduled files included
    ``lead``        the asset that stands for it: a picture of its front if there is one
    ``updated_at``  when one of its assets changed last
    """

    product: Product
    assets: int
    files: int
    expiring: int
    scheduled: int
    opens_at: datetime | None
    languages: Sequence[str]
    views: Sequence[str]
    lead: AssetCard
    updated_at: datetime

    @property
    def status(self) -> str:
        """A product is as good as its best file, like an asset."""
        if not self.files:
            return Status.SCHEDULED
        return Status.EXPIRING if self.expiring == self.files else Status.CURRENT

    @property
    def has_picture(self) -> bool:
        return self.lead.lead.version.medium in _PICTURES

    @property
    def view_labels(self) -> list[str]:
        return [str(View(view).label) for view in self.views]


def product_page(
    partner: Partner,
    wish: ProductFilter,
    *,
    at: datetime,
    size: int = 48,
    sort: str = "newest",
    cursor: str | None = None,
    language: str | None = None,
) -> Page:
    """
    Return one page of the products of which the partner can have something now or later, as ``ProductRow``: six
    queries at most, whatever the number of rows.

    :param sort: ``newest`` by the last change of one of their assets, or ``name``
    :param language: in which names are sorted; the active language when ``None``
    :raises BadInput: the cursor is damaged
    """
    visible = items_in(community_ids(partner), at=at)
    found = matching(visible, wish)
    if sort == "name":
        named = _with_names(found, language or (get_language() or "en").split("-")[0])
        page = paginate(named, order=("sort_name", "id"), kinds=(str, int), size=size, cursor=cursor)
        products = page.items
    else:
        order = ("-changed", "-asset__product")
        page = paginate(found, order=order, kinds=(datetime, int), size=size, cursor=cursor)
        known = Product.objects.in_bulk([row["asset__product"] for row in page.items])
        products = [known[row["asset__product"]] for row in page.items if row["asset__product"] in known]
    return Page(items=_rows(products, visible, at=at), next=page.next, previous=page.previous)


def count_facets(partner: Partner, wish: ProductFilter, *, at: datetime) -> Facets:
    """Return every facet's values with their counts for this partner: at most three queries."""
    return product_filters.count(community_ids(partner), wish, at=at)


def get_product(partner: Partner, name: str, *, at: datetime) -> ProductRow:
    """
    Return one product with what there is of it for this partner.

    :param name: its public id, or its GTIN in 8, 12, 13 or 14 digits
    :raises NotFound: unknown, or never this partner's: the two look the same
    :raises Gone: there was something of it for this partner, and all of it has been taken back
    """
    gtin = typed_gtin(name)
    product = Product.objects.filter(**({"gtin": gtin} if gtin else {"public_id": name})).first()
    if product is None:
        raise NotFound
    found = _rows([product], visible_items(partner, at=at), at=at)
    if found:
        return found[0]
    gone = taken_back(partner, asset__product=product)
    if gone is None:
        raise NotFound
    raise Gone(
        _("Every file of this product has been taken back. Please do not use them any more."), **gone.extra
    )


def _with_names(found: QuerySet[Any, Any], language: str) -> QuerySet[Product]:
    texts = [
        NullIf(Cast(KeyTextTransform(key, "name"), TextField()), Value("", output_field=TextField()))
        for key in dict.fromkeys([language, "en"])
    ]
    products = Product.objects.filter(pk__in=found.values("asset__product"))
    return products.annotate(
        sort_name=Lower(Coalesce(*texts, Cast("gtin", TextField()), output_field=TextField()))
    )


def _rows(products: Sequence[Product], items: QuerySet[PublicationItem], *, at: datetime) -> list[ProductRow]:
    of_product: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for facts in _facts(items.filter(asset__product__in=[product.pk for product in products]), at=at):
        of_product[facts["asset__product"]].append(facts)
    leads = _leads([min(assets, key=_rank)["asset"] for assets in of_product.values()], items, at=at)
    # What was taken back between two of the queries has no lead any more.
    return [
        _row(product, of_product[product.pk], leads[product.pk])
        for product in products
        if product.pk in leads and product.pk in of_product
    ]


def _facts(items: QuerySet[PublicationItem], *, at: datetime) -> QuerySet[Any, Any]:
    """What is counted of each asset."""
    had = obtainable(at)
    later = Q(usable_from__gt=at)
    return items.values("asset", "asset__product", "asset__kind", "asset__view").annotate(
        files=Count("variant", distinct=True, filter=had),
        expiring=Count("variant", distinct=True, filter=had & Q(visible_until__lte=expires_soon(at))),
        scheduled=Count("variant", distinct=True, filter=later),
        opens_at=Min("usable_from", filter=later),
        pictures=Count("pk", filter=Q(version__medium__in=_PICTURES, version__withdrawn_at__isnull=True)),
        languages=ArrayAgg("variant__language", distinct=True, default=[]),
        updated_at=Max("asset__updated_at"),
    )


def _rank(facts: Mapping[str, Any]) -> tuple[Any, ...]:
    """Order the assets of one product: the first stands for it."""
    return (
        not facts["pictures"],
        facts["asset__view"] != View.FRONT,
        not facts["files"],
        _SHOWN_FIRST.get(facts["asset__kind"], len(_SHOWN_FIRST)),
        _VIEWS.get(facts["asset__view"], len(_VIEWS)),
        facts["asset"],
    )


def _leads(assets: Sequence[int], items: QuerySet[PublicationItem], *, at: datetime) -> dict[int, AssetCard]:
    rows = list(Asset.objects.filter(pk__in=assets))
    files = items.filter(asset__in=assets).select_related("variant", "version")
    found = cards(rows, files.order_by("asset_id", "variant_id", "released_at"), at=at)
    return {card.asset.product_id: card for card in found if card.asset.product_id is not None}


def _row(product: Product, assets: Sequence[Mapping[str, Any]], lead: AssetCard) -> ProductRow:
    views = {facts["asset__view"] for facts in assets} - {View.NONE}
    languages = {language for facts in assets for language in facts["languages"] if language}
    openings = [facts["opens_at"] for facts in assets if facts["opens_at"]]
    return ProductRow(
        product=product,
        assets=sum(bool(facts["files"]) for facts in assets),
        files=sum(facts["files"] for facts in assets),
        expiring=sum(facts["expiring"] for facts in assets),
        scheduled=sum(facts["scheduled"] for facts in assets),
        opens_at=min(openings, default=None),
        languages=sorted(languages),
        views=sorted(views, key=lambda view: _VIEWS.get(view, len(_VIEWS))),
        lead=lead,
        updated_at=max(facts["updated_at"] for facts in assets),
    )
