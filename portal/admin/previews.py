"""Pictures on staff pages: the portal's own previews of any version, withdrawn ones too."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from portal.catalog.choices import Medium
from portal.catalog.library import get_version
from portal.catalog.models import AssetVersion
from portal.core.errors import DomainError
from portal.core.templatetags.portal import icon
from portal.downloads.serving import serve
from portal.renditions import services
from portal.renditions.selectors import revision_for

_ICONS = {Medium.VIDEO: "play", Medium.DOCUMENT: "file"}


@require_safe
def preview(request: HttpRequest, version: str, size: str) -> HttpResponseBase:
    """Show one version small. Looking is not taking: nothing is recorded."""
    found = get_version(version)
    revision = revision_for(found, f"preview-{size}") if found else None
    if found is None or revision is None:
        raise Http404
    try:
        rendition = services.ensure(version=found, revision=revision, now=timezone.now(), wait_seconds=5)
    except DomainError:
        # A page of the list must not look broken because one picture is missing.
        body = render_to_string("admin/parts/no_picture.svg")
        response = HttpResponse(body, content_type="image/svg+xml", status=404)
        response["Cache-Control"] = "private, no-store"
        return response
    return serve(request, rendition, name=None, immutable=True)


def picture(version: AssetVersion | None, *, classes: str = "thumb", size: str = "480") -> SafeString:
    """Return a version's preview as an element, or a sign that there is none."""
    if version is None or version.medium not in {Medium.IMAGE, Medium.VECTOR}:
        name = _ICONS.get(version.medium, "file") if version else "image"
        return format_html('<span class="{} nopic">{}</span>', classes, icon(name))
    address = reverse("admin:preview", args=[version.public_id, size])
    return format_html('<img class="{}" src="{}" alt="" loading="lazy">', classes, address)


admin.site.add_page("preview/<str:version>/<slug:size>/", preview, name="preview")
