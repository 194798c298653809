"""
What people come for, in a browser: get in, find a file, take it, and see whether it is still right. With script and
without, by mouse and by keys, from both directions of reading.
"""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Download as Saved
from playwright.sync_api import Page, expect

from portal.accounts.models import User
from portal.core.labels import language_name
from portal.downloads.models import Download
from tests.builders import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
#: What keeps numbers together among words of the other direction (UAX #9).
ISOLATES = "[\u2066-\u2069]"


def home(company) -> str:
    return f"/o/{company.slug}/"


def names(page: Page) -> list[str]:
    """What the assets on this page are called, in grid or table."""
    return page.locator(".grid h2, .table tbody th a").all_inner_texts()


def sign_in(page: Page, mail: str, password: str = PASSWORD) -> None:
    page.get_by_label("Work mail").fill(mail)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def save(page: Page, click) -> Saved:
    with page.expect_download() as saved:
        click()
    return saved.value


def digest(saved: Saved) -> str:
    return hashlib.sha256(Path(saved.path()).read_bytes()).hexdigest()


# -- The door ---------------------------------------------------------------------------------------------------------
def test_mail_and_password_lead_to_the_page_one_came_for(visit, site):
    reader = visit()
    page = reader.page
    page.goto(f"{home(site.house.shop)}downloads/")
    assert "/accounts/login/" in page.url

    sign_in(page, site.house.reader.email)

    expect(page.get_by_role("heading", level=1)).to_have_text("Downloads")
    assert page.url.endswith(f"{home(site.house.shop)}downloads/")
    assert reader.troubles == []


def test_a_wrong_password_is_said_where_it_is_typed_and_the_mail_is_kept(visit, site):
    page = visit().page
    page.goto("/accounts/login/")

    sign_in(page, site.house.reader.email, "not the password")

    expect(page.get_by_role("alert")).to_contain_text(
        "The email address and/or password you specified are not correct."
    )
    expect(page.get_by_label("Work mail")).to_have_value(site.house.reader.email)
    expect(page.get_by_label("Password")).to_have_value("")
    sign_in(page, site.house.reader.email)
    expect(page.locator(".switch")).to_contain_text("Bergmann Retail")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_code_from_the_mail_opens_the_door(visit, site, mailoutbox, script):
    page = visit(java_script_enabled=script).page
    page.goto("/accounts/login/")
    page.get_by_label("Work mail").fill(site.house.reader.email)
    page.get_by_role("button", name="Send me a code").click()
    field = page.locator("input[name=code]")
    field.wait_for()

    (mail,) = mailoutbox
    assert mail.to == [site.house.reader.email]
    field.fill(re.search(r"^([A-Z0-9-]{5,12})$", mail.body, re.MULTILINE)[1])
    field.press("Enter")

    expect(page.locator(".switch")).to_contain_text("Bergmann Retail")


def test_signing_out_leaves_nothing_open(visit, site):
    page = visit(site.house.reader).page
    page.goto(home(site.house.shop))
    page.locator("summary[aria-label='Account: Jana Kessler']").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")

    page.goto(f"{home(site.house.shop)}assets/")

    assert "/accounts/login/" in page.url


def test_the_switcher_leads_to_the_other_company_and_its_files_alone(visit, site):
    reader = visit(site.house.courier)
    page = reader.page
    page.goto(f"{home(site.house.shop)}assets/")
    assert "A winter kitchen" in names(page)

    page.locator("summary.switch").click()
    page.get_by_role("link", name="Librería Ñandú").click()
    page.wait_for_url(f"**{home(site.house.archive)}")
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Assets").click()
    page.wait_for_url("**/assets/")

    expect(page.locator("summary.switch")).to_contain_text("Librería Ñandú")
    assert names(page) and all(name.startswith("Paper") for name in names(page))
    assert reader.troubles == []


# -- Finding ----------------------------------------------------------------------------------------------------------
def test_slash_leads_to_the_search_and_is_a_sign_like_any_other_within_it(visit, site):
    reader = visit(site.house.reader)
    page = reader.page
    page.goto(home(site.house.shop))

    page.keyboard.press("/")
    page.keyboard.type("muesli/")
    search = page.get_by_role("search").get_by_role("searchbox")
    expect(search).to_have_value("muesli/")
    search.fill("muesli")
    page.keyboard.press("Enter")

    page.wait_for_url("**/assets/?q=muesli")
    assert sorted(names(page)) == ["Berry muesli, back", "Berry muesli, front"]
    expect(search).to_have_value("muesli")
    assert reader.troubles == []


