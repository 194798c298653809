# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""The Home range: soap, hand wash, laundry liquid, spray, hand cream."""

from ..label_words import Label
from .backs import BackPrint, back_print
from .lettering import SERIF, brand, lines, text
from .nature import lavender, leaf, lemon_slice, oat_ear, pine_twig
from .surfaces import Drawn, curved_label, glass, gleam, metal, plastic, ridges, streak, wrapped
from .svg import Sheet, darker, ellipse, group, path, placed, rect


def dish_soap(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None) -> Drawn:
    outline = (
        "M352 262 H448 C452 298 522 318 522 390 C522 442 505 482 507 540 C509 590 524 622 518 664 C515 684 504 692 486 692 "
        "H314 C296 692 285 684 282 664 C276 622 291 590 293 540 C295 482 278 442 278 390 C278 318 348 298 352 262Z"
    )
    ink = "#56701a"
    inside = (
        path(outline, glass(sheet, "#f4d92c", 0.62)),
        gleam(sheet, 300, 560, 200, 150, 0.6, "#fff7a0"),
        gleam(sheet, 300, 300, 120, 110, 0.5, "#fffbd0"),
        streak(sheet, 294, 340, 12, 66, 0.75),
        path("M302 676 C340 690 460 690 498 676", stroke="#fffbd0", stroke_width=3, stroke_opacity=0.6),
    )
    cap = (
        path("M366 176 C366 170 372 166 378 166 H422 C428 166 434 170 434 176 L440 216 H360Z", plastic(sheet, "#e9edf0")),
        path("M346 214 H454 C457 214 458 216 458 219 V264 C458 268 456 270 452 270 H348 C344 270 342 268 342 264 V219 C342 216 343 214 346 214Z", plastic(sheet, "#e9edf0")),
        ridges(350, 452, 222, 256, 5.6, 0.09),
        rect(342, 258, 116, 12, "#000000", fill_opacity=0.08),
    )  # fmt: skip
    paper = "M292 402 C308 452 312 522 302 652 H498 C488 522 492 452 508 402 Q400 412 292 402Z"
    front: tuple[str, ...] = (
        path(paper, "#fffefa"),
        brand(400, 468, ink, 11.5),
        lines(400, 514, label.title, 43, "#2f3d0c", 168, family=SERIF),
        text(400, 540, label.kind, 18, ink, SERIF, italic=True, fit=160),
        lemon_slice(sheet, 400, 588, 31, 10),
        leaf(sheet, 430, 590, 34, -24, "#6d8f2c"), leaf(sheet, 370, 590, 34, 204, "#5d8024"),
        text(400, 640, label.note, 11, "#55603a", fit=176),
        path(paper, wrapped(sheet, 0.7)),
    )  # fmt: skip
    if back:
        front = (
            path(paper, "#fffefa"),
            back_print(back, 320, 424, 160, 218, "#3c4a18", 13),
            path(paper, wrapped(sheet, 0.7)),
        )
    foot = text(400, 679, net, 13.5, "#5e5008", weight=700, spacing=0.6)
    return Drawn(group(*inside, *cap, *front, foot), 278, 166, 522, 225)


