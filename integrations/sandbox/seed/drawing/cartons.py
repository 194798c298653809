# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""Everything in board: the muesli, crispbread and tea boxes and the oat drink carton."""

import random

from ..label_words import OLD_MUESLI_CLAIM, Label
from .backs import BackPrint, back_print
from .lettering import SERIF, brand, lines, roundel, text, wordmark
from .nature import camomile, leaf, muesli_heap, oat_ear
from .surfaces import GROUND, Drawn
from .svg import Sheet, circle, darker, ellipse, group, lighter, line, mix, path, placed, rect


def box(
    sheet: Sheet,
    color: str,
    print_: str,
    left: float,
    top: float,
    right: float,
    depth: float,
    ink: str = "#ffffff",
) -> str:
    """
    A box seen a little from the right and above; ``print_`` is what its front shows.

    ``depth`` is the width of the visible side.
    """
    edge, lift = right + depth, depth * 0.24
    front = f"M{left} {top} H{right} V{GROUND - 2} H{left}Z"
    side = f"M{right} {top} L{edge} {top - lift} V{GROUND - lift * 1.3} L{right} {GROUND - 2}Z"
    lid = f"M{left} {top} L{left + depth * 0.92} {top - lift} H{edge} L{right} {top}Z"
    middle = f"M{left + depth * 0.46} {top - lift / 2} H{right + depth * 0.5}"
    height = GROUND - top
    spine = placed(
        right + depth * 0.5,
        top + height * 0.5,
        wordmark(0, 9, 18, ink, spacing=0.62),
        turn=90,
        fill_opacity=0.8,
    )
    return group(
        path(side, sheet.linear((0, darker(color, 0.3)), (1, darker(color, 0.58)))),
        spine,
        path(side, sheet.down((0, "#000000", 0.02), (0.75, "#000000", 0.06), (1, "#000000", 0.4))),
        path(lid, sheet.linear((0, lighter(color, 0.3)), (1, lighter(color, 0.14)))),
        line(middle, darker(color, 0.3), 1.6, 0.55),
        path(f"M{left} {top} L{left + depth * 0.92} {top - lift} H{edge}", stroke=lighter(color, 0.5), stroke_width=1.2, stroke_opacity=0.6),
        path(front, sheet.linear((0, lighter(color, 0.04)), (0.55, color), (1, darker(color, 0.2)), x2=1, y2=0.5)),
        group(print_, clip_path=sheet.clip(front)),
        path(f"M{left} {top} H{left + (right - left) * 0.26} L{left} {top + height * 0.78}Z", sheet.linear((0, "#ffffff", 0.13), (1, "#ffffff", 0.03))),
        path(front, sheet.down((0, "#ffffff", 0.05), (0.2, "#ffffff", 0), (0.82, "#000000", 0), (1, "#000000", 0.2))),
        rect(right - 2, top, 3, GROUND - 2 - top, sheet.linear((0, "#ffffff", 0), (0.6, "#ffffff", 0.38), (1, "#ffffff", 0))),
        rect(left, top, 1.6, GROUND - 2 - top, "#ffffff", fill_opacity=0.18),
    )  # fmt: skip


def _printed_back(
    back: BackPrint, x: float, y: float, width: float, height: float, ink: str, size: float
) -> str:
    """A white panel with the back print on it."""
    return group(
        rect(x, y, width, height, "#ffffff", rx=7),
        back_print(back, x + 14, y + 12, width - 28, height - 22, ink, size, module=1),
    )


