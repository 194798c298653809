"""Rule files, the verdict on a picture, safe fixes, and the picture of where it fails."""

import io
import signal
from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.renditions.choices import Format
from portal.renditions.verdicts import fixes, rules
from portal.renditions.verdicts import measure as measuring
from portal.renditions.verdicts.fixes import FIXABLE, CannotFix, fix
from portal.renditions.verdicts.measure import Measured, TooManyPixels, measure
from portal.renditions.verdicts.overlay import overlay
from portal.renditions.verdicts.rules import BadSpecification, State, build, judge
from tests.portal.renditions.verdicts.labelled import SAVERS, pictures

GOOD = Measured(
    width=2400, height=2400, bytes=400_000, format="jpeg", colour="srgb", dpi=300, transparent=0, off_white=0,
    fill=0.9, margin=100, border=0, file_name="09521234500049_A1C1.jpg",
)  # fmt: skip


def specification(*given, **more):
    return build({"key": "mine", "channel": "shop", "rules": list(given), **more})


def test_every_rule_we_ship_has_a_source_and_a_date():
    found = rules.ours()

    assert set(found) == {
        "amazon-main", "gs1-product-image", "opentext-catalogue", "own-shop", "print", "walmart-main",
    }  # fmt: skip
    assert all(rule.source and rule.date for each in found.values() for rule in each.rules)
    assert all(set(each.title) == {"en", "de", "fr", "es", "ar"} for each in found.values())


@pytest.mark.parametrize("key", ["amazon-main", "walmart-main", "gs1-product-image", "own-shop", "print"])
def test_good_picture_passes(key):
    assert judge(rules.ours()[key], GOOD).state == State.PASSED


@pytest.mark.parametrize(
    ("key", "change", "failed"),
    [
        ("amazon-main", {"off_white": 1}, ["white-background"]),
        ("amazon-main", {"fill": 0.8499}, ["fill"]),
        ("amazon-main", {"width": 999, "height": 500}, ["longest-side"]),
        ("amazon-main", {"colour": "cmyk"}, ["colours"]),
        ("walmart-main", {"height": 2390}, []),
        ("walmart-main", {"height": 1500}, ["square"]),
        ("walmart-main", {"bytes": 5_000_001}, ["weight"]),
        ("gs1-product-image", {"file_name": "muesli.jpg"}, ["file-name"]),
        ("opentext-catalogue", {"bytes": 500_001}, ["weight"]),
        ("opentext-catalogue", {"file_name": "a:b.jpg"}, ["file-name"]),
        ("opentext-catalogue", {"file_name": "a\\b.jpg"}, ["file-name"]),
        ("print", {"dpi": 72}, ["resolution"]),
    ],
)
def test_verdict_names_the_rule_and_the_value(key, change, failed):
    picture = Measured(**{**vars(GOOD), **change})

    verdict = judge(rules.ours()[key], picture)

    assert [line.rule.id for line in verdict.failed] == failed
    assert all(line.value == getattr(picture, line.rule.measure) for line in verdict.failed)


def test_what_is_not_known_is_neither_passed_nor_failed():
    verdict = judge(rules.ours()["amazon-main"], {"longest_side": 3000, "format": "jpeg"})

    assert verdict.state == State.UNKNOWN
    assert {line.state for line in verdict.lines} == {State.PASSED, State.UNKNOWN}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"key": "A b"}, "key"),
        ({"channel": "moon"}, "channel"),
        ({"rules": []}, "rules: from one"),
        ({"rules": [{"measure": "beauty", "least": 1}]}, "beauty cannot be measured"),
        ({"rules": [{"measure": "width"}]}, "needs least, most or both"),
        ({"rules": [{"measure": "width", "least": 5, "most": 4}]}, "least is above most"),
        ({"rules": [{"measure": "width", "least": True}]}, "numbers"),
        ({"rules": [{"measure": "width", "least": -1}]}, "numbers"),
        ({"rules": [{"measure": "format", "least": 1}]}, "needs one_of or pattern"),
        ({"rules": [{"measure": "format", "one_of": "jpeg"}]}, "list of words"),
        ({"rules": [{"measure": "width", "least": 1e20}]}, "numbers from 0 to 1000000000000"),
        ({"rules": [{"measure": "width", "most": 10**20}]}, "numbers from 0 to 1000000000000"),
        ({"rules": [{"measure": "file_name", "pattern": "["}]}, "cannot be used: missing ]"),
        ({"rules": [{"measure": "file_name", "pattern": "a" * 201}]}, "longer than 200"),
        ({"rules": [{"measure": "file_name", "pattern": "(.{1,30}){1,30}!"}]}, "too large"),
        ({"rules": [{"measure": "file_name", "pattern": "(?=a)b"}]}, "cannot be used"),
        ({"rules": [{"measure": "file_name", "pattern": r"(a)\1"}]}, "cannot be used"),
        ({"rules": [{"measure": "file_name", "pattern": "a{,5}"}]}, "write {0,5}"),
        ({"rules": [{"measure": "width", "least": 1, "colour": 2}]}, "colour is not known"),
        ({"rules": [{"measure": "width", "least": 1}] * 2}, "same id"),
        ({"rules": [{"measure": "width", "least": 1}] * 41}, "rules: from one"),
    ],
)
def test_rules_nothing_can_follow_are_refused(data, reason):
    usual = {"key": "mine", "channel": "shop", "rules": [{"measure": "width", "least": 1}]}

    with pytest.raises(BadSpecification, match=reason):
        build({**usual, **data})


