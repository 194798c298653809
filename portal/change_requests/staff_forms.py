"""What staff say about a request. Words are in English, as all staff pages."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.change_requests import selectors
from portal.change_requests.models import ChangeRequest
from portal.change_requests.services import LONGEST
from portal.core.errors import DomainError
from portal.publications import selectors as publications
from portal.renditions import selectors as renditions

_ASSET = re.compile(r"ast_[a-z2-7]{16}")
_ROWS = {"rows": 3}


class TakeForm(forms.Form):
    due_on = forms.DateField(
        label=gettext_lazy("Expected on"),
        required=False,
        help_text=gettext_lazy("The company is shown it. Empty leaves it as it is."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class SayForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("To the company"), max_length=LONGEST, widget=forms.Textarea(attrs=_ROWS)
    )


class ResolveForm(forms.Form):
    """``cleaned_data`` holds what ``services.resolve`` takes: the rows themselves."""

    asset = forms.CharField(
        label=gettext_lazy("Asset that is there now"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Its id, or the address of its page. The company must see it."),
    )
    recipe = forms.ChoiceField(label=gettext_lazy("In the download size"), required=False)
    text = forms.CharField(
        label=gettext_lazy("In words"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs=_ROWS),
    )

    def __init__(self, *args: Any, request: ChangeRequest, now: datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.request, self.now = request, now
        self.recipes = {one.recipe.key: one.recipe for one in renditions.current_revisions()}
        choice = self.fields["recipe"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            ("", _("None")),
            *((key, recipe.name) for key, recipe in self.recipes.items()),
        ]

    def clean_asset(self) -> Any:
        text = self.cleaned_data["asset"].strip()
        if not text:
            return None
        named = _ASSET.search(text)
        try:
            if named is None:
                raise forms.ValidationError(_("An id looks like ast_ and 16 letters and digits."))
            return publications.get_asset(self.request.partner, named[0], at=self.now).asset
        except DomainError as error:
            text = _("%(company)s does not see this asset. Publish it into one of its communities first.")
            raise forms.ValidationError(text % {"company": self.request.partner}) from error

    def clean_recipe(self) -> Any:
        return self.recipes.get(self.cleaned_data["recipe"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not (data.get("text") or data.get("asset") or data.get("recipe")):
            raise forms.ValidationError(_("Say what is there now: an asset, a download size, or in words."))
        return data


class RejectForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Why it cannot be done"), max_length=LONGEST, widget=forms.Textarea(attrs=_ROWS)
    )


class DuplicateForm(forms.Form):
    """``cleaned_data["of"]`` is the other request."""

    of = forms.CharField(
        label=gettext_lazy("Number of the other request"),
        max_length=40,
        help_text=gettext_lazy("Of the same company, such as R-2417."),
    )

    def __init__(self, *args: Any, request: ChangeRequest, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_of(self) -> ChangeRequest:
        found = selectors.find(self.cleaned_data["of"])
        if found is None or found.partner_id != self.request.partner_id:
            raise forms.ValidationError(_("This company has no such request."))
        return found
