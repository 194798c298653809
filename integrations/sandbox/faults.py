"""
Misbehaviour on demand: what the outside world does to a client on a bad day.

Faults are kept in sqlite, so every object that asks sees the same ones. A fault belongs to a
part (``scaleflex``, ``trading_grid``, ``cdn``), matches request paths by regular expression and
is spent after ``times`` uses.
"""

import json
import random
import re
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

from integrations.sandbox.database import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    part TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    settings TEXT NOT NULL,
    remaining INTEGER
)
"""

PARTS = ("scaleflex", "trading_grid", "cdn")
KINDS = {
    "status": "answer with `status` (default 500) and, when given, `retry_after` seconds and `body`",
    "reset": "send headers, then cut the connection before the body",
    "slow": "wait `seconds` (default 5), then answer properly",
    "hang": "answer nothing for `seconds` (default 120)",
    "drip": "answer 200 with one byte every `seconds` (default 1), for ever",
    "omit": "answer properly, but leave the last row out of the list",
    "truncate": "announce the whole body, send half of it",
    "html": "answer 200 with an HTML page",
    "not_json": "answer 200 with text that calls itself JSON",
    "empty": "answer 200 without a body",
    "gzip_bomb": "answer 200 with a small gzip body of `megabytes` (default 512) zeros",
    "endless": "answer 200 with a body that never ends",
    "redirect_loop": "redirect to the same address",
    "webhook_drop": "lose webhooks of this part",
    "webhook_duplicate": "send webhooks of this part twice",
    "webhook_late": "send webhooks of this part `seconds` (default 5) late",
    "webhook_shuffle": "send webhooks of this part after a random wait of up to `seconds` (default 3)",
}


class UnknownFault(ValueError):
    """The fault asked for does not make sense; the text says what would."""


@dataclass(frozen=True)
class Fault:
    """One active fault; ``remaining`` is ``None`` for a fault that stays until cleared."""

    id: int
    part: str
    kind: str
    path: str
    settings: dict[str, Any]
    remaining: int | None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "part": self.part,
            "kind": self.kind,
            "path": self.path,
            "remaining": self.remaining,
            **self.settings,
        }


class Faults:
    """The faults of one sandbox folder."""

    def __init__(self, folder: Path):
        self._db = Database(Path(folder) / "faults.sqlite3", SCHEMA)

    def add(self, data: dict[str, Any]) -> Fault:
        """
        Switch a fault on.

        :param data: ``{"part": str, "kind": str, "path": regex, "times": int | None, ...}``; further
            keys are the kind's own (see ``KINDS``); no ``times`` means until cleared, and ``chance`` (0 to 1)
            lets it happen to a part of the requests only
        :raises UnknownFault: unknown part or kind, bad expression, bad number
        """
        part, kind, path = data.get("part"), data.get("kind"), data.get("path") or "."
        if part not in PARTS:
            raise UnknownFault(f"part must be one of {', '.join(PARTS)}.")
        if kind not in KINDS:
            raise UnknownFault(f"kind must be one of {', '.join(KINDS)}.")
        times = data.get("times")
        if times is not None and (not isinstance(times, int) or times < 1):
            raise UnknownFault("times must be a whole number from 1 on, or left out.")
        for name in ("status", "retry_after", "seconds", "megabytes", "chance"):
            if name in data and (isinstance(data[name], bool) or not isinstance(data[name], int | float)):
                raise UnknownFault(f"{name} must be a number.")
        try:
            re.compile(path)
        except (re.error, TypeError) as error:
            raise UnknownFault(f"path is not a regular expression: {error}.") from error
        if not 0 <= data.get("chance", 1) <= 1:
            raise UnknownFault("chance must be a number from 0 to 1.")
        settings = {name: data[name] for name in data if name not in ("part", "kind", "path", "times")}
        with self._db.write() as connection:
            cursor = connection.execute(
                "INSERT INTO faults (part, kind, path, settings, remaining) VALUES (?, ?, ?, ?, ?)",
                (part, kind, path, json.dumps(settings), times),
            )
        return Fault(cursor.lastrowid or 0, part, kind, path, settings, times)

    def active(self) -> list[Fault]:
        return [self._read(row) for row in self._db.all("SELECT * FROM faults ORDER BY id")]

    def clear(self, part: str | None = None) -> None:
        with self._db.write() as connection:
            connection.execute("DELETE FROM faults WHERE ? IS NULL OR part = ?", (part, part))

    def take(self, part: str, path: str) -> Fault | None:
        """Return the oldest fault for a request and spend one use of it, or ``None``."""
        return self._take(part, path, webhook=False)

    def take_for_webhook(self, part: str, url: str) -> Fault | None:
        """Like :meth:`take`, for a webhook about to be sent to ``url``."""
        return self._take(part, url, webhook=True)

    def _take(self, part: str, path: str, *, webhook: bool) -> Fault | None:
        # The common case is no fault at all: no transaction then.
        for row in self._db.all("SELECT * FROM faults WHERE part = ? ORDER BY id", (part,)):
            fault = self._read(row)
            if (
                fault.kind.startswith("webhook_") == webhook
                and random.random() < fault.settings.get("chance", 1)
                and re.search(fault.path, path)
                and self._spend(fault)
            ):
                return fault
        return None

    def _spend(self, fault: Fault) -> bool:
        if fault.remaining is None:
            return True
        with self._db.write() as connection:
            spent = connection.execute(
                "UPDATE faults SET remaining = remaining - 1 WHERE id = ? AND remaining > 0", (fault.id,)
            ).rowcount
            connection.execute("DELETE FROM faults WHERE remaining <= 0")
        return bool(spent)

    @staticmethod
    def _read(row: Any) -> Fault:
        return Fault(
            row["id"], row["part"], row["kind"], row["path"], json.loads(row["settings"]), row["remaining"]
        )


def misbehave(fault: Fault, environ: dict[str, Any], answer: Callable[[], Response]) -> Response:
    """
    Turn a fault into an answer.

    :param answer: computes the proper answer, for the kinds that only spoil or delay it
    """
    settings = fault.settings
    match fault.kind:
        case "slow":
            time.sleep(settings.get("seconds", 5))
            return answer()
        case "hang":
            time.sleep(settings.get("seconds", 120))
            return Response(status=504)
        case "drip":
            return Response(_drops(settings.get("seconds", 1)), mimetype="application/json")
        case "omit":
            return _shortened(answer())
        case "truncate":
            return _half_of(answer())
        case "reset":
            return _announcing(1000, iter(()))
        case "html":
            return Response(
                "<!doctype html><title>Please wait</title><h1>Checking your browser</h1>",
                mimetype="text/html",
            )
        case "not_json":
            return Response('{"status": "success", "files": [', mimetype="application/json")
        case "empty":
            return Response(b"", mimetype="application/json")
        case "gzip_bomb":
            return Response(
                _bomb(int(settings.get("megabytes", 512))),
                mimetype="application/json",
                headers={"Content-Encoding": "gzip"},
            )
        case "endless":
            return Response(_forever(), mimetype="application/octet-stream")
        case "redirect_loop":
            query = environ.get("QUERY_STRING")
            return Response(
                status=302, headers={"Location": environ["PATH_INFO"] + (f"?{query}" if query else "")}
            )
    return _status(settings)


def _status(settings: dict[str, Any]) -> Response:
    status = int(settings.get("status", 500))
    body = settings.get(
        "body", {"status": "error", "code": "SIMULATED_FAULT", "msg": f"Simulated answer {status}."}
    )
    response = Response(
        body if isinstance(body, str) else json.dumps(body),
        status=status,
        content_type=settings.get("content_type", "application/json"),
    )
    if "retry_after" in settings:
        response.headers["Retry-After"] = str(settings["retry_after"])
    return response


def _half_of(response: Response) -> Response:
    response.direct_passthrough = False
    body = response.get_data()
    cut = _announcing(len(body), iter((body[: len(body) // 2],)))
    cut.status_code = response.status_code
    cut.content_type = response.content_type
    return cut


def _shortened(response: Response) -> Response:
    """Drop the last row of the list in a JSON answer, wherever its dialect keeps it; its counts stay."""
    response.direct_passthrough = False
    try:
        body = json.loads(response.get_data())
    except ValueError:
        return response
    if rows := _rows(body):
        rows.pop()
        response.set_data(json.dumps(body))
    return response


def _rows(value: Any) -> list[Any]:
    """Return the first list of objects in an answer, an empty one when there is none."""
    if isinstance(value, list):
        return value if value and isinstance(value[0], dict) else []
    found = (_rows(entry) for entry in value.values()) if isinstance(value, dict) else ()
    return next((rows for rows in found if rows), [])


def _announcing(length: int, body: Iterator[bytes]) -> Response:
    # The server breaks the connection when a body ends before its announced length.
    response = Response(body, mimetype="application/json")
    response.headers["Content-Length"] = str(length)
    return response


def _bomb(megabytes: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1024 * 1024)
    for _ in range(megabytes):
        if packed := packer.compress(zeros):
            yield packed
    yield packer.flush()


def _drops(seconds: float) -> Iterator[bytes]:
    while True:
        yield b" "
        time.sleep(seconds)


def _forever() -> Iterator[bytes]:
    block = b"x" * 65536
    while True:
        yield block
