"""With a partner's eyes: what it sees, and why it sees something or does not."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.admin.marks import partner_mark
from portal.catalog.library import with_files
from portal.catalog.lookup import assets_matching
from portal.core import rowscope
from portal.core.errors import BadInput
from portal.partners.selectors import communities_of
from portal.publications import selectors
from portal.publications.explain import explain
from portal.publications.facets import AssetFilter

if TYPE_CHECKING:
    from portal.core.staff_admin import StaffAdmin

_PAGE, _CANDIDATES = 48, 12


def sees(desk: "StaffAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """The assets the partner's own list holds, read under the partner's own row scope."""
    partner = desk.row(request, pk)
    now, words = timezone.now(), request.GET.get("q", "").replace("\x00", "").strip()[:200]
    wish = AssetFilter(q=words)
    with rowscope.limited_to(partner.pk):
        try:
            page = selectors.asset_page(partner, wish, at=now, size=_PAGE, cursor=request.GET.get("cursor"))
        except BadInput:
            page = selectors.asset_page(partner, wish, at=now, size=_PAGE)
        counts = selectors.count_facets(partner, wish, at=now)
    return desk.page(
        request,
        "partner_sees.html",
        title=_("What %(company)s sees") % {"company": partner.name},
        partner=partner,
        status=partner_mark(partner),
        communities=communities_of(partner),
        words=words,
        cards=page.items,
        total=counts.total,
        entitled=counts.entitled,
        newer=page.previous,
        older=page.next,
    )


def why(desk: "StaffAdmin", request: HttpRequest, pk: int) -> HttpResponse:
    """Ask about one asset, by whatever is in hand; several that fit are offered to choose from."""
    partner = desk.row(request, pk)
    words = request.GET.get("asset", "").replace("\x00", "").strip()[:2000]
    found = list(with_files(assets_matching(words)).order_by("-updated_at", "-pk")[: _CANDIDATES + 1])
    return desk.page(
        request,
        "partner_why.html",
        title=_("What does %(company)s see, and why?") % {"company": partner.name},
        partner=partner,
        words=words,
        candidates=found[:_CANDIDATES] if len(found) > 1 else [],
        has_more=len(found) > _CANDIDATES,
        reading=explain(partner, found[0], at=timezone.now()) if len(found) == 1 else None,
    )
