"""The list of pages is complete."""

from pathlib import Path

import pytest

from tests.browser.places import ELSEWHERE, PLACES

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
OURS = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
ENTERED = {template for place in PLACES for template in place.templates}


@pytest.mark.parametrize("template", [name for name in OURS if not name.startswith(tuple(ELSEWHERE))])
def test_every_template_is_entered_with_a_page_that_shows_it(template):
    assert template in ENTERED, "enter it in tests/browser/places.py, in each of its states"


def test_nothing_is_entered_that_is_gone():
    gone = [name for name in ELSEWHERE if not any(ours.startswith(name) for ours in OURS)]

    assert ENTERED - set(OURS) == set()
    assert gone == []


def test_names_are_not_taken_twice():
    names = [place.name for place in PLACES]

    assert len(names) == len(set(names))
