"""
Onboarding projects: an ordered list of tasks with due dates per new partner, and a media pack.

INVITED > IN_PROGRESS with the first task begun > READY with all done or waived > LIVE: at once when
the invitation's approval is AUTOMATIC, otherwise when somebody of the hub approves (a verb). CANCELLED
from any of these but LIVE, by somebody of the hub (a verb).
A task is OPEN, IN_PROGRESS, DONE or WAIVED.
"""

from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result, not_found
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import once
from integrations.sandbox.trading_grid.workspace.acting import partner_company
from integrations.sandbox.trading_grid.workspace.assets import check_assets
from integrations.sandbox.trading_grid.workspace.checks import LANGUAGE, Checker
from integrations.sandbox.trading_grid.workspace.communities import updated_since

TASK_KINDS = ("CONFIRM_COMPANY_DATA", "DOWNLOAD_PACK", "APPROVE_AGREEMENT", "CONNECT", "TEST", "CUSTOM")
USUAL_TASKS = TASK_KINDS[:-1]
# action -> (the states it starts from, the state it leads to)
TASK_MOVES = {
    "start": (("OPEN",), "IN_PROGRESS"),
    "complete": (("OPEN", "IN_PROGRESS"), "DONE"),
    "waive": (("OPEN", "IN_PROGRESS"), "WAIVED"),
    "reopen": (("DONE", "WAIVED"), "OPEN"),
}
FINISHED = ("DONE", "WAIVED")


def list_projects(grid: Grid, call: Call) -> Listing:
    names = ("communityId", "partnerCompanyId", "status")
    where = {name: call.query[name] for name in names if name in call.query}
    return grid.store.listing("onboardingProject", call.page, where=where, updated_since=updated_since(call))


def get_project(grid: Grid, call: Call) -> Result:
    project = _project_of(grid, call)
    return Result(project.body, headers={"ETag": project.etag})


def create_project(grid: Grid, call: Call) -> Result:
    def create() -> Result:
        check = Checker(call.data)
        community_id = check.text("communityId", required=True)
        community = grid.store.find("community", community_id) if community_id else None
        if community_id and (community is None or community.body["kind"] != "ONBOARDING"):
            check.fail("communityId", "is not an onboarding community of this company")
        company_id = partner_company(check, grid)
        invitation = _invitation(check)
        tasks = _tasks(check)
        pack = check.object("mediaPack")
        media_pack = {"assets": check_assets(pack), "documents": check_assets(pack, "documents")}
        check.finish()
        project = invite(
            grid,
            community_id=community_id or "",
            partner_company_id=company_id or "",
            invitation=invitation,
            tasks=tasks,
            media_pack=media_pack,
            external_reference=call.data["externalReference"],
            now=call.now,
        )
        location = ["onboardingProject", {"projectId": project.id}]
        return Result(project.body, 201, {"ETag": project.etag}, location)

    return once.created(grid, call, "onboardingProject", create)


def change_task(grid: Grid, call: Call) -> Result:
    def change() -> Result:
        project = _project_of(grid, call)
        once.require_match(call, project)
        check = Checker(call.data)
        action = check.word("action", TASK_MOVES, required=True) or ""
        check.text("comment", longest=2000)
        check.finish()
        project = move_task(grid, project, call.args["taskId"], action, now=call.now)
        task = next(task for task in project.body["tasks"] if task["taskId"] == call.args["taskId"])
        answer = {
            **project.body["stateInfo"],
            "status": task["status"],
            "projectStatus": project.body["status"],
        }
        return Result(answer, headers={"ETag": project.etag})

    return once.changed(grid, call, change)


def invite(
    grid: Grid,
    *,
    community_id: str,
    partner_company_id: str,
    invitation: dict[str, Any],
    tasks: list[dict[str, Any]],
    media_pack: dict[str, Any],
    external_reference: str | None,
    now: datetime,
) -> Resource:
    """Start a partner's onboarding with checked parts and tell it; without tasks it gets the usual five."""
    project_id = grid.store.next_id("onboardingProject", "onb")
    numbered = [
        {"taskId": f"{project_id}-t{number}", "order": number, "status": "OPEN", **task}
        for number, task in enumerate(
            tasks or [{"kind": kind, "title": None, "dueDate": None} for kind in USUAL_TASKS], start=1
        )
    ]
    at = timestamp(now)
    body = {
        "projectId": project_id,
        "externalReference": external_reference,
        "communityId": community_id,
        "partnerCompanyId": partner_company_id,
        "invitation": invitation,
        "status": "INVITED",
        "tasks": numbered,
        "mediaPack": media_pack,
        "progress": _progress(numbered),
        "stateInfo": grid.state_info(now),
        "createdAt": at,
        "updatedAt": at,
    }
    project = grid.store.add("onboardingProject", project_id, body, now=now)
    _emit(grid, "community.onboarding.invited", project)
    return project


