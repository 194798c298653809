"""Forms of staff pages."""

from django import forms
from django.utils.translation import gettext_lazy as _


class StaffForm(forms.Form):
    """Whom to let into the staff pages. No password: they sign in by a code that is mailed to them."""

    email = forms.EmailField(
        label=_("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    administrator = forms.BooleanField(
        label=_("Administrator: may also let people in and out"), required=False
    )
