"""Template tags of the partner pages; loaded as builtins."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.catalog.choices import Medium
from portal.catalog.models import Asset, AssetVersion, Variant
from portal.core.templatetags.portal import by, weight
from portal.core.texts import in_language
from portal.downloads.selectors import PackLine
from portal.downloads.wishes import Standing
from portal.packs.choices import Answer
from portal.packs.forms import MEANINGS
from portal.partners.models import Channel, Partner
from portal.publications.cards import AssetCard, VariantCard
from portal.publications.feasibility import Outcome
from portal.publications.visibility import Status
from portal.renditions import verdict_words
from portal.renditions.choices import VerdictState
from portal.renditions.models import RecipeRevision, Rendition
from portal.renditions.selectors import Size
from portal.renditions.standings import Standing as VerdictStanding
from portal.renditions.verdicts.rules import Line

register = template.Library()

#: State -> (tone, icon). Colour means state: what is fine is quiet, what must not be used any more is grey.
_STATES = {
    Status.CURRENT: ("ok", "check-circle"),
    Status.EXPIRING: ("warn", "hourglass"),
    Status.SCHEDULED: ("plan", "calendar"),
    Status.REPLACED: ("mute", "swap"),
    Status.WITHDRAWN: ("bad", "minus-circle"),
}


@register.inclusion_tag("partials/badge.html")
def status_badge(status: str, look: str = "") -> dict[str, str]:
    """The state of an asset, version or download as icon and word."""
    tone, icon_name = _STATES[status]
    return {"tone": tone, "icon_name": icon_name, "text": str(Status.LABELS[status]), "look": look}


#: What became of a file somebody wants -> (tone, icon).
_STANDINGS = {
    Standing.READY: ("ok", "check-circle"),
    Standing.REPLACED: ("info", "swap"),
    Standing.NOT_YET: ("plan", "calendar"),
    Standing.WITHDRAWN: ("bad", "minus-circle"),
    Standing.NOT_YOURS: ("bad", "lock"),
    Standing.NO_SIZE: ("warn", "triangle"),
}
#: Answer about a file of a pack -> (tone, icon, word).
_ANSWERS = {
    "open": ("mute", "dashed", gettext_lazy("Not answered")),
    "stale": ("warn", "refresh", gettext_lazy("Confirm again")),
    "received": ("info", "tray", Answer.RECEIVED.label),
    "in_use": ("ok", "check-double", Answer.IN_USE.label),
    "review": ("warn", "chat", Answer.REVIEW.label),
    "refused": ("bad", "x-circle", Answer.REFUSED.label),
}


@register.inclusion_tag("partials/badge.html")
def standing_badge(standing: str, text: str) -> dict[str, str]:
    """What became of a file somebody wants, as icon and word."""
    tone, icon_name = _STANDINGS[standing]
    return {"tone": tone, "icon_name": icon_name, "text": text}


@register.inclusion_tag("partials/badge.html")
def answer_badge(state: str, is_wanted: bool) -> dict[str, str]:
    """What the company answered about a file; an outline while it is still asked. Stale is asked for as a rule."""
    tone, icon_name, word = _ANSWERS[state]
    if state == "stale" and not is_wanted:
        word = gettext_lazy("Replaced")
    look = "line" if state == "open" and is_wanted else "bare" if state == "open" else ""
    return {"tone": tone, "icon_name": icon_name, "text": str(word), "look": look}


@register.simple_tag
def answer_meaning(answer: str) -> str:
    """What an answer says, in a few words."""
    return str(MEANINGS[Answer(answer)])


@register.filter
def card_name(card: AssetCard) -> str:
    """What the asset is called; the file's name when nobody gave it a title."""
    return card.asset.name or card.lead.version.file_name


@register.filter
def card_note(card: AssetCard) -> str:
    """What tells two assets of one product apart: ``Front · DE EN · v4``."""
    words = [str(card.asset.get_view_display() if card.asset.view else card.asset.get_kind_display())]
    if card.languages:
        words.append(" ".join(language.upper() for language in card.languages))
    words.append(_("v%(number)d") % {"number": card.lead.version.number})
    return " · ".join(words)


@register.filter
def has_picture(version: AssetVersion) -> bool:
    """Whether a preview can be cut from this version."""
    return version.medium in {Medium.IMAGE, Medium.VECTOR, Medium.VIDEO} and version.withdrawn_at is None


@register.simple_tag
def preview_url(company: Partner, asset: Asset, variant: Variant, version: AssetVersion, size: str) -> str:
    """The address of a preview that never changes: it names the version."""
    path = reverse("pages:preview", args=[company.slug, asset.public_id, size])
    return f"{path}?{urlencode({'variant': variant.public_id, 'version': version.number})}"