@contextmanager
def within(seconds: int):
    """End what hangs; an engine that tries every way to match would take years."""

    def over(*_what):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("pattern", [".*" * 60 + "!", "(a|a)" * 39 + "!", "a?" * 60 + "a" * 61, "(a+)+!"])
def test_no_pattern_holds_up_whoever_reads_a_name(pattern):
    rule_set = specification({"measure": "file_name", "pattern": pattern})

    with within(30):
        verdict = judge(rule_set, {"file_name": "a" * 60})
        assert judge(rule_set, {"file_name": "a" * 200 + "b"}).state == State.FAILED

    assert verdict.state == State.FAILED


def test_pattern_is_of_the_whole_name_in_every_script():
    rule_set = specification({"measure": "file_name", "pattern": r"[^/]{3,5}[.](jpg|png)"})

    names = {
        "Größe.jpg": State.PASSED,
        "صورة.png": State.PASSED,
        "a/bcd.jpg": State.FAILED,
        "abc.jpg2": State.FAILED,
    }
    assert {name: judge(rule_set, {"file_name": name}).state for name in names} == names


def test_rules_kept_before_a_check_came_are_read_and_say_that_they_cannot_tell():
    kept = [
        {"id": "name", "measure": "file_name", "pattern": "(?=a).*"},
        {"id": "width", "measure": "width", "least": 10**15},
    ]
    rule_set = build({"key": "mine", "channel": "shop", "rules": kept}, kept=True)

    verdict = judge(rule_set, {"file_name": "a.jpg", "width": 100})

    assert [line.state for line in verdict.lines] == [State.UNKNOWN, State.FAILED]


def test_broken_rule_file_is_refused():
    with pytest.raises(BadSpecification, match="not readable"):
        rules.read("key = ")


# -- Fixes ------------------------------------------------------------
@cache
def samples() -> list[bytes]:
    """A few of the labelled pictures of every kind, small."""
    return [picture.content for picture in pictures()[::9]]


BOUNDS = st.fixed_dictionaries(
    {},
    optional={
        "ratio": st.sampled_from([(0.99, 1.01), (1.3, 1.4), (0.5, None), (None, 1.5)]),
        "longest_side": st.sampled_from([(None, 300), (100, 320), (400, None), (None, 64)]),
        "width": st.sampled_from([(None, 250), (200, None)]),
        "bytes": st.sampled_from([(None, 2_000), (None, 6_000), (None, 20_000)]),
        "transparent": st.just((None, 0)),
        "dpi": st.just((300, None)),
        "off_white": st.just((None, 0)),
        "fill": st.just((0.85, None)),
    },
)


@settings(max_examples=40, deadline=None)
@given(
    number=st.integers(0, 200),
    bounds=BOUNDS,
    formats=st.sampled_from([None, ["jpeg"], ["png"], ["jpeg", "png"], ["webp"]]),
    colours=st.booleans(),
)
def test_what_is_called_fixed_passes_and_nothing_else_gets_worse(number, bounds, formats, colours):
    given = [
        {"measure": name, **{k: v for k, v in zip(("least", "most"), pair, strict=True) if v is not None}}
        for name, pair in bounds.items()
    ]
    given += [{"measure": "format", "one_of": formats}] if formats else []
    given += [{"measure": "colour", "one_of": ["srgb", "grey"]}] if colours else []
    if not given:
        return
    rule_set, content = specification(*given), samples()[number % len(samples())]
    before = judge(rule_set, measure(content))
    try:
        fixed = fix(content, rule_set)
    except CannotFix:
        return

    after = judge(rule_set, measure(fixed.content))
    states = {line.rule.id: line.state for line in after.lines}
    assert fixed.rules and all(states[rule] == State.PASSED for rule in fixed.rules)
    assert {line.rule.id for line in after.failed} <= {line.rule.id for line in before.failed}
    assert fix(content, rule_set).content == fixed.content


