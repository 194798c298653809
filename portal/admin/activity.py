"""The activity record: what the business did, and whether anybody has touched it since."""

import re
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from portal.activity import selectors
from portal.activity.choices import VERBS, verb_mark, verb_text
from portal.activity.models import Activity
from portal.admin import filters, subjects
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import icon, moment, short_digest

_ID = re.compile(r"[a-z]{3}_[a-z2-7]{16}")


class What(admin.SimpleListFilter):
    """Which kind of thing happened."""

    title, parameter_name = gettext_lazy("what"), "verb"

    def lookups(self, request, model_admin):
        return sorted(((verb, str(label)) for verb, label in VERBS.items()), key=lambda pair: pair[1])

    def queryset(self, request, queryset: QuerySet) -> QuerySet:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(Activity)
class ActivityAdmin(StaffAdmin):
    """Append-only, chained by digests."""

    nav = NavPlace("run", gettext_lazy("Activity"), "shield", 80)
    lead = gettext_lazy(
        "What the business did. Each entry's digest covers the one before, so a change would show."
    )
    empty_text = gettext_lazy("Entries appear as things happen.")
    change_list_template = "admin/activities.html"
    list_display = ("what", "time", "who", "company", "about", "place")
    list_display_links = None
    middle = ("company", "who")
    wide = ("place",)
    list_filter = (What, filters.Since, filters.OfPartner, filters.AboutSubject)
    list_select_related = ("partner",)
    can_search = True
    search_fields = ("=subject", "=actor")
    search_help_text = gettext_lazy("Public id, whole")
    orders = {"newest": Order(gettext_lazy("Newest first"), ("-id",), (int,))}
    csv_columns = ("at", "verb", "actor", "partner__name", "subject", "data", "position", "digest")

    def prepare(self, rows: list[Any]) -> None:
        names = subjects.actor_names({row.actor for row in rows})
        about = subjects.subject_names({row.subject for row in rows})
        for row in rows:
            row.subject_name = about.get(row.subject, "")
            row.actor_name = names.get(row.actor, _("The portal") if row.actor == "system" else row.actor)

    @admin.display(description=gettext_lazy("what"))
    def what(self, row: Activity) -> SafeString:
        tone, icon_name = verb_mark(row.verb)
        return format_html(
            '<span class="named"><span class="badge badge-bare tone-{}">{}</span>'
            '<span>{}<span class="sub">{}</span></span></span>',
            tone,
            icon(icon_name),
            verb_text(row.verb),
            _facts(row.data),
        )

    @admin.display(description=gettext_lazy("time"))
    def time(self, row: Activity) -> str:
        return moment(row.at)

    @admin.display(description=gettext_lazy("who"))
    def who(self, row: Any) -> str:
        return row.actor_name

    @admin.display(description=gettext_lazy("company"))
    def company(self, row: Activity) -> str | SafeString:
        if row.partner is None:
            return ""
        address = reverse("admin:portal_partner_change", args=[row.partner_id])
        return format_html('<a href="{}">{}</a>', address, row.partner)

    @admin.display(description=gettext_lazy("about"))
    def about(self, row: Any) -> SafeString:
        address = f"{reverse('admin:find')}?{urlencode({'q': row.subject})}"
        if not row.subject_name:
            return format_html('<a class="mono" href="{}">{}</a>', address, row.subject)
        return format_html(
            '<a href="{}">{}</a><span class="sub mono">{}</span>', address, row.subject_name, row.subject
        )

    @admin.display(description=gettext_lazy("place in the chain"))
    def place(self, row: Activity) -> str | SafeString:
        if row.position is None:
            return _("not sealed yet")
        return format_html('{}<span class="sub mono">{}</span>', row.position, short_digest(row.digest))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.verify)
        return [path("verify/", view, name="portal_activity_verify"), *super().get_urls()]

    @method_decorator(require_POST)
    def verify(self, request: HttpRequest) -> HttpResponse:
        """Walk the whole chain and say whether it holds."""
        broken = selectors.first_broken_link()
        if broken is None:
            text = _("The chain holds: nothing was changed, taken out or put in.")
            self.message_user(request, text, messages.SUCCESS)
        else:
            text = _("The chain breaks at place %(place)d: that entry was changed, taken out or put in.")
            self.message_user(request, text % {"place": broken}, messages.ERROR)
        return redirect("admin:portal_activity_changelist")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """An entry is a line of the list."""
        found: Any = self.row(request, object_id)
        return redirect(f"{reverse('admin:portal_activity_changelist')}?subject={found.subject}")


def _facts(data: dict[str, Any]) -> str:
    """Return an entry's facts in one line, digests shortened."""

    def word(value: Any) -> str:
        if isinstance(value, list):
            return " ".join(map(str, value))
        return short_digest(str(value))

    return " · ".join(
        f"{key} {word(value)}"
        for key, value in data.items()
        # Ids are for programs; what they name stands in the next column.
        if value not in (None, "", [], {}) and not _ID.fullmatch(str(value))
    )