def muesli(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None, version: int = 4) -> Drawn:
    """Version 4 is navy with the claim on the right; until version 3 it stood on the left."""
    claim_on_left = version < 4
    color = {1: "#5a4a2f", 2: "#2f5a4a", 3: "#7a2748"}.get(version, "#2d3a6b")
    left, top, right = 232, 168, 502
    middle = (left + right) / 2
    disc, disc_ink = ("#f0e2c0", "#6d1f40") if claim_on_left else ("#f3b23c", "#1f2950")
    print_ = group(
        path("M232 520 L330 430 L372 470 L432 392 L502 468 V692 H232Z", lighter(color, 0.1)),
        path("M232 562 L300 500 L352 540 L420 470 L502 540 V692 H232Z", darker(color, 0.12)),
        brand(middle, 252, "#ffffff", 17),
        lines(middle, 312, label.title, 43, "#ffffff", 236, family=SERIF, leading=1.1),
        ellipse(middle + 6, 626, 160, 134, "#0a0f26", fill_opacity=0.28),
        ellipse(middle, 620, 154, 132, sheet.linear((0, "#ffffff"), (0.6, "#f3f3f6"), (1, "#cfd2de"))),
        ellipse(middle, 618, 138, 116, "#d9dbe4"),
        placed(middle, 616, muesli_heap(sheet, "front", 132, 110, 300, 12)),
        roundel(
            288 if claim_on_left else 446,
            440,
            47,
            OLD_MUESLI_CLAIM if claim_on_left else label.claim,
            disc,
            disc_ink,
        ),
        placed(
            264, 674, rect(-24, -15, 62, 22, "#ffffff", rx=11), text(7, 1, net, 13, "#1f2950", weight=700)
        ),
    )
    if back:
        print_ = _printed_back(back, left + 18, top + 20, right - left - 36, 484, "#1f2950", 15)
    return Drawn(box(sheet, color, print_, left, top, right, 92), left, 152, 594, 280)


def crispbread(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None) -> Drawn:
    left, top, right = 196, 336, 560
    middle, color = (left + right) / 2, "#a4452c"

    def slice_(x: float, y: float, turn: float) -> str:
        dots = "".join(
            ellipse(column * 17 - 94 + (row % 2) * 8, row * 14 - 42, 4, 3, "#8a5a26", fill_opacity=0.75)
            for row in range(7)
            for column in range(12)
        )
        return placed(
            x, y, rect(-106, -54, 212, 112, "#3d1508", rx=14, fill_opacity=0.3),
            rect(-106, -58, 212, 112, sheet.linear((0, "#e8bd7c"), (0.5, "#cf9850"), (1, "#a8712f"), x2=0.6, y2=1), rx=13), dots,
            rect(-103, -55, 206, 106, rx=11, stroke="#f6dba6", stroke_width=2, stroke_opacity=0.6), turn=turn,
        )  # fmt: skip

    print_ = group(
        path("M196 600 C300 560 460 560 560 604 V692 H196Z", darker(color, 0.22)),
        slice_(middle + 62, 636, -7), slice_(middle - 34, 622, 5),
        brand(middle, 408, "#fff3e2", 15.5),
        lines(middle, 458, label.title, 36, "#ffffff", 250, family=SERIF, leading=1.08),
        text(middle, 526, label.kind, 17, "#ffd9b0", SERIF, italic=True, fit=220),
        roundel(512, 498, 37, label.claim, "#f1d18f", "#5c1f10"),
        placed(226, 364, text(0, 0, net, 14, "#ffe9d2", weight=700, anchor="start")),
    )  # fmt: skip
    if back:
        print_ = _printed_back(back, left + 16, top + 16, right - left - 32, 322, "#5c1f10", 10.5)
    return Drawn(box(sheet, color, print_, left, top, right, 62), left, 320, 622, 170)


