"""Words on packs, the wordmark and bar codes."""

from functools import cache, lru_cache
from xml.sax.saxutils import escape

from PIL import ImageFont

from .. import fonts
from ..gtin import ean13_bars
from .svg import attributes, circle, line, number, path, placed, rect

SANS = fonts.SANS
SERIF = fonts.SERIF

# DejaVu is drawn wide. Set a little narrower it looks like a label face.
_STRETCH = {SANS: 0.92, SERIF: 0.88}


@cache
def _face(family: str, weight: int, italic: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fonts.font_file(family, weight, italic)), 100)


def is_arabic(words: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in words)


def _setting(
    words: str, family: str, weight: int, italic: bool, spacing: float
) -> tuple[str, int, bool, float, float]:
    """Arabic is set in the sans face, upright, unspaced: its letters join."""
    if is_arabic(words):
        return SANS, weight, False, 0.0, 1.0
    if italic and weight > 400:
        weight = 400
    return family, weight, italic, spacing, _STRETCH[family]


@lru_cache(maxsize=4096)
def measure(
    words: str, size: float, family: str = SANS, weight: int = 400, italic: bool = False, spacing: float = 0
) -> float:
    """The width of ``words`` in units, as :func:`text` sets them."""
    family, weight, italic, spacing, stretch = _setting(words, family, weight, italic, spacing)
    letters: float = _face(family, weight, italic).getlength(words) * size / 100 * stretch
    return letters + spacing * max(len(words) - 1, 0)


def text(
    x: float,
    y: float,
    words: str,
    size: float,
    fill: str,
    family: str = SANS,
    weight: int = 400,
    italic: bool = False,
    anchor: str = "middle",
    spacing: float = 0,
    fit: float | None = None,
    opacity: float | None = None,
) -> str:
    """
    One line of words with its baseline at ``y``.

    :param anchor: which end of the line is at ``x``: ``start`` (left), ``middle`` or ``end`` (right)
    :param fit: the most units the line may take; it is set smaller when it would be wider
    """
    if not words:
        return ""
    width = measure(words, size, family, weight, italic, spacing)
    if fit and width > fit:
        size, spacing, width = size * fit / width, spacing * fit / width, fit
    arabic = is_arabic(words)
    family, weight, italic, spacing, stretch = _setting(words, family, weight, italic, spacing)
    if arabic and anchor != "middle":
        # In right-to-left text "start" is the right end; placing the middle avoids the question.
        x += width / 2 if anchor == "start" else -width / 2
        anchor = "middle"
    # The renderer adds the spacing after the last letter as well: half of it is put back.
    x += spacing / 2 if anchor == "middle" else spacing if anchor == "end" else 0
    style = attributes(
        font_family=family,
        font_size=f"{size:.3f}",
        font_weight=weight if weight != 400 else None,
        font_style="italic" if italic else None,
        letter_spacing=f"{spacing / stretch:.3f}" if spacing else None,
        text_anchor=None if anchor == "start" else anchor,
        direction="rtl" if arabic else None,
        fill=fill,
        fill_opacity=opacity,
        transform=f"translate({number(x)} {number(y)}) scale({stretch:g} 1)",
    )
    return f"<text{style}>{escape(words)}</text>"


def lines(
    x: float,
    y: float,
    words: tuple[str, ...],
    size: float,
    fill: str,
    fit: float,
    leading: float = 1.1,
    family: str = SANS,
    weight: int = 400,
    anchor: str = "middle",
) -> str:
    """Several lines in one size, the first with its baseline at ``y``."""
    size *= min(1, fit / max(measure(row, size, family, weight) for row in words))
    return "".join(
        text(x, y + row * size * leading, part, size, fill, family, weight, anchor=anchor)
        for row, part in enumerate(words)
    )


def centred(
    x: float,
    y: float,
    words: tuple[str, ...],
    size: float,
    fill: str,
    fit: float,
    family: str = SANS,
    weight: int = 400,
) -> str:
    """Lines around a middle at ``y``, as in a roundel."""
    leading = 1.18
    size *= min(1, fit / max(measure(row, size, family, weight) for row in words))
    first = y + size * 0.36 - (len(words) - 1) * size * leading / 2
    return lines(x, first, words, size, fill, fit, leading, family, weight)


