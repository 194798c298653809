"""
One onboarding's project in the grid, and ours, task by step: which is which, and what changed over there.

A row of ``ExternalReference`` remembers it: ``tasks`` is task -> our step, ``seen`` task -> what was last said there,
``closed`` that its tasks cannot be moved any more.
"""

from datetime import datetime
from typing import Any

from django.db import connection as database

from integrations.models import Connection, ExternalReference
from integrations.trading_grid.onboarding_words import KINDS, STATES, TITLES
from integrations.trading_grid.resources import OnboardingProject, OnboardingTask
from portal.onboarding import overview
from portal.onboarding import services as onboarding
from portal.onboarding.choices import Origin, StepState
from portal.onboarding.overview import Content, StepContent

RESOURCE = "onboarding"
LOCAL = "portal.enrolment"
#: A project whose tasks cannot be moved any more.
CLOSED = ("LIVE", "CANCELLED")


def take_in(row: ExternalReference, project: OnboardingProject, content: Content, *, now: datetime) -> int:
    """
    Take in what changed in the grid since we last looked. A project that was cancelled there ends the onboarding here.

    :returns: how much changed here: steps, and the onboarding itself
    """
    _match(row, project, content, now=now)
    seen = dict(row.data.get("seen", {}))
    changed = [
        (task, step)
        for task, step in pairs(row, project, overview.content(content.pk) or content)
        if STATES[task.status] != seen.get(task.id, "OPEN")
    ]
    closed = {"closed": True} if project.status in CLOSED else {}
    # Noted before our services tell of it, so that the grid does not hear its own words.
    save(row, seen={**seen, **{task.id: STATES[task.status] for task, _step in changed}}, **closed)
    by = onboarding.By(Origin.GRID)
    count = sum(_apply(task, step, project, by, now=now) for task, step in changed)
    if project.status == "CANCELLED":
        # After its tasks: one with all of them done is completed, and stays so.
        count += onboarding.cancel(enrolment=content.enrolment, now=now, actor="system")
    return count


def _apply(
    task: OnboardingTask,
    step: StepContent,
    project: OnboardingProject,
    by: onboarding.By,
    *,
    now: datetime,
) -> bool:
    state = STATES[task.status]
    try:
        if state == "OPEN":
            return onboarding.reopen(step=step.step, by=by, now=now)
        closing = onboarding.Closing(
            step.step,
            StepState.DONE if state == "DONE" else StepState.WAIVED,
            by,
            {"project": project.id, "task": task.id},
        )
        return bool(onboarding.close_steps(enrolment=step.step.enrolment, closings=[closing], now=now))
    except onboarding.NotUnderWay:
        return False


def _match(row: ExternalReference, project: OnboardingProject, content: Content, *, now: datetime) -> None:
    """Remember which task is which step: by place in a project of ours, by kind in one of the tenant's."""
    known: dict[str, str] = dict(row.data.get("tasks", {}))
    tasks = sorted(project.tasks, key=lambda task: (task.order or 0, task.id))
    new = [task for task in tasks if task.id not in known]
    if not new:
        return
    if project.reference == content.public_id:
        known |= {task.id: step.public_id for task, step in zip(tasks, content.steps, strict=False)}
    else:
        free = [step for step in content.steps if step.public_id not in known.values()]
        for task in new:
            fitting = next((step for step in free if KINDS.get(step.kind) == task.kind), None)
            if fitting is not None:
                free.remove(fitting)
                known[task.id] = fitting.public_id
        more = [task for task in new if task.id not in known]
        if more and content.is_active:
            titles = [(task.title or TITLES[task.kind], task.due) for task in more]
            added = onboarding.add_steps(enrolment=content.enrolment, titles=titles, now=now)
            known |= {task.id: step.public_id for task, step in zip(more, added, strict=True)}
    save(row, tasks=known)


def pairs(
    row: ExternalReference, project: OnboardingProject, content: Content
) -> list[tuple[OnboardingTask, StepContent]]:
    """Return the tasks that have a step, each with it."""
    tasks, steps = row.data.get("tasks", {}), {step.public_id: step for step in content.steps}
    return [(task, steps[tasks[task.id]]) for task in project.tasks if tasks.get(task.id) in steps]


def locked(connection: Connection, **which: Any) -> ExternalReference | None:
    """Return what is remembered of a project, held until the end of the transaction, ``None`` when nothing is."""
    rows = ExternalReference.objects.filter(connection=connection, resource=RESOURCE, **which)
    return rows.select_for_update(no_key=True).first()


def one_at_a_time(connection: Connection, company: str) -> None:
    """
    Wait until nobody else decides which project of the grid is this company's, until the end of the transaction.

    There is no row to lock before the first project is remembered: a message that looks for the tenant's project would
    find it taken by the event that tells of it, and make a second one.

    :param company: the grid's id of it
    """
    with database.cursor() as cursor:
        name = f"onboarding:{connection.pk}:{company}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 21))", [name])


def remember(connection: Connection, project: OnboardingProject, content: Content) -> ExternalReference:
    """Begin to remember a project, unless somebody did a moment ago; held as by ``locked``."""
    ExternalReference.objects.get_or_create(
        connection=connection,
        resource=RESOURCE,
        local_type=LOCAL,
        local_id=content.pk,
        defaults={"external_id": project.id, "data": {"seen": {}, "tasks": {}}},
    )
    row = locked(connection, local_id=content.pk)
    assert row is not None
    return row


def save(row: ExternalReference, **data: Any) -> None:
    """Remember these things of a project."""
    row.data = {**row.data, **data}
    row.save(update_fields=["data"])
