"""From the DAM's words to the portal's."""

from datetime import UTC, datetime

import pytest

from integrations.scaleflex import mapping
from integrations.scaleflex.config import METADATA, Options
from integrations.scaleflex.mapping import fact_of, gtin14, is_mirrored, language, window_end, window_start
from integrations.scaleflex.schemas import MetadataModel, parse_file
from tests.integrations.scaleflex.test_schemas import payload

MODEL = MetadataModel(
    expiry_key="use_until", values={"@itm_v1_0a1b2c3d_8@": "packshot"}, variants={"@rv_v1_de_1@": "de"}
)


def options(**more) -> Options:
    return Options(api_url="http://x", cdn_url="http://x", token="t", **more)


def mapped(meta=None, *, file=None, **more):
    data = payload("documented") | {"meta": meta or {}} | (file or {})
    return fact_of(parse_file(data), source="dam", options=options(**more), model=MODEL)


def fact(meta=None, **more):
    return mapped(meta, **more).fact


def test_words_of_the_brand_become_words_of_the_portal():
    found = fact(
        {
            "title": {"en": "Muesli", "de": " Müsli ", "fr": ""},
            "alt_text": "A box",
            "gtin": "9521234500049",
            "product_name": {"en": "Berry muesli"},
            "net_content": "500 g",
            "brand": "norrvik-pantry",
            "asset_type": "packshot",
            "view": "front",
            "variant_group": "muesli-front",
            "language": "de_at",
            "markets": ["DE", "at", "Germany"],
            "usage_rights": "All channels",
            "public_use": "true",
            "copyright": "© Norrvik",
            "campaign": "Winter Kitchen",
        }
    )

    assert found.title == {"en": "Muesli", "de": "Müsli"}
    assert found.alt_text == {"en": "A box"}
    assert (found.gtin, found.net_content, found.brand) == ("09521234500049", "500 g", "norrvik-pantry")
    assert (found.kind, found.view, found.group, found.language) == (
        "packshot",
        "front",
        "muesli-front",
        "de-AT",
    )
    assert found.markets == ("AT", "DE")
    assert (found.usage_rights, found.public_use, found.copyright) == ("All channels", True, "© Norrvik")
    assert found.metadata["campaign"] == "Winter Kitchen"
    assert found.metadata["product_ref"] == "SKU-1"
    assert (found.source, found.approved, found.approval_word) == ("dam", True, "APPROVED")


def test_internal_ids_are_translated_when_the_answer_has_them():
    found = fact({"asset_type": "@itm_v1_0a1b2c3d_8@", "title": {"@rv_v1_de_1@": "Boot"}})

    assert (found.kind, found.title) == ("packshot", {"de": "Boot"})


def test_keys_come_from_the_connection():
    found = fact({"ean": "9521234500049"}, metadata=METADATA | {"gtin": "ean"})

    assert found.gtin == "09521234500049"


def test_file_without_title_is_called_by_its_name():
    assert fact({}, file={"url": {"path": "/a/my_boat.v2.jpg"}}).title == {"en": "my boat.v2"}


@pytest.mark.parametrize(
    ("media_type", "medium", "kind"),
    [
        ("image/jpeg", "image", "other"),
        ("image/svg+xml", "vector", "other"),
        ("video/mp4", "video", "video"),
        ("application/pdf", "document", "document"),
        ("audio/mpeg", "other", "other"),
        ("application/octet-stream", "other", "other"),
    ],
)
def test_media_type_decides_the_medium_and_helps_with_the_kind(media_type, medium, kind):
    found = fact({}, file={"type": media_type})

    assert (found.medium, found.kind) == (medium, kind)


@pytest.mark.parametrize(
    ("word", "approved", "noted"),
    [
        ("APPROVED", True, False),
        ("approved", True, False),
        ("PENDING", False, False),
        ("PRE-APPROVED", False, False),
        ("CANCELLED", False, False),
        ("", False, False),
        ("BLESSED", False, True),
    ],
)
def test_only_the_approved_word_approves_and_unknown_ones_are_noted(word, approved, noted):
    found = mapped({}, file={"approval": {"latest": word}})

    assert (found.fact.approved, bool(found.note)) == (approved, noted)


