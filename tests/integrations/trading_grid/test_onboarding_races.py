"""A tenant's project that is told of at the very moment the portal looks for it: one project, and one alone."""

import threading
import time

import pytest
from django.db import connections
from django.utils import timezone

from integrations.models import ExternalReference
from portal.onboarding.choices import StepKind
from portal.onboarding.models import Enrolment
from tests.integrations.trading_grid.test_onboarding import Meeting
from tests.portal.onboarding.builders import make_programme

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def joined(grid, world) -> Meeting:
    """
    A company that joined: the portal has not told the grid yet, nor could it read the tenant's project when it was
    told of it.
    """
    make_programme(StepKind.COMPANY_DATA, StepKind.TERMS, now=timezone.now())
    meeting = Meeting(grid, world)
    world.fault("trading_grid", "status", status=503, path=r"/onboardingProjects/")
    meeting.join(onboarding="usual")
    assert not ExternalReference.objects.filter(resource="onboarding").exists()
    world.clear_faults()
    return meeting


def beside(work) -> threading.Thread:
    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_telling_and_hearing_at_once_make_no_second_project(joined, world):
    """The message has begun to look when the event comes."""
    world.fault("trading_grid", "slow", seconds=2.0, path=r"/onboardingProjects$", times=1)

    telling = beside(joined.tell)
    time.sleep(0.7)
    joined.hear()
    telling.join()
    joined.hear()
    joined.tell()

    project = joined.project()
    kept = ExternalReference.objects.get(resource="onboarding")
    assert (kept.external_id, kept.local_id) == (project["projectId"], Enrolment.objects.get().pk)
