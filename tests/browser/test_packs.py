"""A pack in a browser: download, answer, and what happens when it moved meanwhile."""

import zipfile

import pytest
from playwright.sync_api import expect

from portal.packs.models import Confirmation
from tests.browser.test_accessibility import RULES, explained

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def address(site, rest: str = "") -> str:
    return f"/o/{site.house.shop.slug}/packs/{site.house.pack.slug}/{rest}"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_changes_are_taken_and_the_one_file_is_confirmed(visit, site, script):
    reader = visit(site.house.reader, java_script_enabled=script)
    page = reader.page
    # As before any answer to the new bytes, whichever test came first.
    Confirmation.objects.filter(pack=site.house.pack, version__number=2).delete()
    page.goto(address(site))
    expect(page.get_by_text("1 to confirm again")).to_be_visible()

    with page.expect_download() as saved:
        page.get_by_role("button", name="Download and confirm 1 file").click()

    with zipfile.ZipFile(saved.value.path()) as archive:
        data = [name for name in archive.namelist() if "/data/" in name]
    assert len(data) == 1
    expect(page.get_by_text("All is confirmed.")).to_be_visible()
    kept = Confirmation.objects.get(pack=site.house.pack, version__number=2)
    assert (kept.answer, kept.place, kept.user) == ("in_use", "bergmann.example shop", site.house.reader)
    Confirmation.objects.filter(pk=kept.pk).delete()
    assert reader.troubles == []


def test_reason_shows_with_the_answers_that_need_one(visit, site):
    page = visit(site.house.reader).page
    page.goto(address(site))
    expect(page.get_by_label("Reason")).to_be_hidden()

    page.get_by_label("Refused").check()

    expect(page.get_by_label("Reason")).to_be_visible()
    expect(page.get_by_label("Where is it live?")).to_be_hidden()


@pytest.mark.parametrize("width", [390, 1440])
def test_answer_for_a_pack_that_moved_is_refused_on_a_page_that_keeps_the_rules(visit, site, axe, width):
    reader = visit(site.house.reader)
    page = reader.page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address(site))
    old = site.house.pack.current.sha256
    page.locator("input[name=manifest]").evaluate("(field, digest) => { field.value = digest }", old)

    page.get_by_role("button", name="Only confirm").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your answer was not recorded")
    expect(page.get_by_text(old)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert explained(axe.run(page, options=RULES).response) == []
    assert reader.troubles == []
