"""The portal's addresses, and one for every error a page can end in."""

from django.http import HttpRequest
from django.urls import include, path

from portal.core import errors_views
from portal.core.errors import BadInput, DomainError, Forbidden, NotReady

handler400 = errors_views.bad_request
handler403 = errors_views.not_allowed
handler404 = errors_views.not_found
handler500 = errors_views.server_error


class TooMany(DomainError):
    status = 429


ERRORS = {
    400: BadInput("The day in the address cannot be read. Write it as 2026-11-18."),
    403: Forbidden("Only managers of your company may do this."),
    409: DomainError("Somebody else has answered already."),
    429: TooMany("Please wait a minute."),
    503: NotReady("The file is being made. It takes a few seconds."),
    500: RuntimeError("A fault of our own, for its page."),
}


def fail(request: HttpRequest, status: int):
    raise ERRORS[status]


urlpatterns = [path("errors/<int:status>/", fail), path("", include("portal.urls"))]