def tea(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None) -> Drawn:
    left, top, right = 226, 352, 506
    middle, color = (left + right) / 2, "#233a5e"
    chance = random.Random("stars")
    # Only beside the words: among Arabic letters a star reads as a dot.
    stars = "".join(
        circle(
            left + chance.choice((chance.uniform(8, 34), chance.uniform(246, 272))),
            top + chance.uniform(50, 190),
            chance.uniform(0.7, 1.8),
            "#fff6d8",
            fill_opacity=0.6,
        )
        for _ in range(26)
    )
    flowers = [
        (258, 654, 25, 10),
        (300, 668, 21, 40),
        (346, 650, 28, 0),
        (398, 666, 23, 25),
        (440, 650, 27, 12),
        (484, 662, 24, 50),
    ]
    print_ = group(
        path("M226 352 H506 V692 H226Z", sheet.down((0, "#16243f"), (0.6, "#2c4a75"), (1, "#55739a"))),
        stars,
        circle(462, 396, 52, sheet.soft("#ffeebc", 0.5)),
        circle(462, 396, 21, "#fff1c9"), circle(454, 391, 18.5, "#1f3358"),
        brand(middle, 424, "#fff6df", 14),
        lines(middle, 484, label.title, 47, "#ffffff", 236, family=SERIF),
        text(middle, 514, label.kind, 18.5, "#f5dd9e", SERIF, italic=True, fit=220),
        text(middle, 545, label.note, 12.5, "#e3eaf6", fit=236),
        *(line(f"M{x} {y} Q{x + 4} {y + 30} {x - 2} 700", "#6f9a62", 3) for x, y, _, _ in flowers),
        *(leaf(sheet, x, y + 34, 26, -30 if place % 2 else 205, "#5f8f58") for place, (x, y, _, _) in enumerate(flowers)),
        *(camomile(sheet, x, y, r, turn) for x, y, r, turn in flowers),
        text(left + 18, 384, net, 13.5, "#ffffff", weight=700, anchor="start"),
    )  # fmt: skip
    if back:
        print_ = _printed_back(back, left + 18, top + 18, right - left - 36, 302, "#1f3358", 14)
    return Drawn(box(sheet, color, print_, left, top, right, 72), left, 336, 578, 110)


def _carton_body(sheet: Sheet, color: str, print_: str) -> str:
    """A slim carton with a slanted top and a screw cap."""
    left, right, top, depth = 292, 466, 262, 58
    edge, lift = right + depth, 15
    front = f"M{left} {top} H{right} V{GROUND - 2} H{left}Z"
    side = f"M{right} {top} L{edge} {top - 8} V{GROUND - lift} L{right} {GROUND - 2}Z"
    slope = f"M{left} {top} L{left + 26} 196 H{right + 22} L{right} {top}Z"
    slope_side = f"M{right} {top} L{right + 22} 196 L{edge - 4} 204 L{edge} {top - 8}Z"
    cap = group(
        path("M352 176 H412 V206 C412 214 352 214 352 206Z", sheet.linear((0, "#b99a63"), (0.3, "#f3e1bb"), (0.7, "#cfae74"), (1, "#8e713f"))),
        ellipse(382, 176, 30, 9, "#ecd9b0"), ellipse(382, 176, 22, 6, "#d8bf8c"),
        path("M356 184V204M364 187V208M372 188V210M381 189V210M390 188V210M399 187V208M407 184V204", stroke="#7d6234", stroke_width=1.2, stroke_opacity=0.5),
    )  # fmt: skip
    return group(
        path(side, sheet.linear((0, darker(color, 0.2)), (1, darker(color, 0.36)))),
        placed(
            right + depth * 0.5, 470, wordmark(0, 7.5, 15, "#7c5a26", spacing=0.62), turn=90, fill_opacity=0.8
        ),
        path(slope_side, darker(color, 0.26)),
        path(slope, sheet.down((0, lighter(color, 0.25)), (1, darker(color, 0.05)))),
        cap,
        path(front, sheet.linear((0, lighter(color, 0.25)), (0.6, color), (1, darker(color, 0.08)))),
        group(print_, clip_path=sheet.clip(front)),
        path(
            front,
            sheet.linear(
                (0, "#ffffff", 0.25), (0.2, "#ffffff", 0), (0.8, "#4a3512", 0), (1, "#4a3512", 0.16)
            ),
        ),
        path(front, sheet.down((0, "#4a3512", 0), (0.85, "#4a3512", 0), (1, "#4a3512", 0.2))),
        rect(right - 1.5, top, 2.6, GROUND - 2 - top, "#ffffff", fill_opacity=0.5),
        path(f"M{left} {top} H{right}", stroke=darker(color, 0.25), stroke_width=1.2, stroke_opacity=0.5),
    )


