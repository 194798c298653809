"""What a company asked for: the list, and one request with its thread."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from portal.catalog.models import Asset
from portal.change_requests import selectors, services, wishes
from portal.change_requests.choices import Origin, RequestState
from portal.change_requests.forms import MessageForm, ReopenForm
from portal.change_requests.models import ChangeRequest
from portal.change_requests.selectors import GROUPS, RequestFilter
from portal.change_requests.services import By
from portal.core.errors import BadInput, DomainError, Forbidden, Gone, NotFound
from portal.pages.empty import unreadable
from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard

#: The way of a request that goes well; one that is closed otherwise ends with its own state.
_WAY = (RequestState.OPEN, RequestState.IN_PROGRESS, RequestState.RESOLVED, RequestState.CONFIRMED)


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """List the company's requests, or the reader's own, the last changed first."""
    path = reverse("pages:requests", args=[request.company.slug])
    group = request.GET.get("state", "")
    group = group if group in GROUPS else "open"
    is_mine = request.GET.get("whose") == "mine"
    wish = RequestFilter(states=tuple(GROUPS[group]), asked_by=request.user if is_mine else None)
    try:
        page = selectors.request_page(request.company, wish, cursor=request.GET.get("cursor"))
    except BadInput as error:
        context = {"empty": unreadable(error, path), "may_ask": request.membership.can_answer}
        return render(request, "pages/requests.html", context, status=error.status)

    def url(**more: str | None) -> str:
        pairs = {"state": group, "whose": "mine" if is_mine else None, **more}
        query = {name: value for name, value in pairs.items() if value and (name, value) != ("state", "open")}
        return f"{path}?{urlencode(query)}" if query else path

    labels = {
        "open": pgettext("request", "Open"),
        "waiting": _("Waiting for you"),
        "closed": _("Closed"),
        "all": _("All"),
    }
    today = timezone.localdate()
    context = {
        "rows": [(row, row.is_late(today=today)) for row in page.items],
        "tabs": [
            {"label": labels[name], "url": url(state=name), "count": None, "is_current": name == group}
            for name in GROUPS
        ],
        "mine_url": url(whose="mine"),
        "company_url": url(whose=None),
        "is_mine": is_mine,
        "newer": url(cursor=page.previous) if page.previous else "",
        "older": url(cursor=page.next) if page.next else "",
        "may_ask": request.membership.can_answer,
        "empty": None if page.items else _empty(request, group, is_mine=is_mine, path=path),
    }
    return render(request, "pages/requests.html", context)


def _empty(request: HttpRequest, group: str, *, is_mine: bool, path: str) -> dict[str, str]:
    """Say which of the ways to be empty this is, and one way on."""
    may_ask = request.membership.can_answer
    if not selectors.has_any(request.company):
        if not may_ask:
            return {
                "kind": "closed",
                "title": _("No requests yet"),
                "text": _(
                    "Members and managers of your company ask for media; you will see here what became of it."
                ),
            }
        return {
            "kind": "first",
            "title": _("No requests yet"),
            "text": _("Is something missing or wrong? Say it once, and follow here what becomes of it."),
            "url": reverse("pages:request-new", args=[request.company.slug]),
            "action": _("New request"),
        }
    everything = f"{path}?{urlencode({'state': 'all'})}"
    if group in {"open", "waiting"} and not is_mine:
        title = _("Nothing is open") if group == "open" else _("Nothing waits for you")
        text = _("What your company asked for is answered.") if group == "open" else ""
        return {
            "kind": "cleared",
            "title": title,
            "text": text,
            "url": everything,
            "action": _("Show all requests"),
        }
    return {
        "kind": "none",
        "title": _("No request matches"),
        "text": _("None of those you asked for yourself.") if is_mine else _("None is closed so far."),
        "url": everything,
        "action": _("Show all requests"),
    }


@require_safe
def request_page(request: HttpRequest, change_request: str) -> HttpResponse:
    """Show one request: how far it is, what was asked, and what was said."""
    found = selectors.get_request(request.company, change_request)
    return render(request, "pages/request.html", _one(request, found))


def _one(
    request: HttpRequest, found: ChangeRequest, *, form: MessageForm | None = None, is_reopening: bool = False
) -> dict[str, Any]:
    thread = selectors.thread(request.company, found)
    may_answer = request.membership.can_answer
    asset = _card(request.company, found.asset)
    new = found.resolution_asset
    return {
        "crumbs": [
            (_("Requests"), reverse("pages:requests", args=[request.company.slug])),
            (found.name, ""),
        ],
        "asked": found,
        "is_late": found.is_late(today=timezone.localdate()),
        "lines": wishes.lines(found),
        "card": asset,
        "shown": wishes.file_of(asset, found),
        "new_card": asset if asset and new and new.pk == asset.asset.pk else _card(request.company, new),
        "track": _track(found),
        "thread": thread,
        "may_answer": may_answer,
        "may_say": may_answer and (found.is_open or found.is_resolved),
        "form": form if form and not is_reopening else MessageForm(),
        "reopen_form": form if form and is_reopening else ReopenForm(prefix="reopen"),
        "is_reopening": is_reopening,
        "silence_days": settings.REQUEST_SILENCE_DAYS,
    }


def _card(company: Partner, asset: Asset | None) -> AssetCard | None:
    """Return an asset as the company sees it, ``None`` when it does not any more."""
    if asset is None:
        return None
    try:
        return publications.get_asset(company, asset.public_id, at=timezone.now())
    except (NotFound, Gone):
        return None


def _track(found: ChangeRequest) -> list[dict[str, Any]]:
    """Return the way of a request: ``label``, whether it ``is_done`` and whether it ``is_current``."""
    state = RequestState(found.state)
    steps: tuple[RequestState, ...]
    if state in {RequestState.REJECTED, RequestState.DUPLICATE}:
        steps, now = (RequestState.OPEN, state), 1
    else:
        steps = _WAY
        now = 1 if state == RequestState.WAITING else steps.index(state)
    labels = {RequestState.RESOLVED: _("Solved")}
    found_steps = []
    for place, step in enumerate(steps):
        label = (
            state.label if place == now and state == RequestState.WAITING else labels.get(step, step.label)
        )
        is_over = place == now and state == RequestState.CONFIRMED
        found_steps.append({"label": label, "is_done": place < now or is_over, "is_current": place == now})
    return found_steps


# -- What a reader says -----------------------------------------------------------------------------------------------
def by_reader(request: HttpRequest) -> By:
    """
    Return the reader as somebody who speaks for the company.

    :raises Forbidden: they may only look
    """
    if not request.membership.can_answer:
        raise Forbidden(_("Members and managers of your company ask and confirm. Ask one of them."))
    return By(Origin.PORTAL, f"user:{request.user.public_id}", request.user)


@require_POST
def request_answer(request: HttpRequest, change_request: str) -> HttpResponse:
    """Say something; when the brand had asked, that is the answer."""
    found = selectors.get_request(request.company, change_request)
    by, form = by_reader(request), MessageForm(request.POST)
    if form.is_valid():
        try:
            services.answer(request=found, text=form.cleaned_data["text"], by=by, now=timezone.now())
        except DomainError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("Sent."))
            return redirect("pages:request", request.company.slug, found.name)
    return render(request, "pages/request.html", _one(request, found, form=form), status=422)


@require_POST
def request_confirm(request: HttpRequest, change_request: str) -> HttpResponse:
    """Confirm that the company has what it asked for."""
    found = selectors.get_request(request.company, change_request)
    try:
        services.confirm(request=found, by=by_reader(request), now=timezone.now())
    except services.NotInThisState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Confirmed. Thank you."))
    return redirect("pages:request", request.company.slug, found.name)


@require_POST
def request_reopen(request: HttpRequest, change_request: str) -> HttpResponse:
    """Say that it is not solved."""
    found = selectors.get_request(request.company, change_request)
    by, form = by_reader(request), ReopenForm(request.POST, prefix="reopen")
    if form.is_valid():
        try:
            services.reopen(request=found, text=form.cleaned_data["text"], by=by, now=timezone.now())
        except DomainError as error:
            form.add_error("text", str(error))
        else:
            messages.success(request, _("%(request)s is open again.") % {"request": found.name})
            return redirect("pages:request", request.company.slug, found.name)
    context = _one(request, found, form=form, is_reopening=True)
    return render(request, "pages/request.html", context, status=422)
