"""Communities and their members: read by the API, changed by verbs."""

from typing import Any

from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace.checks import parse_moment


def list_communities(grid: Grid, call: Call) -> Listing:
    found, total = grid.store.page("community", call.page, updated_since=updated_since(call))
    return Listing([_shown(grid, community) for community in found], total)


def get_community(grid: Grid, call: Call) -> Result:
    community = community_of(grid, call)
    return Result(_shown(grid, community), headers={"ETag": community.etag})


def list_members(grid: Grid, call: Call) -> Listing:
    community = community_of(grid, call)
    return grid.store.listing("member", call.page, parent=community.id, updated_since=updated_since(call))


def community_of(grid: Grid, call: Call) -> Resource:
    """
    The community a path names.

    :raises ApiError: 404
    """
    return grid.store.get("community", call.args["communityId"], what="community")


def updated_since(call: Call) -> str | None:
    """
    Read the list parameter ``updatedSince``.

    :raises ApiError: 400
    """
    text = call.query.get("updatedSince")
    if text is None:
        return None
    # A plus sign that was not escaped arrives as a blank.
    moment = parse_moment(text.replace(" ", "+"))
    if moment is None:
        message = "must be an ISO 8601 time with its zone, such as 2026-11-30T09:00:00Z"
        raise ApiError(400, 4003, f"updatedSince {message}.", [{"name": "updatedSince", "message": message}])
    return timestamp(moment)


def _shown(grid: Grid, community: Resource) -> dict[str, Any]:
    count = grid.store.db.value(
        "SELECT count(*) FROM resources WHERE kind = 'member' AND parent = ?", (community.id,)
    )
    return {**community.body, "memberCount": count, "updatedAt": community.updated_at}


ROUTES = {
    ("communities", "GET"): list_communities,
    ("community", "GET"): get_community,
    ("members", "GET"): list_members,
}
