"""What the hub's own people do by hand in the grid's console, and what a careless tenant allows, as verbs."""

from typing import Any

from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.verbs import Order, verb
from integrations.sandbox.trading_grid.workspace import posts
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