def hand_wash(sheet: Sheet, label: Label, net: str) -> Drawn:
    outline = "M298 342 C298 314 314 304 342 302 H458 C486 304 502 314 502 342 V658 C502 682 488 692 466 692 H334 C312 692 298 682 298 658Z"
    dark = "#3a3a42"
    pump = (
        rect(391, 190, 18, 76, metal(sheet, dark)),
        path("M300 176 C322 162 396 160 432 168 C444 171 444 196 432 199 L340 201 C326 202 322 208 316 218 C312 224 304 222 303 214 C302 200 294 184 300 176Z", metal(sheet, dark)),
        path("M306 176 C330 167 396 166 430 172", stroke="#ffffff", stroke_width=3, stroke_opacity=0.4, stroke_linecap="round"),
        path("M362 258 C362 254 365 252 368 252 H432 C435 252 438 254 438 258 V306 H362Z", metal(sheet, dark)),
        ridges(368, 434, 260, 298, 5, 0.3),
        path("M372 246 H428 V256 H372Z", metal(sheet, "#55555e")),
    )  # fmt: skip
    inside = (
        path(outline, glass(sheet, "#8e75c4")),
        gleam(sheet, 310, 580, 190, 120, 0.45, "#d9c9ff"),
        streak(sheet, 312, 322, 12, 350, 0.5),
        streak(sheet, 330, 318, 5, 356, 0.24),
        streak(sheet, 484, 330, 6, 330, 0.25),
        rect(397, 306, 6, 90, "#2c2148", fill_opacity=0.35),
        path("M314 676 C350 690 450 690 486 676", stroke="#efe6ff", stroke_width=3, stroke_opacity=0.5),
    )
    ink = "#5b4590"
    paper = curved_label(298, 390, 502, 630, 3.5)
    front = (
        path(paper, "#fbf8ff"),
        path("M298 390 Q400 397 502 390 V394 Q400 401 298 394Z M298 626 Q400 633 502 626 V630 Q400 637 298 630Z", "#b9a6e2"),
        brand(400, 462, ink, 11.5),
        lines(400, 508, label.title, 38, "#2e2150", 178, family=SERIF),
        text(400, 533, label.kind, 17, "#6b549f", SERIF, italic=True, fit=172),
        lavender(sheet, 384, 604, 56, -12), lavender(sheet, 400, 606, 64, 0), lavender(sheet, 416, 604, 56, 12),
        text(400, 622, label.note, 11, "#5d5470", fit=176),
        path(paper, wrapped(sheet, 0.85)),
    )  # fmt: skip
    foot = text(400, 662, net, 13.5, "#f6f0ff", weight=700, spacing=0.6)
    return Drawn(group(*pump, *inside, *front, foot), 296, 160, 502, 190)


def laundry(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None) -> Drawn:
    body = "M300 258 H420 C474 258 560 300 570 392 C576 470 570 590 562 662 C559 684 546 692 526 692 H274 C254 692 241 684 238 662 C230 560 230 470 238 400 C245 330 262 258 300 258Z"
    hole = "M472 332 C516 350 526 402 520 456 C516 488 480 490 477 458 C474 422 477 402 463 382 C448 358 450 324 472 332Z"
    shell = sheet.linear(
        (0, "#c2d3e2"),
        (0.08, "#e6eff6"),
        (0.24, "#ffffff"),
        (0.55, "#eef4f9"),
        (0.82, "#c9d8e5"),
        (0.94, "#a9bdce"),
        (1, "#b8cad9"),
    )
    inside = (
        path(f"{body} {hole}", shell, fill_rule="evenodd"),
        path("M300 258 H420 C440 258 466 264 490 274 L470 300 C430 286 330 286 282 300 C286 276 290 258 300 258Z", "#9db4c8", fill_opacity=0.25),
        path(hole, stroke="#8ea7bc", stroke_width=5, stroke_opacity=0.55),
        path(hole, stroke="#ffffff", stroke_width=2, stroke_opacity=0.9, transform="translate(-2.5 1)"),
        gleam(sheet, 246, 300, 44, 380, 0.9),
        path("M262 674 C330 690 480 690 540 674", stroke="#8ea7bc", stroke_width=3, stroke_opacity=0.5),
    )  # fmt: skip
    cap = (
        path(
            "M298 172 H410 C417 172 421 176 421 183 V252 H287 V183 C287 176 291 172 298 172Z",
            plastic(sheet, "#1f5f9f"),
        ),
        rect(290, 177, 128, 5, "#ffffff", rx=2.5, fill_opacity=0.35),
        ridges(295, 415, 188, 246, 7.2, 0.16),
        path("M281 248 H427 V266 H281Z", plastic(sheet, "#0f3f70")),
    )
    paper = "M252 424 C300 402 402 398 450 422 C456 500 504 520 552 518 C552 566 550 606 547 644 C460 656 350 656 256 644 C250 570 248 490 252 424Z"
    wave = sheet.clip(paper)
    front = (
        group(
            rect(230, 380, 340, 210, sheet.linear((0, "#17508c"), (0.5, "#2468ab"), (1, "#154a80"))),
            path("M240 566 C320 530 400 606 560 550 V670 H240Z", "#3f86c8"),
            path("M240 592 C330 562 420 626 560 578 V670 H240Z", "#8fc3ea"),
            path("M240 614 C330 592 430 642 560 604 V670 H240Z", "#d9edfa"),
            path("M240 566 C320 530 400 606 560 550", stroke="#ffffff", stroke_width=2, stroke_opacity=0.6),
            clip_path=wave,
        ),
        brand(346, 474, "#ffffff", 12),
        lines(264, 522, label.title, 36, "#ffffff", 196, family=SERIF, anchor="start"),
        text(266, 548, label.kind, 17, "#d8ebfa", SERIF, italic=True, anchor="start", fit=186),
        text(400, 634, label.note, 12.5, "#0b2f55", weight=700, fit=240),
        path(paper, wrapped(sheet, 0.55)),
    )
    foot = text(400, 677, net, 14, "#44617b", weight=700, spacing=0.6)
    if back:
        # Seen from behind the handle is on the other side; the words are not mirrored.
        blank = (path(paper, "#f6fafd"), path(paper, wrapped(sheet, 0.4)))
        words = back_print(back, 362, 436, 176, 206, "#123c66", 13)
        return Drawn(
            group(placed(800, 0, *inside, *cap, *blank, scale="-1 1"), words, foot), 226, 172, 566, 270
        )
    return Drawn(group(*inside, *cap, *front, foot), 234, 172, 574, 270)


