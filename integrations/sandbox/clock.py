"""The sandbox's time: the real one, moved by an offset that a verb can set."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from integrations.sandbox.database import Database

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 1), offset_seconds REAL NOT NULL)"
)


class Clock:
    """Every clock of one folder shows the same time, also after a restart."""

    def __init__(self, folder: Path):
        self._db = Database(Path(folder) / "clock.sqlite3", SCHEMA)

    def now(self) -> datetime:
        """Return the aware UTC time, offset included."""
        return datetime.now(UTC) + timedelta(seconds=self.offset())

    def offset(self) -> float:
        """Return how many seconds this clock is ahead of the real time."""
        return self._db.value("SELECT offset_seconds FROM clock") or 0.0

    def set_offset(self, seconds: float) -> None:
        with self._db.write() as connection:
            connection.execute("INSERT OR REPLACE INTO clock VALUES (1, ?)", (seconds,))
