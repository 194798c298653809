"""The register of embed links: which files stand in public pages of whom."""

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
from portal.downloads import embeds
from portal.downloads.choices import EmbedEnd
from portal.downloads.models import EmbedLink


@admin.register(EmbedLink)
class EmbedLinkAdmin(StaffAdmin):
    """One file in one size in the public pages of one company."""

    nav = NavPlace("share", gettext_lazy("Embed links"), "link", 61)
    lead = gettext_lazy(
        "Files that companies show in public pages, straight from the media library's delivery."
    )
    empty_text = gettext_lazy("Links appear when a company embeds a file whose rights allow public use.")
    list_display = ("what", "company", "state_mark", "off", "made")
    middle = ("off", "made")
    list_filter = ("state", filters.OfPartner)
    list_select_related = ("partner", "version__variant__asset", "revision__recipe")
    orders = {"newest": Order(gettext_lazy("Newest first"), ("-created_at", "-id"), (datetime, int))}
    actions = ("take_back", "export_csv")
    csv_columns = (
        "public_id", "created_at", "partner__name", "actor", "version__public_id", "revision__recipe__key",
        "state", "address", "ended_at", "ended_by", "end", "private_at",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("what"))
    def what(self, row: EmbedLink) -> SafeString:
        return format_html('{}<span class="sub">{}</span>', row.version, row.revision.recipe.key)

    @admin.display(description=gettext_lazy("company"))
    def company(self, row: EmbedLink) -> SafeString:
        address = reverse("admin:portal_partner_change", args=[row.partner_id])
        return format_html('<a href="{}">{}</a>', address, row.partner)

    @admin.display(description=gettext_lazy("status"))
    def state_mark(self, row: EmbedLink) -> SafeString:
        if not row.is_open:
            return mark("mute", "slash", _("Ended: %(why)s") % {"why": row.get_end_display()})
        if row.is_ready:
            return mark("ok", "link", row.get_state_display(), look="bare")
        return mark("plan", "hourglass", row.get_state_display())

    @admin.display(description=gettext_lazy("off the delivery"))
    def off(self, row: EmbedLink) -> str:
        return moment(row.private_at)

    @admin.display(description=gettext_lazy("since"))
    def made(self, row: EmbedLink) -> str:
        return moment(row.created_at)

    @admin.action(description=gettext_lazy("Revoke"), permissions=["view"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[EmbedLink]) -> None:
        actor, now = actor_of(request), timezone.now()
        count = sum(embeds.revoke(link=link, end=EmbedEnd.STAFF, actor=actor, now=now) for link in queryset)
        text = ngettext("%(count)d link is revoked.", "%(count)d links are revoked.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.INFO)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """A link is a line; what leads on is its company."""
        found: Any = self.row(request, object_id)
        return redirect("admin:portal_partner_change", found.partner_id)
