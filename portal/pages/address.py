"""The address of a list of assets or products is its filter: read it, and write its neighbours."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from portal.core.errors import BadInput
from portal.core.templatetags.portal import day_text
from portal.partners.models import Partner
from portal.publications.facets import FACETS, AssetFilter, ListFilter, label_of
from portal.publications.products import SORTS as PRODUCT_SORTS
from portal.publications.products import ProductFilter
from portal.publications.selectors import SORTS

VIEWS = ("grid", "table")
Wish = TypeVar("Wish", bound=ListFilter)
_MOST_WORDS, _MOST_VALUES, _LONGEST_VALUE = 200, 30, 100


@dataclass(frozen=True)
class Listing(Generic[Wish]):
    """
    What the address of a list says. ``sort`` is one of its ``SORTS``, ``view`` one of ``VIEWS``; ``place`` the name of
    its page.
    """

    company: Partner
    wish: Wish
    sort: str = "newest"
    view: str = "grid"
    place: str = "pages:assets"

    def url(self, *, cursor: str | None = None) -> str:
        """Return the address of this list, from its first page or from a cursor on."""
        pairs = self._pairs(self.wish) + ([("cursor", cursor)] if cursor else [])
        path = reverse(self.place, args=[self.company.slug])
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def _pairs(self, wish: Wish) -> list[tuple[str, str]]:
        pairs = wish.pairs()
        pairs += [("sort", self.sort)] if self.sort != "newest" else []
        return pairs + ([("view", self.view)] if self.view != "grid" else [])

    def filtered(self, wish: Wish) -> str:
        """Return the address of the same list with another filter."""
        return replace(self, wish=wish).url()

    def hidden(self) -> list[tuple[str, str]]:
        """Return what a form that asks for other words has to send along."""
        return self._pairs(replace(self.wish, q=""))

    def chips(self) -> list[dict[str, str]]:
        """Return every filter that is on, in words, with the address without it."""
        wish = self.wish
        chips = [{"label": f"“{wish.q}”", "url": self.filtered(replace(wish, q=""))}] if wish.q else []
        chips += [
            {"label": label_of(facet, value), "url": self.filtered(wish.toggled(facet, value))}
            for facet in wish.facets
            for value in getattr(wish, facet)
        ]
        if isinstance(wish, AssetFilter) and wish.gtin:
            chips.append({"label": f"GTIN {wish.gtin}", "url": self.filtered(replace(wish, gtin=""))})
        if wish.since:
            label = _("Changed since %(day)s") % {"day": day_text(wish.since)}
            chips.append({"label": label, "url": self.filtered(replace(wish, since=None))})
        return chips


def read(company: Partner, query: QueryDict) -> Listing[AssetFilter]:
    """
    Return what the address of the asset list asks for.

    Words that no filter knows find nothing and can be taken off as chips; an unknown sort or view is the usual one.

    :raises BadInput: the day in ``since`` cannot be read
    """
    wish = AssetFilter(
        q=_text(query.get("q", ""), _MOST_WORDS),
        gtin=_gtin(query.get("gtin", "")),
        since=_since(query.get("since", "")),
        **{facet: _values(query.getlist(facet)) for facet in FACETS},
    )
    sort, view = query.get("sort", ""), query.get("view", "")
    return Listing(
        company=company,
        wish=wish,
        sort=sort if sort in SORTS else "newest",
        view=view if view in VIEWS else "grid",
    )


def read_products(company: Partner, query: QueryDict) -> Listing[ProductFilter]:
    """
    Return what the address of the product list asks for, as ``read`` does.

    :raises BadInput: the day in ``since`` cannot be read
    """
    wish = ProductFilter(
        q=_text(query.get("q", ""), _MOST_WORDS),
        since=_since(query.get("since", "")),
        **{facet: _values(query.getlist(facet)) for facet in ProductFilter.facets},
    )
    sort = query.get("sort", "")
    return Listing(
        company=company, wish=wish, sort=sort if sort in PRODUCT_SORTS else "newest", place="pages:products"
    )


def _text(text: str, most: int) -> str:
    # PostgreSQL stores no NUL, and a control character is never what somebody looked for.
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()[:most]


def _values(values: list[str]) -> tuple[str, ...]:
    clean = (_text(value, _LONGEST_VALUE) for value in values[:_MOST_VALUES])
    return tuple(dict.fromkeys(value for value in clean if value))


def _gtin(text: str) -> str:
    # A barcode of 8, 12 or 13 digits is the same number with zeros in front.
    digits = re.sub(r"[\s-]", "", text)
    return digits.zfill(14) if re.fullmatch(r"[0-9]{8,14}", digits) else _text(text, 14)


def _since(text: str) -> datetime | None:
    if not text:
        return None
    try:
        # An address writes the plus of a zone as a space.
        found = parse_datetime(text.replace(" ", "+")) if "T" in text else parse_datetime(f"{text}T00:00:00")
    except ValueError:
        found = None
    if found is None:
        raise BadInput(_("The day in the address cannot be read. Write it as 2026-11-18."))
    return found if timezone.is_aware(found) else timezone.make_aware(found)