def test_other_words_may_approve_when_the_connection_says_so():
    assert fact({}, file={"approval": {"latest": "OK"}}, approved_words=("OK",)).approved


# -- Rights --------------------------------------------------------------------------------------------------
def test_days_of_the_rights_are_whole_days_in_utc():
    found = fact({"rights_start": "2026-01-01", "rights_end": "2026-12-31"})

    assert found.rights_start == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.rights_end == datetime(2027, 1, 1, tzinfo=UTC)


def test_moments_of_the_rights_are_taken_as_they_are():
    assert window_start("2026-01-01T08:00:00+02:00") == datetime(2026, 1, 1, 6, tzinfo=UTC)
    assert window_end("2026-12-31T12:00:00Z") == datetime(2026, 12, 31, 12, tzinfo=UTC)


def test_end_of_rights_is_found_by_the_metadata_model_too():
    assert fact({"use_until": "2026-12-31"}).rights_end == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, "9999-12-31"])
def test_no_end_is_no_end(value):
    assert window_end(value) is None


@pytest.mark.parametrize("value", ["31.12.2026", "2026-13-01", 20261231, ["2026-12-31"], True])
def test_end_that_cannot_be_read_is_never_taken_for_open(value):
    found = mapped({"rights_end": value})

    assert "end of the rights" in found.error
    assert (found.fact.rights_unread, found.fact.rights_end) == (True, None)


# -- Small words ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "gtin"),
    [
        ("09521234500049", "09521234500049"),
        ("9521234500049", "09521234500049"),
        ("952-1234-500049", "09521234500049"),
        ("9521234500048", ""),
        ("00000000000000", ""),
        ("123", ""),
        ("", ""),
        ("٩٥٢١٢٣٤٥٠٠٠٤٩", ""),
    ],
)
def test_gtin_has_fourteen_digits_and_a_right_check_digit(value, gtin):
    assert gtin14(value) == gtin


@pytest.mark.parametrize(
    ("word", "code"),
    [("de", "de"), ("pt_br", "pt-BR"), ("ZH-hant", "zh-Hant"), ("German", ""), ("", ""), ("d", "")],
)
def test_language_is_a_code_or_nothing(word, code):
    assert language(word) == code


@pytest.mark.parametrize(
    ("path", "kind", "meta", "found"),
    [
        ("/Video/day.pt_br.vtt", "text/vtt", {}, "pt-BR"),
        ("/Video/day.de.vtt", "text/plain", {}, "de"),
        ("/Video/day.de.srt", "application/x-subrip", {"language": "fr"}, "fr"),
        ("/Video/day.vtt", "text/vtt", {"asset_type": "document"}, ""),
    ],
)
def test_captions_say_their_language_in_words_or_in_their_name(path, kind, meta, found):
    data = payload("documented") | {"url": {"path": path}, "type": kind, "extension": path[-3:], "meta": meta}

    fact = fact_of(parse_file(data), source="dam", options=options(), model=MetadataModel()).fact

    assert (fact.kind, fact.language) == ("captions", found)


@pytest.mark.parametrize(
    ("path", "root", "mirrored"),
    [
        ("/a/b.jpg", "/", True),
        ("/.internal/thumbnails/b.jpg", "/", False),
        ("/.studio/b.jpg", "/", False),
        ("/.internals/b.jpg", "/", True),
        ("/brand/b.jpg", "/brand/", True),
        ("/branding/b.jpg", "/brand", False),
    ],
)
def test_derivatives_and_foreign_folders_are_left_alone(path, root, mirrored):
    assert is_mirrored(path, options(root_folder=root)) is mirrored


def test_every_word_of_the_portal_has_a_key():
    assert set(METADATA) >= {"title", "gtin", "rights_end"}
    assert {"APPROVED", "REJECTED"} <= mapping.KNOWN_APPROVALS