def test_a_filter_is_an_address_and_counts_what_it_will_show(visit, site):
    page = visit(site.house.reader).page
    page.goto(f"{home(site.house.shop)}assets/?q=muesli")
    everything = names(page)
    option = page.locator(".facets a", has_text="English")
    promised = int(option.locator(".n").inner_text())
    assert 0 < promised < len(everything)

    option.click()

    page.wait_for_url("**language=en**")
    filtered = names(page)
    assert len(filtered) == promised
    expect(page.locator(".facets a[aria-current=true]")).to_contain_text("English")
    page.go_back()
    assert names(page) == everything
    page.go_forward()
    assert names(page) == filtered
    page.get_by_role("link", name="Remove filter: English").click()
    page.wait_for_url("**/assets/?q=muesli")
    assert names(page) == everything


def test_the_table_shows_what_the_grid_shows(visit, site):
    page = visit(site.house.reader).page
    page.goto(f"{home(site.house.shop)}assets/?q=muesli&sort=name")
    grid = names(page)

    page.get_by_role("link", name="Table").click()

    page.wait_for_url("**view=table")
    expect(page.get_by_role("columnheader").first).to_be_visible()
    assert names(page) == grid
    page.get_by_role("link", name="Grid").click()
    expect(page.locator(".grid")).to_be_visible()


def test_every_asset_is_on_one_of_the_pages_and_on_no_other(visit, site):
    page = visit(site.house.archivist).page
    page.goto(f"{home(site.house.archive)}assets/?sort=name")
    first = names(page)
    seen = list(first)

    while (older := page.get_by_role("link", name="Next")).count():
        older.click()
        page.wait_for_url("**cursor=**")
        seen += names(page)

    assert sorted(seen) == [f"Paper {number:02d}" for number in range(55)]
    page.get_by_role("link", name="Previous").click()
    expect(page.locator(".grid h2").first).to_have_text(first[0])
    assert names(page) == first


# -- One asset --------------------------------------------------------------------------------------------------------
def test_the_tabs_tell_the_story_of_one_language(visit, site):
    reader = visit(site.house.reader)
    page = reader.page
    page.goto(f"{home(site.house.shop)}assets/{site.house.muesli.public_id}/?language=de")
    tabs = page.get_by_role("navigation", name="More about this asset")
    told = {
        "What changed": "Version 1",
        "Versions": "Version 2",
        "Languages": language_name("de"),
        "Your use": site.house.reader.get_full_name(),
    }

    for name, words in told.items():
        tabs.get_by_role("link", name=name).click()
        expect(tabs.locator("[aria-current]")).to_contain_text(name)
        expect(page.locator("#history")).to_contain_text(words)
        assert "language=de" in page.url
    assert reader.troubles == []


def test_a_size_is_taken_with_one_click_and_stands_in_my_downloads(visit, site):
    reader = visit(site.house.reader)
    page = reader.page
    page.goto(f"{home(site.house.shop)}assets/{site.house.back.public_id}/")
    link = page.get_by_role("region", name="Download").get_by_role("link").first
    promise = re.sub(ISOLATES, "", link.inner_text())
    assert re.fullmatch(r"WebP \d+ × \d+ · \d+ (B|kB)", promise)

    saved = save(page, link.click)

    assert saved.suggested_filename == "muesli_back-v1-web-1200.webp"
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Downloads").click()
    newest = page.locator("tbody tr").first
    expect(newest).to_contain_text("Berry muesli, back")
    expect(newest).to_contain_text("Jana Kessler")
    record = Download.objects.latest("pk")
    assert (record.user, record.sha256) == (site.house.reader, digest(saved))
    assert reader.troubles == []


def test_my_downloads_say_what_is_still_right_and_lead_to_what_is(visit, site):
    page = visit(site.house.reader).page
    page.goto(f"{home(site.house.shop)}downloads/")
    rows = page.locator("tbody tr")

    expect(rows.filter(has_text="Gone").first).to_contain_text("Withdrawn")
    assert rows.filter(has_text="Gone").first.get_by_role("link").count() == 0
    expect(rows.filter(has_text="Berry muesli, back").first).to_contain_text("Current")
    replaced = rows.filter(has_text="Replaced").first
    saved = save(page, replaced.get_by_role("link", name="Version 2").click)
    assert saved.suggested_filename == "muesli-v2-web-1200.webp"


