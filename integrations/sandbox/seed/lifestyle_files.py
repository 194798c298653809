# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""The lifestyle pictures: two campaigns and the pictures of the ranges."""

from dataclasses import dataclass
from typing import Any

from .media import CURRENT, EXPIRING, USAGE_ALL, USAGE_CAMPAIGN, Media, Rights
from .products import DACH, EUROPE, HOME, PANTRY
from .recipes import recipe

WINTER = "/Campaigns/Winter Kitchen"
BREAKFAST = "/Campaigns/Breakfast Table"

_WINTER_RIGHTS = Rights(start=-10, end=110)
_BREAKFAST_RIGHTS = Rights(start=-150, end=300)


@dataclass(frozen=True)
class _Picture:
    """One line of the list below. ``crop`` is width and height in pixels, cut
    from where ``lean`` says (0 left, 1 right)."""

    path: str
    scene: str
    english: str
    german: str
    width: int
    approval: str | None = "APPROVED"
    brand: str = PANTRY
    crop: tuple[int, int] | None = None
    lean: float = 0.5
    format: str = "jpeg"
    kind: str = "lifestyle"
    rights: Rights = CURRENT
    markets: tuple[str, ...] = EUROPE
    labels: tuple[str, ...] = ()
    products: str = ""


_PICTURES = (
    _Picture(f"{WINTER}/Winter Kitchen hero.jpg", "winter-kitchen", "Winter kitchen by candle light with olive oil, passata, coffee and bread", "Winterküche bei Kerzenschein mit Olivenöl, Passata, Kaffee und Brot", 3600, rights=_WINTER_RIGHTS, labels=("Hero", "Winter")),
    _Picture(f"{WINTER}/Winter Kitchen shelf.jpg", "winter-shelf", "Norrvik Pantry on a shelf with a garland of pine", "Norrvik Pantry auf einem Regal mit Kieferngirlande", 3200, rights=_WINTER_RIGHTS, labels=("Winter",)),
    _Picture(f"{WINTER}/Wärme am Fenster + Tee.jpg", "winter-evening-tea", "Herbal tea, honey and biscuits at a snowy window", "Kräutertee, Honig und Kekse am verschneiten Fenster", 3200, rights=_WINTER_RIGHTS, labels=("Winter",), products="tea"),
    _Picture(f"{WINTER}/Winter Kitchen soup.jpg", "winter-soup", "Tomato and chickpea soup steaming on the stove", "Dampfende Tomaten-Kichererbsen-Suppe auf dem Herd", 4000, "PENDING", rights=_WINTER_RIGHTS, labels=("Winter",), products="passata"),
    _Picture(f"{WINTER}/Winter Kitchen baking.jpg", "winter-baking", "Oat biscuits with lingonberry spread, baked on a winter day", "Haferkekse mit Preiselbeeraufstrich, an einem Wintertag gebacken", 3200, "PENDING", rights=_WINTER_RIGHTS, labels=("Winter",), products="lingonberry"),
    _Picture(f"{WINTER}/Winter hands.jpg", "winter-hands", "Hand wash and hand cream beside folded towels at a winter window", "Handseife und Handcreme neben Handtüchern am Winterfenster", 3200, "PENDING", brand=HOME, rights=_WINTER_RIGHTS, labels=("Winter",), products="hand-cream"),
    _Picture(f"{WINTER}/norrvik-winter-kitchen-banner-en.jpg", "winter-banner", "Winter Kitchen banner with room for words on the left", "Banner Winterküche mit Platz für Text auf der linken Seite", 4000, "PENDING", rights=_WINTER_RIGHTS, labels=("Winter", "Do not crop")),
    _Picture(f"{WINTER}/Winter Kitchen square.jpg", "winter-soup", "Soup pot, square for social media", "Suppentopf, quadratisch für soziale Medien", 4000, "PENDING", crop=(3000, 3000),
        lean=1.0, rights=_WINTER_RIGHTS, labels=("Winter", "Web only"), products="passata"),
    _Picture(f"{WINTER}/Winter Kitchen wide.jpg", "winter-kitchen", "Winter kitchen, wide cut", "Winterküche, breiter Ausschnitt", 3600, "REJECTED", crop=(3600, 1500), rights=_WINTER_RIGHTS, labels=("Winter",)),
    _Picture(f"{WINTER}/Winter Kitchen tea for shops.jpg", "winter-evening-tea", "Herbal tea at the window, cut for web shops", "Kräutertee am Fenster, Zuschnitt für Webshops", 3200, None, crop=(3000, 2000), rights=_WINTER_RIGHTS, labels=("Winter",), products="tea"),
    _Picture(f"{BREAKFAST}/Breakfast table.jpg", "breakfast-table", "Breakfast table with muesli, oat drink and honey in the morning sun", "Frühstückstisch mit Müsli, Haferdrink und Honig in der Morgensonne", 3200, rights=_BREAKFAST_RIGHTS, labels=("Hero",), products="muesli"),
    _Picture(f"{BREAKFAST}/Breakfast from above.jpg", "breakfast-from-above", "Breakfast from above: muesli, crispbread, coffee and honey", "Frühstück von oben: Müsli, Knäckebrot, Kaffee und Honig", 4000, rights=_BREAKFAST_RIGHTS, products="muesli"),
    _Picture(f"{BREAKFAST}/Coffee corner.jpg", "coffee-corner", "Filter coffee with foamed oat drink on the kitchen counter", "Filterkaffee mit aufgeschäumtem Haferdrink auf der Arbeitsplatte", 3200, rights=_BREAKFAST_RIGHTS, products="coffee"),
    _Picture(f"{BREAKFAST}/Knäckebrot Pause.jpg", "crispbread-break", "Rye crispbread with lingonberry spread on a board", "Roggenknäckebrot mit Preiselbeeraufstrich auf einem Brett", 3200, "PENDING", rights=_BREAKFAST_RIGHTS, products="crispbread"),
    _Picture("/Norrvik Pantry/Lifestyle/Italian supper.jpg", "italian-supper", "Supper with passata, olive oil, tomatoes and basil", "Abendessen mit Passata, Olivenöl, Tomaten und Basilikum", 3200, rights=EXPIRING, products="passata"),
    _Picture("/Norrvik Home/Lifestyle/Kitchen sink.jpg", "kitchen-sink", "Kitchen sink with lemon dish soap and lavender hand wash", "Spüle mit Zitronen-Spülmittel und Lavendel-Handseife", 3200, brand=HOME, products="dish-soap"),
    _Picture("/Norrvik Home/Lifestyle/Clean counter.jpg", "clean-counter", "Kitchen spray, dish soap and dishwasher tabs on a clean worktop", "Küchenspray, Spülmittel und Tabs auf sauberer Arbeitsplatte", 3200, brand=HOME, products="kitchen-spray"),
    _Picture("/Norrvik Home/Lifestyle/IMG 2041.jpg", "laundry-room", "Laundry liquid beside a stack of clean towels", "Waschmittel neben einem Stapel sauberer Handtücher", 3200, brand=HOME, format="turned", products="laundry"),
    _Picture("/Norrvik Home/Lifestyle/Bathroom shelf.jpg", "bathroom-shelf", "Hand wash and hand cream on a bathroom shelf", "Handseife und Handcreme auf einem Badregal", 3000, brand=HOME, products="hand-wash"),
    _Picture("/Norrvik Pantry/Range/Pantry range.jpg", "pantry-range", "The Norrvik Pantry range", "Das Sortiment Norrvik Pantry", 4000, kind="group", labels=("Do not crop",)),
    _Picture("/Norrvik Home/Range/Home range.jpg", "home-range", "The Norrvik Home range", "Das Sortiment Norrvik Home", 3200, brand=HOME, kind="group", labels=("Do not crop",)),
    _Picture("/Norrvik Pantry/Range/Sortiment DACH (Pantry).jpg", "pantry-range", "The Norrvik Pantry range for Germany, Austria, Switzerland", "Das Sortiment Norrvik Pantry für Deutschland, Österreich, Schweiz", 4000, crop=(4000, 1500), kind="group", markets=DACH),
)  # fmt: skip

