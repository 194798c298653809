"""Bytes for partner pages: previews that are looked at, downloads that are taken. Both through the one check."""

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.core.errors import NotFound
from portal.downloads import services
from portal.downloads.choices import Via
from portal.downloads.serving import serve


@require_safe
def preview(request: HttpRequest, asset: str, size: str) -> HttpResponseBase:
    """Show a picture small. An address that names the version may be kept for ever: its bytes never change."""
    number = request.GET.get("version", "")
    if number and not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound
    now = timezone.now()
    grant = services.authorise_download(
        partner=request.company,
        asset_id=asset,
        recipe=f"preview-{size}",
        language=request.GET.get("language"),
        version=int(number) if number else None,
        now=now,
    )
    rendition = services.preview(grant=grant, now=now)
    return serve(request, rendition, name=None, immutable=bool(number))


@require_safe
def download(request: HttpRequest, asset: str, recipe: str) -> HttpResponseBase:
    """Give out one download size of one variant, and record that it was taken. HEAD only describes it."""
    now = timezone.now()
    grant = services.authorise_download(
        partner=request.company, asset_id=asset, recipe=recipe, language=request.GET.get("language"), now=now
    )
    if grant.revision.recipe.is_preview:
        raise NotFound
    if request.method == "HEAD":
        rendition = services.rendition_for(grant=grant, now=now)
        name = services.file_name(grant.version, grant.revision, rendition)
    else:
        taker = services.Taker(actor=f"user:{request.user.public_id}", via=Via.PAGE, user=request.user)
        rendition, name = services.take(grant=grant, partner=request.company, taker=taker, now=now)
    return serve(request, rendition, name=name)
