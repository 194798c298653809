"""
Is it up, and can it work?

``/readyz`` asks every part at once and waits a second at most: a part that hangs must not let the answer hang. Any app
adds its own parts without being imported from here::

    @health.register("connections")
    def connections() -> dict[str, str]:
        return {"scaleflex": "ok"}
"""

import threading
from collections.abc import Callable, Mapping

from celery import current_app
from django.core.cache import cache
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal.core import checks, heartbeat

#: Seconds all parts together may take; the answer is there within about one.
PATIENCE_SECONDS = 0.9
OK, MISSING, LATE, UNKNOWN = "ok", "missing", "late", "unknown"

State = str | Mapping[str, str]
Check = Callable[[], State]
_checks: dict[str, Check] = {}


def register(name: str) -> Callable[[Check], Check]:
    """
    Ask this function at every ``/readyz``. It returns a word, or words by names, and may raise: then the part is
    missing. It runs in a thread of its own and may hang.
    """

    def keep(check: Check) -> Check:
        _checks[name] = check
        return check

    return keep


@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nothing else, so that a restart follows only from our own trouble."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """
    ``{"status": "ok" | "not ready", "checks": {name: word or {name: word}}}``.

    503 only when the portal cannot serve: no database, or one that lacks migrations. Everything else is said and does
    not make it unready: without cache, broker, workers or vendors the pages still answer.
    """
    found = states()
    ready = found["database"] == OK and found["migrations"] != MISSING
    response = JsonResponse(
        {"status": OK if ready else "not ready", "checks": found}, status=200 if ready else 503
    )
    if not ready:
        response["Retry-After"] = "5"
    return response


def states() -> dict[str, State]:
    """Ask every part at once, for ``PATIENCE_SECONDS``; whoever has not answered by then is missing."""
    asked = [_ask(name, check) for name, check in _checks.items()]
    until = timezone.now().timestamp() + PATIENCE_SECONDS
    for answer in asked:
        answer.done.wait(max(0.0, until - timezone.now().timestamp()))
    return {answer.name: answer.state for answer in asked}


class _Answer:
    """A part's answer, there or on its way."""

    def __init__(self, name: str, check: Check):
        self.name = name
        self.done = threading.Event()
        self._check = check
        self._state: State | None = None

    def run(self) -> None:
        try:
            self._state = self._check()
        except Exception:  # whatever is wrong with it, it is missing
            self._state = MISSING
        finally:
            self.done.set()
            # Each thread has a connection of its own, which nobody else would close.
            connections.close_all()

    @property
    def state(self) -> State:
        if self._state is None:
            return UNKNOWN if self.name == "migrations" else MISSING
        return self._state


_lock = threading.Lock()
_running: dict[str, _Answer] = {}


def _ask(name: str, check: Check) -> _Answer:
    """Ask in a thread; one that hangs from an earlier time is waited for, and not joined by a second one."""
    with _lock:
        running = _running.get(name)
        if running is not None and not running.done.is_set():
            return running
        answer = _running[name] = _Answer(name, check)
    threading.Thread(target=answer.run, name=f"readyz-{name}", daemon=True).start()
    return answer


# -- Our own parts ----------------------------------------------------------------------------------------------------
@register("database")
def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


@register("row_security")
def _row_security() -> str:
    return OK if checks.row_security_binds() else MISSING


_migrated = False


@register("migrations")
def _migrations() -> str:
    # Once they are applied they stay so for as long as this program runs.
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return OK if _migrated else MISSING


@register("cache")
def _cache() -> str:
    # The cache itself forgives Redis; here we want to know.
    getattr(cache, "ping", lambda: cache.get("readyz"))()
    return OK


@register("broker")
def _broker() -> str:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=0, timeout=PATIENCE_SECONDS)
    return OK


@register(heartbeat.TIMETABLE)
def _timetable() -> str:
    return _pulse(heartbeat.TIMETABLE)


@register(heartbeat.WORKER)
def _worker() -> str:
    return _pulse(heartbeat.WORKER)


@register(heartbeat.MAKING)
def _making() -> str:
    return _pulse(heartbeat.MAKING)


def _pulse(name: str) -> str:
    try:
        return LATE if heartbeat.is_late(name, now=timezone.now()) else OK
    except Exception:
        # It is noted in the cache; without that nobody can tell.
        return UNKNOWN