def mark(x: float, y: float, color: str, scale: float = 1, width: float = 3) -> str:
    """The mountain above its shore, 44 units wide at scale 1, around ``x, y``."""
    return placed(
        x,
        y,
        line("M-22 8 L-8 -10 L2 2 L10 -7 L22 8", color, width),
        line("M-16 15 H16", color, width),
        scale=scale,
    )


# Each letter at a cap height of 100: its outline and its width.
_LETTERS = {
    "N": ("M0 0H15V100H0Z M65 0H80V100H65Z M0 0H18L80 100H62Z", 80),
    "O": (
        "M51 -1.5A51 51.5 0 0 1 51 101.5A51 51.5 0 0 1 51 -1.5Z M51 13.5A36 36.5 0 0 0 51 86.5A36 36.5 0 0 0 51 13.5Z",
        102,
    ),
    "R": ("M0 0H40A31 31 0 0 1 40 62H15V100H0Z M15 15V47H39A16 16 0 0 0 39 15Z M28 58H46L71 100H53Z", 70),
    "V": ("M0 0H16.5L52 100H36Z M71.5 0H88L52 100H36Z", 88),
    "I": ("M0 0H15V100H0Z", 15),
    "K": ("M0 0H15V100H0Z M57 0H76L15 66V46Z M28 49L39 37L80 100H62Z", 78),
}


def wordmark_width(height: float, spacing: float = 0.5) -> float:
    """How wide :func:`wordmark` is."""
    widths = [_LETTERS[letter][1] for letter in "NORRVIK"]
    return (sum(widths) + 6 * spacing * 100) * height / 100


def wordmark(x: float, y: float, height: float, color: str, spacing: float = 0.5) -> str:
    """NORRVIK, drawn and not set: centred on ``x``, baseline at ``y``, capitals ``height`` high."""
    letters, at = [], 0.0
    for letter in "NORRVIK":
        d, width = _LETTERS[letter]
        letters.append(path(d, color, transform=f"translate({number(at)} 0)"))
        at += width + spacing * 100
    return placed(x - wordmark_width(height, spacing) / 2, y - height, *letters, scale=height / 100)


def brand(x: float, y: float, color: str, size: float = 15, signed: bool = True) -> str:
    """Mark and wordmark as on every pack: the wordmark's baseline at ``y``, capitals ``size`` high."""
    sign = mark(x, y - size * 2.75, color, size / 16, 3.4) if signed else ""
    return sign + wordmark(x, y, size, color)


def roundel(x: float, y: float, radius: float, words: tuple[str, ...], fill: str, ink: str) -> str:
    """A claim in a disc."""
    return circle(x, y, radius, fill) + centred(x, y, words, radius * 0.36, ink, radius * 1.62, weight=700)


def bar_code(x: float, y: float, gtin: str, module: float = 1, height: float = 50) -> str:
    """The EAN-13 of a GTIN on white, 113 modules wide, its top left corner at ``x, y``."""
    bars, guards = ean13_bars(gtin), {0, 1, 2, 45, 46, 47, 48, 49, 92, 93, 94}
    left = x + 11 * module
    parts = [rect(x, y, 113 * module, height + 14 * module, "#ffffff")]
    parts += [
        rect(
            left + place * module,
            y + 4 * module,
            module,
            height - (0 if place in guards else 6 * module),
            "#111111",
        )
        for place, bar in enumerate(bars)
        if bar == "1"
    ]
    ean, size, base = gtin[-13:], 9.5 * module, y + height + 9.5 * module
    parts.append(text(left - 5 * module, base, ean[0], size, "#111111"))
    for half, start in ((ean[1:7], 24), (ean[7:], 70)):
        parts.append(text(left + start * module, base, half, size, "#111111", spacing=1.2 * module))
    return "".join(parts)
