"""The basket: what the reader means to take for this company, rechecked whenever it is shown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.core.errors import DomainError
from portal.downloads import baskets, jobs
from portal.downloads.baskets import BasketLine
from portal.downloads.choices import Origin
from portal.pages.takers import taker_of

_MOST_PICKED = 200


@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    """List the files chosen, each with a word when it is not what it was."""
    lines = baskets.lines_of(request.company, request.user, at=timezone.now())
    ready = [line for line in lines if line.found.is_available]
    weights = [line.found.size.size for line in ready if line.found.size and line.found.size.size]
    context = {
        "lines": lines,
        "ready_count": len(ready),
        "blocked_count": len(lines) - len(ready),
        "replaced_count": sum(line.found.standing == "replaced" for line in lines),
        "known_weight": sum(weights),
        "is_whole_weight": len(weights) == len(ready),
        "empty": None if lines else _empty(request),
    }
    return render(request, "pages/basket.html", context)


def _empty(request: HttpRequest) -> dict[str, str]:
    return {
        "kind": "first",
        "title": _("Your basket is empty"),
        "text": _("Tick files under Assets, or add a size on a file's own page."),
        "url": reverse("pages:assets", args=[request.company.slug]),
        "action": _("Show all assets"),
    }


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put the ticked files into the basket, and come back to where they were ticked."""
    variants = request.POST.getlist("variant")[:_MOST_PICKED]
    if not variants:
        messages.error(request, _("Tick at least one file first."))
        return _back(request)
    try:
        new, without_size = baskets.add(
            partner=request.company,
            user=request.user,
            variants=variants,
            recipe=request.POST.get("recipe", ""),
            now=timezone.now(),
        )
    except baskets.BasketFull as error:
        messages.error(request, str(error))
        return _back(request)
    if new:
        text = ngettext(
            "%(count)d file is in your basket now.", "%(count)d files are in your basket now.", new
        )
        messages.success(request, text % {"count": new})
    elif not without_size:
        messages.info(request, _("These files were in your basket already."))
    if without_size:
        text = ngettext(
            "For %(count)d file no download size is offered.",
            "For %(count)d files no download size is offered.",
            without_size,
        )
        messages.warning(request, text % {"count": without_size})
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(address if safe else reverse("pages:basket", args=[request.company.slug]))


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Take one file out, all of them, all that cannot be had, or one in another size."""
    company, user = request.company, request.user
    if (one := _number(request.POST.get("remove", ""))) is not None:
        baskets.remove(partner=company, user=user, items=[one])
    elif (what := request.POST.get("clear", "")) == "all":
        baskets.remove(partner=company, user=user)
    elif what == "blocked":
        lines = baskets.lines_of(company, user, at=timezone.now())
        baskets.remove(partner=company, user=user, items=_blocked(lines))
    elif (item := _number(request.POST.get("item", ""))) is not None:
        baskets.change_size(
            partner=company, user=user, item=item, recipe=request.POST.get("recipe", ""), now=timezone.now()
        )
    return redirect("pages:basket", company.slug)


def _blocked(lines: list[BasketLine]) -> list[int]:
    return [line.item.pk for line in lines if not line.found.is_available]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@require_POST
def prepare(request: HttpRequest) -> HttpResponse:
    """Begin the archive of everything in the basket that can be had, and empty the basket of it."""
    now = timezone.now()
    company, user = request.company, request.user
    try:
        jobs.begin(
            partner=company,
            taker=taker_of(request),
            wishes=baskets.wishes_of(company, user),
            origin=Origin.BASKET,
            now=now,
            wants_mail=request.POST.get("tell") == "yes",
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("pages:basket", company.slug)
    baskets.remove(partner=company, user=user)
    return redirect("pages:downloads", company.slug)
