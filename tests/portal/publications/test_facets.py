"""A count beside a filter is what the list will hold."""

from datetime import timedelta

import pytest

from portal.core.labels import language_name
from portal.publications import selectors
from portal.publications.facets import FACETS, AssetFilter
from portal.publications.models import RoutingRule
from portal.publications.routing import matches
from tests.builders import NOON, file_fact, make_community, make_partner, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/Campaign")
    make_community(partner, folder="/Campaign/Both")
    days = {0: {}, 1: {"rights_end": NOON + timedelta(days=5)}, 2: {"rights_start": NOON + timedelta(days=5)}}
    kinds, languages, markets = ("packshot", "video"), ("de", "en", ""), (["DE"], ["DE", "FR"], [])
    release(
        *(
            file_fact(
                f"/Campaign/{'Both/' if n % 5 == 0 else ''}{n}.jpg",
                kind=kinds[n % 2],
                language=languages[n % 3],
                markets=markets[(n // 2) % 3],
                brand="norrvik-home" if n % 4 else "norrvik-pantry",
                title={"en": "Oat müsli" if n % 3 else "Honey"},
                group="pair" if n in {1, 2} else "",
                **days[n % 3 if n % 7 else 0],
            )
            for n in range(24)
        )
    )
    return partner


@pytest.mark.parametrize(
    "wish",
    [
        AssetFilter(),
        AssetFilter(kind=("video",)),
        AssetFilter(kind=("video",), language=("de", "en")),
        AssetFilter(q="musli", status=("current",)),
        AssetFilter(market=("FR",), brand=("norrvik-home",)),
    ],
    ids=str,
)
def test_every_count_is_what_the_list_holds_when_switched_on(partner, wish):
    facets = selectors.count_facets(partner, wish, at=NOON)

    def listed(wanted):
        return len(selectors.asset_page(partner, wanted, at=NOON, size=200).items)

    assert facets.total == listed(wish)
    assert facets.entitled == listed(AssetFilter())
    checked = 0
    for facet in FACETS:
        alone = AssetFilter(**{**wish.__dict__, facet: ()})
        for line in facets.groups[facet]:
            assert line.count == listed(alone.toggled(facet, line.value)), line
            checked += 1
    assert checked >= 6


def test_list_needs_the_same_queries_for_one_and_for_many(partner, django_assert_num_queries):
    lonely = make_partner()
    make_community(lonely, folder="/Lonely")
    release(file_fact("/Lonely/a.jpg"))

    for who in (lonely, partner):
        with django_assert_num_queries(3):
            selectors.asset_page(who, AssetFilter(), at=NOON)
        with django_assert_num_queries(2):
            selectors.count_facets(who, AssetFilter(q="a"), at=NOON)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, False),
        ({"folders": ["/Campaign"]}, True),
        ({"folders": ["/Camp"]}, False),
        ({"folders": ["/Campaign"], "tags": ["winter"]}, True),
        ({"tags": ["summer"]}, False),
        ({"tags": ["WINTER"]}, True),
        ({"labels": ["hero"]}, True),
        ({"kinds": ["packshot"]}, True),
        ({"gtins": ["09521234500049"]}, True),
        ({"gtins": ["00000000000000"]}, False),
        ({"markets": ["FR"]}, False),
        ({"markets": ["DE"]}, True),
        ({"languages": ["de"]}, True),
        ({"languages": ["en"]}, False),
        ({"metadata": {"campaign": ["Winter Kitchen"]}}, True),
        ({"metadata": {"campaign": ["Summer"]}}, False),
        ({"metadata": {"nothing": ["x"]}}, False),
    ],
    ids=str,
)
def test_rule_matches_when_all_its_conditions_hold(conditions, expected):
    (asset,) = release(
        file_fact(
            "/Campaign/Deep/a.jpg",
            tags=["winter"],
            labels=["hero"],
            markets=["DE", "AT"],
            language="de-AT",
            gtin="09521234500049",
            metadata={"campaign": "Winter Kitchen"},
        )
    )

    assert matches(RoutingRule(**conditions), asset.variants.get(), asset, gtin="09521234500049") is expected


def test_language_with_region_reads_as_its_language():
    assert language_name("de-AT") == "German (AT)"
