"""
Every page, in each of its states, in both directions and colour schemes, keeps the rules of WCAG 2.2 AA and fits phone,
tablet and desk.
"""

import pytest
from django.conf import settings
from django.test.signals import template_rendered

from tests.browser.places import PLACES

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    # No rule of these reads style sheets; to fetch them all once more takes longer than the rules.
    "preload": {"assets": ["media"]},
}
#: Each place is judged in two of four looks, its neighbour in the list in the other two. So every language, width and
#: colour scheme meets every place, and every pair of them the parts that places share. Contrasts of all colours
#: in both schemes are held by tests/portal/test_tokens.py as well.
LOOKS = [
    {"en": ("light", 1440), "ar": ("dark", 390)},
    {"en": ("dark", 390), "ar": ("light", 1440)},
]
WIDTHS = (390, 768, 1440)
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_page_keeps_the_rules(place, visit, site, axe):
    shown = set()

    def note(template, **kwargs):
        shown.add(template.name)

    reader = visit(getattr(site.house, place.reader) if place.reader else None)
    page = reader.page
    # A page may begin a download by itself, which would come between the next page and us.
    page.route("**/archive*", lambda route: route.fulfill(status=204))
    found = []
    template_rendered.connect(note)
    for language, (scheme, width) in LOOKS[PLACES.index(place) % 2].items():
        reader.remember(settings.LANGUAGE_COOKIE_NAME, language)
        answer = page.goto(place.address(site.house))
        # A page that may be kept is asked for again by its tag.
        assert answer.status in {place.status, 304}
        direction = "rtl" if language == "ar" and not place.is_english else "ltr"
        assert page.locator("html").get_attribute("dir") == direction
        for any_width in WIDTHS:
            page.set_viewport_size({"width": any_width, "height": 900})
            wider = page.evaluate(WIDER)
            found += [f"{language} {any_width}: {wider} pixels wider than the screen"] if wider > 0 else []
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        result = axe.run(page, options=RULES)
        found += [f"{language} {scheme} {width}: {line}" for line in explained(result.response)]
    template_rendered.disconnect(note)

    assert found == []
    assert set(place.templates) <= shown
    assert reader.troubles == []


def explained(response) -> list[str]:
    """Return one line per element that breaks a rule."""
    return [
        f"{violation['id']} {node['target']}: {node['failureSummary']} {node['html'][:200]}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]


def test_what_breaks_a_rule_is_found(visit, axe):
    page = visit().page
    page.set_content("<html lang='en'><title>A page</title><img src='data:,'></html>")

    assert [line.split()[0] for line in explained(axe.run(page, options=RULES).response)] == ["image-alt"]
