# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""Things that stand around in kitchens. Each stands on ``x, y``, the middle of its foot."""

import random

from .nature import blueberry, muesli_heap, raspberry, red_berry
from .surfaces import gleam, metal, plastic, streak
from .svg import Sheet, circle, darker, ellipse, group, lighter, line, mix, path, placed, rect


def dropped(sheet: Sheet, width: float, depth: float = 1, opacity: float = 0.5) -> str:
    """The shadow below a thing ``width`` units wide that stands on 0,0."""
    return group(
        ellipse(width * 0.16, 2, width * 0.86, 22 * depth, sheet.soft("#1a1008", opacity * 0.62)),
        ellipse(width * 0.03, 0, width * 0.6, 10 * depth, sheet.soft("#120a05", opacity)),
    )


def bowl(sheet: Sheet, x: float, y: float, width: float, color: str = "#f3efe6", filled: bool = True) -> str:
    """A bowl, seen from a little above, with muesli in it."""
    shell = sheet.linear(
        (0, darker(color, 0.2)), (0.22, lighter(color, 0.6)), (0.55, color), (1, darker(color, 0.34))
    )
    inside = sheet.down((0, darker(color, 0.3)), (1, darker(color, 0.06)))
    heap = placed(0, -124, muesli_heap(sheet, f"bowl{x:.0f}", 140, 36, 150, 10)) if filled else ""
    return placed(
        x, y, dropped(sheet, 190, 1.2),
        path("M-160 -128 C-156 -40 -92 0 0 0 C92 0 156 -40 160 -128Z", shell),
        path("M-60 -3 C-40 6 40 6 60 -3 C40 0 -40 0 -60 -3Z", darker(color, 0.4)),
        ellipse(0, -128, 160, 46, lighter(color, 0.4)), ellipse(0, -126, 150, 41, inside), heap,
        path("M-160 -128 A160 46 0 0 0 160 -128 A160 40 0 0 1 -160 -128Z", lighter(color, 0.5)),
        scale=width / 320,
    )  # fmt: skip


def mug(
    sheet: Sheet,
    x: float,
    y: float,
    height: float,
    color: str = "#e9e4da",
    drink: str = "#4a2a14",
    foam: bool = False,
) -> str:
    body = sheet.linear(
        (0, darker(color, 0.28)), (0.2, lighter(color, 0.45)), (0.5, color), (1, darker(color, 0.38))
    )
    top = (
        ellipse(0, -128, 47, 11, "#f1e2c6") + ellipse(0, -128, 30, 6, mix(drink, "#f1e2c6", 0.4))
        if foam
        else ""
    )
    return placed(
        x, y, dropped(sheet, 84, 0.9),
        path("M46 -100 C96 -104 96 -34 44 -38", stroke=darker(color, 0.14), stroke_width=15),
        path("M46 -103 C94 -106 92 -34 44 -40", stroke=lighter(color, 0.3), stroke_width=4, stroke_opacity=0.7),
        path("M-56 -132 H56 C56 -70 54 -20 46 -6 C40 3 -40 3 -46 -6 C-54 -20 -56 -70 -56 -132Z", body),
        ellipse(0, -132, 56, 14, lighter(color, 0.3)), ellipse(0, -130, 50, 11.5, darker(color, 0.45)),
        ellipse(0, -127.5, 48, 10, sheet.radial((0, lighter(drink, 0.14)), (1, darker(drink, 0.3)))), top,
        scale=height / 142,
    )  # fmt: skip


def steam(sheet: Sheet, x: float, y: float, height: float, opacity: float = 0.34) -> str:
    puffs = ((0, 0, 44, 60), (-14, -46, 50, 76), (16, -88, 46, 80), (-6, -136, 56, 84), (12, -180, 44, 70))
    parts = [
        ellipse(px, py - 30, rx, ry, sheet.soft("#ffffff", round(opacity * (1 - place * 0.14), 3)))
        for place, (px, py, rx, ry) in enumerate(puffs)
    ]
    return placed(x, y, *parts, scale=height / 240)


