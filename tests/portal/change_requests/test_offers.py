"""Before anything is asked: what is there already, and whether it is all that was asked for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.change_requests import offers
from portal.renditions import protection
from portal.renditions.cropping import Box
from portal.renditions.models import Recipe, RecipeRevision
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    gtin14,
    make_community,
    make_partner,
    release,
    release_one,
)
from tests.portal.change_requests.builders import wish_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    partner = make_partner("Bergmann", languages=("de", "en"))
    make_community(partner, folder="/Ours")
    return partner


def find(company, **given):
    return offers.find(company, wish_of(company, **given), at=NOON)


def exact(found) -> list[str]:
    return [offer.size.recipe.key for offer in found.sizes if offer.is_exact]


def size(key: str, **facts) -> RecipeRevision:
    recipe = Recipe.objects.create(key=key, title={"en": key}, medium="image", position=90)
    return RecipeRevision.objects.create(recipe=recipe, number=1, created_at=NOON, **facts)


def test_size_that_is_all_of_it_stands_first_and_is_said_to_fit(company):
    asset = release_one("/Ours/a.jpg")
    size("exact", width=640, height=640, fit="pad", format="png", background="ffffff")

    found = find(
        company, asset=asset.public_id, width=640, height=640, format="png", background="ffffff", fit="pad"
    )

    assert exact(found) == ["exact"]
    assert found.sizes[0].size.recipe.key == "exact"
    assert found.has_exact


@pytest.mark.parametrize(
    "other",
    [{"width": 641}, {"format": "avif"}, {"background": "transparent"}, {"fit": "crop"}, {"most_bytes": 10}],
    ids=lambda given: next(iter(given)),
)
def test_size_that_lacks_anything_does_not_fit(company, other):
    asset = release_one("/Ours/a.jpg")
    size("exact", width=640, height=640, fit="pad", format="png", background="ffffff")
    wanted = {"width": 640, "height": 640, "format": "png", "background": "ffffff", "fit": "pad", **other}

    assert exact(find(company, asset=asset.public_id, **wanted)) == []


def test_smaller_sizes_than_wanted_are_not_offered(company):
    asset = release_one("/Ours/a.jpg", width=5000, height=5000)

    found = find(company, asset=asset.public_id, width=4000)

    assert min(offer.size.width for offer in found.sizes) == 4000


def test_own_size_is_offered_where_it_can_be_cut(company):
    asset = release_one("/Ours/a.jpg", width=3000, height=2000)

    found = find(company, asset=asset.public_id, width=900, height=600, format="webp")

    assert (found.own.width, found.own.height, found.own.format) == (900, 600, "webp")
    assert found.has_exact
    assert find(company, asset=asset.public_id, width=3001).own is None
    assert find(company, asset=asset.public_id, width=900, background="transparent").own is None
    assert find(company, asset=asset.public_id, width=900, height=900, fit="bound").own is None


def test_own_size_is_not_offered_where_a_zone_forbids_it(company):
    asset = release_one("/Ours/a.jpg", width=3000, height=1000)
    version = current_version(asset)
    protection.draw_zone(version=version, box=Box(0.0, 0.0, 1.0, 0.5), kind="logo", now=NOON, actor="system")

    assert find(company, asset=asset.public_id, width=500, height=500).own is None


def test_file_in_the_language_is_offered_and_fits(company):
    asset, _again = release(
        file_fact("/Ours/a_de.jpg", group="a", language="de"),
        file_fact("/Ours/a_en.jpg", group="a", language="en"),
    )

    found = find(company, reason="missing_language", asset=asset.public_id, language="de-AT")

    assert [(offer.shown.language, offer.is_exact) for offer in found.assets] == [("de", True)]
    assert not find(company, reason="missing_language", asset=asset.public_id, language="fr").has_exact


def test_view_of_the_product_is_offered_and_fits(company):
    product = {"gtin": gtin14(7), "product_name": {"en": "Muesli"}}
    front, back = (release_one(f"/Ours/{view}.jpg", view=view, **product) for view in ("front", "back"))

    wanted = find(company, reason="missing_view", gtin=gtin14(7), view="back")
    unsaid = find(company, reason="missing_view", gtin=gtin14(7))

    assert [(offer.card.asset, offer.is_exact) for offer in wanted.assets] == [(back, True)]
    assert {offer.card.asset for offer in unsaid.assets} == {front, back}
    assert not unsaid.has_exact


def test_nothing_of_another_company_is_offered(company):
    make_community(make_partner("Theirs"), folder="/Theirs")
    release_one("/Theirs/back.jpg", gtin=gtin14(7), view="back")

    assert not find(company, reason="missing_view", gtin=gtin14(7), view="back")


def test_finding_fault_is_not_answered_with_what_is_there(company):
    asset = release_one("/Ours/a.jpg")

    assert not find(company, reason="quality", asset=asset.public_id, note="Blurred", width=800)


def test_as_many_questions_for_many_assets_as_for_few(company):
    release_one("/Ours/one.jpg", gtin=gtin14(7), view="back")
    few = _questions(company)
    for number in range(5):
        release_one(f"/Ours/{number}.jpg", gtin=gtin14(7), view="back")

    assert _questions(company) == few


def _questions(company) -> int:
    wish = wish_of(company, reason="missing_view", gtin=gtin14(7), view="back")
    with CaptureQueriesContext(connection) as seen:
        assert offers.find(company, wish, at=NOON).has_exact
    return len(seen)
