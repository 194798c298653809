"""Files: bytes by their digest, and what they are."""

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs
from portal.api.authentication import ClientRequest
from portal.api.links import Links
from portal.api.problems import Problem, RangeNotSatisfiable
from portal.api.schema import FILE_HEADERS, answer, operation
from portal.api.v1 import examples
from portal.api.v1.fields import OrNull, Texts
from portal.api.views import PartnerView
from portal.catalog.choices import Withdrawal
from portal.downloads import known, services
from portal.downloads.choices import Via
from portal.downloads.services import Taker
from portal.downloads.serving import gives_bytes, serve


class File(PartnerView):
    required_scopes = ("files:read",)

    @operation(
        "download_file",
        summary="Download by digest",
        answers={
            (200, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The whole file."),
            (206, "*/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The range asked for."),
        },
        parameters=(
            OpenApiParameter("Range", str, "header", description="One range: `bytes=1000-` resumes."),
            OpenApiParameter(
                "If-Range",
                str,
                "header",
                description="An `ETag`: the range only of this very file.",
            ),
            *FILE_HEADERS,
        ),
        problems=(
            "not_found",
            "withdrawn",
            "not_kept",
            "rights_not_started",
            "zone_cut",
            "too_large",
            "other_shape",
            "rendition_not_possible",
            "range_not_satisfiable",
            "not_ready",
        ),
    )
    def get(self, request: ClientRequest, sha256: str) -> HttpResponseBase:
        """
        These very bytes, of the current version or an older one. They never change: keep them as long as you like,
        and ask `/files/{sha256}/about` or follow `/changes` to learn when to replace them.

        Every download is recorded when it begins; a file fetched in ranges counts once a day. `HEAD` answers the same
        headers and counts as nothing.
        """
        now = timezone.now()
        found = services.find_by_digest(partner=request.partner, sha256=sha256, now=now)
        response = serve(request._request, found.rendition, name=found.name, immutable=True)
        if response.status_code == 416:
            return beyond_the_end(self, response)
        if found.grant.variant.language:
            response["Content-Language"] = found.grant.variant.language
        if gives_bytes(request._request, response):
            services.note_taken(
                found=found,
                partner=request.partner,
                taker=Taker(actor=f"client:{request.client.public_id}", via=Via.API),
                now=now,
                part=response.status_code == 206,
            )
        return response


def beyond_the_end(view: PartnerView, refused: HttpResponseBase) -> Response:
    """Say in the API's own form what a range that does not exist was answered."""
    length = refused["Content-Range"].rpartition("/")[2]
    problem = Problem(
        RangeNotSatisfiable.code,
        RangeNotSatisfiable.status,
        f"The file has {length} bytes.",
        headers={"Content-Range": refused["Content-Range"]},
    )
    return problem.answer(request_id=view.request.request_id)


class SuccessorSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    sha256 = OrNull(help_text="Null until this size of it has been made once.")
    href = serializers.URLField(help_text="Leads to its bytes.")


class AboutFileSerializer(serializers.Serializer):
    sha256 = serializers.CharField()
    status = inputs.Word(("current", "replaced", "withdrawn"))
    reason = OrNull(help_text=f"Why it is withdrawn: {', '.join(Withdrawal.values)}.")
    replaced_by = SuccessorSerializer(allow_null=True, help_text="What to take instead, when it is replaced.")
    asset = OrNull(help_text="Null when you have left every community that had it.")
    variant = OrNull()
    language = OrNull()
    title = Texts(help_text="By language.")
    version = serializers.IntegerField()
    recipe = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    usable_from = serializers.DateTimeField(allow_null=True)
    usable_until = serializers.DateTimeField(allow_null=True)
    taken_at = serializers.DateTimeField(
        allow_null=True, help_text="When your company last downloaded these bytes."
    )


class AboutFile(PartnerView):
    required_scopes = ("files:read",)

    @operation(
        "describe_file",
        summary="Ask what bytes are",
        answers={200: answer(AboutFileSerializer, examples.ABOUT)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, sha256: str) -> Response:
        """Is my copy still right? Answers for withdrawn files too, as long as they once were yours."""
        about = known.known_file(request.partner, sha256, at=timezone.now())
        successor = None
        if about.current_version is not None:
            successor = {
                "version": about.current_version,
                "sha256": about.replaced_by,
                "href": Links(request).rendition(about.asset, about.recipe, about.variant),
            }
        return Response(AboutFileSerializer({**vars(about), "replaced_by": successor}).data)
