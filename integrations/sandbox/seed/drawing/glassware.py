# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""Bottles, jars and the can of the Pantry range."""

from ..label_words import Label
from .backs import BackPrint, back_print
from .lettering import SANS, SERIF, brand, centred, lines, mark, text, wordmark
from .nature import basil, chickpea, leaf, olive_branch, red_berry, tomato
from .surfaces import GROUND, Drawn, curved_label, glass, gleam, metal, plastic, ridges, streak, wrapped
from .svg import Sheet, circle, darker, ellipse, group, lighter, line, path, rect


def olive_oil(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None) -> Drawn:
    outline = (
        "M368 150 H432 V262 C432 316 512 322 512 402 V660 C512 682 502 692 484 692 H316 "
        "C298 692 288 682 288 660 V402 C288 322 368 316 368 262Z"
    )
    ink, soft = "#26330f", "#5c6b38"
    inside = (
        path(outline, glass(sheet, "#46601f")),
        gleam(sheet, 300, 560, 200, 150, 0.28, "#b9cf5a"),
        streak(sheet, 304, 372, 13, 310, 0.5),
        streak(sheet, 324, 366, 5, 318, 0.28),
        streak(sheet, 488, 390, 6, 280, 0.22),
        streak(sheet, 378, 176, 7, 96, 0.5),
        path("M302 676 C340 688 460 688 498 676", stroke="#cfe08a", stroke_width=3, stroke_opacity=0.35),
    )
    capsule = (
        path("M360 96 C360 90 364 88 370 88 H430 C436 88 440 90 440 96 V176 H360Z", metal(sheet, "#b08d45")),
        rect(360, 104, 80, 3, "#3c2d10", fill_opacity=0.35),
        rect(360, 158, 80, 12, "#3c2d10", fill_opacity=0.3),
        mark(400, 134, "#4a3814", 0.62, 3.4),
    )
    paper = curved_label(288, 410, 512, 646, 4)
    front: tuple[str, ...] = (
        path(paper, "#f7f2e3"),
        path("M298 420 Q400 427 502 420 V638 Q400 645 298 638Z", stroke="#b3924e", stroke_width=1.4),
        brand(400, 484, "#3d4f1c", 13.5),
        lines(400, 536, label.title, 40, ink, 186, family=SERIF),
        text(400, 562, label.kind, 16.5, soft, SERIF, italic=True, fit=170),
        olive_branch(sheet, 400, 590, 0.88),
        text(400, 629, label.note, 11.5, soft, SANS, fit=178),
        path(paper, wrapped(sheet)),
    )
    if back:
        front = (
            path(paper, "#f7f2e3"),
            back_print(back, 306, 424, 188, 216, ink),
            path(paper, wrapped(sheet)),
        )
    foot = text(400, 676, net, 14, "#f0edd4", SANS, weight=700, spacing=0.6)
    return Drawn(group(*inside, *capsule, *front, foot), 288, 88, 512, 292)


def _jar(sheet: Sheet, color: str, glow: str) -> str:
    outline = (
        "M262 404 C262 374 284 364 302 358 H498 C516 364 538 374 538 404 V650 C538 680 522 692 498 692 H302 "
        "C278 692 262 680 262 650Z"
    )
    return group(
        path(outline, glass(sheet, color)),
        path(
            "M302 358 H498 C510 362 524 368 531 380 H269 C276 368 290 362 302 358Z",
            "#ffffff",
            fill_opacity=0.2,
        ),
        gleam(sheet, 270, 560, 260, 160, 0.7, glow),
        gleam(sheet, 420, 400, 110, 240, 0.28, glow),
        streak(sheet, 276, 392, 15, 280, 0.62),
        streak(sheet, 299, 388, 5, 288, 0.34),
        streak(sheet, 516, 400, 7, 262, 0.32),
        path("M280 674 C330 690 470 690 520 674", stroke="#ffffff", stroke_width=3.4, stroke_opacity=0.42),
    )


def _lid(sheet: Sheet, color: str) -> str:
    return group(
        path("M288 296 C288 284 294 278 306 278 H494 C506 278 512 284 512 296 V350 C512 356 508 360 502 360 H298 C292 360 288 356 288 350Z", plastic(sheet, color)),
        rect(288, 284, 224, 5, "#ffffff", rx=2.5, fill_opacity=0.4),
        ridges(297, 504, 300, 340, 7, 0.1),
        rect(288, 344, 224, 16, "#000000", rx=5, fill_opacity=0.12),
    )  # fmt: skip


