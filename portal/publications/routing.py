"""Which communities a variant belongs to: the rules staff edit, asked in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.catalog.models import Asset, Variant
from portal.partners.choices import CommunityStatus
from portal.publications.models import RoutingRule


def _holds(wished: Iterable[str], present: Iterable[str]) -> bool:
    """Nothing wished holds always; otherwise one of the wished must be there, whatever the case."""
    wished = {value.casefold() for value in wished}
    return not wished or any(value.casefold() in wished for value in present if value)


@dataclass(frozen=True)
class Router:
    """All rules in force, read once and asked for many variants."""

    rules: tuple[tuple[RoutingRule, frozenset[int]], ...]

    @classmethod
    def load(cls) -> "Router":
        """Read the rules and their open communities: two queries."""
        communities: dict[int, set[int]] = defaultdict(set)
        through = RoutingRule.communities.through.objects.filter(
            routingrule__is_active=True, community__status=CommunityStatus.ACTIVE
        )
        for rule_id, community_id in through.values_list("routingrule_id", "community_id"):
            communities[rule_id].add(community_id)
        rules = RoutingRule.objects.filter(pk__in=communities)
        return cls(tuple((rule, frozenset(communities[rule.pk])) for rule in rules))

    def communities(self, variant: Variant, asset: Asset, *, gtin: str) -> frozenset[int]:
        """Return the row numbers of the communities this variant is meant for."""
        found: frozenset[int] = frozenset()
        for rule, communities in self.rules:
            if not communities <= found and matches(rule, variant, asset, gtin=gtin):
                found |= communities
        return found


def matches(rule: RoutingRule, variant: Variant, asset: Asset, *, gtin: str) -> bool:
    """Say whether every condition the rule has holds for the variant; a rule without conditions matches nothing."""
    has_any = False
    for _name, holds in conditions(rule, variant, asset, gtin=gtin):
        if not holds:
            return False
        has_any = True
    return has_any


def conditions(rule: RoutingRule, variant: Variant, asset: Asset, *, gtin: str) -> Iterator[tuple[str, bool]]:
    """Yield every condition the rule has, as the name of its field, and whether it holds for the variant."""
    if rule.folders:
        yield "folders", _in_folder(rule.folders, variant.folder)
    if rule.tags:
        yield "tags", _holds(rule.tags, variant.tags)
    if rule.labels:
        yield "labels", _holds(rule.labels, variant.labels)
    if rule.kinds:
        yield "kinds", _holds(rule.kinds, [asset.kind])
    if rule.gtins:
        yield "gtins", _holds(rule.gtins, [gtin])
    if rule.brands:
        yield "brands", _holds(rule.brands, [asset.brand])
    if rule.markets:
        yield "markets", not variant.markets or _holds(rule.markets, variant.markets)
    if rule.languages:
        yield "languages", not variant.language or _holds(rule.languages, _language_ways(variant.language))
    if rule.metadata:
        yield (
            "metadata",
            all(
                _holds(_as_list(wished), _as_list(variant.metadata.get(key)))
                for key, wished in rule.metadata.items()
            ),
        )


def _in_folder(folders: Iterable[str], folder: str) -> bool:
    folders = [name.rstrip("/") for name in folders]
    return not folders or any(folder == name or folder.startswith(f"{name}/") for name in folders)


def _language_ways(language: str) -> list[str]:
    """``de-AT`` also answers to ``de``."""
    return [language, language.split("-")[0]]


def _as_list(value: object) -> list[str]:
    if value is None or value == "":
        return []
    values = value if isinstance(value, list) else [value]
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in values]
