"""Communities: who belongs, what comes in, and whether the Trading Grid has heard of it."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.activity import selectors as activity
from portal.admin import subjects
from portal.admin.marks import community_mark, partner_mark, post_mark
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, mark
from portal.core.staff_lists import Order
from portal.partners import directory
from portal.partners.models import Community
from portal.publications import overview


@admin.register(Community)
class CommunityAdmin(StaffAdmin):
    """Mirrored from the Trading Grid, so read-only."""

    nav = NavPlace("share", gettext_lazy("Communities"), "users", 20)
    lead = gettext_lazy("Communities and their members come from the Trading Grid; routing rules fill them.")
    empty_text = gettext_lazy("Communities appear when the Trading Grid has been read.")
    list_display = ("name", "type", "state", "members", "rules", "assets", "posts")
    middle = ("type", "rules")
    wide = ("members",)
    list_filter = ("kind", "status")
    can_search = True
    search_fields = ("name", "public_id")
    search_help_text = gettext_lazy("Name of the community")
    orders = {
        "name": Order(gettext_lazy("By name"), ("sort_name", "id"), (str, int)),
        "newest": Order(gettext_lazy("Newest first"), ("-created_at", "-id"), (datetime, int)),
    }
    csv_columns = (
        "public_id", "name", "kind", "status", "regions", "languages", "csv_members", "csv_rules", "csv_assets",
        "csv_posted", "csv_waiting", "created_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Community]:
        return super().get_queryset(request).annotate(sort_name=Lower("name"))

    def prepare(self, rows: list[Any]) -> None:
        members = directory.member_counts(rows)
        rules = overview.rule_counts(rows)
        numbers = overview.numbers_of(rows)
        for row in rows:
            row.csv_members, row.csv_rules = members.get(row.pk, 0), rules.get(row.pk, 0)
            row.numbers = numbers[row.pk]

    @admin.display(description=gettext_lazy("kind"))
    def type(self, row: Community) -> str:
        return row.get_kind_display()

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: Community) -> SafeString:
        return community_mark(row)

    @admin.display(description=gettext_lazy("members"))
    def members(self, row: Any) -> int:
        return row.csv_members

    @admin.display(description=gettext_lazy("rules"))
    def rules(self, row: Any) -> int | SafeString:
        if not row.csv_rules:
            return mark("warn", "triangle", _("None"), look="bare")
        return row.csv_rules

    @admin.display(description=gettext_lazy("assets"))
    def assets(self, row: Any) -> int:
        return row.numbers.assets

    @admin.display(description=gettext_lazy("posts"))
    def posts(self, row: Any) -> str | SafeString:
        if not (row.numbers.waiting or row.numbers.posted):
            return ""
        if not row.numbers.waiting:
            return mark(
                "ok", "check-double", _("%(count)d posted") % {"count": row.numbers.posted}, look="bare"
            )
        address = f"{reverse('admin:portal_publication_changelist')}?community={row.pk}&post=waiting"
        waits = mark("warn", "hourglass", _("%(count)d waiting") % {"count": row.numbers.waiting})
        return format_html('<a href="{}">{}</a>', address, waits)

    def csv_assets(self, row: Any) -> int:
        return row.numbers.assets

    def csv_posted(self, row: Any) -> int:
        return row.numbers.posted

    def csv_waiting(self, row: Any) -> int:
        return row.numbers.waiting

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """Everything about one community on one page."""
        community: Any = self.row(request, object_id)
        history = activity.about(community.public_id, limit=12)
        return self.page(
            request,
            "community.html",
            title=community.name,
            community=community,
            status=community_mark(community),
            members=[(place, partner_mark(place.partner)) for place in directory.members_of(community)],
            rules=overview.rules_into(community),
            numbers=overview.numbers_of([community])[community.pk],
            waiting=[(each, post_mark(each)) for each in overview.posts_waiting(community)],
            history=history,
            names=subjects.actor_names([entry.actor for entry in history]),
        )
