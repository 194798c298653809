"""
Events of the grid: what each type is about, where its truth is read, and how that is told to staff.

An event is thin: it names a thing and its address. Source: our contract, "Events"; names are those of CloudEvents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from integrations.errors import BadPayload
from integrations.trading_grid import issue_calls, ladder, lens, onboarding, receipts, workspace
from integrations.trading_grid.config import Account
from integrations.trading_grid.reading import identity, member, moment, number, prose, words
from integrations.trading_grid.resources import Receipt, snapshot

#: Most entries of a thread, and most files, that are kept with an event.
MOST_KEPT = 200
#: How much earlier than an event its feedback may be dated.
_SLACK = timedelta(hours=1)


@dataclass(frozen=True)
class Event:
    """``sequence`` and ``revision`` are ``None`` where not told; ``changed`` are the tenant's names."""

    id: str
    type: str
    sequence: int | None
    resource: str
    resource_id: str
    revision: int | None
    changed: list[str]
    href: str
    at: datetime | None


@dataclass(frozen=True)
class Found:
    """What was read about an event: JSON to be kept, and a sentence for staff."""

    snapshot: dict[str, Any]
    sentence: str


@dataclass(frozen=True)
class Topic:
    """
    A family of event types.

    ``carrier``   the resource in ``Options.carriers``
    ``endpoint``  where the thing is read; its placeholders are found in the event's address
    ``name``      what staff call it
    ``read``      called with the account, the placeholders' values and the event
    ``is_kept``   the portal only keeps it; else reading it is taking it in
    """

    carrier: str
    endpoint: str
    name: str
    read: Callable[[Account, Mapping[str, str], Event, datetime], Found | None]
    is_kept: bool = True


def event(data: Mapping[str, Any]) -> Event:
    """
    Read an event.

    :raises BadPayload: no id, or no type
    """
    told = member(data, "data")
    found = Event(
        id=identity(data.get("id")),
        type=prose(data.get("type"), 100),
        sequence=number(data.get("sequence")),
        resource=identity(told.get("resource")),
        resource_id=identity(told.get("id")),
        revision=number(told.get("revision")),
        changed=words(told.get("changed")),
        href=told["href"][:2000] if isinstance(told.get("href"), str) else "",
        at=moment(data.get("time")),
    )
    if not found.id or not found.type:
        raise BadPayload("The event has no id or no type.")
    return found


def topic_of(kind: str) -> Topic | None:
    """Return the topic of a type, ``None`` for one that is none of our contract's."""
    return next((topic for prefix, topic in TOPICS.items() if kind.startswith(prefix)), None)


# -- Reading ----------------------------------------------------------------------------------------------------------
def _receipt(account: Account, args: Mapping[str, str], event: Event, now: datetime) -> Found:
    found: Receipt = workspace.receipt(account, args["communityId"], args["postId"], args["partnerCompanyId"])
    answer = ladder.of_receipt(found.status)
    kept = {**snapshot(found), "community": args["communityId"], "post": args["postId"]}
    came_of_it = receipts.hear(account, args["postId"], found, now=now)
    return Found({**kept, "answer": answer}, f"{found.company}: {found.status}. {came_of_it}")


def _issue(account: Account, args: Mapping[str, str], event: Event, now: datetime) -> Found:
    found, _ = issue_calls.issue(account, args["issueId"])
    kept = snapshot(found)
    if event.type.endswith(".commented"):
        thread = list(islice(issue_calls.comments(account, found.id), MOST_KEPT))
        files = list(islice(issue_calls.attachments(account, found.id), MOST_KEPT))
        kept["comments"] = [snapshot(comment) for comment in thread]
        kept["attachments"] = [snapshot(attachment) for attachment in files]
    return Found(kept, f"{found.status}, {found.reason}, from {found.company or 'nobody named'}.")


def _onboarding(account: Account, args: Mapping[str, str], event: Event, now: datetime) -> Found:
    heard = onboarding.hear(account, args["projectId"], now=now)
    return Found(heard.snapshot, heard.sentence)


def _change(account: Account, args: Mapping[str, str], event: Event, now: datetime) -> Found:
    found, _ = workspace.change_notice(account, args["changeNoticeId"])
    about = ", ".join(found.gtins[:3]) or "no GTIN named"
    return Found(snapshot(found), f"{found.kind or 'of no kind'}, {found.status}; {about}.")


def _launch_task(account: Account, args: Mapping[str, str], event: Event, now: datetime) -> Found:
    found, _ = workspace.launch_task(account, args["taskId"])
    states = ", ".join(f"{each.company} {each.status}" for each in found.assignees[:5])
    return Found(snapshot(found), f"{found.kind}; {states or 'nobody assigned'}.")


def _feedback(account: Account, args: Mapping[str, str], event: Event, now: datetime) -> Found | None:
    # Feedback has no address of its own: it is looked for in the list of what came since.
    since = {"updatedSince": (event.at - _SLACK).isoformat()} if event.at else {}
    for found in workspace.feedback(account, **since):
        if found.id == event.resource_id:
            rating = f"{found.rating} of 5" if found.rating else "no rating"
            return Found(snapshot(found), f"{found.company}: {rating}.")
    return None


def _document(account: Account, args: Mapping[str, str], event: Event, now: datetime) -> Found | None:
    wanted = lens.Search(fields={"transactionid": event.resource_id})
    found = lens.newest(account, wanted) if event.resource_id else None
    if found is None:
        return None
    state = f"{found.transport or 'unknown'}, acknowledgement {found.syntax or 'unknown'}"
    return Found(snapshot(found), f"{found.kind} to {found.receiver}: {state}.")


TOPICS = {
    "community.receipt.": Topic("receipts", "receipt", "receipt", _receipt, is_kept=False),
    "community.issue.": Topic("issues", "issue", "issue", _issue),
    "community.onboarding.": Topic(
        "onboarding", "onboardingProject", "onboarding", _onboarding, is_kept=False
    ),
    "community.change.": Topic("changeNotices", "changeNotice", "change notice", _change),
    "community.launchTask.": Topic("launchTasks", "launchTask", "launch task", _launch_task),
    "community.feedback.": Topic("feedback", "feedback", "feedback", _feedback),
    "document.": Topic("documents", "", "document", _document),
}
