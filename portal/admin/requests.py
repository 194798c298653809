"""Requests: what companies ask for, sorted so that the next one to take stands first."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.admin import filters
from portal.change_requests import selectors, services, wishes
from portal.change_requests.choices import Origin, RequestState
from portal.change_requests.models import ChangeRequest
from portal.change_requests.services import By
from portal.change_requests.staff_forms import DuplicateForm, RejectForm, ResolveForm, SayForm, TakeForm
from portal.core import today
from portal.core.admin_site import NavPlace
from portal.core.errors import DomainError
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import date_text, moment

_STATES = {
    RequestState.OPEN: ("warn", "flag-chat", ""),
    RequestState.IN_PROGRESS: ("info", "clock", "bare"),
    RequestState.WAITING: ("mute", "hourglass", "bare"),
    RequestState.RESOLVED: ("plan", "check", "bare"),
    RequestState.CONFIRMED: ("ok", "check-double", "bare"),
    RequestState.REJECTED: ("mute", "x-circle", "bare"),
    RequestState.DUPLICATE: ("mute", "copy", "bare"),
}
#: States in the words of staff, where they differ.
STAFF_LABELS = {
    RequestState.WAITING: gettext_lazy("Waiting for the partner"),
    RequestState.RESOLVED: gettext_lazy("Solved, not confirmed yet"),
}
#: What is to be done comes first: nobody has it, somebody has it, the company has it; then the rest.
_RANK = Case(
    *(When(state=state, then=Value(rank)) for rank, state in enumerate(RequestState.values)),
    output_field=IntegerField(),
)


def state_words(row: ChangeRequest) -> str:
    state = RequestState(row.state)
    return str(STAFF_LABELS.get(state, state.label))


def request_mark(row: ChangeRequest, day: date) -> SafeString:
    if row.is_late(today=day):
        return mark("bad", "alarm", _("Overdue: %(state)s") % {"state": state_words(row)})
    tone, icon_name, look = _STATES[RequestState(row.state)]
    return mark(tone, icon_name, state_words(row), look=look)


def by_staff(request: HttpRequest) -> By:
    return By(Origin.STAFF, actor_of(request), request.user)


@admin.register(ChangeRequest)
class ChangeRequestAdmin(StaffAdmin):
    """What companies ask for. They raise and confirm; staff take, ask, solve and refuse."""

    nav = NavPlace("work", gettext_lazy("Requests"), "flag-chat", 20)
    lead = gettext_lazy("What nobody has taken up stands first, the oldest on top.")
    empty_text = gettext_lazy("Companies ask on their pages and by API.")
    list_display = ("what", "company", "state_mark", "who_has_it", "due_shown", "asked")
    middle = ("company", "who_has_it")
    wide = ("due_shown", "asked")
    list_filter = ("state", "reason", filters.OfPartner, filters.OfAsset)
    list_select_related = ("partner", "asked_by", "assignee", "asset")
    can_search = True
    search_fields = ("partner__name", "gtin", "about", "public_id", "note")
    search_help_text = gettext_lazy("Number, company, GTIN, asset or words")
    orders = {
        "triage": Order(gettext_lazy("To be done first"), ("rank", "raised_at", "id"), (int, datetime, int)),
        "newest": Order(gettext_lazy("Newest first"), ("-raised_at", "-id"), (datetime, int)),
        "changed": Order(gettext_lazy("Last changed first"), ("-changed_at", "-id"), (datetime, int)),
    }
    actions = ("take_ticked", "export_csv")
    csv_columns = (
        "name", "public_id", "partner__name", "state", "reason", "gtin", "about", "csv_wanted", "note", "channel_code",
        "needed_by", "due_on", "origin", "csv_asked_by", "csv_taken_by", "raised_at", "changed_at", "resolved_at",
        "closed_at", "resolution",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChangeRequest]:
        return super().get_queryset(request).annotate(rank=_RANK)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        named = selectors.find(search_term.replace("\0", "")) if search_term else None
        if named is not None:
            return queryset.filter(pk=named.pk), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=gettext_lazy("request"))
    def what(self, row: ChangeRequest) -> SafeString:
        about = row.about or (f"GTIN {row.gtin}" if row.gtin else row.note[:80])
        return format_html('{} · {}<span class="sub">{}</span>', row.name, row.get_reason_display(), about)

    @admin.display(description=gettext_lazy("company"))
    def company(self, row: ChangeRequest) -> SafeString:
        address = reverse("admin:portal_partner_change", args=[row.partner_id])
        return format_html('<a href="{}">{}</a>', address, row.partner)

    @admin.display(description=gettext_lazy("status"))
    def state_mark(self, row: ChangeRequest) -> SafeString:
        return request_mark(row, timezone.localdate())

    @admin.display(description=gettext_lazy("taken by"))
    def who_has_it(self, row: ChangeRequest) -> str:
        return row.assignee.get_full_name() if row.assignee else ""

    @admin.display(description=gettext_lazy("due"))
    def due_shown(self, row: ChangeRequest) -> str:
        return date_text(row.due) if row.is_open else ""

    @admin.display(description=gettext_lazy("asked"))
    def asked(self, row: ChangeRequest) -> str:
        return moment(row.raised_at)

    def csv_wanted(self, row: ChangeRequest) -> str:
        return "; ".join(f"{label}: {value}" for label, value in wishes.lines(row))

    def csv_asked_by(self, row: ChangeRequest) -> str:
        return row.asked_by.get_full_name() if row.asked_by else row.actor

    def csv_taken_by(self, row: ChangeRequest) -> str:
        return self.who_has_it(row)

    @admin.action(description=gettext_lazy("Take the ticked requests"), permissions=["view"])
    def take_ticked(self, request: HttpRequest, queryset: QuerySet[ChangeRequest]) -> None:
        now, by = timezone.now(), by_staff(request)
        count = sum(services.take(request=row, by=by, now=now) for row in queryset)
        text = ngettext("%(count)d request is yours now.", "%(count)d requests are yours now.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.INFO)

    # -- One request ---------------------------------------------------------------------------------------------------
    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """What is wanted, what was said, and the verbs. What was typed stays when a verb says no."""
        row: Any = self.row(request, object_id)
        bound: dict[str, forms.Form] = {}
        if request.method == "POST":
            verb = request.POST.get("verb", "")
            form = self._form(verb, row, request.POST)
            if form is not None and form.is_valid() and self._do(request, verb, row, form):
                return redirect("admin:portal_changerequest_change", row.pk)
            bound = {verb: form} if form is not None else {}
        names = ("take", "say", "resolve", "reject", "duplicate")
        shown = {f"{name}_form": bound.get(name) or self._form(name, row, None) for name in names}
        if "ask" in bound:
            shown["say_form"] = bound["ask"]
        response = self.page(
            request,
            "request.html",
            title=f"{row.name} · {row.get_reason_display()}",
            asked=row,
            status=request_mark(row, timezone.localdate()),
            lines=wishes.lines(row),
            thread=selectors.thread(row.partner, row),
            open_form=next(iter(bound), ""),
            **shown,
        )
        response.status_code = 422 if bound else 200
        return response

    def _form(self, verb: str, row: ChangeRequest, data: Any) -> forms.Form | None:
        if verb == "resolve":
            return ResolveForm(data, request=row, now=timezone.now(), prefix="resolve")
        if verb == "duplicate":
            return DuplicateForm(data, request=row, prefix="duplicate")
        simple: dict[str, type[forms.Form]] = {
            "take": TakeForm,
            "say": SayForm,
            "ask": SayForm,
            "reject": RejectForm,
        }
        prefix = "say" if verb == "ask" else verb
        initial = {"due_on": row.due_on} if verb == "take" else None
        return simple[verb](data, prefix=prefix, initial=initial) if verb in simple else None

    def _do(self, request: HttpRequest, verb: str, row: ChangeRequest, form: forms.Form) -> bool:
        verbs: dict[str, Callable[..., Any]] = {
            "take": services.take,
            "say": services.write,
            "ask": services.ask_partner,
            "resolve": services.resolve,
            "reject": services.reject,
            "duplicate": services.mark_duplicate,
        }
        try:
            verbs[verb](request=row, by=by_staff(request), now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
            return False
        self.message_user(request, _("Done: %(request)s.") % {"request": row.name}, messages.SUCCESS)
        return True


@today.register
def requests(now: datetime) -> Iterator[today.Matter]:
    """Requests that nobody has taken up, and those past their day."""
    address = reverse("admin:portal_changerequest_changelist")
    if count := selectors.open_count():
        yield today.Matter(
            title=ngettext(
                "%(count)d request waits to be taken up", "%(count)d requests wait to be taken up", count
            )
            % {"count": count},
            url=f"{address}?{urlencode({'state__exact': 'open'})}",
            action=_("Take up"),
            icon="flag-chat",
        )
    if count := selectors.late_count(today=timezone.localdate(now)):
        yield today.Matter(
            title=ngettext(
                "%(count)d request is past its day", "%(count)d requests are past their day", count
            )
            % {"count": count},
            detail=_("The company was told a day, or said until when it needs it."),
            url=address,
            action=_("Look"),
            tone="bad",
            icon="alarm",
        )
