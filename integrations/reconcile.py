"""
Do the portal and the vendors agree? Compared by the page, repaired by the usual roads, and proved by a second look.

A run goes through three phases, each noted after every step, so that a killed worker loses one page at most:

``compare``  the whole of the vendor against the portal; every difference becomes a hint in the inbox or a message in
             the outbox
``settle``   waits until those are worked on
``prove``    compares once more; what differs still is parked with its reason. Without differences there is nothing to
             prove: the first look was the proof
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from integrations import connections, cursors, routing
from integrations.drift import Compared, Run, Seen
from integrations.errors import DeliveryError, Throttled
from integrations.models import Connection, SyncCursor

logger = logging.getLogger(__name__)

NAME = "reconcile"
#: How long a run waits for its repairs to be worked on; then it looks again whatever they came to.
SETTLE = timedelta(minutes=30)
LOOK_AGAIN = timedelta(seconds=3)
_EXAMPLES = 3


def next_night(now: datetime, connection: Connection) -> datetime | None:
    """
    Return when the timetable reconciles a connection next, ``None`` when it never does.

    Connections begin some minutes apart, so that they do not all ask at once.
    """
    apart = timedelta(minutes=7 * (connection.pk % 8))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = [timedelta(days=day, hours=hour) for day in (0, 1) for hour in settings.RECONCILE_AT_HOURS]
    return min((midnight + at + apart for at in hours if midnight + at + apart > now), default=None)


@transaction.atomic
def begin(connection: Connection, *, repair: bool, now: datetime, restored: bool = False) -> None:
    """
    Let a run begin anew at the next step, in place of one that is under way.

    :param repair: ``False`` only compares
    :param restored: the portal's database came back from a backup
    """
    cursor, _ = SyncCursor.objects.get_or_create(connection=connection, name=NAME)
    cursor = SyncCursor.objects.select_for_update().get(pk=cursor.pk)
    _start(cursor, repair=repair, restored=restored, now=now)
    cursor.save()


def is_running(cursor: SyncCursor) -> bool:
    """Return whether a run is between its first step and its end."""
    return "run" in cursor.value


def advance(connection: Connection, *, until: float, clock: Callable[[], datetime]) -> bool:
    """
    Take the due steps of a connection's run until the time is up; at night a new run begins by itself.

    :param until: on the monotonic clock
    :returns: whether there is more to do right away
    """
    while is_due(connection, now=clock()):
        if time.monotonic() >= until:
            return True
        try:
            with cursors.held(connection, NAME, now=clock()) as cursor:
                if cursor is None or not _may_call(connection, cursor, clock()):
                    return False
                _step(connection, cursor, clock)
        except DeliveryError as error:
            # Waiting for our own rate is nothing to worry about.
            level = logging.INFO if isinstance(error, Throttled) else logging.WARNING
            logger.log(level, "reconciling connection %s: %s", connection.key, error)
            cursors.fail(connection, NAME, error, now=clock())
            return False
    return False


def is_due(connection: Connection, *, now: datetime) -> bool:
    """Return whether a step should be taken; a connection that was never reconciled waits for its first night."""
    cursor, is_new = SyncCursor.objects.get_or_create(
        connection=connection, name=NAME, defaults={"due_at": next_night(now, connection), "finished_at": now}
    )
    if is_new or (cursor.due_at is None and not is_running(cursor)):
        return False
    return cursor.due_at is None or cursor.due_at <= now


def result_of(cursor: SyncCursor) -> dict[str, Any]:
    """
    Return what the last whole run came to, empty before the first.

    ``{"at": ISO time, "compared": things, "kinds": {kind: {"found", "left"}}, "repairs": n, "on_the_way": n,
    "equal": bool, "proved": bool, "examples": {kind: [subject: reason]}, "dry": bool}``; ``equal`` is whether nothing
    differed at the last look, ``proved`` whether there was a second one.
    """
    return cursor.value.get("result", {})


# -- Steps ------------------------------------------------------------------------------------------------------------
def _start(cursor: SyncCursor, *, repair: bool, restored: bool, now: datetime) -> None:
    run = {
        "id": f"{now:%Y%m%d%H%M%S}",
        "repair": repair,
        "restored": restored,
        "phase": "compare",
        "place": {},
        "found": {},
        "left": {},
        "examples": {},
        "compared": 0,
        "repairs": 0,
        "on_the_way": 0,
    }
    cursors.begin(cursor, {**_result(cursor), "run": run}, now=now)
    cursor.due_at, cursor.failures, cursor.last_error = now, 0, ""
    Seen(cursor).clear()


def _result(cursor: SyncCursor) -> dict[str, Any]:
    return {"result": cursor.value["result"]} if "result" in cursor.value else {}


def _may_call(connection: Connection, cursor: SyncCursor, now: datetime) -> bool:
    # After a restore the command has paused everybody else, and goes on itself.
    return bool(cursor.value.get("run", {}).get("restored")) or connections.may_call(connection, now)


def _step(connection: Connection, cursor: SyncCursor, clock: Callable[[], datetime]) -> None:
    now = clock()
    if not is_running(cursor):
        _start(cursor, repair=True, restored=False, now=now)
    run = cursor.value["run"]
    if run["phase"] == "settle":
        _settle(connection, cursor, run, now)
        return
    proving = run["phase"] == "prove"
    told = Run(id=run["id"], repair=run["repair"], proving=proving, restored=run["restored"] and not proving)
    step = routing.compare(connection, run["place"], cursor, told, now)
    _add(run, step, proving)
    value = {**cursor.value, "run": {**run, "place": step.place or {}}}
    cursors.step(cursor, value, done=step.count, now=clock(), total=step.total)
    if step.place is None:
        _end_phase(connection, cursor, clock())


def _add(run: dict[str, Any], step: Compared, proving: bool) -> None:
    counts = run["left" if proving else "found"]
    for kind, count in Counter(difference.kind for difference in step.differences).items():
        counts[kind] = counts.get(kind, 0) + count
    for difference in step.differences:
        shown = run["examples"].setdefault(difference.kind, [])
        said = f"{difference.subject}: {difference.reason}" if difference.reason else difference.subject
        if len(shown) < _EXAMPLES and said not in shown:
            shown.append(said[:300])
    run["compared"] += step.count
    run["repairs"] += step.repairs
    run["on_the_way"] += step.on_the_way


def _end_phase(connection: Connection, cursor: SyncCursor, now: datetime) -> None:
    run = cursor.value["run"]
    Seen(cursor).clear()
    if run["phase"] == "compare" and run["found"] and run["repair"]:
        run |= {"phase": "settle", "settle_until": (now + SETTLE).isoformat(), "place": {}}
        cursor.due_at = now
        cursor.save()
        return
    _finish(connection, cursor, run, now)


def _settle(connection: Connection, cursor: SyncCursor, run: dict[str, Any], now: datetime) -> None:
    waiting = routing.on_the_way(connection, Run(id=run["id"], repair=True))
    cursor.heartbeat_at, cursor.due_at = now, now
    if waiting and now < datetime.fromisoformat(run["settle_until"]):
        cursor.due_at = now + LOOK_AGAIN
    else:
        run |= {"phase": "prove", "compared": 0, "on_the_way": 0, "examples": {}}
        cursor.done_count = 0
    cursor.save()


def _finish(connection: Connection, cursor: SyncCursor, run: dict[str, Any], now: datetime) -> None:
    proved = run["phase"] == "prove"
    left = run["left"] if proved else run["found"]
    kinds = {
        kind: {"found": run["found"].get(kind, 0), "left": left.get(kind, 0)}
        for kind in sorted({*run["found"], *left})
    }
    result = {
        "at": now.isoformat(),
        "compared": run["compared"],
        "kinds": kinds,
        "repairs": run["repairs"],
        "on_the_way": run["on_the_way"],
        "equal": not left,
        "proved": proved,
        "examples": {kind: said for kind, said in run["examples"].items() if left.get(kind)},
        "dry": not run["repair"],
    }
    again = next_night(now, connection) or now + timedelta(days=36_500)
    cursors.finish(cursor, {"result": result}, now=now, again_in=again - now)
    logger.info("connection %s reconciled: %s", connection.key, result)
