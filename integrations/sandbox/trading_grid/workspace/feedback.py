"""Feedback: how useful media is to a partner; it is given once and not edited."""

from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.calls import Call, Listing, Result
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import once
from integrations.sandbox.trading_grid.workspace.acting import partner_company
from integrations.sandbox.trading_grid.workspace.checks import LANGUAGE, Checker
from integrations.sandbox.trading_grid.workspace.communities import updated_since

TAGS = ("USEFUL", "WRONG_MARKET", "LOW_QUALITY", "WRONG_FORMAT", "LATE")
ABOUT = ("postId", "assetId", "taskId")


def list_feedback(grid: Grid, call: Call) -> Listing:
    where = {name: call.query[name] for name in ("partnerCompanyId",) if name in call.query}
    return grid.store.listing("feedback", call.page, where=where, updated_since=updated_since(call))


def create_feedback(grid: Grid, call: Call) -> Result:
    def create() -> Result:
        check = Checker(call.data)
        company_id = partner_company(check, grid)
        content = checked(check)
        check.finish()
        given = give(
            grid, content=content, partner_company_id=company_id or "",
            external_reference=call.data["externalReference"], now=call.now,
        )  # fmt: skip
        return Result(given.body, 201, location=["feedback", {}])

    return once.created(grid, call, "feedback", create)


def checked(check: Checker) -> dict[str, Any]:
    """The content of a feedback; what is wrong is noted in ``check``."""
    about = check.object("about", required=True)
    subject = {name: about.text(name) for name in ABOUT if about.data.get(name) is not None}
    if check.data.get("about") is not None and not subject:
        about.fail("postId", "or assetId or taskId is required")
    tags = check.texts("tags")
    if unknown := [tag for tag in tags if tag not in TAGS]:
        check.fail("tags", f"{', '.join(unknown)}: must be among {', '.join(TAGS)}")
    return {
        "about": subject,
        "rating": check.whole("rating", lowest=1, highest=5),
        "tags": tags,
        "comment": check.text("comment", longest=4000),
        "language": check.pattern("language", LANGUAGE, "must be a BCP 47 language"),
        "convertedToIssueId": check.text("convertedToIssueId"),
    }


def give(
    grid: Grid,
    *,
    content: dict[str, Any],
    partner_company_id: str,
    external_reference: str | None,
    now: datetime,
) -> Resource:
    """Store checked feedback and tell it."""
    feedback_id = grid.store.next_id("feedback", "fbk")
    body = {
        "feedbackId": feedback_id,
        "externalReference": external_reference,
        "partnerCompanyId": partner_company_id,
        **content,
        "at": timestamp(now),
    }
    given = grid.store.add("feedback", feedback_id, body, now=now)
    events.emit(
        grid, "community.feedback.received", resource="feedback", id=feedback_id, revision=1,
        endpoint="feedback", args={},
    )  # fmt: skip
    return given


ROUTES = {
    ("feedback", "GET"): list_feedback,
    ("feedback", "POST"): create_feedback,
}
