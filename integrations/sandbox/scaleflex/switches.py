"""
Settings of the simulated project that a person or a script may turn.

Some are real project settings (naming, duplicates, versions). The others stand for behaviour
that the vendor does not publish, so a client has to cope with either way.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from integrations.sandbox.database import Database


@dataclass(frozen=True)
class Switch:
    """``default`` fixes the type; ``choices`` or ``largest`` limit the value."""

    default: Any
    meaning: str
    choices: tuple[Any, ...] = ()
    largest: float | None = None


SWITCHES = {
    "filename_policy": Switch("original", "How an upload is named.", ("original", "suffix", "uuid")),
    "duplicate_content": Switch("accept", "The same bytes under another name.", ("accept", "refuse")),
    "duplicate_name": Switch(
        "new_version", "Another content under the same path.", ("new_version", "overwrite", "refuse")
    ),
    "approval_on_new_version": Switch(
        "keep",
        "A finished approval when a new version arrives; an open request is always reset.",
        ("keep", "none"),
    ),
    "old_version_detail": Switch(
        "answer", "Detail of a uuid that has a newer version.", ("answer", "missing")
    ),
    "put_meta": Switch("merge", "What PUT does with the keys it does not name.", ("merge", "replace")),
    "largest_upload_bytes": Switch(500_000_000, "Uploads above are refused.", largest=5_000_000_000),
    "upload_refusal_status": Switch(
        200, "HTTP status of a refused or duplicate upload.", (200, 400, 409, 422)
    ),
    "errors_in_200": Switch(False, "Answer failures with HTTP 200 and status error in the body."),
    "list_lag_seconds": Switch(0.0, "New files appear in lists this much later.", largest=3600),
    "processing_delay_seconds": Switch(
        0.0, "Thumbnails, colours and video facts arrive this much after an upload.", largest=3600
    ),
    "bulk_delay_seconds": Switch(0.0, "Bulk changes and tasks take this long.", largest=3600),
    "sass_seconds": Switch(1200.0, "How long an exchanged key lives.", largest=86400),
    "calls_per_second": Switch(0, "Answer 429 above this rate; 0 for no limit.", largest=100_000),
    "retry_after": Switch(True, "Send Retry-After with a 429."),
    "webhook_event_key": Switch("event", "Key of the event's name in a webhook body; empty for none."),
    "webhook_body": Switch("file", "Where the asset sits in a webhook body.", ("file", "files", "flat")),
    "private_status": Switch(403, "CDN answer for a private file.", (403, 404)),
    "cdn_max_age": Switch(3600, "Cache lifetime of delivered files in seconds.", largest=31_536_000),
    "cdn_quality": Switch(80, "Quality when a link names none.", largest=100),
    "cdn_security": Switch("off", "Demand signed or sealed links.", ("off", "sign", "seal", "either")),
    "cdn_salt": Switch("salt", "Secret of signed and sealed links."),
    "cdn_digest_length": Switch(18, "Hex digits a signature must at least have (6 to 40).", largest=40),
}


class UnknownSwitch(ValueError):
    """No such switch, or not a value it can take; the text says which."""


class Switches:
    """The values of one project, read from the database at every use."""

    def __init__(self, database: Database):
        self._db = database

    def __getitem__(self, name: str) -> Any:
        stored = self._stored()
        return stored.get(name, SWITCHES[name].default)

    def all(self) -> dict[str, Any]:
        stored = self._stored()
        return {name: stored.get(name, switch.default) for name, switch in SWITCHES.items()}

    def change(self, values: dict[str, Any]) -> None:
        """
        Turn switches; all or none.

        :raises UnknownSwitch: a name or value that does not exist
        """
        checked = {name: _checked(name, value) for name, value in values.items()}
        with self._db.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO documents VALUES ('switches', ?)",
                (orjson.dumps({**self._stored(), **checked}).decode(),),
            )

    def _stored(self) -> dict[str, Any]:
        data = self._db.value("SELECT data FROM documents WHERE name = 'switches'")
        return orjson.loads(data) if data else {}


def _checked(name: str, value: Any) -> Any:
    switch = SWITCHES.get(name)
    if switch is None:
        raise UnknownSwitch(f"There is no switch {name}. There are {', '.join(SWITCHES)}.")
    if switch.choices:
        if value not in switch.choices or isinstance(value, bool):
            raise UnknownSwitch(f"{name} must be one of {', '.join(map(str, switch.choices))}.")
        return value
    if isinstance(switch.default, bool):
        if not isinstance(value, bool):
            raise UnknownSwitch(f"{name} must be true or false.")
        return value
    if isinstance(switch.default, str):
        if not isinstance(value, str) or len(value) > 200:
            raise UnknownSwitch(f"{name} must be a text of at most 200 characters.")
        return value
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= (switch.largest or 0)
    ):
        raise UnknownSwitch(f"{name} must be a number from 0 to {switch.largest}.")
    return type(switch.default)(value)
