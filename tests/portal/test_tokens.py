"""Colours that can be read, in both schemes, and a light scheme for browsers that know no pairs."""

import re
from pathlib import Path

import pytest

TOKENS = re.sub(
    r"/\*.*?\*/",
    "",
    (Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css").read_text(),
    flags=re.DOTALL,
)
_PAIR = re.compile(r"light-dark\(\s*((?:[^(),]|\([^()]*\))+),\s*((?:[^(),]|\([^()]*\))+)\)")
SCHEMES = ("light", "dark")
GROUNDS = ("canvas", "surface", "surface-sunken", "surface-raised", "surface-hover")
TONES = ("ok", "info", "warn", "bad", "plan", "mute")


def declarations(block: str) -> dict[str, str]:
    found = re.findall(r"--([\w-]+):\s*([^;]+);", block)
    return {name: re.sub(r",\s+", ", ", " ".join(value.split())) for name, value in found}


def first_block() -> dict[str, str]:
    return declarations(TOKENS.partition("[data-scheme=")[0])


def more_contrast() -> dict[str, str]:
    block = TOKENS.partition("@media (prefers-contrast: more)")[2].partition("@media")[0]
    return {**first_block(), **declarations(block)}


def half(value: str, scheme: str) -> str:
    return _PAIR.sub(lambda pair: pair.group(1 + SCHEMES.index(scheme)).strip(), value)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2, definition of relative luminance)."""
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), colour
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [first_block, more_contrast], ids=["usual", "more contrast"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("text", ["ink", "ink-2", "ink-3", "accent"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_reads_on_every_ground(tokens, scheme, text, ground):
    colours = tokens()

    assert contrast(half(colours[text], scheme), half(colours[ground], scheme)) >= 4.5


@pytest.mark.parametrize("tokens", [first_block, more_contrast], ids=["usual", "more contrast"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("ground", [None, "surface", "canvas"])
def test_states_read_on_their_tint_and_bare(tokens, scheme, tone, ground):
    colours = tokens()

    assert contrast(half(colours[f"{tone}-fg"], scheme), half(colours[ground or f"{tone}-bg"], scheme)) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink-on-strong", "strong"),
        ("ink-on-strong", "strong-hover"),
        ("accent-on", "accent"),
        ("accent", "accent-soft"),
        ("company", "company-soft"),
    ],
)
def test_words_on_filled_parts_read(scheme, text, ground):
    colours = first_block()

    assert contrast(half(colours[text], scheme), half(colours[ground], scheme)) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", ["canvas", "surface"])
def test_what_one_operates_has_an_edge(scheme, ground):
    """WCAG 2.2, 1.4.11: 3 to 1 for the outline of a field."""
    colours = first_block()

    assert contrast(half(colours["line-control"], scheme), half(colours[ground], scheme)) >= 3


def test_older_browsers_get_the_light_half():
    fallback = declarations(TOKENS.partition("@supports not")[2])
    pairs = {name: half(value, "light") for name, value in first_block().items() if "light-dark(" in value}

    assert fallback == pairs
