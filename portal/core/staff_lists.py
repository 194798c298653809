"""The staff's lists: Django's change list, paged by cursor and never counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from portal.core.errors import BadInput
from portal.core.paging import paginate

CURSOR, SORT = "cursor", "sort"


@dataclass(frozen=True)
class Order:
    """
    One way to sort a list, as ``core.paging`` takes it.

    ``fields``  fields or annotations without empty values, all with or all without a minus, the last one unique
    ``kinds``   the type of each: ``int``, ``str`` or ``datetime``
    """

    label: str | Promise
    fields: Sequence[str]
    kinds: Sequence[type]


@dataclass(frozen=True)
class Column:
    """One column as it is shown. ``weight`` is "", "middle" (not on phones) or "wide" (only where there is room)."""

    name: str
    label: str
    weight: str


class StaffList(ChangeList):
    """
    A page of rows behind a cursor. Knows the sorts of ``StaffAdmin.orders``; how many rows there are is not counted,
    because that takes as long as reading them.
    """

    def __init__(self, request, *args, **kwargs):
        self.cursor = request.GET.get(CURSOR)
        self.wanted_sort = request.GET.get(SORT, "")
        super().__init__(request, *args, **kwargs)
        self.params.pop(CURSOR, None)
        self.title = self.model_admin.list_label

    @property
    def sort(self) -> str:
        """Key of the sort in force: the one the address asks for, or the first."""
        orders = self.model_admin.orders
        return self.wanted_sort if self.wanted_sort in orders else next(iter(orders))

    def get_filters_params(self, params=None) -> dict[str, Any]:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in {CURSOR, SORT}}

    def get_query_string(self, new_params=None, remove=None) -> str:
        """Another filter begins at the first page again."""
        if CURSOR not in (new_params or {}):
            remove = [*(remove or []), CURSOR]
        return super().get_query_string(new_params, remove)

    def get_ordering(self, request, queryset) -> list[str]:
        return list(self.model_admin.orders[self.sort].fields)

    def get_results(self, request) -> None:
        order = self.model_admin.orders[self.sort]
        try:
            page = paginate(
                self.queryset,
                order=order.fields,
                kinds=order.kinds,
                size=self.list_per_page,
                cursor=self.cursor,
            )
        except BadInput as error:
            raise IncorrectLookupParameters(error) from error
        self.model_admin.prepare(page.items)
        self.result_list = page.items
        self.result_count = len(page.items)
        self.show_full_result_count, self.full_result_count = False, None
        self.show_admin_actions = bool(page.items)
        self.can_show_all, self.multi_page, self.paginator = False, False, None
        self.previous_url = self.get_query_string({CURSOR: page.previous}) if page.previous else ""
        self.next_url = self.get_query_string({CURSOR: page.next}) if page.next else ""

    @property
    def sorts(self) -> list[dict[str, Any]]:
        """Every way to sort, with its address."""
        return [
            {
                "label": order.label,
                "url": self.get_query_string({SORT: name}),
                "is_current": name == self.sort,
            }
            for name, order in self.model_admin.orders.items()
        ]

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that are shown, without the boxes to tick."""
        heavy = dict.fromkeys(self.model_admin.wide, "wide") | dict.fromkeys(
            self.model_admin.middle, "middle"
        )
        return [
            Column(name, capfirst(label_for_field(name, self.model, self.model_admin)), heavy.get(name, ""))
            for name in self.list_display
            if name != "action_checkbox"
        ]

    def cells(self, row: Any) -> list[tuple[Column, SafeString | str]]:
        """One row's values, the first of them linked to the row's page."""
        shown: list[tuple[Column, SafeString | str]] = []
        for column in self.columns:
            text = self._text(column.name, row)
            if not shown and self.list_display_links is not None:
                text = format_html('<a href="{}">{}</a>', self.url_for_result(row), text)
            shown.append((column, text))
        return shown

    def _text(self, name: str, row: Any) -> SafeString | str:
        empty = self.model_admin.get_empty_value_display()
        try:
            field, attribute, value = lookup_field(name, row, self.model_admin)
        except ObjectDoesNotExist:
            return empty
        if field is None:
            return display_for_value(value, empty, getattr(attribute, "boolean", False))
        if field.is_relation:
            return empty if getattr(row, field.name) is None else str(getattr(row, field.name))
        return display_for_field(value, field, empty)

    @cached_property
    def menus(self) -> list[dict[str, Any]]:
        """Every filter with something to choose: ``title``, ``choices`` and what is ``chosen``, if anything."""
        menus = []
        for spec in self.filter_specs:
            if isinstance(spec, LinkedFilter):
                continue
            choices = list(spec.choices(self))
            # The first choice of every filter of Django is "All".
            chosen = next((c["display"] for n, c in enumerate(choices) if c["selected"] and n > 0), "")
            menus.append({"title": spec.title, "choices": choices, "chosen": chosen})
        return menus

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """Everything that narrows the list, in words, with the address of the list without it."""
        chips = (
            [{"label": f"“{self.query}”", "url": self.get_query_string(remove=["q"])}] if self.query else []
        )
        for menu in self.menus:
            if menu["chosen"]:
                label = f"{capfirst(str(menu['title']))}: {menu['chosen']}"
                chips.append({"label": label, "url": menu["choices"][0]["query_string"]})
        for spec in self.filter_specs:
            if isinstance(spec, LinkedFilter):
                label = f"{capfirst(str(spec.title))}: {spec.lookup_choices[0][1]}"
                chips.append({"label": label, "url": self.get_query_string(remove=[spec.parameter_name])})
        return chips

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.query or self.get_filters_params())


class LinkedFilter(SimpleListFilter):
    """
    A filter that other pages lead to, such as "of this partner". It offers nothing to choose; while it is on, it says
    for what, and can be taken off. A class of this kind names what it found in ``name_of``.
    """

    def lookups(self, request, model_admin):
        value = request.GET.get(self.parameter_name)
        return [(value, self.name_of(value) or value)] if value else []

    def name_of(self, value: str) -> str:
        """Return what the value is called, the empty string when there is no such thing."""
        raise NotImplementedError
