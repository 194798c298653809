"""Failures in the vendor's words: a status, a code, a message, a hint."""

from typing import Any

import orjson
from werkzeug.wrappers import Response


class ApiError(Exception):
    """
    A refusal the caller will read.

    :param status: HTTP status; the body's own ``status`` is always ``error``
    :param code: the machine's word, such as ``FOLDER_NOT_FOUND``
    :param msg: one sentence
    :param extra: further keys of the body

    Source: the order in which the vendor's own widget reads ``msg``, ``hint`` and ``code``. Which
    HTTP status belongs to which code is mostly not published.
    """

    def __init__(self, status: int, code: str, msg: str, hint: str = "", extra: dict[str, Any] | None = None):
        super().__init__(msg)
        self.status = status
        self.code = code
        self.msg = msg
        self.hint = hint
        self.extra = extra or {}

    def body(self) -> dict[str, Any]:
        return {"status": "error", "code": self.code, "msg": self.msg, "hint": self.hint, **self.extra}


def bad_request(msg: str, code: str = "BAD_REQUEST", hint: str = "") -> ApiError:
    return ApiError(400, code, msg, hint)


def not_found(what: str, code: str) -> ApiError:
    return ApiError(404, code, f"{what} was not found.")


def not_simulated(what: str) -> ApiError:
    """The vendor has it, this simulation has not; better said than pretended."""
    return ApiError(501, "NOT_SIMULATED", f"This simulation does not do {what}.")


def json_response(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data), status=status, mimetype="application/json")
