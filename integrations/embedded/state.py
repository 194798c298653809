"""What a running demo notes under ``var/run``: that it runs, and the environment of its programs."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from integrations.embedded.errors import EmbeddedError, in_words, make_folder

LOCK, ENVIRONMENT = "demo.lock", "environment.json"


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[bool]:
    """
    Hold the lock of the one demo of this ``var`` folder; the kernel gives it back however we end.

    :returns: whether the last demo ended without cleaning up (it was killed)
    :raises EmbeddedError: a demo is running already
    """
    run = make_folder(var / "run", 0o700)
    try:
        lock = (run / LOCK).open("a+")
    except OSError as error:
        raise in_words(error, f"write to the folder {run}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            process = lock.read().strip() or "unknown"
            raise EmbeddedError(f"The demo of this project is already running (process {process}).") from None
        lock.seek(0)
        was_killed = bool(lock.read().strip())
        _write(lock, str(os.getpid()))
        try:
            yield was_killed
        finally:
            (run / ENVIRONMENT).unlink(missing_ok=True)
            _write(lock, "")


def note_environment(var: Path, variables: dict[str, str]) -> None:
    """Note the variables of the running demo, readable by its user only: they hold keys."""
    note = var / "run" / ENVIRONMENT
    note.unlink(missing_ok=True)
    note.touch(0o600)
    note.write_text(json.dumps(variables, indent=1))


def running_environment(var: Path) -> dict[str, str]:
    """Return the variables of the demo that runs on this ``var`` folder, or nothing."""
    with contextlib.suppress(OSError, ValueError), (var / "run" / LOCK).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return dict(json.loads((var / "run" / ENVIRONMENT).read_text()))
    return {}


def _write(lock: TextIO, text: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()
