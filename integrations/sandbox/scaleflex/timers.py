"""Things that happen later: post-processing of uploads, bulk changes, tasks."""

import logging
import threading
from collections.abc import Callable

from integrations.sandbox.scaleflex.events import real_time
from integrations.sandbox.scaleflex.project import Project

logger = logging.getLogger("sandbox.scaleflex")


class Timers:
    """
    One background thread that does what is due; what waits survives a restart.

    :param actions: what to do for each kind, with the timer's subject
    """

    def __init__(self, project: Project, actions: dict[str, Callable[[str], None]]):
        self._project = project
        self._actions = actions
        self._wake = threading.Event()
        self._start_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        if project.db.value("SELECT 1 FROM timers"):
            self._start()

    def after(self, seconds: float, kind: str, subject: str) -> None:
        """Do it ``seconds`` from now; at once, before returning, for 0."""
        if seconds <= 0:
            self._actions[kind](subject)
            return
        with self._project.write() as connection:
            connection.execute(
                "INSERT INTO timers (due, kind, subject) VALUES (?, ?, ?)",
                (real_time() + seconds, kind, subject),
            )
        self._start()
        self._wake.set()

    def _start(self) -> None:
        with self._start_lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="scaleflex timers", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wake.clear()
            row = self._project.db.one("SELECT * FROM timers ORDER BY due, id LIMIT 1")
            wait = row["due"] - real_time() if row else None
            if row is None or (wait is not None and wait > 0):
                self._wake.wait(wait)
                continue
            with self._project.write() as connection:
                connection.execute("DELETE FROM timers WHERE id = ?", (row["id"],))
            try:
                self._actions[row["kind"]](row["subject"])
            except Exception:
                # The thread must live on for the next timer.
                logger.exception("timer %s of %s failed", row["kind"], row["subject"])
