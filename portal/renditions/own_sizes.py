"""A partner's own size and crop: which part of a picture, how large, in which format; and what is possible instead."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyvips
from django.utils.translation import gettext as _

from portal.catalog.models import AssetVersion
from portal.renditions import finishing, made_to_order, store
from portal.renditions.choices import Fit, Format
from portal.renditions.cropping import Box, best_part, cut, hull
from portal.renditions.models import RecipeRevision, Rendition
from portal.renditions.protection import NotThisLarge, ZoneCut, check, not_this_large

FORMATS = (Format.JPEG, Format.PNG, Format.WEBP, Format.AVIF)
_WHITE = "ffffff"


@dataclass(frozen=True)
class Wish:
    """
    ``width``, ``height``  of the file, in pixels
    ``part``     what is cut out; its ratio is that of width and height. ``None``: the best there is
    ``padded``   the whole picture, with white around it
    ``quality``  1 to 100, ``None`` for the usual one; PNG has none
    ``most_bytes``  the file weighs no more: the best quality that does is searched for. ``None`` for no bound
    """

    width: int
    height: int
    format: Format
    part: Box | None = None
    padded: bool = False
    quality: int | None = None
    most_bytes: int | None = None

    @property
    def ratio(self) -> float:
        return self.width / self.height


@dataclass(frozen=True)
class Offer:
    """What is possible instead: another size of a part, or ``padded`` with white."""

    width: int
    height: int
    padded: bool = False


@dataclass(frozen=True)
class Instead:
    """What is possible instead: ``part`` of the ratio asked for, if there is one, and other sizes."""

    part: Box | None
    offers: list[Offer]


def instead(
    wish: Wish, version: AssetVersion, zones: Sequence[Box], error: ZoneCut | NotThisLarge
) -> Instead:
    """Return what to answer beside what ``settle`` raised."""
    size = (version.width or 0, version.height or 0)
    if isinstance(error, NotThisLarge):
        width = min(error.most[0], int(error.most[1] * wish.ratio))
        return Instead(wish.part, _whole(width, wish.ratio, size, zones))
    best = best_part(wish.ratio, size, zones)
    # With a part of its own choosing it was moved wrongly; without one the ratio itself is impossible.
    return Instead(best if wish.part else None, [] if best else offers(wish, size, zones))


def part_of(version: AssetVersion, *, left: int, top: int, width: int, ratio: float) -> Box | None:
    """
    Return the part of a picture with this left upper corner and width, in pixels of the whole; ``None`` when it reaches
    beyond.

    :param ratio: width divided by height
    """
    wide, high = version.width or 1, version.height or 1
    height = width / ratio
    if left + width > wide + 1 or top + height > high + 1:
        return None
    return Box(left / wide, top / high, width / wide, height / high)


def offers(wish: Wish, size: tuple[int, int], zones: Sequence[Box]) -> list[Offer]:
    """Return what is possible instead of a ratio that is not: the nearest ratio, and the ratio itself with white."""
    kept = hull(zones) or Box(0.5, 0.5, 0.0, 0.0)
    width, height = size
    least = kept.width * width / height
    most = width / max(kept.height * height, 1.0)
    ratio = min(max(wish.ratio, least), most)
    found = []
    if part := best_part(ratio, size, zones):
        found += _whole(min(wish.width, int(part.width * width)), ratio, size, zones)
    found.append(Offer(wish.width, wish.height, padded=True))
    return found


def _whole(width: int, ratio: float, size: tuple[int, int], zones: Sequence[Box]) -> list[Offer]:
    """Return the largest size in whole pixels near a ratio that is possible: rounding alone can make it not."""
    for wide in range(width, max(1, width - 60), -1):
        for tall in (math.floor(wide / ratio), math.ceil(wide / ratio)):
            if tall and best_part(wide / tall, size, zones):
                return [Offer(wide, tall)]
    return []


def settle(wish: Wish, version: AssetVersion, zones: Sequence[Box]) -> Box | None:
    """
    Return the part a wish means, ``None`` for the whole picture with white around it.

    :raises ZoneCut: no such part leaves every zone whole; ``offers`` says what is possible
    :raises NotThisLarge: the part has fewer pixels than were asked for
    """
    size = (version.width or 0, version.height or 0)
    if wish.padded:
        return None
    part = wish.part or best_part(wish.ratio, size, zones)
    if part is None:
        raise ZoneCut(
            _("No part of this ratio leaves whole what must be seen: label, logo or certification marks.")
        )
    check(part, zones)
    if wish.width > part.width * size[0] + 1 or wish.height > part.height * size[1] + 1:
        raise not_this_large(part, size)
    return part


def order(wish: Wish, part: Box | None, *, now: datetime) -> RecipeRevision:
    """Return the revision that makes a wish come true, as ``settle`` understood it."""
    # With a bound on its weight, and no wish, the best quality is searched from the top.
    usual = None if wish.most_bytes else finishing.USUAL_QUALITY
    quality = None if wish.format == Format.PNG else (wish.quality or usual)
    facts = {
        "width": wish.width,
        "height": wish.height,
        "fit": str(Fit.PAD if part is None else Fit.CROP),
        "format": str(wish.format),
        "quality": quality,
        "background": _WHITE,
        # Left out where there is none, so that what was ordered before keeps its address.
        **({"max_bytes": wish.most_bytes} if wish.most_bytes else {}),
    }
    crop = None if part is None else tuple(part.as_list())
    suffix = f"{wish.width}x{wish.height}"
    return made_to_order.order(made_to_order.OWN, facts=facts, suffix=suffix, crop=crop, now=now)  # type: ignore[arg-type]


def weight(wish: Wish, part: Box | None, preview: Rendition) -> int:
    """
    Return about how many bytes the file will weigh: the part of a preview, encoded as wished. A guess within a third;
    the file itself tells when it is made.
    """
    with store.open_bytes(preview.sha256) as source:
        image = pyvips.Image.new_from_buffer(source.read(), "", fail_on="error")
    image = finishing.managed(image)
    if part is not None:
        image = cut(image, part.as_list())
    scale = min(1.0, wish.width / image.width, wish.height / image.height)
    image = image.resize(scale) if scale < 1 else image
    quality = wish.quality or finishing.USUAL_QUALITY
    sample = finishing.encode(image, wish.format, quality=quality)
    pixels = wish.width * wish.height / (image.width * image.height)
    # White around a picture weighs next to nothing; and larger pictures have less in each of their pixels.
    found = round(len(sample) * (1.0 if part is None else max(1.0, pixels) ** 0.85))
    return min(found, wish.most_bytes) if wish.most_bytes else found
