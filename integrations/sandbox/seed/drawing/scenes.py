"""The lifestyle pictures of the two campaigns and the range pictures."""

import random

from . import props, rooms
from .glassware import lid_from_above
from .lettering import mark, wordmark
from .nature import (
    basil, bread, coffee_bean, lavender, lemon, lemon_slice, oat_ear, pine_twig, red_berry, tomato,
)  # fmt: skip
from .stage import Scene, Stage
from .svg import circle, ellipse, group, line, path, placed, rect


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
    stage.add(props.mug(sheet, 1448, 866, 190, "#3b4a78", foam=True), props.steam(sheet, 1440, 680, 250, 0.26))
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
    stage.add(disc(620, 640, 300, placed(0, 0, props.muesli_heap(sheet, "above", 262, 258, 620, 18))))
    coffee = circle(0, 0, 96, sheet.radial((0, "#7a4a26"), (1, "#3a1d0b"))) + ellipse(-22, -28, 46, 34, sheet.soft("#d8a878", 0.5))
    stage.add(placed(1270, 860, path("M92 -40 C190 -70 210 60 100 52", stroke="#2d3a6b", stroke_width=34), disc(0, 0, 128, coffee, rim="#3b4a78")))
    stage.add(props.spoon(sheet, 1000, 560, 420, 78))
    lid = lid_from_above(sheet, "#e9e0c8", "#8a5208", ("Wildflower", "Honey"))
    stage.add(placed(270, 236, ellipse(22, 26, 190, 186, sheet.soft("#2a1a0a", 0.7)), placed(-250, -250, lid, scale=0.625)))
    stage.add(oat_ear(sheet, 860, 260, 240, 72), oat_ear(sheet, 880, 200, 200, 50))
    stage.add(props.scattered_berries(sheet, "above", 800, 1080, 420, 110, 14, 24))
    stage.add(rooms.graded(sheet, 1600, 1200, "#fff6dc", "#4a2c10", 0.34))
    return stage.scene("Breakfast from above: muesli, crispbread with lingonberries, coffee and honey")


def winter_kitchen() -> Scene:
    stage = Stage(1600, 1000, 4, 7)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.wall(far, 1600, 760, "#4a3a34", "#1c1618", 0.7),
        rooms.winter_window(far, 420, 30, 700, 520),
        rooms.fairy_lights(far, 1600, 60, 18, reach=40),
        rooms.table(far, 1600, 640, 1000, "#6f4526", "dark"),
    )
    stage.pack("olive-oil", 250, 812, 1.9)
    stage.pack("passata", 640, 812, 1.95)
    stage.pack("coffee", 1378, 822, 1.85)
    stage.add(props.board(sheet, 900, 890, 520))
    stage.add(bread(sheet, 880, 872, 360))
    stage.add(tomato(sheet, 1130, 868, 42), tomato(sheet, 1210, 884, 36), tomato(sheet, 620, 900, 34), basil(sheet, 690, 930, 40))
    stage.add(pine_twig(sheet, 130, 930, 340, -8), pine_twig(sheet, 200, 962, 260, 10, "#3f7d58"), pine_twig(sheet, 1560, 940, 300, 186))
    stage.add(*(red_berry(sheet, x, y, 10) for x, y in ((250, 930), (282, 950), (340, 922), (1400, 946), (1352, 962))))
    stage.add(rooms.graded(sheet, 1600, 1000, "#ffb45a", "#07060c", 0.6, 0.12))
    stage.add(props.candle(sheet, 1130, 776, 230), props.candle(sheet, 470, 752, 170))
    return stage.scene("Winter kitchen by candle light with olive oil, passata, coffee and bread")


def winter_evening_tea() -> Scene:
    stage = Stage(1600, 1067, 5, 7)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.wall(far, 1600, 800, "#3a3f58", "#171a2a", 0.3),
        rooms.winter_window(far, 60, 20, 780, 600, seed="evening"),
        rooms.fairy_lights(far, 1600, 90, 20, "tea", 60),
        rooms.table(far, 1600, 690, 1067, "#7c5533", "tea"),
    )
    stage.pack("tea", 1120, 866, 3.6)
    stage.pack("honey", 1432, 876, 2.7)
    stage.add(props.mug(sheet, 760, 940, 260, "#dfe3ee", "#b5762c"), props.steam(sheet, 750, 690, 330, 0.32))
    stage.add(props.biscuits(sheet, 420, 990, 330))
    stage.add(pine_twig(sheet, 900, 1010, 300, 6), pine_twig(sheet, 960, 1030, 220, -16, "#3f7d58"))
    stage.add(props.spoon(sheet, 960, 950, 190, 12))
    stage.add(rooms.graded(sheet, 1600, 1067, "#ffbe6a", "#05060f", 0.6, 0.12))
    stage.add(props.candle(sheet, 260, 820, 250), props.candle(sheet, 150, 850, 180))
    return stage.scene("Herbal tea, honey and biscuits at a snowy window in the evening")