def candle(sheet: Sheet, x: float, y: float, height: float, glow: float = 1) -> str:
    wax = sheet.linear((0, "#c9a877"), (0.3, "#fff5df"), (0.6, "#f2dfbb"), (1, "#a8834f"))
    flame = sheet.radial(
        (0, "#ffffff"), (0.35, "#fff0a8"), (0.75, "#ffb547"), (1, "#f0781e", 0.4), cy=0.66, r=0.62
    )
    return placed(
        x, y, circle(0, -150, 300, sheet.soft("#ffb04a", round(0.34 * glow, 3))), dropped(sheet, 54, 0.7),
        path("M-34 -118 H34 V-6 C34 4 -34 4 -34 -6Z", wax), ellipse(0, -118, 34, 9, "#fff3d6"),
        ellipse(0, -117, 22, 5, sheet.soft("#ffb85a", 0.9)), line("M0 -120 V-134", "#3a2a1a", 2.6),
        path("M0 -190 C14 -164 15 -142 0 -130 C-15 -142 -13 -164 0 -190Z", flame),
        circle(0, -156, 70, sheet.soft("#ffdf9a", round(0.6 * glow, 3))), scale=height / 190,
    )  # fmt: skip


def plant(
    sheet: Sheet, x: float, y: float, height: float, pot: str = "#c98a62", leaves: str = "#3f7f4a"
) -> str:
    """A pot of herbs."""
    chance = random.Random(f"plant{x}")
    clay = sheet.linear((0, darker(pot, 0.3)), (0.28, lighter(pot, 0.35)), (0.6, pot), (1, darker(pot, 0.42)))
    parts = [dropped(sheet, 90, 0.9)]
    tufts = sorted(
        ((chance.uniform(-105, 105), chance.uniform(-330, -130)) for _ in range(58)), key=lambda spot: spot[1]
    )
    parts += [
        line(
            f"M{tx * 0.15:.0f} -110 Q{tx * 0.4:.0f} {ty * 0.6:.0f} {tx:.0f} {ty:.0f}",
            darker(leaves, 0.3),
            2.4,
        )
        for tx, ty in tufts[::3]
    ]
    for tx, ty in tufts:
        tint = mix(darker(leaves, 0.3), lighter(leaves, 0.28), chance.random())
        fill = sheet.down((0, lighter(tint, 0.2)), (1, darker(tint, 0.2)))
        parts.append(
            placed(
                tx,
                ty,
                path("M0 0 C10 -18 38 -18 50 0 C38 14 10 14 0 0Z", fill),
                turn=chance.uniform(-170, -10),
                scale=0.92,
            )
        )
    parts += [
        path("M-66 -112 H66 L52 -6 C50 4 -50 4 -52 -6Z", clay),
        rect(-72, -122, 144, 24, clay, rx=5),
        rect(-66, -98, 132, 7, "#000000", fill_opacity=0.16),
    ]
    return placed(x, y, *parts, scale=height / 340)


def cloth(
    sheet: Sheet, x: float, y: float, width: float, color: str = "#dfe4ea", stripe: str | None = "#2d3a6b"
) -> str:
    """A linen napkin lying in front."""
    body = "M-180 -26 C-110 -44 60 -48 170 -34 C188 -20 196 4 186 18 C90 34 -90 36 -186 22 C-198 6 -194 -14 -180 -26Z"
    parts = [
        ellipse(8, 22, 205, 24, sheet.soft("#1a1008", 0.4)),
        path(body, sheet.down((0, lighter(color, 0.3)), (1, darker(color, 0.14)))),
    ]
    if stripe:
        clip = sheet.clip(body)
        rows = "".join(
            path(f"M{at} -60 L{at + 26} 50", stroke=stripe, stroke_width=w, stroke_opacity=0.8)
            for at, w in ((-150, 7), (-136, 2.5), (128, 7), (114, 2.5))
        )
        parts.append(group(rows, clip_path=clip))
    parts.append(
        path(
            "M-150 -8 C-60 -24 60 -24 150 -10 M-160 8 C-50 -4 70 -4 168 6",
            stroke="#ffffff",
            stroke_width=3,
            stroke_opacity=0.35,
        )
    )
    return placed(x, y, *parts, scale=width / 380)


