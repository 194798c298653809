"""Onboarding for staff: the funnel, each company's way, reminding, waiving, approving, codes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.onboarding import codes, funnel, services
from portal.onboarding.choices import Approval, EnrolmentState, StepKind
from portal.onboarding.models import (
    Enrolment,
    OnboardingCode,
    OnboardingDocument,
    OnboardingReminder,
    Programme,
)
from portal.partners.choices import Role
from tests.builders import NOON, make_partner, make_user
from tests.portal.admin.reading import words
from tests.portal.onboarding.builders import (
    US,
    begin,
    make_document,
    make_onboarding_community,
    make_programme,
    step_of,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def page(model: str, row, name: str = "change", *more) -> str:
    return reverse(f"admin:portal_{model}_{name}", args=[row.pk, *more])


def test_the_funnel_counts_who_reached_passed_and_stopped_at_each_step():
    programme = make_programme(StepKind.COMPANY_DATA, StepKind.OTHER, StepKind.COLLEAGUES, due_days=10)
    for number in range(6):
        way = services.enrol(partner=make_partner(), now=NOON)
        first, second, third = way.steps.order_by("number")
        passed = [[], [first], [first], [first, second], [first, second, third], []][number]
        closings = [services.Closing(step, "done", US) for step in passed]
        if closings:
            services.close_steps(enrolment=way, closings=closings, now=NOON + number * DAY)
        if number == 5:
            services.cancel(enrolment=way, now=NOON + DAY, actor="system")

    lines = funnel.of_programme(programme, now=NOON + 11 * DAY)

    assert [(f.reached, f.passed, f.waiting, f.overdue, f.lost, f.days) for f in lines] == [
        (6, 4, 1, 1, 1, 3.0),
        (4, 2, 2, 2, 0, 4.0),
        (2, 1, 1, 1, 0, 4.0),
    ]
    assert [f.percent for f in lines] == [66, 50, 50]


def test_a_programme_shows_its_funnel_and_can_be_closed(desk):
    way = begin(make_partner(), StepKind.COMPANY_DATA, StepKind.OTHER)
    services.tick(step=step_of(way, StepKind.OTHER), by=US, now=NOON)

    shown = words(desk.get(page("programme", way.programme)))
    desk.post(page("programme", way.programme, "close"))

    assert "1. Confirm your company data 1 0 · 0 % 1" in shown
    assert Programme.objects.get().closed_at is not None


def test_staff_remind_once_a_day_and_see_it(desk):
    partner = make_partner()
    make_user(partner, role=Role.MANAGER)
    way = begin(partner, StepKind.OTHER)
    OnboardingReminder.objects.all().delete()

    first = desk.post(page("enrolment", way, "remind"), follow=True)
    again = desk.post(page("enrolment", way, "remind"), follow=True)

    assert "1 mail goes out." in words(first) and "Reminder of an onboarding asked for" in words(first)
    assert "Nobody was reminded" in words(again)
    ticked = desk.post(
        reverse("admin:portal_enrolment_changelist"),
        {"action": "remind_ticked", "index": 0, "_selected_action": [way.pk]},
        follow=True,
    )
    assert "Nobody was reminded" in words(ticked)


def test_staff_waive_a_step_with_a_reason_and_ask_for_it_again(desk):
    way = begin(make_partner(), StepKind.COLLEAGUES, StepKind.OTHER)
    step = step_of(way, StepKind.COLLEAGUES)
    address = page("enrolment", way, "step", step.public_id)

    waived = words(desk.post(address, {"reason": "A shop of one"}, follow=True))
    assert "A shop of one" in waived and "By staff" in waived
    desk.post(address, {"reopen": "yes"})

    assert step_of(way, StepKind.COLLEAGUES).state == "open"
    other = begin(make_partner(), StepKind.OTHER, kinds=["retailer"])
    foreign = page("enrolment", other, "step", step.public_id)
    assert desk.post(foreign, {"reason": "x"}).status_code == 404


def test_staff_let_a_company_in_that_applied_and_end_what_leads_nowhere(desk):
    make_programme(StepKind.OTHER)
    now = timezone.now()
    _row, text = codes.make_code(approval=Approval.MANUAL, expires_at=now + DAY, now=now, actor="system")
    way = codes.redeem(partner=make_partner("Bergmann"), text=text, now=now)
    assert "1 company waits to begin its onboarding" in words(desk.get(reverse("admin:index")))

    assert "Bergmann can begin." in words(desk.post(page("enrolment", way, "approve"), follow=True))
    desk.post(page("enrolment", way, "cancel"))

    assert Enrolment.objects.get().state == EnrolmentState.CANCELLED


def test_a_code_is_shown_once_and_can_be_ended(desk):
    make_programme(StepKind.OTHER)
    partner = make_partner("Bergmann")
    make = reverse("admin:portal_onboardingcode_make")
    wrong = desk.post(make, {"approval": "automatic", "days": 30})
    assert "wants your approval" in words(wrong)

    shown = desk.post(make, {"partner": partner.pk, "approval": "automatic", "days": 30, "note": "Fair"})
    text = shown.context["made"]["text"]
    row = OnboardingCode.objects.get()
    assert text in words(shown) and text not in words(desk.get(page("onboardingcode", row)))
    assert codes.redeem(partner=partner, text=text, now=timezone.now()).is_active
    assert "1 times a company began with it" in words(desk.get(page("onboardingcode", row)))

    assert "Ended" in words(desk.post(page("onboardingcode", row, "end"), follow=True))


def test_today_names_what_waits_for_staff(desk):
    now = timezone.now()
    make_programme(StepKind.COMPANY_DATA, due_days=1, kinds=["retailer"], now=now - 9 * DAY)
    way = services.enrol(partner=make_partner(), now=now - 9 * DAY)
    step = step_of(way, StepKind.COMPANY_DATA)
    services.dispute_company_data(step=step, note="We moved", by=US, now=now)
    lost = make_partner("Nowhere")
    lost.kind = "agency"
    lost.save()
    make_onboarding_community(lost)

    shown = words(desk.get(reverse("admin:index")))

    assert "1 company says its data are wrong" in shown
    assert "1 company is late with its onboarding" in shown
    assert "No onboarding programme is meant for 1 company Nowhere" in shown
    assert "Says its data are wrong" in words(desk.get(reverse("admin:portal_enrolment_changelist")))
    assert "We moved" in words(desk.get(page("enrolment", way)))


# -- Putting it together ---------------------------------------------------------------------------------------------
def step_rows(*rows: dict) -> dict[str, str]:
    data = {"steps-TOTAL_FORMS": str(len(rows)), "steps-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"steps-{number}-{name}": value for name, value in row.items()}
    return data


def test_staff_make_a_text_and_a_programme_and_a_company_begins_it(desk):
    text = {
        "key": "media-terms",
        "kind": "terms",
        "title": "Terms\nde: Bedingungen",
        "body_en": "One.\r\n\r\nTwo.",
    }
    desk.post(reverse("admin:portal_onboardingdocument_add"), text)
    document = OnboardingDocument.objects.get()
    assert (document.current.title, document.current.body) == (
        {"en": "Terms", "de": "Bedingungen"},
        {"en": "One.\n\nTwo."},
    )
    rows = step_rows(
        {"kind": "terms", "due_days": "7", "document": str(document.pk)},
        {"kind": ""},
        {"kind": "other", "due_days": "9", "title": "Call us", "is_optional": "on"},
    )

    desk.post(
        reverse("admin:portal_programme_add"),
        {
            "title": "Hello\nde: Hallo",
            "kinds": ["retailer"],
            "regions": "DACH, GULF",
            "languages": "",
            **rows,
        },
    )

    programme = Programme.objects.get()
    assert (programme.title, programme.kinds, programme.regions) == (
        {"en": "Hello", "de": "Hallo"}, ["retailer"], ["DACH", "GULF"],
    )  # fmt: skip
    assert list(
        programme.steps.order_by("number").values_list("kind", "due_days", "is_optional", "title")
    ) == [
        ("terms", 7, False, {}),
        ("other", 9, True, {"en": "Call us"}),
    ]
    shown = desk.get(page("programme", programme, "edit"))
    assert "de: Hallo" in shown.content.decode() and "en: Call us" in shown.content.decode()


def test_a_step_that_lacks_what_it_asks_for_is_not_saved(desk):
    guidelines = make_document("guide", "guidelines")
    rows = step_rows({"kind": "terms", "document": str(guidelines.pk)}, {"kind": "pack"}, {"kind": "other"})

    said = words(desk.post(reverse("admin:portal_programme_add"), {"title": "Hello", **rows}))
    empty = words(
        desk.post(reverse("admin:portal_programme_add"), {"title": "Hello", **step_rows({"kind": ""})})
    )

    assert "Choose a text of this kind." in said and "Choose the pack." in said
    assert "Say what is to be done." in said and "Add at least one step." in empty
    assert not Programme.objects.exists()


def test_changing_a_text_is_the_next_revision_and_the_same_is_none(desk):
    document = make_document("terms")
    address = page("onboardingdocument", document)
    text = {"key": "terms", "kind": "terms", "title": "Terms", "body_en": "Stricter."}

    for _turn in range(2):
        desk.post(address, text)

    document.refresh_from_db()
    assert (document.current.number, document.current.body) == (2, {"en": "Stricter."})
    assert "This text is of another kind." in words(desk.post(address, {**text, "kind": "guidelines"}))
