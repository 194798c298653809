"""
Launch tasks: what partners have to do for a launch, by when.

Every assignee has a state of its own: SENT > ACKNOWLEDGED > IN_PROGRESS > DONE, or BLOCKED; OVERDUE is
computed. Whose state a PATCH moves is said by ``onBehalfOf``; only ``cancel`` is the hub's and ends the
whole task. A launch exists by its tasks.
"""

from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result, not_found
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import deadlines, once
from integrations.sandbox.trading_grid.workspace.acting import on_behalf_of, partner_company
from integrations.sandbox.trading_grid.workspace.assets import check_assets
from integrations.sandbox.trading_grid.workspace.checks import Checker, parse_moment
from integrations.sandbox.trading_grid.workspace.communities import updated_since

KINDS = ("REVIEW_ASSETS", "PUBLISH_LISTING", "CONFIRM_READINESS", "LOCALISE", "CUSTOM")
# action -> (an assignee's states it starts from, the state it leads to)
MOVES = {
    "acknowledge": (("SENT",), "ACKNOWLEDGED"),
    "start": (("SENT", "ACKNOWLEDGED", "BLOCKED"), "IN_PROGRESS"),
    "complete": (("SENT", "ACKNOWLEDGED", "IN_PROGRESS", "BLOCKED"), "DONE"),
    "block": (("SENT", "ACKNOWLEDGED", "IN_PROGRESS"), "BLOCKED"),
}
EVENTS = {
    "acknowledge": "community.launchTask.acknowledged",
    "complete": "community.launchTask.completed",
    "block": "community.launchTask.blocked",
}
UNFINISHED = ("SENT", "ACKNOWLEDGED", "IN_PROGRESS")


def list_tasks(grid: Grid, call: Call) -> Listing:
    found, total = grid.store.page(
        "launchTask", call.page, parent=call.args["launchId"], updated_since=updated_since(call)
    )
    return Listing([shown(task, call.now) for task in found], total)


def get_task(grid: Grid, call: Call) -> Result:
    task = _task_of(grid, call)
    return Result(shown(task, call.now), headers={"ETag": task.etag})


def create_task(grid: Grid, call: Call) -> Result:
    def create() -> Result:
        check = Checker(call.data)
        content: dict[str, Any] = {
            "title": check.by_language("title", required=True),
            "kind": check.word("kind", KINDS, required=True),
            "dueDate": check.moment("dueDate"),
            "embargoUntil": check.moment("embargoUntil"),
            "assets": check_assets(check),
        }
        assigned = [partner_company(assignee, grid) for assignee in check.objects("assignees", required=True)]
        check.finish()
        if not assigned:
            raise ApiError(
                400, 4002, "Name at least one assignee.", [{"name": "assignees", "message": "is empty"}]
            )
        task_id = grid.store.next_id("launchTask", "tsk")
        at = timestamp(call.now)
        body = {
            "taskId": task_id,
            "launchId": call.args["launchId"],
            "externalReference": call.data["externalReference"],
            **content,
            "status": "OPEN",
            "assignees": [
                {"partnerCompanyId": company_id, "status": "SENT", "at": at, "comment": None}
                for company_id in dict.fromkeys(assigned)
            ],
            "stateInfo": grid.state_info(call.now),
            "createdAt": at,
            "updatedAt": at,
        }
        task = grid.store.add("launchTask", task_id, body, now=call.now, parent=call.args["launchId"])
        deadlines.plan(grid, deadlines.TASK, task_id, content["dueDate"])
        emit(grid, "community.launchTask.assigned", task, ("assignees",))
        return Result(body, 201, {"ETag": task.etag}, ["launchTask", {"taskId": task_id}])

    return once.created(grid, call, "launchTask", create)


def change_state(grid: Grid, call: Call) -> Result:
    def change() -> Result:
        task = _task_of(grid, call)
        once.require_match(call, task)
        check = Checker(call.data)
        action = check.word("action", (*MOVES, "cancel"), required=True) or ""
        comment = check.text("comment", longest=2000)
        partner = on_behalf_of(check, grid)
        if action != "cancel" and partner is None:
            check.fail("onBehalfOf", "must name the partner whose task this is")
        check.finish()
        if action == "cancel":
            task = _cancel(grid, task, now=call.now)
        else:
            company_id = (partner or {})["partnerCompanyId"]
            task = move(grid, task, company_id, action, now=call.now, comment=comment)
        answer = {**task.body["stateInfo"], "status": task.body["status"]}
        return Result(answer, headers={"ETag": task.etag})

    return once.changed(grid, call, change)


