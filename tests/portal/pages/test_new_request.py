"""A new request: the form that fills itself, from every place that leads there, and shows what is there already."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from portal.catalog.models import Product
from portal.change_requests.models import ChangeRequest
from portal.publications import feasibility
from portal.renditions import protection
from portal.renditions.cropping import Box
from tests.builders import NOON, current_version, gtin14, make_rendition, make_user, release_one
from tests.portal.change_requests.builders import ask
from tests.portal.pages.reading import links, words
from tests.portal.pages.test_channels import make_channel, settled
from tests.portal.pages.test_requests import only_look, post

pytestmark = pytest.mark.django_db


def filled(answer) -> dict[str, str]:
    """Return what the form of a page holds: name -> value."""
    body = answer.content.decode()
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", body):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ("checkbox" not in tag or "checked" in tag):
            found[name[1]] = unescape(value[1])
    for name, inner in re.findall(r'<select\b[^>]*?name="(\w+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    for name, inner in re.findall(r'<textarea\b[^>]*?name="(\w+)"[^>]*>\s*(.*?)</textarea>', body, re.DOTALL):
        found[name] = unescape(inner)
    return found


def the_link(answer) -> str:
    """Return the one link of a page that leads to a new request with something filled in."""
    (found,) = {url for url in links(answer) if "/requests/new/?" in url}
    return found


# -- Everything filled in ---------------------------------------------------------------------------------------------
def test_form_arrives_filled_from_its_address(jana):
    asset = release_one("/Ours/a.jpg", gtin=gtin14(4), product_name={"en": "Muesli"})
    query = {
        "reason": "missing_size", "asset": asset.public_id, "width": "9000", "height": "8000", "format": "png",
        "language": "de", "market": "AT", "background": "#FFFFFF", "most_kb": "500", "needed_by": "2099-02-03",
        "note": "For the poster", "fit": "pad", "view": "back", "captions": "yes",
    }  # fmt: skip

    found = filled(jana.get("requests/new/", **query))

    wanted = {**query, "background": "ffffff", "gtin": gtin14(4), "captions": "on"}
    del wanted["captions"]
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    "query",
    [
        {"reason": "<script>"}, {"width": "-1"}, {"width": "1e9"}, {"format": "exe"}, {"language": "x" * 400},
        {"needed_by": "tomorrow"}, {"gtin": "123"}, {"background": "red"}, {"channel": "chn_another"},
        {"colour": "red"}, {"note": "a\0b"}, {"most_kb": "9" * 40}, {"csrfmiddlewaretoken": "x"}, {"fit": "'"},
    ],
    ids=lambda query: next(iter(query)),
)  # fmt: skip
def test_address_that_makes_no_sense_leaves_the_form_empty(jana, query):
    answer = jana.get("requests/new/", **query)

    found = filled(answer)
    (name, value) = next(iter(query.items()))
    assert answer.status_code == 200
    assert found.get(name, "") in {"", "missing_view"} or (
        name == "csrfmiddlewaretoken" and found[name] != value
    )


def test_asset_of_another_company_is_not_there_in_address_and_form(jana, stranger):
    hidden = release_one("/Theirs/a.jpg")
    bodies = set()
    for asset in (hidden.public_id, "ast_aaaaaaaaaaaaaaaa"):
        seen = jana.get("requests/new/", asset=asset)
        sent = post(jana, "new/", asset=asset, reason="missing_size", width="800")
        assert (seen.status_code, sent.status_code) == (404, 404)
        bodies |= {seen.content, sent.content}

    assert len(bodies) == 1
    assert not ChangeRequest.objects.exists()


def test_what_is_there_is_shown_before_it_is_asked_for_and_can_be_passed_over(jana):
    asset = release_one("/Ours/a.jpg", width=3000, height=2000)
    wish = {
        "reason": "missing_size",
        "asset": asset.public_id,
        "width": "900",
        "height": "600",
        "format": "webp",
    }

    first = post(jana, "new/", **wish)

    assert (first.status_code, ChangeRequest.objects.count()) == (200, 0)
    assert "This is there already" in words(first) and "Ask all the same" in words(first)
    assert any("/own-size/?" in url and "width=900" in url for url in links(first))
    (anyway,) = re.findall(r'name="anyway" value="([^"]+)"', first.content.decode())
    # Passed over for this wish, not for another.
    assert post(jana, "new/", **{**wish, "width": "901"}, anyway=anyway).status_code == 200
    made = post(jana, "new/", **wish, anyway=anyway)
    assert (made.status_code, ChangeRequest.objects.get().width) == (302, 900)
    assert made["Location"].endswith(f"/requests/{ChangeRequest.objects.get().name}/")


def test_same_wish_leads_to_the_open_request_in_form_and_address(jana):
    asset = release_one("/Ours/a.jpg", width=300, height=300)
    first = ask(jana.partner, jana.user, asset=asset.public_id, width=800)
    wish = {"reason": "missing_size", "asset": asset.public_id, "width": "800", "note": "Other words"}

    sent = post(jana, "new/", **wish)
    seen = jana.get("requests/new/", **wish)

    assert (sent.status_code, seen.status_code) == (409, 200)
    for answer in (sent, seen):
        assert f"{first.name} asks for this already" in words(answer)
        assert f"/o/{jana.partner.slug}/requests/{first.name}/" in links(answer)
    assert filled(sent)["note"] == "Other words"
    assert ChangeRequest.objects.count() == 1


def test_mistakes_are_said_in_words_and_nothing_typed_is_lost(jana):
    asset = release_one("/Ours/a.jpg")
    typed = {
        "reason": "missing_language", "asset": asset.public_id, "width": "abc", "gtin": "123", "note": "Für <alle>",
        "background": "rot", "needed_by": "2020-01-01", "channel_code": "E 17",
    }  # fmt: skip

    answer = post(jana, "new/", **typed)

    text = words(answer)
    assert answer.status_code == 422
    for sentence in ("Enter a whole number", "This is no GTIN", "Write a colour as six hex digits"):
        assert sentence in text
    assert {name: filled(answer).get(name) for name in typed} == typed
    better = post(jana, "new/", **{**typed, "width": "", "gtin": "", "background": ""})
    assert "Say which language you need" in words(better) and "This day has passed" in words(better)
    assert not ChangeRequest.objects.exists()


def test_only_look_is_said_to_viewers_and_nothing_is_asked(jana):
    only_look(jana)
    request = ask(jana.partner, make_user(jana.partner))

    seen, sent = jana.get("requests/new/"), post(jana, "new/", reason="other", note="x")

    assert (seen.status_code, sent.status_code) == (403, 403)
    assert "You can look, but not ask" in words(seen)
    for verb in ("answer", "confirm", "reopen"):
        assert post(jana, f"{request.name}/{verb}/", text="x").status_code == 403
    assert jana.get(f"requests/{request.name}/").status_code == 200
    assert request.messages.count() == 1


# -- The ways in ------------------------------------------------------------------------------------------------------
def query_of(url: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}


def test_own_size_that_is_impossible_leads_to_a_filled_form(jana):
    asset = release_one("/Ours/a.jpg", width=3000, height=1000)
    version = current_version(asset)
    protection.draw_zone(version=version, box=Box(0.0, 0.0, 1.0, 0.5), kind="logo", now=NOON, actor="system")

    link = the_link(jana.get(f"assets/{asset.public_id}/own-size/", width=500, height=500, format="png"))

    assert query_of(link) == {
        "reason": "missing_size", "asset": asset.public_id, "variant": version.variant.public_id, "width": "500",
        "height": "500", "format": "png", "fit": "crop",
    }  # fmt: skip
    assert filled(jana.client.get(link))["height"] == "500"
    possible = jana.get(f"assets/{asset.public_id}/own-size/", width=900, height=300)
    assert not [url for url in links(possible) if "requests/new" in url]


def test_own_size_of_a_picture_too_small_leads_to_a_filled_form(jana):
    asset = release_one("/Ours/a.jpg", width=800, height=800)

    link = the_link(jana.get(f"assets/{asset.public_id}/own-size/", width=4000, height=4000, format="jpeg"))

    assert query_of(link)["width"] == "4000"


def test_asset_page_leads_from_sizes_and_missing_languages(jana):
    asset = release_one("/Ours/a.jpg", language="en")
    page = jana.get(f"assets/{asset.public_id}/", tab="languages")

    found = [query_of(url) for url in links(page) if "/requests/new/?" in url]

    variant = asset.variants.get().public_id
    assert found == [
        {"reason": "missing_size", "asset": asset.public_id, "variant": variant},
        {"reason": "missing_language", "asset": asset.public_id, "language": "de"},
    ]


def test_video_leads_to_captions_too(jana):
    asset = release_one("/Ours/spot.mp4", medium="video", media_type="video/mp4", kind="video", duration=12.5)

    page = jana.get(f"assets/{asset.public_id}/")

    (found,) = [query_of(url) for url in links(page) if "captions=" in url]
    assert found == {
        "reason": "missing_language", "asset": asset.public_id, "variant": asset.variants.get().public_id,
        "captions": "on", "language": "en",
    }  # fmt: skip


def test_product_without_media_and_search_without_result_lead_there(jana):
    Product.objects.create(gtin=gtin14(9), name={"en": "Honey"}, updated_at=NOON)
    release_one("/Ours/a.jpg", gtin=gtin14(7))
    release_one("/Ours/soon.jpg", gtin=gtin14(8), rights_start=timezone.now() + timedelta(days=9))

    looked_up = jana.client.post(
        f"/o/{jana.partner.slug}/products/", {"gtins": "\n".join([gtin14(7), gtin14(8), gtin14(9)])}
    )
    searched = jana.get("assets/", q="honey jar", language="de")

    assert query_of(the_link(looked_up)) == {"reason": "missing_view", "gtin": gtin14(8)}
    assert query_of(the_link(searched)) == {"reason": "missing_view", "language": "de", "note": "honey jar"}
    assert not [url for url in links(jana.get("assets/")) if "requests/new" in url]


def test_verdict_without_a_safe_fix_and_its_report_lead_to_a_filled_form(jana):
    asset = release_one("/Ours/a.jpg")
    version = current_version(asset)
    channel = make_channel(jana, "Amazon DE", "web-1200")
    made = make_rendition(version, "web-1200")
    lines = [{"rule": "white-background", "value": 12, "state": "failed"}]
    verdict = settled(version, "web-1200", "amazon-main", "failed", sha256=made.sha256, lines=lines)
    report = feasibility.ask(
        partner=jana.partner,
        specification=verdict.specification,
        revision=verdict.revision,
        now=NOON,
        actor="system",
    )
    feasibility.work(now=NOON)

    link = the_link(jana.get(f"assets/{asset.public_id}/verdicts/{channel.public_id}/web-1200/"))
    from_report = query_of(the_link(jana.get(f"settings/reports/{report.public_id}/")))

    asked = query_of(link)
    assert (asked["reason"], asked["asset"]) == ("refused_by_channel", asset.public_id)
    assert (asked["channel"], asked["channel_code"]) == (channel.public_id, "white-background")
    assert filled(jana.client.get(link))["channel"] == channel.public_id
    assert (from_report["reason"], from_report["asset"]) == ("refused_by_channel", asset.public_id)
