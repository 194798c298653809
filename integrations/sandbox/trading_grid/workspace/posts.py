"""
Posts: what the hub tells the members of a community.

DRAFT > PUBLISHED > WITHDRAWN | EXPIRED; a withdrawn post may be published again. A PUT makes a new
revision, and a new revision asks every recipient again. A PUT that changes nothing is no revision.
"""

from datetime import datetime
from typing import Any

from integrations.sandbox.trading_grid import actors, events
from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import deadlines, once, receipts
from integrations.sandbox.trading_grid.workspace.assets import check_assets
from integrations.sandbox.trading_grid.workspace.audience import check_audience
from integrations.sandbox.trading_grid.workspace.checks import Checker
from integrations.sandbox.trading_grid.workspace.communities import community_of, updated_since

KINDS = ("NEWS", "MEDIA", "LOCALISED_MEDIA", "LAUNCH", "CHANGE")
WITH_ASSETS = ("MEDIA", "LOCALISED_MEDIA")
# action -> (the states it starts from, the state it leads to)
MOVES = {
    "publish": (("DRAFT", "WITHDRAWN"), "PUBLISHED"),
    "withdraw": (("PUBLISHED",), "WITHDRAWN"),
    "expire": (("PUBLISHED",), "EXPIRED"),
}
EDITABLE = ("kind", "title", "body", "audience", "assets", "requiresReceipt", "receiptDueDate", "expiresAt")


def list_posts(grid: Grid, call: Call) -> Listing:
    community = community_of(grid, call)
    where = {name: call.query[name] for name in ("status", "kind") if name in call.query}
    return grid.store.listing(
        "post", call.page, parent=community.id, where=where, updated_since=updated_since(call)
    )


def get_post(grid: Grid, call: Call) -> Result:
    post = post_of(grid, call)
    return Result(post.body, headers={"ETag": post.etag})


def create_post(grid: Grid, call: Call) -> Result:
    """Create a draft, or with ``"status": "PUBLISHED"`` a post that is out at once."""
    community = community_of(grid, call)

    def create() -> Result:
        if community.body["status"] != "ACTIVE":
            raise ApiError(409, 4093, "This community is closed: nothing can be posted into it.")
        check = Checker(call.data)
        status = check.word("status", ("DRAFT", "PUBLISHED")) or "DRAFT"
        content = _content(check, grid, community.id)
        post_id = grid.store.next_id("post", "post")
        body = {
            "postId": post_id,
            "externalReference": call.data["externalReference"],
            "communityId": community.id,
            "status": "DRAFT",
            "revision": 1,
            **content,
            "publishedAt": None,
            "stateInfo": grid.state_info(call.now),
        }
        post = grid.store.add(
            "post", post_id, _stamped(body, call.now, new=True), now=call.now, parent=community.id
        )
        if status == "PUBLISHED":
            post = move(grid, post, "publish", now=call.now)
        location = ["post", {"communityId": community.id, "postId": post_id}]
        return Result(post.body, 201, {"ETag": post.etag}, location)

    return once.created(grid, call, "post", create)


def replace_post(grid: Grid, call: Call) -> Result:
    def replace() -> Result:
        post = post_of(grid, call)
        once.require_match(call, post)
        if post.body["status"] == "EXPIRED":
            raise ApiError(409, 4093, "This post has expired: create a new one instead.")
        check = Checker(call.data)
        reference = check.text("externalReference")
        if reference is not None and reference != post.body["externalReference"]:
            check.fail("externalReference", "cannot be changed")
        content = _content(check, grid, post.parent)
        if all(post.body[name] == content[name] for name in EDITABLE):
            return Result(post.body, headers={"ETag": post.etag})
        body = {**post.body, **content, "revision": post.body["revision"] + 1}
        post = grid.store.change(post, _stamped(body, call.now), now=call.now)
        if post.body["status"] == "PUBLISHED":
            _announce(grid, post, call.now, changed=tuple(n for n in EDITABLE if n in call.data))
        return Result(post.body, headers={"ETag": post.etag})

    return once.changed(grid, call, replace)


