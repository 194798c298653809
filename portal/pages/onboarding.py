"""Getting started: the way, and one page for each step."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import DomainError, NotFound
from portal.onboarding import codes, selectors, services
from portal.onboarding.choices import Origin, StepKind
from portal.onboarding.forms import CodeForm
from portal.onboarding.models import EnrolmentStep
from portal.onboarding.selectors import Path
from portal.onboarding.services import By
from portal.pages.onboarding_steps import STEPS

#: What leads to a step, by its kind.
ACTIONS = {
    StepKind.COMPANY_DATA: gettext_lazy("Check your company data"),
    StepKind.GUIDELINES: gettext_lazy("Read the guidelines"),
    StepKind.TERMS: gettext_lazy("Read and accept the terms"),
    StepKind.PACK: gettext_lazy("Take the pack"),
    StepKind.CHANNEL: gettext_lazy("Set up a channel"),
    StepKind.COLLEAGUES: gettext_lazy("Invite colleagues"),
    StepKind.API: gettext_lazy("Connect a system"),
    StepKind.OTHER: gettext_lazy("Open this step"),
}


def path_shown(request: HttpRequest, now: datetime) -> dict[str, Any] | None:
    """Return what pages show of the company's way: ``path``, ``action`` of its next step, ``lines``; or ``None``."""
    path = selectors.current_path(request.company)
    if path is None:
        return None
    return {
        "path": path,
        "action": ACTIONS[StepKind(path.next_step.kind)] if path.next_step else "",
        "lines": [_line(step, path, now) for step in path.steps],
    }


def _line(step: EnrolmentStep, path: Path, now: datetime) -> dict[str, Any]:
    return {
        "step": step,
        "is_next": path.next_step is not None and step.pk == path.next_step.pk,
        "is_overdue": step.is_overdue(at=now),
    }


@require_safe
def onboarding(request: HttpRequest) -> HttpResponse:
    """Show the whole way with what is done, by whom, and what is due."""
    now = timezone.now()
    path = selectors.current_path(request.company)
    if path is not None and path.enrolment.is_active:
        # What has happened meanwhile need not wait for the timetable to be seen.
        services.observe(enrolments=[path.enrolment], now=now)
    shown = path_shown(request, now)
    context = {**(shown or {"path": None}), "form": CodeForm(), "may_answer": request.membership.can_answer}
    return render(request, "pages/onboarding.html", context)


@require_POST
def onboarding_code(request: HttpRequest) -> HttpResponse:
    """Begin with a code."""
    form = CodeForm(request.POST)
    if not request.membership.can_answer:
        messages.error(request, _("Ask somebody of your company who may answer in its name."))
    elif form.is_valid():
        try:
            enrolment = codes.redeem(
                partner=request.company, text=form.cleaned_data["code"], now=timezone.now()
            )
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            if not enrolment.is_applied:
                messages.success(request, _("Welcome! Here is your way, step by step."))
            return redirect("pages:onboarding", request.company.slug)
    context = {"path": selectors.current_path(request.company), "form": form, "may_answer": True}
    if context["path"] is not None:
        return redirect("pages:onboarding", request.company.slug)
    return render(request, "pages/onboarding.html", context, status=200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def onboarding_step(request: HttpRequest, step: str) -> HttpResponse:
    """
    Show one step, and take its answer.

    :raises NotFound: not one of this company's
    """
    found = selectors.get_step(request.company, step)
    now = timezone.now()
    if (
        found.is_open
        and found.enrolment.is_active
        and services.observe(enrolments=[found.enrolment], now=now)
    ):
        found = selectors.get_step(request.company, step)
    page = STEPS[StepKind(found.kind)]
    may_answer = request.membership.can_manage if page.by_managers else request.membership.can_answer
    extra: dict[str, Any] = {}
    if request.method == "POST":
        if not may_answer:
            messages.error(request, _("Ask somebody of your company who may answer in its name."))
            return redirect(request.path)
        by = By(Origin.PORTAL, f"user:{request.user.public_id}", request.user)
        try:
            if "skip" in request.POST:
                services.skip(step=found, by=by, now=now)
                return _on(request)
            answered = page.answer(request, found, by, now)
        except NotFound:
            raise
        except DomainError as error:
            # A rule said no, mostly because something newer is there: it is shown now.
            messages.error(request, str(error))
            return redirect(request.path)
        if answered is None:
            return _on(request)
        extra = answered
    context = {
        **(path_shown(request, now) or {}),
        "step": found,
        "may_answer": may_answer,
        "template": page.template,
        **page.show(request, found, now),
        **extra,
    }
    return render(request, "pages/onboarding_step.html", context)


def _on(request: HttpRequest) -> HttpResponse:
    """Lead to the next step, or to the end."""
    path = selectors.current_path(request.company)
    if path is None or path.next_step is None:
        messages.success(request, _("That was the last step. You are all set."))
        return redirect("pages:onboarding", request.company.slug)
    left = ngettext("Done. %(count)d step is left.", "Done. %(count)d steps are left.", path.left)
    messages.success(request, left % {"count": path.left})
    return redirect("pages:onboarding-step", request.company.slug, path.next_step.public_id)
