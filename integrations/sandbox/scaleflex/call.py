"""One API call, and how a function says which calls it answers."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from werkzeug.wrappers import Request

from integrations.sandbox.scaleflex import files_store
from integrations.sandbox.scaleflex.delivery.serve import Delivery
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, not_found
from integrations.sandbox.scaleflex.keys import Key, KeyRing
from integrations.sandbox.scaleflex.project import Folder, Project
from integrations.sandbox.scaleflex.render import Options, Renderer, folder_json
from integrations.sandbox.scaleflex.timers import Timers

LARGEST_BODY = 10_000_000
MOST_UUIDS = 5000
# Singular and plural paths exist side by side in the vendor's clients; every route takes both.
FILE = "<any(file,files):_noun>"
FOLDER = "<any(folder,folders):_noun>"


@dataclass(frozen=True, eq=False)
class Route:
    """
    An address under ``/{token}/v4`` and ``/v5``.

    :param permission: what the key must be allowed; ``None`` for nothing in particular
    :param needs_key: ``False`` where a call without a key is answered too
    """

    method: str
    path: str
    permission: str | None
    answer: Callable[..., Any]
    needs_key: bool = True


@dataclass
class Call:
    """``api`` is ``v4`` or ``v5``; ``key`` is ``None`` only where none is needed."""

    project: Project
    keys: KeyRing
    timers: Timers
    delivery: Delivery
    request: Request
    api: str
    key: Key | None = None

    @cached_property
    def args(self) -> dict[str, str]:
        """Return the query, first value of each name."""
        return self.request.args.to_dict()

    @cached_property
    def renderer(self) -> Renderer:
        return Renderer(self.project, Options.read(self.api, self.args))

    def fresh_renderer(self) -> Renderer:
        """Return one that sees what this call has just written."""
        return Renderer(self.project, Options.read(self.api, self.args))

    def file(self, uuid: str) -> sqlite3.Row:
        """
        Return a version this key may see.

        :raises ApiError: 400, 403 or 404
        """
        row = files_store.get(self.project, uuid)
        if self.key:
            self.key.require_folder(row["folder"])
        if not row["current"] and self.project.switches["old_version_detail"] == "missing":
            raise not_found("The file", "FILE_NOT_FOUND")
        return row

    @cached_property
    def body(self) -> dict[str, Any]:
        """
        Read the JSON object of the body; nothing counts as ``{}``.

        :raises ApiError: 400, not JSON or not an object; 413, too long
        """
        self.request.max_content_length = LARGEST_BODY
        data = self.request.get_data()
        if not data.strip():
            return {}
        try:
            body = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise bad_request(f"The body is not JSON: {error}.", "INVALID_JSON") from None
        if not isinstance(body, dict):
            raise bad_request("The body must be a JSON object.", "INVALID_JSON")
        return body

    def text(self, name: str) -> str:
        """Return a text of the body; :raises ApiError: 400, missing or of another type."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise bad_request(f"{name} must be a text.")
        return value

    def texts(self, name: str, body: dict[str, Any] | None = None) -> list[str]:
        """Return a list of texts of the body, empty when missing; :raises ApiError: 400."""
        value = (self.body if body is None else body).get(name) or []
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise bad_request(f"{name} must be a list of texts.")
        if len(value) > MOST_UUIDS:
            raise bad_request(f"{name} has more than {MOST_UUIDS} entries.")
        return list(dict.fromkeys(value))

    def require(self, *permissions: str) -> None:
        """:raises ApiError: 403, the key lacks one of these"""
        for permission in permissions:
            if self.key:
                self.key.require(permission)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number of the query; :raises ApiError: 400, not one or out of range."""
        text = self.args.get(name)
        if text is None or text == "":
            return default
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise ApiError(400, "INVALID_PARAMETER", f"{name} must be a whole number from {low} to {high}.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.args.get(name)
        return default if text is None else text.lower() in ("1", "true", "yes")

    def folder_json(self, folder: Folder) -> dict[str, Any]:
        """Return the object of a folder."""
        return folder_json(self.project, folder)

    def answer(self, row: sqlite3.Row) -> dict[str, Any]:
        """Return the body of a write to one file."""
        return {"file": self.fresh_renderer().file(row)}