# -- Other ways of using it -------------------------------------------------------------------------------------------
def test_the_whole_way_without_script(visit, site):
    house = site.house
    page = visit(java_script_enabled=False).page
    page.goto("/")
    sign_in(page, house.reader.email)
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Assets").click()
    search = page.get_by_role("search").get_by_role("searchbox").first
    search.fill("muesli")
    search.press("Enter")
    page.locator(".facets a", has_text="Packshot").click()
    page.locator("details.menu", has_text="Sorted").locator("summary").click()
    page.get_by_role("link", name="By name").click()
    page.wait_for_url("**sort=name**")
    assert names(page) == ["Berry muesli, back", "Berry muesli, front"]
    page.get_by_role("link", name="Berry muesli, front").click()
    page.get_by_role("link", name="Versions").click()
    expect(page.locator("#history table")).to_be_visible()

    saved = save(page, page.get_by_role("region", name="Download").get_by_role("link").first.click)
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Downloads").click()

    expect(page.locator("tbody tr").first).to_contain_text(saved.suggested_filename)
    page.locator("summary[aria-label^='Account']").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_the_whole_way_by_keys_alone(visit, site):
    reader = visit()
    page = reader.page
    page.goto(f"{home(site.house.shop)}assets/")
    tab_to(page, "#id_login")
    page.keyboard.type(site.house.reader.email)
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".switch")).to_contain_text("Bergmann Retail")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("/")
    page.keyboard.type("muesli back")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=muesli**")
    tab_to(page, ".grid h2 a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/assets/{site.house.back.public_id}/")
    tab_to(page, "section a.btn-primary")

    saved = save(page, lambda: page.keyboard.press("Enter"))

    assert saved.suggested_filename == "muesli_back-v1-web-1200.webp"
    tab_to(page, "summary[aria-label^='Account']", back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Your account")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Your account")).to_be_hidden()
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Account: Jana Kessler")
    assert reader.troubles == []


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Walk on by Tab until the first of these has the focus, seeing on every step where the focus is."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        focus = page.locator(":focus")
        shown = focus.evaluate(
            """element => {
                // A card is marked as a whole, by what its link lays over it.
                const marked = [null, "::before"].some((part) => {
                    const style = getComputedStyle(element, part);
                    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
                    return outlined || style.boxShadow !== "none";
                });
                const box = element.getBoundingClientRect();
                return [marked, box.width > 0 && box.height > 0];
            }"""
        )
        assert shown == [True, True], (
            f"nobody sees that {focus.evaluate('e => e.outerHTML')[:200]} has the focus"
        )
        if focus.evaluate("(element, selector) => element === document.querySelector(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


@pytest.fixture
def speaks_any_language(site):
    """Whoever chose a language keeps it; the house goes back to having chosen none."""
    yield
    User.objects.filter(pk=site.house.reader.pk).update(language="")


def test_the_whole_way_in_arabic_reads_from_right_to_left(visit, site, speaks_any_language):
    reader = visit(site.house.reader, viewport={"width": 1440, "height": 900})
    page = reader.page
    page.goto(f"{home(site.house.shop)}assets/?q=muesli")
    page.locator("button[name=language][value=ar]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")

    assert "q=muesli" in page.url, "the reader stays where they were"
    assert starts(page, ".brand") > starts(page, ".tools")
    assert starts(page, ".facets") > starts(page, ".grid")
    page.locator(".grid h2 a", has_text="back").click()
    assert starts(page, ".viewer") > starts(page, "section[aria-labelledby=sizes]")
    mirrored = page.locator("main .icon-dir").first
    assert (
        not mirrored.count() or mirrored.evaluate("e => new DOMMatrix(getComputedStyle(e).transform).a") == -1
    )
    saved = save(page, page.locator("section a.btn-primary").click)

    assert saved.suggested_filename == "muesli_back-v1-web-1200.webp"
    page.locator("button[name=language][value=en]").click()
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    assert reader.troubles == []


def starts(page: Page, selector: str) -> float:
    """How far from the left edge something begins, in pixels."""
    return page.locator(selector).first.evaluate("element => element.getBoundingClientRect().left")


def test_the_whole_way_on_a_phone(visit, site):
    reader = visit(site.house.reader, viewport={"width": 390, "height": 844}, has_touch=True)
    page = reader.page
    page.goto(home(site.house.shop))
    page.get_by_role("navigation", name="Main, short").get_by_role("link", name="Assets").tap()
    page.get_by_role("button", name="Filters").tap()
    page.locator(".facets a", has_text="Video").tap()
    expect(page.locator(".grid h2")).to_have_text(["A short film"])
    page.get_by_role("link", name="Remove filter: Video").tap()
    expect(page.locator(".grid h2", has_text="Berry muesli, back")).to_be_visible()
    page.get_by_role("link", name="Berry muesli, back").tap()

    saved = save(page, page.locator("section a.btn-primary").tap)

    assert saved.suggested_filename == "muesli_back-v1-web-1200.webp"
    page.get_by_role("navigation", name="Main, short").get_by_role("link", name="Downloads").tap()
    expect(page.locator("tbody tr").first).to_contain_text("Berry muesli, back")
    assert reader.troubles == []
