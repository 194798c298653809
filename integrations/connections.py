"""The accounts at the vendors: looking them up, their secrets, and whether they may be called right now."""

import base64
import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from integrations.errors import BadOptions, Retryable
from integrations.models import Connection

#: Calls in a row that find the vendor in trouble before the circuit opens.
TROUBLE_BEFORE_OPEN = 5
LONGEST_OPEN = timedelta(minutes=5)
#: While one worker makes the trial call of an open circuit, the others wait at most this long for its outcome.
TRIAL = timedelta(seconds=60)
#: Every so many first attempts earn one more retry, up to ``MOST_RETRIES`` saved up.
FIRSTS_PER_RETRY = 10
MOST_RETRIES = 100.0
#: The floor: so many retries come back, one every few seconds, whatever happens. Otherwise a quiet day would have none.
FLOOR_RETRIES = 20.0
FLOOR_SECONDS = 5.0
#: So long without a failure the vendor counts as well. At one retry every five seconds that is six in a row.
WELL_AGAIN = timedelta(seconds=30)
#: A success is noted at most this often, so that workers do not queue up for the one row.
NOTE_SUCCESS_EVERY = timedelta(seconds=10)


def get(key: str) -> Connection | None:
    """Return the connection of this key that is in use, ``None`` when there is none."""
    return Connection.objects.filter(key=key, is_active=True).first()


def of_vendor(vendor: str) -> list[Connection]:
    """Return a vendor's connections that are in use."""
    return list(Connection.objects.filter(vendor=vendor, is_active=True))


def ensure_connection(
    *, vendor: str, key: str, name: str, options: Mapping[str, Any], credentials: Mapping[str, str]
) -> Connection:
    """
    Make the connection, or bring the one of this key to these values; its health and walks are kept.

    :param options: see the vendor's ``config`` module
    :param credentials: Scaleflex ``{"key", "webhook_user", "webhook_password"}``, Trading Grid ``{"consumer_key",
        "consumer_secret", "webhook_secret"}``; the full list is in the vendor's ``config`` module
    """
    connection, _ = Connection.objects.update_or_create(
        key=key,
        defaults={
            "vendor": vendor,
            "name": name,
            "options": dict(options),
            "credentials": encrypt(credentials),
            "is_active": True,
        },
    )
    return connection


# -- Secrets ----------------------------------------------------------------------------------------------------------
def _keys() -> MultiFernet:
    """
    Return the keys, newest first: those of ``CREDENTIAL_KEYS``, else one derived from each secret key.

    To rotate, put a new key in front and run ``manage.py rotate_credentials``; then the old one may go.
    """
    if settings.CREDENTIAL_KEYS:
        return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"integrations credentials")
    return base64.urlsafe_b64encode(kdf.derive(secret.encode()))


def encrypt(values: Mapping[str, str]) -> bytes:
    """Return a flat JSON object of texts, encrypted with the newest key."""
    return _keys().encrypt(json.dumps(dict(values)).encode())


def decrypt(token: bytes) -> dict[str, str]:
    """
    Return what ``encrypt`` was given; nothing for nothing.

    :raises BadOptions: none of the keys opens it
    """
    if not token:
        return {}
    try:
        return json.loads(_keys().decrypt(bytes(token)))
    except InvalidToken:
        raise BadOptions(
            "The stored credentials cannot be opened with the present keys. "
            "Put the earlier key back into CREDENTIAL_KEYS, or enter the credentials again."
        ) from None


def credentials(connection: Connection) -> dict[str, str]:
    """Return a connection's secrets in the clear. Never log them, never put them into a message."""
    return decrypt(bytes(connection.credentials))


def rotate() -> int:
    """
    Encrypt all credentials with the newest key.

    :returns: how many connections have some
    :raises BadOptions: none of the keys opens one of them; those before it are done
    """
    found = Connection.objects.exclude(credentials=b"")
    for connection in found:
        token = encrypt(decrypt(bytes(connection.credentials)))
        Connection.objects.filter(pk=connection.pk).update(credentials=token)
    return len(found)


# -- Circuit ----------------------------------------------------------------------------------------------------------
def ready(now: datetime) -> Q:
    """Connections that may be called: in use, not paused, and not held back any longer."""
    return Q(
        Q(paused_until__isnull=True) | Q(paused_until__lte=now),
        Q(open_until__isnull=True) | Q(open_until__lte=now),
        is_active=True,
    )


