"""The OpenAPI document: what the code cannot say of itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from portal.api.permissions import SCOPES
from portal.api.problem_types import TYPES, ProblemType
from portal.api.problems import CONTENT_TYPE


class BadParameter(serializers.Serializer):
    parameter = serializers.CharField()
    detail = serializers.CharField(help_text="What to write instead.")


class PartSerializer(serializers.Serializer):
    """A part of a picture, in pixels of the whole."""

    left = serializers.IntegerField()
    top = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class ZoneSerializer(PartSerializer):
    kind = serializers.CharField(help_text="text, logo, mark or other.")


class OfferSerializer(serializers.Serializer):
    width = serializers.IntegerField(help_text="Pixels of the file.")
    height = serializers.IntegerField(help_text="Pixels of the file.")
    padded = serializers.BooleanField(help_text="The whole picture, with white around it.")


class ProblemSerializer(serializers.Serializer):
    """RFC 9457. Further members are named with the types that have them."""

    type = serializers.URLField(help_text="Names the kind of problem, and describes it.")
    title = serializers.CharField(help_text="The kind of problem in words; always the same for a type.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="One sentence about this very case.")
    code = serializers.CharField(help_text="The last part of `type`, for programs.")
    errors = BadParameter(  # type: ignore[assignment]  # DRF finds fields by name
        many=True, required=False, help_text="With `bad_input`: each parameter that is wrong."
    )
    reason = serializers.CharField(required=False, help_text="With `withdrawn`: why.")
    files = serializers.ListField(
        required=False,
        help_text="With `withdrawn`, `rights_not_started` and `zone_cut` of an archive, and with `archive_failed`: "
        "names of the files. With `digest_replaced`: `name`, `sent` and `current` digest of each. With "
        "`not_all_available` and `nothing_to_prepare`: each as in `left_out` of an archive.",
    )
    crop = PartSerializer(
        required=False,
        allow_null=True,
        help_text="With `zone_cut`: the best part of this ratio; null for none.",
    )
    offers = OfferSerializer(
        many=True,
        required=False,
        help_text="With `zone_cut` and `too_large`: sizes that are possible instead.",
    )
    zones = ZoneSerializer(many=True, required=False, help_text="With `zone_cut`: what must be seen whole.")
    name = serializers.CharField(required=False, help_text="With `withdrawn`: the file's name.")
    sent = serializers.JSONField(
        required=False,
        help_text="With `digest_replaced` and `company_data_changed`: the digest answered for; with "
        "`document_replaced`: the revision.",
    )
    current = serializers.JSONField(
        required=False,
        allow_null=True,
        help_text="The present digest or revision, beside `sent`. With `precondition_failed`: how it stands now.",
    )
    request = serializers.CharField(required=False, help_text="With `already_asked`: id of the open request.")
    number = serializers.CharField(required=False, help_text="With `already_asked`: what people call it.")
    state = serializers.CharField(required=False, help_text="With `request_not_in_state`: how far it is.")
    request_id = serializers.CharField(required=False, help_text="In every problem but `not_found`.")


#: In every operation.
_ALWAYS = (
    "bad_input", "not_authenticated", "invalid_token", "insufficient_scope", "partner_suspended", "too_many_requests",
    "unavailable",
)  # fmt: skip
#: In every operation that changes something.
_WRITING = ("still_running", "idempotency_key_reused", "unsupported_media_type")
_KEY_HEADERS = (
    OpenApiParameter(
        "Idempotency-Key",
        str,
        "header",
        required=True,
        description="A new one for every new request; the same one to repeat it. Remembered for two days.",
    ),
    OpenApiParameter(
        "Idempotency-Replayed",
        str,
        "header",
        response=[200, 201, 202, 204],
        description="`true`: this is the answer of an earlier call with the same key.",
    ),
)
_HEADERS = (
    OpenApiParameter(
        "X-Request-ID", str, "header", response=True, description="Quote it when you ask about this call."
    ),
    OpenApiParameter(
        "RateLimit",
        str,
        "header",
        response=True,
        description='`"client";r=<calls left>;t=<seconds until all anew>`',
    ),
)
LOCATION_HEADER = OpenApiParameter(
    "Location", str, "header", response=[302], description="The address of the bytes."
)
DIGEST_HEADER = OpenApiParameter(
    "X-File-SHA256", str, "header", response=[302], description="Their digest, 64 hex digits."
)
#: Of archives: what resumes them.
ARCHIVE_HEADERS = (
    OpenApiParameter("Range", str, "header", description="One range: `bytes=1000-` resumes."),
    OpenApiParameter(
        "If-Range", str, "header", description="An `ETag`: the range only of this very archive."
    ),
    OpenApiParameter(
        "Content-Disposition", str, "header", response=[200, 206], description="A name to save it under."
    ),
    OpenApiParameter(
        "Content-Range", str, "header", response=[206, 416], description="`bytes 1000-1999/4711`"
    ),
)
#: The answer to a removal.
REMOVED = OpenApiResponse(description="It is gone.")
FILE_HEADERS = (
    OpenApiParameter(
        "Content-Disposition", str, "header", response=[200, 206], description="A name to save it under."
    ),
    OpenApiParameter(
        "Content-Digest", str, "header", response=[200], description="RFC 9530: `sha-256=:<base64>:`."
    ),
    OpenApiParameter(
        "Repr-Digest",
        str,
        "header",
        response=[200, 206],
        description="RFC 9530: of the whole file, also with a range.",
    ),
    OpenApiParameter(
        "Content-Range", str, "header", response=[206, 416], description="`bytes 1000-1999/4711`"
    ),
)
_CONDITIONAL = (
    OpenApiParameter("ETag", str, "header", response=[200], description="Changes with the answer."),
    OpenApiParameter(
        "If-None-Match", str, "header", description="An `ETag` you have: 304 when nothing changed."
    ),
)


_EDIT = (
    OpenApiParameter(
        "If-Match",
        str,
        "header",
        description="An `ETag` you read: the change is made only if nothing has changed since.",
    ),
)


def operation(
    name: str,
    *,
    summary: str,
    answers: Mapping[Any, Any],
    problems: Iterable[str] = (),
    parameters: Iterable[OpenApiParameter] = (),
    is_conditional: bool = True,
    body: Any = None,
    is_question: bool = False,
    writes: bool = False,
    is_edit: bool = False,
) -> Callable[[Any], Any]:
    """
    Describe an operation; its docstring is the longer text.

    :param name: what generated clients call it
    :param answers: as ``responses`` of ``extend_schema``, without problems
    :param problems: codes it may answer beside those that every operation may
    :param is_conditional: it has entity tags and answers 304
    :param body: serializer of the request's body
    :param is_question: it has a body because it is long, and changes nothing: no key
    :param writes: it changes something without a body; with one or without, it then takes an ``Idempotency-Key``
    :param is_edit: it changes what can be read before, and takes ``If-Match``, see ``preconditions``
    """
    writes = writes or (body is not None and not is_question)
    codes: dict[int, list[str]] = defaultdict(list)
    writing: tuple[str, ...] = _WRITING if writes else ()
    if is_question:
        writing = ("unsupported_media_type",)
    if is_edit:
        writing = (*writing, "precondition_failed")
    for code in (*_ALWAYS, *writing, *problems):
        codes[TYPES[code].status].append(code)
    answered = dict(answers)
    if is_conditional:
        answered[304] = OpenApiResponse(description="Nothing changed since the `ETag` you sent.")
    answered |= {(status, CONTENT_TYPE): _problems(found) for status, found in sorted(codes.items())}
    return extend_schema(
        operation_id=name,
        summary=summary,
        request=body,
        responses=answered,
        parameters=[
            *_HEADERS,
            *(_CONDITIONAL if is_conditional else ()),
            *(_KEY_HEADERS if writes else ()),
            *(_EDIT if is_edit else ()),
            *parameters,
        ],
    )


def _problems(codes: Sequence[str]) -> OpenApiResponse:
    kinds = [TYPES[code] for code in codes]
    return OpenApiResponse(
        ProblemSerializer,
        description=" ".join(f"`{kind.code}`: {kind.title}." for kind in kinds),
        examples=[
            OpenApiExample(kind.code, value=_example(kind), media_type=CONTENT_TYPE, response_only=True)
            for kind in kinds
        ],
    )


def _example(kind: ProblemType) -> dict[str, Any]:
    value: dict[str, Any] = {
        "type": kind.address,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.meaning,
        "code": kind.code,
    }
    if kind.code == "bad_input":
        value["errors"] = [
            {"parameter": "limit", "detail": "Ensure this value is less than or equal to 200."}
        ]
    if kind.code == "digest_replaced":
        value["files"] = [{"name": "oat-web-1200.webp", "sent": "77b0" * 16, "current": "9f2c" * 16}]
    if kind.code == "precondition_failed":
        value["current"] = {"id": "chn_m2n3b4v5c6x7z2a3", "name": "Amazon DE"}
    if kind.code == "zone_cut":
        value["crop"] = {"left": 300, "top": 0, "width": 2400, "height": 1800}
        value["offers"] = [{"width": 1200, "height": 900, "padded": False}]
        value["zones"] = [{"kind": "logo", "left": 900, "top": 200, "width": 700, "height": 300}]
    if kind.code == "too_large":
        value["offers"] = [{"width": 1600, "height": 1200, "padded": False}]
    if kind.code in {"not_all_available", "nothing_to_prepare"}:
        value["files"] = [
            {"title": "Oat muesli", "status": "withdrawn", "why": "The brand has withdrawn it."}
        ]
    if kind.code == "archive_failed":
        value["files"] = ["oat-web-1200.webp"]
    if kind.code == "withdrawn":
        value["reason"] = "approval_withdrawn"
    return value if kind.status == 404 else {**value, "request_id": "5f0c1a9be3d74c82a6b1f2d0"}


def answer(serializer: Any, example: Any, description: str = "") -> OpenApiResponse:
    """Describe an answer with an example of it."""
    examples = [OpenApiExample("Example", value=example, response_only=True)]
    return OpenApiResponse(serializer, description=description, examples=examples)


class OperationSchema(AutoSchema):
    """Adds a view's parameters from its ``query_class``."""

    def get_override_parameters(self) -> list[Any]:
        query_class = self.view.query_class
        if self.method != "GET":
            return []
        return [query_class] if query_class().fields else []


class ClientTokenScheme(OpenApiAuthenticationExtension):
    target_class = "portal.api.authentication.ClientTokenAuthentication"
    name = "clientCredentials"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        return {self.name: list(auto_schema.view.scopes_for(auto_schema.method))}

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        token_url = f"{settings.PORTAL_URL}{reverse('idp:oidc:token')}"
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": token_url, "scopes": SCOPES}}}


@cache
def document(portal_url: str) -> bytes:
    """
    Return the OpenAPI document as JSON, made once per process.

    :param portal_url: where the portal is reached; part of the document
    """
    with translation.override("en"):
        return orjson.dumps(
            SchemaGenerator().get_schema(request=None, public=True), option=orjson.OPT_INDENT_2
        )
