"""
Addresses of the delivery network: which version, cut how, and signed or sealed where the project demands it.

Source: Cloudimage v7 ("URL sealing") and the vendor's Ruby client. Both schemes are plain SHA-1 over a salt and have
no expiry, so a signed address is for ever: it is used by us alone, or where the rights allow public use.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from integrations.scaleflex.config import Account


def address(account: Account, *, uuid: str, path: str, sha1: str, query: Mapping[str, Any]) -> str:
    """
    Return the address of one version in one cut.

    The link by uuid names exactly this version. The link by path follows the newest one, approved or not: whoever
    uses it has to look what lies there. Source: Scaleflex "Retrieval" (two link formats); ``vh``, the cache key, is
    as observed the first six digits of the SHA-1; a space in a path is written ``+``.

    :param path: ``/folder/name``; ``query`` parameters of delivery without ``vh``
    """
    options = account.options
    if options.delivery_link == "uuid":
        place = f"/{uuid}/{quote(path.rsplit('/', 1)[1], safe='')}"
    else:
        place = quote_plus(path, safe="/")
    whole = {**query, "vh": sha1[:6]}
    match options.delivery_security:
        case "sign":
            found = signed(place, whole, **_secret(account))
        case "seal":
            found = sealed(place, whole, **_secret(account))
        case _:
            found = f"{place}?{_written(whole)}"
    return f"{options.cdn_url}{options.delivery_version}{found}"


def _secret(account: Account) -> dict[str, Any]:
    options = account.options
    return {
        "salt": account.salt,
        "digits": options.delivery_digest_digits,
        "slash": options.delivery_leading_slash,
    }


def signed(path: str, query: Mapping[str, Any], *, salt: str, digits: int, slash: bool) -> str:
    """
    Return path and query with ``ci_sign``: SHA-1 over salt, path and query, without host and ``/v7``.

    :param path: escaped, with its first slash; ``slash`` says whether that counts: the vendor's own tools differ
    :param digits: of the digest that are used, 6 to 40
    """
    written = _written(query)
    uri = f"{_counted(path, slash)}?{written}" if written else _counted(path, slash)
    digest = _sha1(f"{salt}{uri}")[:digits]
    return f"{path}?{written}&ci_sign={digest}" if written else f"{path}?ci_sign={digest}"


def sealed(path: str, query: Mapping[str, Any], *, salt: str, digits: int, slash: bool) -> str:
    """
    Return the path with its query sealed into ``ci_eqs``, which nobody can read or change, and ``ci_seal`` over both.

    :param path, digits, slash: as ``signed``
    """
    content = base64.urlsafe_b64encode(_written(query).encode()).rstrip(b"=").decode()
    digest = seal(_counted(path, slash), content, salt)[:digits]
    return f"{path}?ci_eqs={content}&ci_seal={digest}"


def seal(uri: str, content: str, salt: str) -> str:
    """Return the whole digest over a path, what is sealed in, and the salt."""
    return _sha1(f"{uri}{content}{salt}")


def _written(query: Mapping[str, Any]) -> str:
    # The order counts for a signature; by name, as the vendor's Ruby client does.
    return urlencode(sorted(query.items()))


def _counted(path: str, slash: bool) -> str:
    return path if slash else path.removeprefix("/")


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
