"""
The second wall: which rows PostgreSQL itself lets this piece of work see.

Row-level security policies (migration ``0002_row_level_security``) read the session setting ``portal.scope``:
``all`` for workers, commands and staff, a partner's row number for that partner's pages and API calls, and nothing
at all for anything else. Selectors filter as well; either wall alone is enough.

The scope is a context variable. It is written to the connection just before the first query that needs it, so that a
pooled or renewed connection can never run with somebody else's scope.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

EVERYTHING = "all"
NOTHING = ""

_scope: ContextVar[str] = ContextVar("row_scope", default=EVERYTHING)


def current() -> str:
    """Return the scope in force: ``all``, the empty string, or a partner's row number."""
    return _scope.get()


def enter(scope: str | int) -> None:
    """Change the scope until somebody changes it again; for middleware and authentication."""
    _scope.set(str(scope))


@contextmanager
def limited_to(scope: str | int) -> Iterator[None]:
    """Run the block with this scope, then return to the one before."""
    token = _scope.set(str(scope))
    try:
        yield
    finally:
        _scope.reset(token)


def everything():
    """Run the block with sight of all rows. Every use says why in a comment."""
    return limited_to(EVERYTHING)


def _ensure(execute, sql, params, many, context) -> Any:
    """
    Write the wanted scope to the connection unless it is known to be there.

    A setting made inside a transaction or savepoint goes with it when that rolls back, so it counts only while the
    block it was made in is open; one made outside of any stays.
    """
    connection = context["connection"]
    raw = connection.connection
    wanted = _scope.get()
    blocks = connection.savepoint_ids
    idle = raw.info.transaction_status == TransactionStatus.IDLE
    made = getattr(connection, "_row_scope", None)
    if made is not None and made[0] is raw and made[1] == wanted:
        made_in = made[2]
        if made_in is None or (not idle and blocks[: len(made_in)] == made_in):
            return execute(sql, params, many, context)
    # In Django's words, as any query's failure: handlers look for those, and a dead connection is given up.
    with connection.wrap_database_errors, raw.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.scope', %s, false)", [wanted])
    lasting = idle and not connection.in_atomic_block
    connection._row_scope = (raw, wanted, None if lasting else list(blocks))
    return execute(sql, params, many, context)


def _on_connect(sender, connection, **kwargs) -> None:
    if connection.vendor == "postgresql" and _ensure not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _ensure)


def connect() -> None:
    """Watch every new database connection. Called once, when the app is ready."""
    connection_created.connect(_on_connect, dispatch_uid="portal.core.rowscope")
