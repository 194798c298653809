"""Forms of a company's own specifications."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.partners.choices import ChannelKind
from portal.renditions import own_rules, rulebooks
from portal.renditions.models import RecipeRevision, SpecificationRevision
from portal.renditions.verdict_words import MEASURES
from portal.renditions.verdicts.rules import MOST_NUMBER, BadSpecification, build_rule

#: Measures bounded by numbers, with the unit the form asks in and how many of ours one of it is.
BOUNDS = {
    "longest_side": (gettext_lazy("pixels"), 1),
    "shortest_side": (gettext_lazy("pixels"), 1),
    "width": (gettext_lazy("pixels"), 1),
    "height": (gettext_lazy("pixels"), 1),
    "ratio": (gettext_lazy("width divided by height"), 1),
    "bytes": (gettext_lazy("kB"), 1000),
    "dpi": (gettext_lazy("pixels per inch"), 1),
    "fill": (gettext_lazy("per cent"), 0.01),
    "margin": (gettext_lazy("pixels"), 1),
}
#: Measures of which there must be nothing.
NOTHING = {
    "off_white": gettext_lazy("The background is white, to the pixel"),
    "transparent": gettext_lazy("Nothing can be seen through"),
    "border": gettext_lazy("There is no frame"),
}


class SpecificationForm(forms.Form):
    """``data_to_keep()`` is what ``rulebooks.bring`` takes, once the form is valid."""

    title = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    channel = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ChannelKind.choices)
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Formats"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, name.upper().replace("WEBP", "WebP")) for name in own_rules.FORMATS],
    )
    colours = forms.BooleanField(label=gettext_lazy("Colours are sRGB"), required=False)
    pattern = forms.CharField(
        label=gettext_lazy("File name"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("A regular expression for the whole name, for example [0-9]{14}_.*[.]jpg"),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )
    table = forms.FileField(
        label=gettext_lazy("Or a table (CSV)"),
        required=False,
        help_text=gettext_lazy(
            "Columns: measure, least, most, one_of, pattern. Used instead of what is above."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def __init__(self, *args: Any, revision: SpecificationRevision | None, **kwargs: Any):
        self.revision = revision
        self.known = {rule["measure"]: rule for rule in revision.rules} if revision else {}
        if revision is not None:
            kwargs.setdefault("initial", self._initial(revision))
        super().__init__(*args, **kwargs)
        for measure in BOUNDS:
            for end in ("least", "most"):
                label = _("%(what)s, least") if end == "least" else _("%(what)s, most")
                self.fields[f"{measure}_{end}"] = forms.FloatField(
                    label=label % {"what": MEASURES[measure]},
                    required=False,
                    min_value=0,
                    max_value=MOST_NUMBER,
                )
        for measure, words in NOTHING.items():
            self.fields[measure] = forms.BooleanField(label=words, required=False)

    def _initial(self, revision: SpecificationRevision) -> dict[str, Any]:
        found: dict[str, Any] = {"title": revision.name, "channel": revision.specification.channel}
        for measure, (_unit, size) in BOUNDS.items():
            for end in ("least", "most"):
                value = self.known.get(measure, {}).get(end)
                found[f"{measure}_{end}"] = None if value is None else _short(value / size)
        found |= {measure: self.known.get(measure, {}).get("most") == 0 for measure in NOTHING}
        found["formats"] = self.known.get("format", {}).get("one_of", [])
        found["colours"] = self.known.get("colour", {}).get("one_of") == ["srgb"]
        found["pattern"] = self.known.get("file_name", {}).get("pattern", "")
        return found

    @property
    def bounds(self) -> list[tuple[str, str, forms.BoundField, forms.BoundField]]:
        """What is bounded by numbers: its name, the unit, and the two fields."""
        return [
            (str(MEASURES[measure]), str(unit), self[f"{measure}_least"], self[f"{measure}_most"])
            for measure, (unit, _size) in BOUNDS.items()
        ]

    @property
    def nothings(self) -> list[forms.BoundField]:
        return [self[measure] for measure in NOTHING]

    def clean_table(self) -> list[dict[str, Any]] | None:
        upload = self.cleaned_data["table"]
        if upload is None:
            return None
        table = own_rules.read_table(upload.read(own_rules.MOST_BYTES + 1))
        if table.problems:
            raise ValidationError(
                [_("Line %(number)d: %(text)s") % {"number": n, "text": text} for n, text in table.problems]
            )
        return table.rules

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        rules = data["table"] if data.get("table") is not None else self._rules(data)
        try:
            for number, rule in enumerate(rules, 1):
                build_rule(number, rule)
            if not rules:
                raise BadSpecification("no rules", code="count")
        except BadSpecification as error:
            raise ValidationError(own_rules.problem_text(error)) from None
        data["rules"] = rules
        return data

    def _rules(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        said: dict[str, dict[str, Any]] = {}
        for measure, (_unit, size) in BOUNDS.items():
            ends = {end: data.get(f"{measure}_{end}") for end in ("least", "most")}
            if bound := {end: _short(value * size) for end, value in ends.items() if value is not None}:
                said[measure] = bound
        said |= {measure: {"most": 0} for measure in NOTHING if data.get(measure)}
        if data["formats"]:
            said["format"] = {"one_of": data["formats"]}
        if data["colours"]:
            said["colour"] = {"one_of": ["srgb"]}
        if data["pattern"]:
            said["file_name"] = {"pattern": data["pattern"]}
        asked = {*BOUNDS, *NOTHING, "format", "colour", "file_name"}
        kept = [rule for measure, rule in self.known.items() if measure not in asked]
        named = ("id", "source", "date")
        return [
            *(
                {"measure": m, **bound, **{n: v for n, v in self.known.get(m, {}).items() if n in named}}
                for m, bound in said.items()
            ),
            *kept,
        ]

    def data_to_keep(self) -> dict[str, Any]:
        """Return the specification as plain data."""
        title = self.cleaned_data["title"]
        if self.revision is not None:
            key = self.revision.specification.key
        else:
            key = slugify(title)[:40].strip("-") or rulebooks.free_key()
        return {
            "key": key,
            "title": title,
            "channel": self.cleaned_data["channel"],
            "rules": self.cleaned_data["rules"],
        }


class CheckForm(forms.Form):
    """Which download size of the whole catalogue to check."""

    recipe = forms.TypedChoiceField(label=gettext_lazy("Download size"), coerce=int)

    def __init__(self, *args: Any, sizes: list[RecipeRevision], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["recipe"].choices = [(one.pk, one.recipe.name) for one in sizes]


def _short(number: float) -> float:
    """Return a whole number as one, and others without the dust of their binary form."""
    number = round(number, 6)
    return int(number) if number == int(number) else number
