"""What would a routing rule do? Asked before it is saved."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import F, Func, Q

from portal.catalog.models import Asset, Product, Variant
from portal.partners.choices import CommunityStatus
from portal.partners.models import Community
from portal.publications.models import RoutingRule
from portal.publications.routing import Router, matches

_EXAMPLES = 6


@dataclass
class Effect:
    """
    What saving a rule would come to.

    ``matched``    files that meet its conditions and have an approved version; ``waiting`` those that meet them
                   but have none
    ``examples``   row numbers of some of the first
    ``added``, ``removed``  assets that would come into a community or leave it, by the community's row number
    """

    matched: int = 0
    waiting: int = 0
    examples: list[int] = field(default_factory=list)
    added: Counter[int] = field(default_factory=Counter)
    removed: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class _File:
    """Variant and asset in one, with just what rules ask about; a hundred thousand of them are read at once."""

    pk: int
    asset_id: int
    folder: str
    tags: list[str]
    labels: list[str]
    markets: list[str]
    language: str
    metadata: dict[str, Any]
    kind: str
    brand: str
    gtin: str
    current_id: int | None
    rights_end: datetime | None

    def is_out(self, at: datetime) -> bool:
        """Whether partners may have it: approved and within its rights."""
        return self.current_id is not None and (self.rights_end is None or self.rights_end > at)


def effect_of(
    rule: RoutingRule, communities: Collection[Community], *, replaces: RoutingRule | None, at: datetime
) -> Effect:
    """
    Compare the publications the rules ask for now with those they would ask for with this rule.

    :param rule: may be unsaved; its conditions and ``is_active`` count
    :param replaces: the saved rule it is the new wording of
    """
    goals = frozenset(c.pk for c in communities if c.status == CommunityStatus.ACTIVE and rule.is_active)
    router = Router.load()
    old = next((pair for pair in router.rules if replaces is not None and pair[0].pk == replaces.pk), None)
    others = Router(tuple(pair for pair in router.rules if pair is not old))
    effect = Effect()
    narrow = _narrow(rule) | (_narrow(old[0]) if old else Q(pk__in=[]))
    for _asset, files in groupby(_files(narrow), key=lambda file: file.asset_id):
        before: set[int] = set()
        after: set[int] = set()
        for file in files:
            fits = _fits(rule, file)
            if fits and not file.is_out(at):
                effect.waiting += 1
            if not file.is_out(at):
                continue
            if fits:
                effect.matched += 1
                if len(effect.examples) < _EXAMPLES:
                    effect.examples.append(file.pk)
            shared = others.communities(file, file, gtin=file.gtin)  # type: ignore[arg-type]
            before |= shared | (old[1] if old and _fits(old[0], file) else frozenset())
            after |= shared | (goals if fits else frozenset())
        effect.added.update(after - before)
        effect.removed.update(before - after)
    return effect


def _fits(rule: RoutingRule, file: _File) -> bool:
    return matches(rule, file, file, gtin=file.gtin)  # type: ignore[arg-type]


def _narrow(rule: RoutingRule) -> Q:
    """Return what the database can leave out beforehand; Python has the last word, so too much is no harm."""
    narrow = Q()
    if rule.folders:
        places = Q()
        for folder in rule.folders:
            folder = folder.rstrip("/")
            places |= Q(folder=folder) | Q(folder__startswith=f"{folder}/")
        narrow &= places
    if rule.kinds:
        narrow &= Q(asset__kind__in=[kind.lower() for kind in rule.kinds])
    if rule.gtins:
        narrow &= Q(asset__product__gtin__in=rule.gtins)
    return narrow


def _files(narrow: Q) -> Iterator[_File]:
    """Yield every living variant of the assets of which at least one is not left out, asset by asset."""
    found = Variant.objects.filter(gone_at__isnull=True)
    rows = (
        found.filter(asset__in=found.filter(narrow).values("asset"))
        .order_by("asset_id", "pk")
        .values_list(
            "pk", "asset_id", "folder", "tags", "labels", "markets", "language", "metadata",
            "asset__kind", "asset__brand", "asset__product__gtin", "current_id", "rights_end",
        )
    )  # fmt: skip
    for *facts, gtin, current, end in rows.iterator(chunk_size=5000):
        yield _File(*facts, gtin or "", current, end)  # type: ignore[call-arg]


def examples(effect: Effect) -> list[Variant]:
    """Return some of the files an effect found, to look at."""
    rows = Variant.objects.select_related("asset__product", "current").in_bulk(effect.examples)
    return [rows[pk] for pk in effect.examples if pk in rows]


def unknown_values(rule: RoutingRule) -> dict[str, list[str]]:
    """
    Return, by field, what a rule asks for and no file in the library has: probably a slip, perhaps meant for later.
    """
    known = {
        "brands": _known(Asset.objects.values_list("brand", flat=True).distinct()) if rule.brands else set(),
        "gtins": _known(Product.objects.filter(gtin__in=rule.gtins).values_list("gtin", flat=True)),
        "tags": _known_words("tags") if rule.tags else set(),
        "labels": _known_words("labels") if rule.labels else set(),
    }
    unknown = {
        name: [value for value in getattr(rule, name) if value.casefold() not in known[name]]
        for name in known
    }
    unknown["folders"] = [
        folder
        for folder in rule.folders
        if not Variant.objects.filter(
            Q(folder=folder.rstrip("/")) | Q(folder__startswith=f"{folder.rstrip('/')}/")
        ).exists()
    ]
    return {name: values for name, values in unknown.items() if values}


def _known(values: Any) -> set[str]:
    return {str(value).casefold() for value in values if value}


def _known_words(name: str) -> set[str]:
    words = Variant.objects.annotate(word=Func(F(name), function="unnest")).values_list("word", flat=True)
    return _known(words.distinct())


def known_brands(*, limit: int = 12) -> list[str]:
    """Return brands that assets have, as they are written in rules."""
    rows = Asset.objects.exclude(brand="").values_list("brand", flat=True).distinct().order_by("brand")
    return list(rows[:limit])
