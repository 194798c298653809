"""
The verbs of this part: JSON under ``/_sandbox/trading_grid/`` for scripts and for the console's forms.

A verb declares itself with :func:`verb`; its declaration is what ``GET /_sandbox/`` prints. A form may
stand in for JSON: its fields are texts, ``_method`` replaces POST, and the browser is sent back to where it
came from.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox.trading_grid.calls import ApiError
from integrations.sandbox.trading_grid.grid import Grid

logger = logging.getLogger("sandbox.trading_grid")

PREFIX = "/_sandbox/trading_grid"
LARGEST_BODY = 1024 * 1024


@dataclass(frozen=True)
class Order:
    """What a verb is given: path placeholders, query and body."""

    args: dict[str, str]
    query: Mapping[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Verb:
    method: str
    path: str
    body: Any
    meaning: str
    do: Callable[[Grid, Order], Any]


VERBS: list[Verb] = []


def verb(method: str, path: str, meaning: str, body: Any = None) -> Callable:
    """
    Declare a verb.

    :param path: below ``PREFIX``, with ``{placeholders}``
    :param body: an example of what to send, ``None`` without a body
    """

    def declare(do: Callable[[Grid, Order], Any]) -> Callable[[Grid, Order], Any]:
        VERBS.append(Verb(method, path, body, meaning, do))
        return do

    return declare


def index() -> list[dict[str, Any]]:
    """Every verb as ``{"method", "path", "body", "meaning"}``."""
    return [
        {"method": each.method, "path": PREFIX + each.path, "body": each.body, "meaning": each.meaning}
        for each in VERBS
    ]


def answer(grid: Grid, request: Request) -> Response:
    """Do what a request orders; never raises."""
    request.max_content_length = LARGEST_BODY
    form = False
    try:
        form = _is_form(request)
        fields = {name: value for name, value in request.form.items() if value} if form else {}
        method = fields.pop("_method", request.method) if request.method == "POST" else request.method
        routes = Map(
            [
                Rule(
                    each.path.replace("{", "<").replace("}", ">"), endpoint=str(number), methods=[each.method]
                )
                for number, each in enumerate(VERBS)
            ],
            strict_slashes=False,
            merge_slashes=False,
        )
        path = request.path.removeprefix(PREFIX) or "/"
        found, args = routes.bind("sandbox").match(path, method=method)
        done = VERBS[int(found)].do(grid, Order(dict(args), request.args, fields if form else _body(request)))
    except ApiError as error:
        body = {"status": "error", "msg": error.message, "code": error.code, "fields": error.fields}
        return _json(body, error.status)
    except HTTPException as error:
        message = error.description or error.name
        if error.code in (404, 405):
            message = "There is no such verb. GET /_sandbox/ lists them all."
        return _json({"status": "error", "msg": message}, error.code or 500)
    except Exception:
        logger.exception("a verb failed: %s %s", request.method, request.path)
        return _json({"status": "error", "msg": "The simulation itself failed; its log says why."}, 500)
    if form:
        # Only the path of where the form stood: never to another site.
        back = urlsplit(request.headers.get("Referer", ""))
        return redirect(
            (back.path or "/console/trading_grid") + (f"?{back.query}" if back.query else ""), 303
        )
    return _json({"status": "success", **(done or {})}, 200)


def _is_form(request: Request) -> bool:
    """Whether a browser's form was sent. ``curl -d '{...}'`` calls JSON one, and means JSON."""
    if request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return False
    return not request.get_data().lstrip().startswith(b"{")


def _body(request: Request) -> dict[str, Any]:
    data = request.get_data()
    if not data.strip():
        return {}
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, 4001, "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise ApiError(400, 4001, "The body must be a JSON object.")
    return body


def _json(body: Any, status: int) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False, indent=2) + "\n", status=status, mimetype="application/json"
    )