def winter_soup() -> Scene:
    stage = Stage(1600, 1200, 4, 6)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.tiles(far, 1600, 800, "#5d6f6a", (160, 80), "stove"),
        rooms.fairy_lights(far, 1600, 70, 16, "soup", 30),
        rooms.counter(far, 1600, 780, 1200, "#4a4038"),
    )
    stage.add(rect(0, 0, 1600, 800, sheet.soft("#ffb45a", 0.3)))
    stage.pack("passata", 250, 940, 2.25)
    stage.add(props.pot(sheet, 760, 1000, 620))
    stage.add(props.steam(sheet, 700, 690, 480, 0.42), props.steam(sheet, 840, 680, 420, 0.3))
    stage.pack("chickpeas", 1262, 970, 2.6)
    stage.pack("olive-oil", 1470, 936, 2.2)
    stage.add(props.board(sheet, 1120, 1130, 520), *(tomato(sheet, x, y, r) for x, y, r in ((1010, 1090, 46), (1104, 1096, 40), (1190, 1092, 44))))
    stage.add(basil(sheet, 1290, 1100, 48), props.spoon(sheet, 560, 1120, 330, -6, "#b98350"))
    stage.add(props.cloth(sheet, 260, 1120, 400, "#b8382c", "#f4e7d8"))
    stage.add(rooms.graded(sheet, 1600, 1200, "#ffc27a", "#0b0603", 0.5, 0.06))
    return stage.scene("Tomato and chickpea soup steaming on the stove")


def winter_shelf() -> Scene:
    stage = Stage(1600, 1000, 3.5, 6)
    sheet, far = stage.sheet, stage.far
    stage.behind(rooms.wall(far, 1600, 1000, "#6d5a4c", "#332722", 0.3), rooms.fairy_lights(far, 1600, 130, 26, "shelf", 80))
    stage.add(rooms.shelf(sheet, 1600, 800, "#8b5a33"))
    for ref, x, y in (("tea", 250, 800), ("honey", 520, 800), ("olive-oil", 736, 800), ("lingonberry", 962, 800), ("coffee", 1200, 800), ("chickpeas", 1420, 800)):
        stage.pack(ref, x, y, 2.3 if ref in ("honey", "lingonberry", "tea", "chickpeas") else 2.0)
    chance = random.Random("garland")
    for place in range(26):
        x = place * 64 - 20
        stage.add(pine_twig(sheet, x, 838 + chance.uniform(-8, 10), chance.uniform(130, 180), chance.uniform(8, 64), chance.choice(("#2f6b4a", "#3f7d58", "#265c3e"))))
    stage.add(*(red_berry(sheet, 40 + place * 92 + chance.uniform(-20, 20), 862 + chance.uniform(-14, 26), 13) for place in range(17)))
    stage.add(rooms.graded(sheet, 1600, 1000, "#ffc27a", "#090405", 0.5, 0.08))
    stage.add(props.candle(sheet, 1540, 800, 190), props.candle(sheet, 62, 800, 150))
    return stage.scene("Norrvik Pantry on a shelf with a garland of pine")


