"""
Tokens of the gateway (plural path, ``grant_type`` in the query, Basic, no body) and of the
developer cloud (``/tenants/{tenantId}/oauth2/token``, ``grant_type`` in a form).

Both last ten hours by the sandbox's clock; there is no refresh token.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest

from werkzeug.wrappers import Request

from integrations.sandbox.credentials import TradingGridKeys
from integrations.sandbox.trading_grid.calls import ApiError, Result, not_done
from integrations.sandbox.trading_grid.store import Store, timestamp

LIFETIME = timedelta(hours=10)


def issue(store: Store, keys: TradingGridKeys, request: Request, style: str, now: datetime) -> Result:
    """
    Answer a token request.

    :param style: ``gateway`` or ``tenant``
    :returns: ``{"access_token", "token_type", "expires_in"}``, seconds
    :raises ApiError: 400 for the grant, 401 for the client
    """
    sent = request.args if style == "gateway" else request.form
    grant = sent.get("grant_type", "")
    if grant == "password":
        raise not_done("The password grant")
    if grant != "client_credentials":
        where = "query" if style == "gateway" else "form"
        raise ApiError(400, 4005, f"grant_type=client_credentials must be in the {where}.")

    name, secret = _client(request, style)
    known = compare_digest(name.encode(), keys.consumer_key.encode())
    if not (compare_digest(secret.encode(), keys.consumer_secret.encode()) and known):
        raise ApiError(
            401,
            4012,
            "Unknown client or wrong secret.",
            headers={"WWW-Authenticate": 'Basic realm="gateway"'},
        )

    token = secrets.token_urlsafe(32)
    with store.write() as connection:
        connection.execute("DELETE FROM tokens WHERE expires_at <= ?", (timestamp(now),))
        connection.execute("INSERT INTO tokens VALUES (?, ?)", (_digest(token), timestamp(now + LIFETIME)))
    return Result(
        {"access_token": token, "token_type": "Bearer", "expires_in": int(LIFETIME.total_seconds())},
        headers={"Cache-Control": "no-store"},
    )


def check(store: Store, request: Request, now: datetime) -> None:
    """
    Let a request with a living token pass.

    :raises ApiError: 401, no token, an unknown or an expired one
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    expires_at = None
    if scheme.lower() == "bearer" and token:
        expires_at = store.db.value("SELECT expires_at FROM tokens WHERE digest = ?", (_digest(token),))
    if expires_at is None or expires_at <= timestamp(now):
        raise ApiError(
            401, 4011, "The access token is missing, unknown or has expired.",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip


def revoke_all(store: Store) -> int:
    """Make every token unknown, as a gateway does when it restarts; return how many there were."""
    with store.write() as connection:
        return connection.execute("DELETE FROM tokens").rowcount


def _client(request: Request, style: str) -> tuple[str, str]:
    basic = request.authorization
    if basic and basic.type == "basic":
        return basic.username or "", basic.password or ""
    if style == "tenant":
        return request.form.get("client_id", ""), request.form.get("client_secret", "")
    return "", ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
