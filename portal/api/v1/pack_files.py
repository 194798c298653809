"""The bytes of packs: signed manifests, archives and deltas."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from portal.api import inputs
from portal.api.authentication import ClientRequest
from portal.api.schema import ARCHIVE_HEADERS, operation
from portal.api.v1.files import beyond_the_end
from portal.api.v1.packs import earlier, number_of
from portal.api.views import PartnerView
from portal.core.errors import BadInput
from portal.downloads import archives
from portal.downloads.choices import Via
from portal.downloads.services import Taker
from portal.downloads.serving import serve_archive
from portal.packs import bag, selectors


class Manifest(PartnerView):
    required_scopes = ("packs:read",)

    @operation(
        "read_pack_manifest",
        summary="Read the signed manifest",
        answers={
            (200, "application/json"): OpenApiResponse(OpenApiTypes.OBJECT, description="The signed bytes.")
        },
        problems=("not_found", "withdrawn"),
    )
    def get(self, request: ClientRequest, pack_id: str, number: str) -> HttpResponse:
        """
        The exact bytes that were signed: canonical JSON, sorted and without spaces. The signature stands in the version
        (`manifest`), and in every archive.
        """
        version = selectors.get_version(request.partner, pack_id, number_of(number), at=timezone.now())
        return HttpResponse(version.manifest, content_type="application/json")


class ArchiveQuery(inputs.Query):
    since = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="A delta: only what you need if you have this version.",
    )
    part = serializers.IntegerField(
        required=False, min_value=1, max_value=bag.MOST_PARTS, help_text="One of `parts`, from 1."
    )
    parts = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=bag.MOST_PARTS,
        help_text="Divide the archive; unpack all parts into one folder.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("part" in data) != ("parts" in data):
            raise serializers.ValidationError({"part": ["Give part and parts together."]})
        if "since" in data and "part" in data:
            raise serializers.ValidationError({"since": ["A delta comes in one part."]})
        return data


class ArchiveFile(PartnerView):
    required_scopes = ("packs:read", "files:read")
    query_class = ArchiveQuery

    @operation(
        "download_pack",
        summary="Download a version as an archive",
        answers={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The whole archive."),
            (206, "application/zip"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The range asked for."
            ),
        },
        parameters=ARCHIVE_HEADERS,
        problems=(
            "not_found",
            "withdrawn",
            "rights_not_started",
            "zone_cut",
            "terms_not_accepted",
            "range_not_satisfiable",
        ),
    )
    def get(self, request: ClientRequest, pack_id: str, number: str) -> HttpResponseBase:
        """
        A stored ZIP with a BagIt bag (RFC 8493), the signed manifest, and every file; with `since`, a delta with what
        you need if you have that version. The same bytes come every time, so ranges resume it. It is whole or it fails:
        when a file is withdrawn while it runs, it ends short of its `Content-Length`; afterwards this answers 410.
        """
        version = selectors.get_version(request.partner, pack_id, number_of(number), at=timezone.now())
        items = selectors.items_of(version)
        before = earlier(request.partner, pack_id, self.query.get("since"))
        if before is not None and (before.number or 0) >= (version.number or 0):
            raise BadInput(
                "A delta leads from an earlier version to a later one.",
                errors=[{"parameter": "since", "detail": f"Give a version below {version.number}."}],
            )
        if before is not None:
            archive, _change = bag.delta(before, selectors.items_of(before), version, items)
        else:
            archive = bag.full(
                version, items, part=self.query.get("part", 1), parts=self.query.get("parts", 1)
            )
        archives.check(partner=request.partner, archive=archive, now=timezone.now())
        taker = Taker(actor=f"client:{request.client.public_id}", via=Via.API)
        response = serve_archive(request._request, archive, partner=request.partner, taker=taker)
        return beyond_the_end(self, response) if response.status_code == 416 else response
