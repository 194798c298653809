"""Products: look up many GTINs at once, and take everything there is of them."""

import csv
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from portal.core.csv_out import cell
from portal.core.errors import BadInput, DomainError
from portal.core.texts import in_language
from portal.downloads import jobs, products
from portal.downloads.choices import Origin
from portal.downloads.products import MOST_GTINS, Answer, Line
from portal.pages.takers import taker_of
from portal.partners.models import Partner

#: The most bytes of an uploaded list: 5,000 lines with a product's name in each.
_MOST_BYTES = 2_000_000
#: Answer -> tone and icon, in the order in which they are counted.
LOOKS = {
    Answer.FOUND: ("ok", "check-circle"),
    Answer.NO_MEDIA: ("warn", "dashed"),
    Answer.NOT_YOURS: ("mute", "lock"),
    Answer.UNKNOWN: ("mute", "help"),
}
PROBLEMS = {
    "not_a_gtin": gettext_lazy("This is no GTIN: it has 8, 12, 13 or 14 digits."),
    "check_digit": gettext_lazy("The last digit does not fit the others. Please check it for a slip."),
}
_WHY = {
    Answer.NO_MEDIA: gettext_lazy("The product is yours; no file of it can be used now."),
    Answer.NOT_YOURS: gettext_lazy(
        "Your company took files of it before. It is no longer in any of your communities."
    ),
    Answer.UNKNOWN: gettext_lazy("Nothing of it has been released for your company."),
}


def tabs(company: Partner, *, is_list: bool) -> list[dict[str, Any]]:
    """Return the two ways to products as ``partials/tabs.html`` takes them."""
    path = reverse("pages:products", args=[company.slug])
    return [
        {"label": _("All products"), "url": path, "count": None, "is_current": is_list},
        {"label": _("Look up many"), "url": f"{path}?show=look-up", "count": None, "is_current": not is_list},
    ]


def look_up(request: HttpRequest) -> HttpResponse:
    """Take identifiers and say what there is of each. It is a question: nothing is kept of it."""
    given = request.POST if request.method == "POST" else request.GET
    form = {"tabs": tabs(request.company, is_list=False), "most": MOST_GTINS}
    if "gtins" not in given:
        return render(request, "pages/products_look_up.html", {**form, "text": ""})
    try:
        text = given["gtins"] + "\n" + _uploaded(request)
        wanted = products.read_gtins(text)
        if not wanted:
            raise BadInput(_("There is no GTIN in it. A GTIN has 8, 12, 13 or 14 digits."))
        if len(wanted) > MOST_GTINS:
            raise BadInput(
                _("These are %(given)d identifiers. At most %(most)d can be looked up at once.")
                % {"given": len(wanted), "most": MOST_GTINS}
            )
    except BadInput as error:
        context = {**form, "text": given["gtins"], "error": str(error)}
        return render(request, "pages/products_look_up.html", context, status=error.status)
    lines = products.look_up(request.company, wanted, at=timezone.now())
    if given.get("as") == "csv":
        return _csv(lines)
    return render(request, "pages/products_result.html", _context(lines))


def _uploaded(request: HttpRequest) -> str:
    file = request.FILES.get("list")
    if file is None:
        return ""
    if file.size > _MOST_BYTES:
        raise BadInput(_("This file is too large for a list of identifiers."))
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_("This file is no text. Save the table as CSV and upload that.")) from error


def _context(lines: Sequence[Line]) -> dict[str, Any]:
    counts = Counter(line.answer for line in lines)
    found = [line.given.gtin for line in lines if line.answer == Answer.FOUND]
    files = sum(line.files for line in lines)
    return {
        "lead": ngettext("%(count)d identifier looked up", "%(count)d identifiers looked up", len(lines))
        % {"count": len(lines)},
        "summary": [
            {"tone": tone, "icon": icon, "text": Answer.LABELS[answer], "count": counts[answer]}
            for answer, (tone, icon) in LOOKS.items()
            if counts[answer]
        ],
        "rows": [_row(line) for line in lines],
        "found": "\n".join(found),
        "asked": "\n".join(line.given.gtin or line.given.text for line in lines),
        "file_count": files,
        "is_too_much": files > jobs.MOST_FILES,
        "most_files": jobs.MOST_FILES,
        "sizes": products.offered_sizes() if found else [],
    }


def _row(line: Line) -> dict[str, Any]:
    tone, icon = LOOKS[line.answer]
    return {
        "line": line,
        "name": in_language(line.name),
        "mark": {"tone": tone, "icon": icon, "text": line.label},
        "why": PROBLEMS.get(line.given.problem) or _WHY.get(line.answer, ""),
        "languages": [language.upper() for language in line.languages],
    }


def _csv(lines: Sequence[Line]) -> HttpResponse:
    """The answer as a table. Headings and answers are in English, as programs read them."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="products.csv"'
    # A mark that tells spreadsheets it is UTF-8.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["given", "gtin", "answer", "problem", "product", "assets", "files", "languages"])
    for line in lines:
        facts = [line.given.text, line.given.gtin, line.answer, line.given.problem, in_language(line.name)]
        writer.writerow([cell(fact) for fact in [*facts, line.assets, line.files, list(line.languages)]])
    return response


@require_POST
def complete_set(request: HttpRequest) -> HttpResponse:
    """
    Prepare everything that can be had of products, in one size: of those looked up, of those ticked in the list, or of
    the one (``only``) beside which the button stands.
    """
    now = timezone.now()
    given = request.POST.get("only") or "\n".join(request.POST.getlist("gtins"))
    gtins = [one.gtin for one in products.read_gtins(given) if one.gtin][:MOST_GTINS]
    try:
        jobs.begin(
            partner=request.company,
            taker=taker_of(request),
            wishes=products.complete_set(request.company, gtins, request.POST.get("recipe", ""), at=now),
            origin=Origin.PRODUCTS,
            now=now,
            wants_mail=request.POST.get("tell") == "yes",
        )
    except DomainError as error:
        messages.error(request, str(error))
        return _back(request)
    return redirect("pages:downloads", request.company.slug)


def _back(request: HttpRequest) -> HttpResponse:
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(address if safe else reverse("pages:products", args=[request.company.slug]))
