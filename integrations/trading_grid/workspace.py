"""
The other resources of the grid: receipts, onboarding, change notices, launch tasks, feedback; issues are by themselves.

One function per call, in our names; answers are read by ``resources``. Writes take a ``key``, which names the fact and
makes a repeat harmless. All may raise what ``calls.call`` does.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.trading_grid import calls, resources
from integrations.trading_grid.calls import Reply
from integrations.trading_grid.config import Account
from integrations.trading_grid.resources import (
    Acknowledgement,
    ChangeNotice,
    Feedback,
    LaunchTask,
    OnboardingProject,
    Receipt,
)


# -- Receipts ---------------------------------------------------------------------------------------------------------
def receipts(account: Account, community_id: str, post_id: str) -> Iterator[Receipt]:
    """What every recipient of a post has answered."""
    rows = calls.listed(account, "receipts", {"communityId": community_id, "postId": post_id})
    return (resources.receipt(row) for row in rows)


def receipt(account: Account, community_id: str, post_id: str, company_id: str) -> Receipt:
    """
    :raises Missing: the company is not among the recipients
    """
    args = {"communityId": community_id, "postId": post_id, "partnerCompanyId": company_id}
    return resources.receipt(calls.thing(calls.call(account, "GET", "receipt", args)))


def put_receipt(
    account: Account,
    community_id: str,
    post_id: str,
    company_id: str,
    answer: Mapping[str, Any],
    *,
    key: str,
    etag: str = "",
) -> Receipt:
    """
    Pass on what a company answered: ``status`` and, where given, ``comment``, ``postRevision``, ``byUser``.

    :raises Conflict: another revision is out by now, or the post is not out
    """
    args = {"communityId": community_id, "postId": post_id, "partnerCompanyId": company_id}
    reply = calls.call(account, "PUT", "receipt", args, json=answer, key=key, etag=etag)
    return resources.receipt(calls.thing(reply))


# -- Onboarding -------------------------------------------------------------------------------------------------------
def onboarding_projects(account: Account, **filters: str) -> Iterator[OnboardingProject]:
    """
    :param filters: ``communityId``, ``partnerCompanyId``, ``status``, ``updatedSince`` (ISO 8601)
    """
    rows = calls.listed(account, "onboardingProjects", query=filters)
    return (resources.onboarding_project(row) for row in rows)


def onboarding_project(account: Account, project_id: str) -> tuple[OnboardingProject, str]:
    """
    Return a project and its etag.

    :raises Missing: there is none
    """
    reply = calls.call(account, "GET", "onboardingProject", {"projectId": project_id})
    return resources.onboarding_project(calls.thing(reply)), reply.etag


def create_onboarding_project(account: Account, content: Mapping[str, Any], *, key: str) -> OnboardingProject:
    """
    :param content: ``externalReference``, ``communityId``, ``partnerCompanyId``, ``invitation``, ``tasks``
    """
    reply = calls.call(account, "POST", "onboardingProjects", {}, json=content, key=key)
    return resources.onboarding_project(calls.thing(reply))


def move_onboarding_task(
    account: Account, project_id: str, task_id: str, action: str, *, key: str, comment: str = ""
) -> Reply:
    """
    :param action: one of ``calls.GOALS["onboardingTaskState"]``
    :raises Conflict: not possible in its state
    """
    args = {"projectId": project_id, "taskId": task_id}
    return calls.step(account, "onboardingTaskState", args, action, comment, None, key, "")


# -- Change notices ---------------------------------------------------------------------------------------------------
def change_notices(account: Account, **filters: str) -> Iterator[ChangeNotice]:
    """
    :param filters: ``status``, ``kind``, ``direction``, ``updatedSince`` (ISO 8601)
    """
    return (resources.change_notice(row) for row in calls.listed(account, "changeNotices", query=filters))


def change_notice(account: Account, notice_id: str) -> tuple[ChangeNotice, str]:
    """
    Return a notice and its etag.

    :raises Missing: there is none
    """
    reply = calls.call(account, "GET", "changeNotice", {"changeNoticeId": notice_id})
    return resources.change_notice(calls.thing(reply)), reply.etag


def create_change_notice(account: Account, content: Mapping[str, Any], *, key: str) -> ChangeNotice:
    """
    :param content: ``externalReference``, ``kind``, ``gtins``, ``summary`` and what else there is; a draft at first
    """
    reply = calls.call(account, "POST", "changeNotices", {}, json=content, key=key)
    return resources.change_notice(calls.thing(reply))


def move_change_notice(
    account: Account,
    notice_id: str,
    action: str,
    *,
    key: str,
    etag: str = "",
    comment: str = "",
    more: Mapping[str, Any] | None = None,
) -> Reply:
    """
    :param action: one of ``calls.GOALS["changeNoticeState"]``
    :param more: ``{"affectedAssets": [{"assetId", "verdict"}]}``, the verdicts found so far
    :raises Conflict: not possible in its state
    """
    args = {"changeNoticeId": notice_id}
    return calls.step(account, "changeNoticeState", args, action, comment, more, key, etag)


def acknowledge_change_notice(
    account: Account, notice_id: str, company_id: str, answer: Mapping[str, Any], *, key: str
) -> Acknowledgement:
    """
    Pass on a company's answer: ``status`` (``ACKNOWLEDGED`` or ``DISPUTED``) and, where given, a comment.

    :raises Conflict: the notice is not out, or closed
    """
    args = {"changeNoticeId": notice_id, "partnerCompanyId": company_id}
    reply = calls.call(account, "PUT", "changeNoticeAcknowledgement", args, json=answer, key=key)
    return resources.acknowledgement(calls.thing(reply), resources.ANSWERS)


# -- Launch tasks -----------------------------------------------------------------------------------------------------
def launch_tasks(account: Account, launch_id: str) -> Iterator[LaunchTask]:
    """The tasks of a launch."""
    return (
        resources.launch_task(row) for row in calls.listed(account, "launchTasks", {"launchId": launch_id})
    )


def launch_task(account: Account, task_id: str) -> tuple[LaunchTask, str]:
    """
    Return a task and its etag.

    :raises Missing: there is none
    """
    reply = calls.call(account, "GET", "launchTask", {"taskId": task_id})
    return resources.launch_task(calls.thing(reply)), reply.etag


def create_launch_task(
    account: Account, launch_id: str, content: Mapping[str, Any], *, key: str
) -> LaunchTask:
    """
    :param content: ``externalReference``, ``title``, ``kind``, ``assignees`` (``[{"partnerCompanyId"}]``), ``dueDate``
    """
    reply = calls.call(account, "POST", "launchTasks", {"launchId": launch_id}, json=content, key=key)
    return resources.launch_task(calls.thing(reply))


def move_launch_task(
    account: Account, task_id: str, action: str, *, key: str, company_id: str = "", comment: str = ""
) -> Reply:
    """
    :param action: one of ``calls.GOALS["launchTaskState"]``; all but ``cancel`` move the state of one company
    :raises Conflict: not possible in its state
    """
    more = {"onBehalfOf": {"partnerCompanyId": company_id}} if company_id else None
    return calls.step(account, "launchTaskState", {"taskId": task_id}, action, comment, more, key, "")


def acknowledge_launch_task(
    account: Account, task_id: str, company_id: str, *, key: str, comment: str = ""
) -> Acknowledgement:
    """Pass on that a company has seen a task; saying it again changes nothing."""
    args = {"taskId": task_id, "partnerCompanyId": company_id}
    body = {"comment": comment} if comment else {}
    return resources.acknowledgement(
        calls.thing(calls.call(account, "PUT", "launchTaskAcknowledgement", args, json=body, key=key))
    )


# -- Feedback ---------------------------------------------------------------------------------------------------------
def feedback(account: Account, **filters: str) -> Iterator[Feedback]:
    """
    :param filters: ``partnerCompanyId``, ``updatedSince`` (ISO 8601)
    """
    return (resources.feedback(row) for row in calls.listed(account, "feedback", query=filters))


def give_feedback(account: Account, content: Mapping[str, Any], *, key: str) -> Feedback:
    """
    :param content: ``externalReference``, ``partnerCompanyId``, ``about``, ``rating``, ``tags``, ``comment``
    """
    return resources.feedback(calls.thing(calls.call(account, "POST", "feedback", {}, json=content, key=key)))
