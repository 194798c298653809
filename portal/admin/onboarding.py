"""Onboarding: how far each company is, where they stop, and what staff do about it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_POST

from portal.activity import selectors as activity
from portal.admin import subjects
from portal.admin.onboarding_editing import edit_programme
from portal.core import today
from portal.core.admin_site import NavPlace
from portal.core.errors import DomainError
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.onboarding import funnel, programmes, reminding, services
from portal.onboarding.choices import EnrolmentState, Origin, StepState
from portal.onboarding.models import Enrolment, EnrolmentStep, Programme

_STATES = {
    EnrolmentState.APPLIED: ("warn", "hourglass", ""),
    EnrolmentState.ACTIVE: ("info", "clock", "bare"),
    EnrolmentState.COMPLETED: ("ok", "check-double", "bare"),
    EnrolmentState.CANCELLED: ("mute", "minus-circle", ""),
}
_STEPS = {
    StepState.OPEN: ("mute", "dashed", "line"),
    StepState.DONE: ("ok", "check", "bare"),
    StepState.WAIVED: ("mute", "slash", "bare"),
}


def enrolment_mark(row: Enrolment) -> SafeString:
    tone, icon_name, look = _STATES[EnrolmentState(row.state)]
    return mark(tone, icon_name, row.get_state_display(), look=look)


def step_mark(step: EnrolmentStep, now: datetime) -> SafeString:
    if step.is_overdue(at=now):
        return mark("bad", "alarm", _("Overdue"))
    tone, icon_name, look = _STEPS[StepState(step.state)]
    return mark(tone, icon_name, step.get_state_display(), look=look)


@admin.register(Enrolment)
class EnrolmentAdmin(StaffAdmin):
    """Companies on their way. Steps are done by them; staff remind, waive, approve and end."""

    nav = NavPlace("share", gettext_lazy("Onboarding"), "flag", 12)
    lead = gettext_lazy("Companies on their way, with the step each stands at.")
    empty_text = gettext_lazy("A company begins when it joins an onboarding community or uses a code.")
    list_display = ("company", "programme_name", "state_mark", "progress", "stands_at", "begun")
    middle = ("programme_name", "stands_at")
    wide = ("begun",)
    list_filter = ("state", "programme", "started_by")
    can_search = True
    search_fields = ("partner__name", "partner__slug", "public_id")
    search_help_text = gettext_lazy("Name of the company")
    orders = {"newest": Order(gettext_lazy("Newest first"), ("-applied_at", "-id"), (datetime, int))}
    csv_columns = (
        "public_id", "partner__name", "programme_name", "state", "started_by", "csv_done", "csv_total", "csv_step",
        "csv_overdue", "applied_at", "started_at", "completed_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        return super().get_queryset(request).select_related("partner", "programme")

    def prepare(self, rows: list[Any]) -> None:
        found = funnel.standings(rows, now=timezone.now())
        for row in rows:
            row.standing = found[row.pk]

    @admin.display(description=gettext_lazy("company"))
    def company(self, row: Enrolment) -> str:
        return row.partner.name

    @admin.display(description=gettext_lazy("programme"))
    def programme_name(self, row: Enrolment) -> str:
        return row.programme.name

    @admin.display(description=gettext_lazy("status"))
    def state_mark(self, row: Enrolment) -> SafeString:
        return enrolment_mark(row)

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, row: Any) -> str:
        if row.is_applied:
            return ""
        return _("%(done)d of %(total)d") % {"done": row.standing.done, "total": row.standing.total}

    @admin.display(description=gettext_lazy("stands at"))
    def stands_at(self, row: Any) -> str | SafeString:
        if not row.is_active or row.standing.next_step is None:
            return ""
        if row.standing.disputed:
            return mark("warn", "flag-chat", _("Says its data are wrong"))
        if row.standing.overdue:
            return format_html("{} {}", row.standing.next_step.name, mark("bad", "alarm", _("Overdue")))
        return row.standing.next_step.name

    @admin.display(description=gettext_lazy("begun"))
    def begun(self, row: Enrolment) -> datetime:
        return row.applied_at

    def csv_done(self, row: Any) -> int:
        return row.standing.done

    def csv_total(self, row: Any) -> int:
        return row.standing.total

    def csv_step(self, row: Any) -> str:
        return row.standing.next_step.kind if row.standing.next_step else ""

    def csv_overdue(self, row: Any) -> int:
        return row.standing.overdue

    # -- Bulk ----------------------------------------------------------------------------------------------------------
    actions = ("export_csv", "remind_ticked")

    @admin.action(description=gettext_lazy("Remind the ticked companies"), permissions=["view"])
    def remind_ticked(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> None:
        now = timezone.now()
        count = sum(reminding.ask(enrolment=row, now=now, actor=actor_of(request)) for row in queryset)
        self.message_user(request, _mails(count))

    # -- One company ---------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[URLPattern]:
        verbs: list[tuple[str, Callable[..., HttpResponse]]] = [
            ("remind", self.remind),
            ("approve", self.approve),
            ("cancel", self.cancel),
        ]
        ours = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"portal_enrolment_{name}",
            )
            for name, view in verbs
        ]
        step = path(
            "<int:pk>/steps/<str:public_id>/",
            self.admin_site.admin_view(require_POST(self.step)),
            name="portal_enrolment_step",
        )
        return [*ours, step, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """One company's way: every step with what proves it, and the verbs."""
        row: Any = self.row(request, object_id)
        now = timezone.now()
        history = activity.about(row.public_id, limit=20)
        steps = row.steps.select_related("template", "user", "enrolment").order_by("number")
        return self.page(
            request,
            "enrolment.html",
            title=row.partner.name,
            enrolment=row,
            status=enrolment_mark(row),
            steps=[(step, step_mark(step, now)) for step in steps],
            history=history,
            names=subjects.actor_names([entry.actor for entry in history]),
        )

    def _back(self, pk: int) -> HttpResponse:
        return redirect("admin:portal_enrolment_change", pk)

    def remind(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mail the people of the company what is open."""
        row: Any = self.row(request, pk)
        self.message_user(
            request, _mails(reminding.ask(enrolment=row, now=timezone.now(), actor=actor_of(request)))
        )
        return self._back(pk)

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a company begin that applied."""
        row: Any = self.row(request, pk)
        if services.approve(enrolment=row, now=timezone.now(), actor=actor_of(request)):
            self.message_user(request, _("%(company)s can begin.") % {"company": row.partner})
        return self._back(pk)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End an onboarding before its time."""
        row: Any = self.row(request, pk)
        if services.cancel(enrolment=row, now=timezone.now(), actor=actor_of(request)):
            self.message_user(
                request, _("The onboarding of %(company)s is ended.") % {"company": row.partner}
            )
        return self._back(pk)

    def step(self, request: HttpRequest, pk: int, public_id: str) -> HttpResponse:
        """Waive a step, or ask for it once more."""
        row: Any = self.row(request, pk)
        step = row.steps.select_related("enrolment").filter(public_id=public_id).first()
        if step is None:
            raise Http404
        now, actor = timezone.now(), actor_of(request)
        try:
            if "reopen" in request.POST:
                services.reopen(step=step, by=services.By(Origin.STAFF, actor), now=now)
            else:
                services.waive(step=step, reason=request.POST.get("reason", ""), now=now, actor=actor)
        except DomainError as error:
            self.say_no(request, error)
        return self._back(pk)


def _mails(count: int) -> str:
    if not count:
        return _("Nobody was reminded: they were today, nothing is open, or nobody there can answer.")
    return ngettext("%(count)d mail goes out.", "%(count)d mails go out.", count) % {"count": count}


@admin.register(Programme)
class ProgrammeAdmin(StaffAdmin):
    """Ways for new companies, and where they stop on them."""

    nav = NavPlace("share", gettext_lazy("Onboarding programmes"), "list", 14)
    lead = gettext_lazy("A company gets the programme that says most about its kind, region and language.")
    empty_text = gettext_lazy("Without a programme nobody begins. Add the first one.")
    change_list_template = "admin/programmes.html"
    list_display = ("title_shown", "for_whom", "on_the_way", "finished", "state_mark")
    middle = ("for_whom",)
    orders = {"newest": Order(gettext_lazy("Newest first"), ("-created_at", "-id"), (datetime, int))}
    csv_columns = (
        "public_id", "title_shown", "kinds", "regions", "languages", "on_the_way", "finished", "csv_ended",
        "created_at", "closed_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def prepare(self, rows: list[Any]) -> None:
        found = funnel.programme_counts(rows)
        for row in rows:
            row.counts = found[row.pk]

    @admin.display(description=gettext_lazy("programme"))
    def title_shown(self, row: Programme) -> str:
        return row.name

    @admin.display(description=gettext_lazy("for"))
    def for_whom(self, row: Programme) -> str:
        return ", ".join([*row.kinds, *row.regions, *row.languages]) or _("Everybody")

    @admin.display(description=gettext_lazy("on the way"))
    def on_the_way(self, row: Any) -> int:
        return row.counts[EnrolmentState.ACTIVE] + row.counts[EnrolmentState.APPLIED]

    @admin.display(description=gettext_lazy("completed"))
    def finished(self, row: Any) -> int:
        return row.counts[EnrolmentState.COMPLETED]

    def csv_ended(self, row: Any) -> int:
        return row.counts[EnrolmentState.CANCELLED]

    @admin.display(description=gettext_lazy("status"))
    def state_mark(self, row: Programme) -> SafeString:
        if row.closed_at is None:
            return mark("ok", "check-circle", pgettext("state", "Open"), look="bare")
        return mark("mute", "lock", _("Closed"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        ours = [
            path("<int:pk>/close/", view(require_POST(self.close)), name="portal_programme_close"),
            path("<int:pk>/edit/", view(self.edit), name="portal_programme_edit"),
        ]
        return [*ours, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url="", extra_context=None) -> HttpResponse:
        return edit_programme(self, request, None)

    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Describe a programme anew."""
        row: Any = self.row(request, pk)
        return edit_programme(self, request, row)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """The funnel: how many reached each step, passed it, stand at it, and gave up there."""
        row: Any = self.row(request, object_id)
        self.prepare([row])
        return self.page(
            request,
            "programme.html",
            title=row.name,
            programme=row,
            status=self.state_mark(row),
            for_whom=self.for_whom(row),
            figures=funnel.of_programme(row, now=timezone.now()),
            applied=row.counts[EnrolmentState.APPLIED],
            active=row.counts[EnrolmentState.ACTIVE],
            completed=row.counts[EnrolmentState.COMPLETED],
            ended=row.counts[EnrolmentState.CANCELLED],
        )

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let no company begin it any more."""
        row: Any = self.row(request, pk)
        programmes.close_programme(programme=row, now=timezone.now(), actor=actor_of(request))
        return redirect("admin:portal_programme_change", pk)


def _list(**query: str) -> str:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{reverse('admin:portal_enrolment_changelist')}?{words}"


@today.register
def onboarding(now: datetime) -> Iterator[today.Matter]:
    """Companies that wait for staff on their way."""
    if count := funnel.waiting_for_staff():
        yield today.Matter(
            title=ngettext(
                "%(count)d company waits to begin its onboarding",
                "%(count)d companies wait to begin their onboarding",
                count,
            )
            % {"count": count},
            url=_list(state__exact="applied"),
            action=_("Approve"),
            icon="hourglass",
        )
    if count := funnel.disputed():
        yield today.Matter(
            title=ngettext(
                "%(count)d company says its data are wrong",
                "%(count)d companies say their data are wrong",
                count,
            )
            % {"count": count},
            detail=_("Correct them in the Trading Grid; the company looks again then."),
            url=_list(state__exact="active"),
            action=_("Look"),
            icon="flag-chat",
        )
    if count := funnel.overdue(now=now):
        yield today.Matter(
            title=ngettext(
                "%(count)d company is late with its onboarding",
                "%(count)d companies are late with their onboarding",
                count,
            )
            % {"count": count},
            url=_list(state__exact="active"),
            action=_("Look"),
            tone="info",
            icon="alarm",
        )
    if names := funnel.without_programme():
        count = len(names)
        yield today.Matter(
            title=ngettext(
                "No onboarding programme is meant for %(count)d company",
                "No onboarding programme is meant for %(count)d companies",
                count,
            )
            % {"count": count},
            detail=", ".join(names[:3]) + (" …" if count > 3 else ""),
            url=reverse("admin:portal_programme_changelist"),
            action=_("See the programmes"),
            icon="list",
        )
