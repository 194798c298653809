# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""The pictures of the campaign Winter Kitchen."""

import random

from . import props, rooms
from .lettering import mark, wordmark
from .nature import (
    basil,
    bread,
    lavender,
    pine_twig,
    red_berry,
    tomato,
)  # fmt: skip
from .stage import Scene, Stage
from .svg import ellipse, line, placed, rect


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
    stage.add(
        tomato(sheet, 1130, 868, 42),
        tomato(sheet, 1210, 884, 36),
        tomato(sheet, 620, 900, 34),
        basil(sheet, 690, 930, 40),
    )
    stage.add(
        pine_twig(sheet, 130, 930, 340, -8),
        pine_twig(sheet, 200, 962, 260, 10, "#3f7d58"),
        pine_twig(sheet, 1560, 940, 300, 186),
    )
    stage.add(
        *(
            red_berry(sheet, x, y, 10)
            for x, y in ((250, 930), (282, 950), (340, 922), (1400, 946), (1352, 962))
        )
    )
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
    stage.add(
        props.board(sheet, 1120, 1130, 520),
        *(tomato(sheet, x, y, r) for x, y, r in ((1010, 1090, 46), (1104, 1096, 40), (1190, 1092, 44))),
    )
    stage.add(basil(sheet, 1290, 1100, 48), props.spoon(sheet, 560, 1120, 330, -6, "#b98350"))
    stage.add(props.cloth(sheet, 260, 1120, 400, "#b8382c", "#f4e7d8"))
    stage.add(rooms.graded(sheet, 1600, 1200, "#ffc27a", "#0b0603", 0.5, 0.06))
    return stage.scene("Tomato and chickpea soup steaming on the stove")


def winter_shelf() -> Scene:
    stage = Stage(1600, 1000, 3.5, 6)
    sheet, far = stage.sheet, stage.far
    stage.behind(
        rooms.wall(far, 1600, 1000, "#6d5a4c", "#332722", 0.3),
        rooms.fairy_lights(far, 1600, 130, 26, "shelf", 80),
    )
    stage.add(rooms.shelf(sheet, 1600, 800, "#8b5a33"))
    for ref, x, y in (
        ("tea", 250, 800),
        ("honey", 520, 800),
        ("olive-oil", 736, 800),
        ("lingonberry", 962, 800),
        ("coffee", 1200, 800),
        ("chickpeas", 1420, 800),
    ):
        stage.pack(ref, x, y, 2.3 if ref in ("honey", "lingonberry", "tea", "chickpeas") else 2.0)
    chance = random.Random("garland")
    for place in range(26):
        x = place * 64 - 20
        stage.add(
            pine_twig(
                sheet,
                x,
                838 + chance.uniform(-8, 10),
                chance.uniform(130, 180),
                chance.uniform(8, 64),
                chance.choice(("#2f6b4a", "#3f7d58", "#265c3e")),
            )
        )
    stage.add(
        *(
            red_berry(sheet, 40 + place * 92 + chance.uniform(-20, 20), 862 + chance.uniform(-14, 26), 13)
            for place in range(17)
        )
    )
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
    stage.add(
        pine_twig(sheet, 1180, 1010, 260, 8),
        *(red_berry(sheet, x, y, 11) for x, y in ((1180, 1000), (1216, 1030), (1290, 1022))),
    )
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
    stage.add(
        lavender(sheet, 690, 1020, 190, 56),
        lavender(sheet, 730, 1026, 180, 70),
        lavender(sheet, 650, 1020, 170, 44),
    )
    stage.add(props.candle(sheet, 1420, 900, 200, 0.6))
    stage.add(rooms.graded(sheet, 1600, 1067, "#ffffff", "#26303c", 0.32))
    return stage.scene("Hand wash and hand cream beside folded towels at a winter window")


def winter_banner() -> Scene:
    """Wide, its left half free for words."""
    stage = Stage(2400, 1000, 6, 6)
    sheet, far = stage.sheet, stage.far
    stage.behind(rooms.wall(far, 2400, 800, "#2c3553", "#12162a", 0.6), rooms.winter_window(far, 1240, 10, 900, 560, seed="banner"), rooms.fairy_lights(far, 2400, 70, 26, "banner", 40), rooms.table(far, 2400, 690, 1000, "#6f4a2c", "banner"))  # fmt: skip
    for ref, x, y, size in (
        ("coffee", 1500, 850, 1.9),
        ("olive-oil", 1730, 830, 1.9),
        ("passata", 1900, 846, 1.9),
        ("honey", 2090, 864, 2.2),
    ):
        stage.pack(ref, x, y, size)
    stage.add(
        pine_twig(sheet, 1330, 930, 360, 2),
        pine_twig(sheet, 1460, 955, 300, -10, "#3f7d58"),
        pine_twig(sheet, 2300, 940, 330, 184),
        *(red_berry(sheet, x, y, 11) for x, y in ((1500, 930), (1560, 948), (2180, 936), (2120, 956))),
    )
    stage.add(rooms.graded(sheet, 2400, 1000, "#ffb45a", "#04050c", 0.5, 0.1))
    stage.add(props.candle(sheet, 1300, 800, 220), props.candle(sheet, 2290, 800, 170))
    stage.add(
        mark(640, 400, "#fff3dc", 4.4, 3),
        wordmark(640, 560, 62, "#fff3dc"),
        line("M520 620 H760", "#f3b23c", 3),
    )
    return stage.scene("Winter Kitchen banner with room for words on the left")
