"""The form of an own size and crop: everything in pixels, of the file and of the whole picture."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.catalog.models import AssetVersion
from portal.renditions import own_sizes
from portal.renditions.choices import Format
from portal.renditions.cropping import Box
from portal.renditions.own_sizes import FORMATS, Wish

_LARGEST = 10_000


class OwnSizeForm(forms.Form):
    """``wish()`` is what was asked for, once the form is valid."""

    width = forms.IntegerField(label=gettext_lazy("Width"), min_value=16, max_value=_LARGEST)
    height = forms.IntegerField(label=gettext_lazy("Height"), min_value=16, max_value=_LARGEST)
    left = forms.IntegerField(label=gettext_lazy("From the left"), required=False, min_value=0)
    top = forms.IntegerField(label=gettext_lazy("From the top"), required=False, min_value=0)
    part = forms.IntegerField(label=gettext_lazy("Width of the part"), required=False, min_value=1)
    format = forms.ChoiceField(
        label=gettext_lazy("Format"), choices=[(one.value, one.label) for one in FORMATS]
    )
    quality = forms.IntegerField(
        label=gettext_lazy("Quality"),
        required=False,
        min_value=20,
        max_value=100,
        help_text=gettext_lazy("20 to 100; empty for the usual one. PNG has none."),
    )
    most_kilobytes = forms.IntegerField(
        label=gettext_lazy("Kilobytes at most"),
        required=False,
        min_value=5,
        max_value=100_000,
        help_text=gettext_lazy("Empty for any weight. The best quality that is light enough is used."),
    )
    padded = forms.BooleanField(label=gettext_lazy("The whole picture, with white around it"), required=False)

    def __init__(self, *args: Any, version: AssetVersion, **kwargs: Any):
        self.version = version
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given = [data.get(name) is not None for name in ("left", "top", "part")]
        if any(given) and not all(given):
            raise ValidationError(
                _("Give left, top and width of the part together, or none for the best part.")
            )
        if all(given) and not self.errors and not data.get("padded") and self._part(data) is None:
            raise ValidationError(_("The part reaches beyond the picture."))
        return data

    def _part(self, data: dict[str, Any]) -> Box | None:
        ratio = data["width"] / data["height"]
        return own_sizes.part_of(
            self.version, left=data["left"], top=data["top"], width=data["part"], ratio=ratio
        )

    def wish(self) -> Wish:
        """Return what was asked for."""
        data = self.cleaned_data
        return Wish(
            width=data["width"],
            height=data["height"],
            format=Format(data["format"]),
            part=self._part(data) if data["part"] and not data["padded"] else None,
            padded=data["padded"],
            quality=data["quality"],
            most_bytes=data["most_kilobytes"] * 1000 if data["most_kilobytes"] else None,
        )
