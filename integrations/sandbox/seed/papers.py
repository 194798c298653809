"""The usage guideline and the product sheets."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pyvips

from . import pdf, pictures
from .drawing import packs
from .drawing.logos import INK, icon, stacked
from .drawing.scenes import SCENES
from .paper_words import GUIDELINE
from .pdf import BOLD, SERIF, SERIF_ITALIC, Document, Page
from .products import BRANDS, HOME, LANGUAGE_NAMES, PANTRY, PRODUCTS

AMBER, GREY, MARGIN = "#f3b23c", "#666870", 56.0

Jpeg = tuple[bytes, tuple[int, int]]


def _jpeg(image: pyvips.Image) -> Jpeg:
    return pictures.jpeg(image, 84), (image.width, image.height)


def _pack(ref: str, width: int = 420, language: str = "en") -> Jpeg:
    return _jpeg(pictures.render(packs.packshot(ref, language), width))


def _scene(name: str, width: int, height: int) -> Jpeg:
    image = pictures.render_scene(SCENES[name](), width)
    return _jpeg(pictures.fitted(image, width, height))


def _drawing(svg: str, width: int, ground: str = "#ffffff") -> Jpeg:
    color = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
    return _jpeg(pictures.render(svg, width).flatten(background=color))


def _head(page: Page, number: int, title: str) -> None:
    """The top of an inner page, and its foot."""
    page.mark(MARGIN + 9, 44, 20, INK)
    page.text(MARGIN + 28, 48, "NORRVIK", 8, INK, BOLD, spacing=2.4)
    page.text(page.width - MARGIN, 48, str(number), 9, GREY, align="right")
    page.text(MARGIN, 118, title, 34, INK, SERIF)
    page.rule(MARGIN, page.height - 40, page.width - 2 * MARGIN)
    page.text(MARGIN, page.height - 24, "© Norrvik AS", 8, GREY)


def usage_guideline(language: str) -> bytes:
    """Six pages in ``language`` (``en`` or ``de``)."""
    words = GUIDELINE[language]
    document = Document(f"Norrvik: {words['title']}", language)
    names = words["pages"]
    _cover(document.page(names[0]), words)
    _logo_page(document.page(names[1]), words, names[1])
    _colour_page(document.page(names[2]), words, names[2])
    _pack_page(document.page(names[3]), words, names[3])
    _language_page(document.page(names[4]), words, names[4])
    _rights_page(document.page(names[5]), words, names[5])
    return document.bytes()


def _cover(page: Page, words: dict[str, Any]) -> None:
    page.picture(*_scene("breakfast-table", 1500, 640), 0, 0, page.width)
    top = page.width * 640 / 1500
    page.rect(0, top, page.width, page.height - top, INK)
    page.rect(0, top, page.width, 4, AMBER)
    page.mark(MARGIN + 26, top + 72, 52, "#ffffff")
    page.text(MARGIN + 84, top + 82, words["title"], 46, "#ffffff", SERIF)
    page.text(MARGIN + 86, top + 114, words["subtitle"], 14, "#d5d9ec")
    page.text(MARGIN + 86, page.height - 44, words["edition"], 10, "#aab2d6")
    page.text(
        page.width - MARGIN, page.height - 44, words["promise"], 13, "#f3d9a0", SERIF_ITALIC, align="right"
    )


def _logo_page(page: Page, words: dict[str, Any], title: str) -> None:
    _head(page, 2, title)
    page.paragraph(MARGIN, 150, words["logo"], 330, 11.5)
    box = 204.0
    grounds = (("#f5f6fb", stacked(INK)), (INK, stacked("#ffffff")), ("#f3e6c8", stacked("#000000")))
    for at, (ground, svg) in enumerate(grounds):
        x = MARGIN + at * (box + 12)
        page.rect(x, 230, box, 130, ground)
        page.picture(*_drawing(svg, 560, ground), x + 17, 247, 170)
    page.rect(MARGIN + 3 * (box + 12), 230, 82, 130, "#ffffff")
    page.picture(*_drawing(icon("#ffffff", INK), 300), MARGIN + 3 * (box + 12), 254, 82)
    page.text(MARGIN, 398, words["logo_space"], 12, INK, BOLD)
    page.frame(MARGIN, 412, 132, 92, AMBER)
    page.picture(*_drawing(stacked(INK), 420), MARGIN + 18, 430, 96)
    page.paragraph(MARGIN + 148, 424, words["logo_space_text"], 208)
    page.text(MARGIN + 392, 398, words["logo_size"], 12, INK, BOLD)
    page.paragraph(MARGIN + 392, 424, words["logo_size_text"], 150)
    page.paragraph(MARGIN + 566, 424, words["logo_grounds"], 164)


def _colour_page(page: Page, words: dict[str, Any], title: str) -> None:
    _head(page, 3, title)
    page.paragraph(MARGIN, 150, words["colour"], 440, 11.5)
    swatches = (
        ("Navy", INK, "95 85 30 35"),
        ("Fjord", "#2d3a6b", "90 80 25 15"),
        ("Amber", AMBER, "3 33 85 0"),
        ("Birch", "#f3e6c8", "4 9 25 0"),
        ("Pine", "#2f6b4a", "80 35 75 25"),
    )
    width = (page.width - 2 * MARGIN - 4 * 10) / 5
    for at, (name, color, inks) in enumerate(swatches):
        x = MARGIN + at * (width + 10)
        page.rect(x, 210, width, 110, color)
        page.text(x, 340, name, 12, INK, BOLD)
        page.text(x, 356, color.upper(), 10, GREY)
        page.text(x, 370, f"CMYK {inks}", 10, GREY)
    tints = (
        ("muesli", "#d5d9ec"),
        ("olive-oil", "#d9e0c0"),
        ("honey", "#f4d9a4"),
        ("passata", "#f3cfc3"),
        ("dish-soap", "#e9e8bf"),
        ("hand-wash", "#ddd2f0"),
        ("laundry", "#c8dced"),
        ("coffee", "#d8d2c4"),
    )
    small = (page.width - 2 * MARGIN - 7 * 6) / 8
    for at, (_, color) in enumerate(tints):
        page.rect(MARGIN + at * (small + 6), 392, small, 34, color)
    page.text(MARGIN, 478, "Aa", 44, INK, SERIF)
    page.text(MARGIN + 70, 478, "Aa", 44, INK, BOLD)
    page.paragraph(MARGIN + 160, 460, words["type"], 400)


def _pack_page(page: Page, words: dict[str, Any], title: str) -> None:
    _head(page, 4, title)
    page.paragraph(MARGIN, 150, words["pack"], 330, 11.5)
    for at, (ref, language) in enumerate((("muesli", "en"), ("muesli", "de"), ("olive-oil", "en"))):
        page.picture(*_pack(ref, 500, language), page.width - MARGIN - 3 * 118 + at * 120, 92, 112)
    for x, head, rows, color, sign in (
        (MARGIN, words["do_head"], words["do"], "#17663c", "+"),
        (MARGIN + 370, words["dont_head"], words["dont"], "#a3241d", "×"),
    ):
        page.text(x, 272, head, 14, color, BOLD)
        page.rule(x, 282, 340, color, 1.2)
        for at, row in enumerate(rows):
            page.text(x, 306 + at * 24, sign, 13, color, BOLD)
            page.text(x + 20, 306 + at * 24, row, 11)
    page.text(MARGIN, 436, words["sizes"], 14, INK, BOLD)
    page.rule(MARGIN, 446, page.width - 2 * MARGIN)
    for at, (channel, size, form) in enumerate(words["size_rows"]):
        y = 466 + at * 26
        page.text(MARGIN, y, channel, 11, INK, BOLD)
        page.text(MARGIN + 200, y, f"{size} px", 11)
        page.text(MARGIN + 400, y, form, 11)
        page.rule(MARGIN, y + 9, page.width - 2 * MARGIN, "#ececE6".lower())


def _language_page(page: Page, words: dict[str, Any], title: str) -> None:
    _head(page, 5, title)
    page.paragraph(MARGIN, 150, words["language"], 420, 11.5)
    for at, code in enumerate(("en", "de", "fr", "es", "ar")):
        page.picture(*_pack("coffee", 360, code), MARGIN + at * 148, 196, 138)
    y = 370.0
    for at, column in enumerate(words["table"]):
        page.text(MARGIN + (0, 200, 520)[at], y, column, 10, GREY, BOLD)
    page.rule(MARGIN, y + 8, page.width - 2 * MARGIN, INK, 0.9)
    for row in words["rows"]:
        y += 24
        for at, cell in enumerate(row):
            page.text(MARGIN + (0, 200, 520)[at], y, cell, 11, INK, BOLD if at == 0 else pdf.REGULAR)
        page.rule(MARGIN, y + 8, page.width - 2 * MARGIN, "#ecece6")
    page.paragraph(MARGIN, y + 34, words["alt"], page.width - 2 * MARGIN, 10, GREY)


def _rights_page(page: Page, words: dict[str, Any], title: str) -> None:
    _head(page, 6, title)
    page.paragraph(MARGIN, 150, words["rights"], 360, 11.5)
    page.picture(*_scene("winter-kitchen", 1000, 470), page.width - MARGIN - 320, 92, 320)
    width = (page.width - 2 * MARGIN - 3 * 14) / 4
    for at, (head, body) in enumerate(words["steps"]):
        x = MARGIN + at * (width + 14)
        page.rect(x, 286, width, 150, "#f5f6fb")
        page.text(x + 16, 326, str(at + 1), 28, AMBER, SERIF)
        page.text(x + 16, 354, head, 12, INK, BOLD)
        page.paragraph(x + 16, 374, body, width - 32, 10.5)
    page.rect(MARGIN, 460, page.width - 2 * MARGIN, 54, INK)
    page.text(MARGIN + 20, 492, words["contact"], 11.5, "#ffffff")


def product_sheet(brand: str) -> bytes:
    """Every product of a range with its GTIN, markets and pack languages; portrait pages."""
    products = [product for product in PRODUCTS if product.brand == brand]
    document = Document(f"{BRANDS[brand]}: product sheet 2026", "en", 595, 842)
    rows_a_page = 6
    for start in range(0, len(products), rows_a_page):
        page = document.page(f"{BRANDS[brand]} {start // rows_a_page + 1}")
        y = 64.0
        if start == 0:
            scene = "pantry-range" if brand == PANTRY else "home-range"
            height = page.picture(*_scene(scene, 1400, 480), 0, 0, page.width)
            page.rect(0, height, page.width, 3, AMBER)
            y = height + 44
        page.text(40, y, BRANDS[brand], 28, INK, SERIF)
        page.text(page.width - 40, y, "Product sheet 2026", 11, GREY, align="right")
        y += 18
        page.rule(40, y, page.width - 80, INK, 0.9)
        for product in products[start : start + rows_a_page]:
            page.picture(*_pack(product.ref, 300), 40, y + 8, 72)
            page.text(128, y + 28, product.name["en"], 13, INK, BOLD)
            page.text(page.width - 40, y + 28, product.net_content, 12, INK, align="right")
            page.text(128, y + 45, f"{product.name['de']} · {product.name['fr']}", 9, GREY)
            page.text(128, y + 63, f"GTIN {product.gtin}", 10)
            page.text(270, y + 63, "Markets " + " ".join(product.markets), 10)
            languages = ", ".join(LANGUAGE_NAMES["en"][code] for code in product.languages)
            page.text(128, y + 78, f"Pack languages: {languages}", 9.5, GREY)
            y += 90
            page.rule(40, y, page.width - 80)
        page.text(40, page.height - 24, "© Norrvik AS · subject to change", 8, GREY)
    return document.bytes()


PAPERS: dict[str, Callable[[], bytes]] = {
    "usage-guideline-en": partial(usage_guideline, "en"),
    "usage-guideline-de": partial(usage_guideline, "de"),
    "product-sheet-pantry": partial(product_sheet, PANTRY),
    "product-sheet-home": partial(product_sheet, HOME),
}
