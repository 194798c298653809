"""Settings: rules of the company's own beside the portal's, and how the whole catalogue stands against them."""

import csv
from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core import rowscope
from portal.core.csv_out import cell
from portal.core.errors import DomainError, Forbidden, NotFound
from portal.pages.specification_forms import CheckForm, SpecificationForm
from portal.publications import feasibility
from portal.publications.feasibility import Outcome, Reading
from portal.renditions import judging, rulebooks, verdict_words
from portal.renditions import selectors as recipes
from portal.renditions.models import RecipeRevision


def _crumbs(request: HttpRequest, *more: tuple[str, str]) -> list[tuple[str, str]]:
    company = request.company.slug
    return [
        (_("Channels"), reverse("pages:channels", args=[company])),
        (_("Specifications"), reverse("pages:specifications", args=[company])),
        *more,
    ]


def _sizes() -> list[RecipeRevision]:
    """Download sizes that can be judged at all."""
    return [
        one for one in recipes.current_revisions() if judging.is_judged(one, "image") and _of_pictures(one)
    ]


def _of_pictures(revision: RecipeRevision) -> bool:
    return "image" in recipes.media_for(revision)


@require_safe
def specifications(request: HttpRequest) -> HttpResponse:
    """List the company's own specifications, then the portal's."""
    found = rulebooks.list_for(request.company)
    context = {
        "crumbs": [*_crumbs(request)[:1], (_("Specifications"), "")],
        "own": [one for one in found if one.specification.partner_id],
        "ours": [one for one in found if not one.specification.partner_id],
    }
    return render(request, "pages/specifications.html", context)


@require_safe
def specification(request: HttpRequest, specification: str) -> HttpResponse:
    """Show rules with their sources, and the reports made on them."""
    return _shown(request, specification, CheckForm(sizes=_sizes()))


