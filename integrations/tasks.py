"""
Tasks: woken after commits and swept every few seconds. The rows are the work; a task that is lost is no loss.

Each does what is due, for a bounded time, and asks to be run again when there is more.
"""

import logging
import os
import threading
import time
from collections.abc import Callable

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import Connection

logger = logging.getLogger(__name__)

#: Seconds one run goes on when there is always more.
SLICE_SECONDS = 10.0
#: A message in the broker older than this wakes nobody; the sweep has come by meanwhile.
_OPTIONS = {
    "expires": 30,
    "soft_time_limit": settings.WORK_SECONDS,
    "time_limit": settings.WORK_SECONDS + 10,
    "ignore_result": True,
}


@shared_task(**_OPTIONS)
def deliver(**kwargs):
    """Deliver outbox messages that are due."""
    _repeat(lambda: outbox.deliver_next(routing.outbound_handler, now=timezone.now()), "deliver")


@shared_task(**_OPTIONS)
def process(**kwargs):
    """Work on inbox events that are due."""
    _repeat(lambda: inbox.process_next(routing.inbound_handler, now=timezone.now()), "process")


@shared_task(**_OPTIONS)
def poll(connection_id: int | None = None, **kwargs):
    """
    Ask a vendor for news where it is time; without an id, let each connection be asked in a run of its own.

    A vendor that takes its time is not allowed to keep the others waiting.
    """
    active = Connection.objects.filter(is_active=True)
    if connection_id is None:
        for each in active:
            poll.apply_async(kwargs={"connection_id": each.pk})
        return
    connection = active.filter(pk=connection_id).first()
    if connection is None:
        return
    more = routing.poll(connection, seconds=SLICE_SECONDS)
    if inbox.has_due(connection, now=timezone.now()):
        # What the list alone could not settle is read singly, at once.
        wake("process")
    if more:
        poll.apply_async(kwargs={"connection_id": connection.pk})


def _repeat(once: Callable[[], bool], name: str) -> None:
    until = time.monotonic() + SLICE_SECONDS
    while once():
        if time.monotonic() >= until:
            wake(name)
            return


# -- Waking -----------------------------------------------------------------------------------------------------------
class _Waker:
    """
    Tells the broker from a thread of its own that there is work, so that nobody ever waits for a broker.

    Many wishes within a moment become one message each. When the broker is down nothing is lost: the sweep comes by.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._wanted: set[str] = set()
        self._thread: threading.Thread | None = None

    def __call__(self, name: str) -> None:
        with self._condition:
            self._wanted.add(name)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
                self._thread.start()
            self._condition.notify()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._wanted)
                wanted, self._wanted = self._wanted, set()
            for name in wanted:
                try:
                    {"deliver": deliver, "process": process, "poll": poll}[name].apply_async()
                except Exception as error:
                    logger.warning("the broker cannot be told to %s: %s", name, type(error).__name__)


wake = _Waker()
# Threads do not survive a fork, and locks survive as they were: each worker process begins anew.
os.register_at_fork(after_in_child=wake.__init__)  # type: ignore[misc]