@register.simple_tag
def download_url(company: Partner, asset: Asset, variant: Variant, recipe: str) -> str:
    """The address of a download size of one variant."""
    path = reverse("pages:download", args=[company.slug, asset.public_id, recipe])
    return f"{path}?{urlencode({'variant': variant.public_id})}"


@register.simple_tag
def pack_changes_url(company: Partner, line: PackLine) -> str:
    """The address of what leads from a taken version of a pack to its present one."""
    assert line.pack is not None
    path = reverse("pages:pack-archive", args=[company.slug, line.pack.slug, line.current])
    return f"{path}?{urlencode({'since': line.download.version_number})}"


@register.simple_tag
def variant_query(card: AssetCard, one: VariantCard, **more: str) -> str:
    """What names a variant in the address of its asset's page: its language, or itself when two share that."""
    named = {"variant": one.variant.public_id} if card.shares_language(one) else {"language": one.language}
    return f"?{urlencode({**named, **more})}"


@register.simple_tag
def variant_markets(card: AssetCard, one: VariantCard) -> str:
    """What to add to a variant's language when another has the same: ``AT CH``."""
    return " ".join(one.variant.markets) if card.shares_language(one) else ""


#: What rules say of a file -> (tone, icon).
_VERDICTS = {
    VerdictState.WANTED: ("mute", "hourglass"),
    VerdictState.PASSED: ("ok", "check-circle"),
    VerdictState.FAILED: ("bad", "x-circle"),
    VerdictState.UNKNOWN: ("mute", "help"),
    VerdictState.IMPOSSIBLE: ("mute", "slash"),
}


@register.inclusion_tag("partials/badge.html")
def verdict_badge(state: str, text: str = "", look: str = "") -> dict[str, str]:
    """What rules say of a file, as icon and word."""
    tone, icon_name = _VERDICTS[VerdictState(state)]
    return {
        "tone": tone,
        "icon_name": icon_name,
        "text": text or str(VerdictState(state).label),
        "look": look,
    }


#: What came of a file in a report -> (tone, icon).
_OUTCOMES = {
    Outcome.FITS: ("ok", "check-circle"),
    Outcome.AFTER_FIX: ("info", "edit"),
    Outcome.CANNOT: ("bad", "x-circle"),
    Outcome.UNKNOWN: ("mute", "help"),
    Outcome.OPEN: ("mute", "hourglass"),
}


@register.inclusion_tag("partials/badge.html")
def outcome_badge(outcome: str) -> dict[str, str]:
    """How a file stands in a feasibility report, as icon and word."""
    tone, icon_name = _OUTCOMES[Outcome(outcome)]
    return {"tone": tone, "icon_name": icon_name, "text": Outcome(outcome).label, "look": "bare"}


register.filter("line_sentence", verdict_words.sentence)


@register.filter
def verdict_text(standing: VerdictStanding) -> str:
    """A verdict in a few words: ``2 rules not met, can be put right``."""
    if standing.state != VerdictState.FAILED:
        return str(standing.state.label)
    count = len(standing.failed)
    text = ngettext("%(number)d rule not met", "%(number)d rules not met", count) % {"number": count}
    return _("%(text)s, can be put right") % {"text": text} if standing.fix else text


@register.simple_tag
def verdict_url(
    name: str, company: Partner, asset: Asset, variant: Variant, channel: Channel, recipe: str
) -> str:
    """The address of a verdict on one size of one variant, or of its picture (``name``)."""
    path = reverse(f"pages:{name}", args=[company.slug, asset.public_id, channel.public_id, recipe])
    return f"{path}?{urlencode({'variant': variant.public_id})}"


register.filter("rule_name", verdict_words.rule_name)
register.filter("bound_text", verdict_words.bound_text)
register.filter("steps_text", verdict_words.steps_text)


@register.filter
def line_value(line: Line) -> str:
    """What was measured, with its unit; says so when it is not known."""
    return verdict_words.value_text(line.rule.measure, line.value) or _("not known")


@register.filter
def address_of(revision: RecipeRevision) -> str:
    """What names a download size in addresses."""
    return revision.address or revision.recipe.key


@register.filter
def made_text(rendition: Rendition) -> str:
    """A file that has been made, in one line: ``JPEG 2000 × 2000 · 410 kB``."""
    head = f"{rendition.revision.get_format_display()} {by(rendition.width, rendition.height)}".strip()
    return f"{head} · {weight(rendition.size)}"


@register.filter
def in_reader_language(texts: dict[str, str] | None) -> str:
    """A text kept in several languages, in the reader's."""
    return in_language(texts)


@register.filter
def size_text(size: Size) -> str:
    """A download size in one line, as far as it is known: ``WebP 1200 × 800 · 184 kB``."""
    head = " ".join(part for part in (size.format_label, by(size.width, size.height)) if part)
    return " · ".join(part for part in (head, weight(size.size)) if part)
