"""Codes that let companies begin their onboarding: made, shown once, ended."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, actor_of, mark
from portal.core.staff_lists import Order
from portal.onboarding import codes
from portal.onboarding.choices import Approval
from portal.onboarding.models import OnboardingCode, Programme
from portal.partners.models import Partner


class CodeForm(forms.Form):
    """Whom a code is for, how long it holds, and whether staff approve."""

    partner = forms.ModelChoiceField(
        Partner.objects.order_by("name", "pk"),
        label=gettext_lazy("Company"),
        required=False,
        empty_label=gettext_lazy("Everybody who has it"),
    )
    programme = forms.ModelChoiceField(
        Programme.objects.filter(closed_at=None).order_by("pk"),
        label=gettext_lazy("Programme"),
        required=False,
        empty_label=gettext_lazy("The one meant for the company"),
    )
    approval = forms.ChoiceField(
        label=gettext_lazy("Approval"), choices=Approval.choices, initial=Approval.MANUAL
    )
    days = forms.IntegerField(label=gettext_lazy("Valid for days"), min_value=1, max_value=365, initial=30)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("partner") is None and data.get("approval") == Approval.AUTOMATIC:
            self.add_error("approval", _("A code that anybody may have wants your approval."))
        return data


@admin.register(OnboardingCode)
class OnboardingCodeAdmin(StaffAdmin):
    """Only the digest of a code is kept: it is shown once, when it is made."""

    nav = NavPlace("share", gettext_lazy("Onboarding codes"), "key", 16)
    lead = gettext_lazy("A company that has a code begins without an onboarding community.")
    empty_text = gettext_lazy("Make the first code below.")
    change_list_template = "admin/onboardingcodes.html"
    list_display = ("about", "mode_shown", "approval_shown", "state_mark", "used", "valid_until")
    middle = ("mode_shown", "approval_shown")
    wide = ("used",)
    list_filter = ("mode", "approval")
    orders = {"newest": Order(gettext_lazy("Newest first"), ("-created_at", "-id"), (datetime, int))}
    csv_columns = (
        "public_id", "note", "mode", "approval", "partner__name", "used", "created_at", "expires_at", "ended_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[OnboardingCode]:
        return super().get_queryset(request).select_related("partner")

    def prepare(self, rows: list[Any]) -> None:
        found = codes.uses(rows)
        for row in rows:
            row.uses = found.get(row.pk, 0)

    @admin.display(description=gettext_lazy("code"))
    def about(self, row: OnboardingCode) -> str:
        return row.note or (row.partner.name if row.partner else row.public_id)

    @admin.display(description=gettext_lazy("for"))
    def mode_shown(self, row: OnboardingCode) -> str:
        return row.partner.name if row.partner else row.get_mode_display()

    @admin.display(description=gettext_lazy("approval"))
    def approval_shown(self, row: OnboardingCode) -> str:
        return row.get_approval_display()

    @admin.display(description=gettext_lazy("status"))
    def state_mark(self, row: OnboardingCode) -> SafeString:
        if row.ended_at is not None:
            return mark("mute", "slash", _("Ended"))
        if not row.is_open(at=timezone.now()):
            return mark("mute", "hourglass", _("Ran out"))
        return mark("ok", "check-circle", _("Works"), look="bare")

    @admin.display(description=gettext_lazy("used"))
    def used(self, row: Any) -> int:
        return row.uses

    @admin.display(description=gettext_lazy("valid until"))
    def valid_until(self, row: OnboardingCode) -> datetime:
        return row.expires_at

    def get_urls(self) -> list[URLPattern]:
        make = path("make/", self.admin_site.admin_view(self.make), name="portal_onboardingcode_make")
        end = path(
            "<int:pk>/end/",
            self.admin_site.admin_view(require_POST(self.end)),
            name="portal_onboardingcode_end",
        )
        return [make, end, *super().get_urls()]

    def make(self, request: HttpRequest) -> HttpResponse:
        """Make a code, and show it this once."""
        form = CodeForm(request.POST or None)
        made = None
        if request.method == "POST" and form.is_valid():
            now, data = timezone.now(), form.cleaned_data
            row, text = codes.make_code(
                approval=data["approval"],
                expires_at=now + timedelta(days=data["days"]),
                partner=data["partner"],
                programme=data["programme"],
                note=data["note"],
                now=now,
                actor=actor_of(request),
            )
            made = {"row": row, "text": text}
        return self.page(
            request, "onboarding_code.html", title=_("New code"), form=form, made=made, code=None
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """What is known of a code, and ending it."""
        row: Any = self.row(request, object_id)
        self.prepare([row])
        return self.page(
            request,
            "onboarding_code.html",
            title=self.about(row),
            form=None,
            made=None,
            code=row,
            status=self.state_mark(row),
            works=row.is_open(at=timezone.now()),
        )

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let nobody begin with it any more."""
        row: Any = self.row(request, pk)
        codes.end_code(code=row, now=timezone.now(), actor=actor_of(request))
        return redirect("admin:portal_onboardingcode_change", pk)