def board(sheet: Sheet, x: float, y: float, width: float, color: str = "#b98350") -> str:
    """A cutting board lying flat, seen from a little above."""
    top = sheet.linear((0, lighter(color, 0.3)), (0.5, color), (1, darker(color, 0.2)))
    grain = "".join(
        line(f"M-215 {y_} C-80 {y_ - 5} 90 {y_ + 5} 215 {y_ - 1}", darker(color, 0.3), 1.6, 0.35)
        for y_ in range(-48, 12, 11)
    )
    return placed(
        x, y, ellipse(14, 16, 270, 30, sheet.soft("#1a1008", 0.6)),
        path("M-240 8 C-244 26 -236 30 -226 30 H226 C236 30 244 26 240 8Z", darker(color, 0.42)),
        path("M-200 -60 H200 C212 -60 218 -54 222 -44 L240 2 C244 12 236 16 226 16 H-226 C-236 16 -244 12 -240 2 L-222 -44 C-218 -54 -212 -60 -200 -60Z", top), grain,
        scale=width / 480,
    )  # fmt: skip


def spoon(sheet: Sheet, x: float, y: float, length: float, turn: float = 0, color: str = "#c9b48a") -> str:
    shine = sheet.linear((0, lighter(color, 0.6)), (0.5, color), (1, darker(color, 0.35)), x2=0.4, y2=1)
    return placed(
        x, y, path("M30 3 H220 C232 3 232 14 220 14 H30Z", "#1a1008", fill_opacity=0.28), ellipse(0, 8, 40, 22, sheet.soft("#1a1008", 0.5)),
        path("M30 -5 H220 C230 -5 230 6 220 6 H30Z", shine), ellipse(0, 0, 40, 22, shine), ellipse(2, 1, 31, 15, darker(color, 0.22)),
        ellipse(-6, -3, 16, 6, "#ffffff", fill_opacity=0.4), scale=length / 270, turn=turn,
    )  # fmt: skip


def scattered_berries(
    sheet: Sheet, seed: str, x: float, y: float, width: float, depth: float, count: int, r: float = 15
) -> str:
    chance = random.Random(seed)
    spots = sorted(
        (
            (chance.uniform(-width / 2, width / 2), chance.uniform(-depth / 2, depth / 2))
            for _ in range(count)
        ),
        key=lambda spot: spot[1],
    )
    parts = []
    for place, (bx, by) in enumerate(spots):
        parts.append(ellipse(bx + r * 0.4, by + r * 0.8, r * 1.3, r * 0.5, sheet.soft("#1a1008", 0.6)))
        parts.append(
            (blueberry, red_berry, blueberry, raspberry)[place % 4](
                sheet, bx, by, r * (0.85 + chance.random() * 0.3)
            )
        )
    return placed(x, y, *parts)


