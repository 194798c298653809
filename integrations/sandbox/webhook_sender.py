"""Sends webhooks from a background thread; the queue and its history live in sqlite."""

import base64
import json
import logging
import random
import threading
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox.database import Database
from integrations.sandbox.faults import Faults

logger = logging.getLogger("sandbox.webhooks")

SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    part TEXT NOT NULL,
    note TEXT NOT NULL,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'waiting',
    answer TEXT,
    sent_at REAL
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (part, status, due);
"""

TIMEOUT_SECONDS = 10
# Neither vendor publishes a schedule; this one is long enough to see a restart of the receiver.
RETRY_SECONDS = (1, 5, 30)
KEPT = 500


def basic(user: str, password: str) -> str:
    """Return the value of an ``Authorization`` header for Basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class WebhookSender:
    """
    One part's way to call out.

    Deliveries survive a restart. They are sent one after the other, oldest due first; a refused or
    unanswered one is tried again after ``RETRY_SECONDS`` and then counts as failed.

    :param part: ``scaleflex`` or ``trading_grid``; its ``webhook_*`` faults apply
    """

    def __init__(self, folder: Path, part: str):
        self.part = part
        self._db = Database(Path(folder) / "webhooks.sqlite3", SCHEMA)
        self._faults = Faults(folder)
        self._wake = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        if self._db.value("SELECT 1 FROM deliveries WHERE part = ? AND status = 'waiting'", (part,)):
            self._start()

    def send(
        self, *, url: str, body: bytes, headers: dict[str, str], note: str = "", delay: float = 0.0
    ) -> None:
        """
        Queue one POST.

        :param headers: all headers beside ``Content-Length``; sign before calling
        :param note: a word for the log people see, such as the event's name
        :param delay: seconds to wait first
        """
        copies = 1
        if fault := self._faults.take_for_webhook(self.part, url):
            seconds = fault.settings.get("seconds")
            match fault.kind:
                case "webhook_drop":
                    copies = 0
                case "webhook_duplicate":
                    copies = 2
                case "webhook_late":
                    delay += seconds if seconds is not None else 5
                case "webhook_shuffle":
                    # Disorder for the receiver's sake; nothing secret hangs on it.
                    delay += random.uniform(0, seconds if seconds is not None else 3)
        status = "waiting" if copies else "dropped"
        row = (self.part, note, url, json.dumps(headers), body, time.time() + delay, status)
        with self._db.write() as connection:
            connection.executemany(
                "INSERT INTO deliveries (part, note, url, headers, body, due, status)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [row] * max(copies, 1),
            )
            connection.execute(
                "DELETE FROM deliveries WHERE part = ? AND status != 'waiting' AND id <= "
                "(SELECT max(id) FROM deliveries) - ?",
                (self.part, KEPT),
            )
        self._start()
        self._wake.set()

    def log(self, limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest deliveries first; ``answer`` is the HTTP status or the reason of a failure."""
        rows = self._db.all(
            "SELECT * FROM deliveries WHERE part = ? ORDER BY id DESC LIMIT ?", (self.part, limit)
        )
        return [
            {
                "id": row["id"],
                "note": row["note"],
                "url": row["url"],
                "status": row["status"],
                "attempts": row["attempts"],
                "answer": row["answer"],
                "sent_at": row["sent_at"],
                "body": row["body"].decode("utf-8", "replace"),
            }
            for row in rows
        ]

    def clear(self) -> None:
        """Forget the queue and the history."""
        with self._db.write() as connection:
            connection.execute("DELETE FROM deliveries WHERE part = ?", (self.part,))

    def stop(self) -> None:
        self._stopped = True
        self._wake.set()
        if self._thread:
            self._thread.join(TIMEOUT_SECONDS + 1)

    def _start(self) -> None:
        with self._start_lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=f"{self.part} webhooks", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stopped:
            self._wake.clear()
            row = self._db.one(
                "SELECT * FROM deliveries WHERE part = ? AND status = 'waiting' ORDER BY due, id LIMIT 1",
                (self.part,),
            )
            wait = row["due"] - time.time() if row else None
            if row is None or (wait is not None and wait > 0):
                self._wake.wait(wait)
                continue
            self._deliver(row)

    def _deliver(self, row: Any) -> None:
        try:
            status = post(row["url"], row["body"], json.loads(row["headers"]))
            accepted, answer = 200 <= status < 300, str(status)
        except (OSError, HTTPException, ValueError) as error:
            accepted, answer = False, f"{type(error).__name__}: {error}"
        attempts = row["attempts"] + 1
        if accepted:
            state, due = "sent", row["due"]
        elif attempts <= len(RETRY_SECONDS):
            state, due = "waiting", time.time() + RETRY_SECONDS[attempts - 1]
        else:
            state, due = "failed", row["due"]
            logger.warning("webhook %s of %s failed: %s", row["id"], self.part, answer)
        with self._db.write() as connection:
            connection.execute(
                "UPDATE deliveries SET attempts = ?, status = ?, answer = ?, due = ?, sent_at = ?"
                " WHERE id = ?",
                (attempts, state, answer, due, time.time(), row["id"]),
            )


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """
    POST once, following nothing, and return the status.

    :raises OSError: no connection or no answer in time
    :raises ValueError: the address is neither http nor https
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError(f"{url} is not an http address")
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.hostname, address.port, timeout=TIMEOUT_SECONDS)
    try:
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request("POST", target, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read(65536)
        return answer.status
    finally:
        connection.close()