def test_usual_fixes_are_made():
    """An oblong CMYK-free PNG with transparency becomes a square JPEG of little weight, and says how."""
    image = pyvips.Image.new_from_array(np.full((200, 300, 3), 255, np.uint8)).copy(interpretation="srgb")
    dark = (
        pyvips.Image.black(200, 150, bands=3)
        .linear(1, [30, 60, 90])
        .cast("uchar")
        .copy(interpretation="srgb")
    )
    image = image.insert(dark, 50, 25).bandjoin(255)
    image = image.draw_rect([0, 0, 0, 0], 0, 0, 3, 3, fill=True)
    square = specification(
        {"measure": "ratio", "least": 0.995, "most": 1.005},
        {"measure": "format", "one_of": ["jpeg"]},
        {"measure": "bytes", "most": 5_000},
        {"measure": "transparent", "most": 0},
        {"measure": "longest_side", "most": 250},
        {"measure": "dpi", "least": 300},
    )

    fixed = fix(image.pngsave_buffer(), square)

    made = measure(fixed.content)
    assert judge(square, made).state == State.PASSED
    assert (made.format, made.width, made.height, made.dpi) == ("jpeg", 250, 250, 300)
    assert fixed.steps[:2] == ("opaque", "smaller")
    assert {"padded", "format", "dpi"} <= set(fixed.steps)


def test_what_shows_is_never_enlarged_or_retouched():
    small = SAVERS["png"](pyvips.Image.black(50, 50, bands=3).copy(interpretation="srgb"))

    with pytest.raises(CannotFix) as caught:
        fix(small, rules.ours()["amazon-main"])

    assert "white-background" in caught.value.rules
    assert not {"off_white", "fill", "border", "margin"} & FIXABLE


def white(width: int, height: int) -> bytes:
    image = pyvips.Image.black(width, height, bands=3).linear(1, 255).cast("uchar")
    return image.copy(interpretation="srgb").pngsave_buffer(compression=1)


def test_fix_that_would_be_too_many_pixels_is_none(monkeypatch):
    monkeypatch.setattr(fixes, "MOST_PIXELS", 1_000_000)
    square = {"measure": "ratio", "least": 1, "most": 1}

    with pytest.raises(CannotFix, match="3000 x 3000 pixels are too many") as caught:
        fix(white(3000, 100), specification(square))
    smaller = fix(white(3000, 100), specification(square, {"measure": "longest_side", "most": 900}))

    assert caught.value.rules == ("ratio",)
    assert smaller.size == (900, 900)


@pytest.mark.parametrize(
    ("form", "side"), [("jpeg", 65_500), ("webp", 16_383), ("avif", 16_384)], ids=["jpeg", "webp", "avif"]
)
def test_fix_that_no_file_of_its_format_can_hold_is_none(form, side, monkeypatch):
    wanted = specification({"measure": "format", "one_of": [form]})

    with pytest.raises(CannotFix, match=f"{side + 1} x 8 pixels are too many"):
        fix(white(side + 1, 8), wanted)
    monkeypatch.setitem(fixes._MOST_SIDE, Format(form), 10**6)
    with pytest.raises(CannotFix, match=r"large|imum"):
        fix(white(side + 1, 8), wanted)


@pytest.mark.parametrize(
    "rule",
    [
        {"measure": "ratio", "most": 0},
        {"measure": "ratio", "most": 1e-320},
        {"measure": "ratio", "least": 1e12},
        {"measure": "dpi", "least": 1e12},
    ],
    ids=["no width", "nearly none", "no height", "dots"],
)
def test_fix_that_is_nonsense_is_none(rule):
    with pytest.raises(CannotFix):
        fix(white(20, 10), specification(rule))


def test_picture_of_too_many_pixels_is_not_looked_at(monkeypatch):
    monkeypatch.setattr(measuring, "MOST_PIXELS", 199)

    with pytest.raises(TooManyPixels, match="20 x 10"):
        measure(white(20, 10))


# -- Overlay ------------------------------------------------------------
def test_overlay_marks_the_speck_and_only_where_it_is():
    speck = next(p for p in pictures() if "-speck-box-png" in p.name)
    verdict = judge(rules.ours()["amazon-main"], measure(speck.content))

    drawn = overlay(speck.content, verdict)

    image = np.asarray(Image.open(io.BytesIO(drawn)).convert("RGB"))
    red = (image == (214, 40, 40)).all(axis=2)
    rows, columns = np.nonzero(red)
    assert red.any() and rows.max() <= 6 and columns.max() <= 6
    assert overlay(speck.content, verdict) == drawn


def test_overlay_of_a_good_picture_marks_nothing():
    white = next(p for p in pictures() if "-white-box-png-0.9" in p.name)
    verdict = judge(specification({"measure": "off_white", "most": 0}), measure(white.content))

    image = np.asarray(Image.open(io.BytesIO(overlay(white.content, verdict))).convert("RGB"))

    assert verdict.state == State.PASSED
    assert not (image == (214, 40, 40)).all(axis=2).any()
