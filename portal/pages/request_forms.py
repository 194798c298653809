"""The form of a new request: filled from an address, from what was typed, or empty."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from portal.catalog.choices import View
from portal.change_requests.choices import GROUPS
from portal.change_requests.services import LONGEST
from portal.change_requests.wishes import HEAVIEST, LARGEST
from portal.core.labels import LANGUAGES, MARKETS, language_name, market_name
from portal.downloads import products
from portal.pages.products import PROBLEMS
from portal.partners import channels
from portal.partners.models import Partner
from portal.renditions.choices import Fit, Format

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_KB = 1000
_NONE = ("", gettext_lazy("No matter"))
_DIRECTIONS = {"dir": "ltr", "autocomplete": "off"}


class RequestForm(forms.Form):
    """
    ``facts()`` is what ``wishes.read`` takes. ``asset`` and ``variant`` are ids that an address or the form itself
    carries; whether the company may know them, ``wishes.read`` decides.
    """

    asset = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    variant = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you ask?"),
        error_messages={"required": gettext_lazy("Choose why you ask.")},
    )
    gtin = forms.CharField(
        label="GTIN",
        required=False,
        max_length=40,
        help_text=gettext_lazy("Of the product, with 8, 12, 13 or 14 digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", **_DIRECTIONS}),
    )
    view = forms.ChoiceField(
        label=gettext_lazy("View"),
        required=False,
        choices=[_NONE, *((one.value, one.label) for one in View if one.value)],
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    market = forms.ChoiceField(label=gettext_lazy("Market"), required=False)
    captions = forms.BooleanField(label=gettext_lazy("With captions"), required=False)
    width = forms.IntegerField(label=gettext_lazy("Width"), required=False, min_value=1, max_value=LARGEST)
    height = forms.IntegerField(label=gettext_lazy("Height"), required=False, min_value=1, max_value=LARGEST)
    fit = forms.ChoiceField(label=gettext_lazy("Shape"), required=False, choices=[_NONE, *Fit.choices])
    format = forms.ChoiceField(label=gettext_lazy("Format"), required=False, choices=[_NONE, *Format.choices])
    most_kb = forms.IntegerField(
        label=gettext_lazy("At most, in kB"), required=False, min_value=1, max_value=HEAVIEST // _KB
    )
    background = forms.RegexField(
        r"^#?([0-9a-fA-F]{6}|transparent)$",
        label=gettext_lazy("Background"),
        required=False,
        help_text=gettext_lazy("Six hex digits, ffffff for white; or transparent."),
        error_messages={
            "invalid": gettext_lazy("Write a colour as six hex digits, ffffff for white; or transparent.")
        },
        widget=forms.TextInput(attrs=_DIRECTIONS),
    )
    channel = forms.ChoiceField(label=gettext_lazy("For which channel?"), required=False)
    channel_code = forms.CharField(
        label=gettext_lazy("What does the channel say?"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Its code or message, if it refuses a file."),
    )
    needed_by = forms.DateField(
        label=gettext_lazy("Needed by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("Write the day as 2026-11-18.")},
    )
    note = forms.CharField(
        label=gettext_lazy("In your words"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy("What it is for, and anything the fields do not say."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    #: The fields as the page groups them.
    SUBJECT = ("gtin", "view", "language", "market", "captions")
    SHAPE = ("width", "height", "fit", "format", "most_kb", "background")

    def __init__(self, *args: Any, company: Partner, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [
            (str(name), [(one.value, one.label) for one in reasons]) for name, reasons in GROUPS
        ]
        own = [*company.languages, *(code for code in LANGUAGES if code not in company.languages)]
        markets = [*company.markets, *(code for code in MARKETS if code not in company.markets)]
        self._choose("language", own, language_name)
        self._choose("market", markets, market_name)
        names = {one.public_id: one.name for one in channels.channels_of(company)}
        self._choose("channel", list(names), names.__getitem__)

    def _choose(self, name: str, codes: list[str], label: Any) -> None:
        given = str(self.data.get(name) or self.initial.get(name) or "")
        # An address may ask for a language that is not among the usual ones.
        if name == "language" and given and given not in codes and _LANGUAGE.fullmatch(given):
            codes = [*codes, given]
        self.fields[name].choices = [_NONE, *((code, label(code)) for code in codes)]

    def clean_gtin(self) -> str:
        text = self.cleaned_data["gtin"].strip()
        if not text:
            return ""
        (given,) = products.each_once([text.replace(" ", "")])
        if given.problem:
            raise forms.ValidationError(PROBLEMS[given.problem])
        return given.gtin

    def clean_background(self) -> str:
        return self.cleaned_data["background"].lower().lstrip("#")

    def facts(self) -> dict[str, Any]:
        """Return what was said, each member as ``wishes.read`` takes it."""
        data = dict(self.cleaned_data)
        kilobytes = data.pop("most_kb", None)
        return {**data, "most_bytes": kilobytes * _KB if kilobytes else None}


def fill(company: Partner, query: QueryDict) -> dict[str, Any]:
    """
    Return what an address says as the form's first contents. It comes from anywhere: what is no value of its field is
    left out, what no field is called is passed over, and nothing is complained about.
    """
    given: Mapping[str, Any] = {name: query[name] for name in RequestForm.base_fields if name in query}
    form = RequestForm(given, company=company)
    form.errors  # noqa: B018 - reading them validates
    return {name: form.cleaned_data[name] for name in given if form.cleaned_data.get(name)}
