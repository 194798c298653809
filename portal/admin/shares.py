"""The register of share links: who shared what with whom, and what was taken."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.admin import filters
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import moment
from portal.downloads import share_selectors, shares
from portal.downloads.models import ShareLink


@admin.register(ShareLink)
class ShareLinkAdmin(StaffAdmin):
    """One link of a company, with its recipients."""

    nav = NavPlace("share", gettext_lazy("Share links"), "link", 60)
    lead = gettext_lazy(
        "Files that companies gave to people without an account. Whatever is taken is in Downloads."
    )
    empty_text = gettext_lazy("Links appear when somebody of a company shares files.")
    list_display = ("what", "company", "state", "people", "taken", "until")
    middle = ("people", "taken")
    wide = ("until",)
    list_filter = (filters.OfPartner,)
    list_select_related = ("partner", "user", "pack")
    orders = {"newest": Order(gettext_lazy("Newest first"), ("-created_at", "-id"), (datetime, int))}
    actions = ("take_back", "export_csv")
    csv_columns = (
        "public_id", "created_at", "partner__name", "actor", "title", "pack__public_id", "csv_people", "taken",
        "most_downloads", "expires_at", "revoked_at", "revoked_by",
    )  # fmt: skip

    def prepare(self, rows: list[Any]) -> None:
        recipients = share_selectors.recipients_of(rows)
        for row in rows:
            row.sent_to = recipients.get(row.pk, [])

    @admin.display(description=gettext_lazy("what"))
    def what(self, row: ShareLink) -> SafeString:
        who = row.user.get_full_name() if row.user else row.actor
        return format_html('{}<span class="sub">{}</span>', row.title, who)

    @admin.display(description=gettext_lazy("company"))
    def company(self, row: ShareLink) -> SafeString:
        address = reverse("admin:portal_partner_change", args=[row.partner_id])
        return format_html('<a href="{}">{}</a>', address, row.partner)

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: ShareLink) -> SafeString:
        if row.revoked_at is not None:
            return mark("mute", "slash", _("Taken back"))
        if row.is_open(at=timezone.now()):
            return mark("ok", "link", _("In force"), look="bare")
        return mark("mute", "clock", _("Over"))

    @admin.display(description=gettext_lazy("recipients"))
    def people(self, row: Any) -> str:
        return ", ".join(one.email for one in row.sent_to[:3]) + (" …" if len(row.sent_to) > 3 else "")

    @admin.display(description=gettext_lazy("downloads"))
    def taken(self, row: Any) -> int:
        return sum(one.downloads for one in row.sent_to)

    @admin.display(description=gettext_lazy("until"))
    def until(self, row: ShareLink) -> str:
        return moment(row.expires_at)

    def csv_people(self, row: Any) -> list[str]:
        return [one.email for one in row.sent_to]

    @admin.action(description=gettext_lazy("Take back"), permissions=["view"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[ShareLink]) -> None:
        actor, now = actor_of(request), timezone.now()
        count = sum(shares.revoke(link=link, actor=actor, now=now) for link in queryset)
        text = ngettext("%(count)d link no longer works.", "%(count)d links no longer work.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.INFO)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """A link is a line; what leads on is its company."""
        found: Any = self.row(request, object_id)
        return redirect("admin:portal_partner_change", found.partner_id)
