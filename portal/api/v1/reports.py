"""How the company's whole catalogue stands against a specification."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from portal.api import inputs, paging
from portal.api.authentication import ClientRequest
from portal.api.idempotency import once
from portal.api.links import Links
from portal.api.schema import answer, operation
from portal.api.v1 import channel_examples as examples
from portal.api.v1.fields import Codes, OrNull
from portal.api.v1.verdicts import LineSerializer, described_line
from portal.api.views import PartnerView
from portal.catalog.choices import Medium
from portal.publications import feasibility
from portal.publications.feasibility import Outcome, Reading, RowReading
from portal.renditions import judging, rulebooks
from portal.renditions import selectors as recipes

OUTCOMES = [str(outcome) for outcome in Outcome]


class OutcomeCountsSerializer(serializers.Serializer):
    fits = serializers.IntegerField()
    fits_after_fix = serializers.IntegerField(help_text="A file that keeps every rule has been made.")
    cannot = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text="Not every rule can be told.")
    open = serializers.IntegerField(help_text="Being checked.")


class ReportSerializer(serializers.Serializer):
    id = serializers.CharField()
    specification = serializers.CharField()
    revision = serializers.IntegerField(help_text="Of the specification, as it was then.")
    recipe = serializers.CharField()
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is being made.")
    total = serializers.IntegerField(help_text="Files found so far.")
    counts = OutcomeCountsSerializer()
    href = serializers.URLField()
    files = serializers.URLField(help_text="The files one by one.")


class ReportFileSerializer(serializers.Serializer):
    asset = serializers.CharField()
    variant = serializers.CharField()
    language = OrNull()
    version = serializers.IntegerField(help_text="Of the variant.")
    file_name = serializers.CharField()
    gtin = OrNull()
    outcome = inputs.Word(OUTCOMES)
    why = LineSerializer(many=True, help_text="The rules it does not keep.")
    steps = Codes(help_text="With `fits_after_fix`: what the fix does.")


class ReportBody(inputs.Body):
    recipe = serializers.CharField(max_length=40, help_text="Key of the size to check.")


class FilesQuery(inputs.PagedQuery):
    outcome = inputs.Word(OUTCOMES, required=False)


def _described(reading: Reading, links: Links) -> dict[str, Any]:
    report = reading.report
    href = links.report(report.public_id)
    return {
        "id": report.public_id,
        "specification": report.specification.specification.public_id,
        "revision": report.specification.number,
        "recipe": report.revision.recipe.key,
        "asked_at": report.asked_at,
        "finished_at": report.finished_at,
        "total": reading.total,
        "counts": {str(outcome): count for outcome, count in reading.counts.items()},
        "href": href,
        "files": f"{href}/files",
    }


def _file(row: RowReading) -> dict[str, Any]:
    version = row.row.version
    asset = version.variant.asset
    return {
        "asset": asset.public_id,
        "variant": version.variant.public_id,
        "language": version.variant.language,
        "version": version.number,
        "file_name": version.file_name,
        "gtin": asset.product.gtin if asset.product else None,
        "outcome": str(row.outcome),
        "why": [described_line(line) for line in row.failed],
        "steps": row.row.verdict.fix_steps if row.outcome == Outcome.AFTER_FIX else [],
    }


class Reports(PartnerView):
    required_scopes = ("assets:read", "channels:read")

    @operation(
        "list_reports",
        summary="List your reports on a specification",
        answers={200: answer(paging.list_of("ReportList", ReportSerializer), examples.REPORTS)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, specification_id: str) -> Response:
        """The last five, newest first: always on one page."""
        revision = rulebooks.get(request.partner, specification_id)
        links = Links(request)
        found = feasibility.newest_readings(request.partner, revision.specification_id)
        rows = [_described(reading, links) for reading in found]
        return paging.listing(ReportSerializer(rows, many=True).data)

    @operation(
        "ask_for_report",
        summary="Check your whole catalogue",
        answers={202: answer(ReportSerializer, examples.REPORT)},
        problems=("not_found", "too_many"),
        is_conditional=False,
        body=ReportBody,
    )
    def post(self, request: ClientRequest, specification_id: str) -> Response:
        """Made in the background; ask `href` how far it is. The same question while it runs is the same report."""
        return once(request, self, lambda: self._ask(request, specification_id))

    def _ask(self, request: ClientRequest, specification_id: str) -> Response:
        revision = rulebooks.get(request.partner, specification_id)
        body = ReportBody(data=request.data)
        body.is_valid(raise_exception=True)
        sizes = {
            one.recipe.key: one
            for one in recipes.current_revisions()
            if Medium.IMAGE in recipes.media_for(one) and judging.is_judged(one, Medium.IMAGE)
        }
        if (key := body.validated_data["recipe"]) not in sizes:
            raise serializers.ValidationError(
                {"recipe": [f"“{key}” cannot be checked. These can: {', '.join(sizes)}."]}
            )
        report = feasibility.ask(
            partner=request.partner,
            specification=revision,
            revision=sizes[key],
            now=timezone.now(),
            actor=f"client:{request.client.public_id}",
        )
        reading = feasibility.get(request.partner, report.public_id)
        return Response(ReportSerializer(_described(reading, Links(request))).data, status=202)


class OneReport(PartnerView):
    required_scopes = ("assets:read", "channels:read")

    @operation(
        "read_report",
        summary="Read a report",
        answers={200: answer(ReportSerializer, examples.REPORT)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, report_id: str) -> Response:
        """How far it is, and how many files came out how."""
        reading = feasibility.get(request.partner, report_id)
        return Response(ReportSerializer(_described(reading, Links(request))).data)


class ReportFiles(PartnerView):
    required_scopes = ("assets:read", "channels:read")
    query_class = FilesQuery

    @operation(
        "list_report_files",
        summary="List the files of a report",
        answers={200: answer(paging.list_of("ReportFileList", ReportFileSerializer), examples.REPORT_FILES)},
        problems=("not_found",),
    )
    def get(self, request: ClientRequest, report_id: str) -> Response:
        """Every file with its outcome and the rules it does not keep."""
        reading = feasibility.get(request.partner, report_id)
        outcome = self.query.get("outcome")
        wish = ("report", reading.report.pk, outcome)
        page = feasibility.rows_page(
            reading.report,
            outcome=outcome,
            size=self.query["limit"],
            cursor=paging.unseal(self.query.get("cursor"), wish=wish),
        )
        items = ReportFileSerializer([_file(row) for row in page.items], many=True).data
        return paging.listing(items, paging.seal(page.next, wish=wish))
