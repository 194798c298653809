"""The register of share links: who shared what with whom, and what was taken."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from portal.activity import selectors as activity
from portal.admin import filters, subjects
from portal.core.admin_site import NavPlace
from portal.core.errors import NotFound
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
    list_select_related = ("partner", "pack")
    orders = {"newest": Order(gettext_lazy("Newest first"), ("-created_at", "-id"), (datetime, int))}
    actions = ("take_back", "export_csv")
    csv_columns = (
        "public_id", "created_at", "partner__name", "actor", "title", "pack__public_id", "csv_people",
        "csv_recipients", "csv_shut_out", "taken", "most_downloads", "expires_at", "revoked_at", "revoked_by",
    )  # fmt: skip

    def prepare(self, rows: list[Any]) -> None:
        recipients = share_selectors.recipients_of(rows)
        names = subjects.actor_names({row.actor for row in rows})
        for row in rows:
            row.sent_to = recipients.get(row.pk, [])
            row.actor_name = names.get(row.actor, row.actor)

    @admin.display(description=gettext_lazy("what"))
    def what(self, row: Any) -> SafeString:
        return format_html('{}<span class="sub">{}</span>', row.title, row.actor_name)

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

    def csv_recipients(self, row: Any) -> list[str]:
        """The ids by which downloads and the activity record name the people, in the same order."""
        return [one.public_id for one in row.sent_to]

    def csv_shut_out(self, row: Any) -> list[str]:
        return [one.email for one in row.sent_to if one.revoked_at is not None]

    @admin.action(description=gettext_lazy("Take back"), permissions=["view"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[ShareLink]) -> None:
        actor, now = actor_of(request), timezone.now()
        count = sum(shares.revoke(link=link, actor=actor, now=now) for link in queryset)
        text = ngettext("%(count)d link no longer works.", "%(count)d links no longer work.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.INFO)

    def get_urls(self) -> list[URLPattern]:
        views = [
            ("revoke", "<int:pk>/revoke/", self.revoke),
            ("shut_out", "<int:pk>/recipients/<str:public_id>/revoke/", self.shut_out),
        ]
        ours = [
            path(route, self.admin_site.admin_view(require_POST(view)), name=f"portal_sharelink_{name}")
            for name, route, view in views
        ]
        return [*ours, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Who a link went to, what each of them took, and shutting them out, one or all."""
        link: Any = self.row(request, object_id)
        history = activity.about(link.public_id, limit=12)
        page = share_selectors.takings_page(link)
        names = subjects.actor_names({row.actor for row in (*history, *page.items)} | {link.actor})
        return self.page(
            request,
            "share.html",
            title=link.title,
            link=link,
            status=self.state(link),
            file_count=link.files.count(),
            is_open=link.is_open(at=timezone.now()),
            recipients=share_selectors.recipients_of([link]).get(link.pk, []),
            takings=page.items,
            has_more=page.next is not None,
            history=history,
            names=names,
        )

    def revoke(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End a link for everybody."""
        link: Any = self.row(request, pk)
        if shares.revoke(link=link, actor=actor_of(request), now=timezone.now()):
            self.message_user(request, _("The link no longer works."), messages.SUCCESS)
        return redirect("admin:portal_sharelink_change", pk)

    def shut_out(self, request: HttpRequest, pk: int, public_id: str) -> HttpResponse:
        """End a link for one of its recipients."""
        link: Any = self.row(request, pk)
        try:
            recipient = share_selectors.get_recipient(link, public_id)
        except NotFound as error:
            raise Http404 from error
        if shares.revoke_recipient(recipient=recipient, actor=actor_of(request), now=timezone.now()):
            text = _("The link no longer works for %(person)s.") % {"person": recipient.email}
            self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:portal_sharelink_change", pk)
