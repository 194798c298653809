"""
Pushes events to their subscribers, signed after Standard Webhooks.

``webhook-id`` is the event's id, on every attempt; each attempt is signed anew. 2xx ends a delivery,
410 ends the subscription, anything else is tried again, exponentially and with jitter, over about two
days. Nothing promises the order: that is what ``sequence`` is for.
"""

import base64
import json
import logging
import random
import secrets
import time
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from standardwebhooks import Webhook

from integrations.sandbox.faults import Faults
from integrations.sandbox.trading_grid import events
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.profiles import PROFILES
from integrations.sandbox.trading_grid.store import Resource
from integrations.sandbox.trading_grid.workspace import subscriptions
from integrations.sandbox.webhook_sender import post

logger = logging.getLogger("sandbox.trading_grid")

# Waits in seconds before the second, third ... attempt: quick at first for a receiver that restarts, two
# days in all (after the example schedule of the Standard Webhooks specification).
SCHEDULE = (2, 5, 30, 300, 1800, 7200, 18000, 36000, 50400, 57600)
STALE_SECONDS = 600
GONE = 410
KEPT = 1000


def deliver_due(grid: Grid, faults: Faults) -> int:
    """Make one attempt at every delivery that is due; return how many attempts were made."""
    modes = events.push_modes(grid)
    newest_first = "DESC" if modes["outOfOrder"] else "ASC"
    rows = grid.store.db.all(
        f"SELECT * FROM deliveries WHERE status = 'waiting' AND due <= ? ORDER BY number {newest_first} LIMIT 200",
        (time.time(),),
    )
    return sum(_attempt(grid, faults, row, modes) for row in rows)


def next_due(grid: Grid) -> float | None:
    """When the next delivery is due, as a Unix time."""
    return grid.store.db.value("SELECT min(due) FROM deliveries WHERE status = 'waiting'")


def log(grid: Grid, limit: int = 100) -> list[dict[str, Any]]:
    """The newest deliveries first; ``answer`` is the HTTP status or the reason of a failure."""
    rows = grid.store.db.all(
        "SELECT d.*, e.type, e.id AS event_id FROM deliveries d JOIN events e USING (sequence)"
        " ORDER BY d.number DESC LIMIT ?",
        (limit,),
    )
    names = ("number", "subscription_id", "sequence", "event_id", "type", "status", "attempts", "answer")
    return [{name: row[name] for name in names} for row in rows]


def headers_for(
    event_id: str, body: bytes, secrets_: list[str], *, stale: bool = False, bad: bool = False
) -> dict[str, str]:
    """The headers of one attempt; two secrets give two signatures, as during a rotation."""
    now = time.time() - (STALE_SECONDS if stale else 0)
    if bad:
        secrets_ = [f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}" for _ in secrets_]
    moment = datetime.fromtimestamp(int(now), UTC)
    signatures = [Webhook(secret).sign(event_id, moment, body.decode()) for secret in secrets_]
    return {
        "Content-Type": "application/json",
        "User-Agent": "trading-grid-sandbox",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": " ".join(signatures),
    }


def _attempt(grid: Grid, faults: Faults, row: Any, modes: dict[str, bool]) -> bool:
    subscription = grid.store.find("subscription", row["subscription_id"])
    event = grid.store.db.one("SELECT * FROM events WHERE sequence = ?", (row["sequence"],))
    if subscription is None or event is None:
        _note(grid, row, status="dropped", answer="the subscription is gone")
        return False
    copies = row["copies"] or _copies(grid, faults, row, subscription, modes)
    if not copies:
        return False

    profile = PROFILES[subscription.body["profile"]]
    envelope = events.envelope(grid, event, profile, subscription.body["baseUrl"])
    body = json.dumps(envelope, ensure_ascii=False).encode()
    answer: int | str = ""
    for _ in range(copies):
        headers = headers_for(
            event["id"], body, subscription.body["secrets"], stale=modes["stale"], bad=modes["badSignature"]
        )
        try:
            answer = post(subscription.body["url"], body, headers)
        except (OSError, HTTPException, ValueError) as error:
            answer = f"{type(error).__name__}: {error}"
    _settle(grid, row, subscription, answer)
    return True


def _copies(grid: Grid, faults: Faults, row: Any, subscription: Resource, modes: dict[str, bool]) -> int:
    """How often to send this at once; 0 when a fault dropped or delayed it. Asked once per delivery."""
    copies = 2 if modes["duplicate"] else 1
    fault = faults.take_for_webhook("trading_grid", subscription.body["url"])
    kind = fault.kind if fault else ""
    seconds = float(fault.settings.get("seconds", 5)) if fault else 0.0
    if kind == "webhook_drop":
        _note(grid, row, status="dropped", answer="lost on purpose")
        return 0
    if kind == "webhook_duplicate":
        copies = 2
    if kind in ("webhook_late", "webhook_shuffle"):
        wait = seconds if kind == "webhook_late" else random.uniform(0, seconds)
        _note(grid, row, due=time.time() + wait, copies=copies)
        return 0
    _note(grid, row, copies=copies)
    return copies


def _settle(grid: Grid, row: Any, subscription: Resource, answer: int | str) -> None:
    attempts = row["attempts"] + 1
    said = {"attempts": attempts, "answer": str(answer)}
    if isinstance(answer, int) and 200 <= answer < 300:
        _note(grid, row, status="sent", **said)
    elif answer == GONE:
        logger.info("%s answered 410: subscription removed", subscription.id)
        _note(grid, row, status="gone", **said)
        subscriptions.remove(grid, subscription)
    elif attempts <= len(SCHEDULE):
        wait = SCHEDULE[attempts - 1] * random.uniform(0.8, 1.2)
        _note(grid, row, due=time.time() + wait, **said)
    else:
        logger.warning("event %s given up for %s: %s", row["sequence"], subscription.id, answer)
        _note(grid, row, status="failed", **said)


def _note(grid: Grid, row: Any, **changes: Any) -> None:
    columns = ", ".join(f"{name} = ?" for name in changes)
    with grid.store.write() as connection:
        connection.execute(
            f"UPDATE deliveries SET {columns} WHERE number = ?", (*changes.values(), row["number"])
        )
        connection.execute(
            "DELETE FROM deliveries WHERE status != 'waiting' AND number <= ?", (row["number"] - KEPT,)
        )
