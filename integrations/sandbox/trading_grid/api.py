"""
The HTTP edge of the grid's API: profile, token, company, body in; dialect out.

Handlers know neither HTTP nor dialects nor renamed fields; all three live here.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Request, Response

from integrations.sandbox.trading_grid import tokens, transitions
from integrations.sandbox.trading_grid.calls import (
    ApiError,
    Call,
    CursorListing,
    Download,
    Listing,
    Result,
    not_done,
)
from integrations.sandbox.trading_grid.dialects import DIALECTS, Dialect
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.profiles import PROFILES, RESOURCES, Profile
from integrations.sandbox.trading_grid.routes import ROUTES

logger = logging.getLogger("sandbox.trading_grid")

Handler = Callable[[Grid, Call], Any]
SECRETS = re.compile(rb'("(?:loginPassword|secret|answer)"\s*:\s*)"(?:[^"\\]|\\.)*"')
LARGEST_BODY = 8 * 1024 * 1024
# The vendor has these too; a client that asks for them learns that they are not simulated.
OTHER_SERVICES = {"/cartographer/": "Cartographer", "/v1/auth": "The older sign-in of Cartographer"}
MAPS = {name: profile.routes() for name, profile in PROFILES.items()}


class Api:
    """Answers every call of the vendor's API."""

    def __init__(self, grid: Grid):
        self.grid = grid

    def answer(self, request: Request) -> Response:
        """Answer one call and keep it in the log of received calls; never raises."""
        started = time.monotonic()
        request.max_content_length = LARGEST_BODY
        profile = profile_of(request.path)
        dialect = self.dialect_of(profile)
        endpoint = None
        try:
            style = token_style(request.path)
            if style:
                response = self._token(request, style, dialect)
            elif profile.name not in self.grid.store.setting("profiles", default=list(PROFILES)):
                raise _no_such_path()
            else:
                endpoint, args = _match(profile, request)
                response = self._call(request, profile, dialect, endpoint, args)
        except ApiError as error:
            response = _failed(error, dialect, profile, endpoint)
        except RequestEntityTooLarge:
            message = f"The body must be smaller than {LARGEST_BODY // 1024 // 1024} MB."
            response = _failed(ApiError(413, 4131, message), dialect, profile, endpoint)
        except HTTPException as error:
            status = error.code or 400
            response = _failed(
                ApiError(status, status * 10, error.description or error.name), dialect, profile, None
            )
        except Exception:
            logger.exception("the simulated grid failed at %s %s", request.method, request.path)
            message = "The simulation itself failed; its log says why."
            response = _failed(ApiError(500, 5001, message), dialect, profile, endpoint)
        self._log(request, response, started)
        return response

    def dialect_of(self, profile: Profile) -> Dialect:
        chosen = self.grid.store.setting("dialects", default={})
        return DIALECTS[chosen.get(profile.name, "cartographer")]

    def _token(self, request: Request, style: str, dialect: Dialect) -> Response:
        # The developer cloud speaks its own dialect whatever the tenant's services do.
        speaks = dialect if style == "gateway" else DIALECTS["hal"]
        try:
            if request.method != "POST":
                raise ApiError(405, 4051, "Tokens are fetched by POST.", headers={"Allow": "POST"})
            if style == "tenant" and request.path.split("/")[2] != self.grid.company_id:
                raise ApiError(404, 4044, "There is no such tenant.")
            result = tokens.issue(self.grid.store, self.grid.keys, request, style, self.grid.now())
        except ApiError as error:
            return _json(speaks.error(error), error.status, error.headers)
        return _json(result.body, result.status, result.headers)

    def _call(
        self, request: Request, profile: Profile, dialect: Dialect, endpoint: str, args: dict[str, str]
    ) -> Response:
        now = self.grid.now()
        tokens.check(self.grid.store, request, now)
        self._check_company(args)
        resource = RESOURCES.get(endpoint)
        query = {name: request.args[name] for name in request.args}
        endpoint, method, body = transitions.folded(
            endpoint, request.method, query, profile.inbound(resource, _body(request))
        )
        handler = _handler(endpoint, method)
        call = Call(
            method=method if method != "HEAD" else "GET",
            endpoint=endpoint,
            args=args,
            query=profile.inbound(resource, {n: v for n, v in query.items() if n not in dialect.paging}),
            body=body,
            now=now,
            page=dialect.page_request(query),
            idempotency_key=request.headers.get("Idempotency-Key"),
            if_match=request.headers.get("If-Match"),
            profile=profile.name,
            base_url=request.host_url.rstrip("/"),
            files=request.files.to_dict() if request.mimetype == "multipart/form-data" else {},
        )
        answer = handler(self.grid, call)
        match answer:
            case Listing():
                short = self.grid.store.setting("lists.leaveOut", default=0)
                items = answer.items[: len(answer.items) - short] if short else answer.items
                served = Listing([profile.outbound(resource, item) for item in items], answer.total)
                rendered = dialect.listing(served, call.page, _linker(request, query))
                return _json(rendered.body, 200, rendered.headers, dialect.media_type)
            case CursorListing():
                rendered = dialect.cursor_listing(answer, _linker(request, query))
                return _json(rendered.body, 200, rendered.headers, dialect.media_type)
            case Download():
                disposition = dump_options_header("attachment", {"filename": answer.name})
                return Response(
                    answer.data, mimetype=answer.mimetype, headers={"Content-Disposition": disposition}
                )
        return self._result(answer, call, profile, dialect, resource)

    def _result(
        self, result: Result, call: Call, profile: Profile, dialect: Dialect, resource: str | None
    ) -> Response:
        headers = dict(result.headers)
        if result.location:
            endpoint, args = result.location
            headers["Location"] = call.base_url + profile.path(
                endpoint,
                {"companyId": self.grid.company_id} | {n: quote(v, safe="") for n, v in args.items()},
            )
        if result.body is None:
            return Response(status=result.status, headers=headers)
        return _json(profile.outbound(resource, result.body), result.status, headers, dialect.media_type)

    def _check_company(self, args: dict[str, str]) -> None:
        company = args.get("companyId")
        if company is None or company == self.grid.company_id:
            return
        if self.grid.store.find("partner", company):
            raise ApiError(403, 4031, "This client may only act for its own company.")
        raise ApiError(404, 4043, "There is no such company.")

    def _log(self, request: Request, response: Response, started: float) -> None:
        body = b""
        # Tokens, passwords and files stay out of the log people read.
        if not token_style(request.path) and request.mimetype != "multipart/form-data":
            try:
                body = SECRETS.sub(rb'\1"..."', request.get_data())
            except HTTPException:
                body = b"(too large)"
        self.grid.store.log_call(
            at=self.grid.now(),
            method=request.method,
            path=request.path,
            query=request.query_string.decode("latin-1"),
            status=response.status_code,
            idempotency_key=request.headers.get("Idempotency-Key"),
            milliseconds=round((time.monotonic() - started) * 1000, 1),
            body=body,
        )


