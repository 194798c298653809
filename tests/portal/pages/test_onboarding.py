"""Getting started on pages: the way, a page for each step, and the card on Home."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.api.permissions import SCOPES
from portal.onboarding import codes, services
from portal.onboarding.choices import Approval, StepKind
from portal.onboarding.models import Enrolment, EnrolmentStep
from portal.packs.models import Confirmation
from portal.partners.choices import Role
from portal.partners.models import ApiClient, Membership
from tests.builders import make_user
from tests.portal.onboarding.builders import begin, make_document, make_programme, step_of
from tests.portal.packs.builders import issue, make_pack, pick, shelf
from tests.portal.pages.reading import links, words

KINDS = (
    StepKind.COMPANY_DATA,
    StepKind.GUIDELINES,
    StepKind.TERMS,
    StepKind.CHANNEL,
    StepKind.COLLEAGUES,
    StepKind.API,
    StepKind.OTHER,
)


@pytest.fixture
def way(jana) -> Enrolment:
    Membership.objects.filter(user=jana.user).update(role=Role.MANAGER)
    return begin(jana.partner, *KINDS, now=timezone.now(), title="Welcome, retailers")


def place(jana, step: EnrolmentStep) -> str:
    return f"/o/{jana.partner.slug}/onboarding/{step.public_id}/"


def answer(jana, way, kind, **data):
    return jana.client.post(place(jana, step_of(way, kind)), data, follow=True)


def test_the_channel_step_leads_to_where_a_picture_is_tried(jana, way):
    assert f"/o/{jana.partner.slug}/settings/channels/add/" in links(
        jana.client.get(place(jana, step_of(way, StepKind.CHANNEL)))
    )


def test_home_shows_the_way_until_it_is_done(jana, way):
    shown = jana.get()
    assert "Getting started 0 of 7 steps done" in words(shown)
    assert "7 steps are left to get started." in words(shown)
    assert place(jana, step_of(way, StepKind.COMPANY_DATA)) in links(shown)

    for step in way.steps.all():
        services.waive(step=step, reason="x", now=timezone.now(), actor="system")

    assert "Getting started" not in words(jana.get())
    assert "is all set since" in words(jana.get("onboarding/"))


def test_the_way_has_one_primary_action_and_says_who_did_what(jana, way):
    answer(jana, way, StepKind.COMPANY_DATA, answer="right", sha256=services.company_digest(jana.partner))

    shown = jana.get("onboarding/")

    assert "Welcome, retailers" in words(shown) and "by Jana Kessler" in words(shown)
    assert shown.content.decode().count("btn-primary") == 1
    assert "Read the guidelines" in words(shown)


def test_company_data_are_confirmed_or_said_to_be_wrong(jana, way):
    wrong = answer(jana, way, StepKind.COMPANY_DATA, answer="wrong", note="We moved.", sha256="0" * 64)
    assert "We look into it" in words(wrong) and "You told us: We moved." in words(wrong)
    assert "Please say what is wrong." in words(
        answer(jana, way, StepKind.COMPANY_DATA, answer="wrong", sha256="0" * 64)
    )
    old = answer(jana, way, StepKind.COMPANY_DATA, answer="right", sha256="0" * 64)
    assert "have changed since they were shown" in words(old)

    done = answer(
        jana, way, StepKind.COMPANY_DATA, answer="right", sha256=services.company_digest(jana.partner)
    )

    assert "Done. 6 steps are left." in words(done)
    assert done.request["PATH_INFO"] == place(jana, step_of(way, StepKind.GUIDELINES))


def test_terms_need_their_tick_and_are_kept_with_the_revision_and_language(jana, way):
    jana.client.cookies["language"] = "en"
    untouched = answer(jana, way, StepKind.TERMS, revision=1)
    assert "Tick the box to accept the terms." in words(untouched)
    make_document("terms", body="Stricter.")
    assert "There is a newer revision" in words(answer(jana, way, StepKind.TERMS, revision=1, agreed="on"))

    answer(jana, way, StepKind.TERMS, revision=2, agreed="on")

    step = step_of(way, StepKind.TERMS)
    assert (step.evidence["revision"], step.evidence["language"], step.user) == (2, "en", jana.user)


def test_a_colleague_is_invited_and_the_step_waits_until_they_come(jana, way):
    said = answer(
        jana, way, StepKind.COLLEAGUES, email="tobias@bergmann.example", role="member", language="de"
    )

    assert "on its way to tobias@bergmann.example" in words(said)
    assert [each.to for each in mail.outbox] == [["tobias@bergmann.example"]]
    assert step_of(way, StepKind.COLLEAGUES).state == "open"
    make_user(jana.partner, email="tobias@bergmann.example")
    assert "Done on" in words(jana.client.get(place(jana, step_of(way, StepKind.COLLEAGUES))))
    again = answer(
        jana, way, StepKind.COLLEAGUES, email="tobias@bergmann.example", role="member", language="de"
    )
    assert "belongs to Bergmann Retail already" in words(again)


def test_a_key_is_shown_once_with_the_first_call_and_the_call_completes_the_step(jana, way):
    shown = answer(jana, way, StepKind.API, name="Webshop PIM")
    client = ApiClient.objects.get()
    secret = shown.context["secret"]
    assert f"'{client.client_id}:{secret}'" in words(shown) and "/api/v1/me" in words(shown)
    assert secret not in jana.client.get(place(jana, step_of(way, StepKind.API))).content.decode()

    token = Client().post(
        "/identity/o/api/token",
        {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret},
    )
    headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
    assert Client().get("/api/v1/me", headers=headers).json()["client"]["name"] == "Webshop PIM"

    assert step_of(way, StepKind.API).state == "done"


def test_the_first_key_reads_everything_and_changes_little_and_the_page_says_so(jana, way):
    before = words(jana.client.get(place(jana, step_of(way, StepKind.API))))
    shown = answer(jana, way, StepKind.API, name="Webshop PIM")
    client, secret = shown.context["new_client"], shown.context["secret"]

    def token(scope: str):
        keys = {"client_id": client.client_id, "client_secret": secret, "scope": scope}
        return Client().post("/identity/o/api/token", {"grant_type": "client_credentials", **keys})

    given = [scope for scope in SCOPES if token(scope).status_code == 200]

    assert [scope for scope in SCOPES if scope.endswith(":read")] == [s for s in given if s.endswith(":read")]
    assert [scope for scope in given if not scope.endswith(":read")] == [
        "packs:confirm", "onboarding:complete", "requests:write",
    ]  # fmt: skip
    assert " ".join(given) in before
    assert "It cannot share or embed files" in before


def test_a_pack_is_confirmed_on_its_step(jana):
    pack = make_pack(jana.community, title="Onboarding pack DACH")
    pick(pack, shelf("/Ours", ["a.jpg", "b.jpg"]))
    issue(pack)
    pack.refresh_from_db()
    way = begin(jana.partner, StepKind.PACK, StepKind.OTHER, pack=pack, now=timezone.now())
    shown = jana.client.get(place(jana, step_of(way, StepKind.PACK)))
    assert "Onboarding pack DACH" in words(shown) and "Confirm receipt of 2 files" in words(shown)

    done = answer(jana, way, StepKind.PACK, manifest_sha256=pack.current.sha256)

    assert "Done. 1 step is left." in words(done)
    assert Confirmation.objects.filter(partner=jana.partner, user=jana.user).count() == 2


def test_a_pack_that_is_not_there_yet_says_so(jana):
    way = begin(jana.partner, StepKind.PACK, pack=make_pack(jana.community), now=timezone.now())

    assert "The pack is on its way" in words(jana.client.get(place(jana, step_of(way, StepKind.PACK))))


def test_the_last_step_leads_to_the_end_and_optional_ones_may_be_left_out(jana):
    way = begin(
        jana.partner, StepKind.OTHER, StepKind.GUIDELINES, optional=[StepKind.OTHER], now=timezone.now()
    )
    answer(jana, way, StepKind.GUIDELINES, revision=1)

    done = answer(jana, way, StepKind.OTHER, skip="yes")

    assert "That was the last step. You are all set." in words(done)
    assert "Not needed" in words(done)


@pytest.mark.parametrize(
    ("role", "kind"),
    [(Role.VIEWER, StepKind.TERMS), (Role.MEMBER, StepKind.API), (Role.MEMBER, StepKind.COLLEAGUES)],
)
def test_who_may_not_answer_sees_the_step_without_a_form(jana, way, role, kind):
    Membership.objects.filter(user=jana.user).update(role=role)
    step = step_of(way, kind)

    shown = jana.client.get(place(jana, step))
    refused = answer(
        jana,
        way,
        kind,
        revision=1,
        agreed="on",
        name="PIM",
        email="x@y.example",
        role="member",
        language="en",
    )

    assert "You can look at this step." in words(shown)
    assert "Ask somebody of your company" in words(refused)
    assert step_of(way, kind).state == "open"
    assert not ApiClient.objects.exists() and not mail.outbox


def test_reading_a_page_changes_nothing_but_what_has_happened(jana, way):
    for step in way.steps.all():
        assert jana.client.get(place(jana, step), {"skip": "yes", "answer": "right"}).status_code == 200

    assert set(way.steps.values_list("state", flat=True)) == {"open"}


# -- Codes -----------------------------------------------------------------------------------------------------------
def test_a_company_begins_with_a_code_and_waits_where_staff_approve(jana):
    make_programme(StepKind.OTHER)
    now = timezone.now()
    _row, text = codes.make_code(
        approval=Approval.MANUAL, expires_at=now + timedelta(days=7), now=now, actor="system"
    )
    assert "Have you been sent a code?" in words(jana.get("onboarding/"))
    address = f"/o/{jana.partner.slug}/onboarding/code/"

    wrong = jana.client.post(address, {"code": "AAAA-BBBB-CCCC-DDDD"})
    assert "This code is not valid." in words(wrong)
    waits = jana.client.post(address, {"code": text}, follow=True)

    assert "We look at your application" in words(waits)
    assert "waits for approval" in words(jana.get())
    services.approve(enrolment=Enrolment.objects.get(), now=now, actor="system")
    assert "0 of 1 steps done" in words(jana.get("onboarding/"))


def test_pages_ask_as_many_questions_for_many_steps_as_for_one(jana):
    def queries(*kinds):
        Enrolment.objects.all().delete()
        make_programme(*kinds, title="t", kinds=["retailer"])
        way = services.enrol(partner=jana.partner, now=timezone.now())
        first = way.steps.order_by("number").first()
        counts = []
        for path in ("", "onboarding/", f"onboarding/{first.public_id}/"):
            jana.get(path)
            with CaptureQueriesContext(connection) as captured:
                jana.get(path)
            counts.append(len(captured))
        return counts

    assert queries(StepKind.OTHER) == queries(*[StepKind.OTHER] * 5)
