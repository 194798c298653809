"""What a company says on its way."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.partners.choices import Role


class CompanyDataForm(forms.Form):
    """Are these data right? ``sha256`` binds the answer to what was shown."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Is everything right?"),
        choices=[("right", _("Yes, everything is right")), ("wrong", _("No, something is wrong"))],
        widget=forms.RadioSelect(attrs={"class": "check"}),
        error_messages={"required": _("Choose yes or no.")},
    )
    note = forms.CharField(
        label=_("What is wrong?"),
        required=False,
        max_length=2000,
        help_text=_("Only if something is. We correct it and let you look again."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict:
        data = super().clean() or {}
        if data.get("answer") == "wrong" and not data.get("note", "").strip():
            self.add_error("note", _("Please say what is wrong."))
        return data


class DocumentForm(forms.Form):
    """A text was read; ``revision`` binds the answer to the one that was shown."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class TermsForm(DocumentForm):
    """Terms are accepted by a tick of their own."""

    agreed = forms.BooleanField(
        label=_("I accept these terms for my company."),
        error_messages={"required": _("Tick the box to accept the terms.")},
    )


class PackForm(forms.Form):
    """All files of the version with this manifest are here."""

    manifest_sha256 = forms.RegexField("^[0-9a-f]{64}$", widget=forms.HiddenInput)


class ColleagueForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=_("Mail address of your colleague"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.MEMBER)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=lambda: settings.LANGUAGES)


class SystemForm(forms.Form):
    """What a system is called."""

    name = forms.CharField(
        label=_("Name of the system"),
        max_length=100,
        help_text=_("What you call it, for example “Webshop PIM”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CodeForm(forms.Form):
    """A code that lets a company begin."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        help_text=_("16 letters and digits from your invitation."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
