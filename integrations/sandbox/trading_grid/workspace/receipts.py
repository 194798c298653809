"""
Receipts: what each recipient of a post has answered.

NOTIFIED > VIEWED > CONFIRMED | CHANGE_REQUESTED | DECLINED. An answer belongs to one revision; a
new revision opens the receipt again. OVERDUE is never stored: it is NOTIFIED or VIEWED after the
post's ``receiptDueDate``.
"""

from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result, not_found
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import once
from integrations.sandbox.trading_grid.workspace.audience import recipients
from integrations.sandbox.trading_grid.workspace.checks import Checker, parse_moment
from integrations.sandbox.trading_grid.workspace.communities import community_of, updated_since

ANSWERS = ("CONFIRMED", "CHANGE_REQUESTED", "DECLINED")
SETTABLE = ("VIEWED", *ANSWERS)


def list_receipts(grid: Grid, call: Call) -> Listing:
    post = _post_of(grid, call)
    found, total = grid.store.page("receipt", call.page, parent=post.id, updated_since=updated_since(call))
    return Listing([shown(receipt, post, call.now) for receipt in found], total)


def get_receipt(grid: Grid, call: Call) -> Result:
    post = _post_of(grid, call)
    receipt = _receipt_of(grid, post, call.args["partnerCompanyId"])
    return Result(shown(receipt, post, call.now), headers={"ETag": receipt.etag})


def put_receipt(grid: Grid, call: Call) -> Result:
    """A partner's answer, sent by the partner or passed on by the hub in its name."""

    def put() -> Result:
        post = _post_of(grid, call)
        receipt = _receipt_of(grid, post, call.args["partnerCompanyId"])
        once.require_match(call, receipt)
        check = Checker(call.data)
        status = check.word("status", SETTABLE, required=True) or ""
        comment = check.text("comment", longest=4000)
        issue_id = check.text("issueId")
        revision = check.whole("postRevision", lowest=1)
        user = check.object("byUser")
        by = {"id": user.text("id"), "name": user.text("name")} if user.data else None
        if issue_id and not grid.store.find("issue", issue_id):
            check.fail("issueId", "is not an issue of this company")
        check.finish()
        receipt = answer(
            grid,
            post,
            receipt,
            status,
            now=call.now,
            by=by,
            comment=comment,
            issue_id=issue_id,
            revision=revision,
        )
        return Result(shown(receipt, post, call.now), headers={"ETag": receipt.etag})

    return once.changed(grid, call, put)


def answer(
    grid: Grid,
    post: Resource,
    receipt: Resource,
    status: str,
    *,
    now: datetime,
    by: dict[str, Any] | None = None,
    comment: str | None = None,
    issue_id: str | None = None,
    revision: int | None = None,
) -> Resource:
    """
    Record what a partner says about a post; the same answer again changes nothing.

    :param revision: the revision that was answered, when the partner said which
    :raises ApiError: 409, the post is not out, the revision is not current, or a step back to VIEWED
    """
    if post.body["status"] != "PUBLISHED":
        raise ApiError(409, 4093, f"This post is {post.body['status']}: there is nothing to answer.")
    if revision is not None and revision != post.body["revision"]:
        raise ApiError(
            409, 4094, f"This post is at revision {post.body['revision']} now. Look at it again, then answer."
        )
    before = receipt.body
    if status == "VIEWED" and before["status"] in SETTABLE:
        return receipt
    body = {
        **before,
        "status": status,
        "at": timestamp(now),
        "byUser": by,
        "postRevision": post.body["revision"],
        "comment": comment,
        "issueId": issue_id,
    }
    if all(before[name] == body[name] for name in body if name != "at"):
        return receipt
    receipt = grid.store.change(receipt, body, now=now)
    emit(grid, "community.receipt.recorded", post, receipt, ("status",))
    return receipt


def open_for(grid: Grid, post: Resource, *, now: datetime) -> list[str]:
    """
    Notify the recipients of a post: new ones get a receipt, those who answered are asked again.

    :returns: the companies that now have something to answer
    """
    opened = []
    for member in recipients(grid, post.parent, post.body["audience"]):
        company_id = member["partnerCompanyId"]
        body = {
            "partnerCompanyId": company_id,
            "status": "NOTIFIED",
            "at": timestamp(now),
            "byUser": None,
            "postRevision": post.body["revision"],
            "comment": None,
            "issueId": None,
        }
        receipt = grid.store.find("receipt", f"{post.id}/{company_id}")
        if receipt is None:
            grid.store.add("receipt", f"{post.id}/{company_id}", body, now=now, parent=post.id)
        elif receipt.body["postRevision"] == post.body["revision"]:
            continue
        else:
            grid.store.change(receipt, body, now=now)
        opened.append(company_id)
    return opened


def shown(receipt: Resource, post: Resource, now: datetime) -> dict[str, Any]:
    """The receipt as the API shows it, OVERDUE computed."""
    return {**receipt.body, "status": "OVERDUE"} if is_overdue(receipt, post, now) else receipt.body


def is_overdue(receipt: Resource, post: Resource, now: datetime) -> bool:
    due = parse_moment(post.body["receiptDueDate"])
    waiting = receipt.body["status"] not in ANSWERS and post.body["status"] == "PUBLISHED"
    return bool(waiting and post.body["requiresReceipt"] and due and now > due)


def emit(grid: Grid, type: str, post: Resource, receipt: Resource, changed: tuple[str, ...] = ()) -> None:
    company_id = receipt.body["partnerCompanyId"]
    events.emit(
        grid, type, resource="receipt", id=f"{post.id}/{company_id}", revision=receipt.version,
        endpoint="receipt", changed=changed,
        args={"communityId": post.parent, "postId": post.id, "partnerCompanyId": company_id},
    )  # fmt: skip


def _post_of(grid: Grid, call: Call) -> Resource:
    community = community_of(grid, call)
    return grid.store.get("post", call.args["postId"], what="post", parent=community.id)


def _receipt_of(grid: Grid, post: Resource, partner_company_id: str) -> Resource:
    receipt = grid.store.find("receipt", f"{post.id}/{partner_company_id}")
    if receipt is None:
        raise not_found("receipt: this company is not among the recipients of the post")
    return receipt


ROUTES = {
    ("receipts", "GET"): list_receipts,
    ("receipt", "GET"): get_receipt,
    ("receipt", "PUT"): put_receipt,
}
