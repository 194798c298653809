"""Onboarding both ways: joined there, done here, shown there; done there, shown here; nobody hears an echo."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from integrations.management import onboarding_demo
from integrations.models import ExternalReference, InboundEvent, OutboxMessage
from portal.activity.models import Activity
from portal.onboarding import codes, funnel, reminding, services
from portal.onboarding.choices import Approval, EnrolmentState, Origin, StepKind
from portal.onboarding.models import Enrolment, EnrolmentStep
from portal.onboarding.services import By
from portal.partners.choices import Role
from portal.partners.models import Partner
from tests.builders import make_user
from tests.portal.onboarding.builders import make_programme, step_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=2)
LINDAU, GULF = "GC00000104PL", "GC00000302GC"
US = By(Origin.PORTAL, "user:usr_test")
STEPS = (StepKind.COMPANY_DATA, StepKind.TERMS, StepKind.COLLEAGUES, StepKind.API)


class Meeting:
    """The portal's grid, and what happens over there."""

    def __init__(self, grid, world):
        self.grid, self.world, self.ahead = grid, world, timedelta()

    def join(self, company=LINDAU, onboarding="none") -> Enrolment:
        body = {"partnerCompanyId": company, "onboarding": onboarding}
        self.world.verb("POST", "/trading_grid/communities/com-onboarding/members", body)
        self.hear()
        return Enrolment.objects.get()

    def hear(self) -> None:
        self.ahead += MINUTE
        self.grid.read(ahead=self.ahead)

    def read_directory(self) -> None:
        """Let the timetable come by once more."""
        self.ahead += timedelta(hours=2)
        self.grid.read(ahead=self.ahead)

    def tell(self) -> None:
        self.ahead += MINUTE
        self.grid.deliver(ahead=self.ahead)

    def project(self) -> dict:
        (project,) = self.world.verb("GET", "/trading_grid/onboardingProjects")["projects"]
        return project

    def states(self) -> list[tuple[str, str]]:
        return [(task["kind"], task["status"]) for task in self.project()["tasks"]]

    def move(self, number: int, action: str) -> None:
        project = self.project()
        task = project["tasks"][number - 1]["taskId"]
        path = f"/trading_grid/onboardingProjects/{project['projectId']}/tasks/{task}"
        self.world.verb("POST", path, {"action": action})

    def moves(self) -> int:
        """How many moves of tasks we asked the grid for."""
        return sum(
            count
            for call, count in self.world.traffic("trading_grid").items()
            if call.startswith("PATCH") and "/onboardingProjects/" in call
        )


@pytest.fixture
def meeting(grid, world) -> Meeting:
    make_programme(*STEPS, now=timezone.now())
    return Meeting(grid, world)


def ours() -> list[str]:
    return list(EnrolmentStep.objects.order_by("number").values_list("state", flat=True))


def test_joined_there_done_here_and_shown_there(meeting):
    enrolment = meeting.join()
    meeting.tell()

    project = meeting.project()
    assert (project["externalReference"], project["partnerCompanyId"]) == (enrolment.public_id, LINDAU)
    assert meeting.states() == [
        ("CONFIRM_COMPANY_DATA", "OPEN"), ("APPROVE_AGREEMENT", "OPEN"), ("CUSTOM", "OPEN"), ("CONNECT", "OPEN"),
    ]  # fmt: skip
    assert project["tasks"][2]["title"]["de"] and project["tasks"][0]["dueDate"]

    partner = enrolment.partner
    services.confirm_company_data(
        step=step_of(enrolment, StepKind.COMPANY_DATA),
        sha256=services.company_digest(partner),
        by=US,
        now=timezone.now(),
    )
    services.waive(
        step=step_of(enrolment, StepKind.COLLEAGUES), reason="Alone", now=timezone.now(), actor="user:usr_s"
    )
    meeting.tell()

    assert [status for _kind, status in meeting.states()] == ["DONE", "OPEN", "WAIVED", "OPEN"]
    assert set(OutboxMessage.objects.values_list("state", flat=True)) <= {"sent", "superseded"}


