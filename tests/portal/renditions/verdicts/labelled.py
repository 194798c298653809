"""Pictures whose every property is known because it was put there: the same in every run."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyvips

BACKGROUNDS = ("white", "nearly", "cream", "grey", "gradient", "speck", "shadow", "scene")
SHAPES = ("box", "ellipse", "pair", "ring")
SAVERS = {
    "jpeg": lambda image, **more: image.jpegsave_buffer(Q=88, **more),
    "png": lambda image, **more: image.pngsave_buffer(**more),
    # Lossy WebP leaves its haze anywhere on white, so what was white is not any more.
    "webp": lambda image, **more: image.webpsave_buffer(lossless=True, effort=1, **more),
    "avif": lambda image, **more: image.heifsave_buffer(Q=75, compression="av1", effort=0, **more),
}
_SIZES = [
    (300, 200), (200, 300), (333, 333), (250, 249), (400, 100), (201, 200), (640, 480), (500, 500), (300, 299),
    (180, 320), (260, 260), (512, 384), (200, 201),
]  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """``label``  name of a measure -> what it must be, or a ``(least, most)`` it must lie in."""

    name: str
    content: bytes
    label: dict[str, Any] = field(hash=False)


def pictures() -> list[Labelled]:
    """Return 336 pictures: every background with every shape in four formats, then frames, holes, colours and sizes."""
    made = []
    numbers = itertools.count()
    for background in BACKGROUNDS:
        for shape in SHAPES:
            for form, fill in itertools.product(("jpeg", "png", "webp"), (0.5, 0.8, 0.9)):
                made.append(_one(next(numbers), background, shape, form, fill))
    for form, thickness, tone in itertools.product(("jpeg", "png"), (0, 2, 5), (0, 90, 140)):
        made.append(_one(next(numbers), "white", "box", form, 0.7, frame=(thickness, tone)))
    for background, clear in itertools.product(("white", "nearly"), (0, 1, 40)):
        made.append(_one(next(numbers), background, "box", "png", 0.7, clear=clear))
    for form, colour in itertools.product(("jpeg", "png"), ("srgb", "p3", "grey", "cmyk")):
        if (form, colour) != ("png", "cmyk"):
            made.append(_one(next(numbers), "white", "ellipse", form, 0.7, colour=colour))
    for shape, fill in itertools.product(("box", "ellipse"), (0.6, 0.9)):
        made.append(_one(next(numbers), "white", shape, "avif", fill))
    for size in _SIZES:
        made.append(_one(next(numbers), "white", "box", "jpeg", 0.6, size=size))
    return made


def _one(
    number: int,
    background: str,
    shape: str,
    form: str,
    fill: float,
    *,
    size: tuple[int, int] = (320, 320),
    frame: tuple[int, int] = (0, 0),
    clear: int = 0,
    colour: str = "srgb",
) -> Labelled:
    dice = np.random.default_rng(number)
    width, height = size
    canvas = _background(background, width, height, dice)
    box = _draw(canvas, shape, fill, dice, plain=colour == "grey")
    if frame[0]:
        thick, tone = frame
        inside = canvas[thick:-thick, thick:-thick].copy()
        canvas[:] = tone
        canvas[thick:-thick, thick:-thick] = inside
    image = pyvips.Image.new_from_array(np.ascontiguousarray(canvas)).copy(interpretation="srgb")
    if form == "png" and clear is not None and clear:
        alpha = np.full((height, width), 255, np.uint8)
        spots = dice.permutation(min(box[1], 40) * width)[:clear]
        alpha.ravel()[spots] = dice.integers(0, 250, clear)
        image = image.bandjoin(pyvips.Image.new_from_array(alpha)).copy(interpretation="srgb")
    content = _saved(image, form, colour)
    white = background == "white" and not frame[0] and not clear
    label: dict[str, Any] = {
        "width": width,
        "height": height,
        "ratio": round(width / height, 4),
        "bytes": len(content),
        "format": form,
        "transparent": clear,
        "border": (max(frame[0] - 1, 1), frame[0] + 1) if frame[0] else 0,
        "off_white": 0 if white else (1, width * height),
        "colour": {"p3": "p3"}.get(colour, colour),
    }
    if white:
        label["fill"] = (fill - 0.03, fill + 0.03)
    return Labelled(f"{number}-{background}-{shape}-{form}-{fill}-{frame}-{clear}-{colour}", content, label)


def _background(kind: str, width: int, height: int, dice: np.random.Generator) -> np.ndarray:
    canvas = np.full((height, width, 3), 255, np.uint8)
    if kind == "nearly":
        canvas[:] = 254
    elif kind == "cream":
        canvas[:] = (255, 252, 240)
    elif kind == "grey":
        canvas[:] = int(dice.integers(120, 225))
    elif kind == "gradient":
        canvas[:] = np.linspace(255, 238, height).astype(np.uint8)[:, None, None]
    elif kind == "speck":
        # Three by three, so that lossy formats do not wash it away, and far from the product.
        canvas[2:5, 2:5] = int(dice.integers(60, 200))
    elif kind == "shadow":
        canvas[-12:, : width // 2] = 244
    elif kind == "scene":
        tiles = dice.integers(40, 220, (height // 16 + 1, width // 16 + 1, 3)).astype(np.uint8)
        canvas[:] = tiles.repeat(16, 0).repeat(16, 1)[:height, :width]
    return canvas


def _draw(
    canvas: np.ndarray, shape: str, fill: float, dice: np.random.Generator, *, plain: bool
) -> tuple[int, int, int, int]:
    """Draw a dark, structured product in the middle that fills so much of the frame; returns its box."""
    height, width = canvas.shape[:2]
    wide, high = round(width * fill), round(height * fill * 0.8)
    left, top = (width - wide) // 2, (height - high) // 2
    rows, columns = np.mgrid[0:height, 0:width]
    inside = (columns >= left) & (columns < left + wide) & (rows >= top) & (rows < top + high)
    x, y = (columns - left + 0.5) / wide * 2 - 1, (rows - top + 0.5) / high * 2 - 1
    if shape == "ellipse":
        inside &= x**2 + y**2 <= 1
    elif shape == "pair":
        inside &= np.abs(x) > 0.15
    elif shape == "ring":
        # A white hole the product encloses: no background, whatever is seen in it.
        inside &= (x**2 + y**2 <= 1) & (x**2 + y**2 >= 0.2)
    tone = dice.integers(20, 150, 3)
    if plain:
        tone[:] = tone[0]
    stripes = ((rows // 7 + columns // 11) % 2 * 30)[..., None]
    drawn = np.broadcast_to(tone + stripes, canvas.shape)
    canvas[inside] = drawn[inside].astype(np.uint8)
    return left, top, left + wide, top + high


def _saved(image: pyvips.Image, form: str, colour: str) -> bytes:
    if colour == "grey":
        return SAVERS[form](image.colourspace("b-w"), keep="none")
    if colour in ("cmyk", "p3"):
        image = image.icc_transform(colour, input_profile="srgb")
        return SAVERS[form](image, keep="icc")
    return SAVERS[form](image, keep="none")
