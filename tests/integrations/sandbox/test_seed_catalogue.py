"""What a customer finds in the sample DAM: products, languages, markets, rights, approvals."""

import re
from datetime import date, timedelta

import pytest

from integrations.sandbox.seed import catalogue, metadata_model
from integrations.sandbox.seed.gtin import check_digit, ean13_bars
from integrations.sandbox.seed.media import as_json
from integrations.sandbox.seed.products import LANGUAGES, PRODUCTS

TODAY = date(2026, 11, 23)
FILES = [as_json(item, TODAY) for item in catalogue.media()]
WINTER = [file for file in FILES if file["path"].startswith("/Campaigns/Winter Kitchen/")]


def of_type(kind):
    return [file for file in FILES if file["meta"]["asset_type"] == kind]


def test_check_digit_agrees_with_the_published_examples():
    """GS1 General Specifications, 7.9; and the number printed on the muesli since version 1."""
    assert check_digit("0629104150021") == "3"
    assert check_digit("0952123450004") == "9"


def test_every_product_has_its_own_valid_gtin_below_the_demonstration_prefix():
    gtins = [product.gtin for product in PRODUCTS]

    assert len(set(gtins)) == len(PRODUCTS) >= 14
    assert all(re.fullmatch(r"0952\d{10}", gtin) and check_digit(gtin[:13]) == gtin[13] for gtin in gtins)


def test_bar_code_carries_the_digits_of_the_gtin():
    bars = ean13_bars("09521234500049")
    odd = ["0001101", "0011001", "0010011", "0111101", "0100011"]
    odd += ["0110001", "0101111", "0111011", "0110111", "0001011"]
    right = ["".join("01"[bit == "0"] for bit in code) for code in odd]

    read = "".join(str(right.index(bars[at : at + 7])) for at in range(50, 92, 7))

    assert (len(bars), bars[:3], bars[45:50], bars[92:]) == (95, "101", "01010", "101")
    assert read == "500049"


def test_there_are_at_least_sixty_files_of_every_kind():
    assert len(FILES) >= 70
    assert {kind: bool(of_type(kind)) for kind in metadata_model.SELECTIONS["asset_type"]} == dict.fromkeys(
        metadata_model.SELECTIONS["asset_type"], True
    )
    assert len(of_type("video")) >= 3


def test_paths_and_originals_are_unique_and_nameable():
    outputs = list(catalogue.recipes(catalogue.media()))

    assert len({file["path"] for file in FILES}) == len(FILES)
    assert len(set(outputs)) == len(FILES) + sum(len(file["versions"]) for file in FILES)
    assert all(output.isascii() and " " not in output for output in outputs)
    # Unlike GS1 names, the names in a DAM hold what people type.
    names = "".join(file["path"] for file in FILES)
    assert all(letter in names for letter in " +ä()")
    assert any(len(file["path"].rsplit("/", 1)[1]) == 36 for file in FILES)


def test_front_variants_share_a_group_and_differ_in_language():
    fronts = [file for file in of_type("packshot") if file["meta"]["variant_group"].endswith("-front")]
    languages = {}
    for file in fronts:
        languages.setdefault(file["meta"]["variant_group"], []).append(file["meta"]["language"])

    assert languages == {
        f"{product.ref}-front": list(languages[f"{product.ref}-front"]) for product in PRODUCTS
    }
    for product in PRODUCTS:
        assert sorted(languages[f"{product.ref}-front"]) == sorted(product.languages)
    assert set().union(*languages.values()) == set(LANGUAGES)


def test_words_of_pack_shots_come_in_all_five_languages():
    for file in of_type("packshot"):
        meta = file["meta"]
        assert (
            set(meta["description"]) == set(meta["alt_text"]) == set(meta["product_name"]) == set(LANGUAGES)
        )
        assert {"en", "de"} <= set(meta["title"])


def test_every_other_file_has_english_and_german_words():
    for file in FILES:
        meta = file["meta"]
        assert {"en", "de"} <= set(meta["title"]) & set(meta["alt_text"]) & set(meta["description"])


def test_labels_are_translated_and_not_repeated():
    for product in PRODUCTS:
        printed = {
            (label := product.label(language)).kind + label.note + str(label.title) for language in LANGUAGES
        }
        assert len(printed) == len(LANGUAGES), product.ref
        assert re.search("[\u0600-\u06ff]", " ".join(product.label("ar").title))


def test_markets_of_a_file_are_markets_of_its_product():
    markets = {product.ref: set(product.markets) for product in PRODUCTS}

    for file in of_type("packshot"):
        assert file["meta"]["markets"], file["path"]
        assert set(file["meta"]["markets"]) <= markets[file["product"]["ref"]]


@pytest.mark.parametrize("field", ["brand", "asset_type", "view", "language"])
def test_selections_are_known_to_the_metadata_model(field):
    known = set(metadata_model.SELECTIONS[field]) | {""}

    assert {file["meta"][field] for file in FILES} <= known


def test_metadata_keys_are_those_of_the_model():
    settings = metadata_model.settings()
    groups = settings["metadata"]["model"][0]["groups"]
    fields = {field["key"]: field for group in groups for field in group["fields"]}

    assert all(set(file["meta"]) == set(fields) for file in FILES)
    assert fields["rights_end"]["mapping"] == "license.s1:expiration_date"
    assert re.fullmatch(
        r"@itm_v1_[0-9a-f]{8}_0@", fields["brand"]["possible_values"][0]["internal_unique_value"]
    )
    assert set().union(*(file["labels"] for file in FILES)) == {label["name"] for label in settings["labels"]}


def test_a_partner_finds_files_scheduled_expiring_and_expired_on_any_day():
    for today in (TODAY, date(2031, 2, 28)):
        rights = [as_json(item, today)["meta"] for item in catalogue.media()]
        soon = (today + timedelta(days=30)).isoformat()
        starts = [meta["rights_start"] for meta in rights if meta["rights_start"] > today.isoformat()]
        ends = [meta["rights_end"] for meta in rights if meta["rights_end"]]

        assert len(starts) >= 3
        assert len([end for end in ends if today.isoformat() <= end <= soon]) >= 3
        assert len([end for end in ends if end < today.isoformat()]) == 1


def test_winter_kitchen_holds_approved_and_at_least_four_pending_pictures_of_full_size():
    states = [file["approval"] for file in WINTER]
    widths = []
    for item in catalogue.media():
        if item.path.startswith("/Campaigns/Winter Kitchen/"):
            options = dict(item.recipe.options)
            widths.append(options["crop"][0] if "crop" in options else options["width"])

    assert states.count("APPROVED") >= 3
    assert states.count("PENDING") >= 4
    assert {"REJECTED", None} <= set(states)
    assert min(widths) >= 3000


def test_the_muesli_tells_its_four_versions_in_order():
    muesli = next(file for file in FILES if file["path"].endswith("/09521234500049_A1C1_en.jpg"))
    moments = [version["modified_at"] for version in muesli["versions"]] + [muesli["modified_at"]]

    assert len(moments) == 4
    assert moments == sorted(moments)
    assert muesli["created_at"] <= moments[0]
