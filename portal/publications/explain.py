"""
Why does a company see a file, or why not? Asked by staff, answered in sentences.

The verdict is what the partner's own pages would say, asked under the partner's own row scope; the reasons are found
beside it, from the same rules that decided. So a reason may be missing one day, but the verdict cannot be wrong.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from portal.catalog.models import Asset, Variant
from portal.core import rowscope
from portal.core.labels import brand_name, language_name
from portal.core.templatetags.portal import moment_text
from portal.partners.choices import CommunityStatus
from portal.partners.models import Community, Partner
from portal.partners.selectors import community_ids
from portal.publications.models import PublicationItem, RoutingRule, RoutingRun
from portal.publications.routing import conditions
from portal.publications.visibility import Status, status_of, visible_items


@dataclass(frozen=True)
class Reason:
    """
    One sentence. ``holds``: speaks for being visible (``True``), against it (``False``), or is good to know (``None``).
    """

    holds: bool | None
    text: str
    detail: str = ""


@dataclass(frozen=True)
class RuleReading:
    """
    What one rule in force says about one file.

    ``misses``       sentences, one per condition that does not hold; empty when the rule matches
    ``communities``  open ones it leads to; ``shared`` those of them the company belongs to
    """

    rule: RoutingRule
    misses: Sequence[str]
    communities: Sequence[Community]
    shared: Sequence[Community]

    @property
    def matches(self) -> bool:
        return not self.misses


@dataclass
class FileReading:
    """One variant: ``status`` is the partner's word for it, ``None`` when it does not see the file at all."""

    variant: Variant
    status: str | None = None
    reasons: list[Reason] = field(default_factory=list)
    rules: list[RuleReading] = field(default_factory=list)

    @property
    def is_visible(self) -> bool:
        return self.status is not None

    @property
    def status_label(self) -> str:
        return str(Status.LABELS[self.status]) if self.status else _("Not visible")


@dataclass
class Explanation:
    """``company`` reasons hold for everything; ``files`` one reading per variant, the visible ones first."""

    partner: Partner
    asset: Asset
    company: list[Reason]
    files: list[FileReading]

    @property
    def is_visible(self) -> bool:
        return self.partner.is_active and any(reading.is_visible for reading in self.files)

    @property
    def summary(self) -> str:
        """The verdict in one sentence."""
        names = {"company": self.partner.name, "asset": str(self.asset)}
        if self.is_visible:
            return _("%(company)s sees “%(asset)s”.") % names
        first = next((r.text for r in self.company if r.holds is False), "")
        if not first and len(self.files) == 1:
            first = next((r.text for r in self.files[0].reasons if r.holds is False), "")
        sentence = _("%(company)s does not see “%(asset)s”.") % names
        return f"{sentence} {first}".strip()


def explain(partner: Partner, asset: Asset, *, at: datetime) -> Explanation:
    """Say what one company sees of one asset, and why: a constant number of queries for any files and rules."""
    with rowscope.limited_to(partner.pk):
        seen = {
            item.variant_id: status_of(item, at=at)
            for item in visible_items(partner, at=at).filter(asset=asset).order_by("-released_at")
        }
    mine = set(community_ids(partner))
    rules = list(RoutingRule.objects.prefetch_related("communities").order_by("name"))
    is_routing = RoutingRun.objects.filter(finished_at=None).exists()
    held: dict[int, list[PublicationItem]] = {}
    for item in PublicationItem.objects.filter(asset=asset).select_related("community").order_by("pk"):
        held.setdefault(item.variant_id, []).append(item)
    variants = asset.variants.select_related("current").order_by("gone_at", "language", "pk")
    files = []
    for variant in variants:
        reading = FileReading(variant, status=seen.get(variant.pk) if partner.is_active else None)
        reading.rules = _read_rules(rules, variant, asset, mine)
        reading.reasons = [
            *_about_file(variant, at),
            *_about_rights(variant, at),
            *_about_rules(reading.rules, rules, variant, asset),
            *_about_publication(reading, held.get(variant.pk, []), mine, is_routing, at, variant.pk in seen),
        ]
        files.append(reading)
    files.sort(key=lambda reading: not reading.is_visible)
    return Explanation(partner, asset, _about_company(partner, mine), files)