_PLAIN: dict[str, str | int | None] = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_NAMES = {WINTER: "Winter Kitchen", BREAKFAST: "Breakfast Table"}


def files() -> list[Media]:
    """Every lifestyle and range picture."""
    return [_media(picture) for picture in _PICTURES]


def _media(picture: _Picture) -> Media:
    folder, name = picture.path.rsplit("/", 1)
    campaign = _NAMES.get(folder, "")
    options: dict[str, Any] = {"width": picture.width, "format": picture.format}
    if picture.crop:
        options |= {"crop": picture.crop, "lean": picture.lean}
    return Media(
        path=picture.path,
        output=f"originals/lifestyle/{_plain(folder)}/{_plain(name)}",
        recipe=recipe("scene", picture.scene, **options),
        meta={
            "title": {"en": name.rsplit(".", 1)[0], "de": picture.german},
            "description": {"en": f"{picture.english}.", "de": f"{picture.german}."},
            "alt_text": {"en": picture.english, "de": picture.german},
            "brand": picture.brand,
            "asset_type": picture.kind,
            "markets": list(picture.markets),
            "usage_rights": USAGE_CAMPAIGN if campaign else USAGE_ALL,
            "campaign": campaign,
        },
        tags={
            "en": [picture.kind, *(["winter", "campaign"] if folder == WINTER else ["kitchen"])],
            "de": ["Stimmungsbild", *(["Winter", "Kampagne"] if folder == WINTER else ["Küche"])],
        },
        labels=picture.labels,
        product={"ref": picture.products, "position": "9"} if picture.products else None,
        approval=picture.approval,
        rights=picture.rights,
    )


def _plain(name: str) -> str:
    """A name for the disk: letters of ASCII, no spaces."""
    plain = name.strip("/").lower().translate(str.maketrans(_PLAIN))
    kept = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in ".") else "-" for letter in plain
    )
    return "-".join(part for part in kept.split("-") if part)
