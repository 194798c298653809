"""The form of a download size's next revision."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.catalog.choices import Medium
from portal.renditions import name_templates
from portal.renditions.choices import ColourSpace, Fit, Format
from portal.renditions.models import Recipe, RecipeRevision
from portal.renditions.services import REVISION_FIELDS

_FORMATS = {
    Medium.IMAGE: (Format.ORIGINAL, Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF),
    # The pictures are a video's poster.
    Medium.VIDEO: (Format.ORIGINAL, Format.MP4, Format.WEBM, Format.JPEG, Format.PNG, Format.WEBP),
}
_PICTURES = {Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF}
#: Formats that tell a printer how large they are meant to be.
_WITH_DPI = {Format.JPEG, Format.PNG}
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
        help_text=gettext_lazy("Pixels; empty for no bound. The same number twice bounds the longest side."),
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
    max_bytes = forms.IntegerField(
        label=gettext_lazy("Most bytes"),
        required=False,
        min_value=2_000,
        max_value=500_000_000,
        help_text=gettext_lazy(
            "The best quality that weighs no more is searched. A file that cannot be that light is not given out."
        ),
    )
    colour_space = forms.ChoiceField(
        label=gettext_lazy("Colours"), required=False, choices=ColourSpace.choices
    )
    dpi = forms.IntegerField(
        label=gettext_lazy("Pixels per inch"),
        required=False,
        min_value=36,
        max_value=2400,
        help_text=gettext_lazy("Told to printers; changes no pixel. JPEG and PNG."),
    )
    seconds = forms.IntegerField(
        label=gettext_lazy("Seconds at most"),
        required=False,
        min_value=1,
        max_value=600,
        help_text=gettext_lazy("Of a video, from its beginning; empty for all of it."),
    )
    naming = forms.CharField(
        label=gettext_lazy("File name"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, *args, recipe: Recipe, last: RecipeRevision | None, **kwargs):
        if last is not None:
            kwargs.setdefault("initial", {name: getattr(last, name) for name in REVISION_FIELDS})
        super().__init__(*args, **kwargs)
        formats = _FORMATS.get(Medium(recipe.medium), (Format.ORIGINAL,))
        self.fields["format"].choices = [(each.value, each.label) for each in formats]
        self.fields["naming"].help_text = self._naming_help(last.naming if last else "")

    def clean_background(self) -> str:
        text = self.cleaned_data["background"].lstrip("#").lower()
        if text and not re.fullmatch(r"[0-9a-f]{6}", text):
            raise ValidationError(_("Write the colour as six hex digits, for example ffffff."))
        return text

    def _naming_help(self, template: str) -> str:
        text = _("Empty for the usual name. Fields: %(fields)s. Example: %(template)s makes %(name)s.")
        template = template or "{gtin}_{view}_{lang}"
        fields = " ".join(f"{{{name}}}" for name in name_templates.FIELDS)
        return text % {"fields": fields, "template": template, "name": name_templates.example(template)}

    def clean_naming(self) -> str:
        template = self.cleaned_data["naming"]
        if template:
            try:
                name_templates.parts(template)
            except name_templates.BadTemplate as error:
                sentences = {
                    "syntax": _("A field begins with { and ends with }."),
                    "field": _("There is no field {%(part)s}."),
                    "sign": _(
                        "“%(part)s” is not safe in file names. Use letters, digits, dot, hyphen and underscore."
                    ),
                    "same": _("Name {gtin} or {name}, or every file would be called the same."),
                }
                raise ValidationError(sentences[error.code] % {"part": error.part}) from None
        return template

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
        self._check_what_the_format_can(data)
        return data

    def _check_what_the_format_can(self, data: dict[str, Any]) -> None:
        if data["colour_space"] and data["format"] not in _PICTURES:
            self.add_error("colour_space", _("Only pictures have colours to be changed."))
        if data["dpi"] and data["format"] not in _WITH_DPI:
            self.add_error("dpi", _("Only JPEG and PNG tell a printer how large they are."))
        if data["seconds"] and data["format"] not in {Format.MP4, Format.WEBM}:
            self.add_error("seconds", _("Only MP4 and WebM last a time."))
