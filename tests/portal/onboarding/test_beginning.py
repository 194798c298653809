"""Who begins which programme, how, and when."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from portal.core import rowscope
from portal.onboarding import codes, programmes, services
from portal.onboarding.choices import Approval, EnrolmentState, StartedBy, StepKind
from portal.onboarding.models import Enrolment, OnboardingDocumentRevision, Programme
from portal.releases import services as releases
from tests.builders import NOON, make_community, make_partner
from tests.portal.onboarding.builders import (
    begin,
    make_document,
    make_onboarding_community,
    make_programme,
    plan,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def company(kind="retailer", regions=(), language="en", languages=("en",)):
    partner = make_partner()
    partner.kind, partner.regions, partner.language = kind, list(regions), language
    partner.languages = list(languages)
    partner.save()
    return partner


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({"kind": "retailer"}, "For all"),
        ({"kind": "distributor"}, "Distributors"),
        ({"kind": "distributor", "regions": ["GULF"]}, "Distributors, Gulf"),
        ({"kind": "retailer", "regions": ["GULF"]}, "Gulf"),
        ({"kind": "retailer", "language": "ar"}, "Arabic"),
        ({"kind": "retailer", "languages": ["en", "ar"]}, "Arabic"),
        ({"kind": "retailer", "regions": ["GULF"], "language": "ar"}, "Gulf"),
    ],
)
def test_the_programme_that_says_most_about_a_company_is_its_own(facts, title):
    for name, conditions in {
        "For all": {},
        "Distributors": {"kinds": ["distributor"]},
        "Distributors, Gulf": {"kinds": ["distributor"], "regions": ["GULF"]},
        "Gulf": {"regions": ["GULF"]},
        "Arabic": {"languages": ["ar"]},
    }.items():
        make_programme(StepKind.OTHER, title=name, **conditions)

    assert programmes.choose(company(**facts)).name == title


def test_a_company_that_no_programme_is_meant_for_does_not_begin():
    make_programme(StepKind.OTHER, kinds=["agency"])
    partner = make_partner()

    make_onboarding_community(partner)

    assert Enrolment.objects.count() == 0
    make_programme(StepKind.OTHER)
    assert services.enrol_waiting(now=NOON + DAY) == 1
    assert services.enrol_waiting(now=NOON + DAY) == 0


def test_companies_that_no_programme_is_meant_for_hold_nobody_up(django_assert_max_num_queries):
    make_programme(StepKind.OTHER, kinds=["agency"])
    community = make_onboarding_community(*(company() for _ in range(5)), last := company())
    last.kind = "agency"
    last.save()

    assert services.enrol_waiting(now=NOON, batch=2) == 1
    assert Enrolment.objects.get().partner == last and Enrolment.objects.get().community == community
    # None of them is locked and looked at: the programmes, the companies, and the scope before them.
    with django_assert_max_num_queries(3):
        services.enrol_waiting(now=NOON)


def test_joining_an_onboarding_community_begins_it_and_any_other_does_not():
    make_programme(StepKind.COMPANY_DATA, StepKind.OTHER, due_days=10)
    partner, other = make_partner(), make_partner()

    community = make_onboarding_community(partner)
    make_community(other)
    releases.set_members(community=community, partners=[partner], now=NOON + DAY)

    enrolment = Enrolment.objects.get()
    assert (enrolment.partner, enrolment.community, enrolment.started_by) == (
        partner,
        community,
        StartedBy.COMMUNITY,
    )
    assert [(step.number, step.kind, step.due_at) for step in enrolment.steps.order_by("number")] == [
        (1, "company_data", NOON + 10 * DAY),
        (2, "other", NOON + 10 * DAY),
    ]


def test_leaving_and_joining_again_does_not_begin_it_again():
    make_programme(StepKind.OTHER)
    partner = make_partner()
    community = make_onboarding_community(partner)
    step = Enrolment.objects.get().steps.get()
    services.tick(step=step, by=services.By(services.Origin.PORTAL, "user:usr_1"), now=NOON)

    releases.set_members(community=community, partners=[], now=NOON + DAY)
    releases.set_members(community=community, partners=[partner], now=NOON + 2 * DAY)

    assert Enrolment.objects.get().state == EnrolmentState.COMPLETED


def test_companies_on_the_way_keep_the_steps_they_began_with():
    enrolment = begin(make_partner(), StepKind.OTHER)
    old = Programme.objects.get()

    new = programmes.save_programme(
        programme=old, title={"en": "New"}, steps=plan(StepKind.COMPANY_DATA), now=NOON, actor="system"
    )

    old.refresh_from_db()
    assert new != old and old.closed_at == NOON
    assert [step.kind for step in enrolment.steps.all()] == ["other"]
    again = programmes.save_programme(
        programme=new, title={"en": "Newer"}, steps=plan(StepKind.COMPANY_DATA), now=NOON, actor="system"
    )
    assert (again.pk, again.title) == (new.pk, {"en": "Newer"})


# -- Codes -----------------------------------------------------------------------------------------------------------
def code_for(partner=None, *, approval=Approval.AUTOMATIC, days=7):
    return codes.make_code(
        approval=approval, expires_at=NOON + days * DAY, partner=partner, now=NOON, actor="system"
    )


def test_a_generic_code_serves_everybody_and_a_unique_one_its_company():
    make_programme(StepKind.OTHER)
    ours, theirs = make_partner(), make_partner()
    _row, generic = code_for()
    _row, unique = code_for(ours)

    with pytest.raises(codes.CodeNotValid):
        codes.redeem(partner=theirs, text=unique, now=NOON)
    # As people type it.
    assert codes.redeem(partner=ours, text=f" {unique.lower().replace('-', ' ')}", now=NOON).state == "active"
    assert codes.redeem(partner=theirs, text=generic, now=NOON).started_by == StartedBy.INVITATION
    with pytest.raises(codes.AlreadyUnderWay):
        codes.redeem(partner=theirs, text=generic, now=NOON)


def test_codes_end_by_time_and_by_hand_and_unknown_ones_look_the_same():
    make_programme(StepKind.OTHER)
    partner = make_partner()
    row, text = code_for(days=7)
    said = set()
    for wrong, now in ((text, NOON + 7 * DAY), ("AAAA-AAAA-AAAA-AAAA", NOON), ("", NOON)):
        with pytest.raises(codes.CodeNotValid) as error:
            codes.redeem(partner=partner, text=wrong, now=now)
        said.add(str(error.value))
    assert codes.end_code(code=row, now=NOON, actor="system")
    with pytest.raises(codes.CodeNotValid) as error:
        codes.redeem(partner=partner, text=text, now=NOON)

    assert {str(error.value)} == said and Enrolment.objects.count() == 0


def test_a_company_waits_where_the_code_wants_approval():
    make_programme(StepKind.OTHER)
    partner = make_partner()
    _row, text = code_for(approval=Approval.MANUAL)

    enrolment = codes.redeem(partner=partner, text=text, now=NOON)

    assert (enrolment.state, enrolment.steps.count()) == (EnrolmentState.APPLIED, 0)
    assert services.approve(enrolment=enrolment, now=NOON + DAY, actor="user:usr_1")
    assert not services.approve(enrolment=enrolment, now=NOON + DAY, actor="user:usr_1")
    enrolment.refresh_from_db()
    # The days count from the approval.
    assert (enrolment.state, enrolment.steps.get().due_at) == (EnrolmentState.ACTIVE, NOON + 15 * DAY)


def test_a_company_redeems_a_code_within_its_own_rows():
    make_programme(StepKind.OTHER)
    partner = make_partner()
    _row, text = code_for()

    with rowscope.limited_to(partner.pk):
        enrolment = codes.redeem(partner=partner, text=text, now=NOON)
        assert Programme.objects.get() == enrolment.programme


def test_a_published_revision_never_changes():
    document = make_document("terms")
    make_document("terms")
    make_document("terms", body="Other.")

    assert document.revisions.count() == 2
    for change in (
        lambda: OnboardingDocumentRevision.objects.filter(number=1).update(body={"en": "Forged"}),
        lambda: OnboardingDocumentRevision.objects.filter(number=1).delete(),
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            change()
