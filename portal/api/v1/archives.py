"""Archives of freely chosen files: asked for, prepared in the background, taken, removed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.schema import ARCHIVE_HEADERS, REMOVED, answer, operation
from portal.api.v1 import archive_examples as examples
from portal.api.v1.fields import Codes, OrNull
from portal.api.v1.files import beyond_the_end
from portal.api.views import PartnerView
from portal.downloads import archives, asking, job_selectors, jobs
from portal.downloads.asking import Asked, Meant
from portal.downloads.choices import JobState, Origin, Via
from portal.downloads.job_archive import ready_archive
from portal.downloads.job_selectors import JobLine
from portal.downloads.known import MOST_DIGESTS
from portal.downloads.products import MOST_GTINS
from portal.downloads.services import Taker
from portal.downloads.serving import serve_archive
from portal.partners.models import Partner

MOST_ITEMS = 5000
_WHY = ("not_yet", "withdrawn", "not_yours", "no_size", "unknown", "no_media")


class LeftOutSerializer(serializers.Serializer):
    """A file that cannot be had."""

    status = inputs.Word(_WHY)
    why = serializers.CharField(help_text="In a sentence.")
    title = OrNull()
    asset = OrNull()
    variant = OrNull()
    language = OrNull()
    recipe = OrNull()
    sha256 = OrNull(help_text="When it was asked for by digest.")
    gtin = OrNull(help_text="When it was asked for by product: as you wrote it.")


class ArchiveSerializer(serializers.Serializer):
    id = serializers.CharField()
    state = inputs.Word(JobState.values)
    origin = inputs.Word(Origin.values, help_text="Where it was asked for.")
    file_count = serializers.IntegerField()
    done = serializers.IntegerField(help_text="Files that are there.")
    size = serializers.IntegerField(allow_null=True, help_text="Bytes of all files; null until it is ready.")
    problems = Codes(help_text="Names of files that cannot be made: then it fails.")
    left_out = LeftOutSerializer(many=True, help_text="What was asked for and is not in it.")
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it became ready or failed.")
    kept_until = serializers.DateTimeField(
        help_text="Afterwards it is removed; what was taken stays in your downloads."
    )
    href = serializers.URLField()
    file = serializers.URLField(allow_null=True, help_text="The archive; null unless it is ready.")


class ItemBody(inputs.Body):
    asset = serializers.CharField(max_length=32, help_text="Id of an asset.")
    recipe = serializers.CharField(max_length=40, help_text="Key of a size.")
    variant = serializers.CharField(required=False, max_length=32, help_text="Id of a variant.")
    language = inputs.Language(required=False, help_text="Instead of `variant`.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if "variant" in data and "language" in data:
            raise serializers.ValidationError(
                {"variant": ["A variant has one language: give `variant` or `language`, not both."]}
            )
        return data


class ItemsField(serializers.ListField):
    """Files by asset and size."""

    def __init__(self, **kwargs: Any):
        super().__init__(child=ItemBody(), min_length=1, max_length=MOST_ITEMS, **kwargs)


class ArchiveBody(inputs.Body):
    """One of `items`, `digests` and `gtins`."""

    items = ItemsField(required=False, help_text="Assets, each in a size.")
    digests = serializers.ListField(
        child=inputs.Digest(),
        required=False,
        min_length=1,
        max_length=MOST_DIGESTS,
        help_text="Bytes you have: the files they are of as they are today, each in the size you have. What was "
        "replaced comes in its new version.",
    )
    gtins = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        min_length=1,
        max_length=MOST_GTINS,
        help_text="Everything there is of these products.",
    )
    recipe = serializers.CharField(
        required=False,
        max_length=40,
        help_text="With `gtins`: the size; where it does not suit a file, and when left out, the first one offered.",
    )
    allow_missing = serializers.BooleanField(
        default=False,
        help_text="Take what can be had, and name the rest in `left_out`. Otherwise it is all or nothing.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("items", "digests", "gtins") if name in data]
        if len(given) != 1:
            raise serializers.ValidationError({"items": ["Give one of: items, digests, gtins."]})
        if "recipe" in data and "gtins" not in data:
            raise serializers.ValidationError({"recipe": ["Only with gtins: items name their own."]})
        return data


def meant(partner: Partner, data: Mapping[str, Any]) -> Meant:
    """Return the files that a body with ``items``, ``digests`` or ``gtins`` asks for."""
    now = timezone.now()
    if "items" in data:
        return asking.by_names(partner, [Asked(**item) for item in data["items"]], at=now)
    if "digests" in data:
        return asking.by_digests(partner, data["digests"], at=now)
    return asking.by_products(partner, data["gtins"], data.get("recipe", ""), at=now)


_FACTS = LeftOutSerializer().fields.keys()


def described(line: JobLine, links: Links) -> dict[str, Any]:
    """Return a prepared download as ``ArchiveSerializer`` takes it."""
    job = line.job
    href = links.archive(job.public_id)
    return {
        "id": job.public_id,
        "state": job.state,
        "origin": job.origin,
        "file_count": job.file_count,
        "done": line.done,
        "size": job.total_bytes if job.is_ready else None,
        "problems": line.problems,
        # Those from before systems could ask said less.
        "left_out": [
            {"status": "unknown", **dict.fromkeys(_FACTS - {"status"}, ""), **one} for one in job.left_out
        ],
        "asked_at": job.begun_at,
        "ended_at": job.closed_at,
        "kept_until": line.kept_until,
        "href": href,
        "file": f"{href}/file" if job.is_ready else None,
    }


def _answered(line: JobLine, request: ClientRequest, status: int = 200) -> Response:
    headers = {"Retry-After": "5"} if line.job.is_open else {}
    body = ArchiveSerializer(described(line, Links(request))).data
    return Response(body, status=status, headers=headers)


class Archives(PartnerView):
    required_scopes = ("archives:read",)
    scopes_to_write = ("archives:write",)
    query_class = inputs.PagedQuery

    @operation(
        "list_archives",
        summary="List prepared archives",
        answers={200: answer(paging.list_of("ArchiveList", ArchiveSerializer), examples.ARCHIVES)},
    )
    def get(self, request: ClientRequest) -> Response:
        """Those of your company, newest first, whoever asked for them: people on the portal's pages too."""
        page = job_selectors.jobs_page(
            request.partner,
            size=self.query["limit"],
            cursor=paging.unseal(self.query.get("cursor"), wish="archives"),
        )
        links = Links(request)
        rows = [described(line, links) for line in page.items]
        return paging.listing(
            ArchiveSerializer(rows, many=True).data, paging.seal(page.next, wish="archives")
        )

    @operation(
        "ask_for_archive",
        summary="Have an archive prepared",
        answers={202: answer(ArchiveSerializer, examples.ARCHIVE)},
        problems=("not_all_available", "nothing_to_prepare", "too_many_files", "too_many"),
        is_conditional=False,
        body=ArchiveBody,
    )
    def post(self, request: ClientRequest) -> Response:
        """
        Of files by asset and size, by the digests you have, or of whole products. Made in the background; ask `href`
        how far it is. It ends ready, with every file, or failed, with the names of those that cannot be made.
        """
        return once(request, self, lambda: self._ask(request))

    def _ask(self, request: ClientRequest) -> Response:
        body = ArchiveBody(data=request.data)
        body.is_valid(raise_exception=True)
        asked = meant(request.partner, body.validated_data)
        job = jobs.begin(
            partner=request.partner,
            taker=_taker(request),
            wishes=asked.wishes,
            unknown=asked.unknown,
            whole=not body.validated_data["allow_missing"],
            origin=Origin.API,
            now=timezone.now(),
        )
        return _answered(job_selectors.line_of(job), request, 202)