def pot(sheet: Sheet, x: float, y: float, width: float, color: str = "#a83a2c") -> str:
    """A cast-iron pot with its lid aside, soup in it."""
    body = sheet.linear(
        (0, darker(color, 0.5)),
        (0.2, lighter(color, 0.3)),
        (0.32, color),
        (0.7, darker(color, 0.2)),
        (1, darker(color, 0.6)),
    )
    return placed(
        x, y, dropped(sheet, 250, 1.4),
        path("M-196 -176 C-240 -184 -246 -140 -196 -140 M196 -176 C240 -184 246 -140 196 -140", stroke=darker(color, 0.3), stroke_width=17, stroke_linecap="round"),
        path("M-196 -210 H196 V-40 C196 -6 170 0 130 0 H-130 C-170 0 -196 -6 -196 -40Z", body),
        ellipse(0, -210, 200, 46, lighter(color, 0.18)), ellipse(0, -207, 186, 40, "#2b0d08"),
        ellipse(0, -196, 178, 33, sheet.radial((0, "#f2913f"), (0.6, "#d9601f"), (1, "#9c3410"))),
        ellipse(-60, -204, 34, 9, "#ffd08a", fill_opacity=0.5), ellipse(50, -188, 26, 6, "#fff0d0", fill_opacity=0.4),
        *(circle(px, py, 8, "#edc987") for px, py in ((-96, -198), (-30, -186), (24, -206), (90, -196), (120, -202), (-128, -204), (-10, -212), (64, -182))),
        *(ellipse(px, py, 12, 5, "#3f8a45") for px, py in ((-64, -190), (0, -198), (40, -196), (104, -186))),
        gleam(sheet, -170, -200, 50, 180, 0.5), scale=width / 392,
    )  # fmt: skip


def towels(
    sheet: Sheet,
    x: float,
    y: float,
    width: float,
    colors: tuple[str, ...] = ("#8fb3cf", "#eef3f6", "#c7d9e6"),
) -> str:
    """A stack of folded towels."""
    parts = [dropped(sheet, width * 0.6, 1.1)]
    for row, color in enumerate(colors):
        top = -56 * (row + 1)
        inset = (row % 2) * 6
        parts.append(
            rect(
                -width / 2 + inset,
                top,
                width - 2 * inset,
                57,
                sheet.down((0, lighter(color, 0.35)), (0.6, color), (1, darker(color, 0.28))),
                rx=24,
            )
        )
        parts.append(
            path(
                f"M{-width / 2 + 24 + inset} {top + 36} C{-width / 4} {top + 42} {width / 4} {top + 40} {width / 2 - 14 - inset} {top + 33}",
                stroke=darker(color, 0.24),
                stroke_width=2.4,
            )
        )
        parts.append(
            path(
                f"M{-width / 2 + 18 + inset} {top + 14} H{width / 2 - 26}",
                stroke="#ffffff",
                stroke_width=3,
                stroke_opacity=0.4,
                stroke_dasharray="2 5",
            )
        )
    return placed(x, y, *parts)


def sponge(sheet: Sheet, x: float, y: float, width: float) -> str:
    return placed(
        x, y, dropped(sheet, 90, 0.8), rect(-80, -56, 160, 40, sheet.down((0, "#ffe58a"), (1, "#d8ad3a")), rx=8),
        *(circle(-66 + place * 17 % 140, -48 + place * 11 % 28, 2.4, "#b98d25") for place in range(24)),
        rect(-80, -22, 160, 22, sheet.down((0, "#5d9a68"), (1, "#356b42")), rx=6), scale=width / 160,
    )  # fmt: skip


def tap(sheet: Sheet, x: float, y: float, height: float) -> str:
    """A kitchen tap."""
    steel = metal(sheet, "#b9c0c6")
    return placed(
        x, y, ellipse(0, 0, 46, 10, "#7d858c"), rect(-34, -30, 68, 32, steel, rx=8),
        path("M0 -24 V-230 C0 -330 170 -330 170 -230 V-196", stroke="#6f777e", stroke_width=30, stroke_linecap="round"),
        path("M0 -24 V-230 C0 -330 170 -330 170 -230 V-196", stroke="#c4cbd1", stroke_width=22, stroke_linecap="round"),
        path("M-5 -24 V-230 C-5 -338 175 -338 167 -230", stroke="#ffffff", stroke_width=6, stroke_opacity=0.85, stroke_linecap="round"),
        rect(153, -206, 34, 22, steel, rx=4), path("M28 -20 L96 -52", stroke="#aab2b8", stroke_width=13, stroke_linecap="round"), scale=height / 310,
    )  # fmt: skip


