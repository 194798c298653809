"""The page of an own size and crop, without script."""

import re

import pytest

from portal.renditions import protection
from portal.renditions.choices import ZoneKind
from portal.renditions.cropping import Box
from portal.renditions.models import ProtectedZone, RecipeRevision
from tests.builders import NOON, current_version, make_rendition, make_staff, picture, release_one
from tests.portal.pages.reading import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(jana):
    return release_one("/Ours/a.jpg", width=1600, height=1200)


def address(visitor, asset, rest: str = "") -> str:
    return f"/o/{visitor.partner.slug}/assets/{asset.public_id}/own-size/{rest}"


def order(visitor, asset, **fields):
    data = {"width": 400, "height": 400, "format": "webp", **fields}
    return visitor.client.post(address(visitor, asset), data)


def drawn(asset, box: Box) -> ProtectedZone:
    version = current_version(asset)
    return protection.draw_zone(version=version, box=box, kind=ZoneKind.LOGO, now=NOON, actor="system")


def test_first_visit_shows_the_best_part_its_numbers_and_weight(jana, asset):
    make_rendition(current_version(asset), "preview-1200", content=picture(width=1200, height=900))

    page = jana.client.get(address(jana, asset))

    html = page.content.decode()
    assert re.search(r'data-part[^>]* x="200" y="0" width="1200" height="1200"', html)
    assert 'name="left" value="200"' in html and 'name="part" value="1200"' in html
    assert "about" in words(page)


def test_order_leads_to_a_file_like_any_other(jana, asset):
    answer = order(jana, asset, left=0, top=0, part=800)

    revision = RecipeRevision.objects.exclude(crop=[]).get()
    assert answer.status_code == 302
    assert f"/download/{revision.address}/" in answer["Location"]
    assert (revision.crop, revision.width, revision.height) == ([0.0, 0.0, 0.5, 0.66667], 400, 400)


def test_part_over_a_protected_zone_is_refused_with_what_would_do(jana, asset):
    drawn(asset, Box(0.6, 0.4, 0.2, 0.2))

    refused = order(jana, asset, left=0, top=0, part=600)
    best = order(jana, asset)

    assert refused.status_code == 422
    assert "would cut what must be seen whole" in words(refused)
    assert best.status_code == 302


def test_impossible_ratio_has_better_offers(jana, asset):
    drawn(asset, Box(0.05, 0.4, 0.9, 0.2))

    page = order(jana, asset, width=200, height=600)

    assert page.status_code == 422
    said = words(page)
    assert "Possible instead: 200 × 166, the nearest shape" in said
    assert "200 × 600, the whole picture with white around it" in said
    padded = order(jana, asset, width=200, height=600, padded="on")
    assert padded.status_code == 302
    assert RecipeRevision.objects.get(suffix="200x600").fit == "pad"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"width": 1300, "height": 1300}, "nothing is enlarged"),
        ({"left": 5}, "Give left, top and width of the part together"),
        ({"left": 1500, "top": 0, "part": 800}, "reaches beyond the picture"),
        ({"format": "gif"}, "Select a valid choice"),
    ],
)
def test_what_is_not_possible_is_said(jana, asset, fields, said):
    page = order(jana, asset, **fields)

    assert page.status_code == 422
    assert said in words(page)


def test_weight_is_told_while_one_tries(jana, asset):
    make_rendition(current_version(asset), "preview-1200", content=picture(width=1200, height=900))
    drawn(asset, Box(0.05, 0.4, 0.9, 0.2))
    query = {"width": 400, "height": 300, "format": "jpeg"}

    good = jana.client.get(address(jana, asset, "weight/"), query).json()
    bad = jana.client.get(address(jana, asset, "weight/"), {**query, "height": 1200}).json()

    assert (good["problem"] == "" and "kB" in good["weight"]) or "B" in good["weight"]
    assert "leaves whole what must be seen" in bad["problem"]


def test_video_has_no_own_size(jana):
    film = release_one("/Ours/film.mp4", medium="video", media_type="video/mp4", kind="video", duration=2.0)

    assert jana.client.get(address(jana, film)).status_code == 404


def test_staff_draw_and_remove_zones(client, asset):
    client.force_login(make_staff())
    place = f"/admin/zones/{current_version(asset).public_id}/"

    drawn = client.post(place, {"kind": "logo", "left": 160, "top": 120, "part": 320, "tall": 240})
    zone = ProtectedZone.objects.get()
    page = client.get(place).content.decode()
    beyond = client.post(place, {"kind": "logo", "left": 1500, "top": 0, "part": 320, "tall": 240})
    removed = client.post(place, {"remove": zone.pk})

    assert (drawn.status_code, removed.status_code, beyond.status_code) == (302, 302, 422)
    assert (zone.left, zone.top, zone.width, zone.height) == (0.1, 0.1, 0.2, 0.2)
    assert 'x="160" y="120" width="320" height="240"' in page
    assert "reaches beyond the picture" in beyond.content.decode()
    assert not ProtectedZone.objects.exists()
