"""The products a company has media of: what there is of each, and the way to all of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from portal.core.errors import BadInput
from portal.core.labels import brand_name
from portal.core.templatetags.portal import day_text
from portal.downloads.products import offered_sizes
from portal.pages import address
from portal.pages.address import Listing
from portal.pages.assets import facet_lines
from portal.pages.empty import unreadable
from portal.pages.products import look_up, tabs
from portal.partners.selectors import community_ids
from portal.publications import products
from portal.publications.facets import Facets
from portal.publications.products import ProductFilter, ProductRow

PAGE_SIZE = 48
SORT_LABELS = {"newest": gettext_lazy("Newest first"), "name": gettext_lazy("By name")}


@require_http_methods(["GET", "HEAD", "POST"])
def product_page(request: HttpRequest) -> HttpResponse:
    """Show the list, or look up many identifiers: both have stood under this address from the beginning."""
    if request.method == "POST" or "gtins" in request.GET or request.GET.get("show") == "look-up":
        return look_up(request)
    return _listed(request)


def _listed(request: HttpRequest) -> HttpResponse:
    """Search, filter and page through the company's products."""
    now = timezone.now()
    ways = tabs(request.company, is_list=True)
    try:
        listing = address.read_products(request.company, request.GET)
        page = products.product_page(
            request.company,
            listing.wish,
            at=now,
            size=PAGE_SIZE,
            sort=listing.sort,
            cursor=request.GET.get("cursor"),
        )
    except BadInput as error:
        query = request.GET.copy()
        for name in ("cursor", "since"):
            query.pop(name, None)
        listing = address.read_products(request.company, query)
        context = {"listing": listing, "tabs": ways, "empty": unreadable(error, listing.url())}
        return render(request, "pages/products.html", context, status=error.status)
    counts = products.count_facets(request.company, listing.wish, at=now)
    context = {
        "listing": listing,
        "tabs": ways,
        "rows": [_row(row) for row in page.items],
        "lead": _lead(counts, listing.wish),
        "facets": facet_lines(counts, listing),
        "chips": listing.chips(),
        "clear_url": listing.filtered(ProductFilter()),
        "shown": _shown(page.items, counts),
        "newer": listing.url(cursor=page.previous) if page.previous else "",
        "older": listing.url(cursor=page.next) if page.next else "",
        "sizes": offered_sizes() if page.items else [],
        "sorts": [
            {"label": label, "url": replace(listing, sort=sort).url(), "is_current": sort == listing.sort}
            for sort, label in SORT_LABELS.items()
        ],
        "empty": None if page.items else _empty(request, listing, counts),
    }
    return render(request, "pages/products.html", context)


def _row(row: ProductRow) -> dict[str, Any]:
    product = row.product
    notes = []
    if row.expiring and row.expiring < row.files:
        notes.append(
            ngettext("%(count)d ends soon", "%(count)d end soon", row.expiring) % {"count": row.expiring}
        )
    if row.scheduled and row.files:
        text = _("%(count)d more from %(day)s")
        notes.append(text % {"count": row.scheduled, "day": day_text(row.opens_at)})
    elif row.scheduled:
        notes.append(_("from %(day)s") % {"day": day_text(row.opens_at)})
    return {
        "row": row,
        "name": product.title or product.gtin,
        "about": " · ".join(part for part in (brand_name(product.brand), product.net_content) if part),
        "languages": [language.upper() for language in row.languages],
        "notes": notes,
    }


def _lead(counts: Facets, wish: ProductFilter) -> str:
    if not counts.entitled:
        return ""
    if wish.is_empty:
        return ngettext(
            "%(count)d product you have media of", "%(count)d products you have media of", counts.entitled
        ) % {"count": counts.entitled}
    return _("%(count)d of %(all)d products") % {"count": counts.total, "all": counts.entitled}


def _shown(rows: Sequence[ProductRow], counts: Facets) -> str:
    if len(rows) >= counts.total:
        return ""
    return _("%(shown)d of %(total)d shown") % {"shown": len(rows), "total": counts.total}


def _empty(request: HttpRequest, listing: Listing[ProductFilter], counts: Facets) -> dict[str, str]:
    """Say which of the ways to be empty this is, and one way on."""
    wish = listing.wish
    if counts.entitled == 0:
        text = (
            _(
                "Nothing of a product has been released for your communities so far. It appears here the moment it is."
            )
            if community_ids(request.company)
            else _("Products appear here when %(brand)s adds your company to a community.")
            % {"brand": settings.BRAND_NAME}
        )
        return {"kind": "first", "title": _("No products yet"), "text": text}
    if wish == ProductFilter(since=wish.since):
        return {
            "kind": "cleared",
            "title": _("You have seen everything"),
            "text": _("Nothing has changed since %(day)s.") % {"day": day_text(wish.since)},
            "url": listing.filtered(ProductFilter()),
            "action": _("Show all products"),
        }
    on = len(listing.chips())
    return {
        "kind": "none",
        "title": _("No product matches"),
        "text": ngettext("One filter is on.", "%(count)d filters are on.", on) % {"count": on},
        "url": listing.filtered(ProductFilter()),
        "action": _("Clear filters"),
    }
