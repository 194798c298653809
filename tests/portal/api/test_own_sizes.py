"""Own sizes and responsive sets by API: ordered, made when fetched, and the better offer where a wish is impossible."""

import io
import zipfile
from datetime import timedelta

import pytest
import pyvips
from django.utils import timezone
from PIL import Image

from portal.renditions import protection, responsive
from portal.renditions.choices import ZoneKind
from portal.renditions.cropping import Box
from portal.renditions.models import RecipeRevision, Rendition
from tests.builders import (
    NOON,
    current_version,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release_one,
)
from tests.portal.renditions.test_judging import packshot, studio  # noqa: F401


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return system(partner)


@pytest.fixture
def asset(pim):
    return release_one("/Ours/a.jpg", width=1600, height=1200)


def order(pim, asset, key: str = "k1", **body):
    body = {"width": 400, "height": 400, **body}
    return pim.write("POST", f"/assets/{asset.public_id}/own-sizes", body, Idempotency_Key=key)


def draw(asset, box: Box) -> None:
    version = current_version(asset)
    protection.draw_zone(version=version, box=box, kind=ZoneKind.LOGO, now=NOON, actor="system")


def test_own_size_is_ordered_and_made_when_it_is_fetched(pim, asset, studio):  # noqa: F811
    studio.picture = packshot(1600, 1200, fill=0.5)
    ordered = order(pim, asset, crop={"left": 400, "top": 300, "width": 800}, format="png").json()
    again = order(pim, asset, "k2", crop={"left": 400, "top": 300, "width": 800}, format="png").json()
    unmade = Rendition.objects.filter(revision__address=ordered["recipe"]).exists()

    made = pim.get(ordered["href"])
    content = pim.get(made["Location"]).body

    assert ordered["crop"] == {"left": 400, "top": 300, "width": 800, "height": 800}
    assert (again["recipe"], unmade, ordered["sha256"]) == (ordered["recipe"], False, None)
    assert made.status_code == 302
    with Image.open(io.BytesIO(content)) as image:
        assert (image.size, image.format) == ((400, 400), "PNG")
    assert (
        order(pim, asset, "k3", crop={"left": 400, "top": 300, "width": 800}, format="png").json()["sha256"]
        == made.json()["sha256"]
    )


def test_file_weighs_no_more_than_allowed(pim, asset, studio):  # noqa: F811
    studio.picture = noise(1600, 1200)
    free = order(pim, asset, width=800, height=800).json()
    bound = order(pim, asset, "k2", width=800, height=800, max_bytes=150_000).json()

    heavy = len(pim.get(pim.get(free["href"])["Location"]).body)
    light = len(pim.get(pim.get(bound["href"])["Location"]).body)

    assert heavy > 150_000 >= light > 75_000, "the best quality that is light enough"


def noise(width: int, height: int) -> pyvips.Image:
    """A picture that no format can make light."""
    grey = pyvips.Image.gaussnoise(width, height, mean=128, sigma=60, seed=1).cast("uchar")
    return grey.bandjoin([grey, grey]).copy(interpretation="srgb")


def test_part_that_cuts_what_must_be_seen_is_refused_with_a_part_that_does_not(pim, asset):
    draw(asset, Box(0.6, 0.4, 0.2, 0.2))

    refused = order(pim, asset, crop={"left": 0, "top": 0, "width": 600})
    problem = refused.json()
    crop = {name: problem["crop"][name] for name in ("left", "top", "width")}
    followed = order(pim, asset, "k2", crop=crop)

    assert (refused.status_code, problem["code"]) == (409, "zone_cut")
    assert problem["zones"] == [{"kind": "logo", "left": 960, "top": 480, "width": 320, "height": 240}]
    assert problem["offers"] == []
    assert followed.status_code == 200


def test_impossible_ratio_names_sizes_that_are_possible(pim, asset):
    draw(asset, Box(0.05, 0.4, 0.9, 0.2))

    problem = order(pim, asset, width=200, height=600).json()
    followed = [
        order(pim, asset, f"n{number}", **offer).status_code for number, offer in enumerate(problem["offers"])
    ]

    assert (problem["code"], problem["crop"]) == ("zone_cut", None)
    assert [offer["padded"] for offer in problem["offers"]] == [False, True]
    assert followed == [200, 200]


