"""Packs: which there are, what is in them, what changed, and the answer."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.errors import BadInput, Forbidden, Gone, NotFound
from portal.packs import confirming, selectors, standing, terms
from portal.packs.confirming import OldDigest
from portal.packs.forms import AnswerForm
from portal.packs.models import Pack
from portal.packs.selectors import By
from portal.pages.empty import unreadable
from portal.pages.pack_view import PackPage, replaced_since


@require_safe
def packs(request: HttpRequest) -> HttpResponse:
    """List the company's packs, newest first, with what is asked of it; those being prepared above."""
    now, company = timezone.now(), request.company
    path = reverse("pages:packs", args=[company.slug])
    try:
        page = selectors.packs_page(company, at=now, size=30, cursor=request.GET.get("cursor"))
    except BadInput as error:
        empty = unreadable(error, path)
        return render(request, "pages/packs.html", {"empty": empty}, status=error.status)
    first = not request.GET.get("cursor")
    coming = [one for one in standing.coming(company, at=now) if one.is_first] if first else []
    context = {
        "lines": [(line, line.is_overdue(at=now)) for line in standing.standings(company, page.items)],
        "coming": coming,
        "newer": f"{path}?{urlencode({'cursor': page.previous})}" if page.previous else "",
        "older": f"{path}?{urlencode({'cursor': page.next})}" if page.next else "",
        "empty": None if page.items or coming else _no_packs(request),
    }
    return render(request, "pages/packs.html", context)


def _no_packs(request: HttpRequest) -> dict[str, str]:
    return {
        "kind": "first",
        "title": _("No packs yet"),
        "text": _(
            "A pack is a set of files put together for you. The first one appears here when it is ready."
        ),
        "url": reverse("pages:assets", args=[request.company.slug]),
        "action": _("Show all assets"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def pack(request: HttpRequest, pack: str) -> HttpResponse:
    """Show a pack and what is asked; take the answer."""
    now, company = timezone.now(), request.company
    try:
        version = selectors.get_version(company, pack, at=now)
    except NotFound:
        # Its first version may be on the way.
        coming = next(iter(standing.coming(company, at=now, slug=pack)), None)
        if coming is None or not coming.is_first or request.method == "POST":
            raise
        return render(
            request, "pages/pack_coming.html", {"coming": coming, "crumbs": crumbs(request, coming.pack.name)}
        )
    except Gone as error:
        context = {"message": str(error), "crumbs": crumbs(request, _("Withdrawn"))}
        return render(request, "pages/pack_closed.html", context, status=error.status)
    if request.method == "POST":
        return _answered(request, version, now)
    return _shown(request, version, now)


def crumbs(request: HttpRequest, name: str) -> list[tuple[str, str]]:
    """The way from the list of packs to a page called ``name``."""
    return [(_("Packs"), reverse("pages:packs", args=[request.company.slug])), (name, "")]


def _shown(request: HttpRequest, version, now: datetime, form: AnswerForm | None = None) -> HttpResponse:
    page = PackPage(request.company, version, now=now, query=request.GET)
    context = {
        **page.context(),
        "crumbs": crumbs(request, version.pack.name),
        "form": form or page.form(),
        "can_answer": request.membership.can_answer,
    }
    response = render(request, "pages/pack.html", context, status=400 if form else 200)
    if context["begins"]:
        # The page says that the download begins; browsers fetch it and stay here.
        response["Refresh"] = f"1; url={context['begins']}"
    return response


def _answered(request: HttpRequest, version, now: datetime) -> HttpResponse:
    _may_answer(request)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _shown(request, version, now, form)
    manifest, given = form.cleaned_data["manifest"], form.given
    try:
        if given.sha256:
            kept = confirming.confirm(pack=version.pack, by=_by(request), given=[given], now=now)
        else:
            kept = confirming.confirm_all(
                pack=version.pack,
                by=_by(request),
                manifest_sha256=manifest,
                given=given,
                now=now,
                wanted_only=True,
            )
    except OldDigest as error:
        context = {
            "crumbs": crumbs(request, version.pack.name),
            "message": str(error),
            "pack": version.pack,
            "lines": replaced_since(request.company, version, error),
        }
        return render(request, "pages/pack_moved.html", context, status=error.status)
    _thank(request, len(kept), version.pack)
    address = reverse("pages:pack", args=[request.company.slug, version.pack.slug])
    if request.POST.get("act") == "download":
        # What was to be downloaded is known before the answer makes it "the version you have".
        since = request.POST.get("since", "")
        address += f"?{urlencode({'begin': since if since.isdigit() else 'all'})}"
    return redirect(address)


def _thank(request: HttpRequest, count: int, pack: Pack) -> None:
    """Say how many files were answered for, and how many were left out because their next version is still to come."""
    text = ngettext(
        "Thank you. Your answer for %(count)d file of %(pack)s is recorded.",
        "Thank you. Your answer for %(count)d files of %(pack)s is recorded.",
        count,
    )
    if count:
        messages.success(request, text % {"count": count, "pack": pack.name})
    if left_out := standing.standings(request.company, [pack])[0].waiting:
        text = ngettext(
            "%(count)d file is left out: you are asked about it when the next version is there.",
            "%(count)d files are left out: you are asked about them when the next version is there.",
            left_out,
        )
        messages.info(request, text % {"count": left_out})


def _may_answer(request: HttpRequest) -> None:
    if not request.membership.can_answer:
        raise Forbidden(_("Only members and managers of your company may answer."))


def _by(request: HttpRequest) -> By:
    return By(request.company, f"user:{request.user.public_id}", request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def pack_terms(request: HttpRequest, pack: str) -> HttpResponse:
    """Show the terms of a pack; take their acceptance."""
    now = timezone.now()
    found = selectors.get_pack(request.company, pack, at=now)
    if request.method == "POST":
        _may_answer(request)
        row = terms.accept(pack=found, by=_by(request), sha256=request.POST.get("sha256", ""), now=now)
        messages.success(
            request,
            _("Your company has accepted version %(number)d of the terms.") % {"number": row.terms.number},
        )
        return redirect("pages:pack", request.company.slug, found.slug)
    present = terms.present(found)
    context: dict[str, Any] = {
        "crumbs": [
            (_("Packs"), reverse("pages:packs", args=[request.company.slug])),
            (found.name, reverse("pages:pack", args=[request.company.slug, found.slug])),
            (_("Terms"), ""),
        ],
        "pack": found,
        "terms": present,
        "accepted": terms.acceptance(request.company, present) if present else None,
        "can_answer": request.membership.can_answer,
    }
    return render(request, "pages/pack_terms.html", context)
