"""The two ranges of Norrvik: what is sold, where, and what stands on the pack."""

from dataclasses import dataclass

from .gtin import gtin14
from .label_words import LABELS, Label
from .product_names import LOOKS, NAMES

PANTRY = "norrvik-pantry"
HOME = "norrvik-home"
BRANDS = {PANTRY: "Norrvik Pantry", HOME: "Norrvik Home"}

LANGUAGES = ("en", "de", "fr", "es", "ar")

# What the languages are called in alt texts and descriptions.
LANGUAGE_NAMES = {
    "en": {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "ar": "Arabic"},
    "de": {"en": "englisch", "de": "deutsch", "fr": "französisch", "es": "spanisch", "ar": "arabisch"},
    "fr": {"en": "anglais", "de": "allemand", "fr": "français", "es": "espagnol", "ar": "arabe"},
    "es": {"en": "inglés", "de": "alemán", "fr": "francés", "es": "español", "ar": "árabe"},
    "ar": {"en": "الإنجليزية", "de": "الألمانية", "fr": "الفرنسية", "es": "الإسبانية", "ar": "العربية"},
}

DACH = ("DE", "AT", "CH")
EUROPE = ("DE", "AT", "CH", "FR", "ES", "GB")
GULF = ("AE", "SA")
ALL_MARKETS = (*EUROPE, "US", *GULF)
MARKETS_OF_LANGUAGE = {
    "en": ("GB", "US", "AE"),
    "de": DACH,
    "fr": ("FR", "CH"),
    "es": ("ES",),
    "ar": GULF,
}


@dataclass(frozen=True)
class Product:
    """
    One article.

    ``languages`` are those in which its pack is printed; ``markets`` where it is sold;
    ``folder`` the name of its folder in the DAM.
    """

    ref: str
    item: int
    brand: str
    folder: str
    net_content: str
    markets: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def gtin(self) -> str:
        return gtin14(self.item)

    @property
    def name(self) -> dict[str, str]:
        """The full name of the article by language."""
        return NAMES[self.ref]

    @property
    def look(self) -> dict[str, str]:
        """What the pack looks like, by language: the first half of every alt text."""
        return LOOKS[self.ref]

    def label(self, language: str) -> Label:
        """What is printed on the front in ``language``."""
        return LABELS[self.ref][language]


PRODUCTS = (
    Product("muesli", 4, PANTRY, "Muesli", "450 g", ALL_MARKETS, LANGUAGES),
    Product("olive-oil", 1, PANTRY, "Olive Oil", "500 ml", ALL_MARKETS, LANGUAGES),
    Product("honey", 2, PANTRY, "Honey", "350 g", (*EUROPE, *GULF), LANGUAGES),
    Product("passata", 3, PANTRY, "Passata", "690 g", EUROPE, ("en", "de", "fr", "es")),
    Product("coffee", 5, PANTRY, "Coffee", "250 g", ALL_MARKETS, LANGUAGES),
    Product("oat-drink", 6, PANTRY, "Oat Drink", "1 l", (*EUROPE, *GULF), LANGUAGES),
    Product("crispbread", 7, PANTRY, "Crispbread", "200 g", EUROPE, ("en", "de", "fr")),
    Product("chickpeas", 8, PANTRY, "Chickpeas", "400 g", (*EUROPE, *GULF), ("en", "de", "es", "ar")),
    Product("tea", 9, PANTRY, "Tea", "40 g", ALL_MARKETS, LANGUAGES),
    Product("lingonberry", 10, PANTRY, "Lingonberry Spread", "340 g", EUROPE, ("en", "de", "fr")),
    Product("dish-soap", 21, HOME, "Dish Soap", "500 ml", ALL_MARKETS, LANGUAGES),
    Product("hand-wash", 22, HOME, "Hand Wash", "300 ml", ALL_MARKETS, LANGUAGES),
    Product("laundry", 23, HOME, "Laundry", "1.5 l", EUROPE, ("en", "de", "fr", "es")),
    Product("kitchen-spray", 24, HOME, "Kitchen Spray", "750 ml", (*EUROPE, *GULF), LANGUAGES),
    Product("hand-cream", 25, HOME, "Hand Cream", "75 ml", (*EUROPE, *GULF), ("en", "de", "fr", "ar")),
    Product("dishwasher-tabs", 26, HOME, "Dishwasher Tabs", "480 g", DACH, ("en", "de")),
)
BY_REF = {product.ref: product for product in PRODUCTS}
