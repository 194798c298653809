"""One sqlite file shared by threads: a connection per thread, one writer at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Database:
    """
    A sqlite file in WAL mode.

    Readers never wait for the writer. Writers queue on a lock of this process, because sqlite's
    own busy handler sleeps and is unfair when many threads write.

    :param schema: a script of ``CREATE ... IF NOT EXISTS`` statements, run at every start
    """

    def __init__(self, path: Path, schema: str):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.schema = schema
        self._local = threading.local()
        self._writer = threading.RLock()
        self._connection().executescript(schema)

    def _connection(self) -> sqlite3.Connection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            self._local.connection = connection
            self._local.depth = 0
        return connection

    def all(self, sql: str, values: Any = ()) -> list[sqlite3.Row]:
        return self._connection().execute(sql, values).fetchall()

    def one(self, sql: str, values: Any = ()) -> sqlite3.Row | None:
        return self._connection().execute(sql, values).fetchone()

    def value(self, sql: str, values: Any = ()) -> Any:
        """Return the first column of the first row, or ``None`` without rows."""
        row = self.one(sql, values)
        return row[0] if row else None

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside one transaction; nesting joins the outer one."""
        connection = self._connection()
        with self._writer:
            if self._local.depth:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            self._local.depth = 1
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            else:
                connection.execute("COMMIT")
            finally:
                self._local.depth = 0

    def close(self) -> None:
        """Close the calling thread's connection; other threads' close when they end."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None
