# ruff: noqa: E501 - outlines and texts stay on one line: broken ones are harder to compare
"""Logos, papers and films."""

from .media import USAGE_ALL, USAGE_CAMPAIGN, Media, Rights
from .products import DACH, EUROPE, HOME, PANTRY
from .recipes import recipe

_LOGOS = {
    "norrvik-colour": ("Norrvik logo, colour", "Norrvik-Logo, farbig", "Navy Norrvik logo: two mountain peaks above the name"),
    "norrvik-black": ("Norrvik logo, black", "Norrvik-Logo, schwarz", "Black Norrvik logo: two mountain peaks above the name"),
    "norrvik-white": ("Norrvik logo, white", "Norrvik-Logo, weiß", "White Norrvik logo for dark grounds"),
    "norrvik-line-colour": ("Norrvik logo in one line, colour", "Norrvik-Logo einzeilig, farbig", "Navy Norrvik logo in one line"),
    "norrvik-line-white": ("Norrvik logo in one line, white", "Norrvik-Logo einzeilig, weiß", "White Norrvik logo in one line"),
    "norrvik-icon": ("Norrvik icon", "Norrvik-Symbol", "White mountain mark on a navy square"),
}  # fmt: skip

_PAPERS = {
    "usage-guideline-en": ("/Brand/Guidelines/Norrvik usage guideline.pdf", "Usage guideline", "Nutzungsleitfaden", "en", None),
    "usage-guideline-de": ("/Brand/Guidelines/Norrvik Nutzungsleitfaden.pdf", "Usage guideline", "Nutzungsleitfaden", "de", None),
    "product-sheet-pantry": ("/Norrvik Pantry/Product sheet Pantry 2026.pdf", "Product sheet Pantry", "Produktblatt Pantry", "en", PANTRY),
    "product-sheet-home": ("/Norrvik Home/Product sheet Home 2026.pdf", "Product sheet Home", "Produktblatt Home", "en", HOME),
}  # fmt: skip

_FILMS = {
    "winter-kitchen": ("/Video/Winter Kitchen 12 s.mp4", "Winter Kitchen, 12 seconds", "Winterküche, 12 Sekunden", PANTRY, "Winter Kitchen"),
    "a-day-with-norrvik": ("/Video/A day with Norrvik.mp4", "A day with Norrvik, 65 seconds", "Ein Tag mit Norrvik, 65 Sekunden", PANTRY, ""),
    "dish-soap-loop": ("/Video/Dish soap loop (silent).mp4", "Dish soap, silent loop", "Spülmittel, Schleife ohne Ton", HOME, ""),
}  # fmt: skip

_CAPTIONS = {
    "en": ("English captions", "englische Untertitel"),
    "de": ("German captions", "deutsche Untertitel"),
    "fr": ("French captions", "französische Untertitel"),
    "es": ("Spanish captions", "spanische Untertitel"),
    "ar": ("Arabic captions", "arabische Untertitel"),
}  # fmt: skip


def files() -> list[Media]:
    """Every logo, paper and film, and the captions of the long one."""
    return [
        *(_logo(name, *words) for name, words in _LOGOS.items()),
        *(_paper(name, *words) for name, words in _PAPERS.items()),
        *(_film(name, *words) for name, words in _FILMS.items()),
        *(_captions("a-day-with-norrvik", language, *words) for language, words in _CAPTIONS.items()),
    ]


def _logo(name: str, english: str, german: str, alternative: str) -> Media:
    return Media(
        path=f"/Brand/Logos/{name}.svg",
        output=f"originals/brand/{name}.svg",
        recipe=recipe("logo", name),
        meta={
            "title": {"en": english, "de": german},
            "description": {"en": f"{english}, vector file.", "de": f"{german}, Vektordatei."},
            "alt_text": {"en": alternative, "de": german},
            "asset_type": "logo",
            "variant_group": "",
            "usage_rights": "Only as the usage guideline says. Do not redraw, recolour or stretch.",
            "public_use": True,
        },
        tags={"en": ["logo", "brand"], "de": ["Logo", "Marke"]},
        labels=("Do not crop",),
        rights=Rights(None, None),
    )


def _paper(name: str, path: str, english: str, german: str, language: str, brand: str | None) -> Media:
    return Media(
        path=path,
        output=f"originals/brand/{name}.pdf",
        recipe=recipe("paper", name),
        meta={
            "title": {"en": english, "de": german},
            "description": {"en": f"{english} of Norrvik, PDF.", "de": f"{german} von Norrvik, PDF."},
            "alt_text": {"en": f"First page of the {english.lower()}", "de": f"Titelseite: {german}"},
            "brand": brand or "",
            "asset_type": "document",
            "variant_group": "usage-guideline" if name.startswith("usage") else "",
            "language": language,
            "usage_rights": USAGE_ALL,
        },
        tags={
            "en": ["document", "guideline" if name.startswith("usage") else "product sheet"],
            "de": ["Dokument"],
        },
        rights=Rights(None, None),
    )


def _film(name: str, path: str, english: str, german: str, brand: str, campaign: str) -> Media:
    return Media(
        path=path,
        output=f"originals/video/{name}.mp4",
        recipe=recipe("film", name),
        meta={
            "title": {"en": english, "de": german},
            "description": {"en": f"{english}.", "de": f"{german}."},
            "alt_text": {"en": f"Film: {english}", "de": f"Film: {german}"},
            "brand": brand,
            "asset_type": "video",
            "markets": list(DACH if campaign else EUROPE),
            "usage_rights": USAGE_CAMPAIGN if campaign else USAGE_ALL,
            "campaign": campaign,
        },
        tags={"en": ["film", "video"], "de": ["Film", "Video"]},
        labels=("Winter",) if campaign else (),
        rights=Rights(-10, 110) if campaign else Rights(None, 600),
    )


def _captions(name: str, language: str, english: str, german: str) -> Media:
    path, title, german_title, brand, _campaign = _FILMS[name]
    title, german_title = title.partition(",")[0], german_title.partition(",")[0]
    return Media(
        path=f"{path.removesuffix('.mp4')}.{language}.vtt",
        output=f"originals/video/{name}.{language}.vtt",
        recipe=recipe("captions", name, language=language),
        meta={
            "title": {"en": f"{title}, {english}", "de": f"{german_title}, {german}"},
            "description": {
                "en": f"{english} of the film {title}, WebVTT.",
                "de": f"{german[0].upper()}{german[1:]} zum Film {german_title}, WebVTT.",
            },
            "alt_text": {"en": f"{english} of a film", "de": f"{german[0].upper()}{german[1:]} eines Films"},
            "brand": brand,
            "asset_type": "captions",
            "language": language,
            "markets": list(EUROPE),
            "usage_rights": USAGE_ALL,
        },
        tags={"en": ["captions", "video"], "de": ["Untertitel", "Video"]},
        rights=Rights(None, 600),
    )
