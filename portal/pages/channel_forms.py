"""Forms of a company's channels."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.partners.choices import ChannelKind
from portal.partners.models import Channel
from portal.renditions.models import RecipeRevision, SpecificationRevision


class ChannelForm(forms.Form):
    """``cleaned_data`` holds what ``partners.channels.save_channel`` takes, row numbers where it takes those."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("As your people call the place: “Amazon DE”, “Autumn catalogue”."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ChannelKind.choices)
    specification = forms.TypedChoiceField(
        label=_("Specification"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Every download size of this channel is checked against these rules."),
    )
    recipes = forms.TypedMultipleChoiceField(
        label=_("Download sizes"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one download size.")},
    )

    def __init__(
        self,
        *args: Any,
        channel: Channel | None,
        specifications: list[SpecificationRevision],
        sizes: list[RecipeRevision],
        **kwargs: Any,
    ):
        if channel is not None:
            kwargs.setdefault(
                "initial",
                {
                    "name": channel.name,
                    "kind": channel.kind,
                    "specification": channel.specification_id,
                    "recipes": [recipe.pk for recipe in channel.recipes.all()],
                },
            )
        super().__init__(*args, **kwargs)
        self.fields["specification"].choices = [
            ("", _("None")),
            *((one.specification_id, one.name) for one in specifications),
        ]
        self.fields["recipes"].choices = [(one.recipe_id, one.recipe.name) for one in sizes]


class TestPictureForm(forms.Form):
    """One picture of the partner's own."""

    picture = forms.FileField(
        label=_("Picture"),
        max_length=255,
        help_text=_("JPEG, PNG, WebP, AVIF or TIFF, at most 25 MB. It is measured and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )
