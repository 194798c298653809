# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""What grows: fruit, leaves, grain. Each is drawn around 0,0 and put in place by the caller."""

import math
import random

from .svg import Sheet, circle, darker, ellipse, group, lighter, line, mix, path, placed

LEAF = "M0 0 C10 -14 34 -14 46 0 C34 12 10 12 0 0Z"


def leaf(sheet: Sheet, x: float, y: float, size: float, turn: float, color: str) -> str:
    """A leaf of ``size`` units from its stalk at ``x, y``."""
    fill = sheet.down((0, lighter(color, 0.22)), (0.5, color), (1, darker(color, 0.22)))
    vein = line("M3 0 H40", lighter(color, 0.45), 1.2, 0.6)
    return placed(x, y, path(LEAF, fill), vein, scale=size / 46, turn=turn)


def blueberry(sheet: Sheet, x: float, y: float, r: float) -> str:
    skin = sheet.radial((0, "#93a4ee"), (0.45, "#5462c0"), (1, "#222b6c"), cx=0.36, cy=0.3, r=0.78)
    crown = path(
        "M-.34 -.3 l.16 .1 l.14 -.16 l.1 .18 l.2 -.02 l-.1 .17 l.08 .18 l-.2 -.02 l-.14 .14 l-.08 -.18z",
        "#1b2358",
    )
    return placed(
        x, y, circle(0, 0, 1, skin), placed(0.12, -0.08, crown, scale=0.9),
        ellipse(-0.38, -0.42, 0.2, 0.13, "#ffffff", fill_opacity=0.4), scale=r,
    )  # fmt: skip


def red_berry(sheet: Sheet, x: float, y: float, r: float) -> str:
    skin = sheet.radial((0, "#ff8d86"), (0.45, "#d93343"), (1, "#86121f"), cx=0.36, cy=0.3, r=0.78)
    return placed(
        x, y, circle(0, 0, 1, skin), ellipse(-0.36, -0.4, 0.22, 0.15, "#ffffff", fill_opacity=0.55), scale=r
    )


def raspberry(sheet: Sheet, x: float, y: float, r: float, turn: float = 0) -> str:
    drop = sheet.radial((0, "#ff9aa6"), (0.5, "#dd3a55"), (1, "#9a1734"), cx=0.38, cy=0.3, r=0.8)
    parts = [ellipse(0, 0.1, 0.86, 0.98, "#8c1530")]
    for row, (y_, count, width) in enumerate(
        ((-0.6, 3, 0.42), (-0.25, 4, 0.66), (0.15, 4, 0.7), (0.52, 3, 0.5), (0.84, 2, 0.22))
    ):
        for place in range(count):
            offset = (place / (count - 1) - 0.5) * 2 * width
            parts.append(circle(offset + (0.03 if row % 2 else 0), y_, 0.29, drop))
    return placed(x, y, *parts, scale=r, turn=turn)


def oat_flake(sheet: Sheet, x: float, y: float, size: float, turn: float, tone: int) -> str:
    """A rolled oat: an oval with a crease."""
    light, dark = (("#fbe7bf", "#dcb174"), ("#f3d7a0", "#c9985a"), ("#fff0d2", "#e6c48c"))[tone % 3]
    fill = sheet.radial((0, light), (0.65, mix(light, dark, 0.45)), (1, dark), cx=0.42, cy=0.36, r=0.66)
    return placed(
        x, y, ellipse(0, 0, 13, 8, fill, stroke="#a9793d", stroke_width=0.5, stroke_opacity=0.7),
        line("M-8 .6 C-3 -1.2 3 1.6 8.5 .2", "#a87a40", 0.9, 0.55), scale=size / 13, turn=turn,
    )  # fmt: skip