def kitchen_spray(sheet: Sheet, label: Label, net: str, back: BackPrint | None = None) -> Drawn:
    outline = (
        "M364 258 H428 C430 318 500 330 504 410 C506 470 506 600 502 660 C500 684 488 692 468 692 H324 C304 692 292 684 290 660 "
        "C286 600 286 470 288 410 C292 330 362 318 364 258Z"
    )
    white, green = "#f1f3f2", "#2f6b4a"
    head = (
        path("M352 160 C352 142 366 132 390 132 H470 C480 132 484 140 482 150 L478 172 C468 184 448 190 436 206 V244 H362 V210 C356 200 352 180 352 160Z", plastic(sheet, white)),
        path("M300 138 H356 V178 H318 C304 178 296 170 296 158 C296 148 296 142 300 138Z", plastic(sheet, "#dfe4e2")),
        rect(284, 142, 16, 32, plastic(sheet, green), rx=3),
        path("M352 186 C340 190 334 206 334 226 C334 240 328 250 320 258 C316 264 322 270 330 266 C346 258 352 244 352 228 C352 214 356 208 362 206Z", plastic(sheet, green)),
        path("M362 138 C400 134 450 135 474 140", stroke="#ffffff", stroke_width=4, stroke_opacity=0.8, stroke_linecap="round"),
        path("M352 240 H440 V266 H352Z", plastic(sheet, green)),
        ridges(358, 436, 244, 262, 5, 0.16),
    )  # fmt: skip
    inside = (
        path(outline, glass(sheet, "#8fc9a3")),
        path("M304 360 C340 350 452 350 490 360 C500 378 504 396 504 410 C506 470 506 600 502 660 C500 684 488 692 468 692 H324 C304 692 292 684 290 660 C286 600 286 470 288 410 C288 396 294 378 304 360Z", "#3f9b66", fill_opacity=0.42),
        ellipse(397, 360, 93, 8, "#d9f2e0", fill_opacity=0.6),
        rect(391, 262, 7, 150, "#ffffff", fill_opacity=0.35),
        gleam(sheet, 300, 570, 190, 130, 0.4, "#d6ffe2"),
        streak(sheet, 302, 380, 12, 290, 0.6), streak(sheet, 320, 372, 5, 300, 0.3), streak(sheet, 486, 390, 6, 270, 0.3),
        path("M306 676 C340 690 450 690 486 676", stroke="#eafff0", stroke_width=3, stroke_opacity=0.55),
    )  # fmt: skip
    ink = "#1f5236"
    paper = curved_label(289, 416, 504, 634, 4)
    front = (
        path(paper, "#fcfefc"),
        path("M289 416 Q396 424 504 416 V422 Q396 430 289 422Z", green),
        brand(397, 482, ink, 11.5),
        lines(397, 528, label.title, 42, "#14321f", 186, family=SERIF),
        text(397, 553, label.kind, 17, "#3f7d58", SERIF, italic=True, fit=178),
        pine_twig(sheet, 352, 596, 100, -8), pine_twig(sheet, 372, 580, 62, 26, "#3f7d58"),
        text(397, 626, label.note, 10.8, "#3c5546", fit=188),
        path(paper, wrapped(sheet, 0.85)),
    )  # fmt: skip
    foot = text(397, 668, net, 13.5, "#f2fff6", weight=700, spacing=0.6)
    if back:
        blank = (path(paper, "#fcfefc"), path(paper, wrapped(sheet, 0.85)))
        words = back_print(back, 308, 428, 184, 208, ink, 13)
        return Drawn(
            group(placed(800, 0, *inside, *head, *blank, scale="-1 1"), words, foot), 294, 132, 516, 270
        )
    return Drawn(group(*inside, *head, *front, foot), 284, 132, 506, 270)


