"""What staff fill in to compose a pack."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.catalog.models import Variant
from portal.packs.choices import Purpose, Required
from portal.packs.models import Pack
from portal.packs.overview import chosen_variants
from portal.packs.services import RULE_FIELDS
from portal.partners.choices import CommunityStatus
from portal.partners.models import Community
from portal.publications.forms import RuleForm, WordsField
from portal.renditions.models import Recipe

_LANGUAGES = [(code, name) for code, name in settings.LANGUAGES]


class ComposeForm(RuleForm):
    """
    Everything a pack is: its facts, what it holds by rule and by hand, for whom, from when on, and its terms. The
    rule's conditions are those of a routing rule.
    """

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Purpose.choices)
    asks = forms.ChoiceField(
        label=gettext_lazy("Ask for"),
        choices=Required.choices,
        required=False,
        help_text=gettext_lazy("The least answer wanted for every file."),
    )
    asks_within_days = forms.IntegerField(
        label=gettext_lazy("Answer within days"), min_value=1, max_value=365, initial=14
    )
    embargo_until = forms.DateTimeField(
        label=gettext_lazy("Not before"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        help_text=gettext_lazy("No partner sees the pack before. In your own time zone."),
    )
    picks = WordsField(
        label=gettext_lazy("Files by hand"),
        longest=1000,
        rows=4,
        splitter=r"\n",
        help_text=gettext_lazy("One per line: the id of an asset or variant, or the whole path in the DAM."),
    )
    recipes = forms.ModelMultipleChoiceField(
        label=gettext_lazy("In these download sizes"),
        queryset=Recipe.objects.none(),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check"}),
        error_messages={"required": gettext_lazy("Choose at least one download size.")},
    )

    def __init__(self, *args, pack: Pack | None = None, **kwargs):
        self.pack = pack
        if pack is not None:
            kwargs["initial"] = _initial(pack)
        super().__init__(*args, **kwargs)
        del self.fields["name"], self.fields["is_active"]
        for code, name in _LANGUAGES:
            is_first = code == "en"
            self.fields[f"title_{code}"] = forms.CharField(label=name, max_length=120, required=is_first)
            self.fields[f"terms_{code}"] = forms.CharField(
                label=name, max_length=20_000, required=False, widget=forms.Textarea({"rows": 3})
            )
        communities = self.fields["communities"]
        communities.label = _("For the partners in")
        communities.error_messages["required"] = _(
            "Choose at least one community: nobody gets the pack otherwise."
        )
        if pack is not None:
            shown = Q(status=CommunityStatus.ACTIVE) | Q(packs=pack)
            _offer(communities, Community.objects.filter(shown).distinct().order_by("name", "pk"))
        sizes = Recipe.objects.filter(is_active=True, is_preview=False)
        _offer(self.fields["recipes"], sizes.order_by("medium", "position", "pk"))

    def clean_picks(self) -> list[Variant]:
        found, unknown = chosen_variants(self.cleaned_data["picks"])
        self._refuse(unknown, _("There is no file “%(value)s” in the library."))
        return found

    def clean(self) -> dict[str, Any]:
        data = forms.Form.clean(self) or self.cleaned_data
        if not self.errors and not data.get("picks") and not self._has_rule:
            raise ValidationError(_("Fill in a condition or name files: the pack would hold nothing."))
        return data

    @property
    def _has_rule(self) -> bool:
        return any(self.cleaned_data.get(name) for name in RULE_FIELDS)

    # -- The valid form, as the services take it ----------------------------------------------------------------------
    @property
    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "title": self._texts("title"),
            "purpose": data["purpose"],
            "asks": data["asks"],
            "asks_within_days": data["asks_within_days"],
            "embargo_until": data["embargo_until"],
        }

    @property
    def terms(self) -> dict[str, str]:
        return self._texts("terms")

    @property
    def chosen(self) -> list[tuple[Variant, Recipe]]:
        sizes = list(self.cleaned_data["recipes"])
        return [(variant, size) for variant in self.cleaned_data["picks"] for size in sizes]

    @property
    def rules(self) -> list[tuple[dict[str, Any], list[Recipe]]]:
        if not self._has_rule:
            return []
        conditions = {name: self.cleaned_data[name] for name in RULE_FIELDS}
        return [(conditions, list(self.cleaned_data["recipes"]))]

    def _texts(self, name: str) -> dict[str, str]:
        found = {code: self.cleaned_data[f"{name}_{code}"].strip() for code, _name in _LANGUAGES}
        return {code: text for code, text in found.items() if text}

    def titles(self) -> list[forms.BoundField]:
        """The fields of the title in the other languages."""
        return [self[f"title_{code}"] for code, _name in _LANGUAGES if code != "en"]

    def wordings(self) -> list[forms.BoundField]:
        """The fields of the terms in the other languages."""
        return [self[f"terms_{code}"] for code, _name in _LANGUAGES if code != "en"]


def _offer(field: forms.Field, rows: QuerySet) -> None:
    assert isinstance(field, forms.ModelMultipleChoiceField)
    field.queryset = rows


def _initial(pack: Pack) -> dict[str, Any]:
    rule = pack.rules.prefetch_related("recipes").order_by("pk").first()
    picks = list(pack.picks.select_related("variant", "recipe").order_by("pk"))
    sizes = {pick.recipe_id for pick in picks} | {
        recipe.pk for recipe in (rule.recipes.all() if rule else ())
    }
    newest = pack.terms.order_by("-number").first()
    return {
        **({name: getattr(rule, name) for name in RULE_FIELDS} if rule else {}),
        **{name: getattr(pack, name) for name in ("purpose", "asks", "asks_within_days", "embargo_until")},
        **{f"title_{code}": text for code, text in pack.title.items()},
        **{f"terms_{code}": text for code, text in (newest.text if newest else {}).items()},
        "picks": list(dict.fromkeys(pick.variant.public_id for pick in picks)),
        "recipes": sorted(sizes),
        "communities": [community.pk for community in pack.communities.all()],
    }