def _about_company(partner: Partner, mine: Collection[int]) -> list[Reason]:
    reasons = []
    if not partner.is_active:
        state = partner.get_status_display().lower()
        reasons.append(
            Reason(
                False,
                _("The company is %(state)s: its people and systems see nothing.") % {"state": state},
            )
        )
    names = list(Community.objects.filter(pk__in=mine).order_by("name").values_list("name", flat=True))
    if names:
        reasons.append(Reason(True, _("It belongs to: %(names)s.") % {"names": ", ".join(names)}))
    else:
        reasons.append(
            Reason(False, _("It belongs to no open community, and everything comes through communities."))
        )
    return reasons


def _about_file(variant: Variant, at: datetime) -> list[Reason]:
    if variant.gone_at is not None:
        day = {"day": moment_text(variant.gone_at)}
        if variant.current is None:
            text = _("The file was deleted in the media library on %(day)s.")
        else:
            text = _("Since %(day)s the file lies in a folder that is not mirrored.")
        return [Reason(False, text % day)]
    word = variant.approval_word or "-"
    if variant.current is None:
        return [
            Reason(
                False,
                _("It is not approved: the media library says “%(word)s”.") % {"word": word},
            )
        ]
    if not variant.approved:
        return [
            Reason(
                True,
                _("Version %(number)d is approved and stays in place.") % {"number": variant.current.number},
            ),
            Reason(
                None,
                _("A newer version waits for approval: the media library says “%(word)s”.") % {"word": word},
            ),
        ]
    return [Reason(True, _("Version %(number)d is approved.") % {"number": variant.current.number})]


def _about_rights(variant: Variant, at: datetime) -> list[Reason]:
    start, end = variant.rights_start, variant.rights_end
    if end is not None and end <= at:
        return [Reason(False, _("The rights ended on %(day)s.") % {"day": moment_text(end)})]
    reasons = []
    if start is not None and start > at:
        text = _("The rights begin on %(day)s. Until then it is shown as scheduled and cannot be downloaded.")
        reasons.append(Reason(None, text % {"day": moment_text(start)}))
    if end is not None:
        reasons.append(Reason(True, _("The rights last until %(day)s.") % {"day": moment_text(end)}))
    elif start is None or start <= at:
        reasons.append(Reason(True, _("The rights have no end.")))
    return reasons


def _read_rules(
    rules: Iterable[RoutingRule], variant: Variant, asset: Asset, mine: Collection[int]
) -> list[RuleReading]:
    """Return what every rule in force says, those that match first, then those that lead to the company."""
    readings = []
    for rule in rules:
        if not rule.is_active:
            continue
        open_ones = [c for c in rule.communities.all() if c.status == CommunityStatus.ACTIVE]
        shared = [c for c in open_ones if c.pk in mine]
        readings.append(RuleReading(rule, _misses(rule, variant, asset), open_ones, shared))
    return sorted(readings, key=lambda r: (not r.matches, not r.shared, r.rule.name))


def _misses(rule: RoutingRule, variant: Variant, asset: Asset) -> list[str]:
    gtin = asset.product.gtin if asset.product else ""
    judged = list(conditions(rule, variant, asset, gtin=gtin))
    if not judged:
        return [_("The rule has no condition, so it matches nothing.")]
    has = {
        "folders": [variant.folder],
        "tags": variant.tags,
        "labels": variant.labels,
        "kinds": [asset.get_kind_display()],
        "gtins": [gtin],
        "brands": [brand_name(asset.brand)],
        "markets": variant.markets,
        "languages": [language_name(variant.language)] if variant.language else [],
    }
    return [
        _miss(rule, name, has.get(name, [])) if name != "metadata" else _metadata_miss(rule, variant)
        for name, holds in judged
        if not holds
    ]


