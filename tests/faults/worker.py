"""
The worker of the stage: the portal's own Celery application, which may be ended at a named step and knows poison.

Run it as ``celery -A tests.faults.worker worker``. ``READY_FILE`` names a file it writes once it takes work.
"""

import os
import signal
import time
from pathlib import Path

from celery.signals import worker_process_init, worker_ready
from django.conf import settings

from portal.celery import app
from tests.faults.at_step import AtStep

__all__ = ["POISON", "app"]

POISON = "poison"
MEGABYTE = 1024 * 1024


@worker_ready.connect
def _tell(**kwargs) -> None:
    if "READY_FILE" in os.environ:
        Path(os.environ["READY_FILE"]).touch()


@worker_process_init.connect
def _listen(**kwargs) -> None:
    AtStep.install(settings.VAR_DIR)
    # Imported here: Django is set up by now.
    from integrations import routing
    from integrations.inbox import Handler
    from integrations.models import Connection

    routing._INBOUND[Connection.Vendor.SCALEFLEX, POISON] = Handler(work=_swallow, batch=50)


def _swallow(*, connection, events, now) -> dict:
    """What a poisoned event does to the process that works on it, as its ``data`` says; ``none`` is a healthy one."""
    for event in events:
        match event.data["does"]:
            case "exit":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                time.sleep(3600)
            case "eat":
                eaten = []
                while True:
                    eaten.append(b"x" * (16 * MEGABYTE))
    return {}
