# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""Breakfast, supper, the home, and the pictures of the ranges."""

import random

from . import props, rooms
from .glassware import lid_from_above
from .nature import (
    basil,
    coffee_bean,
    lavender,
    lemon,
    lemon_slice,
    muesli_heap,
    oat_ear,
    pine_twig,
    red_berry,
    tomato,
)  # fmt: skip
from .stage import Scene, Stage
from .svg import circle, ellipse, group, path, placed, rect


def breakfast_table() -> Scene:
    stage = Stage()
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.wall(far, 1600, 800, "#fff7e2", "#ecd3ab"),
        rooms.day_window(far, 60, 40, 620, 520),
        props.plant(far, 900, 690, 330),
        rooms.sunbeams(far, 1600, 800),
        rooms.table(far, 1600, 680, 1067, "#d9a468"),
    )
    stage.add(rooms.sunbeams(sheet, 1600, 1067))
    stage.pack("muesli", 372, 838, 1.98)
    stage.pack("oat-drink", 640, 806, 1.98)
    stage.pack("honey", 1248, 826, 2.15)
    stage.add(
        props.mug(sheet, 1448, 866, 190, "#3b4a78", foam=True), props.steam(sheet, 1440, 680, 250, 0.26)
    )
    stage.add(props.cloth(sheet, 770, 1010, 430))
    stage.add(props.bowl(sheet, 900, 960, 420), props.spoon(sheet, 1150, 1000, 270, -8))
    stage.add(props.scattered_berries(sheet, "breakfast", 1330, 990, 240, 60, 11, 17))
    stage.add(props.scattered_berries(sheet, "breakfast2", 300, 960, 260, 60, 8, 16))
    stage.add(rooms.graded(sheet, 1600, 1067, "#fff2cc", "#5a3410", 0.36))
    return stage.scene("Breakfast table with muesli, oat drink and honey in the morning sun")


def breakfast_from_above() -> Scene:
    stage = Stage(1600, 1200, 0, 5)
    sheet = stage.sheet
    stage.behind(rooms.from_above(stage.far, 1600, 1200, "#e3d3bd"))

    def disc(x: float, y: float, r: float, *inside: str, rim: str = "#f6f4ef") -> str:
        return placed(x, y, ellipse(r * 0.16, r * 0.2, r * 1.25, r * 1.2, sheet.soft("#2a1a0a", 0.62)),
                      circle(0, 0, r, sheet.linear((0, "#ffffff"), (0.5, rim), (1, "#c3bfb6"), x2=1, y2=1)),
                      circle(0, 0, r * 0.9, sheet.linear((0, "#cfcac0"), (1, "#f7f5f0"), x2=1, y2=1)), *inside)  # fmt: skip

    slices = "".join(
        placed(px, py, rect(-120, -62, 240, 128, "#3d1508", rx=14, fill_opacity=0.25), rect(-122, -68, 240, 128, sheet.linear((0, "#e8bd7c"), (1, "#b07c38"), x2=0.6, y2=1), rx=13),
               *(ellipse(-104 + c * 19, -50 + r_ * 18, 5, 4, "#8a5a26", fill_opacity=0.7) for c in range(12) for r_ in range(6)),
               path(spread, sheet.radial((0, "#d8384a"), (1, "#8d1023"))), *(red_berry(sheet, bx, by, 15) for bx, by in ((-40, -18), (10, 8), (52, -20))), turn=turn)
        for px, py, turn, spread in ((-40, -58, -14, "M-92 -38 C-40 -58 60 -50 88 -30 C98 10 60 38 10 34 C-50 42 -100 20 -92 -38Z"), (40, 88, 9, "M-92 -38 C-40 -52 70 -52 92 -24 C92 14 50 36 0 32 C-60 38 -104 10 -92 -38Z"))
    )  # fmt: skip
    stage.add(placed(1230, 300, disc(0, 0, 250, slices)))
    stage.add(disc(620, 640, 300, placed(0, 0, muesli_heap(sheet, "above", 262, 258, 620, 18))))
    coffee = circle(0, 0, 96, sheet.radial((0, "#7a4a26"), (1, "#3a1d0b"))) + ellipse(
        -22, -28, 46, 34, sheet.soft("#d8a878", 0.5)
    )
    stage.add(
        placed(
            1270,
            860,
            path("M92 -40 C190 -70 210 60 100 52", stroke="#2d3a6b", stroke_width=34),
            disc(0, 0, 128, coffee, rim="#3b4a78"),
        )
    )
    stage.add(props.spoon(sheet, 1000, 560, 420, 78))
    lid = lid_from_above(sheet, "#e9e0c8", "#8a5208", ("Wildflower", "Honey"))
    stage.add(
        placed(
            270,
            236,
            ellipse(22, 26, 190, 186, sheet.soft("#2a1a0a", 0.7)),
            placed(-250, -250, lid, scale=0.625),
        )
    )
    stage.add(oat_ear(sheet, 860, 260, 240, 72), oat_ear(sheet, 880, 200, 200, 50))
    stage.add(props.scattered_berries(sheet, "above", 800, 1080, 420, 110, 14, 24))
    stage.add(rooms.graded(sheet, 1600, 1200, "#fff6dc", "#4a2c10", 0.34))
    return stage.scene("Breakfast from above: muesli, crispbread with lingonberries, coffee and honey")


