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
from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import Connection

logger = logging.getLogger(__name__)

#: Seconds one run goes on when there is always more.
SLICE_SECONDS = 10.0
#: A message in the broker older than this wakes nobody; the sweep has come by meanwhile.
_OPTIONS = {"expires": 30, "soft_time_limit": 75, "time_limit": 85, "ignore_result": True}


@shared_task(**_OPTIONS)
def deliver(**kwargs):
    """Deliver outbox messages that are due."""
    _repeat(lambda: outbox.deliver_next(routing.outbound_handler, now=timezone.now()), "deliver")


@shared_task(**_OPTIONS)
def process(**kwargs):
    """Work on inbox events that are due."""
    _repeat(lambda: inbox.process_next(routing.inbound_handler, now=timezone.now()), "process")


@shared_task(**_OPTIONS)
def poll(**kwargs):
    """Ask vendors for news where it is time."""
    unfinished = False
    for connection in Connection.objects.filter(is_active=True):
        try:
            unfinished |= routing.poll(connection, seconds=SLICE_SECONDS)
        except Exception:
            # One connection's trouble must not keep the others from being asked.
            logger.exception("polling connection %s failed", connection.key)
    if unfinished:
        wake("poll")


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

    def __init__(self):
        self._pid = 0
        self._condition = threading.Condition()
        self._wanted: set[str] = set()

    def __call__(self, name: str) -> None:
        with self._condition:
            self._wanted.add(name)
            if self._pid != os.getpid():
                # Threads do not survive a fork: each worker process starts its own.
                self._pid = os.getpid()
                threading.Thread(target=self._run, name="waker", daemon=True).start()
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
