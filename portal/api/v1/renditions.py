"""Renditions: the sizes an asset comes in, and the way from a size to its bytes."""

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.links import Links
from portal.api.schema import DIGEST_HEADER, LOCATION_HEADER, answer, operation
from portal.api.v1 import examples
from portal.api.v1.fields import OrNull, Texts
from portal.api.v1.variants import variant_of
from portal.api.views import PartnerView
from portal.core.errors import NotFound
from portal.downloads import services as downloads
from portal.renditions import selectors as recipes


class RenditionQuery(inputs.Query):
    language = inputs.Language(
        required=False,
        help_text=(
            "BCP 47, exactly that of a variant; `zxx` for the one without words. Not given: your company's language, "
            "else English, else without words, else the first. The answer says which it is."
        ),
    )
    variant = serializers.CharField(
        required=False,
        max_length=32,
        help_text="Id of a variant: the only way to tell two markets of one language apart. Instead of `language`.",
    )

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if len(attrs) > 1:
            raise serializers.ValidationError(
                {"variant": ["A variant has one language: give `variant` or `language`, not both."]}
            )
        return attrs


class RenditionSerializer(serializers.Serializer):
    recipe = serializers.CharField(help_text="Names the size in addresses; never changes.")
    title = Texts(help_text="By language.")
    format = serializers.CharField(help_text="jpeg, png, webp, avif, mp4, webm, or original.")
    media_type = serializers.CharField()
    variant = serializers.CharField()
    language = OrNull(help_text="Of the variant.")
    version = serializers.IntegerField(help_text="Of the variant.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels; null when only the bytes will tell.")
    height = serializers.IntegerField(
        allow_null=True, help_text="Pixels; null when only the bytes will tell."
    )
    size = serializers.IntegerField(allow_null=True, help_text="Bytes; null until it has been made once.")
    sha256 = OrNull(help_text="Null until it has been made once.")
    href = serializers.URLField(help_text="Leads to the bytes of whatever version is current.")


class MadeSerializer(serializers.Serializer):
    sha256 = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    variant = serializers.CharField()
    language = OrNull(help_text="Of the variant.")
    version = serializers.IntegerField(help_text="Of the variant.")
    href = serializers.URLField(help_text="These bytes, for ever; the same as `Location`.")


class Renditions(PartnerView):
    required_scopes = ("assets:read",)
    query_class = RenditionQuery

    @operation(
        "list_renditions",
        summary="List the sizes of an asset",
        answers={200: answer(paging.list_of("RenditionList", RenditionSerializer), examples.RENDITIONS)},
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, asset_id: str) -> Response:
        """Every size one variant comes in: always on one page. Asking makes none of them."""
        _card, variant = variant_of(request.partner, asset_id, at=timezone.now(), **self.query)
        links = Links(request)
        items = [
            {
                "recipe": size.recipe.key,
                "title": size.recipe.title,
                "format": size.revision.format,
                "media_type": size.media_type,
                "variant": variant.variant.public_id,
                "language": variant.language,
                "version": variant.version.number,
                "width": size.width,
                "height": size.height,
                "size": size.size,
                "sha256": size.sha256,
                "href": links.rendition(asset_id, size.recipe.key, variant.variant.public_id),
            }
            for size in recipes.sizes_of(variant.version)
        ]
        return paging.listing(RenditionSerializer(items, many=True).data)


class OneRendition(PartnerView):
    required_scopes = ("files:read",)
    query_class = RenditionQuery

    @operation(
        "find_rendition",
        summary="Go to the bytes of a size",
        answers={302: answer(MadeSerializer, examples.MADE, "The bytes are at `Location`.")},
        parameters=(LOCATION_HEADER, DIGEST_HEADER),
        problems=(
            "not_found",
            "withdrawn",
            "rights_not_started",
            "zone_cut",
            "too_large",
            "other_shape",
            "rendition_not_possible",
            "not_ready",
        ),
        is_conditional=False,
    )
    def get(self, request: ClientRequest, asset_id: str, recipe: str) -> Response:
        """
        Leads to the bytes of the current version, making them when nobody has asked for them yet. This address stays
        while versions come and go; the one it leads to stays with the bytes. Nothing counts as downloaded here.
        """
        now = timezone.now()
        _card, variant = variant_of(request.partner, asset_id, at=now, **self.query)
        grant = downloads.authorise_download(
            partner=request.partner,
            asset_id=asset_id,
            recipe=recipe,
            now=now,
            variant=variant.variant.public_id,
        )
        if grant.revision.recipe.is_preview:
            raise NotFound
        rendition = downloads.find(grant=grant, now=now).rendition
        href = Links(request).file(rendition.sha256)
        body = {
            "sha256": rendition.sha256,
            "media_type": rendition.media_type,
            "size": rendition.size,
            "width": rendition.width,
            "height": rendition.height,
            "variant": grant.variant.variant.public_id,
            "language": grant.variant.language,
            "version": grant.version.number,
            "href": href,
        }
        headers = {"Location": href, "X-File-SHA256": rendition.sha256, "Cache-Control": "private, no-cache"}
        return Response(MadeSerializer(body).data, status=302, headers=headers)
