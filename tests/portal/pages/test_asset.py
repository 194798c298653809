"""One asset's page: what may be taken, what changed, what is missing, and what the company holds."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.catalog.models import Variant
from portal.downloads.models import BasketItem
from tests import builders
from tests.builders import current_version, file_fact, make_rendition, release, release_one
from tests.portal.pages.reading import links, words


@pytest.fixture
def now():
    return timezone.now()


def box(now, *, uuid: str = "box-1", size: int = 412_000, **fields):
    """The front of a box in English, at one path, whatever its version."""
    fact = file_fact(
        "/Ours/box en.jpg",
        uuid=uuid,
        language="en",
        group="box",
        size=size,
        title={"en": "The box"},
        **fields,
    )
    return release(fact, now=now)[0]


def take(jana, asset, now) -> None:
    make_rendition(current_version(asset))
    builders.take(jana.partner, asset, user=jana.user, now=now)


def test_offers_sizes_with_pixels_and_weight_the_usual_one_first(jana, now):
    asset = box(now, width=3000, height=2000)
    rendition = make_rendition(current_version(asset), "web-1200")

    answer = jana.get(f"assets/{asset.public_id}/")

    assert f"WebP 64 × 64 · {rendition.size} B" in words(answer)
    assert "JPEG 1200 × 800" in words(answer), "not made yet: what it will be"
    assert "JPEG 3000 × 2000 · 412 kB" in words(answer)
    downloads_offered = [link for link in links(answer) if "/download/" in link]
    address = f"/o/{jana.partner.slug}/assets/{asset.public_id}/download/web-1200/"
    assert downloads_offered[0] == f"{address}?variant={asset.variants.get().public_id}"


def test_says_status_version_rights_and_markets_in_words(jana, now):
    asset = box(
        now,
        markets=["DE", "AT"],
        usage_rights="All channels",
        rights_end=now + timedelta(days=400),
        copyright="© B",
    )

    shown = words(jana.get(f"assets/{asset.public_id}/"))

    assert "Current Version 1 of 1, since" in shown
    assert "All channels, until" in shown and "Germany, Austria" in shown and "© B" in shown


def test_a_missing_language_names_what_comes_instead(jana, now):
    asset = box(now)

    shown = words(jana.get(f"assets/{asset.public_id}/"))

    assert "DE: fallback from EN" in shown
    assert "No file. You get English instead." in words(
        jana.get(f"assets/{asset.public_id}/", tab="languages")
    )


def test_shows_the_language_asked_for(jana, now):
    asset = box(now)
    release(file_fact("/Ours/box de.jpg", language="de", group="box", title={"en": "The box"}), now=now)

    answer = jana.get(f"assets/{asset.public_id}/", language="de")

    assert "box de.jpg" in words(answer)
    german = asset.variants.get(language="de").public_id
    assert any(link.endswith(f"/download/web-1200/?variant={german}") for link in links(answer))


def test_two_markets_of_one_language_have_addresses_of_their_own(jana, now):
    facts = [
        file_fact(f"/Ours/box {market}.jpg", language="en", markets=[market], group="box")
        for market in ("GB", "US")
    ]
    asset = release(*facts, now=now)[0]
    british, american = asset.variants.order_by("markets")
    make_rendition(american.current)
    builders.take(jana.partner, asset, user=jana.user, now=now, variant=american.public_id)

    usual = jana.get(f"assets/{asset.public_id}/", language="en")
    answer = jana.get(f"assets/{asset.public_id}/", variant=american.public_id)

    assert "box GB.jpg" in words(usual) and "You took" not in words(usual)
    assert "box US.jpg" in words(answer) and "You took version 1" in words(answer)
    assert "EN · GB EN · US" in words(usual)
    assert {f"?variant={british.public_id}", f"?variant={american.public_id}"} <= set(links(answer))
    assert any(link.endswith(f"/download/web-1200/?variant={american.public_id}") for link in links(answer))
    assert all(
        f"variant={american.public_id}" in link
        for link in links(answer)
        if link.startswith("?") and "tab=" in link and "#history" in link
    )


def test_a_variant_that_is_not_there_is_not_there(jana, now):
    asset = box(now)
    elsewhere = release_one("/Theirs/box.jpg").variants.get()

    for variant in ("var_never_was", elsewhere.public_id, "\x00"):
        assert jana.get(f"assets/{asset.public_id}/", variant=variant).status_code == 404, variant


def test_two_versions_stand_side_by_side_with_what_differs(jana, now):
    box(now - timedelta(days=9))
    asset = box(
        now, uuid="box-2", size=500_000, width=4000, height=4000, modified_at=now, previous_uuids=("box-1",)
    )

    shown = words(jana.get(f"assets/{asset.public_id}/"))

    assert "Version 2 of 2" in shown
    assert "Pixels 3000 × 3000 4000 × 4000" in shown and "Weight 412 kB 500 kB" in shown
    assert "Version 1 released" in shown and "Version 2 released" in shown


def test_a_replaced_copy_is_named_until_the_new_one_is_taken(jana, now):
    asset = box(now - timedelta(days=9))
    take(jana, asset, now - timedelta(days=8))
    box(now, uuid="box-2", modified_at=now, previous_uuids=("box-1",))

    before = words(jana.get(f"assets/{asset.public_id}/"))
    take(jana, asset, now)
    after = words(jana.get(f"assets/{asset.public_id}/"))

    assert (
        "Your copy is outdated. Your company took version 1" in before and "Version 2 replaces it." in before
    )
    assert "outdated" not in after


def test_what_was_taken_is_listed_with_its_digest_and_state(jana, now):
    asset = box(now)
    take(jana, asset, now)

    shown = words(jana.get(f"assets/{asset.public_id}/", tab="use"))

    assert "Web shop" in shown and "Jana Kessler" in shown and "Your use 1" in shown
    assert "SHA-256" in shown and "…" in shown


def test_a_scheduled_asset_can_be_seen_but_not_taken(jana, now):
    asset = box(now, rights_start=now + timedelta(days=8))

    answer = jana.get(f"assets/{asset.public_id}/")

    assert "Scheduled" in words(answer) and "Not yet. You may use this file from" in words(answer)
    assert not [link for link in links(answer) if "/download/" in link]


def test_an_expiring_asset_says_when_to_stop(jana, now):
    asset = box(now, rights_end=now + timedelta(days=5))

    assert "The rights end soon. Please stop using this file on" in words(
        jana.get(f"assets/{asset.public_id}/")
    )


def test_a_withdrawn_asset_says_why(jana, now):
    asset = box(now - timedelta(days=1))
    box(now, approved=False, approval_word="REJECTED", modified_at=now)

    answer = jana.get(f"assets/{asset.public_id}/")

    assert answer.status_code == 410
    assert "The brand has withdrawn its approval of this file." in words(answer)


def test_another_companys_asset_and_none_look_the_same_to_the_byte(jana, stranger):
    theirs = release_one("/Theirs/box.jpg")

    one = jana.get(f"assets/{theirs.public_id}/")
    other = jana.get("assets/ast_never_was/")

    assert (one.status_code, one.content) == (404, other.content)


def test_a_video_plays_and_a_document_shows_what_it_is(jana, now):
    video = release_one(
        "/Ours/film.mp4",
        medium="video",
        kind="video",
        media_type="video/mp4",
        duration=67.4,
        width=1920,
        height=1080,
    )
    document = release_one(
        "/Ours/guide.pdf",
        medium="document",
        kind="document",
        media_type="application/pdf",
        width=None,
        height=None,
    )

    film = jana.get(f"assets/{video.public_id}/")
    guide = jana.get(f"assets/{document.public_id}/")

    assert b"<video controls" in film.content and "1:07" in words(film)
    assert b"<img" not in guide.content.partition(b"<main")[2] and "PDF" in words(guide).upper()
    assert any("/download/original/" in link for link in links(guide))


@pytest.mark.parametrize(
    "query", [{"tab": "secrets"}, {"with": "99"}, {"with": "x"}, {"language": "xx"}, {"language": "\x00"}]
)
def test_nonsense_in_the_address_shows_the_usual_page(jana, now, query):
    asset = box(now)

    assert jana.get(f"assets/{asset.public_id}/", **query).status_code == 200


VTT = {"media_type": "text/vtt", "medium": "document", "kind": "captions", "width": None, "height": None}


def film_with_captions(now, *languages):
    film = release_one(
        "/Ours/film.mp4", medium="video", kind="video", media_type="video/mp4", duration=67.0, now=now
    )
    for language in languages:
        release_one(f"/Ours/film.{language}.vtt", language=language, size=1240, now=now, **VTT)
    return film


def test_captions_stand_beside_the_video_play_with_it_and_can_be_taken(jana, now):
    film = film_with_captions(now, "de", "ar")
    release_one("/Ours/film.fr.srt", language="fr", now=now, **{**VTT, "media_type": "application/x-subrip"})
    release_one("/Theirs/film.es.vtt", language="es", now=now, **VTT)

    answer = jana.get(f"assets/{film.public_id}/")

    assert "Captions Arabic VTT · 1 kB German VTT · 1 kB French SRT" in words(answer)
    tracks = re.findall(
        rb'<track kind="captions" src="([^"]+)" srclang="(..)" label="(\w+)">', answer.content
    )
    assert [(language, label) for _, language, label in tracks] == [(b"ar", b"Arabic"), (b"de", b"German")]
    german = Variant.objects.get(language="de")
    taken = f"/o/{jana.partner.slug}/assets/{german.asset.public_id}/download/original/?variant={german.public_id}"
    assert taken in links(answer)


def test_more_captions_ask_no_more_of_the_database(jana, now):
    one = film_with_captions(now, "de")
    jana.get(f"assets/{one.public_id}/")
    with CaptureQueriesContext(connection) as few:
        jana.get(f"assets/{one.public_id}/")
    for language in ("ar", "es", "fr", "it", "nl"):
        release_one(f"/Ours/film.{language}.vtt", language=language, now=now, **VTT)
    with CaptureQueriesContext(connection) as many:
        jana.get(f"assets/{one.public_id}/")

    assert len(many) == len(few)


def test_a_video_without_captions_has_no_place_for_them(jana, now):
    film = film_with_captions(now)

    answer = jana.get(f"assets/{film.public_id}/")

    assert b"<track" not in answer.content and b'id="captions"' not in answer.content


def test_captions_miss_no_other_language(jana, now):
    film_with_captions(now, "fr")
    words_of = words(jana.get(f"assets/{Variant.objects.get(language='fr').asset.public_id}/"))

    assert "fallback" not in words_of and "missing" not in words_of


def test_captions_go_into_the_basket_beside_their_video(jana, now):
    film = film_with_captions(now, "de")
    german = Variant.objects.get(language="de")
    page = jana.get(f"assets/{film.public_id}/")

    jana.client.post(
        f"/o/{jana.partner.slug}/basket/add/",
        {"variant": german.public_id, "recipe": "original", "next": page.wsgi_request.get_full_path()},
    )

    assert f'value="{german.public_id}"'.encode() in page.content
    assert BasketItem.objects.get().version == german.current
