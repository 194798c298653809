"""
The asset reference every post, task and resolution carries: GDSN's referenced file record.

Names follow GS1's ``referencedFileHeader``; ``assetId``, ``assetVersion``, ``action`` and
``replaces`` are the contract's own. References are kept as received; only their shape is checked.
"""

import re
from typing import Any

from integrations.sandbox.seed.gtin import check_digit
from integrations.sandbox.trading_grid.workspace.checks import COUNTRY, LANGUAGE, Checker, parse_moment

ACTIONS = ("ADD", "REPLACE", "WITHDRAW")
TYPE_CODE = re.compile(r"[A-Z0-9][A-Z0-9_]{1,79}\Z")
URL = re.compile(r"https?://[^\s/?#]+[^\s]*\Z")
SHA256 = re.compile(r"[0-9a-f]{64}\Z")
LONGEST_URL = 2500
MOST_ASSETS = 500


def check_assets(check: Checker, name: str = "assets", *, required: bool = False) -> list[dict[str, Any]]:
    """Return the asset references of a field as they were sent, noting in ``check`` what is wrong."""
    checkers = check.objects(name, required=required)
    if len(checkers) > MOST_ASSETS:
        check.fail(name, f"must have at most {MOST_ASSETS} entries")
        return []
    for checker in checkers:
        _check(checker)
    return [checker.data for checker in checkers]


def _check(asset: Checker) -> None:
    asset.text("assetId", required=True)
    asset.whole("assetVersion", required=True, lowest=1)
    action = asset.word("action", ACTIONS, required=True)
    asset.pattern(
        "referencedFileTypeCode", TYPE_CODE, "must be a GDSN type code, such as PRODUCT_IMAGE", required=True
    )
    asset.pattern(
        "uniformResourceIdentifier", URL, "must be an http or https address", required=action != "WITHDRAW"
    )
    if len(str(asset.data.get("uniformResourceIdentifier") or "")) > LONGEST_URL:
        asset.fail("uniformResourceIdentifier", f"must have at most {LONGEST_URL} characters")
    asset.text("fileName", required=True, longest=255)
    asset.text("fileFormatName", required=action != "WITHDRAW", longest=35)

    gtin = asset.text("gtin")
    if gtin is not None and not is_gtin14(gtin):
        asset.fail("gtin", "must be 14 digits with a valid check digit")
    asset.texts("targetMarkets", COUNTRY, "must be ISO 3166 country codes of two capital letters")
    asset.pattern("fileLanguageCode", LANGUAGE, "must be a BCP 47 language")
    for description in asset.objects("contentDescription"):
        description.pattern("languageCode", LANGUAGE, "must be a BCP 47 language", required=True)
        description.text("value", required=True, longest=2000)
    for name in ("filePixelWidth", "filePixelHeight", "fileSize"):
        asset.whole(name, lowest=1)
    asset.pattern("sha256", SHA256, "must be 64 lower-case hex digits")
    asset.flag("isPrimaryFile")
    _check_window(asset)

    replaces = asset.object("replaces", required=action == "REPLACE")
    if replaces.data:
        replaces.text("assetId", required=True)
        replaces.whole("assetVersion", required=True, lowest=1)
    usage = asset.object("usage")
    usage.text("recommended", longest=2000)
    usage.text("rights", longest=2000)


def _check_window(asset: Checker) -> None:
    start = parse_moment(asset.moment("fileEffectiveStartDateTime"))
    end = parse_moment(asset.moment("fileEffectiveEndDateTime"))
    if start and end and start > end:
        asset.fail("fileEffectiveEndDateTime", "must not lie before fileEffectiveStartDateTime")


def is_gtin14(text: str) -> bool:
    return len(text) == 14 and text.isascii() and text.isdigit() and check_digit(text[:13]) == text[13]
