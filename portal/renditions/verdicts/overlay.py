"""A picture of where a picture fails: background, frame, what can be seen through, and the product's box."""

import numpy as np
import pyvips

from portal.renditions.verdicts.measure import load, look
from portal.renditions.verdicts.rules import Verdict

#: The overlay is for looking at; its longer side has so many pixels at most.
LONGEST = 1200
RED, AMBER, VIOLET = (214, 40, 40), (232, 147, 12), (126, 58, 242)


def overlay(content: bytes, verdict: Verdict) -> bytes:
    """
    Return a PNG of the picture, pale, with marks only for rules that failed: red for background and frame, violet for
    what can be seen through, an amber line around the product when its fill or margin is wrong.

    :raises NotAPicture: the bytes cannot be read
    """
    failed = {line.rule.measure for line in verdict.failed}
    image = load(content)
    seen = look(image)
    scale = min(1.0, LONGEST / max(image.width, image.height))
    width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    pale = _pale(image, width, height)
    if "off_white" in failed:
        _paint(pale, seen.off_white, RED)
    if "transparent" in failed:
        _paint(pale, seen.clear, VIOLET)
    if "border" in failed and seen.border:
        frame = np.ones(seen.product.shape, bool)
        frame[seen.border : -seen.border, seen.border : -seen.border] = False
        _paint(pale, frame, RED)
    if failed & {"fill", "margin"} and seen.box is not None:
        _outline(pale, seen.box, scale)
    made = pyvips.Image.new_from_array(pale).copy(interpretation="srgb")
    return made.pngsave_buffer(compression=6, keep="none")


def _pale(image: pyvips.Image, width: int, height: int) -> np.ndarray:
    image = image.thumbnail_image(width, height=height, size="force", export_profile="srgb")
    if image.interpretation != "srgb":
        image = image.colourspace("srgb")
    if image.hasalpha():
        image = image.flatten(background=[255, 255, 255])
    return (image.cast("uchar")[0:3] * 0.5 + 127).cast("uchar").numpy().copy()


def _paint(picture: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int]) -> None:
    """Paint where the mask is set; a single pixel of the mask still shows after making it smaller."""
    height, width = picture.shape[:2]
    rows, columns = np.nonzero(mask)
    rows, columns = rows * height // mask.shape[0], columns * width // mask.shape[1]
    # A mark of three pixels can be seen; one cannot.
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            picture[np.clip(rows + down, 0, height - 1), np.clip(columns + right, 0, width - 1)] = colour


def _outline(picture: np.ndarray, box: tuple[int, int, int, int], scale: float) -> None:
    height, width = picture.shape[:2]
    left, top, right, bottom = (round(edge * scale) for edge in box)
    left, top = min(left, width - 1), min(top, height - 1)
    for row in (top, max(top, min(bottom, height) - 1)):
        picture[max(0, row - 1) : row + 2, left:right] = AMBER
    for column in (left, max(left, min(right, width) - 1)):
        picture[top:bottom, max(0, column - 1) : column + 2] = AMBER
