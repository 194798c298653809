"""
Everything the simulated grid remembers, in one sqlite file.

Workspace objects (communities, posts, issues ...) are JSON documents in one table; users, tokens,
first answers, settings and the log of received calls have tables of their own. Times are text in
UTC with milliseconds and ``Z``, so that they compare as text.
"""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from integrations.sandbox.database import Database
from integrations.sandbox.trading_grid.calls import Listing, PageRequest, not_found

SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (digest TEXT PRIMARY KEY, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS users (
    user_id TEXT PRIMARY KEY, login_id TEXT NOT NULL UNIQUE COLLATE NOCASE,
    company_id TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS resources (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL,
    parent TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    body TEXT NOT NULL, UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS resources_listed ON resources (kind, parent, number);
CREATE INDEX IF NOT EXISTS resources_updated ON resources (kind, updated_at);
CREATE TABLE IF NOT EXISTS counters (kind TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS first_answers (
    scope TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (scope, key));
CREATE TABLE IF NOT EXISTS attachments (
    id TEXT PRIMARY KEY, issue_id TEXT NOT NULL, name TEXT NOT NULL, mimetype TEXT NOT NULL,
    data BLOB NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL,
    endpoint TEXT NOT NULL, args TEXT NOT NULL, subject TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, subscription_id TEXT NOT NULL, sequence INTEGER NOT NULL,
    due REAL NOT NULL, copies INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'waiting', answer TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (status, due);
CREATE TABLE IF NOT EXISTS partner_acts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, due TEXT NOT NULL, post_id TEXT NOT NULL,
    partner_company_id TEXT NOT NULL, revision INTEGER NOT NULL, behaviour TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deadlines (
    kind TEXT NOT NULL, id TEXT NOT NULL, due TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE INDEX IF NOT EXISTS deadlines_due ON deadlines (due);
CREATE TABLE IF NOT EXISTS calls (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, status INTEGER NOT NULL, idempotency_key TEXT, milliseconds REAL NOT NULL,
    body TEXT NOT NULL);
"""
TABLES = (
    "settings", "tokens", "users", "resources", "counters", "first_answers", "attachments", "events",
    "deliveries", "partner_acts", "deadlines", "calls",
)  # fmt: skip
# Where the numbering of each kind of object starts, so that ids do not look like row numbers.
FIRST_NUMBER = 1000
CALLS_KEPT = 5000
LOGGED_BODY = 20_000


def timestamp(moment: datetime) -> str:
    """An aware datetime as it is stored and served: ``2026-11-23T09:30:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Resource:
    """One stored object; ``body`` is what the API shows, ``version`` counts every change of it."""

    kind: str
    id: str
    parent: str
    version: int
    created_at: str
    updated_at: str
    body: dict[str, Any]

    @property
    def etag(self) -> str:
        return f'"{self.id}-{self.version}"'


class Store:
    """:param folder: where ``trading_grid.sqlite3`` lives"""

    def __init__(self, folder: Path):
        self.db = Database(Path(folder) / "trading_grid.sqlite3", SCHEMA)

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction; nested uses join the outer one."""
        return self.db.write()

    # Settings

    def setting(self, name: str, default: Any = None) -> Any:
        value = self.db.value("SELECT value FROM settings WHERE name = ?", (name,))
        return default if value is None else json.loads(value)

    def set_setting(self, name: str, value: Any) -> None:
        with self.write() as connection:
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))

    # Workspace objects

    def next_number(self, kind: str) -> int:
        """Count up and return how many objects of a kind there have been, from ``FIRST_NUMBER`` on."""
        with self.write() as connection:
            connection.execute(
                "INSERT INTO counters VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET value = value + 1",
                (kind, FIRST_NUMBER + 1),
            )
            return self.db.value("SELECT value FROM counters WHERE kind = ?", (kind,))

    def next_id(self, kind: str, prefix: str) -> str:
        """Return the next id of a kind, such as ``post-1001``."""
        return f"{prefix}-{self.next_number(kind)}"

    def add(self, kind: str, id: str, body: dict[str, Any], *, now: datetime, parent: str = "") -> Resource:
        """Store a new object and return it, ``createdAt`` and ``updatedAt`` being ``now``."""
        at = timestamp(now)
        with self.write() as connection:
            connection.execute(
                "INSERT INTO resources (kind, id, parent, version, created_at, updated_at, body)"
                " VALUES (?, ?, ?, 1, ?, ?, ?)",
                (kind, id, parent, at, at, _dump(body)),
            )
        return Resource(kind, id, parent, 1, at, at, body)

    def change(self, resource: Resource, body: dict[str, Any], *, now: datetime) -> Resource:
        """Replace an object's body; its version goes up by one."""
        at = timestamp(now)
        with self.write() as connection:
            connection.execute(
                "UPDATE resources SET body = ?, version = version + 1, updated_at = ? WHERE kind = ? AND id = ?",
                (_dump(body), at, resource.kind, resource.id),
            )
        return Resource(
            resource.kind, resource.id, resource.parent, resource.version + 1, resource.created_at, at, body
        )

    def remove(self, resource: Resource) -> None:
        with self.write() as connection:
            connection.execute(
                "DELETE FROM resources WHERE kind = ? AND id = ?", (resource.kind, resource.id)
            )

    def find(self, kind: str, id: str) -> Resource | None:
        row = self.db.one("SELECT * FROM resources WHERE kind = ? AND id = ?", (kind, id))
        return _read(row) if row else None

    def get(self, kind: str, id: str, *, what: str, parent: str | None = None) -> Resource:
        """
        Return one object.

        :param what: its name in the error, such as "post"
        :param parent: when given, an object of another parent is as unknown as any
        :raises ApiError: 404
        """
        found = self.find(kind, id)
        if found is None or (parent is not None and found.parent != parent):
            raise not_found(what)
        return found

    def all(
        self, kind: str, parent: str | None = None, where: Mapping[str, Any] | None = None
    ) -> list[Resource]:
        """All objects of a kind in the order of creation."""
        condition, values = _condition(kind, parent, where or {}, None)
        rows = self.db.all(f"SELECT * FROM resources WHERE {condition} ORDER BY number", values)
        return [_read(row) for row in rows]

    def page(
        self,
        kind: str,
        page: PageRequest,
        *,
        parent: str | None = None,
        where: Mapping[str, Any] | None = None,
        updated_since: str | None = None,
    ) -> tuple[list[Resource], int]:
        """
        One page of a kind and the count of all that match.

        :param where: top-level or dotted field of the body -> the value it must have
        """
        condition, values = _condition(kind, parent, where or {}, updated_since)
        column = (
            {"createdAt": "created_at", "updatedAt": "updated_at"}[page.sort[0]] if page.sort else "number"
        )
        direction = "DESC" if page.sort and page.sort[1] else "ASC"
        total = self.db.value(f"SELECT count(*) FROM resources WHERE {condition}", values)
        rows = self.db.all(
            f"SELECT * FROM resources WHERE {condition}"
            f" ORDER BY {column} {direction}, number LIMIT ? OFFSET ?",
            (*values, page.size, page.offset),
        )
        return [_read(row) for row in rows], total

    def listing(self, kind: str, page: PageRequest, **filters: Any) -> Listing:
        """Like :meth:`page`, as the list a handler answers with."""
        found, total = self.page(kind, page, **filters)
        return Listing([resource.body for resource in found], total)

    def count(self, kind: str, where: Mapping[str, Any] | None = None) -> int:
        condition, values = _condition(kind, None, where or {}, None)
        return self.db.value(f"SELECT count(*) FROM resources WHERE {condition}", values)

    # The log of received calls

    def log_call(
        self, *, at: datetime, method: str, path: str, query: str, status: int,
        idempotency_key: str | None, milliseconds: float, body: bytes,
    ) -> None:  # fmt: skip
        text = body[:LOGGED_BODY].decode("utf-8", "replace")
        with self.write() as connection:
            number = connection.execute(
                "INSERT INTO calls (at, method, path, query, status, idempotency_key, milliseconds, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (timestamp(at), method, path, query, status, idempotency_key, milliseconds, text),
            ).lastrowid
            connection.execute("DELETE FROM calls WHERE number <= ?", ((number or 0) - CALLS_KEPT,))

    def clear(self) -> None:
        """Forget everything; numbering starts anew."""
        with self.write() as connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")
            connection.execute("DELETE FROM sqlite_sequence")


def _condition(
    kind: str, parent: str | None, where: Mapping[str, Any], updated_since: str | None
) -> tuple[str, tuple[Any, ...]]:
    parts, values = ["kind = ?"], [kind]
    if parent is not None:
        parts.append("parent = ?")
        values.append(parent)
    for name, value in where.items():
        parts.append("json_extract(body, ?) = ?")
        values += [f"$.{name}", value]
    if updated_since is not None:
        parts.append("updated_at >= ?")
        values.append(updated_since)
    return " AND ".join(parts), tuple(values)


def _dump(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _read(row: Any) -> Resource:
    return Resource(
        row["kind"], row["id"], row["parent"], row["version"], row["created_at"], row["updated_at"],
        json.loads(row["body"]),
    )  # fmt: skip