def oat_drink(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None) -> Drawn:
    middle, ink = 379, "#6b4718"
    first = 402 if len(label.title) == 1 else 392
    last = first + (len(label.title) - 1) * 37 * 1.06
    foam = sheet.radial((0, "#fffaf0"), (0.7, "#f4e3c4"), (1, "#dcbf8e"))
    cup = group(
        ellipse(middle + 4, 668, 70, 12, sheet.soft("#5a3c10", 0.4)),
        path("M432 606 C470 600 470 650 424 646", stroke="#dfe6e4", stroke_width=9),
        path("M320 590 H438 C438 640 420 668 379 668 C338 668 320 640 320 590Z", sheet.linear((0, "#ffffff"), (0.5, "#eef2f1"), (1, "#b9c6c4"))),
        ellipse(379, 590, 59, 16, "#f8fbfa"), ellipse(379, 591, 53, 13, "#a8723c"),
        ellipse(379, 591, 45, 10.4, foam),
        path("M379 598 C368 591 368 585 374 585 C377 585 379 588 379 589 C379 588 381 585 384 585 C390 585 390 591 379 598Z", "#a8723c"),
    )  # fmt: skip
    print_ = group(
        path("M292 560 C340 540 410 580 466 552 V692 H292Z", "#e3c58c"),
        path("M292 600 C350 574 410 612 466 588 V692 H292Z", "#d3ad69"),
        oat_ear(sheet, 312, 640, 118, -6), oat_ear(sheet, 450, 636, 112, 8),
        brand(middle, 342, ink, 13),
        lines(middle, first, label.title, 37, "#3f2a0c", 160, family=SERIF, leading=1.06),
        text(middle, last + 30, label.kind, 20, "#a8672a", SERIF, italic=True, fit=150),
        text(middle, last + 56, label.note, 12, ink, fit=158),
        placed(middle, 668, placed(-middle, -668, cup), scale=1.12),
        text(middle, 684, net, 13, "#4a3210", weight=700),
    )  # fmt: skip
    if back:
        print_ = _printed_back(back, 304, 280, 150, 396, ink, 11)
    return Drawn(_carton_body(sheet, "#f3e6c8", print_), 292, 167, 524, 240)


def left_panel(
    sheet: Sheet, color: str, height: float, width: float, words: tuple[str, ...], net: str
) -> Drawn:
    """The narrow side of a box, seen straight on."""
    left, top, right = 400 - width / 2, GROUND - height, 400 + width / 2
    front = f"M{left} {top} H{right} V{GROUND - 1} H{left}Z"
    letters = min(width * 0.2, (height - 190) * 0.105)
    return Drawn(
        group(
            path(front, sheet.linear((0, darker(color, 0.12)), (0.3, color), (1, darker(color, 0.28)))),
            path(f"M{left} {top} H{right} V{top + 26} H{left}Z", mix(color, "#ffffff", 0.12)),
            placed(
                400,
                top + (height - 84) * 0.5,
                wordmark(0, letters / 2, letters, "#ffffff", spacing=0.6),
                turn=90,
            ),
            lines(400, GROUND - 92, words, 20, "#ffffff", width * 0.84, family=SERIF),
            text(400, GROUND - 26, net, 14, "#ffffff", weight=700),
            path(
                front,
                sheet.down(
                    (0, "#ffffff", 0.08), (0.3, "#ffffff", 0), (0.8, "#000000", 0), (1, "#000000", 0.22)
                ),
            ),
        ),
        left,
        top,
        right,
        280,
    )