def hand_cream(sheet: Sheet, label: Label, net: str) -> Drawn:
    """A tube standing on its cap: widest at the crimped end above."""
    outline = "M312 214 H488 C488 330 478 480 462 612 H338 C322 480 312 330 312 214Z"
    color, ink = "#e9dcc4", "#6b4718"
    tube = (
        path(outline, plastic(sheet, color)),
        path("M312 214 H488 C488 240 487 262 486 280 C440 250 360 250 314 280 C313 262 312 240 312 214Z", "#ffffff", fill_opacity=0.28),
        path("M306 190 H494 V222 H306Z", sheet.linear((0, darker(color, 0.2)), (0.3, "#fffaf0"), (0.6, color), (1, darker(color, 0.28)))),
        path("M306 198H494M306 206H494M306 214H494", stroke="#8a7650", stroke_width=1.3, stroke_opacity=0.4),
        path("M338 612 H462 L458 626 H342Z", plastic(sheet, darker(color, 0.1))),
    )  # fmt: skip
    cap = (
        path("M332 624 H468 C471 624 473 626 473 629 L468 686 C467 690 464 692 460 692 H340 C336 692 333 690 332 686 L327 629 C327 626 329 624 332 624Z", metal(sheet, "#b4713f")),
        ridges(340, 464, 634, 684, 5.2, 0.16),
        rect(329, 627, 142, 3, "#ffe6cf", fill_opacity=0.6),
    )  # fmt: skip
    front = (
        brand(400, 326, ink, 11.5),
        lines(400, 382, label.title, 48, "#3f2a0c", 140, family=SERIF),
        text(400, 410, label.kind, 17.5, "#a8672a", SERIF, italic=True, fit=134),
        oat_ear(sheet, 388, 524, 92, -14, "#c39a52"), oat_ear(sheet, 412, 524, 92, 14, "#c39a52"),
        text(400, 552, label.note, 11, ink, fit=122),
        text(400, 586, net, 13, ink, weight=700, spacing=0.6),
    )  # fmt: skip
    light = (path(outline, wrapped(sheet, 0.5)), gleam(sheet, 330, 230, 36, 370, 0.55))
    return Drawn(group(*tube, *cap, *front, *light), 306, 190, 494, 155)