def _miss(rule: RoutingRule, name: str, has: Iterable[str]) -> str:
    label = str(getattr(RoutingRule._meta.get_field(name), "verbose_name", name)).capitalize()
    return _("%(label)s: the file has %(has)s, the rule wants %(wants)s.") % {
        "label": label,
        "has": ", ".join(str(value) for value in has if value) or _("none"),
        "wants": ", ".join(getattr(rule, name)),
    }


def _metadata_miss(rule: RoutingRule, variant: Variant) -> str:
    def words(value: object) -> str:
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value or _("none"))

    return _("Metadata: the file has %(has)s, the rule wants %(wants)s.") % {
        "has": "; ".join(f"{key} = {words(variant.metadata.get(key))}" for key in rule.metadata),
        "wants": "; ".join(f"{key} = {words(value)}" for key, value in rule.metadata.items()),
    }


def _about_rules(
    readings: Sequence[RuleReading], rules: Iterable[RoutingRule], variant: Variant, asset: Asset
) -> list[Reason]:
    matching = [reading for reading in readings if reading.matches]
    reasons = []
    for reading in matching:
        if reading.shared:
            text = _("The rule “%(rule)s” puts it into %(communities)s, where the company is a member.")
            names = ", ".join(str(c) for c in reading.shared)
        elif reading.communities:
            text = _("The rule “%(rule)s” puts it into %(communities)s, where the company is not a member.")
            names = ", ".join(str(c) for c in reading.communities)
        else:
            text, names = _("The rule “%(rule)s” matches but leads to no open community."), ""
        holds = True if reading.shared else None
        reasons.append(Reason(holds, text % {"rule": reading.rule.name, "communities": names}))
    if not matching:
        reasons.append(Reason(False, _("No routing rule in force matches this file.")))
    elif not any(reading.shared for reading in matching):
        reasons.append(
            Reason(False, _("None of the communities it is meant for has the company as a member."))
        )
    for rule in rules:
        if not rule.is_active and not _misses(rule, variant, asset):
            text = _("The rule “%(rule)s” would match but is not in force.")
            reasons.append(Reason(None, text % {"rule": rule.name}))
    return reasons


def _about_publication(
    reading: FileReading,
    items: Sequence[PublicationItem],
    mine: Collection[int],
    is_routing: bool,
    at: datetime,
    is_seen: bool,
) -> list[Reason]:
    """Compare what the rules say with what has been published: the two differ only while a pass is under way."""
    meant = any(rule.matches and rule.shared for rule in reading.rules)
    there = [item for item in items if item.community_id in mine]
    reasons = []
    for item in there:
        names = {"community": str(item.community), "day": moment_text(item.withdrawn_at or item.released_at)}
        if item.withdrawn_at is None:
            reasons.append(Reason(None, _("Published in %(community)s since %(day)s.") % names))
        else:
            names["why"] = item.get_withdrawal_display() or _("no reason given")
            text = _("Taken back from %(community)s on %(day)s: %(why)s.")
            reasons.append(Reason(None, text % names))
    variant = reading.variant
    is_fit = variant.current is not None and variant.gone_at is None
    in_time = variant.rights_end is None or variant.rights_end > at
    if meant and is_fit and in_time and not is_seen:
        if is_routing:
            text = _("A pass over all files is under way and has not settled this file yet.")
        else:
            text = _("It is meant for the company but not published yet. Ask for a pass over all files.")
        reasons.append(Reason(False, text))
    elif is_seen and not meant:
        text = _("It is still published although no rule wants it there. The pass under way takes it back.")
        other = _("It is still published although no rule wants it there. Ask for a pass over all files.")
        reasons.append(Reason(None, text if is_routing else other))
    return reasons
