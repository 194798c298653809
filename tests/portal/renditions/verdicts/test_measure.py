"""Hundreds of pictures whose properties are known, measured."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
import pyvips

from portal.renditions.verdicts.measure import Measured, NotAPicture, measure
from tests.portal.renditions.verdicts.labelled import Labelled, pictures


@cache
def measured() -> list[tuple[Labelled, Measured]]:
    return [(picture, measure(picture.content)) for picture in pictures()]


def agrees(name: str, value, wanted) -> bool:
    if isinstance(wanted, tuple):
        return wanted[0] <= value <= wanted[1]
    return wanted in value.lower() if name == "colour" else value == wanted


def test_there_are_enough_pictures_of_every_kind():
    assert len(pictures()) >= 300
    assert len({picture.content for picture in pictures()}) == len(pictures())


@pytest.mark.parametrize(
    "name",
    ["width", "height", "ratio", "bytes", "format", "transparent", "border", "off_white", "colour", "fill"],
)
def test_at_least_98_of_100_are_right(name):
    cases = [(p, m) for p, m in measured() if name in p.label]
    wrong = [
        (p.name, getattr(m, name), p.label[name])
        for p, m in cases
        if not agrees(name, getattr(m, name), p.label[name])
    ]

    assert len(cases) >= 50
    assert len(wrong) <= len(cases) * 0.02, wrong[:20]


def test_no_background_size_or_weight_passes_that_must_not():
    """Of what a marketplace refuses, nothing may be let through, not one in a hundred."""
    false = [
        p.name
        for p, m in measured()
        if (p.label["off_white"] != 0 and m.off_white == 0)
        or (m.width, m.height) != (p.label["width"], p.label["height"])
        or m.bytes != len(p.content)
    ]

    assert false == []


def test_haze_of_lossy_formats_is_not_held_against_clean_pictures():
    kinds = Counter((p.label["format"], m.off_white == 0) for p, m in measured() if p.label["off_white"] == 0)

    assert min(kinds["jpeg", True], kinds["avif", True]) > 0
    assert (kinds["jpeg", False], kinds["avif", False]) == (0, 0)


def test_what_the_product_encloses_is_no_background():
    """A label that is not quite white, in the middle of a pack, belongs to the pack."""
    canvas = np.full((300, 300, 3), 255, np.uint8)
    canvas[40:260, 40:260] = 60
    canvas[80:220, 80:220] = 250
    image = pyvips.Image.new_from_array(canvas).copy(interpretation="srgb")

    assert measure(image.pngsave_buffer()).off_white == 0


def test_measuring_repeats_bit_for_bit():
    assert [measure(p.content) for p in pictures()[::7]] == [m for _, m in measured()[::7]]


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x89PNG\r\n\x1a\nhalf"])
def test_what_is_no_picture_is_said(content):
    with pytest.raises(NotAPicture):
        measure(content)