def italian_supper() -> Scene:
    stage = Stage()
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.wall(far, 1600, 800, "#fbeedd", "#dfae84"), rooms.day_window(far, 960, 30, 560, 500, "supper"),
        props.plant(far, 760, 700, 300, "#b8623a", "#4a8a4a"), rooms.table(far, 1600, 690, 1067, "#b9793f", "supper"),
    )  # fmt: skip
    stage.pack("olive-oil", 330, 836, 2.0)
    stage.pack("passata", 580, 860, 2.05)
    stage.pack("chickpeas", 1360, 850, 2.4)
    stage.add(props.plates(sheet, 1120, 850, 300, 4))
    stage.add(
        props.board(sheet, 980, 1000, 620),
        *(
            tomato(sheet, x, y, r)
            for x, y, r in ((800, 962, 48), (902, 970, 44), (1000, 958, 50), (1098, 968, 40))
        ),
    )
    stage.add(basil(sheet, 1186, 978, 56), props.spaghetti(sheet, 400, 990, 420, -4))
    stage.add(rooms.graded(sheet, 1600, 1067, "#fff0cc", "#3d1c08", 0.4))
    return stage.scene("Supper with passata, olive oil, tomatoes and basil")


def crispbread_break() -> Scene:
    stage = Stage(1600, 1067, 4, 5)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.wall(far, 1600, 800, "#eef1ea", "#b7c3b4"), rooms.day_window(far, 80, 30, 560, 520, "break"),
        rooms.table(far, 1600, 690, 1067, "#caa173", "break"),
    )  # fmt: skip
    stage.pack("crispbread", 420, 850, 2.1)
    stage.pack("lingonberry", 780, 840, 2.5)
    stage.add(props.mug(sheet, 1390, 860, 220, "#a4452c"), props.steam(sheet, 1384, 640, 260, 0.25))
    stage.add(props.board(sheet, 1030, 990, 640))
    for x, y, turn in ((860, 955, -6), (1050, 945, 4), (1220, 965, -3)):
        stage.add(placed(x, y, rect(-98, -30, 196, 58, "#3d1508", rx=10, fill_opacity=0.3), rect(-100, -36, 196, 56, sheet.linear((0, "#e8bd7c"), (1, "#b07c38"), x2=0.6, y2=1), rx=10),
                         path("M-76 -22 C-40 -34 50 -32 74 -20 C84 -4 50 10 0 8 C-50 12 -92 2 -76 -22Z", sheet.radial((0, "#d8384a"), (1, "#8d1023"))),
                         *(red_berry(sheet, bx, by, 10) for bx, by in ((-34, -14), (6, -4), (40, -14))), turn=turn))  # fmt: skip
    stage.add(props.scattered_berries(sheet, "break", 420, 980, 300, 60, 10, 15))
    stage.add(rooms.graded(sheet, 1600, 1067, "#fffbe6", "#2c2a12", 0.34))
    return stage.scene("Rye crispbread with lingonberry spread on a board")


