"""
What the grid keeps about receipts, onboarding, change notices, launch tasks and feedback: typed and checked.

Issues with their threads are in ``issues``. Ids and the word that decides must be there, the rest may be missing.

Source: our contract with the tenant, section by section. Words come in ours (see ``mapping``).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from integrations.trading_grid.endpoints import WORDS
from integrations.trading_grid.reading import (
    by_language,
    identity,
    known,
    member,
    moment,
    number,
    objects,
    prose,
    required,
    word,
    words,
)

TASK_STATES = ("OPEN", "IN_PROGRESS", "DONE", "WAIVED")
ASSIGNEE_STATES = ("SENT", "ACKNOWLEDGED", "IN_PROGRESS", "DONE", "BLOCKED", "OVERDUE")
ANSWERS = ("ACKNOWLEDGED", "DISPUTED")
FEEDBACK_TAGS = ("USEFUL", "WRONG_MARKET", "LOW_QUALITY", "WRONG_FORMAT", "LATE")


@dataclass(frozen=True)
class Receipt:
    """What one company answered to one post; ``status`` is a word of ``ladder``, ``revision`` the one it answered."""

    company: str
    status: str
    at: datetime | None
    by: str
    revision: int | None
    comment: str
    issue: str


@dataclass(frozen=True)
class OnboardingTask:
    """One step of a partner's onboarding."""

    id: str
    order: int | None
    kind: str
    status: str
    due: datetime | None
    title: dict[str, str]


@dataclass(frozen=True)
class OnboardingProject:
    """A partner's way into a community; ``done`` of ``total`` tasks; ``reference`` is ours when we made it."""

    id: str
    reference: str
    community: str
    company: str
    status: str
    invitation: dict[str, str]
    tasks: list[OnboardingTask]
    done: int
    total: int


@dataclass(frozen=True)
class Acknowledgement:
    """What one company answered to a change notice, or how far it is with a launch task."""

    company: str
    status: str
    at: datetime | None
    comment: str


@dataclass(frozen=True)
class ChangeNotice:
    """A specification, a packaging or a rule changes; ``verdicts`` is asset -> what becomes of it."""

    id: str
    kind: str
    direction: str
    status: str
    gtins: list[str]
    markets: list[str]
    summary: dict[str, str]
    changes: list[dict[str, str]]
    effective: datetime | None
    verdicts: dict[str, str]
    acknowledgements: list[Acknowledgement]


@dataclass(frozen=True)
class LaunchTask:
    """What partners have to do for a launch, by when."""

    id: str
    launch: str
    title: dict[str, str]
    kind: str
    status: str
    due: datetime | None
    embargo: datetime | None
    assignees: list[Acknowledgement]


@dataclass(frozen=True)
class Feedback:
    """What a partner thinks of media; ``rating`` from 1 to 5."""

    id: str
    company: str
    about: dict[str, str]
    rating: int | None
    tags: list[str]
    comment: str
    language: str
    at: datetime | None
    issue: str


def snapshot(thing: Any) -> dict[str, Any]:
    """Return one of these as JSON values; times are ISO 8601 in UTC, what is empty is left out."""
    found: dict[str, Any] = _plain(asdict(thing))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items() if entry not in (None, "", [], {})}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, datetime) else value


def receipt(data: Mapping[str, Any]) -> Receipt:
    """
    :raises BadPayload: no company, or a status we do not know
    """
    return Receipt(
        company=required(data, "partnerCompanyId", "A receipt names no company."),
        status=known(data.get("status"), WORDS["receiptStatus"], "A receipt has the status %s."),
        at=moment(data.get("at")),
        by=named(data, "byUser"),
        revision=number(data.get("postRevision"), least=1),
        comment=prose(data.get("comment")),
        issue=identity(data.get("issueId")),
    )


