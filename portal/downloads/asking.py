"""What systems ask for by name: assets in sizes, bytes by their digests, or whole products, as the wishes they mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from portal.catalog.models import Asset
from portal.core.errors import BadInput
from portal.downloads import products
from portal.downloads.known import known_files
from portal.downloads.wishes import Wish
from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard, cards
from portal.publications.models import PublicationItem
from portal.publications.visibility import Status, held_items, status_of
from portal.renditions.selectors import current_revisions

#: What is no file of this partner's, whoever's it is.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Asked:
    """One asset in one size: the variant named, else the one in a language, else the one the company is served."""

    asset: str
    recipe: str
    variant: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Meant:
    """
    ``wishes``   what was understood; whether it can be had is asked of ``wishes.examine``
    ``unknown``  what was not, as ``wishes.left_out`` describes files; with ``sha256`` or ``gtin`` where that was given
    """

    wishes: list[Wish] = field(default_factory=list)
    unknown: list[dict[str, str]] = field(default_factory=list)


def by_names(partner: Partner, asked: Sequence[Asked], *, at: datetime) -> Meant:
    """
    Return what assets and sizes mean: three queries, whatever their number.

    :raises BadInput: a size that is not offered
    """
    sizes = {revision.recipe.key: revision.recipe_id for revision in current_revisions()}
    if wrong := next((one.recipe for one in asked if one.recipe not in sizes), None):
        raise BadInput(
            _("“%(name)s” is no download size.") % {"name": wrong},
            errors=[{"parameter": "recipe", "detail": f"Use one of: {', '.join(sizes)}."}],
        )
    held: dict[str, list[PublicationItem]] = {}
    assets = {one.asset for one in asked}
    related = ("asset", "variant", "version")
    for item in held_items(partner, at=at, related=related, asset__public_id__in=assets):
        held.setdefault(item.asset.public_id, []).append(item)
    shown = _cards([item for items in held.values() for item in items], at=at)
    meant = Meant()
    with translation.override(partner.language):
        for one in asked:
            found = _variant(one, shown.get(one.asset), held.get(one.asset, ()))
            if found is None:
                meant.unknown.append(
                    _unknown(asset=one.asset, recipe=one.recipe, language=one.language or "")
                )
            else:
                title, language, variant = found
                meant.wishes.append(Wish(variant, sizes[one.recipe], None, title, language))
    return meant


def _cards(items: Iterable[PublicationItem], *, at: datetime) -> dict[str, AssetCard]:
    visible = [item for item in items if status_of(item, at=at) != Status.WITHDRAWN]
    assets: dict[int, Asset] = {item.asset_id: item.asset for item in visible}
    return {card.asset.public_id: card for card in cards(list(assets.values()), visible, at=at)}


def _variant(
    asked: Asked, card: AssetCard | None, held: Sequence[PublicationItem]
) -> tuple[Mapping[str, str], str, int] | None:
    """Return title, language and row number of the variant that is meant; one that was taken back is meant as well."""
    if card is not None and (shown := card.find(language=asked.language, variant=asked.variant)):
        return card.asset.title, shown.language, shown.variant.pk
    for item in held:
        named = asked.variant or item.variant.public_id
        spoken = item.variant.language if asked.variant or asked.language is None else asked.language
        if (named, spoken) == (item.variant.public_id, item.variant.language):
            return item.asset.title, item.variant.language, item.variant_id
    return None


def by_digests(partner: Partner, digests: Iterable[str], *, at: datetime) -> Meant:
    """Return the files that bytes are of, in the size of the bytes: those of today, which may be others by now."""
    wanted = list(dict.fromkeys(digests))
    found = known_files(partner, wanted, at=at)
    meant = Meant()
    for sha256 in wanted:
        known = found.get(sha256)
        if known is None:
            meant.unknown.append(_unknown(sha256=sha256))
        elif known.status == Status.WITHDRAWN:
            said = {"asset": known.asset, "variant": known.variant, "language": known.language}
            why = publications.why_gone(known.reason)
            meant.unknown.append(
                {
                    "title": known.name,
                    **said,
                    "recipe": known.recipe,
                    "status": known.status,
                    "why": why,
                    "sha256": sha256,
                }
            )
        else:
            meant.wishes.append(Wish(known.variant_pk, known.recipe_pk, None, known.title, known.language))
    return meant


def by_products(partner: Partner, gtins: Sequence[str], recipe: str, *, at: datetime) -> Meant:
    """
    Return every file of products, see ``products.complete_set``; identifiers without any are named with their answer.

    :param recipe: key; empty for the first size offered for each file
    """
    lines = products.look_up(partner, products.each_once(gtins), at=at)
    found = [line.given.gtin for line in lines if line.answer == products.Answer.FOUND]
    return Meant(
        wishes=products.complete_set(partner, found, recipe, at=at),
        unknown=[
            {"title": line.given.text, "gtin": line.given.text, "status": line.answer, "why": line.label}
            for line in lines
            if line.answer != products.Answer.FOUND
        ],
    )


def _unknown(**named: str) -> dict[str, str]:
    why = _("There is no such file for your company.")
    return {"title": next(iter(named.values())), **named, "status": UNKNOWN, "why": why}
