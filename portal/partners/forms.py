"""Forms about companies."""

from collections.abc import Iterable

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.partners.choices import Role


class InviteForm(forms.Form):
    """Whom to invite into a company, and as what."""

    email = forms.EmailField(
        label=_("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.MEMBER)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=lambda: settings.LANGUAGES)


class ApiClientForm(forms.Form):
    """What a partner's system is called, and what it may do."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What the system is called at the partner, for example “Webshop PIM”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing the system may do.")},
    )

    def __init__(self, *args, scopes: Iterable[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        choices = list(scopes)
        self.fields["scopes"].choices = choices
        self.fields["scopes"].initial = [scope for scope, _label in choices]
