"""Forms of people's accounts."""

from zoneinfo import available_timezones

from allauth.account.forms import RequestLoginCodeForm
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _


class RequestCodeForm(RequestLoginCodeForm):
    """Reads the mail address under the name it has in the sign-in form, so that one form can do both."""

    def add_prefix(self, field_name: str) -> str:
        return "login" if field_name == "email" else super().add_prefix(field_name)


class InvitationForm(forms.Form):
    """What a new person says about themselves. The mail address is the invitation's."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password (optional)"),
        required=False,
        strip=False,
        max_length=200,
        help_text=_(
            "At least 12 characters. Without one you sign in with a code that we send to your mail address."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str | None:
        password = self.cleaned_data["password"]
        if not password:
            return None
        password_validation.validate_password(password)
        return password


def _zones() -> list[tuple[str, str]]:
    names = sorted(
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
    )
    return [("", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class AccountForm(forms.Form):
    """How a person is called, and the zone their times are shown in."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=_zones,
        help_text=_("Days and times on all pages are shown in it."),
    )
