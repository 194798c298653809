"""A new request: everything filled in that the reader's last page knew, and first what is there already."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.change_requests import offers, services, wishes
from portal.change_requests.models import ChangeRequest
from portal.change_requests.wishes import Wish
from portal.pages.request_forms import RequestForm, fill
from portal.pages.requests import by_reader


@require_http_methods(["GET", "HEAD", "POST"])
def request_new(request: HttpRequest) -> HttpResponse:
    """
    Show the form, filled from the address; POST asks. What is there already and is all that is wanted is shown before
    anything is asked, and can be passed over with one button.
    """
    if not request.membership.can_answer:
        return render(
            request, "pages/request_new.html", {"crumbs": _crumbs(request), "may_ask": False}, status=403
        )
    now = timezone.now()
    if request.method != "POST":
        return _offer(request, now)
    form = RequestForm(request.POST, company=request.company)
    wish = _wish(request, form, now) if form.is_valid() else None
    if wish is not None:
        for name, problem in wishes.problems(wish, today=timezone.localdate(now)).items():
            form.add_error("most_kb" if name == "most_bytes" else name, problem)
    if wish is None or form.errors:
        # What the form is about is shown all the same.
        wish = wish or _about(request, form.data, now)
        return _show(request, form, wish, now, status=422)
    known = services.twin_of(request.company.pk, wish.fingerprint)
    seen = request.POST.get("anyway") == wish.fingerprint
    if known is None and not seen and offers.find(request.company, wish, at=now).has_exact:
        return _show(request, form, wish, now)
    try:
        made = services.raise_request(partner=request.company, wish=wish, by=by_reader(request), now=now)
    except services.AlreadyAsked as error:
        return _show(request, form, wish, now, known=error.known, status=error.status)
    messages.success(
        request, _("%(request)s is on its way. You get a mail when there is news.") % {"request": made.name}
    )
    return redirect("pages:request", request.company.slug, made.name)


def _offer(request: HttpRequest, now: datetime) -> HttpResponse:
    initial = fill(request.company, request.GET)
    form = RequestForm(initial=initial, company=request.company)
    wish = _about(request, initial, now)
    if wish is not None and wish.gtin:
        form.initial["gtin"] = wish.gtin
    known = services.twin_of(request.company.pk, wish.fingerprint) if wish and "reason" in initial else None
    return _show(request, form, wish, now, known=known)


def _wish(request: HttpRequest, form: RequestForm, now: datetime) -> Wish:
    return wishes.read(request.company, form.facts(), at=now)


def _about(request: HttpRequest, given: Any, now: datetime) -> Wish | None:
    """
    Return what can be told of a wish that is not a whole one yet, ``None`` when it is about nothing so far.

    :raises NotFound: it is about another company's asset, or one that never was
    """
    known = fill(request.company, given) if given is request.POST else given
    if not (known.get("asset") or known.get("gtin")):
        return None
    facts = {"reason": "other", **known}
    kilobytes = facts.pop("most_kb", None)
    return wishes.read(request.company, {**facts, "most_bytes": (kilobytes or 0) * 1000 or None}, at=now)


def _crumbs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(_("Requests"), reverse("pages:requests", args=[request.company.slug])), (_("New request"), "")]


def _show(
    request: HttpRequest,
    form: RequestForm,
    wish: Wish | None,
    now: datetime,
    *,
    known: ChangeRequest | None = None,
    status: int = 200,
) -> HttpResponse:
    found = offers.find(request.company, wish, at=now) if wish and known is None else None
    context = {
        "crumbs": _crumbs(request),
        "may_ask": True,
        "form": form,
        "subject": [form[name] for name in form.SUBJECT],
        "wish": wish,
        "shown": wishes.file_of(wish.card, wish) if wish else None,
        "offers": found,
        "known": known,
        "anyway": wish.fingerprint if wish and found and found.has_exact else "",
    }
    return render(request, "pages/request_new.html", context, status=status)