def change_state(grid: Grid, call: Call) -> Result:
    def change() -> Result:
        post = post_of(grid, call)
        once.require_match(call, post)
        check = Checker(call.data)
        action = check.word("action", MOVES, required=True)
        comment = check.text("comment", longest=2000)
        check.finish()
        post = move(grid, post, action or "", now=call.now, comment=comment)
        return Result({**post.body["stateInfo"], "status": post.body["status"]}, headers={"ETag": post.etag})

    return once.changed(grid, call, change)


def move(grid: Grid, post: Resource, action: str, *, now: datetime, comment: str | None = None) -> Resource:
    """
    Publish, withdraw or expire a post and tell it.

    :raises ApiError: 409, not possible in the post's state
    """
    starts, goal = MOVES[action]
    if post.body["status"] not in starts:
        raise ApiError(409, 4093, f"A post that is {post.body['status']} cannot {action}.")
    body = {**post.body, "status": goal, "stateInfo": grid.state_info(now)}
    if comment:
        body["stateInfo"]["comment"] = comment
    if action == "publish":
        body["publishedAt"] = timestamp(now)
    post = grid.store.change(post, _stamped(body, now), now=now)
    if action == "publish":
        _announce(grid, post, now, changed=("status",))
    elif action == "withdraw":
        _emit(grid, "community.post.withdrawn", post, ("status",))
    return post


def post_of(grid: Grid, call: Call) -> Resource:
    """
    The post a path names, in the community the path names.

    :raises ApiError: 404
    """
    community = community_of(grid, call)
    return grid.store.get("post", call.args["postId"], what="post", parent=community.id)


def _announce(grid: Grid, post: Resource, now: datetime, changed: tuple[str, ...]) -> None:
    for partner_company_id in receipts.open_for(grid, post, now=now):
        actors.schedule(grid, post, partner_company_id, now=now)
    deadlines.plan(grid, deadlines.EXPIRY, post.id, post.body["expiresAt"])
    due = post.body["receiptDueDate"] if post.body["requiresReceipt"] else None
    deadlines.plan(grid, deadlines.RECEIPTS, post.id, due)
    _emit(grid, "community.post.published", post, changed)


def _emit(grid: Grid, type: str, post: Resource, changed: tuple[str, ...]) -> None:
    events.emit(
        grid, type, resource="post", id=post.id, revision=post.body["revision"], endpoint="post",
        args={"communityId": post.parent, "postId": post.id}, changed=changed,
    )  # fmt: skip


def _content(check: Checker, grid: Grid, community_id: str) -> dict[str, Any]:
    """
    What the hub may edit, checked.

    :raises ApiError: 400 with every wrong field
    """
    content = {
        "kind": check.word("kind", KINDS, required=True),
        "title": check.by_language("title", required=True),
        "body": check.by_language("body") or {},
        "audience": check_audience(check, grid, community_id),
        "assets": check_assets(check, required=check.data.get("kind") in WITH_ASSETS),
        "requiresReceipt": bool(check.flag("requiresReceipt")),
        "receiptDueDate": check.moment("receiptDueDate"),
        "expiresAt": check.moment("expiresAt"),
    }
    if content["kind"] in WITH_ASSETS and check.data.get("assets") == []:
        check.fail("assets", f"must have at least one entry in a post of kind {content['kind']}")
    check.finish()
    return content


def _stamped(body: dict[str, Any], now: datetime, *, new: bool = False) -> dict[str, Any]:
    at = timestamp(now)
    return {**body, "updatedAt": at} | ({"createdAt": at} if new else {})


ROUTES = {
    ("posts", "GET"): list_posts,
    ("posts", "POST"): create_post,
    ("post", "GET"): get_post,
    ("post", "PUT"): replace_post,
    ("postState", "PATCH"): change_state,
}
