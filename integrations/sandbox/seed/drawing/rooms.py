# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""Walls, windows, tables: what stands behind and below. Most of it is drawn to be blurred."""

import random

from .svg import Sheet, circle, darker, ellipse, group, lighter, line, mix, path, placed, rect


def wall(sheet: Sheet, width: float, height: float, light: str, shade: str, cx: float = 0.25) -> str:
    """A plain wall, lit from the upper left."""
    return rect(
        0,
        0,
        width,
        height,
        sheet.radial((0, light), (0.55, mix(light, shade, 0.6)), (1, shade), cx=cx, cy=0.2, r=0.95),
    )


def table(
    sheet: Sheet, width: float, y: float, height: float, color: str, seed: str = "table", planks: bool = True
) -> str:
    """A wooden table top from its far edge at ``y`` down to the edge of the picture."""
    chance = random.Random(seed)
    parts = [
        rect(
            0,
            y,
            width,
            height - y,
            sheet.down((0, lighter(color, 0.2)), (0.25, color), (1, darker(color, 0.28))),
        )
    ]
    if planks:
        for _ in range(60):
            at = y + (height - y) * chance.random() ** 1.3
            start, long = chance.uniform(-200, width), chance.uniform(120, 620)
            tint = mix(darker(color, 0.45), lighter(color, 0.4), chance.random())
            parts.append(
                line(
                    f"M{start:.0f} {at:.0f} c{long * 0.3:.0f} {chance.uniform(-3, 3):.1f} {long * 0.6:.0f} {chance.uniform(-3, 3):.1f} {long:.0f} 0",
                    tint,
                    chance.uniform(0.8, 2.6),
                    0.22,
                )
            )
        for share in (0.16, 0.4, 0.72):
            at = y + (height - y) * share
            parts.append(
                path(
                    f"M0 {at:.1f}H{width}",
                    stroke=darker(color, 0.6),
                    stroke_width=1.4 + share * 2,
                    stroke_opacity=0.4,
                )
            )
            parts.append(
                path(
                    f"M0 {at + 2 + share * 2:.1f}H{width}",
                    stroke=lighter(color, 0.5),
                    stroke_width=1 + share,
                    stroke_opacity=0.25,
                )
            )
    parts.append(rect(0, y, width, 7, "#ffffff", fill_opacity=0.22))
    parts.append(
        rect(
            0,
            y,
            width,
            (height - y) * 0.4,
            sheet.linear((0, "#ffffff", 0.22), (0.5, "#ffffff", 0.05), (1, "#000000", 0.16)),
        )
    )
    return group(*parts)


def tiles(
    sheet: Sheet,
    width: float,
    height: float,
    color: str,
    size: tuple[float, float] = (150, 75),
    seed: str = "tiles",
) -> str:
    """Glazed tiles in a running bond, each a little different."""
    chance = random.Random(seed)
    wide, high = size
    parts = [rect(0, 0, width, height, darker(color, 0.16))]
    row, y = 0, 0.0
    while y < height:
        x = -wide / 2 if row % 2 else 0.0
        while x < width:
            tint = mix(darker(color, 0.1), lighter(color, 0.35), chance.random())
            parts.append(rect(x + 2, y + 2, wide - 4, high - 4, tint, rx=3))
            parts.append(
                path(
                    f"M{x + 5:.0f} {y + 5:.0f} H{x + wide * chance.uniform(0.4, 0.95):.0f}",
                    stroke="#ffffff",
                    stroke_width=3,
                    stroke_opacity=0.5,
                )
            )
            x += wide
        y += high
        row += 1
    parts.append(
        rect(
            0, 0, width, height, sheet.linear((0, "#ffffff", 0.28), (0.4, "#ffffff", 0), (1, "#0b1a26", 0.26))
        )
    )
    return group(*parts)


def _frame(x: float, y: float, width: float, height: float, color: str, bars: int) -> str:
    """The woodwork of a window."""
    parts = [rect(x, y, width, height, stroke=color, stroke_width=20)]
    parts += [
        path(f"M{x + width * place / bars} {y}V{y + height}", stroke=color, stroke_width=13)
        for place in range(1, bars)
    ]
    parts.append(path(f"M{x} {y + height * 0.42}H{x + width}", stroke=color, stroke_width=11))
    parts.append(rect(x - 26, y + height + 6, width + 52, 22, lighter(color, 0.2), rx=3))
    parts.append(rect(x - 26, y + height + 26, width + 52, 12, "#000000", fill_opacity=0.25))
    return group(*parts)


