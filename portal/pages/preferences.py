"""Language and colours: for everybody, signed in or not, by a form that works without script."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts import services as accounts
from portal.core.errors import BadInput

SCHEMES = ("light", "dark")
_A_YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponse:
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(to if safe and to.startswith("/") else "/")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's language: with the person who is signed in, and in this browser for the door."""
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        raise BadInput(_("Choose one of the languages at the foot of the page."))
    if request.user.is_authenticated:
        accounts.set_reading(user=request.user, language=code)
    response = _back(request)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=_A_YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


@require_POST
def scheme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in this browser; anything else goes back to what the system says."""
    response = _back(request)
    wanted = request.POST.get("scheme", "")
    if wanted in SCHEMES:
        response.set_cookie(
            "scheme", wanted, max_age=_A_YEAR, secure=settings.HTTPS, samesite="Lax", httponly=True
        )
    else:
        response.delete_cookie("scheme", samesite="Lax")
    return response
