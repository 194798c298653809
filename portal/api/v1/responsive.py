"""Responsive sets: a picture in several widths and formats, with the HTML that lets a browser choose."""

from django.utils import timezone, translation
from rest_framework import serializers
from rest_framework.response import Response

from portal.api.authentication import ClientRequest
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import channel_examples as examples
from portal.api.v1.fields import OrNull
from portal.api.v1.renditions import RenditionQuery
from portal.api.views import PartnerView
from portal.downloads import sets
from portal.publications import selectors as publications
from portal.renditions import responsive


class MemberSerializer(serializers.Serializer):
    recipe = serializers.CharField(help_text="Stands in addresses in the place of a size.")
    name = serializers.CharField(help_text="As the snippet names it: save it so.")
    media_type = serializers.CharField()
    width = serializers.IntegerField(help_text="Pixels.")
    height = serializers.IntegerField(help_text="Pixels.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes; null until it has been made once.")
    sha256 = OrNull(help_text="Null until it has been made once.")
    href = serializers.URLField(help_text="Leads to the bytes, making them when nobody has asked yet.")


class ResponsiveSerializer(serializers.Serializer):
    variant = serializers.CharField()
    language = OrNull(help_text="Of the variant.")
    version = serializers.IntegerField(help_text="Of the variant.")
    alt_text = OrNull(help_text="What the snippet says for those who do not see it.")
    alt_language = OrNull(help_text="Of the alternative text: it may be another than the variant's.")
    snippet = serializers.CharField(help_text="HTML. Put the files beside the page, under their names.")
    files = MemberSerializer(many=True)


class Responsive(PartnerView):
    required_scopes = ("assets:read",)
    query_class = RenditionQuery

    @operation(
        "read_responsive_set",
        summary="Read the responsive set of an asset",
        answers={200: answer(ResponsiveSerializer, examples.RESPONSIVE)},
        problems=("not_found", "withdrawn", "rights_not_started"),
    )
    def get(self, request: ClientRequest, asset_id: str) -> Response:
        """
        The files of the current version, format by format, and the snippet for your page. You host the files: fetch
        each by its `href` and save it under its name. Asking makes none of them.
        """
        now, partner = timezone.now(), request.partner
        with translation.override(partner.language):
            card = publications.get_asset(partner, asset_id, at=now)
            variant = publications.choose_variant(partner, card, **self.query)
        grant, files = sets.grant_of_set(
            partner=partner, asset_id=asset_id, variant=variant.variant.public_id, now=now
        )
        alt, alt_language = responsive.alt_for(card.asset.alt_text, variant.language)
        links = Links(request)
        body = {
            "variant": variant.variant.public_id,
            "language": variant.language,
            "version": grant.version.number,
            "alt_text": alt,
            "alt_language": alt_language,
            "snippet": responsive.snippet(files, alt),
            "files": [
                {
                    "recipe": member.revision.address,
                    "name": member.name,
                    "media_type": member.media_type,
                    "width": member.width,
                    "height": member.height,
                    "size": member.made.size if member.made else None,
                    "sha256": member.made.sha256 if member.made else None,
                    "href": links.rendition(
                        asset_id, member.revision.address or "", variant.variant.public_id
                    ),
                }
                for member in files
            ],
        }
        return Response(ResponsiveSerializer(body).data)