def day_window(sheet: Sheet, x: float, y: float, width: float, height: float, seed: str = "garden") -> str:
    """A window on a sunny garden."""
    chance = random.Random(seed)
    parts = [rect(x, y, width, height, sheet.down((0, "#fdfdf6"), (0.5, "#eaf4e4"), (1, "#b9d7a0")))]
    for _ in range(40):
        tint = mix("#7fae62", "#e9f4c8", chance.random())
        parts.append(
            circle(
                x + chance.random() * width,
                y + height * (0.4 + 0.6 * chance.random()),
                chance.uniform(18, 64),
                tint,
                fill_opacity=0.5,
            )
        )
    return group(
        group(*parts, clip_path=sheet.clip(f"M{x} {y}h{width}v{height}h{-width}Z")),
        _frame(x, y, width, height, "#f7f3ea", 3),
    )


def winter_window(
    sheet: Sheet, x: float, y: float, width: float, height: float, dusk: bool = True, seed: str = "snow"
) -> str:
    """A window on snowy hills with firs; it is snowing."""
    chance = random.Random(seed)
    sky = (
        ((0, "#1d2a4d"), (0.55, "#46568a"), (1, "#8d93b8"))
        if dusk
        else ((0, "#cfdcec"), (0.6, "#e6eef6"), (1, "#f6f9fc"))
    )
    snow, far = ("#c9d3ea", "#9aa8cc") if dusk else ("#ffffff", "#dfe8f2")
    parts = [rect(x, y, width, height, sheet.down(*sky))]
    if dusk:
        parts.append(circle(x + width * 0.78, y + height * 0.22, 130, sheet.soft("#fff1c9", 0.5)))
        parts.append(circle(x + width * 0.78, y + height * 0.22, 26, "#fff3d4"))
    horizon = y + height * 0.68
    parts.append(
        path(
            f"M{x} {horizon} C{x + width * 0.25} {horizon - 90} {x + width * 0.5} {horizon - 10} {x + width * 0.7} {horizon - 70} S{x + width} {horizon - 30} {x + width} {horizon} V{y + height} H{x}Z",
            far,
        )
    )
    for _ in range(16):
        base, size = horizon + chance.uniform(-30, 46), chance.uniform(46, 120)
        at = x + chance.random() * width
        tint = mix("#24405a", far, chance.uniform(0.05, 0.5))
        for tier in range(3):
            half, top = size * (0.2 + tier * 0.1), base - size + tier * size * 0.28
            parts.append(path(f"M{at:.0f} {top:.0f} l{half:.0f} {size * 0.42:.0f} h{-2 * half:.0f}Z", tint))
    parts.append(
        path(
            f"M{x} {horizon + 44} C{x + width * 0.3} {horizon + 6} {x + width * 0.7} {horizon + 66} {x + width} {horizon + 22} V{y + height} H{x}Z",
            snow,
        )
    )
    parts += [
        circle(
            x + chance.random() * width,
            y + chance.random() * height,
            chance.uniform(2, 6),
            "#ffffff",
            fill_opacity=chance.choice((0.5, 0.8, 1)),
        )
        for _ in range(110)
    ]
    drift = path(
        f"M{x} {y + height} V{y + height - 26} C{x + width * 0.2} {y + height - 50} {x + width * 0.5} {y + height - 12} {x + width * 0.75} {y + height - 34} S{x + width} {y + height - 22} {x + width} {y + height - 30} V{y + height}Z",
        "#ffffff",
    )
    return group(
        group(*parts, drift, clip_path=sheet.clip(f"M{x} {y}h{width}v{height}h{-width}Z")),
        _frame(x, y, width, height, "#3a2c22" if dusk else "#f4efe6", 3),
    )


def sunbeams(sheet: Sheet, width: float, height: float) -> str:
    """Morning light falling through panes, from the upper left."""
    ray = sheet.linear((0, "#fff6d6", 0.5), (1, "#fff6d6", 0), x1=0, y1=0, x2=0.7, y2=1)
    shafts = ((0.02, 0.2), (0.26, 0.4), (0.46, 0.56))
    return group(
        *(
            path(
                f"M{width * a:.0f} 0 H{width * b:.0f} L{width * (b + 0.34):.0f} {height} H{width * (a + 0.3):.0f}Z",
                ray,
            )
            for a, b in shafts
        )
    )


def fairy_lights(
    sheet: Sheet, width: float, y: float, count: int = 22, seed: str = "lights", reach: float = 120
) -> str:
    """Small lamps out of focus."""
    chance = random.Random(seed)
    parts = []
    for place in range(count):
        x = width * (place + chance.random()) / count
        at = y + chance.uniform(-reach, reach)
        r = chance.uniform(11, 30)
        tint = chance.choice(("#ffd27a", "#ffb75c", "#ffe6b0"))
        parts.append(circle(x, at, r * 3, sheet.soft(tint, 0.35)))
        parts.append(circle(x, at, r, tint, fill_opacity=0.55))
        parts.append(circle(x, at, r, stroke="#fff3d6", stroke_width=2, stroke_opacity=0.5))
    return group(*parts)


