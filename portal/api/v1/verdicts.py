"""What a channel specification says of a size of an asset."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs
from portal.api.authentication import ClientRequest
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import channel_examples as examples
from portal.api.v1.fields import Codes, OrNull
from portal.api.v1.renditions import RenditionQuery
from portal.api.v1.variants import variant_of
from portal.api.views import PartnerView
from portal.core.errors import NotFound
from portal.downloads import services as downloads
from portal.downloads.services import Grant
from portal.downloads.serving import serve_picture
from portal.publications import selectors as publications
from portal.publications.cards import VariantCard, same_view
from portal.renditions import rulebooks, verdict_words
from portal.renditions.choices import VerdictState
from portal.renditions.models import SpecificationRevision
from portal.renditions.standings import Standing, standings
from portal.renditions.verdicts.rules import Line, State

#: An answer that is a picture.
PICTURE = {(200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY, description="The picture.")}


# Said whole: made of the field, "anything, or null" would allow null in two ways, and so not at all.
@extend_schema_field({"type": ["number", "string", "boolean"]})
class Measured(serializers.JSONField):
    """A measured value."""


class LineSerializer(serializers.Serializer):
    rule = serializers.CharField(help_text="Id of the rule.")
    state = inputs.Word([str(state) for state in State])
    value = Measured(
        allow_null=True, help_text="What was measured: a number or a word; null when it cannot be told."
    )
    text = serializers.CharField(help_text="The line in words.")


class FixSerializer(serializers.Serializer):
    steps = Codes(help_text="What was done, in order.")
    recipe = serializers.CharField(help_text="Stands in addresses in the place of a size.")
    sha256 = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    href = serializers.URLField(help_text="These bytes, for ever.")


class VerdictSerializer(serializers.Serializer):
    specification = serializers.CharField()
    revision = serializers.IntegerField(help_text="Of the specification.")
    recipe = serializers.CharField()
    variant = serializers.CharField()
    language = OrNull(help_text="Of the variant.")
    version = serializers.IntegerField(help_text="Of the variant.")
    sha256 = OrNull(help_text="The bytes it is about.")
    state = inputs.Word(
        VerdictState.values, help_text="`wanted`: being checked; ask again after `Retry-After`."
    )
    lines = LineSerializer(many=True, help_text="Rule by rule, in order.")
    overlay = serializers.URLField(
        allow_null=True, help_text="A picture of where it fails, if that can be shown."
    )
    fix = FixSerializer(
        allow_null=True, help_text="A file of which no rule fails; null when nothing safe makes one."
    )


def described_line(line: Line) -> dict[str, Any]:
    """Return a line as ``LineSerializer`` takes it."""
    return {
        "rule": line.rule.id,
        "state": str(line.state),
        "value": line.value,
        "text": verdict_words.sentence(line),
    }


@dataclass(frozen=True)
class Asked:
    """A specification's newest revision, and how the current version of a variant stands against it in one size."""

    revision: SpecificationRevision
    variant: VariantCard
    grant: Grant
    standing: Standing


def _asked(
    request: ClientRequest, asset_id: str, recipe: str, specification_id: str, query: dict[str, Any]
) -> Asked:
    """
    :raises NotFound: nothing of this company's, or no picture: rules are about pictures
    :raises DomainError: withdrawn, or not yet to be given out
    """
    now, partner = timezone.now(), request.partner
    card, variant = variant_of(partner, asset_id, at=now, **query)
    revision = rulebooks.get(partner, specification_id)
    grant = downloads.authorise_download(
        partner=partner, asset_id=asset_id, recipe=recipe, now=now, variant=variant.variant.public_id
    )
    if grant.revision.recipe.is_preview:
        raise NotFound
    count = same_view(card, variant, publications.pictures_of_product(partner, card, at=now))
    found = standings(grant.version, [(grant.revision, revision)], per_view=count)
    if not found:
        raise NotFound
    return Asked(revision, variant, grant, next(iter(found.values())))


class OneVerdict(PartnerView):
    required_scopes = ("assets:read", "channels:read")
    query_class = RenditionQuery

    @operation(
        "read_verdict",
        summary="Check a size of an asset against a specification",
        answers={200: answer(VerdictSerializer, examples.VERDICT)},
        problems=("not_found", "withdrawn", "rights_not_started", "zone_cut", "too_large", "other_shape"),
    )
    def get(self, request: ClientRequest, asset_id: str, recipe: str, specification_id: str) -> Response:
        """
        The verdict on the current version by the newest rules, worked out once and kept. The first question sets the
        work going and answers `wanted`; a moment later the same question has its answer.
        """
        asked = _asked(request, asset_id, recipe, specification_id, self.query)
        revision, variant, standing = asked.revision, asked.variant, asked.standing
        overlay = Links(request).verdict_overlay(
            asset_id, recipe, revision.specification.public_id, variant.variant.public_id
        )
        body = {
            "specification": revision.specification.public_id,
            "revision": revision.number,
            "recipe": recipe,
            "variant": variant.variant.public_id,
            "language": variant.language,
            "version": asked.grant.version.number,
            "sha256": standing.row.sha256 if standing.row else None,
            "state": standing.state,
            "lines": [described_line(line) for line in standing.lines],
            "overlay": overlay if standing.overlay else None,
            "fix": standing.fix
            and {
                "steps": standing.fix_steps,
                "recipe": standing.fix.revision.address,
                "sha256": standing.fix.sha256,
                "media_type": standing.fix.media_type,
                "size": standing.fix.size,
                "width": standing.fix.width,
                "height": standing.fix.height,
                "href": Links(request).file(standing.fix.sha256),
            },
        }
        headers = {} if standing.is_settled else {"Retry-After": "5"}
        return Response(VerdictSerializer(body).data, headers=headers)


class VerdictOverlay(PartnerView):
    required_scopes = ("assets:read", "channels:read")
    query_class = RenditionQuery

    @operation(
        "show_verdict",
        summary="See where a size of an asset fails a specification",
        answers=PICTURE,
        problems=("not_found", "withdrawn", "rights_not_started", "zone_cut", "too_large", "other_shape"),
    )
    def get(self, request: ClientRequest, asset_id: str, recipe: str, specification_id: str) -> HttpResponse:
        """The picture, smaller, with what fails marked."""
        standing = _asked(request, asset_id, recipe, specification_id, self.query).standing
        if not standing.overlay:
            raise NotFound
        return serve_picture(request._request, standing.overlay)
