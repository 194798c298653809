"""The list of everything a company may use."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from portal.core.errors import BadInput
from portal.core.templatetags.portal import day_text
from portal.pages import address
from portal.pages.address import Listing
from portal.pages.empty import unreadable
from portal.partners.selectors import community_ids
from portal.publications import selectors
from portal.publications.facets import AssetFilter, Facets
from portal.renditions.selectors import current_revisions

PAGE_SIZE = 48
SORT_LABELS = {
    "newest": gettext_lazy("Newest first"),
    "oldest": gettext_lazy("Oldest first"),
    "name": gettext_lazy("By name"),
}
FACET_LABELS = {
    "status": gettext_lazy("Status"),
    "kind": gettext_lazy("Type"),
    "language": gettext_lazy("Language"),
    "market": gettext_lazy("Market"),
    "brand": gettext_lazy("Brand"),
}


@require_safe
def assets(request: HttpRequest) -> HttpResponse:
    """Search, filter and page through the company's assets, as a grid or a table."""
    now = timezone.now()
    cursor = request.GET.get("cursor")
    try:
        listing = address.read(request.company, request.GET)
        page = selectors.asset_page(
            request.company, listing.wish, at=now, size=PAGE_SIZE, sort=listing.sort, cursor=cursor
        )
    except BadInput as error:
        return _unreadable(request, error)
    counts = selectors.count_facets(request.company, listing.wish, at=now)
    context = {
        "listing": listing,
        "cards": page.items,
        "lead": _lead(counts, listing.wish),
        "facets": facet_lines(counts, listing),
        "chips": listing.chips(),
        "clear_url": listing.filtered(AssetFilter()),
        "shown": _shown(len(page.items), counts.total),
        "newer": listing.url(cursor=page.previous) if page.previous else "",
        "older": listing.url(cursor=page.next) if page.next else "",
        "sizes": current_revisions() if page.items else [],
        "sorts": [
            {"label": label, "url": replace(listing, sort=sort).url(), "is_current": sort == listing.sort}
            for sort, label in SORT_LABELS.items()
        ],
        "grid_url": replace(listing, view="grid").url(cursor=cursor),
        "table_url": replace(listing, view="table").url(cursor=cursor),
        "empty": None if page.items else _empty(request, listing, counts),
    }
    return render(request, "pages/assets.html", context)


def _unreadable(request: HttpRequest, error: BadInput) -> HttpResponse:
    """An address that was cut off or edited: keep of it what can be read."""
    query = request.GET.copy()
    for name in ("cursor", "since"):
        query.pop(name, None)
    listing = address.read(request.company, query)
    empty = unreadable(error, listing.url())
    return render(request, "pages/assets.html", {"listing": listing, "empty": empty}, status=error.status)


def _lead(counts: Facets, wish: AssetFilter) -> str:
    if not counts.entitled:
        return ""
    if wish.is_empty:
        return ngettext("%(count)d asset you may use", "%(count)d assets you may use", counts.entitled) % {
            "count": counts.entitled
        }
    return _("%(count)d of %(all)d assets") % {"count": counts.total, "all": counts.entitled}


def _shown(shown: int, total: int) -> str:
    return _("%(shown)d of %(total)d shown") % {"shown": shown, "total": total} if shown < total else ""


def facet_lines(counts: Facets, listing: Listing) -> list[dict[str, Any]]:
    """Each facet with something to choose, every value with the address that switches it."""
    facets = []
    for name in listing.wish.facets:
        options = [
            {
                "label": line.label,
                "count": line.count,
                "is_on": line.is_on,
                "url": listing.filtered(listing.wish.toggled(name, line.value)),
            }
            for line in counts.groups.get(name, ())
        ]
        if options:
            facets.append({"label": FACET_LABELS[name], "options": options, "is_open": True})
    return facets


def _empty(request: HttpRequest, listing: Listing, counts: Facets) -> dict[str, str]:
    """Say which of the ways to be empty this is, and one way on."""
    wish = listing.wish
    if counts.entitled == 0 and not community_ids(request.company):
        return {
            "kind": "first",
            "title": _("No files yet"),
            "text": _("Files appear here when %(brand)s adds your company to a community.")
            % {"brand": settings.BRAND_NAME},
        }
    if counts.entitled == 0:
        return {
            "kind": "first",
            "title": _("No files yet"),
            "text": _(
                "Nothing has been released for your communities so far. It appears here the moment it is."
            ),
        }
    if wish == AssetFilter(since=wish.since):
        return {
            "kind": "cleared",
            "title": _("You have seen everything"),
            "text": _("Nothing has changed since %(day)s.") % {"day": day_text(wish.since)},
            "url": listing.filtered(AssetFilter()),
            "action": _("Show all assets"),
        }
    on = len(listing.chips())
    return {
        "kind": "none",
        "title": _("No asset matches"),
        "text": ngettext("One filter is on.", "%(count)d filters are on.", on) % {"count": on},
        "url": listing.filtered(AssetFilter()),
        "action": _("Clear filters"),
    }
