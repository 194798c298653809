"""Every way to say no, as RFC 9457 problems: stable types, one sentence for people, members for programs."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.log import log_response
from drf_standardized_errors.formatter import flatten_errors
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from portal.api.problem_types import TYPES
from portal.core.errors import BadInput, DomainError, NotFound, NotReady, is_unstorable

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"


class RangeNotSatisfiable(DomainError):
    """A range beyond the end of the file."""

    code = "range_not_satisfiable"
    status = 416


class Unavailable(NotReady):
    """The database does not answer."""

    code = "unavailable"


@dataclass(frozen=True)
class Problem:
    """What is said, before it is an answer. ``members`` are JSON-ready and stand beside the standard ones."""

    code: str
    status: int
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, *, request_id: str) -> Response:
        """
        Return the problem as the answer to a call.

        Nothing in a 404 may depend on what was asked for, so it gets neither members nor the id of the request; that
        is in the header ``X-Request-ID`` of every answer.
        """
        known = TYPES.get(self.code)
        body: dict[str, Any] = {
            "type": known.address if known else "about:blank",
            "title": known.title if known else HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.status != HTTPStatus.NOT_FOUND:
            body |= {**self.members, "request_id": request_id}
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(body, status=self.status, headers=headers, content_type=CONTENT_TYPE)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """
    Turn whatever was raised inside the API into a problem; DRF's ``EXCEPTION_HANDLER``.

    :returns: ``None`` for a mistake of ours while ``DEBUG`` is on: the developer wants the traceback
    """
    view, request = context["view"], context["request"]._request
    problem = _explain(error, view)
    if problem is None and settings.DEBUG:
        return None
    set_rollback()
    answer = (problem or _OURS).answer(request_id=request.request_id)
    if problem is None:
        # Nobody else will tell: error monitors listen to the signal, operators read the log.
        got_request_exception.send(sender=None, request=request)
        log_response("unexpected failure in the API", response=answer, request=request, exception=error)
    return answer


_OURS = Problem("internal_error", 500, "Something went wrong on our side. It has been recorded.")


def _explain(error: Exception, view: Any) -> Problem | None:
    """Return the problem an error stands for, ``None`` for one that nobody foresaw."""
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("the database does not answer", exc_info=error)
        error = Unavailable("The portal cannot work right now. Please ask again in a moment.", retry_after=10)
    elif is_unstorable(error):
        named = "\0" in view.request.path_info
        error = NotFound() if named else BadInput("The sign U+0000 cannot be stored. Please leave it out.")
    elif isinstance(error, SuspiciousOperation):
        error = BadInput("This is not a request the API understands.")
    elif isinstance(error, Http404 | exceptions.NotFound | NotFound):
        error = NotFound()
    if isinstance(error, DomainError):
        wait = getattr(error, "retry_after", None)
        headers = {"Retry-After": str(wait)} if wait else dict(getattr(error, "headers", {}))
        return Problem(error.code, error.status, str(error), error.extra, headers)
    if isinstance(error, exceptions.ParseError):
        return Problem(BadInput.code, BadInput.status, "The body is not JSON.", {"errors": []})
    if isinstance(error, exceptions.ValidationError):
        return _bad_parameters(error)
    if isinstance(error, exceptions.APIException):
        return _refusal(error, view)
    return None


def _bad_parameters(error: exceptions.ValidationError) -> Problem:
    """``errors`` is ``[{"parameter": str, "detail": str}]`` unknown ones first, then as documented."""
    errors = [
        {"parameter": (e.attr or "").split(".")[0], "detail": e.detail} for e in flatten_errors(error.detail)
    ]
    names = ", ".join(dict.fromkeys(e["parameter"] for e in errors))
    return Problem("bad_input", 400, f"Please correct: {names}.", {"errors": errors})


def _refusal(error: exceptions.APIException, view: Any) -> Problem:
    """What DRF itself refuses: who asks, how often, by which method."""
    codes = error.get_codes()
    code = {"permission_denied": "not_allowed", "throttled": "too_many_requests"}.get(codes, codes)
    headers: dict[str, str] = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if code == "insufficient_scope":
        wanted = " ".join(view.scopes_for(view.request.method))
        headers["WWW-Authenticate"] = f'Bearer realm="portal", error="insufficient_scope", scope="{wanted}"'
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(error.wait)
        return Problem(code, error.status_code, f"Please wait {error.wait} seconds.", headers=headers)
    if isinstance(error, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(view.allowed_methods)
    return Problem(code, error.status_code, str(error.detail), headers=headers)
