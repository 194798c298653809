"""What the company took, and whether it is still right."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.core.errors import BadInput
from portal.downloads import job_selectors, selectors


@require_safe
def downloads(request: HttpRequest) -> HttpResponse:
    """List the company's downloads, newest first, each with its state as of now."""
    path = reverse("pages:downloads", args=[request.company.slug])
    try:
        page = selectors.downloads_page(request.company, at=timezone.now(), cursor=request.GET.get("cursor"))
    except BadInput as error:
        empty = {
            "kind": "error",
            "title": _("The list could not be shown"),
            "text": str(error),
            "url": path,
            "action": _("Go to the first page"),
        }
        return render(request, "pages/downloads.html", {"empty": empty}, status=error.status)
    jobs = job_selectors.jobs_of(request.company) if "cursor" not in request.GET else []
    context = {
        "jobs": jobs,
        "is_working": any(line.job.is_open for line in jobs),
        "lines": page.items,
        "newer": f"{path}?{urlencode({'cursor': page.previous})}" if page.previous else "",
        "older": f"{path}?{urlencode({'cursor': page.next})}" if page.next else "",
        "empty": None if page.items or jobs else _first(request),
    }
    return render(request, "pages/downloads.html", context)


def _first(request: HttpRequest) -> dict[str, str]:
    return {
        "kind": "first",
        "title": _("No downloads yet"),
        "text": _("What your company takes is listed here, with a word when it is replaced."),
        "url": reverse("pages:assets", args=[request.company.slug]),
        "action": _("Show all assets"),
    }
