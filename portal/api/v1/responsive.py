"""Responsive sets: a picture in several widths and formats, with the HTML that lets a browser choose."""

from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import channel_examples as examples
from portal.api.v1.fields import OrNull
from portal.api.v1.renditions import RenditionQuery
from portal.api.v1.variants import variant_of
from portal.api.views import PartnerView
from portal.downloads import sets
from portal.downloads.choices import Via
from portal.downloads.services import Grant, Taker
from portal.downloads.serving import serve_set
from portal.partners.models import Partner
from portal.renditions import responsive
from portal.renditions.responsive import Member
from portal.renditions.services import CannotBeMade


class MemberSerializer(serializers.Serializer):
    recipe = serializers.CharField(help_text="Stands in addresses in the place of a size.")
    name = serializers.CharField(help_text="As the snippet names it: save it so.")
    media_type = serializers.CharField()
    width = serializers.IntegerField(help_text="Pixels.")
    height = serializers.IntegerField(help_text="Pixels.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes; null until it has been made once.")
    sha256 = OrNull(help_text="Null until it has been made once.")
    problem = OrNull(
        help_text="`rendition_not_possible` when it could not be made: the archive cannot be had until it can."
    )
    href = serializers.URLField(help_text="Leads to the bytes, making them when nobody has asked yet.")


class ResponsiveSerializer(serializers.Serializer):
    variant = serializers.CharField()
    language = OrNull(help_text="Of the variant.")
    version = serializers.IntegerField(help_text="Of the variant.")
    alt_text = OrNull(help_text="What the snippet says for those who do not see it.")
    alt_language = OrNull(help_text="Of the alternative text: it may be another than the variant's.")
    snippet = serializers.CharField(help_text="HTML. Put the files beside the page, under their names.")
    files = MemberSerializer(many=True)


class ResponsiveBody(inputs.Body):
    variant = serializers.CharField(required=False, max_length=32, help_text="Id of a variant.")
    language = inputs.Language(required=False, help_text="Instead of `variant`.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if len(data) > 1:
            raise serializers.ValidationError(
                {"variant": ["A variant has one language: give `variant` or `language`, not both."]}
            )
        return data


def _set(partner: Partner, asset_id: str, **which: Any) -> tuple[Grant, list[Member], str, str]:
    """Return leave to take a set, its files, and its alternative text with the language of that."""
    now = timezone.now()
    card, variant = variant_of(partner, asset_id, at=now, **which)
    grant, files = sets.grant_of_set(
        partner=partner, asset_id=asset_id, variant=variant.variant.public_id, now=now
    )
    return grant, files, *responsive.alt_for(card.asset.alt_text, variant.language)


def _answered(
    request: ClientRequest,
    asset_id: str,
    found: tuple[Grant, list[Member], str, str],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    grant, files, alt, alt_language = found
    links, variant = Links(request), grant.variant
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
                "problem": CannotBeMade.code if member.cannot_be else None,
                "href": links.rendition(asset_id, member.revision.address or "", variant.variant.public_id),
            }
            for member in files
        ],
    }
    return Response(ResponsiveSerializer(body).data, status=status, headers=headers)


class Responsive(PartnerView):
    required_scopes = ("assets:read",)
    scopes_to_write = ("files:read",)
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
        return _answered(request, asset_id, _set(request.partner, asset_id, **self.query))

    @operation(
        "order_responsive_set",
        summary="Have a responsive set made",
        answers={
            202: answer(ResponsiveSerializer, examples.RESPONSIVE, "`sha256` is null where it is to be made.")
        },
        problems=("not_found", "withdrawn", "rights_not_started"),
        is_conditional=False,
        body=ResponsiveBody,
    )
    def post(self, request: ClientRequest, asset_id: str) -> Response:
        """
        The files that are not there yet are made in the background, so that the archive is ready when you come for it.
        `Retry-After` says when to ask again; without it all are there, save those with a `problem`. These are tried
        again when you ask ten minutes after the last try.
        """
        return once(request, self, lambda: self._order(request, asset_id))

    def _order(self, request: ClientRequest, asset_id: str) -> Response:
        body = ResponsiveBody(data=request.data)
        body.is_valid(raise_exception=True)
        grant, files, alt, language = _set(request.partner, asset_id, **body.validated_data)
        wanted = responsive.want(grant.version, files, now=timezone.now())
        headers = {"Retry-After": "10"} if wanted.being_made else {}
        # What was tried again has no problem any more.
        found = grant, responsive.members(grant.version), alt, language
        return _answered(request, asset_id, found, status=202, headers=headers)


class ResponsiveArchive(PartnerView):
    required_scopes = ("assets:read", "files:read")
    query_class = RenditionQuery

    @operation(
        "download_responsive_set",
        summary="Download a responsive set",
        answers={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The whole archive.")
        },
        problems=(
            "not_found",
            "withdrawn",
            "rights_not_started",
            "rendition_not_possible",
            "not_ready",
            "files_lost",
        ),
    )
    def get(self, request: ClientRequest, asset_id: str) -> HttpResponseBase:
        """
        All files under their names and the snippet as `picture.html` in one ZIP. While some are not made yet this
        answers 503 with `Retry-After`, and has them made. When one cannot be made there is no archive: the member
        `files` of the problem names it, and the others can be had one by one. A file whose bytes were lost is made
        again: 409 names it once, then it is like the others that are not made yet.
        """
        grant, files, alt, _language = _set(request.partner, asset_id, **self.query)
        archive = sets.archive_of(
            grant=grant, files=files, snippet=responsive.snippet(files, alt), now=timezone.now()
        )
        taker = Taker(actor=f"client:{request.client.public_id}", via=Via.API)
        return serve_set(request._request, archive, partner=request.partner, taker=taker)
