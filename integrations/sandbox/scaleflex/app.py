"""The Scaleflex part: addresses to functions, failures to error bodies."""

import logging
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from integrations.sandbox.credentials import Credentials
from integrations.sandbox.scaleflex import (
    archives,
    bulk,
    comments,
    console,
    exchange,
    files,
    folders,
    invalidation,
    labels_tags_products,
    listing,
    processing,
    seed_loading,
    settings_model,
    shares,
    upload,
    verbs,
    versions,
    video_jobs,
)
from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.delivery.serve import Delivery
from integrations.sandbox.scaleflex.errors import ApiError, json_response
from integrations.sandbox.scaleflex.keys import KeyRing
from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.schema import EMPTIED_BY_RESET
from integrations.sandbox.scaleflex.timers import Timers

logger = logging.getLogger("sandbox.scaleflex")

MODULES = (
    exchange, listing, upload, files, versions, comments, folders, labels_tags_products, settings_model, bulk,
    archives, shares,
)  # fmt: skip
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Expose-Headers": "ETag, Content-Length, Retry-After",
    "Access-Control-Max-Age": "600",
}
REMEMBERED_CALLS = 300


class ScaleflexPart:
    """One Scaleflex project: its API, its delivery, its console and verbs."""

    def __init__(self, folder: Path, base_url: str, credentials: Credentials, seed: Path | None = None):
        self.project = Project(folder, base_url, credentials)
        self.keys = KeyRing(self.project)
        self.delivery = Delivery(self.project)
        self.timers = Timers(self.project, processing.actions(self.project, self.delivery))
        self.seed = seed
        self.calls: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_CALLS)
        self._rate = _Rate()
        self._routes = _map([route for module in MODULES for route in module.ROUTES])
        self._public_routes = _map(shares.PUBLIC_ROUTES)
        seed_loading.load_if_empty(self.project, seed)

    def handles(self, path: str) -> bool:
        """Say whether an address is this vendor's; any project token counts, to refuse it properly."""
        first, _, rest = path.lstrip("/").partition("/")
        if first in ("cdn", "store", "videos", "share", "invalidate"):
            return True
        if first in ("_sandbox", "console"):
            return rest.split("/", 1)[0] == "scaleflex"
        return rest.split("/", 1)[0] in ("v4", "v5", "key", "v7")

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        request = Request(environ)
        response = self._answer(request)
        path = request.path
        if not path.startswith(("/_sandbox/", "/console/")):
            response.headers.update(CORS)
            self.calls.appendleft(
                {
                    "at": self.project.moment(),
                    "method": request.method,
                    "path": path,
                    "status": response.status_code,
                }
            )
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            return self._dispatch(request)
        except ApiError as error:
            return self._refusal(error)
        except RequestEntityTooLarge:
            return self._refusal(ApiError(413, "BODY_TOO_LARGE", "The body is too large."))
        except HTTPException as error:
            return self._refusal(
                ApiError(error.code or 500, error.name.upper().replace(" ", "_"), error.description or "")
            )
        except Exception:
            logger.exception("failed at %s %s", request.method, request.path)
            return self._refusal(
                ApiError(500, "INTERNAL_ERROR", "The simulation itself failed; its log says why.")
            )

    def _refusal(self, error: ApiError) -> Response:
        hidden = self.project.switches["errors_in_200"] and error.status not in (429, 501)
        response = json_response(error.body(), 200 if hidden else error.status)
        if "retry_after" in error.extra and self.project.switches["retry_after"]:
            response.headers["Retry-After"] = str(error.extra["retry_after"])
        return response

    def _dispatch(self, request: Request) -> Response:
        first, _, rest = request.path.lstrip("/").partition("/")
        if first == "_sandbox":
            return verbs.answer(self, request)
        if first == "console":
            return console.answer(self, request)
        if request.method == "OPTIONS":
            wanted = request.headers.get("Access-Control-Request-Headers", "X-Filerobot-Key, Content-Type")
            return Response(status=204, headers={"Access-Control-Allow-Headers": wanted})
        if first in ("cdn", "store"):
            return self.delivery.answer(request)
        if first == "videos":
            return json_response({"status": "success", **video_jobs.answer(self, request, rest)})
        if first == "invalidate":
            request.max_content_length = 1_000_000
            return json_response(
                {"status": "success", **invalidation.answer(request.get_data(), self.project.clock.now())}
            )
        routes = self._routes
        if first == "share":
            routes = self._public_routes
            first, _, rest = rest.partition("/")
        if first != self.project.token:
            raise ApiError(404, "PROJECT_NOT_FOUND", f"There is no project {first}.")
        return self._api(request, routes, f"/{rest}")

    def _api(self, request: Request, routes: Map, path: str) -> Response:
        self._rate.check(self.project.switches["calls_per_second"])
        if path.startswith("/key/"):
            path = f"/v5{path}"
        try:
            method = "GET" if request.method == "HEAD" else request.method
            route, found = routes.bind("sandbox").match(path, method)
        except NotFound:
            raise ApiError(404, "ROUTE_NOT_FOUND", "There is no such address.") from None
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(set(error.valid_methods or ())))
            raise ApiError(405, "METHOD_NOT_ALLOWED", f"This address takes {allowed}.") from None
        assert isinstance(route, Route)
        call = Call(self.project, self.keys, self.timers, self.delivery, request, found["api"])
        call.key = self._key(request, route)
        values = {name: value for name, value in found.items() if name != "api" and name[0] != "_"}
        answer = route.answer(call, **values)
        return answer if isinstance(answer, Response) else json_response({"status": "success", **answer})

    def _key(self, request: Request, route: Route) -> Any:
        given = request.headers.get("X-Filerobot-Key") or request.headers.get("X-Airstore-Key")
        if not given and not route.needs_key:
            return None
        key = self.keys.check(given)
        key.require(route.permission)
        return key

    def reset(self) -> None:
        """Empty the project and load the seed again; keys and configured webhooks stay."""
        self.project.sender.clear()
        with self.project.write() as connection:
            for table in EMPTIED_BY_RESET:
                connection.execute(f"DELETE FROM {table}")
        self.project.blobs.clear()
        shutil.rmtree(self.project.folder / "videos", ignore_errors=True)
        self.delivery.cache.clear()
        self.calls.clear()
        seed_loading.load_if_empty(self.project, self.seed)

    def summary(self) -> dict[str, Any]:
        database = self.project.db
        return {
            "Files": database.value("SELECT count(*) FROM files WHERE current = 1"),
            "Approved": database.value(
                "SELECT count(*) FROM files WHERE current = 1 AND approval = 'APPROVED'"
            ),
            "Folders": database.value("SELECT count(*) FROM folders"),
            "Webhooks": database.value("SELECT count(*) FROM webhooks WHERE active = 1"),
            "Calls remembered": len(self.calls),
        }

    def index(self) -> list[dict[str, Any]]:
        return verbs.index()


def _map(routes: list[Route]) -> Map:
    rules = [
        Rule(f"/<any(v4,v5):api>{route.path}", methods=[route.method], endpoint=route) for route in routes
    ]
    return Map(rules, strict_slashes=False, merge_slashes=False)


class _Rate:
    """Counts calls within the present second."""

    def __init__(self) -> None:
        self._second = 0
        self._count = 0
        self._lock = Lock()

    def check(self, most: int) -> None:
        """:raises ApiError: 429, more than ``most`` calls in this second; 0 is no limit"""
        if not most:
            return
        with self._lock:
            second = int(time.monotonic())
            self._count = self._count + 1 if second == self._second else 1
            self._second = second
            if self._count > most:
                raise ApiError(429, "TOO_MANY_REQUESTS", "Too many calls.", extra={"retry_after": 1})