def honey(sheet: Sheet, label: Label, net: str) -> Drawn:
    ink, line_ = "#4d2c02", "#b97a17"
    front = (
        path("M400 398 L498 450 V600 L400 652 L302 600 V450Z", "#3a1f00", fill_opacity=0.22, transform="translate(3 4)"),
        path("M400 398 L498 450 V600 L400 652 L302 600 V450Z", "#fffaf0"),
        path("M400 410 L487 456 V594 L400 640 L313 594 V456Z", stroke=line_, stroke_width=1.8),
        brand(400, 486, "#8a5208", 11),
        lines(400, 526, label.title, 31, ink, 148, family=SERIF, leading=1.02),
        text(400, 584, label.note, 11, "#8a5208", fit=140),
        line("M376 594 H424", line_, 1.2),
        text(400, 612, net, 13.5, "#8a5208", weight=700, spacing=0.6),
        path("M400 398 L498 450 V600 L400 652 L302 600 V450Z", sheet.linear((0, "#000000", 0.12), (0.25, "#ffffff", 0.12), (0.6, "#ffffff", 0), (1, "#2a1500", 0.2))),
    )  # fmt: skip
    return Drawn(group(_jar(sheet, "#e0921a", "#ffdf7a"), _lid(sheet, "#e9e0c8"), *front), 262, 278, 538, 118)


def lingonberry(sheet: Sheet, label: Label, net: str) -> Drawn:
    ink = "#5e0f1e"
    paper = curved_label(262, 424, 538, 630, 5)
    front = (
        path(paper, "#fdf8f4"),
        path("M262 424 Q400 434 538 424 V436 Q400 446 262 436Z", "#a8182f"),
        brand(400, 494, ink, 12.5),
        lines(400, 538, label.title, 36, "#3a0912", 214, family=SERIF),
        text(400, 562, label.kind, 16, "#a8182f", SERIF, italic=True, fit=200),
        red_berry(sheet, 372, 594, 13), red_berry(sheet, 398, 599, 14.5), red_berry(sheet, 425, 593, 12.5),
        leaf(sheet, 436, 586, 30, -28, "#3c7a46"), leaf(sheet, 362, 586, 28, -150, "#4b8d54"),
        text(314, 622, label.note, 11.5, ink, fit=72),
        text(490, 622, net, 12.5, ink, weight=700),
        path(paper, wrapped(sheet, 0.9)),
    )  # fmt: skip
    return Drawn(group(_jar(sheet, "#a3152b", "#ff6a6a"), _lid(sheet, "#f4f2ee"), *front), 262, 278, 538, 118)


def passata(sheet: Sheet, label: Label, net: str) -> Drawn:
    outline = (
        "M350 196 H450 V250 C450 298 524 320 524 402 V656 C524 682 510 692 490 692 H310 C290 692 276 682 276 656 "
        "V402 C276 320 350 298 350 250Z"
    )
    ink = "#8c1b12"
    inside = (
        path(outline, glass(sheet, "#c92a1c")),
        gleam(sheet, 300, 300, 150, 150, 0.3, "#ff8a6a"),
        streak(sheet, 292, 386, 14, 290, 0.5),
        streak(sheet, 314, 380, 5, 300, 0.26),
        streak(sheet, 500, 396, 6, 270, 0.24),
        streak(sheet, 360, 210, 8, 70, 0.5),
    )
    cap = (
        path(
            "M338 150 C338 144 342 140 348 140 H452 C458 140 462 144 462 150 V206 H338Z",
            plastic(sheet, "#2c7d49"),
        ),
        rect(338, 145, 124, 4, "#ffffff", rx=2, fill_opacity=0.35),
        ridges(345, 458, 156, 190, 6.4),
        rect(338, 194, 124, 12, "#000000", fill_opacity=0.2),
    )
    paper = curved_label(276, 414, 524, 644, 4)
    front = (
        path(paper, "#fffdf7"),
        path("M276 414 Q400 422 524 414 V426 Q400 434 276 426Z M276 632 Q400 640 524 632 V644 Q400 652 276 644Z", "#25713f"),
        brand(400, 482, ink, 12),
        lines(400, 528, label.title, 44, "#2b0d08", 210, family=SERIF),
        text(400, 551, label.kind, 17, ink, SERIF, italic=True, fit=200),
        tomato(sheet, 373, 585, 24), tomato(sheet, 427, 587, 23), basil(sheet, 400, 606, 22),
        text(400, 629, label.note, 11, "#6b4a40", fit=216),
        path(paper, wrapped(sheet)),
    )  # fmt: skip
    foot = text(400, 676, net, 14, "#ffe0d6", weight=700, spacing=0.6)
    return Drawn(group(*inside, *cap, *front, foot), 276, 140, 524, 252)


