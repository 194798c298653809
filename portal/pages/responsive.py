"""The responsive set of an asset: its snippet, its files, and all of them in one archive."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.core.labels import language_name
from portal.downloads import sets
from portal.downloads.choices import Via
from portal.downloads.services import Grant, Taker
from portal.downloads.serving import serve_set
from portal.pages.tags import card_name, variant_query
from portal.renditions import responsive
from portal.renditions.responsive import Member


def _asked(request: HttpRequest, asset: str) -> tuple[Grant, list[Member]]:
    return sets.grant_of_set(
        partner=request.company,
        asset_id=asset,
        variant=request.GET.get("variant"),
        language=request.GET.get("language"),
        now=timezone.now(),
    )


@require_safe
def responsive_set(request: HttpRequest, asset: str) -> HttpResponse:
    """Show a set: the snippet to copy, how many of its files are ready, and which cannot be made."""
    grant, files = _asked(request, asset)
    alt, language = responsive.alt_for(grant.card.asset.alt_text, grant.variant.language)
    name = card_name(grant.card)
    path = reverse("pages:asset", args=[request.company.slug, asset])
    stands_in = language and grant.variant.language and language != grant.variant.language
    context = {
        "crumbs": [(name, path + variant_query(grant.card, grant.variant)), (_("Responsive set"), "")],
        "card": grant.card,
        "shown": grant.variant,
        "name": name,
        "files": files,
        "ready": sum(member.made is not None for member in files),
        "failed": [member.name for member in files if member.cannot_be],
        "weight": sum(member.made.size or 0 for member in files if member.made),
        "is_wanted": "wanted" in request.GET,
        "waits": any(member.made is None and not member.cannot_be for member in files),
        "snippet": responsive.snippet(files, alt),
        "alt": alt,
        "alt_language": language_name(language) if stands_in else "",
        "query": f"?{urlencode({'variant': grant.variant.variant.public_id})}",
    }
    return render(request, "pages/responsive.html", context)


@require_POST
def responsive_prepare(request: HttpRequest, asset: str) -> HttpResponse:
    """Ask for the files of a set that are not there yet; they are made in the background."""
    grant, files = _asked(request, asset)
    responsive.want(grant.version, files, now=timezone.now())
    query = urlencode({"variant": grant.variant.variant.public_id, "wanted": 1})
    return redirect(f"{reverse('pages:responsive', args=[request.company.slug, asset])}?{query}")


@require_safe
def responsive_archive(request: HttpRequest, asset: str) -> HttpResponseBase:
    """Give out a set with its snippet in one archive."""
    grant, files = _asked(request, asset)
    alt, _language = responsive.alt_for(grant.card.asset.alt_text, grant.variant.language)
    archive = sets.archive_of(
        grant=grant, files=files, snippet=responsive.snippet(files, alt), now=timezone.now()
    )
    taker = Taker(actor=f"user:{request.user.public_id}", via=Via.PAGE, user=request.user)
    return serve_set(request, archive, partner=request.company, taker=taker)
