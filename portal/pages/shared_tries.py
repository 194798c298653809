"""How often one address may be wrong about share links: these pages are open to everybody."""

import logging
import math
import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.core.counting import count, take_back
from portal.core.errors import DomainError

logger = logging.getLogger(__name__)

#: Seconds in which tries are counted; all begin anew after them.
WINDOW = 300
#: Addresses of links that do not exist. A mail program that breaks a link asks for the same wrong one a few times.
UNKNOWN = 30
#: Wrong passwords, over all links: whoever has several links has as many tries for each by ``shares.WRONG_TRIES``.
PASSWORDS = 20


class TooManyTriesFromHere(DomainError):
    """One address was wrong too often. ``retry_after`` is in seconds."""

    code = "too_many_tries"
    status = 429

    def __init__(self, retry_after: int):
        super().__init__(_("There were too many tries from your network. Please try again in a few minutes."))
        self.retry_after = retry_after


def check_unknown(request: HttpRequest) -> None:
    """
    Refuse to look up any link for an address that asked for too many that do not exist: it is not told either when it
    has guessed one.

    :raises TooManyTriesFromHere: wait
    """
    key, left = _key("unknown", request)
    if _counted(lambda: cache.get(key, 0)) >= UNKNOWN:
        raise TooManyTriesFromHere(left)


def note_unknown(request: HttpRequest) -> None:
    """Note that a link does not exist."""
    key, _left = _key("unknown", request)
    _counted(lambda: count(key, WINDOW))


def note_password(request: HttpRequest) -> None:
    """
    Count one try of a password, before it is looked at: many at once get no more tries than one after the other.

    :raises TooManyTriesFromHere: wait
    """
    key, left = _key("password", request)
    if _counted(lambda: count(key, WINDOW)) > PASSWORDS:
        raise TooManyTriesFromHere(left)


def forgive_password(request: HttpRequest) -> None:
    """Take a try back that was right: colleagues behind one address may all unlock what was sent to each of them."""
    key, _left = _key("password", request)
    _counted(lambda: take_back(key))


def _key(kind: str, request: HttpRequest) -> tuple[str, int]:
    now = time.time()
    number = int(now // WINDOW)
    left = math.ceil((number + 1) * WINDOW - now)
    return f"shared:{kind}:{get_adapter().get_client_ip(request)}:{number}", left


def _counted(ask: Callable[[], int | None]) -> int:
    try:
        return int(ask() or 0)
    except (
        Exception
    ):  # whatever is wrong with the cache: the token is long, and each link counts its own passwords
        logger.warning("tries of share links are not being counted: the cache does not answer", exc_info=True)
        return 0
