"""
Issues: something about the media is wrong, missing or late.

OPEN > IN_PROGRESS <> WAITING_ON_PARTNER > RESOLVED > CONFIRMED; OPEN > REJECTED; RESOLVED and
CONFIRMED go back to OPEN. Only the partner may confirm; a setting lets time confirm for it. A PUT
changes the fields it carries.
"""

from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import issue_threads, once
from integrations.sandbox.trading_grid.workspace.acting import on_behalf_of, partner_company, user_of
from integrations.sandbox.trading_grid.workspace.assets import check_assets, is_gtin14
from integrations.sandbox.trading_grid.workspace.checks import COUNTRY, LANGUAGE, Checker
from integrations.sandbox.trading_grid.workspace.communities import updated_since

REASONS = (
    "MISSING_MEDIA", "OUTDATED_MEDIA", "WRONG_MEDIA", "MISSING_LOCAL_VARIANT", "QUALITY", "RIGHTS", "OTHER",
)  # fmt: skip
SEVERITIES = ("LOW", "NORMAL", "HIGH", "BLOCKING")
RESOLUTIONS = ("REPLACED", "NEW_VERSION", "ALREADY_CURRENT", "NOT_OUR_ASSET", "DECLINED")
RELATED = ("postId", "taskId", "changeNoticeId", "documentCorrelationId")
# action -> (the states it starts from, the state it leads to)
MOVES = {
    "accept": (("OPEN",), "IN_PROGRESS"),
    "start": (("OPEN", "IN_PROGRESS"), "IN_PROGRESS"),
    "requestInfo": (("IN_PROGRESS",), "WAITING_ON_PARTNER"),
    "provideInfo": (("WAITING_ON_PARTNER",), "IN_PROGRESS"),
    "resolve": (("IN_PROGRESS", "WAITING_ON_PARTNER"), "RESOLVED"),
    "confirm": (("RESOLVED",), "CONFIRMED"),
    "reopen": (("RESOLVED", "CONFIRMED"), "OPEN"),
    "reject": (("OPEN",), "REJECTED"),
}
PARTNER_ONLY = ("confirm", "provideInfo")
FILTERS = ("status", "partnerCompanyId", "assetId", "gtin")


def list_issues(grid: Grid, call: Call) -> Listing:
    where = {name: call.query[name] for name in FILTERS if name in call.query}
    return grid.store.listing("issue", call.page, where=where, updated_since=updated_since(call))


def get_issue(grid: Grid, call: Call) -> Result:
    issue = issue_of(grid, call)
    return Result(issue.body, headers={"ETag": issue.etag})


def create_issue(grid: Grid, call: Call) -> Result:
    def create() -> Result:
        check = Checker(call.data)
        company_id = partner_company(check, grid)
        content = checked(check, grid, new=True)
        raised_by = user_of(check, "raisedBy")
        check.finish()
        issue = raise_issue(
            grid,
            content=content,
            partner_company_id=company_id or "",
            raised_by=raised_by,
            external_reference=call.data["externalReference"],
            now=call.now,
        )
        return Result(issue.body, 201, {"ETag": issue.etag}, ["issue", {"issueId": issue.id}])

    return once.created(grid, call, "issue", create)


def edit_issue(grid: Grid, call: Call) -> Result:
    def edit() -> Result:
        issue = issue_of(grid, call)
        once.require_match(call, issue)
        check = Checker(call.data)
        content = checked(check, grid, new=False)
        for name in ("externalReference", "partnerCompanyId", "status"):
            if name in call.data and call.data[name] != issue.body[name]:
                check.fail(name, "cannot be changed here")
        check.finish()
        body = {**issue.body, **{name: value for name, value in content.items() if name in call.data}}
        if body != issue.body:
            issue = grid.store.change(issue, {**body, "updatedAt": timestamp(call.now)}, now=call.now)
        return Result(issue.body, headers={"ETag": issue.etag})

    return once.changed(grid, call, edit)


def change_state(grid: Grid, call: Call) -> Result:
    def change() -> Result:
        issue = issue_of(grid, call)
        once.require_match(call, issue)
        check = Checker(call.data)
        action = check.word("action", MOVES, required=True) or ""
        comment = check.text("comment", longest=4000)
        partner = on_behalf_of(check, grid)
        resolution = _resolution(check) if "resolution" in call.data else None
        check.finish()
        if partner and partner["partnerCompanyId"] != issue.body["partnerCompanyId"]:
            raise ApiError(403, 4032, "This issue belongs to another partner.")
        issue = move(
            grid, issue, action, now=call.now, partner=partner, comment=comment, resolution=resolution
        )
        answer = {**issue.body["stateInfo"], "status": issue.body["status"]}
        return Result(answer, headers={"ETag": issue.etag})

    return once.changed(grid, call, change)