def test_what_is_larger_than_the_picture_is_refused_with_the_largest_there_is(pim, asset):
    problem = order(pim, asset, width=3000, height=2000).json()
    [offer] = problem["offers"]

    assert problem["code"] == "too_large"
    assert 1590 <= offer["width"] <= 1600 and offer["height"] / offer["width"] == pytest.approx(
        2 / 3, abs=0.01
    )
    assert order(pim, asset, "k2", **offer).status_code == 200


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"width": 5}, "width"),
        ({"format": "gif"}, "format"),
        ({"quality": 101}, "quality"),
        ({"crop": {"left": 1, "top": 1}}, "crop"),
        ({"crop": {"left": 1500, "top": 0, "width": 800}}, "crop"),
        ({"crop": {"left": 0, "top": 0, "width": 800}, "padded": True}, "crop"),
        ({"variant": "var_x", "language": "de"}, "variant"),
    ],
)
def test_what_is_wrong_is_named(pim, asset, change, parameter):
    answer = order(pim, asset, **change)

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter)
    assert not RecipeRevision.objects.filter(recipe__key="own-size").exists()


def test_estimate_comes_from_a_preview_that_is_there(pim, asset):
    assert order(pim, asset, "k0").json()["estimated_size"] is None
    make_rendition(current_version(asset), "preview-1200", content=picture(width=1200, height=900))

    assert 100 < order(pim, asset).json()["estimated_size"] < 100_000


def test_video_has_no_own_size(pim):
    film = release_one("/Ours/film.mp4", medium="video", media_type="video/mp4", kind="video", duration=2.0)

    assert order(pim, film).status_code == 404


def test_responsive_set_is_ordered_once_and_taken_in_one_archive(pim, asset):
    address = f"/assets/{asset.public_id}/responsive"
    members = responsive.members(current_version(asset))
    early = pim.write("POST", address, {}, Idempotency_Key="k1")
    wanted = Rendition.objects.filter(version=current_version(asset)).count()
    not_yet = pim.get(f"{address}/archive")
    Rendition.objects.all().delete()
    for member in members:
        make_rendition(current_version(asset), member.revision.address)

    later = pim.write("POST", address, {}, Idempotency_Key="k2")
    archive = pim.get(f"{address}/archive")

    assert (early.status_code, early["Retry-After"], wanted) == (202, "10", len(members))
    assert (not_yet.status_code, not_yet.json()["code"]) == (503, "not_ready")
    assert (later.status_code, "Retry-After" in later) == (202, False)
    with zipfile.ZipFile(io.BytesIO(archive.body)) as opened:
        assert opened.testzip() is None
        assert sorted(opened.namelist()) == sorted(["picture.html", *(member.name for member in members)])
        assert opened.read("picture.html").decode().strip() == later.json()["snippet"]


def test_responsive_set_names_the_file_that_cannot_be_made(pim, asset):
    address, version = f"/assets/{asset.public_id}/responsive", current_version(asset)
    members = responsive.members(version)
    for member in members:
        make_rendition(version, member.revision.address)
    lost = Rendition.objects.filter(version=version, revision=members[0].revision)
    lost.update(state="failed", problem="no pixels", made_at=timezone.now())

    ordered = pim.write("POST", address, {}, Idempotency_Key="k1")
    shown = pim.get(address)
    archive = pim.get(f"{address}/archive")
    lost.update(made_at=timezone.now() - timedelta(minutes=11))
    again = pim.write("POST", address, {}, Idempotency_Key="k2")

    problems = {file["name"]: file["problem"] for file in ordered.json()["files"] if file["problem"]}
    assert problems == {members[0].name: "rendition_not_possible"}
    assert (ordered.status_code, "Retry-After" in ordered) == (202, False)
    assert shown.json() == ordered.json()
    assert (archive.status_code, archive.json()["code"]) == (409, "rendition_not_possible")
    assert archive.json()["files"] == [members[0].name]
    assert again["Retry-After"] == "10"
    assert not any(file["problem"] for file in again.json()["files"])


def test_sizes_that_are_offered_are_listed_with_what_they_say(pim):
    lines = {line["key"]: line for line in pim.get("/recipes").json()["items"]}

    assert "preview-480" not in lines and "own-size" not in lines
    assert (lines["web-1200"]["width"], lines["web-1200"]["format"]) == (1200, "webp")
    assert "image" in lines["web-1200"]["for"]