def muesli_heap(sheet: Sheet, seed: str, rx: float, ry: float, count: int = 190, size: float = 11) -> str:
    """Oats and berries filling an ellipse around 0,0, the berries gathered a little off the middle."""
    chance = random.Random(seed)
    parts = [ellipse(0, 0, rx, ry, sheet.radial((0, "#e9cf9d"), (0.8, "#d8b478"), (1, "#b98d4e")))]

    def spot(reach: float) -> tuple[float, float]:
        angle, far = chance.uniform(0, 2 * math.pi), math.sqrt(chance.random()) * reach
        return math.cos(angle) * far * rx, math.sin(angle) * far * ry

    for place in range(count):
        x, y = spot(0.93)
        parts.append(oat_flake(sheet, x, y, chance.uniform(0.85, 1.15) * size, chance.uniform(0, 180), place))
    berries: list[tuple[float, float]] = []
    for _ in range(max(9, count // 8)):
        x, y = spot(0.66)
        if all(math.hypot(x - a, y - b) > size * 1.35 for a, b in berries):
            berries.append((x + rx * 0.08, y - ry * 0.06))
    for place, (x, y) in enumerate(berries):
        r = chance.uniform(1.05, 1.3) * size
        parts.append(ellipse(x + r * 0.15, y + r * 0.55, r, r * 0.7, sheet.soft("#4a2a08", 0.5)))
        draw = (blueberry, red_berry, blueberry, raspberry)[place % 4]
        parts.append(draw(sheet, x, y, r))
    return "".join(parts)


def tomato(sheet: Sheet, x: float, y: float, r: float, stalk: bool = True) -> str:
    skin = sheet.radial(
        (0, "#ff8263"), (0.4, "#e8432c"), (0.8, "#c0241a"), (1, "#8f140f"), cx=0.36, cy=0.3, r=0.8
    )
    body = path(
        "M0 -.86 C.5 -1.02 1.08 -.66 1.06 0 C1.05 .62 .6 .96 0 .96 C-.6 .96 -1.05 .62 -1.06 0 C-1.08 -.66 -.5 -1.02 0 -.86Z",
        skin,
    )
    star = ""
    if stalk:
        points = "".join(
            f"<path d='M0 0 C.1 -.16 .42 -.2 .62 -.04 C.4 .1 .1 .12 0 0Z' transform='rotate({turn})'/>"
            for turn in (-8, 38, 96, 150, 196, 262)
        )
        star = placed(
            0,
            -0.8,
            points,
            line("M0 0 C.02 -.16 .1 -.26 .16 -.34", "#2c6b38", 0.1),
            scale="1 .62",
            fill="#2f7d42",
        )
    shine = ellipse(-0.42, -0.4, 0.26, 0.17, "#ffffff", fill_opacity=0.5)
    return placed(x, y, body, shine, star, scale=r)


def lemon_slice(sheet: Sheet, x: float, y: float, r: float, turn: float = 0) -> str:
    flesh = sheet.radial((0, "#fff7b8"), (0.7, "#fbe35a"), (1, "#f2cf2b"))
    parts = [circle(0, 0, 28, "#f0c51f"), circle(0, 0, 25.4, "#fffbe2")]
    parts += [path("M0 -3.2 L6.6 -19 A20.6 20.6 0 0 0 -6.6 -19Z", flesh, transform=f"rotate({angle})", stroke=flesh,
                   stroke_width=2.4, stroke_linejoin="round") for angle in range(0, 360, 45)]  # fmt: skip
    return placed(x, y, *parts, scale=r / 28, turn=turn)


def lemon(sheet: Sheet, x: float, y: float, r: float, turn: float = 0) -> str:
    skin = sheet.radial((0, "#fff6a8"), (0.45, "#fbdc3c"), (1, "#c99406"), cx=0.4, cy=0.3, r=0.8)
    body = "M-1.3 0 C-1.16 -.1 -1.05 -.42 -.78 -.66 C-.3 -1.02 .42 -1 .84 -.62 C1.06 -.4 1.14 -.12 1.32 0 C1.14 .12 1.06 .42 .84 .64 C.4 1 -.3 1.02 -.78 .68 C-1.05 .44 -1.16 .1 -1.3 0Z"
    return placed(
        x,
        y,
        path(body, skin),
        ellipse(-0.3, -0.44, 0.34, 0.16, "#ffffff", fill_opacity=0.5),
        scale=r,
        turn=turn,
    )


def olive_branch(sheet: Sheet, x: float, y: float, scale: float = 1) -> str:
    green, pale = "#6d8a35", "#8fa655"
    parts = [line("M-58 6 C-28 -8 26 -8 58 4", "#5a7430", 2.2)]
    for place, turn in zip((-42, -22, 0, 22, 42), (-52, -64, -58, -66, -48), strict=True):
        parts.append(leaf(sheet, place, 0, 25, turn, green))
    for place, turn in zip((-32, -8, 16, 38), (42, 36, 40, 30), strict=True):
        parts.append(leaf(sheet, place, 0, 23, turn, pale))
    fruit = sheet.radial((0, "#8d9b52"), (0.6, "#4d5a24"), (1, "#2b3412"), cx=0.36, cy=0.3, r=0.8)
    parts += [ellipse(-14, 11, 6.4, 8, fruit), ellipse(30, 12, 6, 7.6, fruit)]
    return placed(x, y, *parts, scale=scale)


def coffee_bean(sheet: Sheet, x: float, y: float, size: float, turn: float) -> str:
    skin = sheet.radial((0, "#9a6238"), (0.55, "#6b3c20"), (1, "#35190a"), cx=0.35, cy=0.28, r=0.85)
    return placed(
        x, y, ellipse(0, 0, 15, 21, skin), line("M1 -20 C9 -8 -8 7 0 20", "#2a1206", 2.8, 0.9),
        ellipse(-6, -9, 3.4, 6, "#ffffff", fill_opacity=0.18), scale=size / 21, turn=turn,
    )  # fmt: skip


def lavender(sheet: Sheet, x: float, y: float, height: float, lean: float = 0) -> str:
    """A sprig standing on ``x, y``."""
    bud = sheet.radial((0, "#b7a4e4"), (0.6, "#8c74c0"), (1, "#5d478f"), cx=0.4, cy=0.3, r=0.8)
    parts = [line(f"M0 0 C0 -24 {lean * 0.4:.1f} -40 {lean} -58", "#6f8f5a", 2)]
    for row in range(7):
        y_, x_ = -30 - row * 5.6, lean * (0.35 + row * 0.1)
        spread = 5.2 - row * 0.45
        parts += [ellipse(x_ - spread, y_, 4.2, 5.4, bud), ellipse(x_ + spread, y_ - 2.2, 4.2, 5.4, bud)]
    parts.append(ellipse(lean * 1.02, -72, 3.4, 5, bud))
    return placed(x, y, *parts, scale=height / 76)


def pine_twig(sheet: Sheet, x: float, y: float, size: float, turn: float = 0, color: str = "#2f6b4a") -> str:
    """A twig of ``size`` units to the right of ``x, y``, needles on both sides."""
    parts = [line("M0 0 C30 -4 60 -4 100 0", "#6b4a2c", 3)]
    for place in range(4, 100, 4):
        long = 26 - place * 0.13
        tint = mix(color, "#7fb38f", (place % 5) / 9)
        parts.append(
            line(f"M{place} {-1 - place * 0.02:.1f} l{long * 0.72:.1f} {-long * 0.62:.1f}", tint, 2.1)
        )
        parts.append(
            line(
                f"M{place} {-1 - place * 0.02:.1f} l{long * 0.72:.1f} {long * 0.62:.1f}",
                darker(tint, 0.12),
                2.1,
            )
        )
    parts.append(line("M100 0 l20 -2", color, 2.1))
    return placed(x, y, *parts, scale=size / 120, turn=turn)


def oat_ear(sheet: Sheet, x: float, y: float, height: float, turn: float = 0, color: str = "#c89a4a") -> str:
    """A panicle of oats standing on ``x, y``."""
    grain = sheet.linear((0, lighter(color, 0.45)), (0.5, color), (1, darker(color, 0.25)))
    seed = "M0 0 C-5 6 -5 16 0 24 C5 16 5 6 0 0Z"
    parts = [line("M0 0 C2 -40 -2 -80 4 -128", darker(color, 0.12), 2)]
    for row, (at, side) in enumerate(
        ((-46, -1), (-54, 1), (-72, -1), (-80, 1), (-97, -1), (-104, 1), (-120, -1))
    ):
        reach = side * (30 - row * 2.6)
        parts.append(
            line(
                f"M1 {at} C{reach * 0.4:.1f} {at - 12} {reach:.1f} {at - 10} {reach:.1f} {at + 2}",
                darker(color, 0.12),
                1.3,
            )
        )
        parts.append(placed(reach, at + 1, path(seed, grain), scale=0.92, turn=-side * 8))
    parts.append(placed(4, -140, path(seed, grain), scale=0.9))
    return placed(x, y, *parts, scale=height / 140, turn=turn)


def chickpea(sheet: Sheet, x: float, y: float, r: float, turn: float = 0) -> str:
    skin = sheet.radial((0, "#fdeec6"), (0.5, "#ecca88"), (1, "#b1843d"), cx=0.38, cy=0.3, r=0.82)
    body = "M-.9 .1 C-.96 -.5 -.44 -.94 .12 -.9 C.4 -.88 .5 -1.06 .66 -.98 C.8 -.9 .7 -.72 .8 -.5 C1.06 .1 .76 .9 .04 .92 C-.5 .94 -.86 .62 -.9 .1Z"
    crease = line("M.5 -.72 C.2 -.4 .16 0 .3 .34", "#a97d3c", 0.09, 0.7)
    return placed(x, y, path(body, skin), crease, scale=r, turn=turn)


def camomile(sheet: Sheet, x: float, y: float, r: float, turn: float = 0) -> str:
    petal = sheet.down((0, "#ffffff"), (1, "#d9dff0"))
    petals = [
        ellipse(0, -0.68, 0.2, 0.36, petal, transform=f"rotate({angle})") for angle in range(0, 360, 30)
    ]
    heart = sheet.radial((0, "#ffe27a"), (0.6, "#f3b62f"), (1, "#c07f12"), cx=0.4, cy=0.35, r=0.75)
    return placed(x, y, *petals, circle(0, 0, 0.36, heart), scale=r, turn=turn)


def basil(sheet: Sheet, x: float, y: float, size: float) -> str:
    leaves = ((-150, "#2f7d3a"), (-110, "#3d9447"), (-70, "#348a40"), (-30, "#2f7d3a"), (-90, "#4da657"))
    return group(
        *(leaf(sheet, x, y, size * (1.1 if turn == -90 else 1), turn, color) for turn, color in leaves)
    )


def bread(sheet: Sheet, x: float, y: float, width: float) -> str:
    """A loaf lying on ``x, y``."""
    crust = sheet.down((0, "#dba261"), (0.35, "#c07f3c"), (0.8, "#8d5220"), (1, "#6a3a14"))
    body = "M-150 0 C-168 -60 -120 -98 -60 -100 C-10 -104 40 -106 84 -98 C140 -90 168 -54 150 0 C146 8 -146 8 -150 0Z"
    cuts = "".join(
        path(
            f"M{at} -20 C{at + 4} -50 {at + 22} -78 {at + 40} -90 C{at + 34} -66 {at + 20} -40 {at + 10} -18Z",
            "#f0cf98",
            fill_opacity=0.9,
        )
        for at in (-100, -40, 20, 78)
    )
    flour = path(
        "M-120 -70 C-60 -100 60 -106 120 -72 C60 -92 -50 -90 -120 -70Z", "#fff3dc", fill_opacity=0.45
    )
    return placed(x, y, path(body, crust), cuts, flour, scale=width / 310)
