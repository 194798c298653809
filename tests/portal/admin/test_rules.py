"""Routing rules: checked in words, tried before they are saved, and followed by a pass."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.activity.models import Activity
from portal.partners.choices import CommunityStatus
from portal.publications import dry_run
from portal.publications.forms import RuleForm, check_digit
from portal.publications.models import Publication, RoutingRule, RoutingRun
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
from tests.portal.admin.reading import words

pytestmark = pytest.mark.django_db
ADD = "/admin/portal/routingrule/add/"
LIST = "/admin/portal/routingrule/"


def filled(*communities, **fields) -> dict:
    return {
        "name": "A rule",
        "is_active": "on",
        "communities": [community.pk for community in communities],
        **fields,
    }


def errors(**fields) -> dict[str, list[str]]:
    community = make_community(make_partner())
    return dict(RuleForm(filled(community, **fields)).errors)


def settle() -> None:
    while releases.continue_routing(now=NOON):
        pass


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("folders", "Pantry", "“Pantry” does not begin with a slash. Write /Pantry."),
        ("gtins", "123", "“123” is no GTIN. A GTIN has 8, 12, 13 or 14 digits and nothing else."),
        ("gtins", "9521234000012x", "“9521234000012x” is no GTIN. A GTIN has 8, 12, 13 or 14 digits and nothing else."),
        ("gtins", "09521234000019", "“09521234000019” has a wrong check digit. Look at the digits once more."),
        ("markets", "GER", "“GER” is no market. Write two letters, such as DE."),
        ("languages", "german!", "“german!” is no language. Write its code, such as de or de-AT."),
        (
            "metadata",
            "campaign",
            "“campaign” cannot be read. Write the key, a colon and the values: campaign: Winter Kitchen",
        ),
        (
            "tags",
            "x" * 201,
            f"“{'x' * 40}…” is too long: one entry has at most 200 characters. Is a comma missing?",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_answered_with_a_sentence(field, text, sentence):
    assert errors(**{field: text}) == {field: [sentence]}


def test_a_rule_without_conditions_is_refused():
    assert errors() == {
        "__all__": ["Fill in at least one condition. A rule without any would match nothing."]
    }


def test_a_rule_needs_a_community_and_a_name_of_its_own():
    community = make_community(make_partner())
    make_rule(community, name="Taken", folders=["/x"])

    form = RuleForm({"name": "taken", "folders": "/Pantry"})

    assert dict(form.errors) == {
        "name": ["There is a rule called “taken” already."],
        "communities": ["Choose at least one community: the rule leads nowhere otherwise."],
    }


def test_lists_are_read_as_people_type_them():
    form = RuleForm(
        filled(
            make_community(make_partner()),
            folders="/Pantry/\n/Oils, Vinegars, /Home",
            markets="de, at;CH\nde",
            languages="DE, de-at",
            gtins="4006381333931 \n 96385074",
            tags="new,  top   seller\r\nnew",
            metadata="campaign: Winter Kitchen, Spring\ncampaign: Summer\npublic_use: true",
        )
    )

    assert form.is_valid(), form.errors
    facts = form.facts
    assert facts["folders"] == ["/Pantry", "/Oils, Vinegars", "/Home"]
    assert facts["markets"] == ["DE", "AT", "CH"]
    assert facts["languages"] == ["de", "de-AT"]
    assert facts["gtins"] == ["04006381333931", "00000096385074"]
    assert facts["tags"] == ["new", "top seller"]
    assert facts["metadata"] == {"campaign": ["Winter Kitchen", "Spring", "Summer"], "public_use": ["true"]}


def test_a_saved_rule_comes_back_as_it_was_typed():
    community = make_community(make_partner())
    rule = make_rule(
        community, folders=["/A", "/B"], markets=["DE", "AT"], metadata={"campaign": ["Winter", "Spring"]}
    )

    page = RuleForm(rule=rule)

    assert page["folders"].value() == "/A\n/B"
    assert page["markets"].value() == "DE, AT"
    assert page["metadata"].value() == "campaign: Winter, Spring"


@pytest.mark.parametrize("gtin", ["4006381333931", "0614141000036", "00000096385074"])
def test_the_check_digit_is_the_one_of_the_standard(gtin):
    assert check_digit(gtin.zfill(14)[:13]) == gtin[-1]


def test_a_rule_is_tried_before_it_is_saved(desk):
    community = make_community(make_partner(), name="DACH")
    release_one("/Pantry/oats.jpg")
    release_one("/Pantry/pending.jpg", approved=False)
    data = filled(community, folders="/Pantry")

    tried = desk.post(ADD, {**data, "check": "1"})

    assert not RoutingRule.objects.exists() and not RoutingRun.objects.exists()
    assert "1 files match +1 publications added 0 taken back" in words(tried)
    assert "1 more matches but is not approved or out of its rights." in words(tried)
    assert "oats.jpg" in words(tried)

    saved = desk.post(ADD, {**data, "save": "1", "seen": tried.context["seen"]}, follow=True)

    assert RoutingRule.objects.get().folders == ["/Pantry"]
    assert RoutingRun.objects.filter(finished_at=None).count() == 1
    assert "“A rule” is saved. A pass over all files is under way" in words(saved)
    assert "Routing pass over all files" in words(saved)
    settle()
    assert Publication.objects.get().community == community
    assert "Every file was last checked against the rules on" in words(desk.get(LIST))


def test_saving_what_was_not_tried_shows_its_effect_first(desk):
    community = make_community(make_partner())
    release_one("/Pantry/oats.jpg")
    tried = desk.post(ADD, {**filled(community, folders="/Pantry"), "check": "1"})

    answer = desk.post(
        ADD, {**filled(community, folders="/Home"), "save": "1", "seen": tried.context["seen"]}
    )

    assert not RoutingRule.objects.exists()
    assert "The form was changed. This is its effect now" in words(answer)
    assert desk.post(ADD, {**filled(community, folders="/Home"), "save": "1"}).status_code == 200
    assert not RoutingRule.objects.exists()


def test_saving_names_who_did_it_and_the_same_again_asks_for_no_pass(desk, staff):
    community = make_community(make_partner())
    rule = make_rule(community, name="A rule", folders=["/Pantry"])
    change = reverse("admin:portal_routingrule_change", args=[rule.pk])

    def save(**fields):
        data = filled(community, **fields)
        seen = desk.post(change, {**data, "check": "1"}).context["seen"]
        return desk.post(change, {**data, "save": "1", "seen": seen}, follow=True)

    same = save(folders="/Pantry")
    assert "was like that already" in words(same)
    assert not RoutingRun.objects.exists()

    save(folders="/Pantry\n/Home")
    entry = Activity.objects.get(verb="rule.saved")
    assert (entry.actor, entry.data) == (f"user:{staff.public_id}", {"name": "A rule", "fields": ["folders"]})
    assert RoutingRun.objects.count() == 1


def test_values_no_file_has_are_named_and_may_be_meant_for_later(desk):
    community = make_community(make_partner())
    release_one("/Pantry/oats.jpg", brand="norrvik-pantry", tags=("New",), gtin=gtin14(952123400001))

    answer = desk.post(
        ADD,
        filled(
            community,
            folders="/Pantry\n/Pantri",
            brands="Norrvik-Pantry, norvik",
            tags="new, winter",
            gtins=f"{gtin14(952123400001)} {gtin14(952123400002)}",
            check="1",
        ),
    )

    said = words(answer)
    assert "Brands: no file in the library has norvik." in said
    assert "Tags: no file in the library has winter." in said
    assert f"Products: no file in the library has {gtin14(952123400002)}." in said
    assert "Folders: no file in the library has /Pantri." in said
    assert "Save and run a pass" in said


def test_the_effect_is_what_the_pass_then_does():
    dach, gulf = make_community(make_partner(), name="DACH"), make_community(make_partner(), name="Gulf")
    old = make_rule(dach, name="Old", folders=["/Pantry"])
    make_rule(gulf, name="Other", kinds=["logo"])
    release(
        file_fact("/Pantry/oats.jpg"),
        file_fact("/Pantry/mark.jpg", kind="logo"),
        file_fact("/Home/soap.jpg"),
        file_fact("/Home/mark.jpg", kind="logo"),
        file_fact("/Home/late.jpg", rights_end=NOON - timedelta(days=1)),
        file_fact("/Home/de.jpg", group="soap", language="de"),
        file_fact("/Home/fr.jpg", group="soap", language="fr"),
    )

    def held() -> set[tuple[int, int]]:
        live = Publication.objects.filter(withdrawn_at=None)
        return set(live.values_list("asset_id", "community_id"))

    before = held()
    wanted = RoutingRule(name="Old", folders=["/Home"])
    effect = dry_run.effect_of(wanted, [dach, gulf], replaces=old, at=NOON)
    old.folders = ["/Home"]
    old.save()
    old.communities.set([dach, gulf])
    releases.publications.request_routing(now=NOON)
    settle()
    after = held()

    added, removed = after - before, before - after
    assert {c.pk: effect.added[c.pk] for c in (dach, gulf)} == {
        c.pk: len([1 for _a, community in added if community == c.pk]) for c in (dach, gulf)
    }
    assert {c.pk: effect.removed[c.pk] for c in (dach, gulf)} == {
        c.pk: len([1 for _a, community in removed if community == c.pk]) for c in (dach, gulf)
    }
    assert (effect.added.total(), effect.removed.total()) == (5, 2)
    assert (effect.matched, effect.waiting) == (4, 1)


def test_a_rule_that_is_not_in_force_or_leads_to_a_closed_community_changes_nothing():
    community = make_community(make_partner())
    release_one("/Pantry/oats.jpg")
    asleep = RoutingRule(name="x", folders=["/Pantry"], is_active=False)

    assert dry_run.effect_of(asleep, [community], replaces=None, at=NOON).added.total() == 0
    community.status = CommunityStatus.CLOSED
    awake = RoutingRule(name="x", folders=["/Pantry"])
    assert dry_run.effect_of(awake, [community], replaces=None, at=NOON).added.total() == 0
    assert dry_run.effect_of(awake, [community], replaces=None, at=NOON).matched == 1


def test_removing_a_rule_shows_what_is_taken_back_and_asks_for_a_pass(desk):
    community = make_community(make_partner(), name="DACH")
    rule = make_rule(community, name="Only one", folders=["/Pantry"])
    release_one("/Pantry/oats.jpg")
    remove = reverse("admin:portal_routingrule_remove", args=[rule.pk])

    asked = desk.get(remove)

    assert "1 publication is taken back from partners" in words(asked)
    assert RoutingRule.objects.exists()
    desk.post(remove)
    assert not RoutingRule.objects.exists()
    settle()
    assert Publication.objects.get().withdrawn_at is not None
    assert Activity.objects.get(verb="rule.removed").data == {"name": "Only one"}


def test_a_pass_can_be_asked_for_by_post_alone(desk):
    address = reverse("admin:portal_routingrule_run")

    assert desk.get(address).status_code == 405
    assert not RoutingRun.objects.exists()
    assert "A pass over all files is under way." in words(desk.post(address, follow=True))
    assert RoutingRun.objects.count() == 1


def test_trying_a_rule_over_many_files_takes_a_constant_number_of_queries():
    community = make_community(make_partner())
    make_rule(community, folders=["/Other"])
    wanted = RoutingRule(name="x", folders=["/Pantry"])
    release_one("/Pantry/first.jpg")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            dry_run.effect_of(wanted, [community], replaces=None, at=NOON)
        return len(queries)

    few = asked()
    releases.apply_files(facts=[file_fact(f"/Pantry/{n}.jpg") for n in range(300)], now=NOON)

    assert asked() == few
    assert dry_run.effect_of(wanted, [community], replaces=None, at=NOON).matched == 301
