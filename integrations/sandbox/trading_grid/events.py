"""
What happened, as CloudEvents: written with the change itself, read by poll or pushed to subscribers.

``sequence`` grows by one with every event of the grid and is the only order there is. The payload
is thin: the truth is fetched by ``href``. Whoever asks sees the paths and names of its own profile.
"""

import json
import secrets
import time
from typing import Any

from integrations.sandbox.trading_grid.calls import ApiError, Call, CursorListing
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.profiles import PROFILES, RESOURCES, Profile
from integrations.sandbox.trading_grid.store import timestamp

TYPES = (
    "community.post.published",
    "community.post.withdrawn",
    "community.receipt.recorded",
    "community.receipt.overdue",
    "community.issue.created",
    "community.issue.commented",
    "community.issue.stateChanged",
    "community.member.added",
    "community.member.removed",
    "community.member.updated",
    "community.onboarding.invited",
    "community.onboarding.taskCompleted",
    "community.onboarding.live",
    "community.change.published",
    "community.change.acknowledged",
    "community.change.disputed",
    "community.launchTask.assigned",
    "community.launchTask.acknowledged",
    "community.launchTask.completed",
    "community.launchTask.blocked",
    "community.launchTask.overdue",
    "community.feedback.received",
    "document.statusChanged",
    "document.faChanged",
)
LARGEST_PAGE = 100
# What can go wrong with pushed events on purpose; all off at first.
MODES = {
    "duplicate": "every event is sent twice",
    "outOfOrder": "events wait a second and leave newest first",
    "badSignature": "the signature belongs to another secret",
    "stale": "the signed timestamp is ten minutes old",
}


def emit(
    grid: Grid,
    type: str,
    *,
    resource: str,
    id: str,
    revision: int,
    endpoint: str,
    args: dict[str, str],
    changed: tuple[str, ...] = (),
) -> None:
    """
    Write an event down, inside the caller's transaction, and queue it for the subscribers.

    :param resource: singular name, such as ``post``; ``id`` is what identifies it for a reader
    :param endpoint: with ``args``, where the resource is fetched; a key of the path map
    :param changed: our names of the fields that changed
    """
    if type not in TYPES:
        raise ValueError(f"{type} is not an event type of the contract")
    data = {"resource": resource, "id": id, "revision": revision, "changed": list(changed)}
    plural = f"{resource}s" if resource != "feedback" else resource
    with grid.store.write() as connection:
        sequence = connection.execute(
            "INSERT INTO events (id, type, at, endpoint, args, subject, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (f"evt-{secrets.token_hex(12)}", type, timestamp(grid.now()), endpoint, json.dumps(args),
             f"{plural}/{id}", json.dumps(data)),
        ).lastrowid  # fmt: skip
        modes = push_modes(grid)
        if not modes["push"]:
            return
        # Waits are about sockets, not about business: real time, not the sandbox's clock. Out of order
        # means: let a second's worth gather, then send the newest first.
        due = time.time() + (1 if modes["outOfOrder"] else 0)
        for subscription in grid.store.all("subscription"):
            if wants(subscription.body["eventTypes"], type):
                connection.execute(
                    "INSERT INTO deliveries (subscription_id, sequence, due) VALUES (?, ?, ?)",
                    (subscription.id, sequence, due),
                )


def push_modes(grid: Grid) -> dict[str, bool]:
    """How events are pushed; see ``MODES`` for the meaning of each word."""
    return {"push": True, **dict.fromkeys(MODES, False), **grid.store.setting("events", default={})}


def wants(event_types: list[str], type: str) -> bool:
    """Whether a subscription to these types gets this one; ``*`` ends a prefix or stands alone."""
    return any(
        type == wanted or (wanted.endswith("*") and type.startswith(wanted[:-1])) for wanted in event_types
    )


def envelope(grid: Grid, row: Any, profile: Profile, base_url: str) -> dict[str, Any]:
    """One stored event as a reader of ``profile`` sees it."""
    args = {"companyId": grid.company_id, **json.loads(row["args"])}
    data = json.loads(row["data"])
    resource = RESOURCES.get(row["endpoint"])
    return {
        "id": row["id"],
        "type": row["type"],
        "specversion": "1.0",
        "source": f"/companies/{grid.company_id}",
        "subject": row["subject"],
        "time": row["at"],
        "datacontenttype": "application/json",
        "sequence": row["sequence"],
        "data": {
            **data,
            "changed": [profile.field_name(resource, name) for name in data["changed"]],
            "href": base_url + profile.path(row["endpoint"], args),
        },
    }


def poll(grid: Grid, call: Call) -> CursorListing:
    """
    The events after a cursor, oldest first.

    A page that holds anything links to the next one, so that following links ends at an empty page
    and the last link seen is where the next poll goes on.

    :raises ApiError: 400, the cursor was not given by this list
    """
    after = call.query.get("after", "0")
    if not after.isascii() or not after.isdigit() or len(after) > 18:
        raise ApiError(
            400, 4003, "after must be a cursor this list gave you; leave it out to start at the beginning.",
            [{"name": "after", "message": "is not a cursor of this list"}],
        )  # fmt: skip
    rows = grid.store.db.all(
        "SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
        (int(after), min(call.page.size, LARGEST_PAGE)),
    )
    profile = PROFILES[call.profile]
    items = [envelope(grid, row, profile, call.base_url) for row in rows]
    return CursorListing(items, str(rows[-1]["sequence"]) if rows else None)
