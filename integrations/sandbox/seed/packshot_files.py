# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""The pack shots: fronts in every language of the pack, backs, sides, lids, labels, cut-outs."""

from typing import Any

from .back_words import BACKS
from .media import CURRENT, EXPIRED, EXPIRING, SCHEDULED, USAGE_ALL, USAGE_SHOP, Media, Rights, Version
from .products import BRANDS, BY_REF, LANGUAGE_NAMES, MARKETS_OF_LANGUAGE, PRODUCTS, Product
from .recipes import recipe

WIDTH = 3000

# GS1 Product Image Specification: type A (web), facing, angle C (centre), state 1 (in packaging).
# The standard has no close-up of a label: D is its letter for alternate pictures.
_CODES = {"front": "A1C1", "back": "A7C1", "left": "A2C1", "top": "A3C1", "detail": "D1C1"}

_VIEWS = {
    "en": {"front": "front", "back": "back", "left": "left side", "top": "from above", "detail": "label close up"},
    "de": {"front": "Vorderseite", "back": "Rückseite", "left": "linke Seite", "top": "von oben", "detail": "Etikett nah"},
    "fr": {"front": "face", "back": "dos", "left": "côté gauche", "top": "vu du dessus", "detail": "détail de l’étiquette"},
    "es": {"front": "frontal", "back": "reverso", "left": "lado izquierdo", "top": "desde arriba", "detail": "detalle de la etiqueta"},
    "ar": {"front": "الواجهة", "back": "الخلف", "left": "الجانب الأيسر", "top": "من الأعلى", "detail": "تفصيل الملصق"},
}  # fmt: skip
_DESCRIPTIONS = {
    "en": "Pack shot of {name}, {net}, {view}. Pack printed in {language}.",
    "de": "Packshot von {name}, {net}, {view}. Packung {language} bedruckt.",
    "fr": "Photo produit : {name}, {net}, {view}. Emballage imprimé en {language}.",
    "es": "Foto de producto: {name}, {net}, {view}. Envase impreso en {language}.",
    "ar": "صورة المنتج: {name}، {net}، {view}. العبوة مطبوعة باللغة {language}.",
}
_COMMON_TAGS = {
    "norrvik-pantry": {"en": ["pantry", "food"], "de": ["Vorrat", "Lebensmittel"]},
    "norrvik-home": {"en": ["household", "cleaning"], "de": ["Haushalt", "Reinigung"]},
}

# What is not simply approved and open.
_RIGHTS = {
    "hand-cream": SCHEDULED,
    "dishwasher-tabs": Rights(start=30, end=700),
    "honey": EXPIRING,
    "hand-wash": Rights(start=-200, end=26),
    "olive-oil": Rights(start=-320, end=404),
    "coffee": Rights(start=-30, end=730),
}
_RIGHTS_OF_ONE = {
    ("passata", "front", "es"): EXPIRED,
    ("coffee", "front", "fr"): Rights(start=9, end=730),
}
_APPROVALS = {
    ("dishwasher-tabs", "front", "en"): "PENDING",
    ("kitchen-spray", "front", "fr"): "PENDING",
    ("chickpeas", "front", "es"): "REJECTED",
    ("crispbread", "front", "fr"): None,
    ("tea", "back", "en"): "PENDING",
    ("muesli", "front", "es"): "PENDING",
    ("laundry", "back", "de"): "REJECTED",
}
_SIDES = (("muesli", "left"), ("tea", "left"), ("honey", "top"), ("lingonberry", "top"))
_CLOSE = ("honey", "olive-oil", "hand-wash", "coffee")
_CUT_OUT = ("muesli", "olive-oil", "honey", "coffee", "dish-soap", "laundry")
_POSITIONS = {"front": 1, "back": 2, "left": 3, "top": 3, "detail": 4}


def files() -> list[Media]:
    """Every pack shot."""
    found = [_shot(product, "front", language) for product in PRODUCTS for language in product.languages]
    found += [_shot(BY_REF[ref], "back", language) for ref, backs in BACKS.items() for language in backs]
    found += [_shot(BY_REF[ref], view, "en") for ref, view in _SIDES]
    found += [_shot(BY_REF[ref], "detail", "en") for ref in _CLOSE]
    found += [_cut_out(BY_REF[ref]) for ref in _CUT_OUT]
    found.append(_for_print(BY_REF["muesli"], "de"))
    return found


def _words(product: Product, view: str, language: str) -> dict[str, Any]:
    """Title, description and alternative text in all five languages."""
    net = product.net_content
    title, description, alternative = {}, {}, {}
    for spoken, name in product.name.items():
        view_word, printed = _VIEWS[spoken][view], LANGUAGE_NAMES[spoken][language]
        comma = "، " if spoken == "ar" else ", "
        title[spoken] = f"{name}{comma}{view_word}"
        description[spoken] = _DESCRIPTIONS[spoken].format(
            name=name, net=net, view=view_word, language=printed
        )
        alternative[spoken] = comma.join((product.look[spoken] if view == "front" else name, net, view_word))
    return {"title": title, "description": description, "alt_text": alternative}


