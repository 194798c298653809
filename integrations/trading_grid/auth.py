"""
Tokens: fetched with the client's key and secret, kept for their ten hours, fetched anew when refused.

Kept in this process and, encrypted, in the shared cache, so that workers do not each fetch their own. A cache that is
down costs a call, nothing else.
"""

import hashlib
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache

from integrations import connections, http
from integrations.errors import BadOptions, BadPayload, Refused
from integrations.payloads import decode
from integrations.trading_grid.config import Account

logger = logging.getLogger(__name__)

SERVICE = "Trading Grid"
#: Documented lifetime, for answers that do not say.
LIFETIME_SECONDS = 36_000
#: Renewed this long before its end.
MARGIN_SECONDS = 300

#: How long a worker may take to fetch one before the others stop waiting for it: longer than the call's own deadline.
TURN_SECONDS = 35

_lock = threading.Lock()
_tokens: dict[str, tuple[float, str]] = {}
#: One thread of a process at a time renews a token.
_renewals: dict[str, threading.Lock] = {}


def token(account: Account) -> str:
    """
    Return a token that should still be good.

    However many workers want one at once, one of them fetches it and the others take it from it.

    :raises Retryable, Refused, BadPayload: none can be had
    """
    place = _place(account)
    if found := _own(place):
        return found
    with _renewal(place):
        # Another thread may have been here while we waited.
        if found := _own(place):
            return found
        until, found = _shared(place)
        if time.time() >= until:
            until, found = _fetch_once(account, place)
        with _lock:
            _tokens[place] = (until, found)
    return found


def renewed_at(account: Account) -> datetime | None:
    """Return when the shared token will be fetched anew, ``None`` when there is none or the cache is away. No call."""
    until, found = _shared(_place(account))
    return datetime.fromtimestamp(until, UTC) if found and until > time.time() else None


def forget(account: Account, refused: str) -> None:
    """Forget a token that was refused, unless a newer one has taken its place."""
    place = _place(account)
    with _lock:
        if _tokens.get(place, (0.0, ""))[1] == refused:
            del _tokens[place]
    if _shared(place)[1] == refused:
        _forget_shared(place)


def forget_all() -> None:
    """Forget this process's tokens; those in the shared cache stay."""
    with _lock:
        _tokens.clear()


def _own(place: str) -> str:
    with _lock:
        until, found = _tokens.get(place, (0.0, ""))
    return found if time.time() < until else ""


def _renewal(place: str) -> threading.Lock:
    with _lock:
        return _renewals.setdefault(place, threading.Lock())


def _fetch_once(account: Account, place: str) -> tuple[float, str]:
    """Fetch a token unless another process is at it; then take the one it puts into the shared cache."""
    turn = f"{place}:turn"
    patience = time.monotonic() + TURN_SECONDS
    while not (mine := _take_turn(turn)) and time.monotonic() < patience:
        time.sleep(0.05)
        until, found = _shared(place)
        if time.time() < until:
            return until, found
    try:
        # It may have come between our look and our turn.
        until, found = _shared(place)
        if time.time() >= until:
            until, found = _fetch(account)
            _share(place, until, found)
        return until, found
    finally:
        if mine:
            _forget_shared(turn)


def _take_turn(turn: str) -> bool:
    try:
        return cache.add(turn, 1, timeout=TURN_SECONDS)
    except Exception as error:
        # Without the cache nobody can be waited for.
        logger.warning("the shared cache does not answer: %s", type(error).__name__)
        return True


def _place(account: Account) -> str:
    # Other credentials or another gateway are another token.
    told = "\n".join(
        [
            account.options.gateway_url,
            account.options.token_path,
            account.consumer_key,
            account.consumer_secret,
        ]
    )
    return f"trading-grid-token:{account.connection.pk}:{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _shared(place: str) -> tuple[float, str]:
    try:
        sealed = cache.get(place)
        found = connections.decrypt(sealed) if isinstance(sealed, bytes) else {}
        return float(found.get("until", 0)), found.get("token", "")
    except (BadOptions, ValueError):
        return 0.0, ""
    except Exception as error:
        logger.warning("the shared cache does not answer: %s", type(error).__name__)
        return 0.0, ""


def _forget_shared(place: str) -> None:
    try:
        cache.delete(place)
    except Exception as error:
        logger.warning("the shared cache does not answer: %s", type(error).__name__)


def _share(place: str, until: float, found: str) -> None:
    try:
        cache.set(
            place,
            connections.encrypt({"token": found, "until": str(until)}),
            timeout=max(1, until - time.time()),
        )
    except Exception as error:
        logger.warning("the shared cache does not answer: %s", type(error).__name__)


def _fetch(account: Account) -> tuple[float, str]:
    """
    Return ``(good until, token)``.

    Source: the vendor's request collection "Community Management": POST with ``grant_type`` in the query, Basic, no
    body; the developer cloud takes the grant in a form.
    """
    options = account.options
    gateway = options.token_style == "gateway"
    path = options.token_path.replace("{tenantId}", options.company_id)
    try:
        answer = http.call(
            "POST",
            options.gateway_url + path,
            service=SERVICE,
            operation="token",
            hosts=account.hosts,
            auth=(account.consumer_key, account.consumer_secret),
            params={"grant_type": "client_credentials"} if gateway else None,
            data=None if gateway else b"grant_type=client_credentials",
            headers={} if gateway else {"Content-Type": "application/x-www-form-urlencoded"},
            max_bytes=100_000,
        )
    except Refused as error:
        raise Refused(
            f"{SERVICE} gives no token ({error.status}). Check consumer key and secret.", status=error.status
        ) from None
    body = decode(answer.body, source=SERVICE)
    found = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(found, str) or not found:
        raise BadPayload(f"{SERVICE} sent an answer without a token.")
    seconds = _lifetime(body.get("expires_in"))
    return time.time() + seconds - min(MARGIN_SECONDS, seconds / 2), found


def _lifetime(seconds: Any) -> float:
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit():
        seconds = int(seconds[:12])
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e9:
        # Not said, or nonsense.
        return LIFETIME_SECONDS
    return seconds
