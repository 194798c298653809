"""One thread for what a grid does without being asked: partners answering, deadlines, pushed events."""

import logging
import threading
import time

from integrations.sandbox.faults import Faults
from integrations.sandbox.trading_grid import delivery, timetable
from integrations.sandbox.trading_grid.grid import Grid

logger = logging.getLogger("sandbox.trading_grid")

# How long to sleep at most: the sandbox's clock may be moved at any time.
PATIENCE_SECONDS = 1.0


class Background:
    """Starts with the first write; a part that is only read never has a thread."""

    def __init__(self, grid: Grid, faults: Faults):
        self.grid = grid
        self.faults = faults
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None

    def resume(self) -> None:
        """Go on with what was waiting when the sandbox was stopped, if anything was."""
        store = self.grid.store
        waiting = (
            "SELECT 1 FROM deliveries WHERE status = 'waiting' UNION ALL SELECT 1 FROM partner_acts"
            " UNION ALL SELECT 1 FROM deadlines LIMIT 1"
        )
        if store.db.value(waiting):
            self.wake()

    def wake(self) -> None:
        """Look now whether there is something to do."""
        with self._lock:
            if not self._stopped.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="trading_grid background", daemon=True)
                self._thread.start()
        self._wake.set()

    def tick(self) -> int:
        """Do everything that is due in the calling thread; return how much that was."""
        with self._turn:
            return timetable.run_due(self.grid) + delivery.deliver_due(self.grid, self.faults)

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                self.tick()
            except Exception:
                # The thread must outlive one bad row; the log shows it and the next turn tries again.
                logger.exception("the simulated grid failed in the background")
                self._stopped.wait(PATIENCE_SECONDS)
            due = delivery.next_due(self.grid)
            wait = PATIENCE_SECONDS if due is None else min(max(due - time.time(), 0), PATIENCE_SECONDS)
            self._wake.wait(wait)
