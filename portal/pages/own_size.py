"""An own size and crop of a picture: by numbers, by arrow keys or by dragging, with its weight told beforehand."""

import math
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.errors import DomainError, NotFound
from portal.core.templatetags.portal import weight
from portal.downloads import services as downloads
from portal.downloads.services import Grant
from portal.pages.own_size_forms import OwnSizeForm
from portal.pages.request_tags import ask_url
from portal.pages.tags import card_name, download_url, variant_query
from portal.renditions import own_sizes, protection, responsive
from portal.renditions.choices import Fit
from portal.renditions.cropping import Box
from portal.renditions.own_sizes import Wish

#: What a first visit proposes, in pixels.
_FIRST = 1000


def _asked(request: HttpRequest, asset: str) -> Grant:
    """Leave to take the picture, as of now; the original stands for whatever is cut from it."""
    grant = downloads.authorise_download(
        partner=request.company,
        asset_id=asset,
        recipe=responsive.any_address(),
        variant=request.GET.get("variant"),
        language=request.GET.get("language"),
        now=timezone.now(),
    )
    if not responsive.has_set(grant.version):
        raise NotFound
    return grant


@dataclass
class _Settled:
    """What a wish came to: the part, about how heavy, or why not and what instead."""

    wish: Wish | None = None
    part: Box | None = None
    problem: str = ""
    offers: tuple = ()


def _settle(form: OwnSizeForm, zones: list[Box]) -> _Settled:
    if not form.is_valid():
        return _Settled()
    wish = form.wish()
    try:
        return _Settled(wish, own_sizes.settle(wish, form.version, zones))
    except (protection.ZoneCut, protection.NotThisLarge) as error:
        instead = own_sizes.instead(wish, form.version, zones, error)
        return _Settled(wish, instead.part, str(error), tuple(instead.offers))


def _first(grant: Grant) -> dict[str, Any]:
    wide, high = grant.version.width or 1, grant.version.height or 1
    side = min(_FIRST, wide, high)
    return {"width": side, "height": side, "format": "jpeg"}


@require_http_methods(["GET", "HEAD", "POST"])
def own_size(request: HttpRequest, asset: str) -> HttpResponse:
    """Show the picture with the part that would be cut; POST orders the file and leads to it."""
    grant = _asked(request, asset)
    zones = protection.zones_of(grant.variant.variant)
    data = request.POST if request.method == "POST" else request.GET
    form = OwnSizeForm(data if "width" in data else _first(grant), version=grant.version)
    settled = _settle(form, protection.boxes(zones))
    if request.method == "POST" and settled.wish is not None and not settled.problem:
        revision = own_sizes.order(settled.wish, settled.part, now=timezone.now())
        address = revision.address or ""
        return redirect(download_url(request.company, grant.card.asset, grant.variant.variant, address))
    form = _filled(form, settled)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "pages/own_size.html", _context(request, grant, form, settled, zones), status=status
    )


def _filled(form: OwnSizeForm, settled: _Settled) -> OwnSizeForm:
    """Return the form with the numbers of the part that was found, to go on from."""
    if settled.wish is None or settled.part is None:
        return form
    wide, high = form.version.width or 1, form.version.height or 1
    numbers = {
        # Rounded outwards, so that nothing that must be seen is cut by it.
        "left": math.floor(settled.part.left * wide),
        "top": math.floor(settled.part.top * high),
        "part": math.ceil(settled.part.width * wide - 0.01),
    }
    again = OwnSizeForm({**dict(form.data.items()), **numbers}, version=form.version)
    again.is_valid()
    return again


def _context(
    request: HttpRequest, grant: Grant, form: OwnSizeForm, settled: _Settled, zones: list
) -> dict[str, Any]:
    name = card_name(grant.card)
    path = reverse("pages:asset", args=[request.company.slug, grant.card.asset.public_id])
    version, variant = grant.version, grant.variant.variant
    return {
        "crumbs": [(name, path + variant_query(grant.card, grant.variant)), (_("Own size"), "")],
        "card": grant.card,
        "shown": grant.variant,
        "name": name,
        "form": form,
        "part": _pixels(settled.part, version),
        "problem": settled.problem,
        "offers": [
            (offer, f"?{urlencode(_offered(variant.public_id, form, offer))}") for offer in settled.offers
        ],
        "zones": [
            (zone, _pixels(Box(zone.left, zone.top, zone.width, zone.height), version)) for zone in zones
        ],
        "ask_url": _ask_url(request, grant, settled.wish) if settled.problem and settled.wish else "",
        "weight": _weight(request, grant, settled),
    }


def _ask_url(request: HttpRequest, grant: Grant, wish: Wish) -> str:
    """Where to ask for a size that cannot be cut from this picture, with everything filled in."""
    return ask_url(
        request.company,
        "missing_size",
        asset=grant.card.asset.public_id,
        variant=grant.variant.variant.public_id,
        width=wish.width,
        height=wish.height,
        format=wish.format.value,
        fit=(Fit.PAD if wish.padded else Fit.CROP).value,
    )


def _offered(variant: str, form: OwnSizeForm, offer: own_sizes.Offer) -> dict[str, Any]:
    words = {"variant": variant, "width": offer.width, "height": offer.height}
    words["format"] = form.cleaned_data.get("format", "jpeg")
    words |= {name: value for name in ("quality", "most_kilobytes") if (value := form.cleaned_data.get(name))}
    return {**words, "padded": "on"} if offer.padded else words


def _pixels(box: Box | None, version) -> dict[str, int] | None:
    """Return a box in pixels of the whole picture."""
    return None if box is None else box.pixels((version.width or 1, version.height or 1))


def _weight(request: HttpRequest, grant: Grant, settled: _Settled) -> str:
    """About how heavy the file will be, in words; empty when it cannot be told now."""
    if settled.wish is None or settled.problem:
        return ""
    now = timezone.now()
    try:
        small = downloads.authorise_download(
            partner=request.company,
            asset_id=grant.card.asset.public_id,
            recipe="preview-1200",
            variant=grant.variant.variant.public_id,
            now=now,
        )
        return weight(own_sizes.weight(settled.wish, settled.part, downloads.preview(grant=small, now=now)))
    except DomainError:
        return ""


@require_safe
def own_size_weight(request: HttpRequest, asset: str) -> HttpResponse:
    """Say how heavy a size would be, or why it is not possible, while somebody tries."""
    grant = _asked(request, asset)
    form = OwnSizeForm(request.GET, version=grant.version)
    settled = _settle(form, protection.boxes(protection.zones_of(grant.variant.variant)))
    problem = settled.problem or next((text for texts in form.errors.values() for text in texts), "")
    answer = JsonResponse({"problem": problem, "weight": "" if problem else _weight(request, grant, settled)})
    answer["Cache-Control"] = "private, no-store"
    return answer
