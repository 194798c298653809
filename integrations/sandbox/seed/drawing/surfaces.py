"""What packs are made of: glass, plastic, board, metal, and the light on them (from the left)."""

from dataclasses import dataclass

from .svg import Sheet, darker, ellipse, group, lighter, path, rect

GROUND = 692.0


@dataclass(frozen=True)
class Drawn:
    """
    A pack on a sheet of 800 x 800 units, standing on ``GROUND``.

    ``left, top, right`` bound what is seen of it; ``mm`` is its real height, so that a scene
    can put packs beside each other in true proportion.
    """

    body: str
    left: float
    top: float
    right: float
    mm: float


def glass(sheet: Sheet, color: str, depth: float = 1) -> str:
    """Coloured glass or filled clear glass, seen from the front; ``depth`` is how dark its edges turn."""

    def dark(share: float) -> str:
        return darker(color, share * depth)

    return sheet.linear(
        (0, dark(0.62)), (0.07, dark(0.34)), (0.18, color), (0.3, lighter(color, 0.2)),
        (0.42, color), (0.7, dark(0.16)), (0.9, dark(0.46)), (0.96, dark(0.3)), (1, dark(0.62)),
    )  # fmt: skip


def plastic(sheet: Sheet, color: str) -> str:
    """Opaque plastic: a softer turn into the shade than glass."""
    return sheet.linear(
        (0, darker(color, 0.3)), (0.1, darker(color, 0.1)), (0.27, lighter(color, 0.38)), (0.45, color),
        (0.72, darker(color, 0.1)), (0.93, darker(color, 0.32)), (1, darker(color, 0.24)),
    )  # fmt: skip


def metal(sheet: Sheet, color: str) -> str:
    """Bare or lacquered metal: hard bands."""
    return sheet.linear(
        (0, darker(color, 0.5)), (0.12, darker(color, 0.12)), (0.24, lighter(color, 0.75)), (0.33, lighter(color, 0.2)),
        (0.5, darker(color, 0.18)), (0.68, lighter(color, 0.28)), (0.84, darker(color, 0.3)), (1, darker(color, 0.55)),
    )  # fmt: skip


def wrapped(sheet: Sheet, strength: float = 1) -> str:
    """Shade for a label around a cylinder, laid over its print."""

    def dark(opacity: float) -> tuple[str, float]:
        return "#0b0b14", round(opacity * strength, 3)

    return sheet.linear(
        (0, *dark(0.42)), (0.06, *dark(0.2)), (0.16, *dark(0.05)), (0.25, "#ffffff", round(0.26 * strength, 3)),
        (0.36, "#ffffff", 0), (0.62, *dark(0.02)), (0.84, *dark(0.16)), (0.95, *dark(0.36)), (1, *dark(0.46)),
    )  # fmt: skip


def gleam(
    sheet: Sheet, x: float, y: float, width: float, height: float, opacity: float, color: str = "#ffffff"
) -> str:
    """A soft spot of light that fills the box at ``x, y``."""
    return rect(x, y, width, height, sheet.soft(color, opacity))


def streak(sheet: Sheet, x: float, y: float, width: float, height: float, opacity: float) -> str:
    """The sharp upright reflection of a window on glass, round at its ends."""
    fill = sheet.down(
        (0, "#ffffff", 0), (0.08, "#ffffff", opacity), (0.8, "#ffffff", opacity * 0.7), (1, "#ffffff", 0)
    )
    return rect(x, y, width, height, fill, rx=width / 2)


def ridges(x1: float, x2: float, y1: float, y2: float, step: float, opacity: float = 0.14) -> str:
    """The grip of a cap."""
    rows, x = [], x1
    while x <= x2:
        rows.append(f"M{x:g} {y1:g}V{y2:g}")
        x += step
    return path("".join(rows), stroke="#000000", stroke_width=1.4, stroke_opacity=opacity)


def curved_label(left: float, top: float, right: float, bottom: float, sag: float = 5) -> str:
    """The outline of a label around a cylinder: its edges sag a little, as seen from above them."""
    middle, pull = (left + right) / 2, 2 * sag
    return f"M{left} {top} Q{middle} {top + pull} {right} {top} V{bottom} Q{middle} {bottom + pull} {left} {bottom}Z"


def shadow(sheet: Sheet, left: float, right: float, y: float = GROUND, depth: float = 1) -> str:
    """What a pack throws on the table: a wide soft one to the right and a dark one where it stands."""
    middle, half = (left + right) / 2, (right - left) / 2
    return group(
        ellipse(middle + half * 0.22, y + 1, half * 1.55, 34 * depth, sheet.soft("#0d1020", 0.34)),
        ellipse(middle + half * 0.06, y, half * 1.12, 13 * depth, sheet.soft("#080a14", 0.62)),
    )
