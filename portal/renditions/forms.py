"""The form of a download size's next revision."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.catalog.choices import Medium
from portal.renditions.choices import Fit, Format
from portal.renditions.models import Recipe, RecipeRevision
from portal.renditions.services import REVISION_FIELDS

_FORMATS = {
    Medium.IMAGE: (Format.ORIGINAL, Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF),
    Medium.VIDEO: (Format.ORIGINAL, Format.MP4, Format.WEBM),
}
_LARGEST = 10_000


class RevisionForm(forms.Form):
    """``cleaned_data`` holds a value for each of ``services.REVISION_FIELDS``."""

    width = forms.IntegerField(
        label=gettext_lazy("Width at most"),
        required=False,
        min_value=1,
        max_value=_LARGEST,
        help_text=gettext_lazy("Pixels; empty for no bound."),
    )
    height = forms.IntegerField(
        label=gettext_lazy("Height at most"),
        required=False,
        min_value=1,
        max_value=_LARGEST,
        help_text=gettext_lazy("Pixels; empty for no bound."),
    )
    fit = forms.ChoiceField(label=gettext_lazy("Fit"), choices=Fit.choices)
    format = forms.ChoiceField(label=gettext_lazy("Format"))
    quality = forms.IntegerField(
        label=gettext_lazy("Quality"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("1 to 100; empty for the library's own choice."),
    )
    background = forms.CharField(
        label=gettext_lazy("Background"),
        required=False,
        max_length=7,
        help_text=gettext_lazy("What padding and transparency become: ffffff for white."),
    )

    def __init__(self, *args, recipe: Recipe, last: RecipeRevision | None, **kwargs):
        if last is not None:
            kwargs.setdefault("initial", {name: getattr(last, name) for name in REVISION_FIELDS})
        super().__init__(*args, **kwargs)
        formats = _FORMATS.get(Medium(recipe.medium), (Format.ORIGINAL,))
        self.fields["format"].choices = [(each.value, each.label) for each in formats]

    def clean_background(self) -> str:
        text = self.cleaned_data["background"].lstrip("#").lower()
        if text and not re.fullmatch(r"[0-9a-f]{6}", text):
            raise ValidationError(_("Write the colour as six hex digits, for example ffffff."))
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        sized = data["width"] or data["height"]
        if data["fit"] != Fit.BOUND and not (data["width"] and data["height"]):
            self.add_error(
                "height", _("To cut or to pad to an exact size, both width and height are needed.")
            )
        if data["format"] == Format.ORIGINAL and (sized or data["quality"]):
            sentence = _("A file as delivered keeps its size and quality. Choose a format, or empty them.")
            self.add_error("format", sentence)
        return data
