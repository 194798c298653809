"""
A new distributor: joins in Trading Grid, finds its way on the portal, does the steps as people and systems do them, and
the grid shows the same states all along; what it does in the grid shows on its pages.
"""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import InboundEvent, OutboxMessage
from integrations.trading_grid import auth, polling
from portal.onboarding import reminding
from portal.onboarding.choices import StepKind
from portal.onboarding.models import Enrolment
from portal.partners.choices import Role
from portal.partners.models import Partner
from tests.builders import make_rule, make_user
from tests.portal.onboarding.builders import make_programme
from tests.portal.packs.builders import issue, make_pack, pick, shelf
from tests.portal.pages.reading import words

pytestmark = pytest.mark.django_db
GULF = "GC00000302GC"


class Days:
    """The portal with its grid; each look of the timetable is two minutes later."""

    def __init__(self, world):
        auth.forget_all()
        self.world, self.ahead = world, timedelta()
        self.grid = world.connect_grid()

    def clock(self):
        return timezone.now() + self.ahead

    def pass_by(self) -> None:
        """News comes in, what is owed goes out."""
        self.ahead += timedelta(minutes=2)
        self.grid.refresh_from_db()
        while polling.poll(self.grid, seconds=60, clock=self.clock):
            pass
        while inbox.process_next(routing.inbound_handler, now=self.clock()):
            pass
        while outbox.deliver_next(routing.outbound_handler, now=self.clock(), clock=self.clock):
            pass

    def project(self) -> dict:
        (project,) = self.world.verb("GET", "/trading_grid/onboardingProjects")["projects"]
        return project

    def states(self) -> list[str]:
        return [task["status"] for task in self.project()["tasks"]]


def test_a_new_distributor_joins_and_goes_its_way(world, settings):
    days = Days(world)
    days.pass_by()
    partner = Partner.objects.get(name="Gulf Crescent Distribution LLC")
    priya = make_user(partner, role=Role.MANAGER, name="Priya Menon", email="priya@gulfcrescent.example")
    (community,) = partner.communities.filter(name="Gulf distributors")
    make_rule(community, folders=["/Gulf"])
    pack = make_pack(community, title="Starter pack", now=timezone.now())
    pick(pack, shelf("/Gulf", ["front.jpg", "back.jpg"], now=timezone.now()), now=timezone.now())
    issue(pack, now=timezone.now())
    kinds = (
        *(StepKind.COMPANY_DATA, StepKind.GUIDELINES, StepKind.TERMS, StepKind.PACK),
        *(StepKind.COLLEAGUES, StepKind.API, StepKind.OTHER),
    )
    make_programme(
        *kinds, pack=pack, kinds=["distributor"], title="Welcome, distributors", now=timezone.now()
    )
    browser = Client()
    browser.force_login(priya)
    root = f"/o/{partner.slug}/onboarding/"

    def page(kind: StepKind) -> str:
        return f"{root}{Enrolment.objects.get().steps.get(kind=kind).public_id}/"

    # Joined in the grid: the way is there, on the portal and in the grid, and its people are told.
    body = {"partnerCompanyId": GULF, "onboarding": "none"}
    world.verb("POST", "/trading_grid/communities/com-onboarding/members", body)
    days.pass_by()
    assert "Welcome, distributors" in words(browser.get(root))
    assert days.states() == ["OPEN"] * 7
    reminding.send_due(now=days.clock())
    assert [each.to for each in mail.outbox] == [["priya@gulfcrescent.example"]]

    # Done on pages, step by step; each leads to the next.
    seen = re.search(
        r'name="sha256" value="(\w+)"', browser.get(page(StepKind.COMPANY_DATA)).content.decode()
    )
    answer = browser.post(page(StepKind.COMPANY_DATA), {"answer": "right", "sha256": seen[1]}, follow=True)
    assert answer.request["PATH_INFO"] == page(StepKind.GUIDELINES)
    browser.post(page(StepKind.GUIDELINES), {"revision": 1})
    browser.post(page(StepKind.TERMS), {"revision": 1, "agreed": "on"})
    pack.refresh_from_db()
    browser.post(page(StepKind.PACK), {"manifest_sha256": pack.current.sha256})
    days.pass_by()
    assert days.states() == ["DONE"] * 4 + ["OPEN"] * 3

    # A colleague is invited by mail and comes in.
    colleague = {"email": "grace@gulfcrescent.example", "role": "member", "language": "en"}
    browser.post(page(StepKind.COLLEAGUES), colleague)
    link = re.search(r"https?://\S+/invitations/\S+", mail.outbox[-1].body)[0]
    Client().post(link.partition(settings.PORTAL_URL)[2], {"name": "Grace Okafor"})
    assert "Done on" in words(browser.get(page(StepKind.COLLEAGUES)))

    # A system gets its key, and calls.
    made = browser.post(page(StepKind.API), {"name": "Crescent shop"})
    client, secret = made.context["new_client"], made.context["secret"]
    grant = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
    token = Client().post("/identity/o/api/token", grant).json()["access_token"]
    found = (
        Client().get("/api/v1/onboarding", headers={"Authorization": f"Bearer {token}"}).json()["items"][0]
    )
    assert [step["state"] for step in found["steps"]] == ["done"] * 6 + ["open"]
    days.pass_by()
    assert days.states() == ["DONE"] * 6 + ["OPEN"]

    # The last one is done in the grid, and shows on the page. Nothing goes back.
    project = days.project()
    moves = OutboxMessage.objects.count()
    task = project["tasks"][6]["taskId"]
    path = f"/trading_grid/onboardingProjects/{project['projectId']}/tasks/{task}"
    world.verb("POST", path, {"action": "complete"})
    days.pass_by()
    shown = words(browser.get(root))
    assert "Gulf Crescent Distribution LLC is all set since" in shown and "in Trading Grid" in shown
    assert (days.project()["status"], OutboxMessage.objects.count()) == ("LIVE", moves)
    assert "Getting started" not in words(browser.get(f"/o/{partner.slug}/"))
    assert not InboundEvent.objects.filter(state="parked").exists()
    assert not OutboxMessage.objects.filter(state="parked").exists()