def may_call(connection: Connection, now: datetime) -> bool:
    """
    Return whether a call may go out now; takes the trial call of an open circuit for the caller.

    After ``True`` the caller makes the call and reports with ``succeeded`` or ``failed``.
    """
    row = Connection.objects.filter(ready(now), pk=connection.pk)
    if row.filter(open_until__isnull=True).exists():
        return True
    return bool(row.filter(open_until__isnull=False).update(open_until=now + TRIAL))


# -- Budget of retries ------------------------------------------------------------------------------------------------
# A vendor in trouble must not get many more calls from us than one that is well. The circuit sees to it when nothing
# goes through, this when every third call fails: retries are a tenth of first attempts and a small floor; others wait.
# Once it has been well for a while, a retry that goes through gives its place back: what has piled up is then done in a
# minute, not in hours, though no new work earns retries any more.
def retries_left(connection: Connection, now: datetime) -> int:
    """Return how many attempts may be made again right now; ``connection`` as just read."""
    return max(0, int(_saved(connection, now)))


def spend_retries(connection: Connection, wanted: int, now: datetime) -> int:
    """
    Take retries out of the budget, for attempts that begin in this transaction.

    :returns: how many were left to take, at most ``wanted``
    """
    row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    saved = _saved(row, now)
    taken = min(wanted, max(0, int(saved)))
    Connection.objects.filter(pk=row.pk).update(retries_left=saved - taken, retries_left_at=now)
    return taken


def earn_retries(connection: Connection, count: int, now: datetime) -> None:
    """Add retries that first attempts have earned."""
    row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    _add_retries(row, count, now)


@transaction.atomic
def give_back_retries(connection: Connection, count: int, now: datetime) -> None:
    """Add the places of retries that went through, unless the vendor has been in trouble a moment ago."""
    row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    if row.last_failure_at is None or row.last_failure_at <= now - WELL_AGAIN:
        _add_retries(row, count, now)


def _add_retries(row: Connection, count: int, now: datetime) -> None:
    saved = min(MOST_RETRIES, _saved(row, now) + count)
    Connection.objects.filter(pk=row.pk).update(retries_left=saved, retries_left_at=now)


def _saved(connection: Connection, now: datetime) -> float:
    saved, since = connection.retries_left, connection.retries_left_at
    if saved >= FLOOR_RETRIES or since is None:
        return saved
    return min(FLOOR_RETRIES, saved + max(0.0, (now - since).total_seconds()) / FLOOR_SECONDS)


def succeeded(connection: Connection, now: datetime) -> None:
    """Note that the vendor answered properly: closes the circuit."""
    Connection.objects.filter(
        Q(failures__gt=0)
        | Q(open_until__isnull=False)
        | Q(last_success_at__isnull=True)
        | Q(last_success_at__lt=now - NOTE_SUCCESS_EVERY),
        pk=connection.pk,
    ).update(failures=0, open_until=None, last_success_at=now)


def failed(connection: Connection, error: Exception, now: datetime) -> None:
    """
    Note that the vendor was in trouble; opens the circuit after some in a row, or as long as the vendor asked for.

    Errors about one message alone (refused, not understood) say nothing against the vendor and are not counted.
    """
    row = Connection.objects.filter(pk=connection.pk)
    if not isinstance(error, Retryable) or not error.outage:
        # It may have been the trial of an open circuit, which it leaves undecided: the next one may try.
        row.filter(open_until__gt=now).update(open_until=now)
        return
    row.update(failures=F("failures") + 1, last_failure_at=now, last_failure=str(error)[:300])
    failures = row.values_list("failures", flat=True).first() or 0
    held = timedelta()
    if failures >= TROUBLE_BEFORE_OPEN:
        bound = min(LONGEST_OPEN.total_seconds(), 2.0 ** min(failures - TROUBLE_BEFORE_OPEN + 1, 12))
        held = timedelta(seconds=random.uniform(bound / 2, bound))
    if error.retry_after is not None:
        held = max(held, timedelta(seconds=min(error.retry_after, 86_400)))
    if held or failures >= TROUBLE_BEFORE_OPEN:
        row.update(open_until=now + held)
    else:
        # A failed trial of a circuit opened by Retry-After alone must not stay held by the trial's own lease.
        row.filter(open_until__isnull=False).update(open_until=now)