def profile_of(path: str) -> Profile:
    """The profile whose addresses these are; the default one for what nobody serves."""
    return PROFILES["acme" if path.startswith(("/acme-grid/", "/tenants/")) else "default"]


def token_style(path: str) -> str | None:
    """``gateway`` or ``tenant`` for a token endpoint."""
    if path == "/v1/oauth2/tokens":
        return "gateway"
    parts = path.split("/")
    return (
        "tenant" if len(parts) == 5 and parts[1] == "tenants" and parts[3:] == ["oauth2", "token"] else None
    )


def _match(profile: Profile, request: Request) -> tuple[str, dict[str, str]]:
    try:
        endpoint, args = MAPS[profile.name].bind("sandbox").match(request.path, method=request.method)
    except (NotFound, MethodNotAllowed) as error:
        for prefix, service in OTHER_SERVICES.items():
            if request.path.startswith(prefix):
                raise not_done(service) from error
        raise _no_such_path() from error
    return endpoint, dict(args)


def _no_such_path() -> ApiError:
    return ApiError(404, 4041, "Nothing is served at this path.")


def _handler(endpoint: str, method: str) -> Handler:
    wanted = "GET" if method == "HEAD" else method
    handlers = {verb: handler for (name, verb), handler in ROUTES.items() if name == endpoint}
    if wanted in handlers:
        return handlers[wanted]
    allowed = ", ".join(sorted(handlers))
    raise ApiError(405, 4051, f"Only {allowed} is possible here.", headers={"Allow": allowed})


def _body(request: Request) -> Any:
    """
    The JSON a call carries, ``None`` without one.

    :raises ApiError: 400, not JSON
    """
    if request.mimetype == "multipart/form-data":
        return None
    data = request.get_data()
    if not data.strip():
        return None
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, 4001, "The body is not JSON in UTF-8.") from error


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _linker(request: Request, query: Mapping[str, str]) -> Callable[[Mapping[str, str | None]], str]:
    def link_to(changes: Mapping[str, str | None]) -> str:
        wanted = {name: value for name, value in {**query, **changes}.items() if value is not None}
        path = quote(request.path, safe="/@:")
        return request.host_url.rstrip("/") + path + (f"?{urlencode(wanted)}" if wanted else "")

    return link_to


def _failed(error: ApiError, dialect: Dialect, profile: Profile, endpoint: str | None) -> Response:
    resource = RESOURCES.get(endpoint or "")
    named = [
        {"name": profile.field_name(resource, field["name"]), "message": field["message"]}
        for field in error.fields
    ]
    shown = ApiError(error.status, 0, error.message, named)
    shown.code = error.code
    return _json(dialect.error(shown), error.status, error.headers)


def _json(
    body: Any, status: int, headers: Mapping[str, str], media_type: str = "application/json"
) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False), status=status, headers=dict(headers), content_type=media_type
    )
