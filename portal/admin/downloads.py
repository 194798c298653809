"""Who took which bytes. Read-only."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from portal.admin import filters, subjects
from portal.admin.marks import version_mark
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import moment, short_digest, weight
from portal.downloads.models import Download


@admin.register(Download)
class DownloadAdmin(StaffAdmin):
    """One taking of one file."""

    nav = NavPlace("share", gettext_lazy("Downloads"), "download", 50)
    lead = gettext_lazy("Every file a partner took, with the digest of exactly these bytes.")
    empty_text = gettext_lazy("Downloads appear when a partner takes a file.")
    list_display = ("file", "company", "now", "who", "how", "time", "digest")
    middle = ("who", "digest")
    wide = ("how",)
    list_filter = ("via", "recipe_key", filters.Since, filters.OfPartner, filters.OfAsset)
    list_select_related = ("partner", "user", "version", "asset")
    can_search = True
    search_fields = ("=sha256", "file_name__istartswith", "=public_id")
    search_help_text = gettext_lazy("Beginning of a file name, SHA-256 or id")
    orders = {
        "newest": Order(gettext_lazy("Newest first"), ("-at", "-id"), (datetime, int)),
        "heavy": Order(gettext_lazy("Heaviest first"), ("-size", "-id"), (int, int)),
    }
    csv_columns = (
        "public_id", "at", "partner__name", "actor", "csv_who", "via", "file_name", "asset__public_id",
        "version_number", "language", "recipe_key", "media_type", "size", "sha256",
    )  # fmt: skip

    def prepare(self, rows: list[Any]) -> None:
        names = subjects.actor_names({row.actor for row in rows})
        for row in rows:
            row.actor_name = names.get(row.actor, row.actor)

    @admin.display(description=gettext_lazy("file"))
    def file(self, row: Download) -> SafeString:
        return format_html('{}<span class="sub">{}</span>', row.file_name, weight(row.size))

    @admin.display(description=gettext_lazy("company"))
    def company(self, row: Download) -> SafeString:
        address = reverse("admin:portal_partner_change", args=[row.partner_id])
        return format_html('<a href="{}">{}</a>', address, row.partner)

    @admin.display(description=gettext_lazy("these bytes now"))
    def now(self, row: Download) -> SafeString:
        if row.version is None:
            return mark("mute", "slash", gettext_lazy("Gone"))
        return version_mark(row.version)

    @admin.display(description=gettext_lazy("who"))
    def who(self, row: Any) -> str:
        return row.actor_name

    @admin.display(description=gettext_lazy("how"))
    def how(self, row: Download) -> str:
        return row.get_via_display()

    @admin.display(description=gettext_lazy("when"))
    def time(self, row: Download) -> str:
        return moment(row.at)

    @admin.display(description="SHA-256")
    def digest(self, row: Download) -> SafeString:
        return format_html('<span class="mono">{}</span>', short_digest(row.sha256))

    def csv_who(self, row: Any) -> str:
        return row.actor_name

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """A download is a line; what leads on is its asset."""
        found: Any = self.row(request, object_id)
        if found.asset_id is None:
            return redirect("admin:portal_download_changelist")
        return redirect("admin:portal_asset_change", found.asset_id)
