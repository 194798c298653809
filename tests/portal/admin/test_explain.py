"""Why a company sees a file, or why not, in words; and the words never contradict what the partner's pages show."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.catalog.lookup import assets_matching
from portal.core import rowscope
from portal.partners.choices import CommunityStatus, PartnerStatus
from portal.publications import selectors
from portal.publications.explain import explain
from portal.publications.facets import AssetFilter
from portal.publications.services import request_routing
from portal.publications.visibility import Status
from portal.releases import services as releases
from tests.builders import (
    NOON,
    file_fact,
    gtin14,
    make_community,
    make_partner,
    make_rule,
    release,
    release_one,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def against(explanation) -> list[str]:
    """Every sentence that speaks against being visible."""
    reasons = [*explanation.company, *(r for file in explanation.files for r in file.reasons)]
    return [reason.text for reason in reasons if reason.holds is False]


def notes(explanation) -> list[str]:
    return [r.text for file in explanation.files for r in file.reasons if r.holds is None]


def sees(partner, asset, at=NOON) -> bool:
    """What the partner's own list says."""
    with rowscope.limited_to(partner.pk):
        page = selectors.asset_page(partner, AssetFilter(), at=at)
    return partner.is_active and asset.pk in [card.asset.pk for card in page.items]


def test_a_visible_file_has_reasons_for_and_none_against():
    partner = make_partner("Bergmann")
    make_community(partner, name="DACH", folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg", title={"en": "Oats"})

    found = explain(partner, asset, at=NOON)

    assert found.is_visible and sees(partner, asset)
    assert found.summary == "Bergmann sees “Oats”."
    assert against(found) == []
    assert found.files[0].status == Status.CURRENT
    rule = found.files[0].rules[0].rule.name
    assert f"The rule “{rule}” puts it into DACH, where the company is a member." in [
        reason.text for reason in found.files[0].reasons if reason.holds
    ]


def test_a_file_that_is_not_approved_says_the_librarys_word():
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg", approved=False, approval_word="PENDING")

    found = explain(partner, asset, at=NOON)

    assert not found.is_visible
    assert against(found) == ["It is not approved: the media library says “PENDING”."]
    assert "PENDING" in found.summary


def test_an_older_approved_version_stays_and_the_newer_one_is_named():
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg", uuid="one")
    release(
        file_fact(
            "/Pantry/oats.jpg",
            uuid="two",
            previous_uuids=["one"],
            once_approved=[],
            approved=False,
            approval_word="PENDING",
            modified_at=NOON + DAY,
        )
    )

    found = explain(partner, asset, at=NOON + DAY)

    assert found.is_visible
    assert "A newer version waits for approval: the media library says “PENDING”." in notes(found)


def test_a_deleted_file_says_when():
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg", uuid="one")
    releases.file_is_gone(source="dam", uuid="one", now=NOON + DAY)

    found = explain(partner, asset, at=NOON + 2 * DAY)

    assert against(found) == [
        "The file was deleted in the media library on 2 Sep 2026, \u206612:00 UTC\u2069."
    ]
    assert any("Deleted at the source" in note for note in notes(found))


def test_rights_that_ended_and_rights_that_begin_later():
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    over = release_one("/Pantry/old.jpg", rights_end=NOON + DAY)
    later = release_one("/Pantry/new.jpg", rights_start=NOON + 3 * DAY)

    ended, scheduled = (explain(partner, asset, at=NOON + 2 * DAY) for asset in (over, later))

    assert not ended.is_visible and not sees(partner, over, NOON + 2 * DAY)
    assert [text.split(" on ")[0] for text in against(ended)] == ["The rights ended"]
    assert scheduled.is_visible and scheduled.files[0].status == Status.SCHEDULED
    assert any("cannot be downloaded" in note for note in notes(scheduled))


def test_a_suspended_company_sees_nothing_whatever_the_rules_say():
    partner = make_partner(status=PartnerStatus.SUSPENDED)
    make_community(partner, folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg")

    found = explain(partner, asset, at=NOON)

    assert not found.is_visible
    assert against(found) == ["The company is suspended: its people and systems see nothing."]


def test_a_company_outside_the_community_is_told_apart_from_no_rule_at_all():
    inside, outside = make_partner(), make_partner()
    make_community(inside, name="DACH", folder="/Pantry")
    make_community(outside, name="Gulf", folder="/Gulf")
    routed, stray = release_one("/Pantry/oats.jpg"), release_one("/Elsewhere/oats.jpg")

    there, nowhere = explain(outside, routed, at=NOON), explain(outside, stray, at=NOON)

    assert explain(inside, routed, at=NOON).is_visible
    assert against(there) == ["None of the communities it is meant for has the company as a member."]
    assert against(nowhere) == ["No routing rule in force matches this file."]


def test_a_company_in_no_community_is_told_so():
    partner = make_partner()
    make_community(make_partner(), folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg")

    assert "It belongs to no open community, and everything comes through communities." in against(
        explain(partner, asset, at=NOON)
    )


def test_a_rule_that_does_not_match_says_what_the_file_has_and_what_it_wants():
    partner = make_partner()
    community = make_community(partner)
    make_rule(
        community,
        name="Strict",
        folders=["/Home"],
        markets=["FR", "BE"],
        languages=["fr"],
        kinds=["logo"],
        metadata={"campaign": ["Spring"]},
    )
    asset = release_one("/Pantry/oats.jpg", markets=("DE",), language="de", metadata={"campaign": "Winter"})

    reading = explain(partner, asset, at=NOON).files[0].rules[0]

    assert not reading.matches
    assert list(reading.misses) == [
        "Folders: the file has /Pantry, the rule wants /Home.",
        "Types: the file has Packshot, the rule wants logo.",
        "Markets: the file has DE, the rule wants FR, BE.",
        "Languages: the file has German, the rule wants fr.",
        "Metadata: the file has campaign = Winter, the rule wants campaign = Spring.",
    ]


def test_a_rule_that_is_not_in_force_is_mentioned_when_it_would_match():
    partner = make_partner()
    community = make_community(partner)
    make_rule(community, name="Asleep", folders=["/Pantry"], is_active=False)
    asset = release_one("/Pantry/oats.jpg")

    assert "The rule “Asleep” would match but is not in force." in notes(explain(partner, asset, at=NOON))


def test_a_rule_into_a_closed_community_leads_nowhere():
    partner = make_partner()
    community = make_community(partner, folder="/Pantry")
    community.status = CommunityStatus.CLOSED
    community.save()
    asset = release_one("/Pantry/oats.jpg")

    found = explain(partner, asset, at=NOON)

    assert not found.is_visible
    assert any("leads to no open community" in note for note in notes(found))


def test_what_the_rules_want_but_is_not_published_yet_names_the_pass_or_asks_for_one():
    partner = make_partner()
    community = make_community(partner)
    asset = release_one("/Pantry/oats.jpg")
    make_rule(community, folders=["/Pantry"])

    before = against(explain(partner, asset, at=NOON))
    request_routing(now=NOON)
    during = against(explain(partner, asset, at=NOON))
    while releases.continue_routing(now=NOON):
        pass
    after = explain(partner, asset, at=NOON)

    assert before == ["It is meant for the company but not published yet. Ask for a pass over all files."]
    assert during == ["A pass over all files is under way and has not settled this file yet."]
    assert after.is_visible and against(after) == []


def test_each_language_has_its_own_reading():
    partner = make_partner()
    community = make_community(partner)
    make_rule(community, folders=["/Pantry"], languages=["de"])
    asset, _same = release(
        file_fact("/Pantry/de.jpg", group="oats", language="de"),
        file_fact("/Pantry/fr.jpg", group="oats", language="fr"),
    )

    found = explain(partner, asset, at=NOON)

    assert [(file.variant.language, file.is_visible) for file in found.files] == [("de", True), ("fr", False)]


def test_explaining_asks_as_many_questions_for_many_rules_and_files():
    partner = make_partner()
    community = make_community(partner)
    make_rule(community, folders=["/Pantry"])
    small = release_one("/Pantry/oats.jpg")
    explain(partner, small, at=NOON)
    with CaptureQueriesContext(connection) as few:
        explain(partner, small, at=NOON)
    for number in range(5):
        make_rule(community, folders=[f"/{number}"])
    large = release(
        *(file_fact(f"/Pantry/{code}.jpg", group="many", language=code) for code in ("de", "fr", "es"))
    )[0]
    with CaptureQueriesContext(connection) as many:
        explain(partner, large, at=NOON)

    assert len(few) == len(many)


@pytest.mark.parametrize(
    "ask",
    [
        lambda a: a.public_id,
        lambda a: a.variants.get().public_id,
        lambda a: a.variants.get().current.public_id,
        lambda a: a.product.public_id,
        lambda a: a.product.gtin,
        lambda a: a.product.gtin.lstrip("0"),
        lambda a: "uuid-of-it",
        lambda a: "oats_front.jpg",
        lambda a: "OATS_FRONT.JPG",
        lambda a: "/Pantry/Oats/oats_front.jpg",
        lambda a: "/Pantry/Oats",
        lambda a: "crunchy flakes",
    ],
    ids=[
        "asset id", "variant id", "version id", "product id", "GTIN", "barcode without zeros", "id of the DAM",
        "file name", "file name in capitals", "path", "folder", "words",
    ],
)  # fmt: skip
def test_an_asset_is_found_by_whatever_is_in_hand(ask):
    asset = release_one(
        "/Pantry/Oats/oats_front.jpg",
        uuid="uuid-of-it",
        gtin=gtin14(952123400001),
        title={"en": "Crunchy oat flakes"},
    )
    release_one("/Home/soap.jpg", title={"en": "Soap"}, gtin=gtin14(952123400002))

    assert list(assets_matching(ask(asset))) == [asset]


@pytest.mark.parametrize("text", ["", "  ", "\x00", "nothing like it", "%", "ast_aaaaaaaaaaaaaaaa"])
def test_nothing_is_found_by_words_that_mean_nothing(text):
    release_one("/Pantry/oats.jpg")

    assert list(assets_matching(text)) == []
