"""What every request passes through that is ours."""

import re
import secrets
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from portal.core import rowscope
from portal.core.errors import DomainError, is_unstorable
from portal.core.errors_views import answer_domain_error, bad_request, not_found, not_ready

Handler = Callable[[HttpRequest], HttpResponse]
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """
    Gives every request an id, in the logs and in the ``X-Request-ID`` of the answer.

    A caller's own id is kept when it looks like one, so that one id can be followed through a proxy.
    """

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.request_id = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(12)
        # The log's own middleware reads the header; without one it would make up a second id.
        request.META["HTTP_X_REQUEST_ID"] = request.request_id
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        return response


class RowScopeMiddleware:
    """
    A web request begins with sight of no partner's rows. Whoever finds out who is asking widens it: the company
    middleware, the API's authentication, and the admin below for staff.
    """

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with rowscope.limited_to(rowscope.NOTHING):
            return self.get_response(request)


class DomainErrorMiddleware:
    """
    Turns a rule's no into a page with the rule's own words, a database that is away into one that says so, and a text
    that nothing can be called by into one of nothing here. The API has a handler of its own.
    """

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return answer_domain_error(request, exception)
        if isinstance(exception, OperationalError | InterfaceError):
            return not_ready(exception)
        if is_unstorable(exception):
            return not_found(request) if "\0" in request.path_info else bad_request(request)
        return None
