"""The product list: what is on it, how its address filters it, how it says that it is empty, and what leads on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.downloads.models import ArchiveJob
from portal.pages import product_list
from portal.publications import products
from portal.publications.products import ProductFilter
from portal.releases import services as releases
from tests.builders import current_version, file_fact, gtin14, make_rendition, release, release_one
from tests.portal.pages.reading import links, words

OATS, JAM, THEIRS = (gtin14(952123450000 + n) for n in range(1, 4))


def fill(number: int, *, first: int = 0) -> None:
    release(
        *(
            file_fact(f"/Ours/{n:03}.jpg", gtin=gtin14(7000 + n), product_name={"en": f"Product {n:03}"})
            for n in range(first, first + number)
        ),
        now=timezone.now(),
    )


def names(answer) -> list[str]:
    assert answer.status_code == 200
    return [line["name"] for line in answer.context["rows"]]


def test_lists_the_products_there_is_something_of_and_nothing_else(jana, stranger):
    release_one("/Ours/oat.jpg", gtin=OATS, product_name={"en": "Oat muesli"}, view="front", language="de")
    release_one("/Theirs/soap.jpg", gtin=THEIRS, product_name={"en": "Lemon soap"})
    release_one("/Ours/draft.jpg", gtin=JAM, product_name={"en": "Jam"}, approved=False)
    release_one("/Ours/logo.svg", kind="logo", title={"en": "Of no product"})

    answer = jana.get("products/")

    shown = words(answer)
    assert "1 product you have media of" in shown
    assert "Oat muesli" in shown and OATS in shown and " DE " in shown and "Front" in shown
    assert not any(word in shown for word in ("Lemon soap", "Jam", "Of no product"))
    assert f"/o/{jana.partner.slug}/assets/?gtin={OATS}" in links(answer)
    assert names(stranger.get("products/")) == ["Lemon soap"]


def test_says_what_is_scheduled_and_what_ends_soon(jana):
    day, now = timedelta(days=1), timezone.now()
    release(
        file_fact("/Ours/a.jpg", gtin=OATS, view="front"),
        file_fact("/Ours/b.jpg", gtin=OATS, view="back", rights_end=now + day),
        file_fact("/Ours/c.jpg", gtin=OATS, view="top", rights_start=now + 9 * day),
        file_fact("/Ours/d.jpg", gtin=JAM, rights_start=now + 9 * day),
        file_fact("/Ours/e.jpg", gtin=THEIRS, rights_end=now + day),
    )

    told = {line["row"].product.gtin: line for line in jana.get("products/").context["rows"]}

    day_named = f"{timezone.localtime(now + 9 * day):%-d %b %Y}"
    assert {gtin: (line["row"].status, line["row"].files, line["notes"]) for gtin, line in told.items()} == {
        OATS: ("current", 2, ["1 ends soon", f"1 more from {day_named}"]),
        JAM: ("scheduled", 0, [f"from {day_named}"]),
        THEIRS: ("expiring", 1, []),
    }


def test_the_front_stands_for_the_product_in_the_readers_language(jana):
    release_one("/Ours/a_back.jpg", gtin=OATS, view="back")
    release_one("/Ours/b_guide.pdf", gtin=OATS, view="front", medium="document", kind="document")
    front, _german = release(
        file_fact("/Ours/c.jpg", gtin=OATS, view="front", language="en", group="front"),
        file_fact("/Ours/d.jpg", gtin=OATS, view="front", language="de", group="front"),
    )

    (line,) = jana.get("products/").context["rows"]

    assert line["row"].lead.asset == front
    assert line["row"].lead.lead.language == "en"


@pytest.mark.parametrize("asked", ["muesli", "MÜS", "knu 09521", OATS[1:]])
def test_search_finds_names_and_numbers_however_they_are_written(jana, asked):
    release_one("/Ours/box.jpg", gtin=OATS, product_name={"de": "Knusper-Müsli", "fr": "muesli"})
    fill(2)

    answer = jana.get("products/", q=asked)

    assert names(answer) == ["Knusper-Müsli"]
    assert "1 of 3 products" in words(answer)


@pytest.mark.parametrize(
    "wish",
    [
        ProductFilter(),
        ProductFilter(q="product 00"),
        ProductFilter(q="!!!"),
        ProductFilter(q=gtin14(7003)),
        ProductFilter(language=("de", "en")),
        ProductFilter(market=("FR",)),
        ProductFilter(market=("FR",), brand=("norrvik-home",), q="product"),
        ProductFilter(since=datetime(2999, 1, 1, tzinfo=UTC)),
    ],
    ids=str,
)
def test_every_count_is_what_the_list_holds_when_switched_on(jana, wish):
    languages, markets = ("de", "en", ""), (["DE"], ["DE", "FR"], [])
    release(
        *(
            file_fact(
                f"/Ours/{n}.jpg",
                gtin=gtin14(7000 + n // 2),
                language=languages[n % 3],
                # Of some products one file is for one market, and one for all.
                markets=[] if n == 6 else markets[(n // 2) % 3],
                brand="norrvik-home" if n // 2 % 4 else "norrvik-pantry",
                product_name={"en": f"Product {n // 2:03}"},
            )
            for n in range(24)
        )
    )
    now = timezone.now()

    facets = products.count_facets(jana.partner, wish, at=now)

    def listed(wanted):
        return len(products.product_page(jana.partner, wanted, at=now, size=200).items)

    assert (facets.total, facets.entitled) == (listed(wish), 12)
    for lines in facets.groups.values():
        for line in lines:
            others = ProductFilter(**{**vars(wish), line.facet: (line.value,)})
            assert line.count == listed(others), line


def test_every_page_is_reached_forward_and_back_with_the_filter_kept(jana, monkeypatch):
    monkeypatch.setattr(product_list, "PAGE_SIZE", 4)
    fill(10)
    seen, url = [], f"/o/{jana.partner.slug}/products/?q=product&sort=name"
    while url:
        answer = jana.client.get(url)
        seen += names(answer)
        assert answer.context["listing"].wish.q == "product"
        url = answer.context["older"]

    assert seen == [f"Product {n:03}" for n in range(10)]
    back = jana.client.get(jana.client.get(answer.context["newer"]).context["newer"])
    assert names(back) == seen[:4]


def test_a_long_list_asks_the_database_no_more_than_a_short_one(jana):
    fill(1)
    jana.get("products/")
    with CaptureQueriesContext(connection) as one:
        assert len(names(jana.get("products/"))) == 1
    fill(40, first=1)
    with CaptureQueriesContext(connection) as many:
        assert len(names(jana.get("products/"))) == 41

    assert len(many) == len(one)


class TestEmpty:
    def test_without_a_community(self, jana):
        releases.set_members(community=jana.community, partners=[], now=timezone.now())

        assert "Products appear here when" in words(jana.get("products/"))

    def test_before_anything_was_released(self, jana):
        release_one("/Ours/logo.svg", kind="logo")

        assert "Nothing of a product has been released for your communities" in words(jana.get("products/"))

    def test_nothing_new(self, jana):
        fill(1)

        assert "You have seen everything" in words(jana.get("products/", since="2999-01-01"))

    def test_no_result_names_the_filters_and_leads_out(self, jana):
        fill(1)

        answer = jana.get("products/", q="nothing of the kind", language="de")

        assert "No product matches 2 filters are on." in words(answer)
        assert f"/o/{jana.partner.slug}/products/" in links(answer)

    def test_a_damaged_address_says_so_and_keeps_the_filter(self, jana):
        fill(1)

        answer = jana.get("products/", q="product", cursor="bm9uc2Vuc2U")

        assert answer.status_code == 400
        assert f"/o/{jana.partner.slug}/products/?q=product" in links(answer)


def test_looking_up_many_is_one_step_away(jana):
    answer = jana.get("products/")
    address = f"/o/{jana.partner.slug}/products/?show=look-up"

    assert address in links(answer)
    assert "Paste the GTINs of your range" in words(jana.client.get(address))
    assert jana.get("products/", gtins=OATS).context["summary"][0]["text"] == "Unknown"


@pytest.fixture
def two_products(jana):
    for name, gtin in (("oat", OATS), ("jam", JAM)):
        make_rendition(current_version(release_one(f"/Ours/{name}.jpg", gtin=gtin, now=timezone.now())))


@pytest.mark.parametrize(
    ("form", "files"),
    [
        ({"gtins": [OATS, JAM]}, ["jam-v1-web-1200.webp", "oat-v1-web-1200.webp"]),
        ({"gtins": [JAM], "only": OATS}, ["oat-v1-web-1200.webp"]),
    ],
    ids=["those ticked", "the one beside the button"],
)
def test_complete_sets_are_taken_from_the_list(jana, two_products, form, files):
    answer = jana.client.post(
        f"/o/{jana.partner.slug}/products/complete-set/", {**form, "recipe": "web-1200"}
    )

    assert answer["Location"] == f"/o/{jana.partner.slug}/downloads/"
    assert list(ArchiveJob.objects.get().files.values_list("name", flat=True)) == files


@pytest.mark.parametrize(
    ("address", "comes_to"),
    [("/o/{}/products/?q=oat", "/o/{}/products/?q=oat"), ("https://evil.example/", "/o/{}/products/")],
)
def test_what_cannot_be_prepared_is_said_where_it_was_asked(jana, address, comes_to):
    slug = jana.partner.slug

    answer = jana.client.post(
        f"/o/{slug}/products/complete-set/", {"gtins": THEIRS, "next": address.format(slug)}
    )

    assert answer["Location"] == comes_to.format(slug)
    assert not ArchiveJob.objects.exists()