def coffee_corner() -> Scene:
    stage = Stage(1600, 1067, 5, 6)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.tiles(far, 1600, 740, "#dcd3c4", (170, 85), "coffee"), rooms.shelf(far, 1600, 210, "#8b5a33", 26),
        props.plant(far, 1330, 212, 190), props.plates(far, 420, 212, 200, 6), props.glass_jar(far, 700, 212, 170, "#6b3c20"), props.glass_jar(far, 850, 212, 150, "#e6cf9f"),
        rooms.counter(far, 1600, 720, 1067, "#8a6a4a"),
    )  # fmt: skip
    stage.pack("coffee", 420, 886, 2.5)
    stage.pack("oat-drink", 1300, 850, 2.1)
    stage.add(props.mug(sheet, 820, 930, 250, "#f1ede4", foam=True), props.steam(sheet, 812, 690, 330, 0.4))
    stage.add(props.mug(sheet, 1060, 880, 200, "#2f4a47"))
    chance = random.Random("beans")
    for _ in range(34):
        x, y = chance.gauss(620, 90), chance.gauss(990, 18)
        stage.add(
            ellipse(x + 5, y + 12, 26, 9, sheet.soft("#1a1008", 0.6)),
            coffee_bean(sheet, x, y, 15, chance.uniform(0, 180)),
        )
    stage.add(props.spoon(sheet, 1010, 990, 260, -4))
    stage.add(rooms.graded(sheet, 1600, 1067, "#fff1d6", "#2a1608", 0.42))
    return stage.scene("Filter coffee with foamed oat drink on the kitchen counter")


def kitchen_sink() -> Scene:
    stage = Stage(1600, 1000, 3.5, 5)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.tiles(far, 1600, 700, "#cfe0ea", (120, 110), "sink"), rooms.shelf(far, 1600, 190, "#c9a06c", 24),
        props.plant(far, 300, 192, 170, "#e4e0d6"), props.plates(far, 1180, 192, 220, 6), props.glass_jar(far, 1400, 192, 140, "#f0dfae"),
        rooms.counter(far, 1600, 680, 1000, "#e4e8ea"),
    )  # fmt: skip
    stage.add(rooms.basin(sheet, 800, 740, 700), props.tap(sheet, 770, 742, 420))
    stage.pack("dish-soap", 330, 830, 2.3)
    stage.pack("hand-wash", 1270, 840, 2.5)
    stage.add(
        props.sponge(sheet, 560, 900, 190), lemon(sheet, 1100, 900, 46, -8), lemon_slice(sheet, 1010, 916, 44)
    )
    stage.add(props.plates(sheet, 1480, 900, 220, 5))
    stage.add(
        *(
            circle(x, y, r, sheet.radial((0, "#ffffff", 0.05), (0.8, "#ffffff", 0.2), (1, "#ffffff", 0.75)))
            for x, y, r in (
                (560, 840, 18),
                (604, 812, 12),
                (520, 806, 10),
                (640, 780, 16),
                (580, 760, 8),
                (690, 742, 11),
            )
        )
    )
    stage.add(rooms.graded(sheet, 1600, 1000, "#ffffff", "#143048", 0.32))
    return stage.scene("Kitchen sink with lemon dish soap and lavender hand wash")


def laundry_room() -> Scene:
    stage = Stage(1600, 1067, 4, 5)
    sheet, far = stage.sheet, stage.far
    drum = group(
        rect(920, 180, 560, 620, far.down((0, "#ffffff"), (1, "#d4dbe0")), rx=18), circle(1200, 520, 190, "#c3ccd2"), circle(1200, 520, 164, far.radial((0, "#5b6f80"), (1, "#1f2d3a"))),
        ellipse(1160, 600, 120, 70, "#8fb3cf"), ellipse(1250, 610, 100, 60, "#e6ecef"), circle(1150, 460, 60, far.soft("#ffffff", 0.5)), rect(960, 214, 480, 54, "#e4e9ec", rx=8), circle(1400, 241, 18, "#2a4fc4"),
    )  # fmt: skip
    stage.behind(
        rooms.wall(far, 1600, 860, "#f2f7fa", "#c5d6e2"),
        drum,
        rooms.shelf(far, 820, 250, "#d9b98c", 24),
        props.plant(far, 220, 252, 190, "#e4e0d6"),
        placed(560, 252, props.towels(far, 0, 0, 280)),
        rooms.table(far, 1600, 790, 1067, "#dcc3a0", "laundry"),
    )
    stage.pack("laundry", 470, 930, 2.35)
    stage.add(props.towels(sheet, 1010, 960, 520))
    stage.add(
        lavender(sheet, 1330, 1000, 220, 70),
        lavender(sheet, 1370, 1006, 200, 90),
        lavender(sheet, 1300, 1000, 200, 50),
    )
    stage.add(props.cloth(sheet, 740, 1030, 300, "#ffffff", "#3f86c8"))
    stage.add(rooms.graded(sheet, 1600, 1067, "#ffffff", "#16324a", 0.3))
    return stage.scene("Laundry liquid beside a stack of clean towels")