def _markets(product: Product, language: str) -> list[str]:
    """English packs may be shown wherever the product is sold, others where the language is spoken."""
    if language == "en":
        return list(product.markets)
    return [market for market in product.markets if market in MARKETS_OF_LANGUAGE[language]]


def _tags(product: Product, *more: str) -> dict[str, list[str]]:
    common = _COMMON_TAGS[product.brand]
    return {
        "en": [product.folder.lower(), "pack shot", *common["en"], *more],
        "de": [product.name["de"], "Packshot", *common["de"]],
    }


def _shot(product: Product, view: str, language: str) -> Media:
    name = f"{product.gtin}_{_CODES[view]}_{language}.jpg"
    key = (product.ref, view, language)
    how = {"language": language, "view": view, "width": WIDTH}
    is_hero = (
        view == "front" and language == "en" and product.ref in ("muesli", "olive-oil", "dish-soap", "coffee")
    )
    more: dict[str, Any] = {}
    if product.ref == "muesli" and view == "front":
        more = _muesli_history(language)
    return Media(
        path=f"/{BRANDS[product.brand]}/{product.folder}/{name}",
        output=f"originals/packshots/{name}",
        recipe=recipe("packshot", product.ref, **how),
        meta={
            **_words(product, view, language),
            "gtin": product.gtin,
            "product_name": product.name,
            "net_content": product.net_content,
            "brand": product.brand,
            "asset_type": "packshot",
            "view": view,
            "variant_group": f"{product.ref}-{view}",
            "language": language,
            "markets": _markets(product, language),
            "usage_rights": USAGE_SHOP if view == "detail" else USAGE_ALL,
            "public_use": view in ("front", "back"),
        },
        tags=_tags(product, view),
        labels=(("Hero",) if is_hero else ()) + (("New packaging",) if product.ref == "muesli" else ()),
        product={"ref": product.ref, "position": str(_POSITIONS[view])},
        approval=_APPROVALS.get(key, "APPROVED"),
        rights=_RIGHTS_OF_ONE.get(key) or _RIGHTS.get(product.ref, CURRENT),
        **more,
    )


def _muesli_history(language: str) -> dict[str, Any]:
    """Four versions of the English front, two of the German: the claim changed four days ago."""

    def old(version: int, days: int) -> Version:
        return Version(
            f"originals/packshots/older/{BY_REF['muesli'].gtin}_A1C1_{language}.v{version}.jpg",
            recipe("packshot", "muesli", language=language, view="front", width=WIDTH, version=version),
            days,
        )

    if language == "en":
        return {"versions": (old(1, 420), old(2, 250), old(3, 80)), "created": 420, "modified": 4}
    if language == "de":
        return {"versions": (old(3, 80),), "created": 250, "modified": 4}
    return {"created": 200, "modified": 3}


def _cut_out(product: Product) -> Media:
    name = f"{product.gtin}_A1N1_en.png"
    words = _words(product, "front", "en")
    words["title"] = {
        "en": f"{product.name['en']}, front, cut out",
        "de": f"{product.name['de']}, Vorderseite, freigestellt",
    }
    return Media(
        path=f"/{BRANDS[product.brand]}/{product.folder}/{name}",
        output=f"originals/packshots/{name}",
        recipe=recipe(
            "packshot", product.ref, language="en", view="front", cut_out=True, width=3000, format="png"
        ),
        meta={
            **words,
            "gtin": product.gtin,
            "product_name": product.name,
            "net_content": product.net_content,
            "brand": product.brand,
            "asset_type": "packshot",
            "view": "front",
            "variant_group": f"{product.ref}-cut-out",
            "language": "en",
            "markets": list(product.markets),
            "public_use": True,
        },
        tags=_tags(product, "cut-out", "transparent"),
        labels=("Web only",),
        product={"ref": product.ref, "position": "5"},
        rights=_RIGHTS.get(product.ref, CURRENT),
    )


def _for_print(product: Product, language: str) -> Media:
    name = f"{product.gtin}_C1C1_{language}.jpg"
    words = _words(product, "front", language)
    words["title"] = {
        "en": f"{product.name['en']}, front, for print",
        "de": f"{product.name['de']}, Vorderseite, für den Druck",
    }
    return Media(
        path=f"/{BRANDS[product.brand]}/{product.folder}/Print/{name}",
        output=f"originals/packshots/{name}",
        recipe=recipe("packshot", product.ref, language=language, view="front", width=3400, format="cmyk"),
        meta={
            **words,
            "gtin": product.gtin,
            "product_name": product.name,
            "net_content": product.net_content,
            "brand": product.brand,
            "asset_type": "packshot",
            "view": "front",
            "variant_group": f"{product.ref}-print",
            "language": language,
            "markets": _markets(product, language),
        },
        tags=_tags(product, "print", "CMYK"),
        labels=("Print ready",),
        product={"ref": product.ref, "position": "6"},
    )
