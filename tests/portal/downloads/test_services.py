"""The one check: who may have which bytes, and what is kept of a taking."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.activity.models import Activity
from portal.core import rowscope
from portal.core.errors import Gone, NotFound
from portal.downloads import known, selectors, services
from portal.downloads.choices import Via
from portal.downloads.models import Download
from portal.releases import services as releases
from portal.renditions import made_to_order, rulebooks
from portal.renditions import services as renditions
from portal.renditions.models import Recipe, Specification
from portal.renditions.selectors import revision_for
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release,
)

pytestmark = pytest.mark.django_db
TAKER = services.Taker(actor="client:cli_test", via=Via.API)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def partner():
    return make_partner()


@pytest.fixture
def fact(partner):
    make_community(partner, folder="/Campaign")
    return file_fact("/Campaign/Müsli front.jpg", uuid="first")


def authorise(partner, asset, *, recipe="web-1200", now=NOON, **more):
    return services.authorise_download(
        partner=partner, asset_id=asset.public_id, recipe=recipe, now=now, **more
    )


def take(partner, asset, now=NOON):
    found = services.find(grant=authorise(partner, asset, now=now), now=now)
    services.note_taken(found=found, partner=partner, taker=TAKER, now=now)
    return found.rendition, found.name


def test_taking_is_recorded_once_with_the_digest_of_the_bytes(partner, fact):
    (asset,) = release(fact)
    made = make_rendition(current_version(asset))

    rendition, name = take(partner, asset)

    kept = Download.objects.get()
    assert (rendition.sha256, kept.sha256, kept.version_number) == (made.sha256, made.sha256, 1)
    assert name == "Müsli_front-v1-web-1200.webp"
    assert Activity.objects.get(verb="file.downloaded").data["sha256"] == made.sha256


@pytest.mark.parametrize("recipe", ["video-720", "no-such-size"])
def test_size_that_is_not_for_this_file_is_not_there(partner, fact, recipe):
    (asset,) = release(fact)

    with pytest.raises(NotFound):
        authorise(partner, asset, recipe=recipe)


def test_language_the_asset_does_not_have_is_not_there(partner, fact):
    (asset,) = release(replace(fact, language="de"))

    assert authorise(partner, asset, language="de").variant.language == "de"
    with pytest.raises(NotFound):
        authorise(partner, asset, language="fr")


def test_file_is_shown_but_not_given_out_before_its_rights_begin(partner, fact):
    begins = NOON + timedelta(days=1)
    (asset,) = release(replace(fact, rights_start=begins))

    assert authorise(partner, asset, recipe="preview-480").revision.recipe.is_preview
    with pytest.raises(services.NotYet, match=r"from Sept\. 2, 2026 on"):
        authorise(partner, asset)
    assert authorise(partner, asset, now=begins).version.number == 1


def test_bytes_by_digest_are_given_after_a_replacement_and_refused_after_a_withdrawal(partner, fact):
    (asset,) = release(fact)
    first = make_rendition(current_version(asset))
    second = replace(fact, uuid="second", sha1="b" * 40, previous_uuids=["first"], modified_at=NOON + MINUTE)
    releases.apply_files(facts=[second], now=NOON + MINUTE)

    found = services.find_by_digest(partner=partner, sha256=first.sha256, now=NOON)
    releases.apply_files(
        facts=[replace(second, approved=False, modified_at=NOON + 2 * MINUTE)], now=NOON + 2 * MINUTE
    )

    assert found.rendition.version.number == 1
    with pytest.raises(Gone):
        services.find_by_digest(partner=partner, sha256=first.sha256, now=NOON + 2 * MINUTE)


def rules_of(partner, title, key):
    data = {
        "key": key,
        "title": title,
        "channel": "marketplace",
        "rules": [{"measure": "width", "least": 500}],
    }
    return rulebooks.bring(partner=partner, specification=None, data=data, now=NOON, actor="system")


def put_right(version, rules, content):
    """What a safe change makes: it depends on the file and the rules alone, and not on whose they are."""
    base = revision_for(version, "marketplace")
    fix = made_to_order.fitted(version, base, rules, now=NOON)
    return make_rendition(version, fix.address, content=content)


def test_same_bytes_put_right_for_two_companies_never_bear_the_others_name(partner, fact):
    other, third = make_partner(), make_partner()
    make_community(other, third, folder="/Campaign")
    (asset,) = release(fact)
    version, content = current_version(asset), picture(kind="JPEG")
    theirs = put_right(version, rules_of(other, "Secret launch", "secret-launch"), content)
    mine = put_right(version, rules_of(partner, "My shop", "my-shop"), content)
    digest = mine.sha256

    found = services.find_by_digest(partner=partner, sha256=digest, now=NOON)
    services.note_taken(found=found, partner=partner, taker=TAKER, now=NOON)

    assert theirs.sha256 == digest
    assert found.name == "Müsli_front-v1-marketplace-my-shop.jpg"
    assert Download.objects.get().file_name == found.name
    assert known.known_file(other, digest, at=NOON).name == "Müsli_front-v1-marketplace-secret-launch.jpg"
    Download.objects.all().delete()
    assert known.known_file(partner, digest, at=NOON).name == found.name
    assert known.known_files(third, [digest], at=NOON) == {}
    with pytest.raises(NotFound):
        services.find_by_digest(partner=third, sha256=digest, now=NOON)
    with pytest.raises(NotFound):
        authorise(partner, asset, recipe=theirs.revision.address)
    assert authorise(partner, asset, recipe=mine.revision.address).revision == mine.revision


def test_what_was_put_right_by_the_portals_rules_is_everybodys(partner, fact):
    (asset,) = release(fact)
    ours = Specification.objects.get(key="amazon-main", partner=None)
    rules = rulebooks.newest([ours.pk])[ours.pk]
    made = put_right(current_version(asset), rules, picture(kind="JPEG"))

    assert services.find_by_digest(partner=partner, sha256=made.sha256, now=NOON).rendition == made
    with rowscope.limited_to(partner.pk):
        assert known.known_file(partner, made.sha256, at=NOON).status == "current"


def test_previews_are_not_handed_out_by_digest(partner, fact):
    (asset,) = release(fact)
    preview = make_rendition(current_version(asset), "preview-480")

    with pytest.raises(NotFound):
        services.find_by_digest(partner=partner, sha256=preview.sha256, now=NOON)


def test_history_tells_current_then_replaced_then_withdrawn(partner, fact):
    (asset,) = release(fact)
    make_rendition(current_version(asset))
    take(partner, asset)

    def status():
        line = selectors.downloads_page(partner, at=NOON + 3 * MINUTE).items[0]
        return line.status, line.current_version

    before = status()
    second = replace(fact, uuid="second", sha1="b" * 40, previous_uuids=["first"], modified_at=NOON + MINUTE)
    releases.apply_files(facts=[second], now=NOON + MINUTE)
    replaced = status()
    releases.apply_files(
        facts=[replace(second, approved=False, modified_at=NOON + 2 * MINUTE)], now=NOON + 2 * MINUTE
    )

    assert (before, replaced, status()) == (("current", None), ("replaced", 2), ("withdrawn", None))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b+c%.jpg", "a_b_c-v1-web-1200.webp"),
        ("../../etc/passwd.jpg", "etc_passwd-v1-web-1200.webp"),
        ("😀.jpg", "file-v1-web-1200.webp"),
        (f"{'x' * 250}.jpg", f"{'x' * 120}-v1-web-1200.webp"),
    ],
    ids=["signs", "path", "emoji", "long"],
)
def test_file_name_is_safe_everywhere(partner, fact, name, expected):
    (asset,) = release(fact)
    version = current_version(asset)
    version.file_name = name
    grant = authorise(partner, asset)

    assert services.file_name(version, grant.revision, make_rendition(version)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {"gtin": gtin14(952123450004), "view": "front", "language": "de"},
            f"{gtin14(952123450004)}_A1C1_de.webp",
        ),
        ({"gtin": gtin14(952123450004), "view": "detail"}, f"{gtin14(952123450004)}_A0C1.webp"),
        ({}, "Müsli_front-v1-web-1200.webp"),
    ],
    ids=["all", "no language", "no GTIN: the usual name"],
)
def test_file_name_by_the_recipes_own_template(partner, fact, facts, expected):
    (asset,) = release(replace(fact, **facts))
    recipe = Recipe.objects.get(key="web-1200")
    last = {name: getattr(recipe.revisions.get(), name) for name in renditions.REVISION_FIELDS}
    renditions.revise(
        recipe=recipe, facts={**last, "naming": "{gtin}_A{facing}C1_{lang}"}, now=NOON, actor="test"
    )
    made = make_rendition(current_version(asset))

    assert take(partner, asset) == (made, expected)
