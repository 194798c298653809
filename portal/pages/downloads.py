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
from portal.pages.empty import unreadable


@require_safe
def downloads(request: HttpRequest) -> HttpResponse:
    """List what the company took, newest first, each with its state as of now: files, or whole packs."""
    of_packs = request.GET.get("show") == "packs"
    read = selectors.pack_downloads_page if of_packs else selectors.downloads_page
    path = reverse("pages:downloads", args=[request.company.slug])
    kept = {"show": "packs"} if of_packs else {}
    try:
        page = read(request.company, at=timezone.now(), cursor=request.GET.get("cursor"))
    except BadInput as error:
        empty = unreadable(error, path)
        return render(request, "pages/downloads.html", {"empty": empty}, status=error.status)
    is_first = "cursor" not in request.GET and not of_packs
    jobs = job_selectors.jobs_of(request.company) if is_first else []
    tabs = [
        {"label": _("Files"), "url": path, "count": None, "is_current": not of_packs},
        {"label": _("Packs"), "url": f"{path}?show=packs", "count": None, "is_current": of_packs},
    ]
    context = {
        "jobs": jobs,
        "removable": {line.job.pk for line in jobs if line.job.may_be_removed_by(request.membership)},
        "is_working": any(line.job.is_open for line in jobs),
        "lines": page.items,
        "of_packs": of_packs,
        "tabs": tabs,
        "newer": f"{path}?{urlencode({**kept, 'cursor': page.previous})}" if page.previous else "",
        "older": f"{path}?{urlencode({**kept, 'cursor': page.next})}" if page.next else "",
        "empty": None if page.items or jobs else _first(request, of_packs=of_packs),
    }
    return render(request, "pages/downloads.html", context)


def _first(request: HttpRequest, *, of_packs: bool) -> dict[str, str]:
    text = _("What your company takes is listed here, with a word when it is replaced.")
    company = request.company.slug
    if of_packs:
        title, url, action = (
            _("No packs downloaded yet"),
            reverse("pages:packs", args=[company]),
            _("Show all packs"),
        )
    else:
        title, url, action = (
            _("No downloads yet"),
            reverse("pages:assets", args=[company]),
            _("Show all assets"),
        )
    return {"kind": "first", "title": title, "text": text, "url": url, "action": action}
