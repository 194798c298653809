"""The logos as vector files: no font, no gradient, ready for any size."""

from .lettering import mark, wordmark
from .svg import Sheet, rect

INK = "#1f2950"


def stacked(color: str) -> str:
    """Mark above wordmark."""
    return Sheet().document(
        640, 360, mark(320, 130, color, 4.6, 3), wordmark(320, 300, 62, color), title="Norrvik"
    )


def in_line(color: str) -> str:
    """Mark before wordmark."""
    return Sheet().document(
        760, 180, mark(110, 86, color, 3, 3.2), wordmark(470, 118, 56, color), title="Norrvik"
    )


def icon(color: str, ground: str) -> str:
    """The mark in a rounded square, for favicons and apps."""
    square = rect(0, 0, 256, 256, ground, rx=56)
    return Sheet().document(256, 256, square, mark(128, 122, color, 3.7, 3.6), title="Norrvik")


LOGOS = {
    "norrvik-colour": lambda: stacked(INK),
    "norrvik-black": lambda: stacked("#000000"),
    "norrvik-white": lambda: stacked("#ffffff"),
    "norrvik-line-colour": lambda: in_line(INK),
    "norrvik-line-white": lambda: in_line("#ffffff"),
    "norrvik-icon": lambda: icon("#ffffff", INK),
}
