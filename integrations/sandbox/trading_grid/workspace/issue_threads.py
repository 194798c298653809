"""
The thread of an issue: annotations as Cartographer shapes them, and files beside them.

An annotation: ``{id, type, message[{user{id, name, type}, action, text, modified}], replies[],
attachments[{id, name}], additionalInfo}``. ``user.type`` is HUB or PARTNER.
"""

import hashlib
from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.calls import ApiError, Call, Download, Listing, Result, not_found
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import once
from integrations.sandbox.trading_grid.workspace.acting import on_behalf_of
from integrations.sandbox.trading_grid.workspace.checks import Checker

LISTED_ATTACHMENT = "SELECT id, name, mimetype, length(data) AS size, created_at FROM attachments"
# Shown inline these types could run script in the reader's browser.
ACTIVE_TYPES = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml")


def list_comments(grid: Grid, call: Call) -> Listing:
    issue = _issue_of(grid, call)
    return grid.store.listing("comment", call.page, parent=issue.id)


def add_comment(grid: Grid, call: Call) -> Result:
    """``{"text", "replyTo"?, "onBehalfOf"?, "user"?{"id", "name"}}``."""

    def add() -> Result:
        issue = _issue_of(grid, call)
        check = Checker(call.data)
        text = check.text("text", required=True, longest=10_000) or ""
        partner = on_behalf_of(check, grid)
        user = check.object("user")
        reply_to = check.text("replyTo")
        parent = grid.store.find("comment", reply_to) if reply_to else None
        if reply_to and (parent is None or parent.parent != issue.id):
            check.fail("replyTo", "is not a comment of this issue")
        by = partner or (
            {"id": user.text("id") or "", "name": user.text("name") or ""} if user.data else None
        )
        check.finish()
        comment = note(
            grid, issue, text, user=by, action="comment", now=call.now, reply_to=parent, partner=bool(partner)
        )
        return Result(comment, 201, location=["issueComments", {"issueId": issue.id}])

    return once.created(grid, call, "comment", add, reference=False)


def note(
    grid: Grid,
    issue: Resource,
    text: str,
    *,
    user: dict[str, Any] | None,
    action: str,
    now: datetime,
    reply_to: Resource | None = None,
    partner: bool | None = None,
) -> dict[str, Any]:
    """
    Append to an issue's thread and tell it.

    :param user: ``{"id", "name"}``; ``None`` is the hub's service user
    :param partner: whether the user is the partner's; unless told, anyone but the service user is
    :returns: the annotation
    """
    by = user or {"id": grid.keys.user_id, "name": "Portal Service"}
    is_partner = user is not None if partner is None else partner
    annotation: dict[str, Any] = {
        "id": grid.store.next_id("comment", "cmt"),
        "type": "COMMENT" if action == "comment" else "STATE",
        "message": [
            {
                "user": {"id": by["id"], "name": by["name"], "type": "PARTNER" if is_partner else "HUB"},
                "action": action,
                "text": text,
                "modified": timestamp(now),
            }
        ],
        "replies": [],
        "attachments": [],
        "additionalInfo": {},
    }
    with grid.store.write():
        if reply_to is None:
            grid.store.add("comment", annotation["id"], annotation, now=now, parent=issue.id)
        else:
            body = {**reply_to.body, "replies": [*reply_to.body["replies"], annotation]}
            grid.store.change(reply_to, body, now=now)
        events.emit(
            grid, "community.issue.commented", resource="issue", id=issue.id, revision=issue.version,
            endpoint="issue", args={"issueId": issue.id}, changed=("comments",),
        )  # fmt: skip
    return annotation


def list_attachments(grid: Grid, call: Call) -> Listing:
    issue = _issue_of(grid, call)
    rows = grid.store.db.all(f"{LISTED_ATTACHMENT} WHERE issue_id = ? ORDER BY rowid", (issue.id,))
    shown = [_attachment(row) for row in rows]
    return Listing(shown[call.page.offset : call.page.offset + call.page.size], len(shown))


def add_attachment(grid: Grid, call: Call) -> Result:
    """A multipart form with one ``file``."""
    issue = _issue_of(grid, call)
    upload = call.files.get("file")
    if upload is None or not upload.filename:
        message = "is required: a multipart form with one file"
        raise ApiError(400, 4002, f"file {message}.", [{"name": "file", "message": message}])
    data = upload.read()

    def add() -> Result:
        attachment_id = grid.store.next_id("attachment", "att")
        with grid.store.write() as connection:
            connection.execute(
                "INSERT INTO attachments VALUES (?, ?, ?, ?, ?, ?)",
                (attachment_id, issue.id, upload.filename, upload.mimetype or "application/octet-stream", data,
                 timestamp(call.now)),
            )  # fmt: skip
        row = grid.store.db.one(f"{LISTED_ATTACHMENT} WHERE id = ?", (attachment_id,))
        location = ["issueAttachment", {"issueId": issue.id, "attachmentId": attachment_id}]
        return Result(_attachment(row), 201, location=location)

    digest = hashlib.sha256(data).hexdigest()
    return once.created(grid, call, "attachment", add, reference=False, digest=digest)


def get_attachment(grid: Grid, call: Call) -> Download:
    issue = _issue_of(grid, call)
    row = grid.store.db.one(
        "SELECT * FROM attachments WHERE id = ? AND issue_id = ?", (call.args["attachmentId"], issue.id)
    )
    if row is None:
        raise not_found("attachment")
    mimetype = "application/octet-stream" if row["mimetype"] in ACTIVE_TYPES else row["mimetype"]
    return Download(row["data"], mimetype, row["name"])


def _attachment(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "mimeType": row["mimetype"],
        "size": row["size"],
        "createdAt": row["created_at"],
    }


def _issue_of(grid: Grid, call: Call) -> Resource:
    return grid.store.get("issue", call.args["issueId"], what="issue")


ROUTES = {
    ("issueComments", "GET"): list_comments,
    ("issueComments", "POST"): add_comment,
    ("issueAttachments", "GET"): list_attachments,
    ("issueAttachments", "POST"): add_attachment,
    ("issueAttachment", "GET"): get_attachment,
}
