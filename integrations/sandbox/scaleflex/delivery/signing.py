"""
Signed and sealed addresses: plain SHA-1 over salt and address, shortened to 6 to 40 hex digits.

Whether the path counts with its leading slash differs between the vendor's documentation and its
Ruby client, so both readings are accepted.

Source: the vendor's "URL sealing" page and its Ruby client.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable
from hashlib import sha1
from urllib.parse import parse_qsl

from integrations.sandbox.scaleflex.errors import ApiError

SHORTEST, LONGEST = 6, 40


def signature(salt: str, uri: str) -> str:
    """Return ``ci_sign`` for a path with its query, 40 hex digits."""
    return sha1((salt + uri).encode(), usedforsecurity=False).hexdigest()


def seal(path: str, sealed: str, salt: str) -> str:
    """Return ``ci_seal`` for a path and its ``ci_eqs``, 40 hex digits."""
    return sha1((path + sealed + salt).encode(), usedforsecurity=False).hexdigest()


def open_seal(sealed: str) -> list[tuple[str, str]]:
    """
    Return the parameters inside ``ci_eqs``.

    :raises ApiError: 403, not base64
    """
    try:
        query = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise refusal("ci_eqs is not readable.") from None
    return parse_qsl(query, keep_blank_values=True)


def check(
    demanded: str,
    salt: str,
    shortest: int,
    spellings: Iterable[str],
    query: list[tuple[str, str]],
    raw_query: str,
) -> list[tuple[str, str]]:
    """
    Check an address and return the parameters to obey; sealed ones stand first and so cannot be overridden.

    :param demanded: ``off``, ``sign``, ``seal`` or ``either``
    :param shortest: digits a signature must at least have
    :param spellings: the path as it may have been written, without ``/v7``
    :param raw_query: the query as it was sent
    :raises ApiError: 403
    """
    given = dict(reversed(query))
    paths = [form for path in spellings for form in (path, path.removeprefix("/"))]
    if "ci_seal" in given and demanded in ("seal", "either", "off"):
        sealed = given.get("ci_eqs", "")
        if demanded != "off" and not _holds(
            given["ci_seal"], shortest, (seal(path, sealed, salt) for path in paths)
        ):
            raise refusal("ci_seal does not fit this address.")
        return [*open_seal(sealed), *query]
    if demanded == "off":
        return query
    if "ci_sign" in given and demanded in ("sign", "either"):
        rest = "&".join(part for part in raw_query.split("&") if not part.startswith("ci_sign="))
        uris = (path + (f"?{rest}" if rest else "") for path in paths)
        if not _holds(given["ci_sign"], shortest, (signature(salt, uri) for uri in uris)):
            raise refusal("ci_sign does not fit this address.")
        return query
    raise refusal("This project delivers signed addresses only.")


def _holds(given: str, shortest: int, expected: Iterable[str]) -> bool:
    if not given.isascii() or not max(SHORTEST, shortest) <= len(given) <= LONGEST:
        return False
    return any(hmac.compare_digest(full[: len(given)], given) for full in expected)


def refusal(msg: str) -> ApiError:
    return ApiError(403, "ADDRESS_NOT_SIGNED", msg)
