"""
Looking up products: many GTINs at once, for a partner. What each of the four answers may tell, and what it must not, is
decision 0019 (docs/decisions).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from portal.catalog.models import Product
from portal.core import rowscope
from portal.core.gtins import as_gtin, fits
from portal.downloads.models import Download
from portal.downloads.wishes import Wish
from portal.partners.models import Partner
from portal.partners.selectors import community_ids, community_places
from portal.publications.models import PublicationItem
from portal.publications.visibility import items_in, obtainable
from portal.renditions.models import Recipe, RecipeRevision
from portal.renditions.selectors import current_revisions, media_for

#: How many identifiers are looked up at once.
MOST_GTINS = 5000
_SEPARATORS = re.compile(r"[\s,;|\"']+")


class Answer:
    """What a looked-up product is to a partner."""

    FOUND = "found"
    NO_MEDIA = "no_media"
    NOT_YOURS = "not_yours"
    UNKNOWN = "unknown"

    LABELS = {
        FOUND: _("Found"),
        NO_MEDIA: _("No media now"),
        NOT_YOURS: _("Not yours any more"),
        UNKNOWN: _("Unknown"),
    }


@dataclass(frozen=True)
class Given:
    """An identifier as it was given, and its 14 digits; empty with ``problem`` when it is no GTIN."""

    text: str
    gtin: str
    problem: str = ""


@dataclass(frozen=True)
class Line:
    """
    One identifier and what it is. ``assets`` and ``files`` (variants) that can be had now, ``languages`` of these;
    nothing of it is there unless the answer is found.
    """

    given: Given
    answer: str
    name: Mapping[str, str]
    product_id: str = ""
    assets: int = 0
    files: int = 0
    languages: Sequence[str] = ()

    @property
    def label(self) -> str:
        return str(Answer.LABELS[self.answer])


def read_gtins(text: str) -> list[Given]:
    """
    Return the identifiers in a pasted text or a file, each once: divided by anything people divide with. Dashes within
    one are dropped.

    Words without any digit (headings of a table) are passed over; anything else that is no GTIN is kept with its
    problem.
    """
    words = _SEPARATORS.split(text.replace("\ufeff", ""))
    return each_once(word[:60] for word in words if any(sign.isdigit() for sign in word))


def each_once(words: Iterable[str]) -> list[Given]:
    """Return these identifiers, each once, in their order."""
    found: dict[str, Given] = {}
    for word in words:
        given = _read(word)
        found.setdefault(given.gtin or given.text, given)
    return list(found.values())


def _read(word: str) -> Given:
    gtin = as_gtin(word.replace("-", ""))
    if not gtin:
        return Given(word, "", "not_a_gtin")
    if not fits(gtin):
        return Given(word, "", "check_digit")
    return Given(word, gtin)


def look_up(partner: Partner, given: Sequence[Given], *, at: datetime) -> list[Line]:
    """Return what each identifier is to a partner, in their order: four queries, whatever their number."""
    gtins = [one.gtin for one in given if one.gtin]
    places = community_places(partner)
    held = _held([pk for pk, is_open in places.items() if is_open], gtins, at=at)
    once = {product.gtin: product for product in _ever(list(places), gtins)}
    left = _taken_before(partner, [gtin for gtin in gtins if gtin not in once])
    return [_line(one, held.get(one.gtin), once.get(one.gtin), one.gtin in left) for one in given]


def _line(one: Given, held: tuple[int, int, list[str]] | None, product: Product | None, left: bool) -> Line:
    if held is not None and product is not None:
        assets, files, languages = held
        return Line(one, Answer.FOUND, product.name, product.public_id, assets, files, languages)
    if product is not None:
        return Line(one, Answer.NO_MEDIA, product.name, product.public_id)
    return Line(one, Answer.NOT_YOURS if left else Answer.UNKNOWN, {})


def _held(
    communities: Sequence[int], gtins: Iterable[str], *, at: datetime
) -> dict[str, tuple[int, int, list[str]]]:
    rows = (
        items_in(communities, at=at)
        .filter(obtainable(at), asset__product__gtin__in=list(gtins))
        .values("asset__product__gtin")
        .annotate(
            assets=Count("asset", distinct=True),
            files=Count("variant", distinct=True),
            languages=ArrayAgg(
                "variant__language", distinct=True, filter=~Q(variant__language=""), default=[]
            ),
        )
    )
    return {row["asset__product__gtin"]: (row["assets"], row["files"], row["languages"]) for row in rows}


def _ever(communities: Sequence[int], gtins: Iterable[str]) -> list[Product]:
    published = PublicationItem.objects.filter(
        community_id__in=communities, asset__product__gtin__in=list(gtins)
    )
    return list(Product.objects.filter(pk__in=published.values("asset__product")))


def _taken_before(partner: Partner, gtins: Sequence[str]) -> set[str]:
    """Return those of which the company itself took files, whatever happened to its communities since."""
    if not gtins:
        return set()
    # The wall no longer shows a company the files it left behind; its own record of taking them is all that is told.
    with rowscope.everything():
        rows = Download.objects.filter(partner=partner, asset__product__gtin__in=gtins)
        return set(rows.values_list("asset__product__gtin", flat=True).distinct())


def offered_sizes() -> list[RecipeRevision]:
    """Return the sizes a complete set may be taken in."""
    return current_revisions()


def complete_set(partner: Partner, gtins: Iterable[str], recipe: str, *, at: datetime) -> list[Wish]:
    """
    Return every file of products that can be had now, in one size, and where that does not suit a file in the first one
    offered for it.

    :param recipe: key; empty for the first one offered for each file
    """
    rows = (
        items_in(community_ids(partner), at=at)
        .filter(obtainable(at), asset__product__gtin__in=list(gtins))
        .order_by("variant_id", "released_at")
        .distinct("variant_id")
    )
    offered = current_revisions()
    wishes = []
    for variant, medium, title, language in rows.values_list(
        "variant_id", "version__medium", "asset__title", "variant__language"
    ):
        size = _size(offered, medium, recipe)
        if size is not None:
            wishes.append(Wish(variant, size.pk, None, title, language))
    return wishes


def _size(offered: Sequence[RecipeRevision], medium: str, key: str) -> Recipe | None:
    fitting = [revision.recipe for revision in offered if medium in media_for(revision)]
    return next((recipe for recipe in fitting if recipe.key == key), fitting[0] if fitting else None)
