"""Steps: answered, bound to what was seen, closed by facts, waived, opened again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import signals
from portal.core import rowscope
from portal.core.errors import BadInput
from portal.onboarding import selectors, services
from portal.onboarding.choices import EnrolmentState, Origin, StepKind, StepState
from portal.onboarding.models import Enrolment, EnrolmentStep, OnboardingAcceptance
from portal.packs import confirming
from portal.packs.choices import Answer
from portal.packs.selectors import By
from portal.partners import services as partners
from portal.partners.models import Channel
from portal.renditions.choices import VerdictState
from portal.renditions.models import PictureTest, Specification
from tests.builders import NOON, make_community, make_partner, make_user
from tests.portal.onboarding.builders import US, begin, make_document, make_programme, step_of
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def told():
    """Which enrolments were told to the outside, in order."""
    heard: list[tuple[int, int]] = []

    def listen(sender, enrolments, **kwargs):
        heard.extend((each.pk, each.revision) for each in enrolments)

    signals.onboarding_changed.connect(listen)
    yield heard
    signals.onboarding_changed.disconnect(listen)


def test_company_data_are_confirmed_as_they_were_seen():
    partner = make_partner()
    step = step_of(begin(partner, StepKind.COMPANY_DATA, StepKind.OTHER), StepKind.COMPANY_DATA)
    seen = services.company_digest(partner)
    partner.name = "Another name"
    partner.save()

    with pytest.raises(services.DataChanged) as error:
        services.confirm_company_data(step=step, sha256=seen, by=US, now=NOON)
    done = services.confirm_company_data(
        step=step, sha256=services.company_digest(partner), by=US, now=NOON + DAY
    )

    assert error.value.extra == {"sent": seen, "current": services.company_digest(partner)}
    assert (done.state, done.closed_at, done.actor, done.origin) == (
        StepState.DONE, NOON + DAY, "user:usr_test", Origin.PORTAL,
    )  # fmt: skip
    assert done.evidence["data"]["name"] == "Another name"


def test_what_is_wrong_with_company_data_is_kept_until_they_are_right():
    partner = make_partner()
    enrolment = begin(partner, StepKind.COMPANY_DATA)
    step = step_of(enrolment, StepKind.COMPANY_DATA)

    services.dispute_company_data(step=step, note="  We moved. ", by=US, now=NOON)
    step.refresh_from_db()
    assert (step.state, step.note) == (StepState.OPEN, "We moved.")
    with pytest.raises(BadInput):
        services.dispute_company_data(step=step, note=" ", by=US, now=NOON)

    services.confirm_company_data(step=step, sha256=services.company_digest(partner), by=US, now=NOON)
    assert step_of(enrolment, StepKind.COMPANY_DATA).note == ""


def test_terms_are_accepted_in_the_revision_that_was_read():
    enrolment = begin(make_partner(), StepKind.TERMS)
    step = step_of(enrolment, StepKind.TERMS)
    document = make_document("terms", body="Stricter.")

    with pytest.raises(services.DocumentReplaced) as error:
        services.accept_document(step=step, revision=1, language="de", by=US, now=NOON)
    done = services.accept_document(step=step, revision=2, language="de", by=US, now=NOON)
    make_document("terms", body="Stricter still.")

    assert error.value.extra == {"sent": 1, "current": 2}
    acceptance = OnboardingAcceptance.objects.get()
    assert done.evidence == {
        "document": document.public_id,
        "revision": 2,
        "sha256": document.current.sha256,
        "language": "de",
        "acceptance": acceptance.public_id,
    }
    assert acceptance.revision == document.current


def test_a_step_is_closed_once_and_told_once(told):
    enrolment = begin(make_partner(), StepKind.OTHER, StepKind.COMPANY_DATA)
    step = step_of(enrolment, StepKind.OTHER)
    told.clear()

    services.tick(step=step, by=US, now=NOON)
    again = services.tick(step=step, by=services.By(Origin.API, "client:cli_1"), now=NOON + DAY)

    assert (again.actor, again.closed_at) == ("user:usr_test", NOON)
    assert told == [(enrolment.pk, 2)]


def test_the_last_step_completes_it_and_opening_one_again_takes_that_back():
    enrolment = begin(make_partner(), StepKind.OTHER)
    step = step_of(enrolment, StepKind.OTHER)

    services.tick(step=step, by=US, now=NOON + DAY)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.completed_at) == (EnrolmentState.COMPLETED, NOON + DAY)

    assert services.reopen(step=step, by=US, now=NOON + 2 * DAY)
    assert not services.reopen(step=step, by=US, now=NOON + 2 * DAY)
    enrolment.refresh_from_db()
    step.refresh_from_db()
    assert (enrolment.state, enrolment.completed_at, step.state) == (EnrolmentState.ACTIVE, None, "open")


def test_optional_steps_may_be_left_out_and_others_only_by_staff():
    enrolment = begin(make_partner(), StepKind.API, StepKind.COLLEAGUES, optional=[StepKind.API])
    optional, needed = step_of(enrolment, StepKind.API), step_of(enrolment, StepKind.COLLEAGUES)

    with pytest.raises(services.NotOptional):
        services.skip(step=needed, by=US, now=NOON)
    services.skip(step=optional, by=US, now=NOON)
    assert services.waive(step=needed, reason="One-person shop", now=NOON, actor="user:usr_staff")

    assert list(EnrolmentStep.objects.order_by("number").values_list("state", "origin", "evidence")) == [
        ("waived", "portal", {"skipped": True}),
        ("waived", "staff", {"reason": "One-person shop"}),
    ]


def test_nobody_can_tick_what_the_portal_sees_by_itself():
    step = step_of(begin(make_partner(), StepKind.COLLEAGUES), StepKind.COLLEAGUES)

    with pytest.raises(services.CompletesItself):
        services.tick(step=step, by=US, now=NOON)
    with pytest.raises(BadInput):
        services.confirm_company_data(step=step, sha256="0" * 64, by=US, now=NOON)


def test_nothing_is_answered_after_it_was_ended():
    enrolment = begin(make_partner(), StepKind.OTHER)
    step = step_of(enrolment, StepKind.OTHER)

    assert services.cancel(enrolment=enrolment, now=NOON, actor="user:usr_staff")
    assert not services.cancel(enrolment=enrolment, now=NOON, actor="user:usr_staff")
    with pytest.raises(services.NotUnderWay):
        services.tick(step=step, by=US, now=NOON)
    assert selectors.current_path(enrolment.partner) is None


# -- Facts -----------------------------------------------------------------------------------------------------------
def look(enrolment, now=NOON + DAY):
    return services.observe(enrolments=[enrolment], now=now)


def test_a_second_person_completes_inviting_colleagues():
    partner = make_partner()
    make_user(partner)
    enrolment = begin(partner, StepKind.COLLEAGUES)

    assert look(enrolment) == 0
    second = make_user(partner)
    assert (look(enrolment), look(enrolment)) == (1, 0)

    step = step_of(enrolment, StepKind.COLLEAGUES)
    assert (step.state, step.origin, step.evidence["person"]) == ("done", "facts", second.public_id)


def test_a_picture_that_fits_a_channel_completes_setting_one_up():
    partner = make_partner()
    enrolment = begin(partner, StepKind.CHANNEL)
    specification = Specification.objects.first()
    channel = Channel.objects.create(
        partner=partner, name="Shop", kind="shop", specification=specification, created_at=NOON
    )
    tried = {
        "partner": partner,
        "channel": channel,
        "specification": specification.revisions.get(),
        "file_name": "a.jpg",
        "sha256": "a" * 64,
        "actor": "user:usr_test",
        "made_at": NOON,
    }

    PictureTest.objects.create(state=VerdictState.FAILED, **tried)
    assert look(enrolment) == 0
    PictureTest.objects.create(state=VerdictState.PASSED, **tried)
    assert (look(enrolment), look(enrolment)) == (1, 0)

    step = step_of(enrolment, StepKind.CHANNEL)
    assert (step.state, step.origin, step.evidence["channel"]) == ("done", "facts", channel.public_id)


def test_a_company_that_has_colleagues_is_not_asked_for_them():
    partner = make_partner()
    make_user(partner)
    make_user(partner)

    assert begin(partner, StepKind.COLLEAGUES, StepKind.OTHER).steps.get(number=1).state == StepState.DONE


def test_the_first_call_completes_connecting_a_system_in_the_same_transaction():
    partner = make_partner()
    enrolment = begin(partner, StepKind.API)
    client, _secret = partners.create_api_client(
        partner=partner, name="PIM", scopes=["assets:read"], now=NOON
    )
    assert look(enrolment) == 0

    services.note_call(client=client, now=NOON + DAY)
    services.note_call(client=client, now=NOON + 2 * DAY)

    step = step_of(enrolment, StepKind.API)
    assert step.evidence == {"client": client.public_id, "at": (NOON + DAY).isoformat()}
    assert step.closed_at == NOON + DAY


def test_the_pack_is_taken_when_every_file_has_its_answer():
    partner = make_partner()
    community = make_community(partner, folder="/Pack")
    assets = shelf("/Pack", ["a.jpg", "b.jpg"])
    pack = make_pack(community)
    pick(pack, assets)
    version = issue(pack)
    pack.refresh_from_db()
    enrolment = begin(partner, StepKind.PACK, pack=pack)
    digests = list(version.files.order_by("position").values_list("sha256", flat=True))
    by = By(partner, "system")

    def say(digest):
        confirming.confirm(
            pack=pack, by=by, given=[confirming.Given(digest, Answer.RECEIVED)], now=NOON + DAY
        )

    say(digests[0])
    assert look(enrolment) == 0
    say(digests[1])
    assert (look(enrolment), look(enrolment)) == (1, 0)

    step = step_of(enrolment, StepKind.PACK)
    assert step.evidence == {
        "pack": pack.public_id,
        "version": 1,
        "manifest_sha256": version.sha256,
        "files": 2,
    }


def test_an_answer_that_became_stale_does_not_complete_the_pack():
    partner = make_partner()
    community = make_community(partner, folder="/Pack")
    pack = make_pack(community)
    pick(pack, shelf("/Pack", ["a.jpg", "b.jpg"]))
    version = issue(pack)
    pack.refresh_from_db()
    enrolment = begin(partner, StepKind.PACK, pack=pack)
    for digest in version.files.values_list("sha256", flat=True):
        confirming.confirm(
            pack=pack,
            by=By(partner, "system"),
            given=[confirming.Given(digest, Answer.RECEIVED)],
            now=NOON,
        )
    replace("/Pack", "a.jpg", uuid="newer", now=NOON + DAY)

    issue(pack, now=NOON + DAY)

    assert look(enrolment) == 0


def test_a_replaced_file_that_nobody_can_answer_for_yet_does_not_complete_the_pack():
    partner = make_partner()
    pack = make_pack(make_community(partner, folder="/Pack"))
    pick(pack, shelf("/Pack", ["a.jpg", "b.jpg"]))
    version = issue(pack)
    pack.refresh_from_db()
    enrolment = begin(partner, StepKind.PACK, pack=pack)
    replace("/Pack", "a.jpg", uuid="newer", now=NOON + DAY)

    confirming.confirm_all(
        pack=pack,
        by=By(partner, "system"),
        manifest_sha256=version.sha256,
        given=confirming.Given("", Answer.RECEIVED),
        now=NOON + DAY,
    )

    assert look(enrolment) == 0


def test_looking_takes_as_many_queries_for_many_companies_as_for_one():
    make_programme(StepKind.COLLEAGUES, StepKind.API, StepKind.OTHER)

    def queries(count):
        while Enrolment.objects.count() < count:
            services.enrol(partner=make_partner(), now=NOON)
        with CaptureQueriesContext(connection) as captured:
            services.observe_all(now=NOON)
        return len(captured)

    assert queries(1) == queries(4)


def test_a_companys_session_answers_within_its_own_rows():
    ours, theirs = make_partner(), make_partner()
    make_user(ours)
    make_user(ours)
    mine = begin(ours, StepKind.TERMS, StepKind.OTHER, StepKind.API)
    services.enrol(partner=theirs, now=NOON)

    with rowscope.limited_to(ours.pk):
        services.accept_document(
            step=step_of(mine, StepKind.TERMS), revision=1, language="en", by=US, now=NOON
        )
        look(mine)
        path = selectors.current_path(ours)
        assert EnrolmentStep.objects.count() == 3

    assert (path.done, path.total, path.next_step.kind) == (1, 3, "other")
