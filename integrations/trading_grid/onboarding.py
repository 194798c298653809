"""
Onboarding both ways: one project in the grid per enrolment of ours, task by step.

Each task is compared three ways: what the grid says, what it said when we last looked (``seen``), and what we say. What
changed over there since is taken in; what differs otherwise is told. So neither side hears its own words again, and no
old answer undoes a newer one. A tenant may have made the project before us, with tasks of its own: those are matched by
kind, and what matches nothing becomes a step of ours.

Source: our contract, "Onboarding"; it has no way to add a task to a project, or to end one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations import claims
from integrations.errors import Refused
from integrations.models import Connection, ExternalReference, OutboxMessage
from integrations.outbox import Message
from integrations.trading_grid import workspace
from integrations.trading_grid.calls import Conflict
from integrations.trading_grid.config import Account, account, carrier
from integrations.trading_grid.onboarding_tasks import (
    CLOSED,
    RESOURCE,
    locked,
    one_at_a_time,
    pairs,
    remember,
    save,
    take_in,
)
from integrations.trading_grid.onboarding_words import KINDS, STATES, WORDS
from integrations.trading_grid.resources import OnboardingProject, snapshot
from portal.onboarding import overview
from portal.onboarding import services as onboarding
from portal.onboarding.overview import Content
from portal.partners import selectors as partners

CHANGED = "onboarding.changed"
#: What is said over there -> the moves that lead to each of our words.
_MOVES = {
    ("OPEN", "DONE"): ("complete",),
    ("OPEN", "WAIVED"): ("waive",),
    ("DONE", "OPEN"): ("reopen",),
    ("WAIVED", "OPEN"): ("reopen",),
    ("DONE", "WAIVED"): ("reopen", "waive"),
    ("WAIVED", "DONE"): ("reopen", "complete"),
}


# -- Telling ----------------------------------------------------------------------------------------------------------
def messages_about(enrolments: Sequence[Any]) -> Iterator[Message]:
    """
    Return a message for each of these enrolments and each connection that knows its company and has not heard.

    :param enrolments: ``Enrolment`` rows with their new revision
    """
    found = {each.pk: each for each in overview.contents([enrolment.pk for enrolment in enrolments])}
    companies = _references("partner", [each.partner_id for each in found.values()])
    projects = {(row.connection_id, row.local_id): row for row in _references(RESOURCE, list(found))}
    # What a worker tells in this very moment is not remembered yet: whoever speaks meanwhile is heard in any case.
    speaking = set(
        OutboxMessage.objects.filter(
            kind=CHANGED,
            state=OutboxMessage.State.PENDING,
            ordering_key__in=[_key(content) for content in found.values()],
        ).values_list("connection_id", "ordering_key")
    )
    places: dict[int, bool] = {}
    for content in found.values():
        for company in companies:
            connection = company.connection
            if company.local_id != content.partner_id or carrier(connection, "onboarding") != "rest":
                continue
            project = projects.get((connection.pk, content.pk))
            if not _is_news(content, project, (connection.pk, _key(content)) in speaking):
                continue
            if project is None and not places.setdefault(connection.pk, _has_place(connection)):
                continue
            yield Message(
                connection=connection,
                kind=CHANGED,
                ordering_key=_key(content),
                dedupe_key=f"onboarding:{content.public_id}:r{content.revision}{connection.era}",
                payload={
                    "enrolment_id": content.pk,
                    "enrolment": content.public_id,
                    "revision": content.revision,
                    "steps": [{"kind": step.kind, "state": step.state} for step in content.steps],
                },
                coalesces=True,
            )


def _references(resource: str, local_ids: Iterable[int]) -> list[ExternalReference]:
    return list(
        ExternalReference.objects.filter(
            resource=resource,
            local_id__in=list(local_ids),
            connection__vendor=Connection.Vendor.TRADING_GRID,
            connection__is_active=True,
        ).select_related("connection")
    )


def _key(content: Content) -> str:
    return f"onboarding:{content.public_id}"


def _is_news(content: Content, project: ExternalReference | None, is_speaking: bool) -> bool:
    if content.is_ended:
        return False
    if project is None:
        return True
    if project.data.get("closed"):
        return False
    if is_speaking:
        return True
    seen, tasks = project.data.get("seen", {}), project.data.get("tasks", {})
    states = {step.public_id: WORDS[step.state] for step in content.steps}
    return any(states.get(step) != seen.get(task, "OPEN") for task, step in tasks.items())


def _has_place(connection: Connection) -> bool:
    return _onboarding_community(connection, None) is not None


def _onboarding_community(connection: Connection, wanted: int | None) -> str | None:
    """Return the grid's id of this community of ours, else of any open onboarding community there."""
    rows = ExternalReference.objects.filter(connection=connection, resource="community").order_by("pk")
    known = dict(rows.values_list("local_id", "external_id"))
    if wanted in known:
        return known[wanted]
    groups = partners.communities_by_id(known)
    return next(
        (known[pk] for pk in known if pk in groups and groups[pk].is_open_onboarding),
        None,
    )