def put_acknowledgement(grid: Grid, call: Call) -> Result:
    """A partner has seen the task; saying it again, or later than starting, changes nothing."""

    def put() -> Result:
        task = _task_of(grid, call)
        once.require_match(call, task)
        check = Checker(call.data if call.body is not None else {})
        comment = check.text("comment", longest=2000)
        check.finish()
        company_id = call.args["partnerCompanyId"]
        if _assignee(task, company_id)["status"] == "SENT":
            task = move(grid, task, company_id, "acknowledge", now=call.now, comment=comment)
        return Result(_assignee(task, company_id), headers={"ETag": task.etag})

    return once.changed(grid, call, put)


def move(
    grid: Grid, task: Resource, company_id: str, action: str, *, now: datetime, comment: str | None = None
) -> Resource:
    """
    Take one assignee of a task to its next state and tell it.

    :raises ApiError: 404 for the assignee, 409 from a state that does not allow it
    """
    assignee = _assignee(task, company_id)
    starts, goal = MOVES[action]
    if task.body["status"] == "CANCELLED":
        raise ApiError(409, 4093, "This task was cancelled.")
    if assignee["status"] not in starts:
        raise ApiError(409, 4093, f"A task that is {assignee['status']} for this partner cannot {action}.")
    moved = {**assignee, "status": goal, "at": timestamp(now), "comment": comment}
    body = {
        **task.body,
        "assignees": [moved if each is assignee else each for each in task.body["assignees"]],
        "stateInfo": grid.state_info(now),
        "updatedAt": timestamp(now),
    }
    task = grid.store.change(task, body, now=now)
    if action in EVENTS:
        emit(grid, EVENTS[action], task, ("assignees",))
    return task


def shown(task: Resource, now: datetime) -> dict[str, Any]:
    """The task as the API shows it, OVERDUE computed per assignee."""
    late = late_assignees(task, now)
    return {
        **task.body,
        "assignees": [
            {**each, "status": "OVERDUE"} if each["partnerCompanyId"] in late else each
            for each in task.body["assignees"]
        ],
    }


def late_assignees(task: Resource, now: datetime) -> set[str]:
    due = parse_moment(task.body["dueDate"])
    if task.body["status"] == "CANCELLED" or due is None or now <= due:
        return set()
    return {each["partnerCompanyId"] for each in task.body["assignees"] if each["status"] in UNFINISHED}


def emit(grid: Grid, type: str, task: Resource, changed: tuple[str, ...]) -> None:
    events.emit(
        grid, type, resource="launchTask", id=task.id, revision=task.version, endpoint="launchTask",
        args={"taskId": task.id}, changed=changed,
    )  # fmt: skip


def _cancel(grid: Grid, task: Resource, *, now: datetime) -> Resource:
    if task.body["status"] == "CANCELLED":
        raise ApiError(409, 4093, "This task was cancelled already.")
    body = {
        **task.body,
        "status": "CANCELLED",
        "stateInfo": grid.state_info(now),
        "updatedAt": timestamp(now),
    }
    return grid.store.change(task, body, now=now)


def _assignee(task: Resource, company_id: str) -> dict[str, Any]:
    for assignee in task.body["assignees"]:
        if assignee["partnerCompanyId"] == company_id:
            return assignee
    raise not_found("assignee of this task")


def _task_of(grid: Grid, call: Call) -> Resource:
    return grid.store.get("launchTask", call.args["taskId"], what="task")


ROUTES = {
    ("launchTasks", "GET"): list_tasks,
    ("launchTasks", "POST"): create_task,
    ("launchTask", "GET"): get_task,
    ("launchTaskState", "PATCH"): change_state,
    ("launchTaskAcknowledgement", "PUT"): put_acknowledgement,
}
