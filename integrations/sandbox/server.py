"""The frame: one WSGI callable that hands each request to the vendor whose address it is."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from werkzeug.exceptions import HTTPException
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox import credentials as credentials_module
from integrations.sandbox import front_page, pages
from integrations.sandbox.clock import Clock
from integrations.sandbox.faults import KINDS, PARTS, Faults, UnknownFault, misbehave
from integrations.sandbox.scaleflex.app import ScaleflexPart
from integrations.sandbox.trading_grid.app import TradingGridPart

logger = logging.getLogger("sandbox")

LARGEST_VERB = 1024 * 1024

VERBS: list[dict[str, Any]] = [
    {"method": "GET", "path": "/_sandbox/", "body": None, "meaning": "This list."},
    {
        "method": "GET",
        "path": "/_sandbox/faults",
        "body": None,
        "meaning": "The active faults and every kind there is.",
    },
    {
        "method": "POST",
        "path": "/_sandbox/faults",
        "body": {
            "part": "scaleflex|trading_grid|cdn",
            "path": "regex",
            "kind": "status",
            "status": 429,
            "times": 3,
        },
        "meaning": "Switch a fault on; without times it stays until cleared; chance (0 to 1) spares some requests.",
    },
    {
        "method": "DELETE",
        "path": "/_sandbox/faults",
        "body": None,
        "meaning": "Clear all faults, or those of ?part=.",
    },
    {
        "method": "GET",
        "path": "/_sandbox/traffic",
        "body": None,
        "meaning": "How often each address was called since the last reset, faults included.",
    },
    {
        "method": "POST",
        "path": "/_sandbox/clock",
        "body": {"offset_seconds": 3600},
        "meaning": "Move the sandbox's time away from the real one.",
    },
    {
        "method": "POST",
        "path": "/_sandbox/reset",
        "body": None,
        "meaning": "Both vendors back to the seed; faults, clock and logs cleared. Keys stay.",
    },
]


class Part(Protocol):
    """One vendor."""

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]: ...

    def handles(self, path: str) -> bool: ...

    def reset(self) -> None: ...

    def summary(self) -> dict[str, Any]: ...

    def index(self) -> list[dict[str, Any]]: ...


class Sandbox:
    """
    Both vendors behind one port.

    :param base_url: how clients reach this program, without a trailing slash
    :param seed: folder with ``catalogue.json``, loaded into an empty Scaleflex store
    """

    def __init__(self, folder: Path, base_url: str, seed: Path | None = None):
        self.base_url = base_url.rstrip("/")
        self.credentials = credentials_module.load(folder)
        self.clock = Clock(folder)
        self.faults = Faults(folder)
        self._traffic: Counter[tuple[str, str, str]] = Counter()
        self._counting = Lock()
        self.parts: dict[str, Part] = {
            "scaleflex": ScaleflexPart(folder, self.base_url, self.credentials, seed=seed),
            "trading_grid": TradingGridPart(folder, self.base_url, self.credentials),
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        path = environ.get("PATH_INFO") or "/"
        name = next((name for name, part in self.parts.items() if part.handles(path)), None)
        if name is None:
            return self._own(environ, path)(environ, start_response)
        part = self.parts[name]
        if path.startswith(("/_sandbox/", "/console/")):
            return part(environ, start_response)
        label = "cdn" if path.startswith(("/cdn/", "/store/")) else name
        with self._counting:
            self._traffic[label, environ["REQUEST_METHOD"], path] += 1
        fault = self.faults.take(label, path)
        if fault is None:
            return part(environ, start_response)
        logger.info("fault %s (%s) for %s", fault.id, fault.kind, path)
        answer = misbehave(fault, environ, lambda: Response.from_app(part, environ))
        return answer(environ, start_response)

    def _own(self, environ: dict[str, Any], path: str) -> Response:
        request = Request(environ)
        request.max_content_length = LARGEST_VERB
        try:
            return self._answer(request, path)
        except UnknownFault as error:
            return _json({"status": "error", "msg": str(error)}, 400)
        except HTTPException as error:
            return _json({"status": "error", "msg": error.description}, error.code or 500)
        except Exception:
            logger.exception("sandbox failed at %s", path)
            return _json({"status": "error", "msg": "The sandbox itself failed; its log says why."}, 500)

    def _answer(self, request: Request, path: str) -> Response:
        match request.method, path.rstrip("/") or "/":
            case "GET" | "HEAD", "/":
                return front_page.show(self)
            case "GET" | "HEAD", "/_sandbox":
                return _json({"simulation": True, "verbs": self.index()})
            case "GET" | "HEAD", "/_sandbox/static/sandbox.css":
                return pages.stylesheet()
            case "GET", "/_sandbox/faults":
                return _json({"faults": [fault.as_json() for fault in self.faults.active()], "kinds": KINDS})
            case "POST", "/_sandbox/faults":
                return self._add_fault(body_of(request))
            case "DELETE", "/_sandbox/faults":
                return self._clear_faults(request.args.get("part"))
            case "GET", "/_sandbox/traffic":
                return _json({"traffic": self._counts()})
            case "POST", "/_sandbox/clock":
                return self._set_clock(body_of(request))
            case "POST", "/_sandbox/reset":
                self.reset()
                return _json({"status": "success"})
            case "POST", ("/console/faults" | "/console/faults/clear" | "/console/reset") as address:
                return self._answer_form(request, address)
        return _json({"status": "error", "msg": "Nothing lives here. GET /_sandbox/ lists what does."}, 404)

    def _answer_form(self, request: Request, address: str) -> Response:
        match address:
            case "/console/faults":
                self.faults.add(_from_form(request.form.to_dict()))
            case "/console/faults/clear":
                self.faults.clear()
            case "/console/reset":
                self.reset()
        return redirect("/", 303)

    def _add_fault(self, body: dict[str, Any]) -> Response:
        return _json({"status": "success", "fault": self.faults.add(body).as_json()}, 201)

    def _clear_faults(self, part: str | None) -> Response:
        if part is not None and part not in PARTS:
            raise UnknownFault(f"part must be one of {', '.join(PARTS)}.")
        self.faults.clear(part)
        return _json({"status": "success"})

    def _counts(self) -> list[dict[str, Any]]:
        with self._counting:
            found = sorted(self._traffic.items())
        return [
            {"part": part, "method": method, "path": path, "count": count}
            for (part, method, path), count in found
        ]

    def _set_clock(self, body: dict[str, Any]) -> Response:
        seconds = body.get("offset_seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or abs(seconds) > 315_360_000:
            raise UnknownFault("offset_seconds must be a number of seconds within ten years.")
        self.clock.set_offset(seconds)
        return _json({"status": "success", "now": self.clock.now().isoformat()})

    def reset(self) -> None:
        """Bring everything but the keys back to the first start."""
        self.faults.clear()
        self.clock.set_offset(0)
        with self._counting:
            self._traffic.clear()
        for part in self.parts.values():
            part.reset()

    def index(self) -> list[dict[str, Any]]:
        return [*VERBS, *(verb for part in self.parts.values() for verb in part.index())]


def make_app(folder: Path, base_url: str, seed: Path | None = None) -> Sandbox:
    """Return the WSGI callable of a sandbox whose state lives under ``folder``."""
    return Sandbox(Path(folder), base_url, Path(seed) if seed else None)


def body_of(request: Request) -> dict[str, Any]:
    """
    Read a verb's JSON object; an empty body is an empty object.

    The content type does not matter, so that ``curl -d`` works without one.

    :raises UnknownFault: not JSON, or not an object
    """
    data = request.get_data()
    try:
        body = json.loads(data) if data else {}
    except ValueError as error:
        raise UnknownFault(f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise UnknownFault("The body must be a JSON object.")
    return body


def _from_form(form: dict[str, str]) -> dict[str, Any]:
    """Read the front page's fault form: empty fields are left out, figures become numbers."""
    data: dict[str, Any] = {name: value for name, value in form.items() if value}
    for name in ("times", "status", "retry_after", "seconds", "megabytes"):
        if name in data:
            if not data[name].isdigit():
                raise UnknownFault(f"{name} must be a whole number.")
            data[name] = int(data[name])
    return data


def _json(data: Any, status: int = 200) -> Response:
    return Response(
        json.dumps(data, ensure_ascii=False, indent=2) + "\n", status=status, mimetype="application/json"
    )