def move_task(grid: Grid, project: Resource, task_id: str, action: str, *, now: datetime) -> Resource:
    """
    Take one task to its next state and the project with it.

    :raises ApiError: 404 for the task, 409 from a state that does not allow it
    """
    task = next((task for task in project.body["tasks"] if task["taskId"] == task_id), None)
    if task is None:
        raise not_found("task in this project")
    if project.body["status"] in ("LIVE", "CANCELLED"):
        raise ApiError(409, 4093, f"This onboarding is {project.body['status']}: its tasks are closed.")
    starts, goal = TASK_MOVES[action]
    if task["status"] not in starts:
        raise ApiError(409, 4093, f"A task that is {task['status']} cannot {action}.")
    tasks = [{**each, "status": goal} if each is task else each for each in project.body["tasks"]]
    progress = _progress(tasks)
    body = {
        **project.body,
        "tasks": tasks,
        "progress": progress,
        "status": "READY" if progress["done"] == progress["total"] else "IN_PROGRESS",
        "stateInfo": grid.state_info(now),
        "updatedAt": timestamp(now),
    }
    project = grid.store.change(project, body, now=now)
    if goal == "DONE":
        _emit(grid, "community.onboarding.taskCompleted", project, ("tasks", "progress"))
    if body["status"] == "READY" and body["invitation"]["approval"] == "AUTOMATIC":
        project = go_live(grid, project, now=now)
    return project


def go_live(grid: Grid, project: Resource, *, now: datetime) -> Resource:
    """
    Approve a partner that has done everything.

    :raises ApiError: 409, tasks are open
    """
    if project.body["status"] != "READY":
        raise ApiError(409, 4093, f"An onboarding that is {project.body['status']} cannot go live.")
    body = {**project.body, "status": "LIVE", "updatedAt": timestamp(now)}
    project = grid.store.change(project, body, now=now)
    _emit(grid, "community.onboarding.live", project, ("status",))
    return project


def cancel(grid: Grid, project: Resource, *, now: datetime) -> Resource:
    """
    End an onboarding before its time. The contract has no event for it.

    :raises ApiError: 409, it has ended
    """
    if project.body["status"] in ("LIVE", "CANCELLED"):
        raise ApiError(409, 4093, f"An onboarding that is {project.body['status']} cannot be cancelled.")
    body = {
        **project.body,
        "status": "CANCELLED",
        "stateInfo": grid.state_info(now),
        "updatedAt": timestamp(now),
    }
    return grid.store.change(project, body, now=now)


def usual_invitation(language: str) -> dict[str, Any]:
    return {
        "mode": "UNIQUE",
        "approval": "AUTOMATIC",
        "status": "ACTIVE",
        "expiresAt": None,
        "language": language,
    }


def _invitation(check: Checker) -> dict[str, Any]:
    invitation = check.object("invitation", required=True)
    return {
        "mode": invitation.word("mode", ("UNIQUE", "GENERIC")) or "UNIQUE",
        "approval": invitation.word("approval", ("MANUAL", "AUTOMATIC")) or "MANUAL",
        "status": "ACTIVE",
        "expiresAt": invitation.moment("expiresAt"),
        "language": invitation.pattern("language", LANGUAGE, "must be a BCP 47 language", required=True),
    }


def _tasks(check: Checker) -> list[dict[str, Any]]:
    found = check.objects("tasks")
    # Tasks without an order of their own come last, as they were sent.
    ordered = sorted(found, key=lambda task: task.whole("order", lowest=1) or len(found) + 1)
    return [
        {
            "kind": task.word("kind", TASK_KINDS, required=True),
            "title": task.by_language("title"),
            "dueDate": task.moment("dueDate"),
        }
        for task in ordered
    ]


def _progress(tasks: list[dict[str, Any]]) -> dict[str, int]:
    return {"done": sum(task["status"] in FINISHED for task in tasks), "total": len(tasks)}


def _project_of(grid: Grid, call: Call) -> Resource:
    return grid.store.get("onboardingProject", call.args["projectId"], what="onboarding project")


def _emit(grid: Grid, type: str, project: Resource, changed: tuple[str, ...] = ()) -> None:
    events.emit(
        grid, type, resource="onboardingProject", id=project.id, revision=project.version,
        endpoint="onboardingProject", args={"projectId": project.id}, changed=changed,
    )  # fmt: skip


ROUTES = {
    ("onboardingProjects", "GET"): list_projects,
    ("onboardingProjects", "POST"): create_project,
    ("onboardingProject", "GET"): get_project,
    ("onboardingTaskState", "PATCH"): change_task,
}
