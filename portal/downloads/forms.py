"""Forms about downloads."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.downloads.shares import LONGEST, MOST_RECIPIENTS


class ShareForm(forms.Form):
    """Who gets a link, for how long, and how often it may be used."""

    title = forms.CharField(label=gettext_lazy("What is it"), max_length=120, required=False)
    emails = forms.CharField(
        label=gettext_lazy("Who gets it"),
        help_text=gettext_lazy("Mail addresses, divided by commas or lines. Each gets a link of their own."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        max_length=10_000,
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it ends"), min_value=1, max_value=LONGEST.days, initial=14
    )
    most_downloads = forms.IntegerField(
        label=gettext_lazy("Downloads for each at most"),
        help_text=gettext_lazy("Empty for any number."),
        min_value=1,
        max_value=10_000,
        required=False,
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("Empty for none. It is not mailed: tell it in another way."),
        min_length=8,
        max_length=100,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_emails(self) -> list[str]:
        found = [
            one.strip() for one in self.cleaned_data["emails"].replace(";", ",").replace("\n", ",").split(",")
        ]
        emails = list(dict.fromkeys(one.lower() for one in found if one))
        for email in emails:
            try:
                validate_email(email)
            except forms.ValidationError as error:
                raise forms.ValidationError(
                    _("“%(text)s” is no mail address.") % {"text": email[:100]}
                ) from error
        if not 1 <= len(emails) <= MOST_RECIPIENTS:
            raise forms.ValidationError(_("Name 1 to %(count)d people.") % {"count": MOST_RECIPIENTS})
        return emails

    def facts(self) -> dict[str, Any]:
        """Return what ``shares.share`` takes."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "emails": data["emails"],
            "expires_at": timezone.now() + timedelta(days=data["days"]),
            "most_downloads": data["most_downloads"],
            "password": data["password"],
        }