def raise_issue(
    grid: Grid,
    *,
    content: dict[str, Any],
    partner_company_id: str,
    raised_by: dict[str, Any] | None,
    external_reference: str | None,
    now: datetime,
) -> Resource:
    """Open an issue with checked content and tell it; one raised inside the community has no reference."""
    issue_id = grid.store.next_id("issue", "iss")
    at = timestamp(now)
    body = {
        "issueId": issue_id,
        "externalReference": external_reference,
        "status": "OPEN",
        "partnerCompanyId": partner_company_id,
        "raisedBy": raised_by,
        **content,
        "resolution": None,
        "stateInfo": grid.state_info(now, raised_by if raised_by and raised_by.get("name") else None),
        "createdAt": at,
        "updatedAt": at,
    }
    issue = grid.store.add("issue", issue_id, body, now=now)
    emit(grid, "community.issue.created", issue)
    return issue


def move(
    grid: Grid,
    issue: Resource,
    action: str,
    *,
    now: datetime,
    partner: dict[str, Any] | None = None,
    comment: str | None = None,
    resolution: dict[str, Any] | None = None,
) -> Resource:
    """
    Take an issue to its next state, note the comment in its thread, and tell it.

    :param partner: ``{"id", "name"}`` when the partner moves it
    :raises ApiError: 403 for what only the partner may do, 409 from a state that does not allow it
    """
    starts, goal = MOVES[action]
    if action in PARTNER_ONLY and partner is None:
        raise ApiError(403, 4032, f"Only the partner may {action}; say in whose name with onBehalfOf.")
    if issue.body["status"] not in starts:
        raise ApiError(409, 4093, f"An issue that is {issue.body['status']} cannot {action}.")
    resolution = resolution or issue.body["resolution"]
    if action == "resolve" and resolution is None:
        message = "is required: an object with a kind"
        raise ApiError(400, 4002, f"resolution {message}.", [{"name": "resolution", "message": message}])
    user = {"id": str(partner["id"]), "name": str(partner["name"])} if partner else None
    body = {
        **issue.body,
        "status": goal,
        "resolution": None if action == "reopen" else resolution,
        "stateInfo": grid.state_info(now, user),
        "updatedAt": timestamp(now),
    }
    issue = grid.store.change(issue, body, now=now)
    if comment:
        issue_threads.note(grid, issue, comment, user=user, action=action, now=now)
    emit(grid, "community.issue.stateChanged", issue, ("status",))
    return issue


def auto_confirm(grid: Grid, *, now: datetime, older_than: datetime) -> int:
    """Confirm what has been resolved since before ``older_than``; return how many that were."""
    waiting = [
        issue
        for issue in grid.store.all("issue", where={"status": "RESOLVED"})
        if issue.body["stateInfo"]["timestamp"] < timestamp(older_than)
    ]
    for issue in waiting:
        move(grid, issue, "confirm", now=now, partner={"id": "system", "name": "Confirmed by time"})
    return len(waiting)


def issue_of(grid: Grid, call: Call) -> Resource:
    """
    The issue a path names.

    :raises ApiError: 404
    """
    return grid.store.get("issue", call.args["issueId"], what="issue")


def emit(grid: Grid, type: str, issue: Resource, changed: tuple[str, ...] = ()) -> None:
    events.emit(
        grid, type, resource="issue", id=issue.id, revision=issue.version, endpoint="issue",
        args={"issueId": issue.id}, changed=changed,
    )  # fmt: skip


def checked(check: Checker, grid: Grid, *, new: bool) -> dict[str, Any]:
    """The content of an issue, which a new one must have; what is wrong is noted in ``check``."""
    related = check.object("relatedTo")
    content: dict[str, Any] = {
        "reason": check.word("reason", REASONS, required=new),
        "severity": check.word("severity", SEVERITIES) or "NORMAL",
        "subject": check.text("subject", required=new),
        "description": check.text("description", longest=10_000),
        "language": check.pattern("language", LANGUAGE, "must be a BCP 47 language"),
        "relatedTo": {name: related.text(name) for name in RELATED},
        "gtin": check.text("gtin"),
        "assetId": check.text("assetId"),
        "assetVersion": check.whole("assetVersion", lowest=1),
        "targetMarket": check.pattern("targetMarket", COUNTRY, "must be an ISO 3166 country code"),
        "assignee": user_of(check, "assignee"),
        "dueDate": check.moment("dueDate"),
    }
    if content["gtin"] is not None and not is_gtin14(content["gtin"]):
        check.fail("gtin", "must be 14 digits with a valid check digit")
    post_id = content["relatedTo"]["postId"]
    if post_id and grid.store.find("post", post_id) is None:
        check.fail("relatedTo.postId", "is not a post of this company")
    return content


def _resolution(check: Checker) -> dict[str, Any]:
    resolution = check.object("resolution")
    return {
        "kind": resolution.word("kind", RESOLUTIONS, required=True),
        "assets": check_assets(resolution),
        "note": resolution.text("note", longest=4000),
    }


ROUTES = {
    ("issues", "GET"): list_issues,
    ("issues", "POST"): create_issue,
    ("issue", "GET"): get_issue,
    ("issue", "PUT"): edit_issue,
    ("issueState", "PATCH"): change_state,
}
