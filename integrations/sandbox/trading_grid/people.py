"""Users of the hub and of its partners: one key that stays (``userId``), one that its owner may change."""

import json
from typing import Any

from integrations.sandbox.trading_grid.grid import Grid


def of_company(grid: Grid, company_id: str) -> list[dict[str, Any]]:
    """All users of a company, in the order of their ids."""
    rows = grid.store.db.all("SELECT body FROM users WHERE company_id = ? ORDER BY user_id", (company_id,))
    return [json.loads(row["body"]) for row in rows]


def by_login(grid: Grid, company_id: str, login_id: str) -> dict[str, Any] | None:
    body = grid.store.db.value(
        "SELECT body FROM users WHERE company_id = ? AND login_id = ?", (company_id, login_id)
    )
    return json.loads(body) if body else None


def by_id(grid: Grid, company_id: str, user_id: str) -> dict[str, Any] | None:
    body = grid.store.db.value(
        "SELECT body FROM users WHERE company_id = ? AND user_id = ?", (company_id, user_id)
    )
    return json.loads(body) if body else None


def save(grid: Grid, user: dict[str, Any]) -> None:
    """Write a changed user back; the row is found by ``userId``, so a new ``loginId`` renames it."""
    with grid.store.write() as connection:
        connection.execute(
            "UPDATE users SET login_id = ?, body = ? WHERE user_id = ?",
            (user["loginId"], json.dumps(user, ensure_ascii=False), user["userId"]),
        )


def login_is_taken(grid: Grid, login_id: str) -> bool:
    return grid.store.db.value("SELECT 1 FROM users WHERE login_id = ?", (login_id,)) is not None
