"""Assets: one picture, video or document, with the version of each language that the partner gets."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import examples
from portal.api.v1.fields import Codes, OrNull, Texts
from portal.api.views import PartnerView
from portal.catalog.choices import AssetKind
from portal.publications import selectors as publications

STATUSES = ("current", "expiring", "scheduled")


class ProductSerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    gtin = serializers.CharField(help_text="14 digits.")
    name = Texts(help_text="By language.")
    brand = OrNull()
    net_content = OrNull()
    markets = Codes(help_text="ISO 3166; empty means all.")


class VersionSerializer(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField(help_text="Counts from 1 in its variant.")
    sha1 = serializers.CharField(help_text="Of the original. Changes exactly when the picture does.")
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes of the original.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    duration = serializers.FloatField(allow_null=True, help_text="Seconds.")
    file_name = serializers.CharField(help_text="Of the original.")
    released_at = serializers.DateTimeField()


class RightsSerializer(serializers.Serializer):
    usage = OrNull(source="usage_rights", help_text="In the brand's words.")
    copyright = OrNull()
    public_use = serializers.BooleanField(help_text="May be shown to everybody.")


class VariantSerializer(serializers.Serializer):
    id = serializers.CharField(source="variant.public_id")
    language = OrNull(help_text="BCP 47; null when the file shows no words.")
    markets = Codes(source="variant.markets", help_text="ISO 3166; empty means all.")
    status = inputs.Word(
        STATUSES, help_text="Files of a scheduled variant are not given out before `usable_from`."
    )
    usable_from = serializers.DateTimeField(allow_null=True, help_text="Null means always.")
    usable_until = serializers.DateTimeField(
        source="visible_until", allow_null=True, help_text="Null means open."
    )
    rights = RightsSerializer(source="variant")
    version = VersionSerializer(help_text="The one you get now.")


class LinksSerializer(serializers.Serializer):
    self = serializers.URLField()
    renditions = serializers.URLField(help_text="The sizes it comes in.")
    captions = serializers.URLField(allow_null=True, help_text="Those of a video; null for anything else.")


class AssetSerializer(serializers.Serializer):
    id = serializers.CharField(source="asset.public_id")
    kind = inputs.Word(AssetKind.values, source="asset.kind")
    view = OrNull(source="asset.view", help_text="front, back, left, right, top, bottom or detail.")
    title = Texts(source="asset.title", help_text="By language.")
    description = Texts(source="asset.description", help_text="By language.")
    alt_text = Texts(
        source="asset.alt_text", help_text="For readers who do not see the picture; by language."
    )
    brand = OrNull(source="asset.brand")
    product = ProductSerializer(source="asset.product", allow_null=True)
    status = inputs.Word(STATUSES, help_text="That of its best variant.")
    updated_at = serializers.DateTimeField(source="asset.updated_at")
    variants = VariantSerializer(many=True)
    links = serializers.SerializerMethodField()

    @extend_schema_field(LinksSerializer)
    def get_links(self, card) -> dict[str, str | None]:
        links: Links = self.context["links"]
        asset = card.asset.public_id
        return {
            "self": links.asset(asset),
            "renditions": links.renditions(asset),
            "captions": links.captions(asset) if card.is_video else None,
        }


class AssetQuery(inputs.PagedQuery):
    q = serializers.CharField(
        required=False, max_length=200, help_text="Words of title, product, file name or GTIN."
    )
    status = inputs.Several(child=inputs.Word(STATUSES))
    kind = inputs.Several(child=inputs.Word(AssetKind.values))
    language = inputs.Several(child=inputs.Language(), help_text="BCP 47; `zxx` for files without words.")
    market = inputs.Several(child=inputs.Market(), help_text="ISO 3166. A file without markets fits all.")
    brand = inputs.Several(child=serializers.CharField(max_length=100))
    gtin = inputs.Gtin(required=False, help_text="Assets of this product.")
    updated_since = inputs.Moment(required=False, help_text="To keep a mirror, follow /changes instead.")
    sort = inputs.Word(
        ("newest", "oldest", "name"), default="newest", help_text="By `updated_at`, or English title."
    )


class Assets(PartnerView):
    required_scopes = ("assets:read",)
    query_class = AssetQuery

    @operation(
        "list_assets",
        summary="List assets",
        answers={200: answer(paging.list_of("AssetList", AssetSerializer), examples.ASSETS)},
    )
    def get(self, request: ClientRequest) -> Response:
        """
        What the brand has released to your communities. A parameter given several times means any of its values; all
        parameters must hold.
        """
        query = self.query
        wish = publications.AssetFilter(
            q=query.get("q", ""),
            gtin=query.get("gtin", ""),
            since=query.get("updated_since"),
            **{
                name: tuple(query.get(name, ())) for name in ("status", "kind", "language", "market", "brand")
            },
        )
        bound = (wish, query["sort"])
        page = publications.asset_page(
            request.partner,
            wish,
            at=timezone.now(),
            size=query["limit"],
            sort=query["sort"],
            cursor=paging.unseal(query.get("cursor"), wish=bound),
        )
        items = AssetSerializer(page.items, many=True, context={"links": Links(request)})
        return paging.listing(items.data, paging.seal(page.next, wish=bound))


class OneAsset(PartnerView):
    required_scopes = ("assets:read",)

    @operation(
        "read_asset",
        summary="Read one asset",
        answers={200: answer(AssetSerializer, examples.ASSET)},
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, asset_id: str) -> Response:
        """One asset with everything of it that you get."""
        card = publications.get_asset(request.partner, asset_id, at=timezone.now())
        return Response(AssetSerializer(card, context={"links": Links(request)}).data)


class Captions(PartnerView):
    required_scopes = ("assets:read",)

    @operation(
        "list_captions",
        summary="List the captions of a video",
        answers={200: answer(paging.list_of("CaptionsList", AssetSerializer), examples.CAPTIONS)},
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, asset_id: str) -> Response:
        """
        The captions that belong to a video, WebVTT or SubRip, each an asset of its own with versions and rights of its
        own: always on one page, empty when there are none. Take them as you take any other asset.
        """
        now = timezone.now()
        card = publications.get_asset(request.partner, asset_id, at=now)
        found = publications.captions_of(request.partner, card, card.variants, at=now)
        return paging.listing(AssetSerializer(found, many=True, context={"links": Links(request)}).data)
