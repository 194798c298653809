"""Moments at which an object changes without anybody's doing; one per object and kind."""

from datetime import datetime

from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import timestamp
from integrations.sandbox.trading_grid.workspace.checks import parse_moment

RECEIPTS = "receipts"
EXPIRY = "expiry"
TASK = "task"


def plan(grid: Grid, kind: str, id: str, moment: str | None) -> None:
    """Note a deadline (ISO 8601), replacing the one there was; ``None`` takes it away."""
    due = parse_moment(moment)
    if due is None:
        forget(grid, kind, id)
        return
    with grid.store.write() as connection:
        connection.execute("INSERT OR REPLACE INTO deadlines VALUES (?, ?, ?)", (kind, id, timestamp(due)))


def forget(grid: Grid, kind: str, id: str) -> None:
    with grid.store.write() as connection:
        connection.execute("DELETE FROM deadlines WHERE kind = ? AND id = ?", (kind, id))


def due(grid: Grid, *, now: datetime) -> list[tuple[str, str]]:
    """``(kind, id)`` of what lies before ``now``, oldest first."""
    rows = grid.store.db.all(
        "SELECT kind, id FROM deadlines WHERE due < ? ORDER BY due, kind, id", (timestamp(now),)
    )
    return [(row["kind"], row["id"]) for row in rows]