def shelf(sheet: Sheet, width: float, y: float, color: str, thick: float = 34) -> str:
    """A board on a wall with its shadow; things stand on its upper edge at ``y``."""
    return group(
        rect(0, y + thick, width, 90, sheet.down((0, "#000000", 0.42), (1, "#000000", 0))),
        rect(0, y - 26, width, 28, sheet.down((0, darker(color, 0.1)), (1, lighter(color, 0.16)))),
        rect(
            0, y, width, thick, sheet.down((0, lighter(color, 0.3)), (0.15, color), (1, darker(color, 0.3)))
        ),
    )


def sweep(sheet: Sheet, width: float, height: float, light: str, edge: str, floor: float) -> str:
    """A photo studio: a paper that bends from wall to floor."""
    return group(
        rect(0, 0, width, height, sheet.radial((0, light), (1, edge), cx=0.45, cy=0.35, r=0.85)),
        rect(
            0,
            floor - 160,
            width,
            height - floor + 160,
            sheet.down((0, lighter(edge, 0.3), 0), (0.4, lighter(edge, 0.4), 0.7), (1, light, 0.9)),
        ),
    )


def counter(sheet: Sheet, width: float, y: float, height: float, color: str = "#e9ebec") -> str:
    """A stone worktop with its front edge."""
    chance = random.Random("stone")
    flecks = "".join(
        circle(
            chance.random() * width,
            y + chance.random() * (height - y),
            chance.uniform(0.8, 2.6),
            darker(color, chance.uniform(0.08, 0.3)),
            fill_opacity=0.5,
        )
        for _ in range(260)
    )
    return group(
        rect(0, y, width, height - y, sheet.down((0, lighter(color, 0.5)), (0.3, color), (1, darker(color, 0.16)))), flecks,
        rect(0, y, width, 6, "#ffffff", fill_opacity=0.5),
        rect(0, y, width, height - y, sheet.linear((0, "#ffffff", 0.3), (0.5, "#ffffff", 0), (1, "#0b1a26", 0.14))),
    )  # fmt: skip


def graded(
    sheet: Sheet, width: float, height: float, glow: str, shade: str, strength: float = 0.4, dusk: float = 0
) -> str:
    """Light over everything: a glow from the upper left, darker corners, ``dusk`` over all of it."""
    return group(
        rect(-9, -9, width + 18, height + 18, shade, fill_opacity=dusk) if dusk else "",
        rect(
            -9,
            -9,
            width + 18,
            height + 18,
            sheet.radial((0, glow, strength * 0.55), (0.6, glow, 0), cx=0.2, cy=0.1, r=0.9),
        ),
        rect(
            -9,
            -9,
            width + 18,
            height + 18,
            sheet.radial((0, shade, 0), (0.62, shade, 0), (1, shade, strength), cx=0.5, cy=0.48, r=0.76),
        ),
    )


def from_above(sheet: Sheet, width: float, height: float, color: str, seed: str = "above") -> str:
    """A wooden table seen straight from above."""
    chance = random.Random(seed)
    parts = []
    board, x = width / 5, 0.0
    while x < width:
        tint = mix(color, lighter(color, 0.25), chance.random())
        parts.append(
            rect(
                x,
                0,
                board - 2,
                height,
                sheet.linear((0, darker(tint, 0.06)), (0.1, tint), (0.9, tint), (1, darker(tint, 0.1))),
            )
        )
        for _ in range(14):
            at = x + chance.uniform(8, board - 8)
            start, long = chance.uniform(-100, height), chance.uniform(120, 500)
            parts.append(
                line(
                    f"M{at:.0f} {start:.0f} c{chance.uniform(-5, 5):.1f} {long * 0.3:.0f} {chance.uniform(-5, 5):.1f} {long * 0.6:.0f} 0 {long:.0f}",
                    darker(tint, 0.25),
                    chance.uniform(1, 2.4),
                    0.3,
                )
            )
        x += board
    return group(rect(0, 0, width, height, darker(color, 0.4)), *parts)


def basin(sheet: Sheet, x: float, y: float, width: float) -> str:
    """A sink let into the worktop, its far rim at ``y``."""
    return placed(
        x, y, path("M-220 0 H220 L250 74 H-250Z", sheet.down((0, "#8f989e"), (0.5, "#c3cacf"), (1, "#eef1f3"))),
        path("M-204 6 H204 L228 66 H-228Z", sheet.down((0, "#596168"), (1, "#a4adb3"))),
        path("M-250 74 H250 L252 82 H-252Z", "#ffffff", fill_opacity=0.8), ellipse(0, 46, 20, 6, "#3c4349"), scale=width / 500,
    )  # fmt: skip
