"""
The keys that sign manifests (Ed25519, RFC 8032). One signs at a time; retired ones stay published, so that what they
signed can be checked for ever.
"""

import base64
import hashlib
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction

from portal.activity import services as activity
from portal.core import rowscope, sealed
from portal.packs.models import SigningKey


def _make(now: datetime) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return SigningKey.objects.create(
        key_id=hashlib.sha256(public).hexdigest()[:16],
        public_key=public,
        sealed=sealed.seal(private.private_bytes_raw()),
        created_at=now,
    )


def key_in_use(*, now: datetime) -> SigningKey:
    """Return the key that signs, making the first one when there is none."""
    key = SigningKey.objects.filter(retired_at__isnull=True).first()
    if key is not None:
        return key
    try:
        with transaction.atomic():
            return _make(now)
    except IntegrityError:
        # Somebody else has just made it.
        return SigningKey.objects.get(retired_at__isnull=True)


@transaction.atomic
def rotate(*, now: datetime, actor: str = "system") -> SigningKey:
    """Retire the key in use and return the new one. What was signed before stays valid, and stays as it is."""
    SigningKey.objects.select_for_update().filter(retired_at__isnull=True).update(retired_at=now)
    key = _make(now)
    activity.record(verb="signing_key.rotated", subject=key.key_id, actor=actor, now=now)
    return key


def reseal_all() -> int:
    """Encrypt all private keys with the newest of ``CREDENTIAL_KEYS``; returns how many there are."""
    keys = list(SigningKey.objects.all())
    for key in keys:
        SigningKey.objects.filter(pk=key.pk).update(sealed=sealed.seal(sealed.unseal(bytes(key.sealed))))
    return len(keys)


def sign(key: SigningKey, message: bytes) -> bytes:
    """Return the 64 bytes of the signature. The same key and message always give the same ones."""
    return Ed25519PrivateKey.from_private_bytes(sealed.unseal(bytes(key.sealed))).sign(message)


def envelope(key: SigningKey, message: bytes) -> dict[str, str]:
    """Return a signature as files and answers carry it."""
    return envelope_of(key.key_id, sign(key, message))


def envelope_of(key_id: str, signature: bytes) -> dict[str, str]:
    """Return a signature made before as files and answers carry it."""
    return {"algorithm": "Ed25519", "key": key_id, "signature": base64.b64encode(signature).decode()}


def public_keys() -> list[dict[str, Any]]:
    """Return every key ever used as JSON Web Keys (RFC 7517, RFC 8037), the one in use first."""
    # Public by their nature: the wall keeps only their private halves from partners' sessions.
    with rowscope.everything():
        keys = SigningKey.objects.order_by("-created_at", "-pk").defer("sealed")
        return [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "use": "sig",
                "alg": "EdDSA",
                "kid": key.key_id,
                "x": base64.urlsafe_b64encode(bytes(key.public_key)).rstrip(b"=").decode(),
                "created_at": key.created_at.isoformat(),
                "retired_at": key.retired_at and key.retired_at.isoformat(),
            }
            for key in keys
        ]
