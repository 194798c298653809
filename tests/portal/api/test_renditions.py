"""From an asset to the bytes of a size."""

import hashlib
from datetime import timedelta

import pytest

from portal.downloads.models import Download
from portal.renditions import metadata
from portal.renditions.services import rights_of
from portal.renditions.source import SourceRefused, SourceUnavailable
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release,
    release_one,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    return partner


def test_sizes_tell_what_is_known_before_anything_is_made(system, partner):
    asset = release_one("/Pantry/oat.jpg", width=3000, height=2000)
    made = make_rendition(current_version(asset), "web-1200")

    body = system(partner).get(f"/assets/{asset.public_id}/renditions").json()

    address = f"http://testserver/api/v1/assets/{asset.public_id}/renditions"
    assert body["next"] is None
    assert [(i["recipe"], i["format"], i["media_type"], i["width"], i["height"]) for i in body["items"]] == [
        ("web-1200", "webp", "image/webp", 64, 64),
        ("marketplace", "jpeg", "image/jpeg", 2000, 2000),
        ("web-jpeg", "jpeg", "image/jpeg", 1200, 800),
        ("print", "png", "image/png", 3000, 2000),
        ("original", "original", "image/jpeg", 3000, 2000),
    ]
    assert body["items"][0] == {
        "recipe": "web-1200",
        "title": body["items"][0]["title"],
        "format": "webp",
        "media_type": "image/webp",
        "variant": asset.variants.get().public_id,
        "language": None,
        "version": 1,
        "width": 64,
        "height": 64,
        "size": made.size,
        "sha256": made.sha256,
        "href": f"{address}/web-1200?variant={asset.variants.get().public_id}",
    }
    assert [(i["size"], i["sha256"]) for i in body["items"][1:]] == [(None, None)] * 3 + [(412_000, None)]


def test_a_size_is_made_when_it_is_first_asked_for(system, partner, drawing):
    asset = release_one("/Pantry/oat.jpg", language="de")
    pim = system(partner)

    answer = pim.get(f"/assets/{asset.public_id}/renditions/web-1200")

    rights = rights_of(current_version(asset))
    content = metadata.into_webp(picture(width=120, height=90, colour="teal"), rights=rights)
    sha256 = hashlib.sha256(content).hexdigest()
    href = f"http://testserver/api/v1/files/{sha256}"
    assert (answer.status_code, answer["Location"], answer["X-File-SHA256"]) == (302, href, sha256)
    assert answer.json() == {
        "sha256": sha256,
        "media_type": "image/webp",
        "size": len(content),
        "width": 120,
        "height": 90,
        "variant": asset.variants.get().public_id,
        "language": "de",
        "version": 1,
        "href": href,
    }
    assert answer["Cache-Control"] == "private, no-cache"
    assert pim.get(href).body == content
    pim.get(f"/assets/{asset.public_id}/renditions/web-1200")
    assert drawing.calls == 1


def test_asking_for_the_way_is_no_download(system, partner, drawing):
    asset = release_one("/Pantry/oat.jpg")
    pim = system(partner)

    assert pim.get(f"/assets/{asset.public_id}/renditions/web-1200").status_code == 302
    assert pim.call("HEAD", f"/assets/{asset.public_id}/renditions/web-1200").status_code == 302

    assert not Download.objects.exists()


def test_a_size_that_takes_longer_says_when_to_come_back(system, partner, drawing):
    asset = release_one("/Pantry/oat.jpg")
    drawing.trouble = SourceUnavailable("timeout", retry_after=7)

    answer = system(partner).get(f"/assets/{asset.public_id}/renditions/web-1200")

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "not_ready", "7")


def test_a_size_that_cannot_be_made(system, partner, drawing):
    asset = release_one("/Pantry/oat.jpg")
    drawing.trouble = SourceRefused("no pixels")

    answer = system(partner).get(f"/assets/{asset.public_id}/renditions/web-1200")

    assert (answer.status_code, answer.json()["code"]) == (409, "rendition_not_possible")
    assert "no pixels" not in answer.content.decode()


@pytest.mark.parametrize("recipe", ["preview-480", "video-720", "nothing"])
def test_sizes_that_are_not_offered_are_not_there(system, partner, recipe, drawing):
    asset = release_one("/Pantry/oat.jpg")

    assert system(partner).get(f"/assets/{asset.public_id}/renditions/{recipe}").status_code == 404


