"""The keys of one demo, made at its first start and kept beside its data."""

import json
import os
import secrets
from pathlib import Path

from integrations.embedded.errors import in_words

NAMES = ("SECRET_KEY", "IDP_OIDC_PRIVATE_KEY")


def read_or_create(path: Path) -> dict[str, str]:
    """
    Return the variables of :data:`NAMES` that the environment does not set already.

    :param path: where they are kept, readable by its owner only
    :raises EmbeddedError: the file cannot be written
    """
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        kept = {"SECRET_KEY": secrets.token_urlsafe(50), "IDP_OIDC_PRIVATE_KEY": _private_key()}
        new = path.with_suffix(".new")
        try:
            new.unlink(missing_ok=True)
            new.touch(0o600)
            new.write_text(json.dumps(kept))
            new.replace(path)
        except OSError as error:
            raise in_words(error, f"write {path}") from None
    return {name: kept[name] for name in NAMES if not os.environ.get(name)}


def _private_key() -> str:
    # Imported here: the rest of the folder takes the standard library only.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return (
        rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )
