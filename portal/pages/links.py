"""Addresses that hold for ever and name no company: what posts in the Trading Grid point to."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from portal.core import rowscope
from portal.core.errors import Gone, NotFound
from portal.partners.selectors import memberships_of
from portal.publications import selectors as publications
from portal.publications.selectors import get_asset


@require_safe
@login_required
def asset_link(request: HttpRequest, asset: str) -> HttpResponse:
    """
    Go to an asset's page in the first of the reader's companies that it is, or was, there for.

    :raises NotFound: in none of them, or no such asset: the two look the same
    """
    now = timezone.now()
    for place in memberships_of(request.user):
        if not place.partner.is_active:
            continue
        with rowscope.limited_to(place.partner_id):
            try:
                get_asset(place.partner, asset, at=now)
            except NotFound:
                continue
            except Gone:
                # Its page says so, and why.
                pass
        return redirect("pages:asset", place.partner.slug, asset)
    raise NotFound


@require_safe
@login_required
def version_link(request: HttpRequest, version: str) -> HttpResponse:
    """
    Go to the versions of an asset, where the reader sees whether the one they hold is still right. Files carry this
    address in their metadata.

    :raises NotFound: in none of the reader's companies, or no such version: the two look the same
    """
    for place in memberships_of(request.user):
        if not place.partner.is_active:
            continue
        with rowscope.limited_to(place.partner_id):
            found = publications.place_of_version(place.partner, version)
        if found is not None:
            asset, variant = found
            query = urlencode({"variant": variant, "tab": "versions"})
            return redirect(f"{reverse('pages:asset', args=[place.partner.slug, asset])}?{query}#history")
    raise NotFound
