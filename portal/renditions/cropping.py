"""
The geometry of crops. Boxes are left, top, width and height as shares of a picture, from 0 to 1, so that they hold for
every size of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyvips

#: Half a pixel of a picture of 500, so that what was rounded to pixels does not count as cut.
_SLACK = 0.001


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def holds(self, other: "Box") -> bool:
        """Whether another box lies wholly inside."""
        return (
            self.left <= other.left + _SLACK
            and self.top <= other.top + _SLACK
            and self.right >= other.right - _SLACK
            and self.bottom >= other.bottom - _SLACK
        )

    def pixels(self, size: tuple[int, int]) -> dict[str, int]:
        """Return the box in pixels of a picture of this width and height."""
        width, height = size
        return {
            "left": round(self.left * width),
            "top": round(self.top * height),
            "width": round(self.width * width),
            "height": round(self.height * height),
        }

    def as_list(self) -> list[float]:
        return [round(side, 5) for side in (self.left, self.top, self.width, self.height)]


def hull(zones: Sequence[Box]) -> Box | None:
    """Return the smallest box that holds all, ``None`` for none."""
    if not zones:
        return None
    left, top = min(zone.left for zone in zones), min(zone.top for zone in zones)
    right, bottom = max(zone.right for zone in zones), max(zone.bottom for zone in zones)
    return Box(left, top, right - left, bottom - top)


def best_part(ratio: float, size: tuple[int, int], zones: Sequence[Box]) -> Box | None:
    """
    Return the largest part of a ratio that cuts no zone, as near to the middle as can be; ``None`` when there is none.

    :param ratio: width divided by height, of the part in pixels
    :param size: of the picture, in pixels
    """
    width, height = size
    wide = min(1.0, ratio * height / width)
    high = min(1.0, width / (ratio * height))
    kept = hull(zones)
    if kept is None:
        return Box((1 - wide) / 2, (1 - high) / 2, wide, high)
    if kept.width > wide + _SLACK or kept.height > high + _SLACK:
        return None
    return Box(_placed(kept.left, kept.right, wide), _placed(kept.top, kept.bottom, high), wide, high)


def _placed(start: float, end: float, length: float) -> float:
    """Return where a length begins that holds ``start`` to ``end`` within 0 to 1, nearest to the middle."""
    low, high = max(0.0, end - length), min(start, 1 - length)
    return max(0.0, min(max((1 - length) / 2, low), max(low, high)))


def cut(image: pyvips.Image, crop: Sequence[float]) -> pyvips.Image:
    """Return the part of a picture, at least a pixel of it."""
    left, top = round(crop[0] * image.width), round(crop[1] * image.height)
    left, top = min(left, image.width - 1), min(top, image.height - 1)
    wide = min(max(1, round(crop[2] * image.width)), image.width - left)
    high = min(max(1, round(crop[3] * image.height)), image.height - top)
    return image.crop(left, top, wide, high)
