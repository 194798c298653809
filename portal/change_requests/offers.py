"""What is there already and may be just what somebody is about to ask for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from portal.catalog.models import AssetVersion
from portal.change_requests.choices import Reason
from portal.change_requests.wishes import TRANSPARENT, Wish
from portal.core.errors import DomainError
from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard, VariantCard
from portal.renditions import own_sizes, protection, responsive
from portal.renditions import selectors as renditions
from portal.renditions.choices import Fit, Format
from portal.renditions.selectors import Size

#: How many of a kind are offered.
MOST = 6
_WHITE = "ffffff"


@dataclass(frozen=True)
class SizeOffer:
    """A download size of the file asked about. ``is_exact``: it is all that was asked for."""

    shown: VariantCard
    size: Size
    is_exact: bool


@dataclass(frozen=True)
class AssetOffer:
    """An asset the company has, in the file that comes closest. ``is_exact`` as above."""

    card: AssetCard
    shown: VariantCard
    is_exact: bool


@dataclass(frozen=True)
class Offers:
    """
    ``own``  the size the company can cut by itself from the file: a file that is all that was asked for
    """

    sizes: Sequence[SizeOffer] = ()
    assets: Sequence[AssetOffer] = ()
    own: own_sizes.Wish | None = None
    shown: VariantCard | None = None

    @property
    def has_exact(self) -> bool:
        """Whether something there is all that was asked for."""
        return self.own is not None or any(
            [*(offer.is_exact for offer in self.sizes), *(offer.is_exact for offer in self.assets)]
        )

    def __bool__(self) -> bool:
        return bool(self.sizes or self.assets or self.own)


def find(partner: Partner, wish: Wish, *, at: datetime) -> Offers:
    """
    Return what the company can have already, what fits all of the wish first. Nothing for a wish that finds fault: what
    is there is what is wrong.
    """
    if not wish.reason.orders:
        return Offers()
    assets = _assets(partner, wish, at=at)
    shown = _file_of(wish)
    if wish.reason != Reason.MISSING_SIZE or shown is None or not shown.is_usable:
        return Offers(assets=assets)
    sizes = [
        SizeOffer(shown, size, _is_exact(wish, size))
        for size in renditions.sizes_of(shown.version)
        if _is_near(wish, size)
    ]
    sizes.sort(key=lambda offer: not offer.is_exact)
    return Offers(sizes=sizes[:MOST], assets=assets, own=_own(wish, shown.version), shown=shown)


def _file_of(wish: Wish) -> VariantCard | None:
    """The file whose sizes are looked at: the one named, else the one of the language, else the first shown."""
    if wish.card is None:
        return None
    if wish.shown is not None and wish.language in {"", wish.shown.language}:
        return wish.shown
    return wish.card.find(language=wish.language) if wish.language else wish.card.lead


def _assets(partner: Partner, wish: Wish, *, at: datetime) -> list[AssetOffer]:
    found: list[AssetOffer] = []
    wants_language = wish.reason == Reason.MISSING_LANGUAGE and wish.language
    file = _in_language(wish.card, wish.language) if wish.card is not None and wants_language else None
    if wish.card is not None and file is not None:
        found.append(AssetOffer(wish.card, file, not wish.captions))
    if not wish.gtin or (wish.card is not None and wish.reason == Reason.MISSING_SIZE):
        return found
    page = publications.asset_page(partner, publications.AssetFilter(gtin=wish.gtin), at=at, size=4 * MOST)
    for card in page.items:
        if wish.card is not None and card.asset.pk == wish.card.asset.pk:
            continue
        if wish.view and card.asset.view != wish.view:
            continue
        file = _in_language(card, wish.language) if wish.language else card.lead
        if file is None:
            continue
        # Without a side or a language nobody can tell whether it is the picture that is missing.
        says_what = bool(wish.view or (wish.language and wish.card is None))
        found.append(AssetOffer(card, file, says_what and not wish.captions))
    return sorted(found, key=lambda offer: not offer.is_exact)[:MOST]


def _in_language(card: AssetCard, language: str) -> VariantCard | None:
    """Return the file in this language; ``de`` serves who asks for ``de-AT``, but not the other way round."""
    return card.find(language=language) or card.find(language=language.split("-")[0])


def _format_fits(wish: Wish, size: Size) -> bool:
    if not wish.format or wish.format == size.revision.format:
        return True
    return size.revision.format == Format.ORIGINAL and size.media_type.rpartition("/")[2] == wish.format


def _is_near(wish: Wish, size: Size) -> bool:
    """It has the format and at least the pixels: smaller or lighter can be made of it anywhere."""
    if not _format_fits(wish, size):
        return False
    return not (
        (wish.width and (size.width or 0) < wish.width) or (wish.height and (size.height or 0) < wish.height)
    )


def _is_exact(wish: Wish, size: Size) -> bool:
    if wish.width not in {None, size.width} or wish.height not in {None, size.height}:
        return False
    if wish.most_bytes is not None and (size.size is None or size.size > wish.most_bytes):
        return False
    if wish.fit and wish.width and wish.height and wish.fit != size.revision.fit:
        return False
    # What stands behind a product is known of padded sizes alone.
    if wish.background and size.revision.background != wish.background:
        return False
    return bool(wish.width or wish.height or wish.format or wish.most_bytes or wish.background)


def _own(wish: Wish, version: AssetVersion) -> own_sizes.Wish | None:
    """Return the own size that is all that was asked for, ``None`` when none is possible."""
    is_white = wish.background == _WHITE
    if not responsive.has_set(version) or wish.most_bytes or wish.background == TRANSPARENT:
        return None
    if (wish.background and not is_white) or wish.format in {Format.ORIGINAL, Format.MP4, Format.WEBM}:
        return None
    wide, high = version.width or 1, version.height or 1
    width, height = wish.width, wish.height
    if width is None and height is None and not wish.format:
        return None
    width = width or (round(height * wide / high) if height else wide)
    height = height or max(1, round(width * high / wide))
    if wish.fit == Fit.BOUND and abs(width * high - height * wide) > max(wide, high):
        # It would have to cut, and cutting is not wanted.
        return None
    own = own_sizes.Wish(
        width=width,
        height=height,
        format=Format(wish.format or Format.JPEG),
        padded=is_white or wish.fit == Fit.PAD,
    )
    if own.padded and (width > wide and height > high):
        return None
    try:
        part = own_sizes.settle(own, version, protection.boxes(protection.zones_of(version.variant)))
    except DomainError:
        return None
    return replace(own, part=part)
