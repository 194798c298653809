"""One Scaleflex project: its data, its bytes, its time, and what is cached of them."""

import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from integrations.sandbox.clock import Clock
from integrations.sandbox.credentials import Credentials
from integrations.sandbox.database import Database
from integrations.sandbox.scaleflex.blobs import Blobs
from integrations.sandbox.scaleflex.schema import SCHEMA
from integrations.sandbox.scaleflex.switches import Switches
from integrations.sandbox.webhook_sender import WebhookSender

MOMENT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Folder:
    """``visibility`` is the set one: inherited, public or not_public."""

    uuid: str
    path: str
    visibility: str


class Project:
    """
    What every function of this part works on.

    Small tables that every file object needs (folders, tags, labels, metadata model) are read once
    and kept until the next :meth:`write`.
    """

    def __init__(self, folder: Path, base_url: str, credentials: Credentials):
        self.folder = Path(folder) / "scaleflex"
        self.base_url = base_url
        self.token = credentials.scaleflex.token
        self.credentials = credentials
        self.db = Database(self.folder / "scaleflex.sqlite3", SCHEMA)
        self.blobs = Blobs(self.folder)
        self.clock = Clock(folder)
        self.switches = Switches(self.db)
        self.sender = WebhookSender(folder, "scaleflex")
        # Held while bytes and rows must agree: an upload finds its place, a deletion drops its bytes.
        self.receiving = threading.RLock()
        self._cache: dict[Hashable, Any] = {}

    def moment(self, after: str | None = None) -> str:
        """
        Return the present in the API's form, whole seconds UTC.

        :param after: a moment of the same file; the answer is at least a second later, so that
            two changes within one second still differ
        """
        now = self.clock.now()
        if after:
            now = max(now, parse_moment(after) + timedelta(seconds=1))
        return now.strftime(MOMENT)

    def document(self, name: str, default: Any = None) -> Any:
        """Return a stored JSON document."""
        data = self.db.value("SELECT data FROM documents WHERE name = ?", (name,))
        return orjson.loads(data) if data else default

    def put_document(self, name: str, data: Any) -> None:
        with self.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?)", (name, orjson.dumps(data).decode())
            )

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside one transaction, and forget what is cached when it is over."""
        try:
            with self.db.write() as connection:
                yield connection
        finally:
            # Only now: a reader in between would have cached what was true before the commit.
            self._cache = {}

    def cached(self, name: Hashable, compute: Callable[[], Any]) -> Any:
        """Return what ``compute`` returned since the last write."""
        cache = self._cache
        if name not in cache:
            cache[name] = compute()
        return cache[name]

    def folders(self) -> dict[str, Folder]:
        """Return all folders by path."""
        return self.cached("folders", self._read_folders)

    def _read_folders(self) -> dict[str, Folder]:
        rows = self.db.all("SELECT uuid, path, visibility FROM folders")
        return {row["path"]: Folder(row["uuid"], row["path"], row["visibility"]) for row in rows}

    def tag_names(self) -> dict[str, dict[str, str]]:
        """Return the names by language of every tag, by sid."""
        return self.cached(
            "tags",
            lambda: {
                row["sid"]: orjson.loads(row["names"]) for row in self.db.all("SELECT sid, names FROM tags")
            },
        )

    def labels(self) -> dict[str, dict[str, Any]]:
        """Return every label's object by sid."""
        return self.cached(
            "labels",
            lambda: {row["sid"]: dict(row) for row in self.db.all("SELECT * FROM labels ORDER BY name")},
        )

    def is_public(self, folder: str, visibility: str) -> bool:
        """Say whether a file with this set visibility in this folder is on the CDN."""
        folders = self.folders()
        while visibility == "inherited":
            found = folders.get(folder)
            visibility = found.visibility if found else "inherited"
            if folder == "/":
                break
            folder = parent_of(folder)
        return visibility != "not_public"


def parse_moment(text: str) -> datetime:
    """Read a moment this program wrote."""
    return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)


def parent_of(path: str) -> str:
    return path.rsplit("/", 1)[0] or "/"


def join(folder: str, name: str) -> str:
    return f"/{name}" if folder == "/" else f"{folder}/{name}"