def chickpeas(sheet: Sheet, label: Label, net: str) -> Drawn:
    tin = metal(sheet, "#c4c8cc")
    left, right, top = 276, 524, 356
    body = (
        path(f"M{left} {top} H{right} V{GROUND - 8} Q400 {GROUND + 12} {left} {GROUND - 8}Z", tin),
        ellipse(400, top, 124, 17, sheet.linear((0, "#8d9398"), (0.3, "#f4f6f7"), (0.7, "#b6bcc1"), (1, "#7d8388"))),
        ellipse(400, top, 113, 14, sheet.down((0, "#aab0b5"), (1, "#e7eaec"))),
        ellipse(400, top + 1, 96, 11, stroke="#8b9197", stroke_width=1.6, stroke_opacity=0.6),
        ellipse(422, top, 26, 6, stroke="#6f757b", stroke_width=3),
        ellipse(392, top, 12, 4, "#8b9197"),
        path(f"M{left} {top + 12} Q400 {top + 46} {right} {top + 12} V{top + 18} Q400 {top + 52} {left} {top + 18}Z", "#000000", fill_opacity=0.14),
    )  # fmt: skip
    paper = f"M{left} 384 Q400 418 {right} 384 V662 Q400 688 {left} 662Z"
    heap = [
        (360, 622, 15),
        (386, 628, 16),
        (414, 629, 16),
        (440, 621, 15),
        (372, 603, 15),
        (400, 606, 16),
        (428, 603, 15),
        (400, 586, 14),
    ]
    front = (
        path(paper, "#e9d6ad"),
        path(f"M{left} 384 Q400 418 {right} 384 V412 Q400 446 {left} 412Z", "#3f5a3c"),
        text(400, 427, net, 13, "#f4ead0", weight=700, spacing=0.6),
        brand(400, 492, "#3f5a3c", 12),
        lines(400, 536, label.title, 38, "#27341f", 196, family=SERIF),
        text(400, 560, label.kind, 16.5, "#5f7048", SERIF, italic=True, fit=180),
        *(chickpea(sheet, x, y, r, (place * 67) % 360) for place, (x, y, r) in enumerate(heap)),
        text(400, 662, label.note, 11, "#4a4632", fit=190),
        path(paper, wrapped(sheet, 1.05)),
    )  # fmt: skip
    rim = path(f"M{left} 668 Q400 694 {right} 668 V680 Q400 706 {left} 680Z", tin)
    return Drawn(group(*body, *front, rim), left, 339, right, 110)


def lid_from_above(sheet: Sheet, color: str, ink: str, words: tuple[str, ...]) -> str:
    """The top of a jar, 520 units wide, around 400,400."""
    return group(
        circle(400, 400, 262, sheet.linear((0, darker(color, 0.06)), (0.5, lighter(color, 0.5)), (1, darker(color, 0.22)), x2=1, y2=1)),
        circle(400, 400, 236, sheet.linear((0, lighter(color, 0.55)), (0.6, color), (1, darker(color, 0.1)), x2=1, y2=1)),
        circle(400, 400, 226, stroke=darker(color, 0.16), stroke_width=2),
        circle(400, 400, 180, stroke=ink, stroke_width=2, stroke_opacity=0.5),
        mark(400, 318, ink, 2.2, 3),
        wordmark(400, 420, 30, ink),
        centred(400, 470, words, 26, ink, 250, family=SERIF),
    )  # fmt: skip
