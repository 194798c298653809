"""Are these bytes still right? Many digests at once."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs
from portal.api.authentication import ClientRequest
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import tool_examples as examples
from portal.api.v1.fields import OrNull, Texts
from portal.api.views import PartnerView
from portal.catalog.choices import Withdrawal
from portal.downloads import known
from portal.downloads.known import MOST_DIGESTS, KnownFile

_STATES = ("current", "replaced", "withdrawn", "unknown")


class ReplacementSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    name = serializers.CharField(help_text="Under which it leaves.")
    sha256 = OrNull(help_text="Null until this size of it has been made once.")
    href = serializers.URLField(help_text="Leads to its bytes.")


class CheckedSerializer(serializers.Serializer):
    sha256 = serializers.CharField()
    status = inputs.Word(
        _STATES, help_text="`unknown`: never published to you and never taken by you, whoever's they are."
    )
    reason = OrNull(help_text=f"Why it is withdrawn: {', '.join(Withdrawal.values)}.")
    name = OrNull(help_text="Under which you took it, else under which it leaves.")
    title = Texts(help_text="By language; empty when unknown.")
    asset = OrNull()
    variant = OrNull()
    language = OrNull()
    version = serializers.IntegerField(allow_null=True)
    recipe = OrNull()
    taken_at = serializers.DateTimeField(
        allow_null=True, help_text="When your company last took these bytes."
    )
    replaced_by = ReplacementSerializer(allow_null=True, help_text="What to take instead.")


class CountsSerializer(serializers.Serializer):
    current = serializers.IntegerField()
    replaced = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    unknown = serializers.IntegerField()


class CheckSerializer(serializers.Serializer):
    items = CheckedSerializer(many=True, help_text="In the order asked, each digest once.")
    counts = CountsSerializer()


class CheckBody(inputs.Body):
    digests = serializers.ListField(
        child=inputs.Digest(), min_length=1, max_length=MOST_DIGESTS, help_text="SHA-256, 64 hex digits each."
    )


def _described(sha256: str, found: KnownFile | None, links: Links) -> dict[str, Any]:
    if found is None:
        empty = dict.fromkeys(CheckedSerializer().fields, None)
        return {**empty, "sha256": sha256, "status": "unknown", "title": {}}
    instead = None
    if found.current_version is not None:
        instead = {
            "version": found.current_version,
            "name": found.replaced_by_name,
            "sha256": found.replaced_by,
            "href": links.rendition(found.asset, found.recipe, found.variant),
        }
    return {**vars(found), "replaced_by": instead}


class Checks(PartnerView):
    required_scopes = ("files:read",)

    @operation(
        "check_files",
        summary="Ask about many files at once",
        answers={200: answer(CheckSerializer, examples.CHECK)},
        is_conditional=False,
        body=CheckBody,
        is_question=True,
    )
    def post(self, request: ClientRequest) -> Response:
        """
        What each of these bytes is to you now, and what replaced it. A question that is too long for an address: it
        changes nothing, so it needs no `Idempotency-Key`.
        """
        body = CheckBody(data=request.data)
        body.is_valid(raise_exception=True)
        digests = list(dict.fromkeys(body.validated_data["digests"]))
        found = known.known_files(request.partner, digests, at=timezone.now())
        links = Links(request)
        items = [_described(sha256, found.get(sha256), links) for sha256 in digests]
        counts = {state: sum(item["status"] == state for item in items) for state in _STATES}
        response = Response(CheckSerializer({"items": items, "counts": counts}).data)
        response["Cache-Control"] = "no-store"
        return response
