"""The print on the backs: paragraphs, the nutrition table, the bar code."""

from dataclasses import dataclass

from ..back_words import Back
from .lettering import bar_code, is_arabic, measure, text, wordmark
from .svg import group, path


@dataclass(frozen=True)
class BackPrint:
    """A back to be printed instead of the front: its words and the GTIN of its bar code."""

    words: Back
    gtin: str


def wrap(words: str, size: float, width: float) -> list[str]:
    """Break a paragraph into lines of at most ``width`` units."""
    rows: list[str] = []
    for word in words.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and measure(longer, size) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def back_print(
    print_: BackPrint,
    x: float,
    y: float,
    width: float,
    height: float,
    ink: str,
    size: float = 9.5,
    module: float = 0.85,
) -> str:
    """
    A whole back panel in the box at ``x, y``.

    The text is set as large as the box allows, ``size`` at most; the bar code stands at the foot.
    """
    code_height = 40 * module
    room = height - code_height - 14 * module - 10
    while True:
        parts, end = _column(print_.words, x, y, width, ink, size)
        if end - y <= room or size < 4:
            break
        size *= 0.96
    code = bar_code(
        x + (width - 113 * module) / 2,
        y + height - code_height - 14 * module,
        print_.gtin,
        module,
        code_height,
    )
    return group(*parts, code)


def _column(back: Back, x: float, y: float, width: float, ink: str, size: float) -> tuple[list[str], float]:
    """The lines of a back from ``y`` down; also where they end."""
    arabic = is_arabic(back.heading)
    near, far = (x + width, x) if arabic else (x, x + width)
    near_end, far_end = ("end", "start") if arabic else ("start", "end")
    parts = [wordmark(x + width / 2, y + size, size, ink)]
    y += size * 3.3
    parts.append(text(near, y, back.heading, size * 1.2, ink, weight=700, anchor=near_end, fit=width))
    for paragraph in back.paragraphs:
        y += size * 0.35
        for row in wrap(paragraph, size, width):
            y += size * 1.32
            parts.append(text(near, y, row, size, ink, anchor=near_end, opacity=0.92))
    if back.rows:
        y += size * 2.3
        parts.append(
            text(near, y, back.table_heading, size * 1.1, ink, weight=700, anchor=near_end, fit=width)
        )
        for name, value in back.rows:
            y += size * 0.5
            parts.append(
                path(f"M{x:.2f} {y:.2f}H{x + width:.2f}", stroke=ink, stroke_width=0.5, stroke_opacity=0.4)
            )
            y += size * 1.12
            parts.append(text(near, y, name, size, ink, anchor=near_end, fit=width * 0.6))
            parts.append(text(far, y, value, size, ink, weight=700, anchor=far_end, fit=width * 0.55))
    return parts, y