def winter_baking() -> Scene:
    stage = Stage(1600, 1067, 5, 5)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.wall(far, 1600, 800, "#f2ece4", "#c9bfb4"),
        rooms.winter_window(far, 880, 20, 620, 540, dusk=False, seed="bake"),
        props.plant(far, 760, 690, 240),
        rooms.table(far, 1600, 680, 1067, "#c99a68", "bake"),
    )
    stage.pack("muesli", 300, 850, 2.0)
    stage.pack("lingonberry", 1330, 850, 2.5)
    stage.pack("honey", 1120, 810, 2.3)
    stage.add(props.glass_jar(sheet, 560, 800, 270, "#efe2c8"))
    stage.add(ellipse(780, 980, 420, 66, sheet.soft("#ffffff", 0.75)))
    stage.add(props.biscuits(sheet, 800, 970, 460))
    stage.add(placed(330, 990, ellipse(8, 26, 250, 18, sheet.soft("#1a1008", 0.6)), rect(-230, -14, 460, 44, sheet.down((0, "#f0cf9d"), (0.5, "#c99a5e"), (1, "#8a5a26")), rx=20),
                     rect(-310, -2, 90, 20, "#b07c42", rx=10), rect(220, -2, 90, 20, "#b07c42", rx=10), turn=-6))  # fmt: skip
    stage.add(pine_twig(sheet, 1180, 1010, 260, 8), *(red_berry(sheet, x, y, 11) for x, y in ((1180, 1000), (1216, 1030), (1290, 1022))))
    stage.add(rooms.graded(sheet, 1600, 1067, "#fff4dc", "#3a2412", 0.36))
    return stage.scene("Oat biscuits with lingonberry spread, baked on a winter day")


def winter_hands() -> Scene:
    stage = Stage(1600, 1067, 5, 5)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.wall(far, 1600, 800, "#eef2f5", "#bcc8d2"),
        rooms.winter_window(far, 120, 20, 640, 560, dusk=False, seed="hands"),
        props.plant(far, 1400, 720, 300, "#d8d5cc"),
        rooms.counter(far, 1600, 720, 1067, "#dfe0df"),
    )
    stage.pack("hand-wash", 980, 890, 3.0)
    stage.pack("hand-cream", 1216, 900, 3.0)
    stage.add(props.towels(sheet, 520, 930, 460, ("#d8cfc0", "#f3efe8", "#b9c9d6")))
    stage.add(lavender(sheet, 690, 1020, 190, 56), lavender(sheet, 730, 1026, 180, 70), lavender(sheet, 650, 1020, 170, 44))
    stage.add(props.candle(sheet, 1420, 900, 200, 0.6))
    stage.add(rooms.graded(sheet, 1600, 1067, "#ffffff", "#26303c", 0.32))
    return stage.scene("Hand wash and hand cream beside folded towels at a winter window")


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
    stage.add(props.board(sheet, 980, 1000, 620), *(tomato(sheet, x, y, r) for x, y, r in ((800, 962, 48), (902, 970, 44), (1000, 958, 50), (1098, 968, 40))))
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
        stage.add(ellipse(x + 5, y + 12, 26, 9, sheet.soft("#1a1008", 0.6)), coffee_bean(sheet, x, y, 15, chance.uniform(0, 180)))
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
    stage.add(props.sponge(sheet, 560, 900, 190), lemon(sheet, 1100, 900, 46, -8), lemon_slice(sheet, 1010, 916, 44))
    stage.add(props.plates(sheet, 1480, 900, 220, 5))
    stage.add(*(circle(x, y, r, sheet.radial((0, "#ffffff", 0.05), (0.8, "#ffffff", 0.2), (1, "#ffffff", 0.75))) for x, y, r in ((560, 840, 18), (604, 812, 12), (520, 806, 10), (640, 780, 16), (580, 760, 8), (690, 742, 11))))
    stage.add(rooms.graded(sheet, 1600, 1000, "#ffffff", "#143048", 0.32))
    return stage.scene("Kitchen sink with lemon dish soap and lavender hand wash")


