"""Recipes: the sizes that are offered, and what each of them says."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.schema import answer, operation
from portal.api.v1 import channel_examples as examples
from portal.api.v1.fields import OrNull, Texts
from portal.api.views import PartnerView
from portal.catalog.choices import Medium
from portal.renditions import selectors
from portal.renditions.choices import ColourSpace, Fit, Format
from portal.renditions.models import RecipeRevision


class RecipeSerializer(serializers.Serializer):
    key = serializers.CharField(help_text="Names the size in addresses; never changes.")
    title = Texts(help_text="By language.")
    revision = serializers.IntegerField(help_text="Counts; a change is a new one.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels at most; null for no bound.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels at most; null for no bound.")
    fit = inputs.Word(Fit.values)
    format = inputs.Word(Format.values)
    quality = serializers.IntegerField(allow_null=True)
    max_bytes = serializers.IntegerField(allow_null=True, help_text="The file weighs no more.")
    colour_space = inputs.Word([one for one in ColourSpace.values if one], allow_null=True)
    background = OrNull(help_text="Six hex digits.")
    dpi = serializers.IntegerField(allow_null=True)
    seconds = serializers.IntegerField(allow_null=True, help_text="Of a video, from its beginning.")
    naming = OrNull(help_text="How its files are called; null for the usual way.")
    since = serializers.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        # "for" is a word of Python.
        media = serializers.ListField(child=inputs.Word(Medium.values), help_text="Kinds of files it suits.")
        return {"for": media, **super().get_fields()}


def _described(revision: RecipeRevision) -> dict[str, Any]:
    return {
        **vars(revision),
        "key": revision.recipe.key,
        "title": revision.recipe.title,
        "for": [str(medium) for medium in selectors.media_for(revision)],
        "revision": revision.number,
        "colour_space": revision.colour_space or None,
        "since": revision.created_at,
    }


class Recipes(PartnerView):
    required_scopes = ("assets:read",)

    @operation(
        "list_recipes",
        summary="List the sizes that are offered",
        answers={200: answer(paging.list_of("RecipeList", RecipeSerializer), examples.RECIPES)},
    )
    def get(self, request: ClientRequest) -> Response:
        """Every size with what its files keep to, the newest revision of each: always on one page."""
        rows = [_described(revision) for revision in selectors.current_revisions()]
        return paging.listing(RecipeSerializer(rows, many=True).data)
