"""Products: what there is media of, and how much of each."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import product_examples as examples
from portal.api.v1.assets import STATUSES
from portal.api.v1.fields import Codes, OrNull, Texts
from portal.api.views import PartnerView
from portal.publications import products
from portal.publications.products import ProductFilter, ProductRow


class ProductLinksSerializer(serializers.Serializer):
    self = serializers.URLField()
    assets = serializers.URLField(help_text="Its assets.")
    picture = serializers.URLField(allow_null=True, help_text="The sizes `picture` comes in.")


class ListedProductSerializer(serializers.Serializer):
    id = serializers.CharField(source="product.public_id")
    gtin = serializers.CharField(source="product.gtin", help_text="14 digits.")
    name = Texts(source="product.name", help_text="By language.")
    brand = OrNull(source="product.brand")
    net_content = OrNull(source="product.net_content")
    markets = Codes(source="product.markets", help_text="ISO 3166; empty means all.")
    status = inputs.Word(STATUSES, help_text="That of its best file.")
    assets = serializers.IntegerField(help_text="Of which a file can be had now.")
    files = serializers.IntegerField(help_text="Variants that can be had now.")
    expiring = serializers.IntegerField(help_text="How many of `files` end soon.")
    scheduled = serializers.IntegerField(help_text="Variants that can be had later.")
    usable_from = serializers.DateTimeField(
        source="opens_at", allow_null=True, help_text="When the first of `scheduled` can be had."
    )
    languages = Codes(help_text="BCP 47, of everything you see of it, scheduled files included.")
    views = Codes(
        help_text="front, back, left, right, top, bottom, detail: of which sides there are pictures."
    )
    picture = serializers.SerializerMethodField(
        help_text="Id of the asset that stands for it, its front where there is one; null without any picture."
    )
    updated_at = serializers.DateTimeField(help_text="The last change of one of its assets.")
    links = serializers.SerializerMethodField()

    def get_picture(self, row: ProductRow) -> str | None:
        return row.lead.asset.public_id if row.has_picture else None

    @extend_schema_field(ProductLinksSerializer)
    def get_links(self, row: ProductRow) -> dict[str, str | None]:
        links: Links = self.context["links"]
        picture = self.get_picture(row)
        return {
            "self": links.product(row.product.public_id),
            "assets": links.assets_of(row.product.gtin),
            "picture": links.renditions(picture) if picture else None,
        }


class ProductQuery(inputs.PagedQuery):
    q = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Words of its name, or of a title or file name of its assets; or a GTIN of 8, 12, 13 or 14 digits.",
    )
    brand = inputs.Several(child=serializers.CharField(max_length=100))
    market = inputs.Several(
        child=inputs.Market(), help_text="ISO 3166: there is a file for it. A file without markets fits all."
    )
    language = inputs.Several(
        child=inputs.Language(), help_text="BCP 47: there is a file in it; `zxx` for files without words."
    )
    updated_since = inputs.Moment(required=False, help_text="To keep a mirror, follow /changes instead.")
    sort = inputs.Word(products.SORTS, default="newest", help_text="By `updated_at`, or English name.")


class Products(PartnerView):
    required_scopes = ("assets:read",)
    query_class = ProductQuery

    @operation(
        "list_products",
        summary="List products",
        answers={200: answer(paging.list_of("ProductList", ListedProductSerializer), examples.PRODUCTS)},
    )
    def get(self, request: ClientRequest) -> Response:
        """
        The products of which at least one file has been released to your communities, to be had now or later. A
        parameter given several times means any of its values; all parameters must hold.
        """
        query = self.query
        wish = ProductFilter(
            q=query.get("q", ""),
            since=query.get("updated_since"),
            **{name: tuple(query.get(name, ())) for name in ("brand", "language", "market")},
        )
        bound = (wish, query["sort"])
        page = products.product_page(
            request.partner,
            wish,
            at=timezone.now(),
            size=query["limit"],
            sort=query["sort"],
            cursor=paging.unseal(query.get("cursor"), wish=bound),
            language="en",
        )
        items = ListedProductSerializer(page.items, many=True, context={"links": Links(request)})
        return paging.listing(items.data, paging.seal(page.next, wish=bound))


class OneProduct(PartnerView):
    required_scopes = ("assets:read",)

    @operation(
        "read_product",
        summary="Read one product",
        answers={200: answer(ListedProductSerializer, examples.PRODUCT)},
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, product_id: str) -> Response:
        """One product, by its id or by its GTIN of 8, 12, 13 or 14 digits."""
        row = products.get_product(request.partner, product_id, at=timezone.now())
        return Response(ListedProductSerializer(row, context={"links": Links(request)}).data)
