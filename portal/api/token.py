"""The token endpoint, and how often it may be asked."""

import base64
import binascii
import contextlib
import logging
from urllib.parse import unquote_plus

from allauth.account.adapter import get_adapter
from allauth.idp.oidc.views import token as issue
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from portal.api.throttling import Window, rate
from portal.core.counting import count

logger = logging.getLogger(__name__)


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """
    Give out a token unless the address asked too often, or the client got too many.

    Every try counts for its address; for its client only what succeeded counts. Otherwise anybody who has seen a
    client id could shut that client out by trying wrong secrets in its name. Without the cache nobody is held back.

    Source of the refusal: RFC 6585, section 4, in the form of RFC 6749, section 5.2.
    """
    try:
        window = _exceeded(request)
    except (
        Exception
    ):  # as for calls: whatever is wrong with the cache, a partner's system must not stand still
        logger.warning("requests for tokens are not being counted: the cache does not answer", exc_info=True)
        window = None
    if window:
        return _refusal(window)
    response = issue(request)
    if response.status_code == 200:
        _note_success(request)
    return response


def _note_success(request: HttpRequest) -> None:
    _limit, seconds = rate("token")
    with contextlib.suppress(Exception):  # said above, when the cache does not answer
        count(_key("client", _client_id(request), Window.now(seconds)), seconds)


def _exceeded(request: HttpRequest) -> Window | None:
    """Count this try and return the window that has no place for it, if one has none."""
    limit, seconds = rate("token_address")
    window = Window.now(seconds)
    if count(_key("address", get_adapter().get_client_ip(request), window), seconds) > limit:
        return window
    limit, seconds = rate("token")
    window = Window.now(seconds)
    return window if cache.get(_key("client", _client_id(request), window), 0) >= limit else None


def _key(kind: str, name: str, window: Window) -> str:
    # Whatever is sent as a client id must do for a key of the cache.
    safe = base64.urlsafe_b64encode(name.encode()).decode()[:100]
    return f"token:{kind}:{safe}:{window.number}"


def _client_id(request: HttpRequest) -> str:
    """Return the client id as sent, in the header or the body; nobody has proved anything yet."""
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return unquote_plus(base64.b64decode(credentials).decode().partition(":")[0])
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return request.POST.get("client_id", "")


def _refusal(window: Window) -> JsonResponse:
    body = {
        "error": "temporarily_unavailable",
        "error_description": f"Too many requests for tokens. A token lasts an hour. Wait {window.reset} seconds.",
    }
    headers = {"Retry-After": str(window.reset), "Cache-Control": "no-store"}
    return JsonResponse(body, status=429, headers=headers)
