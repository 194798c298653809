"""
Calls that may be repeated: a partner's system that got no answer asks again with the same key and gets the answer of
the first call, without the work being done twice.

Source: draft-ietf-httpapi-idempotency-key-header, section 2.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from portal.core.errors import DomainError
from portal.partners.models import ApiClient, IdempotentCall

#: Longer than any call runs; a server that died in the middle holds a key for this long.
RUNS_AT_MOST = timedelta(minutes=2)
#: For how long a key is remembered.
REMEMBERED = timedelta(hours=48)


class KeyReused(DomainError):
    """The key came with another request before."""

    code = "idempotency_key_reused"
    status = 422


class StillRunning(DomainError):
    """The first call with this key has not been answered yet."""

    code = "still_running"


@dataclass(frozen=True)
class Answered:
    """What the first call was answered. ``body`` is JSON."""

    status: int
    content_type: str
    body: str


@transaction.atomic
def begin(*, client: ApiClient, key: str, fingerprint: str, now: datetime) -> IdempotentCall | Answered:
    """
    Claim a key for a call that is about to be worked on, or return what it was answered before.

    :raises KeyReused: the key was given with another request
    :raises StillRunning: somebody works on it
    """
    fresh = {
        "partner_id": client.partner_id,
        "fingerprint": fingerprint,
        "claimed_until": now + RUNS_AT_MOST,
        "created_at": now,
    }
    call, is_new = IdempotentCall.objects.select_for_update().get_or_create(
        client=client, key=key, defaults=fresh
    )
    if is_new:
        return call
    if call.created_at <= now - REMEMBERED:
        for name, value in {**fresh, "status": None, "body": "", "content_type": ""}.items():
            setattr(call, name, value)
        call.save()
        return call
    if call.fingerprint != fingerprint:
        raise KeyReused(
            "This Idempotency-Key came with another request before. Make a new key for a new request."
        )
    if call.status is not None:
        return Answered(call.status, call.content_type, call.body)
    if call.claimed_until > now:
        raise StillRunning(
            "The first call with this Idempotency-Key is still being worked on. Ask again in a moment."
        )
    call.claimed_until = now + RUNS_AT_MOST
    call.save(update_fields=["claimed_until"])
    return call


def finish(call: IdempotentCall, *, status: int, content_type: str, body: str) -> None:
    """Keep the answer for whoever asks with the same key again."""
    IdempotentCall.objects.filter(pk=call.pk, status__isnull=True).update(
        status=status, content_type=content_type, body=body
    )


def give_up(call: IdempotentCall) -> None:
    """Forget a call that failed by our own fault: the next one with the same key does the work."""
    IdempotentCall.objects.filter(pk=call.pk, status__isnull=True).delete()


def forget_old(*, now: datetime) -> int:
    """Delete calls whose keys need not be remembered any more; returns how many."""
    return IdempotentCall.objects.filter(created_at__lte=now - REMEMBERED).delete()[0]
