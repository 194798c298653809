"""Publications: what partners see in which community, and whether it was posted. Read-only."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.admin import filters
from portal.admin.marks import post_mark
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import moment
from portal.publications.models import Publication


@admin.register(Publication)
class PublicationAdmin(StaffAdmin):
    """One asset in one community."""

    nav = NavPlace("share", gettext_lazy("Publications"), "send", 40)
    lead = gettext_lazy("What each community shows, and whether the Trading Grid has been told.")
    empty_text = gettext_lazy("Publications appear when an approved file matches a routing rule.")
    list_display = ("asset_title", "community_name", "state", "post", "changed")
    middle = ("community_name",)
    wide = ("changed",)
    list_filter = (filters.Posted, filters.Present, filters.OfCommunity, filters.OfAsset)
    list_select_related = ("asset", "community")
    orders = {"newest": Order(gettext_lazy("Last changed first"), ("-changed_at", "-id"), (datetime, int))}
    csv_columns = (
        "public_id", "asset__public_id", "asset__name", "community__name", "revision", "posted_revision", "posted_at",
        "published_at", "changed_at", "withdrawn_at",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("asset"))
    def asset_title(self, row: Publication) -> str:
        return str(row.asset)

    @admin.display(description=gettext_lazy("community"))
    def community_name(self, row: Publication) -> str:
        return str(row.community)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Publication) -> SafeString:
        if row.withdrawn_at is not None:
            return mark("bad", "minus-circle", _("Withdrawn"))
        return mark("ok", "check-circle", _("Published"), look="bare")

    @admin.display(description=gettext_lazy("post"))
    def post(self, row: Publication) -> SafeString:
        numbers = _("revision %(number)d, posted %(posted)s")
        detail = numbers % {"number": row.revision, "posted": row.posted_revision or _("none")}
        return format_html('{}<span class="sub">{}</span>', post_mark(row), detail)

    @admin.display(description=gettext_lazy("changed"))
    def changed(self, row: Publication) -> str:
        return moment(row.changed_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """A publication is a part of its asset's page."""
        found: Any = self.row(request, object_id)
        return redirect(f"{reverse('admin:portal_asset_change', args=[found.asset_id])}#publications")
