"""Secrets of the portal's own that lie in the database: encrypted, with keys that can be rotated."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class CannotOpen(Exception):
    """None of the present keys opens it. The text says what an operator can do."""


def _keys() -> MultiFernet:
    """Return the keys, newest first: those of ``CREDENTIAL_KEYS``, else one derived from each secret key."""
    if settings.CREDENTIAL_KEYS:
        return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal sealed values")
    return base64.urlsafe_b64encode(kdf.derive(secret.encode()))


def seal(value: bytes) -> bytes:
    """Return a value encrypted with the newest key."""
    return _keys().encrypt(value)


def unseal(sealed: bytes) -> bytes:
    """
    Return what ``seal`` was given.

    :raises CannotOpen: none of the keys opens it
    """
    try:
        return _keys().decrypt(bytes(sealed))
    except InvalidToken:
        raise CannotOpen(
            "A stored key cannot be opened with the present keys. Put the earlier key back into CREDENTIAL_KEYS (or "
            "SECRET_KEY_FALLBACKS)."
        ) from None
