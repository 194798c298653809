"""Bytes for partner pages: previews that are looked at, downloads that are taken. Both through the one check."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.core.errors import DomainError, NotFound, NotReady
from portal.downloads import services
from portal.downloads.serving import gives_bytes, serve
from portal.pages.takers import taker_of
from portal.renditions.selectors import ORIGINAL
from portal.renditions.services import CannotBeMade

#: The size under which the player of a video reads its captions.
CAPTIONS = "captions"

#: Stands where a picture cannot be shown now: browsers draw it whatever the status says.
NO_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
  <g fill="none" stroke="#8a8c94" stroke-linecap="round">
    <rect x="22" y="23" width="20" height="18" rx="3"/>
    <circle cx="28" cy="29" r="2"/>
    <path d="m23 39 6-5 4 3 4-5 5 5"/>
  </g>
</svg>
"""


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
        recipe=ORIGINAL if size == CAPTIONS else f"preview-{size}",
        language=request.GET.get("language"),
        variant=request.GET.get("variant"),
        version=int(number) if number else None,
        now=now,
    )
    try:
        rendition = services.preview(grant=grant, now=now)
    except (CannotBeMade, NotReady) as error:
        return _no_picture(error)
    response = serve(request, rendition, name=None, immutable=bool(number))
    if size == CAPTIONS and response.status_code < 300:
        # Known by their ending, whatever the media library calls them: a page shown from here would be one of ours.
        response["Content-Type"] = "text/vtt; charset=utf-8"
    return response


def _no_picture(error: DomainError) -> HttpResponse:
    response = HttpResponse(NO_PICTURE, status=error.status, content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    if isinstance(error, NotReady):
        response["Retry-After"] = str(error.retry_after)
    return response


@require_safe
def download(request: HttpRequest, asset: str, recipe: str) -> HttpResponseBase:
    """Give out one download size of one variant, and record that it was taken. No bytes, no record: HEAD, 304, 416."""
    now = timezone.now()
    grant = services.authorise_download(
        partner=request.company,
        asset_id=asset,
        recipe=recipe,
        language=request.GET.get("language"),
        variant=request.GET.get("variant"),
        now=now,
    )
    if grant.revision.recipe.is_preview:
        raise NotFound
    found = services.find(grant=grant, now=now)
    response = serve(request, found.rendition, name=found.name)
    if gives_bytes(request, response):
        part = response.status_code == 206
        services.note_taken(found=found, partner=request.company, taker=taker_of(request), now=now, part=part)
    return response