def plates(sheet: Sheet, x: float, y: float, width: float, count: int = 5) -> str:
    """A stack of plates."""
    parts = [dropped(sheet, 150, 1)]
    for row in range(count):
        top = -13 * row
        parts.append(
            path(
                f"M-150 {top - 16} C-140 {top - 2} -70 {top} 0 {top} C70 {top} 140 {top - 2} 150 {top - 16}Z",
                sheet.linear((0, "#c4ccd1"), (0.25, "#ffffff"), (0.6, "#eef1f3"), (1, "#aab4bb")),
            )
        )
        parts.append(ellipse(0, top - 16, 150, 14, "#f4f6f7", stroke="#c3ccd2", stroke_width=1))
    parts.append(ellipse(0, -13 * (count - 1) - 16, 108, 9, sheet.down((0, "#d4dbe0"), (1, "#f7f9fa"))))
    return placed(x, y, *parts, scale=width / 300)


def glass_jar(sheet: Sheet, x: float, y: float, height: float, content: str, label: str = "") -> str:
    """A storage jar with a wooden lid."""
    return placed(
        x, y, dropped(sheet, 100, 0.9), rect(-72, -200, 144, 200, sheet.linear((0, darker(content, 0.4)), (0.25, lighter(content, 0.3)), (0.6, content), (1, darker(content, 0.42))), rx=18),
        rect(-72, -230, 144, 60, "#ffffff", fill_opacity=0.2, rx=12), streak(sheet, -58, -206, 12, 190, 0.7),
        rect(-66, -254, 132, 34, plastic(sheet, "#b98350"), rx=9), label, scale=height / 254,
    )  # fmt: skip


def biscuits(sheet: Sheet, x: float, y: float, width: float) -> str:
    """Round biscuits on a plate."""
    chance = random.Random("biscuits")
    parts = [
        dropped(sheet, 190, 1.1),
        path("M-170 -22 C-150 2 -70 6 0 6 C70 6 150 2 170 -22Z", "#c9d0d4"),
        ellipse(0, -24, 170, 30, "#f3f5f6"),
        ellipse(0, -24, 130, 20, "#e2e6e9"),
    ]
    for bx, by in ((-86, -34), (0, -26), (84, -34), (-46, -56), (42, -56), (0, -76)):
        parts.append(ellipse(bx, by + 9, 52, 19, "#8d5a26"))
        parts.append(ellipse(bx, by, 52, 19, sheet.radial((0, "#eec48a"), (0.8, "#d29c58"), (1, "#b07836"))))
        parts += [
            circle(bx + chance.uniform(-34, 34), by + chance.uniform(-10, 10), 3, "#7a1d2c") for _ in range(5)
        ]
    return placed(x, y, *parts, scale=width / 340)


def spaghetti(sheet: Sheet, x: float, y: float, length: float, turn: float = 0) -> str:
    """A tied bundle of spaghetti lying on the table."""
    straws = "".join(
        line(
            f"M{-160 + (row * 7) % 13} {row * 3.4 - 18} L{160 - (row * 11) % 17} {row * 3.2 - 16}",
            ("#f4d58b", "#e6bf6b", "#d9ad55")[row % 3],
            3.6,
        )
        for row in range(12)
    )
    return placed(
        x,
        y,
        ellipse(10, 24, 190, 16, sheet.soft("#1a1008", 0.6)),
        straws,
        rect(-8, -23, 18, 46, "#8c1b12", rx=4),
        path("M2 -20 C-30 -50 -40 -10 2 -4 C40 -46 48 -6 2 -4", stroke="#a8281c", stroke_width=5),
        scale=length / 330,
        turn=turn,
    )