def laundry_room() -> Scene:
    stage = Stage(1600, 1067, 4, 5)
    sheet, far = stage.sheet, stage.far
    drum = group(
        rect(920, 180, 560, 620, far.down((0, "#ffffff"), (1, "#d4dbe0")), rx=18), circle(1200, 520, 190, "#c3ccd2"), circle(1200, 520, 164, far.radial((0, "#5b6f80"), (1, "#1f2d3a"))),
        ellipse(1160, 600, 120, 70, "#8fb3cf"), ellipse(1250, 610, 100, 60, "#e6ecef"), circle(1150, 460, 60, far.soft("#ffffff", 0.5)), rect(960, 214, 480, 54, "#e4e9ec", rx=8), circle(1400, 241, 18, "#2a4fc4"),
    )  # fmt: skip
    stage.behind(rooms.wall(far, 1600, 860, "#f2f7fa", "#c5d6e2"), drum, rooms.shelf(far, 820, 250, "#d9b98c", 24), props.plant(far, 220, 252, 190, "#e4e0d6"), placed(560, 252, props.towels(far, 0, 0, 280)), rooms.table(far, 1600, 790, 1067, "#dcc3a0", "laundry"))
    stage.pack("laundry", 470, 930, 2.35)
    stage.add(props.towels(sheet, 1010, 960, 520))
    stage.add(lavender(sheet, 1330, 1000, 220, 70), lavender(sheet, 1370, 1006, 200, 90), lavender(sheet, 1300, 1000, 200, 50))
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
    stage.add(props.cloth(sheet, 340, 930, 360, "#d6e8db", "#2f6b4a"), lemon(sheet, 1370, 880, 50), lemon_slice(sheet, 1460, 906, 46), pine_twig(sheet, 740, 930, 280, 4))
    stage.add(rooms.graded(sheet, 1600, 1000, "#ffffff", "#123020", 0.3))
    return stage.scene("Kitchen spray, dish soap and dishwasher tabs on a clean worktop")


def bathroom_shelf() -> Scene:
    stage = Stage(1200, 1500, 4, 5)
    sheet, far = stage.sheet, stage.far
    stage.behind(rooms.tiles(far, 1200, 1500, "#e6dfee", (150, 150), "bath"), rect(0, 0, 1200, 1500, far.radial((0, "#ffffff", 0.5), (1, "#ffffff", 0), cx=0.2, cy=0.2, r=0.8)))
    stage.add(rooms.shelf(sheet, 1200, 1190, "#c9a06c", 44))
    stage.pack("hand-wash", 420, 1190, 3.6)
    stage.pack("hand-cream", 720, 1190, 3.6)
    stage.add(*(lavender(sheet, 1010 + lean * 0.4, 1120, 330, lean) for lean in (-34, -12, 12, 34)), props.glass_jar(sheet, 1010, 1190, 150, "#d9e4ea"))
    stage.add(props.towels(sheet, 160, 1190, 260, ("#d6cbe6", "#f4f1f8")))
    stage.add(rooms.graded(sheet, 1200, 1500, "#ffffff", "#2b2140", 0.3))
    return stage.scene("Hand wash and hand cream on a bathroom shelf")


def _range(title: str, light: str, edge: str, width: float, row: tuple[tuple[str, float, float], ...], per_mm: float) -> Scene:
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


def winter_banner() -> Scene:
    """Wide, its left half free for words."""
    stage = Stage(2400, 1000, 6, 6)
    sheet, far = stage.sheet, stage.far
    stage.behind(rooms.wall(far, 2400, 800, "#2c3553", "#12162a", 0.6), rooms.winter_window(far, 1240, 10, 900, 560, seed="banner"), rooms.fairy_lights(far, 2400, 70, 26, "banner", 40), rooms.table(far, 2400, 690, 1000, "#6f4a2c", "banner"))  # fmt: skip
    for ref, x, y, size in (("coffee", 1500, 850, 1.9), ("olive-oil", 1730, 830, 1.9), ("passata", 1900, 846, 1.9), ("honey", 2090, 864, 2.2)):
        stage.pack(ref, x, y, size)
    stage.add(pine_twig(sheet, 1330, 930, 360, 2), pine_twig(sheet, 1460, 955, 300, -10, "#3f7d58"), pine_twig(sheet, 2300, 940, 330, 184), *(red_berry(sheet, x, y, 11) for x, y in ((1500, 930), (1560, 948), (2180, 936), (2120, 956))))
    stage.add(rooms.graded(sheet, 2400, 1000, "#ffb45a", "#04050c", 0.5, 0.1))
    stage.add(props.candle(sheet, 1300, 800, 220), props.candle(sheet, 2290, 800, 170))
    stage.add(mark(640, 400, "#fff3dc", 4.4, 3), wordmark(640, 560, 62, "#fff3dc"), line("M520 620 H760", "#f3b23c", 3))
    return stage.scene("Winter Kitchen banner with room for words on the left")


SCENES = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        breakfast_table, breakfast_from_above, winter_kitchen, winter_evening_tea, winter_soup, winter_shelf, winter_baking, winter_hands,
        italian_supper, crispbread_break, coffee_corner, kitchen_sink, laundry_room, clean_counter, bathroom_shelf,
        pantry_range, home_range, winter_banner,
    )
}  # fmt: skip