def clean_counter() -> Scene:
    stage = Stage(1600, 1000, 4.5, 5)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.tiles(far, 1600, 720, "#e3ebe2", (140, 70), "clean"), rooms.day_window(far, 900, 20, 560, 520, "clean"), props.plant(far, 300, 700, 360, "#dcdad2"),
        rooms.counter(far, 1600, 690, 1000, "#eceeed"),
    )  # fmt: skip
    stage.pack("kitchen-spray", 560, 850, 2.3)
    stage.pack("dishwasher-tabs", 1090, 856, 2.1)
    stage.pack("dish-soap", 820, 830, 2.05)
    stage.add(
        props.cloth(sheet, 340, 930, 360, "#d6e8db", "#2f6b4a"),
        lemon(sheet, 1370, 880, 50),
        lemon_slice(sheet, 1460, 906, 46),
        pine_twig(sheet, 740, 930, 280, 4),
    )
    stage.add(rooms.graded(sheet, 1600, 1000, "#ffffff", "#123020", 0.3))
    return stage.scene("Kitchen spray, dish soap and dishwasher tabs on a clean worktop")


def bathroom_shelf() -> Scene:
    stage = Stage(1200, 1500, 4, 5)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.tiles(far, 1200, 1500, "#e6dfee", (150, 150), "bath"),
        rect(0, 0, 1200, 1500, far.radial((0, "#ffffff", 0.5), (1, "#ffffff", 0), cx=0.2, cy=0.2, r=0.8)),
    )
    stage.add(rooms.shelf(sheet, 1200, 1190, "#c9a06c", 44))
    stage.pack("hand-wash", 420, 1190, 3.6)
    stage.pack("hand-cream", 720, 1190, 3.6)
    stage.add(
        *(lavender(sheet, 1010 + lean * 0.4, 1120, 330, lean) for lean in (-34, -12, 12, 34)),
        props.glass_jar(sheet, 1010, 1190, 150, "#d9e4ea"),
    )
    stage.add(props.towels(sheet, 160, 1190, 260, ("#d6cbe6", "#f4f1f8")))
    stage.add(rooms.graded(sheet, 1200, 1500, "#ffffff", "#2b2140", 0.3))
    return stage.scene("Hand wash and hand cream on a bathroom shelf")


def _range(
    title: str, light: str, edge: str, width: float, row: tuple[tuple[str, float, float], ...], per_mm: float
) -> Scene:
    stage = Stage(width, 860, 0, 3)
    stage.behind(rooms.sweep(stage.far, width, 860, light, edge, 620))
    for ref, x, y in sorted(row, key=lambda entry: entry[2]):
        stage.pack(ref, x, y, per_mm)
    stage.add(rooms.graded(stage.sheet, width, 860, "#ffffff", edge, 0.3))
    return stage.scene(title)


def pantry_range() -> Scene:
    row = (
        ("coffee", 150, 676), ("tea", 338, 716), ("muesli", 560, 668), ("honey", 756, 724), ("olive-oil", 892, 676),
        ("oat-drink", 1060, 672), ("lingonberry", 1200, 724), ("passata", 1344, 680), ("crispbread", 1574, 700), ("chickpeas", 1794, 716),
    )  # fmt: skip
    return _range("The Norrvik Pantry range", "#fdfaf4", "#e4d6bf", 1920, row, 1.48)


def home_range() -> Scene:
    row = (
        ("dishwasher-tabs", 214, 690), ("laundry", 508, 676), ("hand-wash", 738, 724), ("kitchen-spray", 930, 682),
        ("hand-cream", 1106, 730), ("dish-soap", 1300, 694),
    )  # fmt: skip
    return _range("The Norrvik Home range", "#f8fbfd", "#cddce8", 1500, row, 2.0)
