# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""Bags: the coffee pouch and the dishwasher tabs."""

from ..label_words import Label
from .backs import BackPrint, back_print
from .lettering import SERIF, brand, lines, text
from .nature import coffee_bean
from .surfaces import Drawn, gleam, plastic
from .svg import Sheet, darker, ellipse, group, lighter, line, path, placed, rect


def _outline(top: float) -> str:
    return (
        f"M262 {top} H538 L546 {top + 126} C556 430 562 560 553 672 C552 686 544 692 530 692 H270 C256 692 248 686 247 672 "
        f"C238 560 244 430 254 {top + 126}Z"
    )


def _pouch(sheet: Sheet, color: str, top: float, fold: float = 1) -> str:
    """A stand-up pouch with a crimped seam; its folds are soft light and shade."""
    outline = _outline(top)
    crimp = "".join(
        rect(262, top + 6 + row * 7, 276, 3, "#ffffff" if row % 2 else "#000000", fill_opacity=0.1)
        for row in range(7)
    )
    return group(
        path(outline, plastic(sheet, color)),
        path(f"M262 {top} H538 V{top + 56} H262Z", sheet.linear((0, darker(color, 0.25)), (0.3, lighter(color, 0.12)), (0.7, color), (1, darker(color, 0.3)))),
        crimp,
        line(f"M262 {top + 58} H538", "#000000", 1.6, 0.35),
        path(f"M264 {top + 60} L300 {top + 168} L282 {top + 300} L254 {top + 128}Z", "#000000", fill_opacity=0.14 * fold),
        path(f"M536 {top + 60} L500 {top + 168} L516 {top + 300} L546 {top + 128}Z", "#000000", fill_opacity=0.2 * fold),
        path(f"M270 {top + 60} L303 {top + 168} L296 {top + 180} L262 {top + 100}Z", "#ffffff", fill_opacity=0.1),
        gleam(sheet, 262, top + 150, 44, 400, 0.34),
        gleam(sheet, 486, top + 240, 40, 300, 0.1),
        path("M252 640 C300 622 500 622 548 640 C546 660 552 676 548 684 C540 694 260 694 252 684 C248 676 254 660 252 640Z", sheet.down((0, "#000000", 0), (1, "#000000", 0.3))),
        path("M262 650 C320 632 480 632 538 650", stroke="#ffffff", stroke_width=2, stroke_opacity=0.16),
    )  # fmt: skip


def coffee(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None) -> Drawn:
    paper = rect(290, 282, 220, 326, "#f6ecdb")
    valve = group(
        ellipse(400, 244, 13, 13, "#1b2c2a"),
        ellipse(400, 243, 10, 10, "#3b5552"),
        ellipse(400, 243, 3, 3, "#14201f"),
    )
    front: tuple[str, ...] = (
        rect(293, 286, 220, 326, "#000000", fill_opacity=0.25),
        paper,
        rect(290, 282, 220, 13, "#d9723b"),
        brand(400, 364, "#2a403e", 14),
        lines(400, 424, label.title, 46, "#1b2a28", 200, family=SERIF),
        text(400, 454, label.kind, 19.5, "#8a4a22", SERIF, italic=True, fit=190),
        coffee_bean(sheet, 356, 514, 25, 28), coffee_bean(sheet, 402, 512, 26, -14), coffee_bean(sheet, 446, 516, 25, 36),
        text(400, 572, label.note, 12.5, "#5d4a3c", fit=198),
        path("M290 282 H510 V608 H290Z", sheet.linear((0, "#000000", 0.2), (0.14, "#ffffff", 0.1), (0.3, "#ffffff", 0.18), (0.5, "#ffffff", 0), (0.85, "#000000", 0.06), (1, "#000000", 0.22))),
    )  # fmt: skip
    if back:
        front = (
            paper,
            rect(290, 282, 220, 13, "#d9723b"),
            back_print(back, 306, 310, 188, 288, "#2a403e", 15),
        )
        valve = ""
    foot = text(400, 650, net, 15, "#e4eeec", weight=700, spacing=0.8)
    return Drawn(group(_pouch(sheet, "#2f4a47", 150), valve, *front, foot), 245, 150, 555, 230)


def _tab(sheet: Sheet, x: float, y: float, turn: float) -> str:
    """A pressed dishwasher tab with a ball in the middle."""
    ball = sheet.radial((0, "#9fd0ff"), (0.5, "#2f7fd0"), (1, "#134a86"), cx=0.38, cy=0.3, r=0.8)
    return placed(
        x, y, ellipse(4, 34, 56, 15, sheet.soft("#0a2440", 0.5)),
        rect(-46, -4, 92, 34, "#1f5f9f", rx=10), rect(-46, -24, 92, 40, "#e9f1f8", rx=12),
        rect(-46, -26, 92, 34, sheet.down((0, "#ffffff"), (1, "#d4e2ee")), rx=14),
        ellipse(0, -10, 21, 12, "#b7cfe4"), ellipse(0, -14, 18, 12, ball), turn=turn,
    )  # fmt: skip


def dishwasher_tabs(sheet: Sheet, label: Label, net: str) -> Drawn:
    ink = "#123c66"
    front = (
        group(
            path("M230 470 C330 430 470 520 570 462 V700 H230Z", sheet.down((0, "#5aa3dd"), (1, "#1b5a98"))),
            path("M230 470 C330 430 470 520 570 462 V478 C470 536 330 446 230 486Z", "#bfe0f7"),
            path("M230 470 C330 430 470 520 570 462 V700 H230Z", sheet.linear((0, "#0b2440", 0.4), (0.14, "#0b2440", 0), (0.8, "#0b2440", 0.05), (1, "#0b2440", 0.42))),
            clip_path=sheet.clip(_outline(164)),
        ),
        brand(400, 290, ink, 15),
        lines(400, 358, label.title, 54, "#0c2a4a", 224, family=SERIF),
        text(400, 392, label.kind, 20, "#2f6fae", SERIF, italic=True, fit=226),
        text(400, 424, label.note, 13, ink, fit=226),
        _tab(sheet, 400, 548, 0), _tab(sheet, 338, 596, -6), _tab(sheet, 462, 598, 7),
        text(400, 662, net, 14.5, "#ffffff", weight=700, spacing=0.6),
    )  # fmt: skip
    return Drawn(
        group(_pouch(sheet, "#eef3f7", 164, 0.4), *front, gleam(sheet, 262, 300, 40, 330, 0.5)),
        245,
        164,
        555,
        240,
    )
