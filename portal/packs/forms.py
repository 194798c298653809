"""What people fill in about packs."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.packs.choices import Answer, Reason
from portal.packs.confirming import Given

#: Answer -> what it means, in the partner's words.
MEANINGS = {
    Answer.IN_USE: gettext_lazy("It is live in a channel"),
    Answer.RECEIVED: gettext_lazy("We have it and will use it"),
    Answer.REVIEW: gettext_lazy("Something is unclear"),
    Answer.REFUSED: gettext_lazy("We cannot use it"),
}


class AnswerForm(forms.Form):
    """
    One answer, about one file (``sha256``) or every file that is still asked for (``manifest``). It is bound to the
    bytes it was shown for.
    """

    manifest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput, required=False)
    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[(answer.value, answer.label) for answer in MEANINGS],
        widget=forms.RadioSelect(attrs={"class": "check"}),
    )
    place = forms.CharField(
        label=gettext_lazy("Where is it live?"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Your shop, a marketplace, a catalogue: whatever you call it."),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[("", gettext_lazy("Please choose")), *Reason.choices],
        required=False,
    )
    text = forms.CharField(
        label=gettext_lazy("In a sentence"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def clean(self):
        data = super().clean()
        answer = data.get("answer")
        if answer and Answer(answer).needs_reason:
            if not data.get("reason"):
                self.add_error("reason", _("Please choose a reason."))
            if not data.get("text"):
                self.add_error("text", _("Please say in a sentence what is wrong."))
        return data

    @property
    def given(self) -> Given:
        """The answer of a valid form."""
        data = self.cleaned_data
        return Given(data["sha256"], Answer(data["answer"]), data["reason"], data["text"], data["place"])