def test_done_there_is_done_here_without_an_echo(meeting):
    enrolment = meeting.join()
    meeting.tell()
    meeting.move(2, "complete")
    before = OutboxMessage.objects.count()

    meeting.hear()
    meeting.tell()

    step = step_of(enrolment, StepKind.TERMS)
    project = meeting.project()
    assert (step.state, step.origin) == ("done", Origin.GRID)
    assert step.evidence == {"project": project["projectId"], "task": project["tasks"][1]["taskId"]}
    assert (OutboxMessage.objects.count(), meeting.moves()) == (before, 0)


def test_what_we_told_comes_back_as_an_event_and_changes_nothing(meeting):
    enrolment = meeting.join()
    meeting.tell()
    services.close_steps(
        enrolment=enrolment,
        closings=[services.Closing(step_of(enrolment, StepKind.TERMS), "done", US)],
        now=timezone.now(),
    )
    meeting.tell()
    told = meeting.moves()

    meeting.hear()
    meeting.tell()

    assert (told, meeting.moves()) == (1, 1)
    assert step_of(enrolment, StepKind.TERMS).origin == Origin.PORTAL
    assert InboundEvent.objects.get(data__type="community.onboarding.taskCompleted").state == "done"


def test_the_tenants_own_project_is_taken_over_and_its_other_tasks_become_steps(meeting):
    """The grid makes a project with its usual five tasks when a company joins."""
    enrolment = meeting.join(onboarding="usual")
    meeting.tell()
    meeting.hear()

    kinds = [kind for kind, _state in meeting.states()]
    assert kinds == ["CONFIRM_COMPANY_DATA", "DOWNLOAD_PACK", "APPROVE_AGREEMENT", "CONNECT", "TEST"]
    assert [(step.kind, step.name) for step in enrolment.steps.order_by("number")] == [
        ("company_data", "Confirm your company data"),
        ("terms", "Accept the terms"),
        ("colleagues", "Invite colleagues"),
        ("api", "Connect a system"),
        ("other", "Download the pack in Trading Grid"),
        ("other", "Pass the test in Trading Grid"),
    ]

    meeting.move(5, "complete")
    meeting.move(1, "complete")
    meeting.hear()
    services.tick(step=enrolment.steps.get(number=5), by=US, now=timezone.now())
    meeting.tell()

    assert ours() == ["done", "open", "open", "open", "done", "done"]
    assert [status for _kind, status in meeting.states()] == ["DONE", "DONE", "OPEN", "OPEN", "DONE"]
    assert ExternalReference.objects.filter(resource="onboarding").count() == 1


def test_a_project_that_is_told_before_the_membership_begins_the_onboarding(meeting, world):
    """Events come in any order, and a tenant may begin without any community of ours."""
    meeting.grid.connection.refresh_from_db()
    body = {"partnerCompanyId": LINDAU, "onboarding": "usual"}
    world.verb("POST", "/trading_grid/communities/com-onboarding/members", body)
    world.fault("trading_grid", "status", status=503, path="/members")

    meeting.hear()
    begun = Enrolment.objects.get()
    world.clear_faults()
    meeting.hear()
    meeting.hear()

    assert Enrolment.objects.get() == begun
    assert (begun.partner.name, begun.is_active) == ("Papierwerk Lindau GmbH & Co. KG", True)


def test_a_task_opened_again_there_is_open_here_and_never_by_our_own_old_word(meeting):
    enrolment = meeting.join()
    meeting.tell()
    meeting.move(1, "complete")
    meeting.hear()
    # The contract has no event for this: it is found when the project is read the next time.
    meeting.move(1, "reopen")
    services.close_steps(
        enrolment=enrolment,
        closings=[services.Closing(step_of(enrolment, StepKind.API), "done", US)],
        now=timezone.now(),
    )

    meeting.tell()
    meeting.tell()

    assert ours() == ["open", "open", "open", "done"]
    assert [status for _kind, status in meeting.states()] == ["OPEN", "OPEN", "OPEN", "DONE"]