class OneArchive(PartnerView):
    required_scopes = ("archives:read",)
    scopes_to_write = ("archives:write",)

    @operation(
        "read_archive",
        summary="Ask how far an archive is",
        answers={200: answer(ArchiveSerializer, examples.ARCHIVE)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, archive_id: str) -> Response:
        """While it is being prepared, `Retry-After` says when to ask again."""
        job = job_selectors.get_job(request.partner, archive_id)
        return _answered(job_selectors.line_of(job), request)

    @operation(
        "remove_archive",
        summary="Stop or remove an archive",
        answers={204: REMOVED},
        problems=("not_found",),
        is_conditional=False,
        writes=True,
    )
    def delete(self, request: ClientRequest, archive_id: str) -> Response:
        """One that is being prepared stops. A download that runs ends short. What was taken stays in your downloads."""
        return once(request, self, lambda: self._remove(request, archive_id))

    def _remove(self, request: ClientRequest, archive_id: str) -> Response:
        job = job_selectors.get_job(request.partner, archive_id)
        jobs.remove(job=job, actor=_taker(request).actor, now=timezone.now())
        return Response(status=204)


class ArchiveBytes(PartnerView):
    required_scopes = ("archives:read", "files:read")

    @operation(
        "download_archive",
        summary="Download an archive",
        answers={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The whole archive."),
            (206, "application/zip"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The range asked for."
            ),
        },
        parameters=ARCHIVE_HEADERS,
        problems=(
            "not_found",
            "archive_failed",
            "rights_not_started",
            "zone_cut",
            "withdrawn",
            "range_not_satisfiable",
            "not_ready",
        ),
    )
    def get(self, request: ClientRequest, archive_id: str) -> HttpResponseBase:
        """
        A stored ZIP with every file and `SHA256SUMS.txt`, which `sha256sum --check` reads. The same bytes come every
        time, so ranges resume it. Every file is checked again now: when one has been withdrawn since, this answers 410
        and names it.
        """
        archive = ready_archive(job_selectors.get_job(request.partner, archive_id))
        archives.check(partner=request.partner, archive=archive, now=timezone.now())
        response = serve_archive(request._request, archive, partner=request.partner, taker=_taker(request))
        return beyond_the_end(self, response) if response.status_code == 416 else response


def _taker(request: ClientRequest) -> Taker:
    return Taker(actor=f"client:{request.client.public_id}", via=Via.API)
