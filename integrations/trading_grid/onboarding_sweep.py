"""
Onboarding projects, read by the page, for what no event tells: one that was cancelled, a task waived or opened again.

Source: our contract, "Events", has ``invited``, ``taskCompleted`` and ``live``.
"""

import logging
from datetime import datetime

from django.db import transaction

from integrations.errors import BadPayload, Refused
from integrations.models import ExternalReference
from integrations.trading_grid import calls, onboarding, resources
from integrations.trading_grid.config import Account
from integrations.trading_grid.onboarding_tasks import CLOSED, RESOURCE
from integrations.trading_grid.onboarding_words import STATES
from integrations.trading_grid.resources import OnboardingProject
from portal.onboarding import overview

logger = logging.getLogger(__name__)

#: Projects of one page that are taken in; each is read once more by itself. The others are, at the next reading.
MOST_HEARD = 50


def is_wanted(company: Account) -> bool:
    """Return whether the tenant has a list of projects that the portal follows."""
    return company.options.carriers["onboarding"] == "rest" and bool(
        company.options.paths.get("onboardingProjects")
    )


def read_page(company: Account, *, following: str | None, now: datetime) -> tuple[list[str], str | None]:
    """
    Take in what changed in one page of projects since we last looked.

    :param following: what the last page returned, ``None`` for the beginning
    :returns: what could not be used, in a sentence each, and where to go on, ``None`` at the end
    :raises DeliveryError: the page cannot be read now
    """
    rows, after = calls.page(company, "onboardingProjects", {}, following=following)
    projects, notes = {}, []
    for row in rows:
        try:
            project = resources.onboarding_project(row)
        except BadPayload as error:
            notes.append(str(error))
        else:
            projects[project.id] = project
    for project in _changed(company, projects)[:MOST_HEARD]:
        try:
            # One that cannot be taken in must not keep the others waiting.
            with transaction.atomic():
                heard = onboarding.hear(company, project.id, now=now)
        except (Refused, BadPayload) as error:
            notes.append(f"Onboarding {project.id}: {error}")
        else:
            logger.info("onboarding %s: %s", project.id, heard.sentence)
    return notes, after


def _changed(company: Account, projects: dict[str, OnboardingProject]) -> list[OnboardingProject]:
    """Return the projects that say something else than when we last looked, of onboardings that have not ended."""
    rows = list(
        ExternalReference.objects.filter(
            connection=company.connection, resource=RESOURCE, external_id__in=list(projects)
        )
    )
    alive = {
        content.pk for content in overview.contents([row.local_id for row in rows]) if not content.is_ended
    }
    return [
        projects[row.external_id]
        for row in rows
        if row.local_id in alive and not row.data.get("closed") and _is_news(row, projects[row.external_id])
    ]


def _is_news(row: ExternalReference, project: OnboardingProject) -> bool:
    tasks, seen = row.data.get("tasks", {}), row.data.get("seen", {})
    return project.status in CLOSED or any(
        STATES[task.status] != seen.get(task.id, "OPEN") for task in project.tasks if task.id in tasks
    )