def test_a_message_that_waited_does_not_undo_what_the_grid_said_meanwhile(meeting):
    enrolment = meeting.join()
    meeting.tell()
    services.close_steps(
        enrolment=enrolment,
        closings=[services.Closing(step_of(enrolment, StepKind.API), "done", US)],
        now=timezone.now(),
    )
    meeting.move(1, "complete")

    meeting.tell()

    assert ours() == ["done", "open", "open", "done"]
    assert [status for _kind, status in meeting.states()] == ["DONE", "OPEN", "OPEN", "DONE"]


def test_who_changes_their_mind_while_a_worker_speaks_is_heard(meeting):
    """What is being told is not remembered yet, so comparing with what was seen would find nothing to say."""
    enrolment = meeting.join()
    meeting.tell()
    step = step_of(enrolment, StepKind.TERMS)
    services.close_steps(
        enrolment=enrolment, closings=[services.Closing(step, "done", US)], now=timezone.now()
    )

    services.reopen(step=step, by=US, now=timezone.now())

    assert OutboxMessage.objects.filter(kind="onboarding.changed").exclude(state="sent").count() == 2


def test_an_answer_that_was_lost_makes_no_second_project(meeting):
    enrolment = meeting.join()
    meeting.tell()
    # The project was made, and the answer with its id never came.
    ExternalReference.objects.filter(resource="onboarding").delete()
    closing = services.Closing(step_of(enrolment, StepKind.TERMS), "done", US)
    services.close_steps(enrolment=enrolment, closings=[closing], now=timezone.now())

    meeting.tell()

    assert [status for _kind, status in meeting.states()] == ["OPEN", "DONE", "OPEN", "OPEN"]


def test_the_last_step_lets_the_project_go_live_and_then_there_is_nothing_to_tell(meeting):
    enrolment = meeting.join()
    meeting.tell()
    steps = list(enrolment.steps.order_by("number"))
    closings = [services.Closing(step, "done", US) for step in steps]
    services.close_steps(enrolment=enrolment, closings=closings, now=timezone.now())
    meeting.tell()
    meeting.hear()

    enrolment.refresh_from_db()
    assert (enrolment.state, meeting.project()["status"]) == (EnrolmentState.COMPLETED, "LIVE")
    services.reopen(step=steps[0], by=US, now=timezone.now())
    meeting.tell()
    assert not OutboxMessage.objects.exclude(state="sent").exists()


def test_a_project_cancelled_there_ends_the_onboarding_here_and_its_reminders(meeting, world):
    """The contract has no event for it: it is found when the projects are read."""
    enrolment = meeting.join()
    user = make_user(enrolment.partner, role=Role.MANAGER)
    meeting.tell()
    meeting.move(2, "complete")
    before = OutboxMessage.objects.count()
    world.verb("POST", f"/trading_grid/onboardingProjects/{meeting.project()['projectId']}/cancel")

    for _turn in range(2):
        meeting.read_directory()
    meeting.tell()
    reminding.plan(now=timezone.now() + timedelta(days=100))
    reminding.send_due(now=timezone.now() + timedelta(days=100))

    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.CANCELLED
    assert ours() == ["open", "done", "open", "open"]
    assert Activity.objects.filter(verb="onboarding.cancelled", actor="system").count() == 1
    assert OutboxMessage.objects.count() == before
    assert user.email not in [to for each in mail.outbox for to in each.to]
    assert sum(step.waiting for step in funnel.of_programme(enrolment.programme, now=timezone.now())) == 0


def test_what_no_event_tells_of_tasks_is_found_when_the_projects_are_read(meeting):
    enrolment = meeting.join()
    meeting.tell()
    services.close_steps(
        enrolment=enrolment,
        closings=[services.Closing(step_of(enrolment, StepKind.TERMS), "done", US)],
        now=timezone.now(),
    )
    meeting.tell()
    # The event of what we told has been worked on: no other tells of this project.
    meeting.hear()
    meeting.move(2, "reopen")
    meeting.move(4, "waive")

    meeting.read_directory()

    assert ours() == ["open", "open", "open", "waived"]


