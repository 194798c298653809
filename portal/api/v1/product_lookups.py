"""What is there of these products? Many GTINs at once."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs
from portal.api.authentication import ClientRequest
from portal.api.schema import answer, operation
from portal.api.v1 import tool_examples as examples
from portal.api.v1.fields import Codes, OrNull, Texts
from portal.api.views import PartnerView
from portal.downloads import products
from portal.downloads.products import MOST_GTINS, Line

_ANSWERS = ("found", "no_media", "not_yours", "unknown")
_PROBLEMS = ("not_a_gtin", "check_digit")


class LookedUpSerializer(serializers.Serializer):
    given = serializers.CharField(help_text="As you wrote it.")
    gtin = OrNull(help_text="14 digits; null when it is no GTIN.")
    answer = inputs.Word(
        _ANSWERS,
        help_text="`no_media`: released to you, but no file can be used now. `not_yours`: you took files of it before, "
        "and none of your communities has it any more. `unknown`: anything else, whoever's it is.",
    )
    problem = OrNull(help_text=f"Why it is no GTIN: {', '.join(_PROBLEMS)}.")
    product = OrNull()
    name = Texts(help_text="By language; empty unless the product was released to you.")
    assets = serializers.IntegerField(help_text="That can be had now; list them with `gtin` at `/assets`.")
    files = serializers.IntegerField(help_text="Variants of these assets.")
    languages = Codes()


class LookedUpListSerializer(serializers.Serializer):
    items = LookedUpSerializer(many=True, help_text="In the order asked, each once.")


class LookUpBody(inputs.Body):
    gtins = serializers.ListField(
        child=serializers.CharField(max_length=60),
        min_length=1,
        max_length=MOST_GTINS,
        help_text="GTINs of 8, 12, 13 or 14 digits.",
    )


def _described(line: Line) -> dict[str, Any]:
    return {
        "given": line.given.text,
        "gtin": line.given.gtin,
        "answer": line.answer,
        "problem": line.given.problem,
        "product": line.product_id,
        "name": line.name,
        "assets": line.assets,
        "files": line.files,
        "languages": line.languages,
    }


class ProductLookUps(PartnerView):
    required_scopes = ("assets:read",)

    @operation(
        "look_up_products",
        summary="Look up many products at once",
        answers={200: answer(LookedUpListSerializer, examples.LOOK_UP)},
        is_conditional=False,
        body=LookUpBody,
        is_question=True,
    )
    def post(self, request: ClientRequest) -> Response:
        """
        What there is of each product for you now. What is no GTIN is answered too, with its problem. A question: it
        changes nothing, so it needs no `Idempotency-Key`.
        """
        body = LookUpBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = products.each_once(body.validated_data["gtins"])
        lines = products.look_up(request.partner, given, at=timezone.now())
        response = Response(LookedUpListSerializer({"items": [_described(line) for line in lines]}).data)
        response["Cache-Control"] = "no-store"
        return response
