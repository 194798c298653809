"""Reading file objects: every known variation, and anything else without a surprise."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.errors import BadPayload
from integrations.payloads import decode, decode_leniently, is_clean
from integrations.scaleflex.config import Options
from integrations.scaleflex.mapping import fact_of
from integrations.scaleflex.schemas import MetadataModel, parse_file

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> dict:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def test_documented_file_is_read_whole():
    file = parse_file(payload("documented"))

    assert (file.path, file.folder, file.name) == ("/folder/boat.jpg", "/folder", "boat.jpg")
    assert (file.size, file.width, file.height, file.duration) == (205582, 2000, 1333, None)
    assert (file.media_type, file.extension) == ("image/jpeg", "jpg")
    assert file.sha1 == "32ffd28800000000000000000000000000000000"
    assert file.modified_at == datetime(2024, 1, 2, 3, 4, 11, tzinfo=UTC)
    assert (file.approval, file.tags, file.labels, file.product_ref) == (
        "APPROVED",
        ("sea",),
        ("Hero",),
        "SKU-1",
    )


def test_recorded_file_lacks_what_may_lack():
    file = parse_file(payload("recorded_v5"))

    assert (file.approval, file.tags, file.labels, file.product_ref) == ("", (), (), "")


def test_upload_answer_reads_like_any_file():
    file = parse_file(payload("upload_answer"))

    assert (file.path, file.extension, file.media_type) == ("/test/test-image-7brqJR8K", "", "image/jpeg")


def test_bare_values_of_older_endpoints_are_understood():
    file = parse_file(payload("picker_notes"))

    assert file.path == "/a/b/boat+sail 50%.jpg"
    assert (file.size, file.sha1[:6], file.media_type) == (205582, "32ffd2", "image/jpeg")
    assert (file.tags, file.labels) == (("sea", "boat"), ("#lbjz3h2f6",))
    assert file.modified_at == datetime(2024, 1, 2, 3, 4, 11, tzinfo=UTC)


def test_video_with_odd_metadata_is_understood():
    file = parse_file(payload("widget_mock"))

    assert (file.width, file.height, file.duration) == (1920, 1080, 12.5)
    assert (file.tags, file.labels, file.approval) == (("sea", "#tg2"), (), "")
    assert file.name == "Clip é 🎬.mp4"


@pytest.mark.parametrize(
    "name",
    [
        "a b.jpg",
        "100%.jpg",
        "a+b.jpg",
        "Größe.jpg",
        "شعار.jpg",
        "🎬.mp4",
        "x" * 251 + ".jpg",
        "no ending",
        ".hidden",
    ],
)
def test_names_stay_as_they_are(name):
    data = payload("documented") | {"url": {"path": f"/Mappe & Co/{name}"}}

    assert parse_file(data).path == f"/Mappe & Co/{name}"


@pytest.mark.parametrize(
    ("folder", "path"), [("/a/b", "/a/b/x.jpg"), ("/a/b/", "/a/b/x.jpg"), ("a", "/a/x.jpg"), ("/", "/x.jpg")]
)
def test_slashes_of_the_folder_are_set_right(folder, path):
    data = payload("documented") | {"url": None, "name": "x.jpg", "folder": {"name": folder}}

    assert parse_file(data).path == path


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"uuid": None}, "no usable uuid"),
        ({"uuid": 7}, "no usable uuid"),
        ({"uuid": "../../etc"}, "no usable uuid"),
        ({"hash": {}}, "no SHA-1"),
        ({"hash": {"sha1": "xyz"}}, "no SHA-1"),
        ({"size": {"bytes": -1}}, "no size"),
        ({"size": {"bytes": "many"}}, "no size"),
        ({"size": {"bytes": float("nan")}}, "no size"),
        ({"size": {"bytes": True}}, "no size"),
        ({"modified_at": None, "created_at": None}, "when it was changed"),
        ({"modified_at": "yesterday"}, "cannot be read"),
        ({"meta": "text"}, "not an object"),
        ({"url": {"path": "/a/" + "x" * 256}}, "too long"),
        ({"url": {"path": "/a/b\x00c"}}, "cannot be used"),
        ({"url": {"path": "/a/\ud800.jpg"}}, "cannot be used"),
        ({"url": None, "folder": None}, "no path"),
    ],
)
def test_what_cannot_be_used_is_named(change, sentence):
    with pytest.raises(BadPayload, match=sentence):
        parse_file(payload("documented") | change)


def test_empty_file_is_a_file():
    assert parse_file(payload("documented") | {"size": {"bytes": 0}}).size == 0


# -- Anything at all -----------------------------------------------------------------------------------------
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = st.sampled_from([*payload("documented"), "mime", "updated_at"])
OPTIONS = Options(api_url="http://x", cdn_url="http://x", token="t")


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(FIELDS, JSON, max_size=4))
def test_any_values_either_become_a_fact_or_are_refused_with_a_sentence(changes):
    data = payload("documented") | changes
    if isinstance(changes.get("meta"), dict):
        data["meta"] = payload("documented")["meta"] | changes["meta"]

    try:
        fact = fact_of(
            parse_file(data), source="dam", options=OPTIONS, model=MetadataModel(values={}, variants={})
        ).fact
    except BadPayload as error:
        assert str(error).endswith(".")
    else:
        assert "\x00" not in f"{fact.path}{fact.title}{fact.tags}{fact.metadata}"
        assert len(fact.name) <= 255
        assert fact.title


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted({*OPTIONS.metadata.values(), "other"})), JSON, max_size=6))
def test_any_metadata_either_becomes_a_fact_or_is_refused(meta):
    file = parse_file(payload("documented") | {"meta": meta})

    try:
        fact = fact_of(file, source="dam", options=OPTIONS, model=MetadataModel(values={}, variants={})).fact
    except BadPayload:
        return
    assert all(isinstance(text, str) and text for text in fact.title.values())
    assert all(len(market) == 2 for market in fact.markets)


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(body):
    try:
        decode(body, source="The DAM")
    except BadPayload as error:
        assert error.raw == body or not body


@pytest.mark.parametrize(
    "body",
    [b'{"a": NaN}', b'{"a": "\\ud800"}', b'{"a": 1e999}', b'{"a": [' + b"[" * 500 + b"]" * 500 + b"]}"],
    ids=["NaN", "half a character", "infinite", "deep"],
)
def test_json_that_strict_readers_refuse_is_told_apart(body):
    value, strict = decode_leniently(body, source="The DAM")

    assert (strict, is_clean(value)) in {(False, False), (True, False)}


def test_nesting_without_end_is_refused():
    with pytest.raises(BadPayload):
        decode_leniently(b"[" * 100_000 + b"]" * 100_000, source="The DAM")
