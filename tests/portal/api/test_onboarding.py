"""The onboarding by API: what it asks for, answers bound to what was shown, and the first call."""

import pytest

from portal.onboarding import services
from portal.onboarding.choices import Origin, StepKind
from portal.onboarding.models import EnrolmentStep, ProgrammeStep
from tests.builders import make_partner
from tests.portal.onboarding.builders import begin, make_document, step_of

pytestmark = pytest.mark.django_db
ALL = (StepKind.COMPANY_DATA, StepKind.TERMS, StepKind.COLLEAGUES, StepKind.API, StepKind.OTHER)


@pytest.fixture
def enrolment(db):
    return begin(make_partner("Bergmann Retail"), *ALL)


@pytest.fixture
def pim(system, enrolment):
    return system(enrolment.partner)


def complete(pim, step, body, key="k1"):
    return pim.write("POST", f"/onboarding/steps/{step.public_id}", body, Idempotency_Key=key)


def test_the_first_call_of_a_system_completes_connecting_it(pim, enrolment):
    assert step_of(enrolment, StepKind.API).state == "open"

    (found,) = pim.get("/onboarding").json()["items"]

    assert [(step["number"], step["kind"], step["state"]) for step in found["steps"]] == [
        (1, "company_data", "open"),
        (2, "terms", "open"),
        (3, "colleagues", "open"),
        (4, "api", "done"),
        (5, "other", "open"),
    ]
    assert (found["done"], found["total"], found["programme"]) == (1, 5, {"en": "Welcome"})
    assert found["steps"][3]["evidence"]["client"] == pim.client.public_id


def test_company_data_are_confirmed_by_their_digest(pim, enrolment):
    step = step_of(enrolment, StepKind.COMPANY_DATA)
    shown = pim.get(f"/onboarding/steps/{step.public_id}").json()
    assert shown["company"]["name"] == "Bergmann Retail"

    old = complete(pim, step, {"company_sha256": "0" * 64}, key="old")
    missing = complete(pim, step, {}, key="missing")
    done = complete(pim, step, {"company_sha256": shown["company_sha256"]}, key="done")

    assert (old.status_code, old.json()["code"], old.json()["current"]) == (
        409, "company_data_changed", shown["company_sha256"],
    )  # fmt: skip
    assert (missing.status_code, missing.json()["errors"][0]["parameter"]) == (400, "company_sha256")
    assert (done.status_code, done.json()["state"], done.json()["origin"]) == (200, "done", Origin.API)


def test_terms_are_accepted_in_the_present_revision_only(pim, enrolment):
    step = step_of(enrolment, StepKind.TERMS)
    make_document("terms", body="Stricter.")

    old = complete(pim, step, {"revision": 1}, key="old")
    done = complete(pim, step, {"revision": 2, "language": "de"}, key="done")

    assert (old.status_code, old.json()["code"]) == (409, "document_replaced")
    assert (old.json()["sent"], old.json()["current"]) == (1, 2)
    assert (done.json()["evidence"]["revision"], done.json()["evidence"]["language"]) == (2, "de")


def test_what_the_portal_sees_cannot_be_claimed(pim, enrolment):
    answer = complete(pim, step_of(enrolment, StepKind.COLLEAGUES), {})

    assert (answer.status_code, answer.json()["code"]) == (409, "step_completes_itself")


def test_optional_steps_may_be_left_out_and_what_is_wrong_be_said(pim, enrolment):
    ProgrammeStep.objects.filter(kind="other").update(is_optional=True)
    data, other = step_of(enrolment, StepKind.COMPANY_DATA), step_of(enrolment, StepKind.OTHER)

    needed = complete(pim, data, {"skip": True}, key="needed")
    skipped = complete(pim, other, {"skip": True}, key="skipped")
    both = complete(pim, data, {"wrong": "The name.", "revision": 1}, key="both")
    said = complete(pim, data, {"wrong": "The name."}, key="said")

    assert (needed.status_code, needed.json()["code"]) == (409, "step_not_optional")
    assert (skipped.status_code, skipped.json()["state"]) == (200, "waived")
    assert both.status_code == 400
    assert (said.status_code, said.json()["state"], said.json()["wrong"]) == (200, "open", "The name.")


def test_the_same_key_gets_the_same_answer_and_the_work_is_done_once(pim, enrolment):
    step = step_of(enrolment, StepKind.OTHER)

    first, again = complete(pim, step, {}), complete(pim, step, {})

    assert (first.status_code, again.body, again["Idempotency-Replayed"]) == (200, first.body, "true")
    assert complete(pim, step, {"revision": 1}).status_code == 422


def test_nothing_is_completed_after_it_was_ended_for_it_is_not_there(pim, enrolment):
    step = step_of(enrolment, StepKind.OTHER)
    services.cancel(enrolment=enrolment, now=enrolment.applied_at, actor="user:usr_staff")

    assert complete(pim, step, {}).status_code == 404
    assert pim.get("/onboarding").json()["items"] == []
    assert not EnrolmentStep.objects.filter(state="done", kind="other").exists()


def test_reading_and_completing_need_their_own_scopes(system, enrolment):
    reader = system(enrolment.partner, scopes=["onboarding:read"])
    step = step_of(enrolment, StepKind.OTHER)

    assert reader.get("/onboarding").status_code == 200
    assert complete(reader, step, {}).json()["code"] == "insufficient_scope"
