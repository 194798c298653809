"""Channels: managers set them up, everybody sees what their rules say of every file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.activity.models import Activity
from portal.partners import channels
from portal.partners.choices import Role
from portal.partners.models import Channel
from portal.renditions import picture_tests, rulebooks, store
from portal.renditions.models import PictureTest, Recipe, Specification, Verdict
from portal.renditions.selectors import revision_for
from tests.builders import current_version, make_rendition, make_user, picture, release_one
from tests.portal.pages.reading import Visitor, links, words
from tests.portal.renditions.test_judging import packshot

ADDRESS = "settings/channels/"


@pytest.fixture
def manager(jana) -> Visitor:
    client = Client()
    user = make_user(jana.partner, role=Role.MANAGER)
    client.force_login(user)
    return Visitor(partner=jana.partner, community=jana.community, user=user, client=client)


def recipe(key: str) -> Recipe:
    return Recipe.objects.get(key=key)


def ours(key: str) -> Specification:
    return Specification.objects.get(key=key, partner=None)


def make_channel(visitor: Visitor, name: str = "Amazon DE", *sizes: str, rules: str | None = "amazon-main"):
    return channels.save_channel(
        partner=visitor.partner,
        channel=None,
        name=name,
        kind="marketplace",
        specification=ours(rules).pk if rules else None,
        recipes=[recipe(key).pk for key in sizes or ("marketplace",)],
        now=timezone.now(),
        actor="system",
    )


def post(visitor: Visitor, path: str, **fields):
    return visitor.client.post(f"/o/{visitor.partner.slug}/{ADDRESS}{path}", fields)


def filled(**fields) -> dict:
    return {"name": "Amazon DE", "kind": "marketplace", "specification": "", "recipes": [], **fields}


def test_manager_adds_changes_and_removes_a_channel(manager):
    sizes = [recipe("marketplace").pk, recipe("web-jpeg").pk]
    rules = ours("amazon-main").pk

    added = post(manager, "add/", **filled(recipes=sizes, specification=rules))
    channel = Channel.objects.get()
    shown = words(manager.get(f"{ADDRESS}{channel.public_id}/"))
    listed = words(manager.get(ADDRESS))
    changed = post(manager, f"{channel.public_id}/edit/", **filled(name="Amazon", recipes=sizes[:1]))
    after = channels.get_channel(manager.partner, channel.public_id)
    removed = post(manager, f"{channel.public_id}/remove/")

    assert (added.status_code, changed.status_code, removed.status_code) == (302, 302, 302)
    assert ("Amazon-style main image" in shown and "at least" in shown) or "1000 pixels to" in shown
    assert "Amazon DE" in listed and "Web shop, JPEG" in listed
    assert (after.name, after.specification, [r.key for r in after.recipes.all()]) == (
        "Amazon",
        None,
        ["marketplace"],
    )
    assert not Channel.objects.exists()
    verbs = list(
        Activity.objects.filter(verb__startswith="channel.").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["channel.added", "channel.changed", "channel.removed"]


def test_form_says_what_is_missing_and_what_is_taken(manager):
    make_channel(manager)

    nothing = words(post(manager, "add/", **filled(name="")))
    taken = words(post(manager, "add/", **filled(name="amazon de", recipes=[recipe("marketplace").pk])))

    assert "Choose at least one download size." in nothing
    assert "You already have a channel called amazon de." in taken
    assert Channel.objects.count() == 1


def test_others_of_the_company_read_and_cannot_change(jana, manager):
    channel = make_channel(manager)

    page = jana.get(ADDRESS)
    tries = [
        jana.get(f"{ADDRESS}add/").status_code,
        jana.get(f"{ADDRESS}{channel.public_id}/edit/").status_code,
        post(jana, f"{channel.public_id}/edit/", **filled(recipes=[recipe("print").pk])).status_code,
        post(jana, f"{channel.public_id}/remove/").status_code,
    ]

    assert "Amazon DE" in words(page) and "Managers of your company can change channels." in words(page)
    assert not [url for url in links(page) if "add" in url]
    assert tries == [403] * 4
    assert Channel.objects.get().recipes.get().key == "marketplace"


def test_specification_of_another_company_cannot_be_chosen(manager, stranger):
    theirs = rulebooks.bring(
        partner=stranger.partner,
        specification=None,
        data={"key": "secret-rules", "channel": "shop", "rules": [{"measure": "width", "least": 1}]},
        now=timezone.now(),
        actor="system",
    )

    answer = post(
        manager, "add/", **filled(recipes=[recipe("print").pk], specification=theirs.specification_id)
    )

    assert answer.status_code == 200
    assert "secret" not in words(answer)
    assert not Channel.objects.exists()


def upload(visitor: Visitor, channel: Channel, content: bytes, name: str = "front.jpg"):
    return post(visitor, f"{channel.public_id}/test/", picture=SimpleUploadedFile(name, content))


def test_test_picture_gets_its_verdict_an_overlay_and_what_would_help(jana):
    channel = make_channel(jana)
    cream = packshot(1200, 1200, background=(240, 235, 220)).jpegsave_buffer(Q=90)
    webp = packshot(1200, 1200).webpsave_buffer(lossless=True, effort=1)

    upload(jana, channel, cream)
    first = PictureTest.objects.get()
    shown = jana.get(f"{ADDRESS}{channel.public_id}/")
    overlay = jana.client.get(
        f"/o/{jana.partner.slug}/{ADDRESS}{channel.public_id}/test/{first.public_id}/overlay/"
    )
    upload(jana, channel, webp, "front.webp")
    second = words(jana.get(f"{ADDRESS}{channel.public_id}/"))

    assert (first.state, first.file_name) == ("failed", "front.jpg")
    assert "pixels are not white" in words(shown)
    assert overlay.status_code == 200 and overlay.content.startswith(b"\x89PNG")
    assert "It can be put right: another format" in second
    assert not store.has(first.sha256), "the picture itself is not kept"


def test_test_picture_that_is_none_is_refused_in_words(jana, monkeypatch):
    channel, bare = make_channel(jana), make_channel(jana, "Bare", rules=None)

    text = upload(jana, channel, b"%PDF-1.7 not a picture")
    none = upload(jana, bare, picture())
    monkeypatch.setattr(picture_tests, "MOST_BYTES", 100)
    large = upload(jana, channel, picture(kind="PNG", width=400, height=400))
    monkeypatch.setattr(picture_tests, "PER_MINUTE", 0)
    often = upload(jana, channel, picture())

    assert (text.status_code, none.status_code, large.status_code) == (422, 422, 422)
    assert "cannot be read as a picture" in words(text)
    assert "larger than 25 MB" in words(large)
    assert "Please wait a minute" in words(often)
    assert not PictureTest.objects.exists()


def settled(version, key: str, rules: str, state: str, **facts) -> Verdict:
    revision = rulebooks.newest([ours(rules).pk]).popitem()[1]
    return Verdict.objects.create(
        version=version, revision=revision_for(version, key), specification=revision, state=state, **facts
    )


def test_asset_page_has_the_channels_sizes_first_each_with_its_verdict(jana):
    asset = release_one("/Ours/a.jpg")
    version = current_version(asset)
    make_channel(jana, "Amazon DE", "print", "web-jpeg")
    settled(
        version,
        "print",
        "amazon-main",
        "passed",
        lines=[{"rule": "format", "value": "png", "state": "passed"}],
    )

    page = words(jana.get(f"assets/{asset.public_id}/"))

    assert page.index("Web shop, JPEG") < page.index("Large, for print") < page.index("Marketplace")
    assert "Amazon DE Fits" in page
    assert "Amazon DE Being checked" in page
    assert Verdict.objects.filter(state="wanted").get().revision.recipe.key == "web-jpeg"


def test_asset_page_costs_the_same_for_one_channel_and_for_five(jana):
    asset = release_one("/Ours/a.jpg")
    make_channel(jana, "One", "print")
    jana.get(f"assets/{asset.public_id}/")
    with CaptureQueriesContext(connection) as one:
        jana.get(f"assets/{asset.public_id}/")
    for number in range(4):
        make_channel(jana, f"More {number}", "print", "web-jpeg", "marketplace", rules="own-shop")
    jana.get(f"assets/{asset.public_id}/")

    with CaptureQueriesContext(connection) as five:
        jana.get(f"assets/{asset.public_id}/")
    with CaptureQueriesContext(connection) as five_listed:
        jana.get(ADDRESS)
    Channel.objects.exclude(name="One").delete()
    with CaptureQueriesContext(connection) as one_listed:
        jana.get(ADDRESS)

    assert len(five) == len(one)
    assert len(five_listed) == len(one_listed)


def test_verdict_page_says_rule_by_rule_and_shows_where(jana, stranger):
    asset = release_one("/Ours/a.jpg")
    version = current_version(asset)
    channel = make_channel(jana, "Amazon DE", "web-1200")
    content = picture(kind="PNG")
    made = make_rendition(version, "web-1200", content=content)
    settled(
        version, "web-1200", "amazon-main", "failed", sha256=made.sha256, overlay=made.sha256,
        lines=[
            {"rule": "longest-side", "value": 640, "state": "failed"},
            {"rule": "white-background", "value": 12, "state": "failed"},
        ],
    )  # fmt: skip
    address = f"assets/{asset.public_id}/verdicts/{channel.public_id}/web-1200/"

    page = words(jana.get(address))
    overlay = jana.get(f"{address}overlay/")
    again = jana.client.get(
        f"/o/{jana.partner.slug}/{address}overlay/", headers={"If-None-Match": overlay["ETag"]}
    )

    assert "Longest side Does not fit 640 pixels · needed: 1000 pixels to 10000 pixels" in page
    assert "12 pixels are not white" in page
    assert "No safe change makes it fit." in page
    assert (overlay.status_code, overlay["Content-Type"], overlay.content) == (200, "image/png", content)
    assert again.status_code == 304
    assert stranger.get(address).status_code == 404


def test_document_has_no_verdict(jana):
    guide = release_one(
        "/Ours/guide.pdf", medium="document", media_type="application/pdf", kind="document", width=None
    )
    channel = make_channel(jana, "Print", "original", rules="print")

    page = jana.get(f"assets/{guide.public_id}/")
    verdict = jana.get(f"assets/{guide.public_id}/verdicts/{channel.public_id}/original/")

    assert page.status_code == 200
    assert "Being checked" not in words(page)
    assert verdict.status_code == 404
    assert not Verdict.objects.exists()