def _shown(request: HttpRequest, public_id: str, form: CheckForm, status: int = 200) -> HttpResponse:
    found = rulebooks.get(request.company, public_id)
    context = {
        "crumbs": _crumbs(request, (found.name, "")),
        "revision": found,
        "rules": rulebooks.rules_of(found).rules,
        "form": form,
        "reports": feasibility.newest(request.company, found.specification_id),
    }
    return render(request, "pages/specification.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def specification_edit(request: HttpRequest, specification: str = "") -> HttpResponse:
    """Bring rules of the company's own by form or table, or change them."""
    _demand_manager(request)
    revision = rulebooks.get(request.company, specification) if specification else None
    if revision is not None and revision.specification.partner_id is None:
        raise Forbidden(_("These rules are the portal’s. Bring your own to change them."))
    form = SpecificationForm(request.POST or None, request.FILES or None, revision=revision)
    if request.method == "POST" and form.is_valid():
        try:
            saved = rulebooks.bring(
                partner=request.company,
                specification=revision.specification if revision else None,
                data=form.data_to_keep(),
                now=timezone.now(),
                actor=f"user:{request.user.public_id}",
            )
        except rulebooks.KeyTaken as error:
            form.add_error("title", str(error))
        except rulebooks.TooMany as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved: %(name)s.") % {"name": saved.name})
            return redirect("pages:specification", request.company.slug, saved.specification.public_id)
    more = [(_("Bring your own"), "")]
    if revision is not None:
        here = reverse("pages:specification", args=[request.company.slug, revision.specification.public_id])
        more = [(revision.name, here), (_("Change"), "")]
    context = {"crumbs": _crumbs(request, *more), "revision": revision, "form": form}
    return render(request, "pages/specification_edit.html", context)


@require_POST
def specification_remove(request: HttpRequest, specification: str) -> HttpResponse:
    """Remove rules of the company's own; channels that kept them go on without."""
    _demand_manager(request)
    found = rulebooks.get(request.company, specification)
    if found.specification.partner_id is None:
        raise Forbidden(_("These rules are the portal’s. Bring your own to change them."))
    rulebooks.remove(
        specification=found.specification, now=timezone.now(), actor=f"user:{request.user.public_id}"
    )
    messages.success(request, _("Removed: %(name)s.") % {"name": found.name})
    return redirect("pages:specifications", request.company.slug)


@require_POST
def specification_check(request: HttpRequest, specification: str) -> HttpResponse:
    """Ask how the whole catalogue stands against these rules."""
    if not request.membership.can_answer:
        raise Forbidden(_("Members and managers of your company can check the catalogue."))
    found = rulebooks.get(request.company, specification)
    form = CheckForm(request.POST, sizes=_sizes())
    if form.is_valid():
        sizes = {one.pk: one for one in _sizes()}
        try:
            report = feasibility.ask(
                partner=request.company,
                specification=found,
                revision=sizes[form.cleaned_data["recipe"]],
                now=timezone.now(),
                actor=f"user:{request.user.public_id}",
            )
        except DomainError as error:
            form.add_error("recipe", str(error))
        else:
            return redirect("pages:report", request.company.slug, report.public_id)
    return _shown(request, specification, form, status=422)


@require_safe
def report(request: HttpRequest, report: str) -> HttpResponse:
    """Show how far a report is, what came of it, and the files one by one."""
    reading = feasibility.get(request.company, report)
    outcome = _outcome(request)
    page = feasibility.rows_page(reading.report, outcome=outcome, cursor=request.GET.get("cursor") or None)
    found = reading.report.specification
    here = reverse("pages:specification", args=[request.company.slug, found.specification.public_id])
    context = {
        "crumbs": _crumbs(request, (found.name, here), (_("Feasibility"), "")),
        "reading": reading,
        "tabs": _tabs(reading, outcome),
        "page": page,
        "newer": _query(outcome, page.previous),
        "older": _query(outcome, page.next),
        "csv_url": f"{reverse('pages:report-csv', args=[request.company.slug, report])}{_query(outcome, '') or ''}",
        "counts_views": any(rule.measure == "per_view" for rule in rulebooks.rules_of(found).rules),
    }
    return render(request, "pages/report.html", context)


def _outcome(request: HttpRequest) -> str | None:
    asked = request.GET.get("outcome", "")
    if not asked:
        return None
    if asked not in {str(outcome) for outcome in Outcome}:
        raise NotFound
    return asked


def _query(outcome: str | None, cursor: str | None) -> str | None:
    """Return what follows the report's address, ``None`` where the list ends."""
    if cursor is None:
        return None
    parts = {name: value for name, value in (("outcome", outcome), ("cursor", cursor)) if value}
    return f"?{urlencode(parts)}" if parts else "?"


def _tabs(reading: Reading, current: str | None) -> list[dict]:
    tabs = [{"label": _("All"), "url": "?", "count": reading.total, "is_current": current is None}]
    for outcome, count in reading.counts.items():
        if count or str(outcome) == current:
            tabs.append(
                {
                    "label": outcome.label,
                    "url": f"?outcome={outcome}",
                    "count": count,
                    "is_current": str(outcome) == current,
                }
            )
    return tabs


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


@require_safe
def report_csv(request: HttpRequest, report: str) -> HttpResponseBase:
    """Answer with a report as CSV, row by row whatever its length."""
    reading, outcome = feasibility.get(request.company, report), _outcome(request)
    writer = csv.writer(_Echo())
    company = request.company.pk

    def lines() -> Iterator[str]:
        # A mark that tells spreadsheets it is UTF-8.
        yield "\ufeff" + writer.writerow(
            ["file", "gtin", "language", "version", "asset", "outcome", "rules", "why"]
        )
        # The answer is sent after the view has left its scope.
        rows = feasibility.all_rows(reading.report, outcome=outcome)
        while True:
            with rowscope.limited_to(company):
                row = next(rows, None)
            if row is None:
                return
            version = row.row.version
            asset = version.variant.asset
            yield writer.writerow(
                cell(value)
                for value in (
                    version.file_name,
                    asset.product.gtin if asset.product else "",
                    version.variant.language,
                    version.number,
                    asset.public_id,
                    str(row.outcome),
                    [line.rule.id for line in row.failed],
                    "; ".join(verdict_words.sentence(line) for line in row.failed),
                )
            )

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{report}.csv")
    response["Cache-Control"] = "private, no-store"
    return response


def _demand_manager(request: HttpRequest) -> None:
    if not request.membership.can_manage:
        raise Forbidden(_("Only managers of your company can change specifications."))
