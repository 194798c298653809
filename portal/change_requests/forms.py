"""What a company says about a request it made. The form of a new one is the pages' own: it shows what is there."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.change_requests.services import LONGEST


class MessageForm(forms.Form):
    """Something to say."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write something.")},
    )


class ReopenForm(MessageForm):
    """What is still wrong."""

    text = forms.CharField(
        label=_("What is still missing or wrong?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what is still missing or wrong.")},
    )
