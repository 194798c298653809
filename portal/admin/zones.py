"""Protected zones: what no crop may cut, drawn by staff on a file's current version."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.catalog import library
from portal.catalog.models import AssetVersion
from portal.core.staff_admin import actor_of
from portal.downloads import embeds
from portal.renditions import protection
from portal.renditions.choices import ZoneKind
from portal.renditions.cropping import Box


class ZoneForm(forms.Form):
    """A box in pixels of the picture."""

    kind = forms.ChoiceField(label=gettext_lazy("Shows"), choices=ZoneKind.choices)
    left = forms.IntegerField(label=gettext_lazy("From the left"), min_value=0)
    top = forms.IntegerField(label=gettext_lazy("From the top"), min_value=0)
    part = forms.IntegerField(label=gettext_lazy("Width"), min_value=1)
    tall = forms.IntegerField(label=gettext_lazy("Height"), min_value=1)

    def __init__(self, *args: Any, version: AssetVersion, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.version = version

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        wide, high = self.version.width or 0, self.version.height or 0
        if not self.errors and (data["left"] + data["part"] > wide or data["top"] + data["tall"] > high):
            raise forms.ValidationError(_("The zone reaches beyond the picture."))
        return data

    def box(self) -> Box:
        """Return what was drawn as shares of the picture."""
        data, wide, high = self.cleaned_data, self.version.width or 1, self.version.height or 1
        return Box(data["left"] / wide, data["top"] / high, data["part"] / wide, data["tall"] / high)


@require_http_methods(["GET", "HEAD", "POST"])
def zones(request: HttpRequest, version: str) -> HttpResponse:
    """Show the zones of a file on one of its versions; draw one, or remove one."""
    found = library.get_version(version)
    if found is None or not (found.width and found.height):
        raise Http404
    held = protection.zones_of(found.variant)
    form = ZoneForm(version=found)
    if request.method == "POST" and "remove" in request.POST:
        for zone in held:
            if str(zone.pk) == request.POST["remove"]:
                protection.remove_zone(zone=zone, now=timezone.now(), actor=actor_of(request))
                messages.success(request, _("The zone is no longer protected."))
        return redirect("admin:zones", version)
    if request.method == "POST":
        form = ZoneForm(request.POST, version=found)
        if form.is_valid():
            kind = form.cleaned_data["kind"]
            now = timezone.now()
            with transaction.atomic():
                protection.draw_zone(
                    version=found, box=form.box(), kind=kind, now=now, actor=actor_of(request)
                )
                embeds.settle(variants=[found.variant_id], now=now)
            messages.success(request, _("No crop may cut this from now on, those ordered before included."))
            return redirect("admin:zones", version)
    context = {
        **admin.site.each_context(request),
        "title": _("Protected zones: %(name)s") % {"name": found.variant.name},
        "asset": found.variant.asset,
        "version": found,
        "zones": [
            (
                zone,
                {
                    "left": round(zone.left * (found.width or 0)),
                    "top": round(zone.top * (found.height or 0)),
                    "width": round(zone.width * (found.width or 0)),
                    "height": round(zone.height * (found.height or 0)),
                },
            )
            for zone in held
        ],
        "form": form,
    }
    return render(request, "admin/zones.html", context, status=422 if form.errors else 200)


admin.site.add_page("zones/<str:version>/", zones, name="zones")