def onboarding_project(data: Mapping[str, Any]) -> OnboardingProject:
    """
    :raises BadPayload: no id, no company, or a status we do not know, its own or a task's
    """
    tasks = [_onboarding_task(task) for task in objects(data.get("tasks"))]
    progress = member(data, "progress")
    done = number(progress.get("done"))
    return OnboardingProject(
        id=required(data, "projectId", "An onboarding has no id."),
        reference=identity(data.get("externalReference")),
        community=identity(data.get("communityId")),
        company=required(data, "partnerCompanyId", "An onboarding names no company."),
        status=known(data.get("status"), WORDS["onboardingStatus"], "An onboarding has the status %s."),
        invitation=ids(member(data, "invitation")),
        tasks=tasks,
        done=sum(task.status in {"DONE", "WAIVED"} for task in tasks) if done is None else done,
        total=number(progress.get("total")) or len(tasks),
    )


def _onboarding_task(data: Mapping[str, Any]) -> OnboardingTask:
    return OnboardingTask(
        id=required(data, "taskId", "A task of an onboarding has no id."),
        order=number(data.get("order")),
        kind=word(data.get("kind")) or "CUSTOM",
        status=known(data.get("status"), TASK_STATES, "A task of an onboarding has the status %s."),
        due=moment(data.get("dueDate")),
        title=by_language(data.get("title")),
    )


def change_notice(data: Mapping[str, Any]) -> ChangeNotice:
    """
    :raises BadPayload: no id, or a status we do not know
    """
    return ChangeNotice(
        id=required(data, "changeNoticeId", "A change notice has no id."),
        kind=word(data.get("kind")),
        direction=word(data.get("direction")),
        status=known(data.get("status"), WORDS["changeNoticeStatus"], "A change notice has the status %s."),
        gtins=words(data.get("gtins")),
        markets=[market.upper()[:2] for market in words(data.get("targetMarkets"))],
        summary=by_language(data.get("summary")),
        changes=[
            {name: prose(entry.get(name), 500) for name in ("attribute", "oldValue", "newValue", "unit")}
            for entry in objects(data.get("changes"))
        ],
        effective=moment(data.get("effectiveDate")),
        verdicts={
            asset: word(entry.get("verdict")) or "UNKNOWN"
            for entry in objects(data.get("affectedAssets"))
            if (asset := identity(entry.get("assetId")))
        },
        acknowledgements=[acknowledgement(entry, ANSWERS) for entry in objects(data.get("acknowledgements"))],
    )


def launch_task(data: Mapping[str, Any]) -> LaunchTask:
    """
    :raises BadPayload: no id, or an assignee without company or with a status we do not know
    """
    return LaunchTask(
        id=required(data, "taskId", "A launch task has no id."),
        launch=identity(data.get("launchId")),
        title=by_language(data.get("title")),
        kind=word(data.get("kind")) or "CUSTOM",
        status=word(data.get("status")) or "OPEN",
        due=moment(data.get("dueDate")),
        embargo=moment(data.get("embargoUntil")),
        assignees=[acknowledgement(entry, ASSIGNEE_STATES) for entry in objects(data.get("assignees"))],
    )


def acknowledgement(data: Mapping[str, Any], states: tuple[str, ...] = ASSIGNEE_STATES) -> Acknowledgement:
    """
    :raises BadPayload: no company, or a status that is none of ``states``
    """
    return Acknowledgement(
        company=required(data, "partnerCompanyId", "An acknowledgement names no company."),
        status=known(data.get("status"), states, "An acknowledgement has the status %s."),
        at=moment(data.get("at")),
        comment=prose(data.get("comment")),
    )


def feedback(data: Mapping[str, Any]) -> Feedback:
    """
    :raises BadPayload: no id, or no company
    """
    return Feedback(
        id=required(data, "feedbackId", "A feedback has no id."),
        company=required(data, "partnerCompanyId", "A feedback names no company."),
        about=ids(member(data, "about")),
        rating=number(data.get("rating"), least=1, most=5),
        tags=[tag for tag in words(data.get("tags")) if tag in FEEDBACK_TAGS],
        comment=prose(data.get("comment")),
        language=prose(data.get("language"), 12),
        at=moment(data.get("at")),
        issue=identity(data.get("convertedToIssueId")),
    )


def named(data: Mapping[str, Any], field: str) -> str:
    """Return the name of a nested ``{"id", "name"}``, else its id."""
    user = member(data, field)
    return prose(user.get("name"), 200) or identity(user.get("id"))


def ids(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of an object that are there."""
    return {name[:40]: found for name, value in data.items() if (found := identity(value))}