def deliver(*, message: OutboxMessage, now: datetime) -> None:
    """
    Bring the grid's project to what the portal says now, and take in what the grid says.

    The present is told, not the message's own state: the grid may have answered meanwhile, and an older word of ours
    must not undo that.

    :raises DeliveryError: not now, or never
    """
    company = account(message.connection)
    if company.options.carriers["onboarding"] != "rest":
        raise Refused(
            "Onboarding does not go by REST for this connection (option carriers). Switch it on before trying again."
        )
    content = overview.content(message.payload["enrolment_id"])
    if content is None or content.is_ended:
        return
    row = locked(message.connection, local_id=content.pk)
    if row is None:
        one_at_a_time(message.connection, _company_id(message.connection, content))
        row = locked(message.connection, local_id=content.pk)
    if row is None:
        project = _find(company, content) or _create(company, content, key=message.dedupe_key)
        row = remember(message.connection, project, content)
    project, _etag = workspace.onboarding_project(company, row.external_id)
    take_in(row, project, content, now=now)
    _tell(company, row, project, key=message.dedupe_key)


def _find(company: Account, content: Content) -> OnboardingProject | None:
    """Return the company's project: the one we made when its answer was lost, else one the tenant made."""
    filters = {"partnerCompanyId": _company_id(company.connection, content)}
    found = list(workspace.onboarding_projects(company, **filters))
    for project in found:
        if project.reference == content.public_id:
            return project
    taken = set(
        ExternalReference.objects.filter(connection=company.connection, resource=RESOURCE).values_list(
            "external_id", flat=True
        )
    )
    free = [each for each in found if each.status not in CLOSED and each.id not in taken]
    return next((each for each in free if not each.reference.startswith("enr_")), None)


def _create(company: Account, content: Content, *, key: str) -> OnboardingProject:
    community = _onboarding_community(company.connection, content.community_id)
    if community is None:
        raise Refused("The grid has no onboarding community any more.")
    body = {
        "externalReference": content.public_id,
        "communityId": community,
        "partnerCompanyId": _company_id(company.connection, content),
        "invitation": {
            "mode": content.mode.upper(),
            # Whoever had to approve has done so on the portal.
            "approval": "AUTOMATIC",
            "language": content.language,
        },
        "tasks": [
            {
                "order": order,
                "kind": KINDS.get(step.kind, "CUSTOM"),
                "title": step.title,
                "dueDate": step.due_at.isoformat() if step.due_at else None,
            }
            for order, step in enumerate(content.steps, start=1)
        ],
    }
    return workspace.create_onboarding_project(company, body, key=key)


def _company_id(connection: Connection, content: Content) -> str:
    row = ExternalReference.objects.filter(
        connection=connection, resource="partner", local_id=content.partner_id
    ).first()
    if row is None:
        raise Refused("The grid does not know this company any more.")
    return row.external_id


