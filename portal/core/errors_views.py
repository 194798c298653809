"""Error pages: a sentence, a way on, never a traceback."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

from portal.core.errors import DomainError

logger = logging.getLogger(__name__)


def _page(request: HttpRequest, status: int, **context) -> HttpResponse:
    return render(request, f"{status}.html", context, status=status)


def answer_domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """
    Answer a ``DomainError`` as a page.

    404 carries no word about what was asked for: another partner's thing and an unknown one must look the same.
    """
    if error.status == 404:
        return not_found(request)
    template = f"{error.status}.html" if error.status in {400, 403, 410, 429, 503} else "409.html"
    response = render(request, template, {"message": str(error)}, status=error.status)
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def nothing_here(request: HttpRequest, *_parts: str) -> HttpResponse:
    """Answer an address of a library that we do not offer like one that never was."""
    raise Http404


def server_error(request: HttpRequest) -> HttpResponse:
    """The page when our own code failed, or the database is away. Uses neither database nor session."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return not_ready(error)
    return HttpResponse(loader.get_template("500.html").render({}), status=500)


def not_ready(error: OperationalError | InterfaceError) -> HttpResponse:
    """The page while the database does not answer. Uses nothing."""
    logger.error("the database does not answer: %s", type(error).__name__)
    response = HttpResponse(loader.get_template("503.html").render({}), status=503)
    response["Retry-After"] = "10"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.warning("form refused: %s", reason)
    return _page(request, 403, form_expired=True)
