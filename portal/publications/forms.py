"""The form of a routing rule: lists as people type them, checked in words."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.catalog.choices import AssetKind
from portal.partners.choices import CommunityStatus
from portal.partners.models import Community
from portal.publications.models import RoutingRule
from portal.publications.rules import FIELDS

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
CONDITIONS = tuple(name for name in FIELDS if name not in {"name", "is_active"})


def check_digit(digits: str) -> str:
    """Return the last digit a GTIN must have (GS1 General Specifications, 7.9), from its first 13 digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


class WordsField(forms.CharField):
    """A list, one entry per line or with commas between. ``splitter`` tells where one entry ends."""

    def __init__(
        self, *, splitter: str = r"[\n,]", joiner: str = "\n", longest: int = 200, rows: int = 2, **kwargs
    ):
        self.splitter, self.joiner, self.longest = re.compile(splitter), joiner, longest
        widget = forms.Textarea(attrs={"rows": rows, "autocomplete": "off", "spellcheck": "false"})
        super().__init__(required=False, max_length=20_000, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return self.joiner.join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        text = str(super().to_python(value) or "")
        parts = (" ".join(part.split()) for part in self.splitter.split(text.replace("\r", "\n")))
        words = list(dict.fromkeys(part for part in parts if part))
        if long := next((word for word in words if len(word) > self.longest), ""):
            raise ValidationError(
                _("“%(value)s…” is too long: one entry has at most %(most)d characters. Is a comma missing?"),
                params={"value": long[:40], "most": self.longest},
            )
        return words

    def run_validators(self, value: Any) -> None:
        """The length of what was typed was checked before it was taken apart."""


class MetadataField(forms.CharField):
    """One line per key: ``campaign: Winter Kitchen, Breakfast Table``."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False, widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}), **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{key}: {', '.join(_as_list(values))}" for key, values in value.items())

    def to_python(self, value: Any) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for line in str(super().to_python(value) or "").splitlines():
            if not line.strip():
                continue
            key, colon, rest = line.partition(":")
            values = [part.strip() for part in rest.split(",") if part.strip()]
            if not colon or not key.strip() or not values:
                raise ValidationError(
                    _(
                        "“%(line)s” cannot be read. Write the key, a colon and the values: campaign: Winter Kitchen"
                    ),
                    params={"line": line.strip()},
                )
            found.setdefault(key.strip(), []).extend(values)
        return found

    def run_validators(self, value: Any) -> None:
        """There is nothing more to check once the lines were read."""


def _as_list(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


class RuleForm(forms.Form):
    """Everything a routing rule says. ``cleaned_data`` holds a value for each of ``rules.FIELDS``, and communities."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    is_active = forms.BooleanField(label=gettext_lazy("In force"), required=False, initial=True)
    folders = WordsField(
        label=gettext_lazy("Folders"),
        # A folder's name may have a comma in it; a new entry begins with a slash.
        splitter=r"\n|,\s*(?=/)",
        longest=1000,
        help_text=gettext_lazy("The folder and everything below it: /Norrvik Pantry. One per line."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Types"),
        choices=AssetKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check"}),
    )
    brands = WordsField(label=gettext_lazy("Brands"))
    gtins = WordsField(
        label=gettext_lazy("Products"),
        splitter=r"[\n,;\s]",
        help_text=gettext_lazy("GTINs. Shorter barcodes get their zeros in front by themselves."),
    )
    markets = WordsField(
        label=gettext_lazy("Markets"),
        splitter=r"[\n,;\s]",
        joiner=", ",
        rows=1,
        help_text=gettext_lazy("Two letters each: DE, AT. A file without markets is meant for all."),
    )
    languages = WordsField(
        label=gettext_lazy("Languages"),
        longest=12,
        splitter=r"[\n,;\s]",
        joiner=", ",
        rows=1,
        help_text=gettext_lazy("For example de, ar. A file without words fits every language."),
    )
    tags = WordsField(label=gettext_lazy("Tags"), help_text=gettext_lazy("One per line, or with commas."))
    labels = WordsField(label=gettext_lazy("Labels"), help_text=gettext_lazy("One per line, or with commas."))
    metadata = MetadataField(
        label=gettext_lazy("Metadata"),
        help_text=gettext_lazy("One key per line: campaign: Winter Kitchen, Breakfast Table"),
    )
    communities = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Into these communities"),
        queryset=Community.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check"}),
        error_messages={
            "required": gettext_lazy("Choose at least one community: the rule leads nowhere otherwise.")
        },
    )

    def __init__(self, *args, rule: RoutingRule | None = None, brands: Iterable[str] = (), **kwargs):
        self.rule = rule
        if rule is not None:
            values = {name: getattr(rule, name) for name in FIELDS}
            kwargs.setdefault("initial", {**values, "communities": [c.pk for c in rule.communities.all()]})
        super().__init__(*args, **kwargs)
        open_ones = Community.objects.filter(status=CommunityStatus.ACTIVE)
        if rule is not None:
            open_ones = open_ones | Community.objects.filter(routing_rules=rule)
        self.fields["communities"].queryset = open_ones.distinct().order_by("name", "pk")
        if known := ", ".join(brands):
            self.fields["brands"].help_text = _("In the library: %(brands)s.") % {"brands": known}

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        taken = RoutingRule.objects.filter(name__iexact=name)
        if taken.exclude(pk=self.rule.pk if self.rule else None).exists():
            raise ValidationError(_("There is a rule called “%(name)s” already."), params={"name": name})
        return name

    def clean_folders(self) -> list[str]:
        folders = [folder.rstrip("/") or "/" for folder in self.cleaned_data["folders"]]
        self._refuse(
            [folder for folder in folders if not folder.startswith("/")],
            _("“%(value)s” does not begin with a slash. Write /%(value)s."),
        )
        return list(dict.fromkeys(folders))

    def clean_gtins(self) -> list[str]:
        gtins = [re.sub(r"[-.]", "", text) for text in self.cleaned_data["gtins"]]
        self._refuse(
            [text for text in gtins if not re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", text)],
            _("“%(value)s” is no GTIN. A GTIN has 8, 12, 13 or 14 digits and nothing else."),
        )
        gtins = [text.zfill(14) for text in gtins]
        self._refuse(
            [text for text in gtins if check_digit(text[:13]) != text[13]],
            _("“%(value)s” has a wrong check digit. Look at the digits once more."),
        )
        return list(dict.fromkeys(gtins))

    def clean_markets(self) -> list[str]:
        markets = [text.upper() for text in self.cleaned_data["markets"]]
        self._refuse(
            [text for text in markets if not re.fullmatch(r"[A-Z]{2}", text)],
            _("“%(value)s” is no market. Write two letters, such as DE."),
        )
        return list(dict.fromkeys(markets))

    def clean_languages(self) -> list[str]:
        self._refuse(
            [text for text in self.cleaned_data["languages"] if not _LANGUAGE.fullmatch(text)],
            _("“%(value)s” is no language. Write its code, such as de or de-AT."),
        )
        codes = (text.partition("-") for text in self.cleaned_data["languages"])
        return list(dict.fromkeys(f"{main.lower()}{dash}{rest.upper()}" for main, dash, rest in codes))

    def _refuse(self, values: Iterable[str], sentence: str) -> None:
        if errors := [ValidationError(sentence, params={"value": value}) for value in values]:
            raise ValidationError(errors)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(data.get(name) for name in CONDITIONS):
            raise ValidationError(
                _("Fill in at least one condition. A rule without any would match nothing.")
            )
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """The valid form as ``rules.save_rule`` takes it."""
        return {name: self.cleaned_data[name] for name in FIELDS}

    def as_rule(self) -> RoutingRule:
        """Return the valid form as a rule that is not saved."""
        return RoutingRule(**self.facts)
