"""How staff put programmes and texts together."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.onboarding.choices import DocumentKind, StepKind
from portal.onboarding.models import OnboardingDocument, Programme, ProgrammeStep
from portal.onboarding.programmes import Planned
from portal.packs.models import Pack
from portal.partners.choices import PartnerKind

_LANGUAGE = re.compile(r"([a-z]{2,3}(?:-[A-Za-z0-9]+)*):\s*(.+)")
#: Rows of steps that are offered at least, and empty ones behind the filled.
_SPARE = 3
MOST_STEPS = 20


class TextsField(forms.CharField):
    """A text in several languages: one line each, ``de: Willkommen``; a line without a language is English."""

    def __init__(self, **kwargs: Any):
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{language}: {text}" for language, text in value.items())
        return value

    def clean(self, value: Any) -> Any:
        texts: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            found = _LANGUAGE.fullmatch(line.strip())
            language, text = found.groups() if found else ("en", line.strip())
            if language in texts:
                raise forms.ValidationError(_("%(language)s stands there twice.") % {"language": language})
            texts[language] = text
        return texts


class WordsField(forms.CharField):
    """Codes, separated by commas or blanks."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return list(dict.fromkeys(re.split(r"[,\s]+", super().clean(value).strip()))) if value else []


class ProgrammeForm(forms.Form):
    """Whom a programme is for. Nothing chosen means everybody."""

    title = TextsField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("One line per language: “de: Willkommen”. Without a language it is English."),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of companies"),
        choices=PartnerKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    regions = WordsField(
        label=gettext_lazy("Regions"),
        required=False,
        help_text=gettext_lazy("As in the Trading Grid: DACH, GULF"),
    )
    languages = WordsField(
        label=gettext_lazy("Languages"), required=False, help_text=gettext_lazy("BCP 47: de, fr")
    )


class StepForm(forms.Form):
    """One step. A row without a kind is left out."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Step"), choices=[("", "–"), *StepKind.choices], required=False
    )
    due_days = forms.IntegerField(
        label=gettext_lazy("Due after days"), min_value=1, max_value=365, initial=14, required=False
    )
    is_optional = forms.BooleanField(label=gettext_lazy("Optional"), required=False)
    document = forms.ModelChoiceField(
        OnboardingDocument.objects.order_by("key"), label=gettext_lazy("Text"), required=False
    )
    pack = forms.ModelChoiceField(
        Pack.objects.filter(closed_at=None).order_by("slug"), label=gettext_lazy("Pack"), required=False
    )
    title = TextsField(label=gettext_lazy("Own title"), required=False)
    text = TextsField(label=gettext_lazy("What to say"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("kind")
        if not kind:
            return data
        document = data.get("document")
        if StepKind(kind).has_document and (document is None or document.kind != kind):
            self.add_error("document", _("Choose a text of this kind."))
        if kind == StepKind.PACK and data.get("pack") is None:
            self.add_error("pack", _("Choose the pack."))
        if kind == StepKind.OTHER and not data.get("title"):
            self.add_error("title", _("Say what is to be done."))
        return data

    @property
    def planned(self) -> Planned | None:
        """The step as it is saved, ``None`` for an empty row."""
        data = self.cleaned_data
        if not data.get("kind"):
            return None
        kind = StepKind(data["kind"])
        return Planned(
            kind=kind,
            due_days=data["due_days"] or 14,
            title=data["title"],
            text=data["text"],
            is_optional=data["is_optional"],
            document=data["document"] if kind.has_document else None,
            pack=data["pack"] if kind == StepKind.PACK else None,
        )


StepFormSet = forms.formset_factory(StepForm, extra=_SPARE, max_num=MOST_STEPS, validate_max=True)


def initial_of(programme: Programme) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what the forms show of a programme: its own facts, and one dict per step."""
    names = ("kind", "due_days", "is_optional", "document", "pack", "title", "text")
    steps: list[ProgrammeStep] = list(programme.steps.select_related("document", "pack").order_by("number"))
    own = {name: getattr(programme, name) for name in ("title", "kinds", "regions", "languages")}
    return own, [{name: getattr(step, name) for name in names} for step in steps]


class DocumentForm(forms.Form):
    """A text, and what it says in each language of the portal."""

    key = forms.SlugField(
        label=gettext_lazy("Key"),
        max_length=40,
        help_text=gettext_lazy("Names the text for good: media-terms"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=DocumentKind.choices)
    title = TextsField(label=gettext_lazy("Title"), help_text=gettext_lazy("One line per language."))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for language, name in settings.LANGUAGES:
            self.fields[f"body_{language}"] = forms.CharField(
                label=name,
                required=language == "en",
                max_length=50_000,
                widget=forms.Textarea(attrs={"rows": 8, "lang": language, "dir": "auto"}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        known = OnboardingDocument.objects.filter(key=data.get("key")).first()
        if known is not None and data.get("kind") and known.kind != data["kind"]:
            self.add_error("kind", _("This text is of another kind."))
        return data

    @property
    def body(self) -> dict[str, str]:
        """The languages that have a text."""
        found = {
            language: self.cleaned_data[f"body_{language}"].strip() for language, _name in settings.LANGUAGES
        }
        return {language: text.replace("\r\n", "\n") for language, text in found.items() if text}


def initial_of_document(document: OnboardingDocument) -> dict[str, Any]:
    """Return what the form shows of a text."""
    revision = document.current
    bodies = {f"body_{language}": text for language, text in (revision.body if revision else {}).items()}
    return {
        "key": document.key,
        "kind": document.kind,
        "title": revision.title if revision else {},
        **bodies,
    }
