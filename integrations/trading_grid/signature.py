"""
Is this call from the grid?

Source: Standard Webhooks. ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` over the raw body; two
secrets, separated by a blank, while they are being changed.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime

from standardwebhooks.webhooks import Webhook

from integrations import connections
from integrations.models import Connection
from integrations.options import read
from integrations.trading_grid.config import Options


def is_authentic(connection: Connection, headers: Mapping[str, str], body: bytes, *, now: datetime) -> bool:
    """Return whether one of the connection's secrets signed exactly this body, a short while ago."""
    tolerance = read(Options, connection.options).webhook_tolerance_seconds
    identity, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not identity or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return False
    if abs(now.timestamp() - int(stamp)) > tolerance:
        return False
    moment = datetime.fromtimestamp(int(stamp), now.tzinfo)
    secrets = connections.credentials(connection).get("webhook_secret", "").split()
    return any(_signed_by(secret, identity, moment, body, given) for secret in secrets)


def _signed_by(secret: str, identity: str, moment: datetime, body: bytes, given: str) -> bool:
    try:
        wanted = Webhook(secret).sign(identity, moment, body.decode())
    except (ValueError, UnicodeDecodeError):
        return False
    candidates = [candidate.encode("utf-8", "surrogateescape") for candidate in given.split()[:10]]
    return any(hmac.compare_digest(wanted.encode(), candidate) for candidate in candidates)
