"""The asset list: what is on it, how its address filters it, and how it says that it is empty."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.pages import assets as page
from portal.releases import services as releases
from tests.builders import file_fact, gtin14, release, release_one
from tests.portal.pages.reading import Visitor, links, words


def fill(number: int, *, first: int = 0) -> None:
    release(
        *(
            file_fact(f"/Ours/{n:03}.jpg", title={"en": f"Picture {n:03}"})
            for n in range(first, first + number)
        ),
        now=timezone.now(),
    )


def test_lists_what_the_company_may_use_and_nothing_else(jana, stranger):
    release_one("/Ours/muesli.jpg", title={"en": "Oat muesli"})
    release_one("/Theirs/soap.jpg", title={"en": "Lemon soap"})
    release_one("/Ours/draft.jpg", title={"en": "Unapproved draft"}, approved=False, approval_word="PENDING")

    shown = words(jana.get("assets/"))

    assert "Oat muesli" in shown
    assert "1 asset you may use" in shown
    assert "Lemon soap" not in shown and "Unapproved draft" not in shown


def test_facets_count_what_choosing_them_would_leave(jana):
    fill(3)
    release_one("/Ours/logo.svg", kind="logo", medium="vector", title={"en": "The logo"})

    answer = jana.get("assets/", kind="logo")

    assert "1 of 4 assets" in words(answer)
    assert "Packshot 3" in words(answer) and "Logo 1" in words(answer)
    assert f"/o/{jana.partner.slug}/assets/?kind=logo&kind=packshot" in links(answer)


def test_a_chip_takes_one_filter_off_and_keeps_sort_and_view(jana):
    fill(1)

    answer = jana.get("assets/", q="picture", kind="packshot", sort="name", view="table")

    start = f"/o/{jana.partner.slug}/assets/"
    assert f"{start}?kind=packshot&sort=name&view=table" in links(answer)
    assert f"{start}?q=picture&sort=name&view=table" in links(answer)
    assert f"{start}?sort=name&view=table" in links(answer)


@pytest.mark.parametrize("asked", ["muesli", "MÜS", "knu 09521"])
def test_search_finds_names_without_accents_and_numbers_by_their_beginning(jana, asked):
    release_one(
        "/Ours/box.jpg",
        title={"de": "Knusper-Müsli"},
        gtin="09521234500049",
        product_name={"en": "Knusper muesli"},
    )
    fill(2)

    shown = words(jana.get("assets/", q=asked))

    assert "1 of 3 assets" in shown


@pytest.mark.parametrize("typed", ["9521234500049", "0 9521234 500049", "09521234500049"])
def test_a_barcode_finds_its_product_however_it_is_written(jana, typed):
    release_one("/Ours/box.jpg", title={"en": "The box"}, gtin="09521234500049")
    release_one("/Ours/other.jpg", title={"en": "Other"}, gtin=gtin14(12))

    assert "1 of 2 assets" in words(jana.get("assets/", gtin=typed))


def test_every_page_is_reached_forward_and_back_with_the_filter_kept(jana, monkeypatch):
    monkeypatch.setattr(page, "PAGE_SIZE", 4)
    fill(10)
    seen, url = [], f"/o/{jana.partner.slug}/assets/?kind=packshot&sort=name"
    while url:
        answer = jana.client.get(url)
        seen.append(answer.context["cards"])
        assert answer.context["listing"].wish.kind == ("packshot",)
        url = answer.context["older"]

    assert [card.asset.name for cards in seen for card in cards] == [f"Picture {n:03}" for n in range(10)]
    back = jana.client.get(jana.client.get(answer.context["newer"]).context["newer"])
    assert [card.asset.name for card in back.context["cards"]] == [f"Picture {n:03}" for n in range(4)]


def test_a_long_list_asks_the_database_no_more_than_a_short_one(jana):
    fill(3)
    jana.get("assets/")
    with CaptureQueriesContext(connection) as few:
        jana.get("assets/")
    fill(40, first=3)
    with CaptureQueriesContext(connection) as many:
        jana.get("assets/")

    assert len(many) == len(few)


def test_the_table_says_what_tells_files_apart(jana):
    release_one("/Ours/box.jpg", title={"en": "The box"}, language="de", gtin="09521234500049")

    shown = words(jana.get("assets/", view="table"))

    assert "The box" in shown and "09521234500049" in shown and "3000 × 3000" in shown and " DE " in shown


class TestEmpty:
    """Five ways to be empty, five texts."""

    def test_first_use_without_a_community(self, jana: Visitor):
        releases.set_members(community=jana.community, partners=[], now=timezone.now())

        assert "adds your company to a community" in words(jana.get("assets/"))

    def test_first_use_before_anything_was_released(self, jana):
        assert "Nothing has been released for your communities so far" in words(jana.get("assets/"))

    def test_nothing_new(self, jana):
        fill(1)
        tomorrow = (timezone.now() + timedelta(days=1)).isoformat()

        answer = jana.get("assets/", since=tomorrow)

        assert "You have seen everything" in words(answer)

    def test_no_result_names_the_filters_and_leads_out(self, jana):
        fill(1)

        answer = jana.get("assets/", q="nothing of the kind", kind="video")

        assert "No asset matches 2 filters are on." in words(answer)
        assert f"/o/{jana.partner.slug}/assets/" in links(answer)

    def test_a_damaged_address_says_so_and_keeps_the_filter(self, jana):
        fill(1)

        answer = jana.get("assets/", kind="packshot", cursor="bm9uc2Vuc2U")

        assert answer.status_code == 400
        assert "This page address is damaged." in words(answer)
        assert f"/o/{jana.partner.slug}/assets/?kind=packshot" in links(answer)


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00\x01"},
        {"q": "a" * 5000},
        {"q": "') OR 1=1 --"},
        {"q": "!!! & | <->"},
        {"kind": ["nonsense"] * 500},
        {"market": "\x00"},
        {"status": "recalled"},
        {"sort": "secret", "view": "hologram"},
        {"gtin": "not a number"},
        {"language": "ar-🙂"},
    ],
    ids=lambda query: str(query)[:30],
)
def test_nonsense_in_the_address_is_a_list_without_hits(jana, query):
    fill(1)

    assert jana.get("assets/", **query).status_code == 200


@pytest.mark.parametrize("since", ["yesterday", "2026-13-45", "2026-11-18T99:00", "\x00"])
def test_a_day_that_cannot_be_read_is_explained(jana, since):
    answer = jana.get("assets/", since=since)

    assert answer.status_code == 400
    assert "Write it as 2026-11-18." in words(answer)
