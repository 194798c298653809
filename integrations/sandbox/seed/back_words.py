# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""What is printed on the backs, in the languages that have one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Back:
    """A back panel: paragraphs below a heading, then rows of a table (nutrition per 100 g or ml)."""

    heading: str
    paragraphs: tuple[str, ...]
    table_heading: str = ""
    rows: tuple[tuple[str, str], ...] = ()


_TERMS = {
    "en": (
        "Energy",
        "Fat",
        "of which saturates",
        "Carbohydrate",
        "of which sugars",
        "Fibre",
        "Protein",
        "Salt",
    ),
    "de": (
        "Energie",
        "Fett",
        "davon gesättigt",
        "Kohlenhydrate",
        "davon Zucker",
        "Ballaststoffe",
        "Eiweiß",
        "Salz",
    ),
    "fr": ("Énergie", "Graisses", "dont saturées", "Glucides", "dont sucres", "Fibres", "Protéines", "Sel"),
    "es": (
        "Energía",
        "Grasas",
        "de ellas saturadas",
        "Hidratos",
        "de ellos azúcares",
        "Fibra",
        "Proteínas",
        "Sal",
    ),
    "ar": ("الطاقة", "الدهون", "منها مشبعة", "الكربوهيدرات", "منها سكريات", "الألياف", "البروتين", "الملح"),
}
_PER_100 = {
    "en": "Nutrition per 100 {unit}",
    "de": "Nährwerte je 100 {unit}",
    "fr": "Valeurs nutritives pour 100 {unit}",
    "es": "Valores nutricionales por 100 {unit}",
    "ar": "القيم الغذائية لكل 100 {unit}",
}
_VALUES = {
    "muesli": ("g", ("1 540 kJ / 366 kcal", "6.8 g", "1.2 g", "58 g", "9.1 g", "10 g", "12 g", "0.02 g")),
    "olive-oil": ("ml", ("3 389 kJ / 824 kcal", "92 g", "13 g", "0 g", "0 g", "0 g", "0 g", "0 g")),
    "oat-drink": ("ml", ("248 kJ / 59 kcal", "3.0 g", "0.3 g", "6.6 g", "3.4 g", "0.8 g", "1.0 g", "0.10 g")),
    "crispbread": ("g", ("1 402 kJ / 333 kcal", "1.5 g", "0.3 g", "62 g", "1.4 g", "16 g", "9.5 g", "1.1 g")),
}


def _food(ref: str, language: str, heading: str, *paragraphs: str) -> Back:
    values: tuple[str, ...]
    unit, values = _VALUES[ref]
    unit = {"g": "غ", "ml": "مل"}[unit] if language == "ar" else unit
    if language in ("de", "fr", "es"):
        values = tuple(value.replace(".", ",") for value in values)
    rows = tuple(zip(_TERMS[language], values, strict=True))
    return Back(heading, paragraphs, _PER_100[language].format(unit=unit), rows)


BACKS = {
    "muesli": {
        "en": _food(
            "muesli", "en", "Ingredients",
            "Wholegrain oat flakes 68 %, freeze-dried berries 9 % (raspberry, blueberry, redcurrant), sunflower seeds, oat bran.",
            "May contain nuts. Store cool and dry.",
        ),
        "de": _food(
            "muesli", "de", "Zutaten",
            "Vollkorn-Haferflocken 68 %, gefriergetrocknete Beeren 9 % (Himbeere, Heidelbeere, Johannisbeere), "
            "Sonnenblumenkerne, Haferkleie.",
            "Kann Nüsse enthalten. Kühl und trocken lagern.",
        ),
        "fr": _food(
            "muesli", "fr", "Ingrédients",
            "Flocons d’avoine complète 68 %, fruits rouges lyophilisés 9 % (framboise, myrtille, groseille), "
            "graines de tournesol, son d’avoine.",
            "Peut contenir des fruits à coque. À conserver au sec.",
        ),
        "ar": _food(
            "muesli", "ar", "المكونات",
            "رقائق الشوفان الكاملة 68 %، توت مجفف بالتجميد 9 %، بذور دوار الشمس، نخالة الشوفان.",
            "قد يحتوي على مكسرات. يُحفظ في مكان بارد وجاف.",
        ),
    },
    "olive-oil": {
        "en": _food("olive-oil", "en", "Superior category", "Obtained directly from olives and solely by mechanical means. Keep away from light and heat."),
        "de": _food("olive-oil", "de", "Erste Güteklasse", "Direkt aus Oliven ausschließlich mit mechanischen Verfahren gewonnen. Vor Licht und Wärme schützen."),
    },
    "oat-drink": {
        "en": _food("oat-drink", "en", "Ingredients", "Water, oats 11 %, rapeseed oil, salt. Shake well. Once open keep chilled, use within 5 days."),
    },
    "crispbread": {
        "en": _food("crispbread", "en", "Ingredients", "Wholegrain rye flour 96 %, sea salt 1.1 %, yeast. May contain sesame."),
    },
    "coffee": {
        "en": Back("How to brew", ("60 g of coffee to one litre of water at 93 °C.", "100 % arabica from Huila, Colombia, and Sidamo, Ethiopia, roasted in Bergen.", "Close well, store cool and dry.")),
        "de": Back("Zubereitung", ("60 g Kaffee auf einen Liter Wasser mit 93 °C.", "100 % Arabica aus Huila, Kolumbien, und Sidamo, Äthiopien, geröstet in Bergen.", "Gut verschließen, kühl und trocken lagern.")),
    },
    "tea": {
        "en": Back("A calm cup", ("Camomile 45 %, lemon balm, fennel, oat straw, lavender flowers 3 %.", "Pour 200 ml of boiling water on one bag and leave it for 6 to 8 minutes.", "Free of caffeine by nature.")),
    },
    "dish-soap": {
        "en": Back("Directions", ("5 ml in 5 litres of water are enough.", "5 to 15 % non-ionic surfactants, perfume, limonene.", "Keep out of reach of children. Bottle of 100 % recycled plastic.")),
        "de": Back("Anwendung", ("5 ml auf 5 Liter Wasser genügen.", "5 bis 15 % nichtionische Tenside, Duftstoffe, Limonen.", "Außer Reichweite von Kindern aufbewahren. Flasche aus 100 % Rezyklat.")),
    },
    "laundry": {
        "en": Back("Dosage for 4 to 5 kg", ("Lightly soiled 35 ml, normal 50 ml, heavily soiled 75 ml.", "Coloured cotton and synthetics, 20 to 60 °C. Not for wool and silk.")),
        "de": Back("Dosierung für 4 bis 5 kg", ("Leicht verschmutzt 35 ml, normal 50 ml, stark 75 ml.", "Bunte Baumwolle und Synthetik, 20 bis 60 °C. Nicht für Wolle und Seide.")),
    },
    "kitchen-spray": {
        "en": Back("Directions", ("Spray on, leave for a minute, wipe with a damp cloth.", "Less than 5 % anionic surfactants, perfume. Not for natural stone.", "Refill this bottle: the cap fits the 1 l pouch.")),
        "de": Back("Anwendung", ("Aufsprühen, eine Minute wirken lassen, feucht abwischen.", "Unter 5 % anionische Tenside, Duftstoffe. Nicht für Naturstein.", "Flasche nachfüllen: passend zum 1-l-Beutel.")),
    },
}  # fmt: skip
