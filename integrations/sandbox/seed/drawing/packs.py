"""Pack shots: every product from every side we have, in its frame of 1000 x 1000 units."""

from collections.abc import Callable

from ..back_words import BACKS
from ..products import BY_REF
from . import cartons, glassware, household, pouches
from .backs import BackPrint
from .surfaces import GROUND, Drawn, shadow
from .svg import Sheet, ellipse, placed, rect

SIDE = 1000.0

FRONTS: dict[str, Callable[..., Drawn]] = {
    "muesli": cartons.muesli,
    "crispbread": cartons.crispbread,
    "tea": cartons.tea,
    "oat-drink": cartons.oat_drink,
    "olive-oil": glassware.olive_oil,
    "honey": glassware.honey,
    "passata": glassware.passata,
    "lingonberry": glassware.lingonberry,
    "chickpeas": glassware.chickpeas,
    "coffee": pouches.coffee,
    "dishwasher-tabs": pouches.dishwasher_tabs,
    "dish-soap": household.dish_soap,
    "hand-wash": household.hand_wash,
    "laundry": household.laundry,
    "kitchen-spray": household.kitchen_spray,
    "hand-cream": household.hand_cream,
}

# The ground of each product's pictures: lit middle and edge.
TINTS = {
    "muesli": ("#f5f6fb", "#d5d9ec"),
    "crispbread": ("#fdf3ec", "#f0cdb9"),
    "tea": ("#f1f5fb", "#cad7ea"),
    "oat-drink": ("#fdfaf3", "#eadcbf"),
    "olive-oil": ("#f7f8ee", "#d9e0c0"),
    "honey": ("#fff8ea", "#f4d9a4"),
    "passata": ("#fff5f0", "#f3cfc3"),
    "lingonberry": ("#fff4f5", "#f0c9d0"),
    "chickpeas": ("#faf8f0", "#dfd9bf"),
    "coffee": ("#f6f3ee", "#d8d2c4"),
    "dishwasher-tabs": ("#f4f9fd", "#c3d9ee"),
    "dish-soap": ("#fdfdf2", "#e9e8bf"),
    "hand-wash": ("#faf7ff", "#ddd2f0"),
    "laundry": ("#f4f9fd", "#c8dced"),
    "kitchen-spray": ("#f3faf5", "#c5e2d0"),
    "hand-cream": ("#fdf9f2", "#e8d8bd"),
}

_PANELS = {"muesli": ("#2d3a6b", 520, 176), "tea": ("#233a5e", 340, 150), "oat-drink": ("#c79f5e", 430, 150)}
_LIDS = {"honey": ("#e9e0c8", "#8a5208"), "lingonberry": ("#f4f2ee", "#8a1428")}
# The height at which the picture of a label is centred.
_FOCUS = {"honey": 525, "olive-oil": 530, "hand-wash": 512, "coffee": 445}


def front(sheet: Sheet, ref: str, language: str, **more: object) -> Drawn:
    """A product from the front, its label in ``language``."""
    product = BY_REF[ref]
    return FRONTS[ref](sheet, product.label(language), product.net_content, **more)


def back(sheet: Sheet, ref: str, language: str) -> Drawn:
    """A product from behind. Only those in :data:`back_words.BACKS` have a back."""
    product = BY_REF[ref]
    return front(sheet, ref, language, back=BackPrint(BACKS[ref][language], product.gtin))


def left(sheet: Sheet, ref: str, language: str) -> Drawn:
    """The narrow side of a box."""
    color, height, width = _PANELS[ref]
    product = BY_REF[ref]
    return cartons.left_panel(sheet, color, height, width, product.label(language).title, product.net_content)


def top(sheet: Sheet, ref: str, language: str) -> Drawn:
    """A jar from above."""
    color, ink = _LIDS[ref]
    lid = glassware.lid_from_above(sheet, color, ink, BY_REF[ref].label(language).title)
    return Drawn(placed(0, GROUND - 662, lid), 138, GROUND - 524, 662, 74)


def _ground(sheet: Sheet, ref: str) -> str:
    middle, edge = TINTS[ref]
    return rect(-9, -9, SIDE + 18, SIDE + 18, sheet.radial((0, middle), (1, edge), cy=0.4, r=0.75)) + rect(
        -9, 740, SIDE + 18, 269, sheet.down((0, "#ffffff", 0), (1, "#ffffff", 0.5))
    )


def _framed(sheet: Sheet, drawn: Drawn, *, lying: bool = False, cut_out: bool = False) -> str:
    """The pack as large as the frame allows, standing a little above its lower edge."""
    width, height = drawn.right - drawn.left, GROUND - drawn.top
    scale = min(700 / width, 790 / height)
    if cut_out:
        scale = min(960 / width, 960 / height)
    x = SIDE / 2 - scale * (drawn.left + drawn.right) / 2
    y = SIDE / 2 + scale * height / 2 - scale * GROUND + (0 if cut_out else 12)
    under = shadow(sheet, drawn.left, drawn.right)
    if lying:
        under = ellipse(410, GROUND - 244, 305, 300, sheet.soft("#0d1020", 0.55))
    return placed(x, y, "" if cut_out else under, drawn.body, scale=round(scale, 4))


def packshot(ref: str, language: str, view: str = "front", cut_out: bool = False, **more: object) -> str:
    """
    The SVG of one pack shot.

    :param view: ``front``, ``back``, ``left``, ``top`` or ``detail`` (the label, close)
    :param cut_out: without ground and shadow, for pictures with transparency
    """
    sheet = Sheet()
    product = BY_REF[ref]
    draw = {"front": front, "detail": front, "back": back, "left": left, "top": top}[view]
    drawn = draw(sheet, ref, language, **more)
    picture = _framed(sheet, drawn, lying=view == "top", cut_out=cut_out)
    if view == "detail":
        zoom, focus = 3.1, _FOCUS[ref]
        picture = placed(SIDE / 2 - 400 * zoom, SIDE / 2 - focus * zoom, drawn.body, scale=zoom)
    parts = (picture,) if cut_out else (_ground(sheet, ref), picture)
    return sheet.document(
        SIDE, SIDE, *parts, title=f"{product.name[language]}, {product.net_content}, {view}"
    )
