"""What the admin classes of all domains (and of integrations) have in common."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.core import csv_out
from portal.core.admin_site import NavPlace
from portal.core.staff_lists import Order, StaffList
from portal.core.templatetags.portal import icon


def mark(tone: str, icon_name: str, text: Any, *, look: str = "") -> SafeString:
    """Return a state as icon and word; ``look`` is "", "bare", "line" or "solid"."""
    classes = f"badge tone-{tone}" + (f" badge-{look}" if look else "")
    return format_html('<span class="{}">{}{}</span>', classes, icon(icon_name), text)


def actor_of(request: HttpRequest) -> str:
    """Return the signed-in person as the activity record names them."""
    return f"user:{request.user.public_id}"


class StaffAdmin(admin.ModelAdmin):
    """
    A list paged by cursor, with CSV, and pages to look at. Nothing is edited or deleted unless a class says so: what
    mirrors a vendor is read-only with verbs, and the rest changes through services.

    ``nav``      its place in the menu, ``None`` for none
    ``orders``   the ways to sort, the first one is the usual one; their last field is unique
    ``wide``, ``middle``  columns that are shown only where there is room, or not on phones
    ``lead``     one sentence under the list's title; ``empty_text`` what to do while the list is empty
    ``can_search``  whether there is a field for words; ``search_help_text`` stands in it
    ``csv_columns``  fields (``partner__name``) or methods of the class that take a row; the list's columns when empty
    """

    nav: NavPlace | None = None
    orders: Mapping[str, Order] = {"newest": Order(_("Newest first"), ("-id",), (int,))}
    wide: Sequence[str] = ()
    middle: Sequence[str] = ()
    csv_columns: Sequence[str] = ()
    lead: Any = ""
    empty_text: Any = ""
    can_search = False
    list_per_page = 50
    empty_value_display = "–"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions: Sequence[str] = ("export_csv",)
    view_on_site = False

    @property
    def list_label(self) -> str:
        """What the list is called: the same word as in the menu."""
        return capfirst(str(self.nav.label if self.nav else self.opts.verbose_name_plural))

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[StaffList]:
        return StaffList

    def get_sortable_by(self, request: HttpRequest) -> tuple[str, ...]:
        return ()

    def prepare(self, rows: list[Any]) -> None:
        """Read for all shown rows at once what their columns need beyond the row, and hang it on them."""

    # -- Who may what: staff see everything; what may be changed, verbs change -----------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    # -- CSV -----------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_csv"
        return [
            path("csv/", self.admin_site.admin_view(self.csv_view), name=name),
            *super().get_urls(),
        ]

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        """The whole list as it is filtered, not only its first page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._csv(self.get_changelist_instance(request).get_queryset(request))

    @admin.action(description=_("CSV of the ticked rows"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet) -> HttpResponseBase:
        return self._csv(queryset)

    def _csv(self, queryset: QuerySet) -> HttpResponseBase:
        columns = [(self._heading(name), self._value(name)) for name in self.csv_columns or self.list_display]
        return csv_out.stream(
            queryset, name=f"{self.opts.model_name}s", columns=columns, prepare=self.prepare
        )

    def _heading(self, name: str) -> str:
        return name.removeprefix("csv_").replace("__", "_")

    def _value(self, name: str) -> Callable[[Any], Any]:
        method = getattr(self, name, None)
        if callable(method):
            return method

        def value(row: Any) -> Any:
            for part in name.split("__"):
                row = getattr(row, part, None)
            return row

        return value

    # -- Pages ---------------------------------------------------------------------------------------------------------

    def page(self, request: HttpRequest, template: str, *, title: Any, **context) -> TemplateResponse:
        """Answer with a page of our own in the admin's frame; ``crumbs`` leads back to the list."""
        return TemplateResponse(
            request,
            f"admin/{template}",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "list_label": self.list_label,
                "title": title,
                **context,
            },
        )

    def row(self, request: HttpRequest, object_id: str | int) -> Model:
        """
        Return the row a page is about.

        :raises Http404: there is no such row
        """
        found = self.get_object(request, str(object_id))
        if found is None:
            raise Http404
        return found

    def say_no(self, request: HttpRequest, error: Exception) -> None:
        """Show a rule's own words."""
        self.message_user(request, str(error), messages.ERROR)