def test_before_the_rights_begin_nothing_is_given_out(system, partner, drawing):
    asset = release_one("/Pantry/oat.jpg", rights_start=NOON + timedelta(days=3650))
    pim = system(partner)

    answer = pim.get(f"/assets/{asset.public_id}/renditions/web-1200")

    assert (answer.status_code, answer.json()["code"]) == (409, "rights_not_started")
    assert pim.get(f"/assets/{asset.public_id}/renditions").status_code == 200
    assert drawing.calls == 0


def in_languages(*languages: str):
    facts = [
        file_fact(f"/Pantry/oat_{language}.jpg", uuid=f"u-{language}", group="oat", language=language)
        for language in languages
    ]
    return release(*facts)[0]


@pytest.mark.parametrize(
    ("company", "languages", "asked", "got"),
    [
        ("de", ["de", "en", "fr"], None, "de"),
        ("de-AT", ["de", "en"], None, "de"),
        ("es", ["de", "en", "fr"], None, "en"),
        ("es", ["de", ""], None, None),
        ("es", ["de", "fr"], None, "de"),
        ("de", ["de", "en"], "en", "en"),
        ("de", ["de", ""], "zxx", None),
    ],
)
def test_the_language_is_the_companys_unless_asked_for_another(
    system, partner, company, languages, asked, got
):
    partner.language = company
    partner.save()
    asset = in_languages(*languages)
    query = {"language": asked} if asked else None

    # The browser's wish has no part in it.
    body = system(partner).get(f"/assets/{asset.public_id}/renditions", query, Accept_Language="fr").json()

    assert {item["language"] for item in body["items"]} == {got}


def test_a_language_that_is_not_there_is_never_replaced_silently(system, partner, drawing):
    asset = in_languages("de", "en")
    pim = system(partner)

    assert pim.get(f"/assets/{asset.public_id}/renditions?language=fr").status_code == 404
    assert pim.get(f"/assets/{asset.public_id}/renditions/web-1200?language=fr").status_code == 404
    assert pim.get(f"/assets/{asset.public_id}/renditions/web-1200?language=DE").status_code == 302


def test_a_language_taken_back_is_gone_while_the_others_stay(system, partner, drawing):
    asset = in_languages("de", "en")
    make_rendition(asset.variants.get(language="de").current)
    pim = system(partner)
    release(
        file_fact(
            "/Pantry/oat_de.jpg", uuid="u-de", group="oat", language="de", approved=False,
            modified_at=NOON + timedelta(hours=1),
        )
    )  # fmt: skip

    for tail in ("renditions", "renditions/web-1200"):
        answer = pim.get(f"/assets/{asset.public_id}/{tail}?language=de")
        assert (answer.status_code, answer.json()["reason"]) == (410, "approval_withdrawn")
    assert pim.get(f"/assets/{asset.public_id}/renditions?language=en").status_code == 200


def test_two_markets_of_one_language_are_told_apart_by_their_id(system, partner):
    facts = [
        file_fact(
            f"/Pantry/oat_{market}.jpg", uuid=f"u-{market}", group="oat", language="en", markets=[market]
        )
        for market in ("GB", "US")
    ]
    asset = release(*facts)[0]
    american = asset.variants.get(markets=["US"])
    made = make_rendition(american.current)
    pim = system(partner)
    sizes = f"/assets/{asset.public_id}/renditions"

    listed = pim.get(sizes, {"variant": american.public_id}).json()["items"]
    found = pim.get(f"{sizes}/web-1200", {"variant": american.public_id})

    assert {item["variant"] for item in listed} == {american.public_id} == {found.json()["variant"]}
    assert found["X-File-SHA256"] == made.sha256
    assert pim.get(listed[0]["href"])["X-File-SHA256"] == made.sha256
    usual = pim.get(sizes, {"language": "en"}).json()["items"]
    assert {item["variant"] for item in usual} == {asset.variants.get(markets=["GB"]).public_id}


def test_a_variant_that_is_not_there_is_never_replaced_silently(system, partner):
    asset, other = in_languages("de"), release_one("/Pantry/rye.jpg")
    pim = system(partner)

    for variant in (other.variants.get().public_id, "var_never_was"):
        answer = pim.get(f"/assets/{asset.public_id}/renditions", {"variant": variant})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_variant_and_language_are_not_given_together(system, partner):
    asset = in_languages("de")

    answer = system(partner).get(
        f"/assets/{asset.public_id}/renditions",
        {"language": "de", "variant": asset.variants.get().public_id},
    )

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "variant")