def test_a_project_that_is_told_about_while_it_is_cancelled_ends_as_well(meeting, world):
    enrolment = meeting.join()
    meeting.tell()
    world.verb("POST", f"/trading_grid/onboardingProjects/{meeting.project()['projectId']}/cancel")
    services.close_steps(
        enrolment=enrolment,
        closings=[services.Closing(step_of(enrolment, StepKind.TERMS), "done", US)],
        now=timezone.now(),
    )

    meeting.tell()

    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.CANCELLED
    assert ours() == ["open", "done", "open", "open"]
    assert set(OutboxMessage.objects.values_list("state", flat=True)) <= {"sent", "superseded"}


def test_what_is_open_here_when_a_company_goes_live_there_is_said_to_staff(meeting, world):
    """The tenant's own project has fewer tasks than our programme has steps."""
    meeting.join(onboarding="usual")
    meeting.tell()
    for number in range(1, 6):
        meeting.move(number, "complete")

    meeting.hear()

    event = InboundEvent.objects.get(data__type="community.onboarding.live")
    assert (Enrolment.objects.get().state, meeting.project()["status"]) == (EnrolmentState.ACTIVE, "LIVE")
    assert "It is live over there with 1 open step here" in event.last_error


def test_a_company_that_begins_with_a_code_is_shown_there_too(meeting):
    partner = Partner.objects.get(name="Gulf Crescent Distribution LLC")
    now = timezone.now()
    _row, text = codes.make_code(
        approval=Approval.MANUAL, expires_at=now + timedelta(days=7), now=now, actor="system"
    )
    enrolment = codes.redeem(partner=partner, text=text, now=now)
    meeting.tell()
    assert not OutboxMessage.objects.filter(kind="onboarding.changed").exists()

    services.approve(enrolment=enrolment, now=now, actor="system")
    meeting.tell()

    assert (meeting.project()["partnerCompanyId"], meeting.project()["invitation"]["mode"]) == (
        GULF,
        "GENERIC",
    )


def test_a_connection_without_onboarding_is_told_nothing(meeting):
    meeting.grid.connection.options["carriers"] = {"onboarding": "off"}
    meeting.grid.connection.save()

    meeting.join()

    assert not OutboxMessage.objects.filter(kind="onboarding.changed").exists()


def test_a_company_no_programme_is_meant_for_is_kept_with_the_reason(grid, world):
    meeting = Meeting(grid, world)
    body = {"partnerCompanyId": LINDAU, "onboarding": "usual"}
    world.verb("POST", "/trading_grid/communities/com-onboarding/members", body)

    meeting.hear()

    event = InboundEvent.objects.get(data__type="community.onboarding.invited")
    assert (event.state, "No onboarding programme of the portal" in event.last_error) == ("done", True)
    assert event.data["read"]["total"] == 5


def test_the_demo_has_a_distributor_in_the_middle_of_its_way(grid, world):
    partner = Partner.objects.get(name=onboarding_demo.DISTRIBUTOR)
    make_user(partner, role=Role.MANAGER, email="priya@gulfcrescent.example", name="Priya Menon")
    make_user(partner, role=Role.VIEWER, email="layla@gulfcrescent.example")
    meeting = Meeting(grid, world)

    for _turn in range(2):
        onboarding_demo.join(grid.connection, world.url)
        meeting.hear()
        onboarding_demo.fill(now=timezone.now())
    meeting.tell()

    way = Enrolment.objects.get()
    assert (way.programme.name, way.community.name, way.partner) == (
        "Welcome, distributors",
        "New partners",
        partner,
    )
    assert ours() == ["done", "done", "open", "open", "done", "open", "open"]
    assert [status for _kind, status in meeting.states()] == [
        "DONE",
        "DONE",
        "OPEN",
        "OPEN",
        "DONE",
        "OPEN",
        "OPEN",
    ]
    assert meeting.project()["tasks"][1]["title"]["ar"] == "قراءة الإرشادات"
