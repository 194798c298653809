"""What the hub's own people do by hand in the grid's console, and what a careless tenant allows, as verbs."""

from typing import Any

from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.verbs import Order, verb
from integrations.sandbox.trading_grid.workspace import onboarding, posts, subscriptions
from integrations.sandbox.trading_grid.workspace.checks import Checker


@verb("DELETE", "/posts/{postId}", "Somebody deletes a post by hand; its externalReference is free again.")
def delete_post(grid: Grid, order: Order) -> None:
    with grid.store.write() as connection:
        post = grid.store.get("post", order.args["postId"], what="post")
        grid.store.remove(post)
        connection.execute(
            "DELETE FROM first_answers WHERE scope = 'reference:post' AND key = ?",
            (post.body["externalReference"],),
        )


@verb("POST", "/posts/{postId}/state", "Somebody moves a post by hand.", {"action": "|".join(posts.MOVES)})
def move_post(grid: Grid, order: Order) -> dict[str, Any]:
    post = grid.store.get("post", order.args["postId"], what="post")
    check = Checker(order.body)
    action = check.word("action", tuple(posts.MOVES), required=True)
    check.finish()
    return {"post": posts.move(grid, post, action or "", now=grid.now()).body}


@verb(
    "PUT",
    "/posts/{postId}",
    "Somebody edits a post by hand; what is not given stays.",
    {"assets": "list of references"},
)
def edit_post(grid: Grid, order: Order) -> dict[str, Any]:
    post = grid.store.get("post", order.args["postId"], what="post")
    told = {name: value for name, value in order.body.items() if name in posts.EDITABLE}
    body = {**post.body, **told, "revision": post.body["revision"] + 1}
    return {"post": grid.store.change(post, body, now=grid.now()).body}


@verb("POST", "/posts/{postId}/copy", "The same post once more, as at a tenant that does not keep externalReference "
      "unique.", {"externalReference": "optional, another one"})  # fmt: skip
def copy_post(grid: Grid, order: Order) -> dict[str, Any]:
    post = grid.store.get("post", order.args["postId"], what="post")
    with grid.store.write():
        post_id = grid.store.next_id("post", "post")
        body = {**post.body, **order.body, "postId": post_id}
        return {"post": grid.store.add("post", post_id, body, now=grid.now(), parent=post.parent).body}


@verb("PUT", "/communities/{communityId}/status", "Somebody closes a community, or opens it again; no event tells of "
      "it.", {"status": "ACTIVE|CLOSED"})  # fmt: skip
def set_community_status(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    status = check.word("status", ("ACTIVE", "CLOSED"), required=True)
    check.finish()
    with grid.store.write():
        community = grid.store.get("community", order.args["communityId"], what="community")
        body = {**community.body, "status": status}
        return {"community": grid.store.change(community, body, now=grid.now()).body}


@verb("POST", "/onboardingProjects/{projectId}/cancel", "Somebody ends an onboarding before its time; no event tells "
      "of it.")  # fmt: skip
def cancel_onboarding(grid: Grid, order: Order) -> dict[str, Any]:
    with grid.store.write():
        project = grid.store.get("onboardingProject", order.args["projectId"], what="onboarding project")
        return {"project": onboarding.cancel(grid, project, now=grid.now()).body}


@verb("PUT", "/subscriptions", "What comes of subscribing an address that has a subscription: it is replaced, there "
      "is a second one, or it is refused.", {"again": "|".join(subscriptions.AGAIN)})  # fmt: skip
def set_subscribing_again(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    again = check.word("again", subscriptions.AGAIN, required=True)
    check.finish()
    grid.store.set_setting("subscriptions.again", again)
    return {"again": again}