def _tell(company: Account, row: ExternalReference, project: OnboardingProject, *, key: str) -> None:
    """Move the tasks that stand differently over there."""
    content = overview.content(row.local_id)
    if content is None or row.data.get("closed"):
        return
    for task, step in pairs(row, project, content):
        theirs, ours = STATES[task.status], WORDS[step.state]
        for action in _MOVES.get((theirs, ours), ()):
            try:
                workspace.move_onboarding_task(
                    company, project.id, task.id, action, key=f"{key}:{task.id}:{action}"
                )
            except Conflict:
                claims.confirm_held()
                project, _etag = workspace.onboarding_project(company, project.id)
                if project.status in CLOSED:
                    save(row, closed=True)
                    return
                standing = {each.id: STATES[each.status] for each in project.tasks}
                if standing.get(task.id) != ours:
                    raise
                break
        save(row, seen={**row.data.get("seen", {}), task.id: ours})


# -- Hearing ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Heard:
    """What came of reading a project: ``snapshot`` to be kept, ``sentence`` for staff."""

    snapshot: dict[str, Any]
    sentence: str


def hear(company: Account, project_id: str, *, now: datetime) -> Heard:
    """
    Read a project and take in what changed there; a company without onboarding begins with it.

    :raises DeliveryError: it cannot be read
    """
    # Held before it is read: what we tell meanwhile would look like a change of theirs.
    row = locked(company.connection, external_id=project_id)
    project, _etag = workspace.onboarding_project(company, project_id)
    said = f"{project.company}: {project.status}, {project.done} of {project.total} tasks."
    if row is None:
        one_at_a_time(company.connection, project.company)
        row = locked(company.connection, external_id=project_id)
    if row is None:
        enrolment, why = _enrolment_for(company.connection, project, now=now)
        if enrolment is None:
            return Heard(snapshot(project), f"{said} {why}")
        content = overview.content(enrolment)
        assert content is not None
        mine = locked(company.connection, local_id=enrolment)
        if mine is not None and mine.external_id != project.id:
            return Heard(snapshot(project), f"{said} The company is on its way with {mine.external_id}.")
        row = mine or remember(company.connection, project, content)
        project, _etag = workspace.onboarding_project(company, project_id)
    content = overview.content(row.local_id)
    if content is None or content.is_ended:
        return Heard(snapshot(project), f"{said} It has ended on the portal.")
    count = take_in(row, project, content, now=now)
    taken = f" {count} taken in." if count else ""
    return Heard(snapshot(project), f"{said}{taken}{_left_open(project, row.local_id)}")


def _left_open(project: OnboardingProject, enrolment: int) -> str:
    """Return a sentence for staff when the grid let a company go live that has steps open here."""
    content = overview.content(enrolment) if project.status == "LIVE" else None
    if content is None or not content.is_active:
        return ""
    count = sum(WORDS[step.state] == "OPEN" for step in content.steps)
    return (
        f" It is live over there with {count} open {'step' if count == 1 else 'steps'} here: "
        "its people are still reminded of them. Waive what is not needed any more, or end the onboarding."
    )


def _enrolment_for(
    connection: Connection, project: OnboardingProject, *, now: datetime
) -> tuple[int | None, str]:
    """Return the enrolment a project of the tenant's belongs to, or why there is none."""
    company = ExternalReference.objects.filter(
        connection=connection, resource="partner", external_id=project.company
    ).first()
    partner = partners.partners_by_id([company.local_id]).get(company.local_id) if company else None
    if partner is None:
        return None, "The company is not known yet; it is matched when it begins."
    if project.status in CLOSED:
        return None, "It had ended before the portal heard of it."
    if not partner.is_active:
        return None, "The company may not use the portal at present."
    found = overview.under_way(partner.pk)
    if found is None:
        group = ExternalReference.objects.filter(
            connection=connection, resource="community", external_id=project.community
        ).first()
        community = partners.communities_by_id([group.local_id]).get(group.local_id) if group else None
        enrolment = onboarding.enrol(partner=partner, community=community, now=now)
        if enrolment is None:
            return None, "No onboarding programme of the portal is meant for this company."
        if not enrolment.is_active:
            return (
                None,
                "The company has gone through its onboarding on the portal before, or waits for approval.",
            )
        found = enrolment.pk
    return found, ""
