"""
The three ways OpenText services page and fail.

Asking differs by dialect. Answers are read by what they look like, because the documents leave open which service
answers how: a bare array, ``response``, ``items``, ``entries``, or HAL's ``_embedded``, whose key is absent when empty.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from integrations.errors import BadPayload

_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*rel="?next"?')


def page_parameters(dialect: str, size: int) -> dict[str, str]:
    """Return the query that asks for the first page of a list; the next ones come by the answer's own links."""
    match dialect:
        case "cartographer":
            return {"pageNo": "1", "pageSize": str(size)}
        case "hal":
            return {"page": "1", "items-per-page": str(size)}
        case _:
            return {"offset": "0", "count": str(size)}


def size_parameter(dialect: str, size: int) -> dict[str, str]:
    """Return the query that bounds a page of a list which is read on from a cursor."""
    return {{"hal": "items-per-page", "plain": "count"}.get(dialect, "pageSize"): str(size)}


def read_list(body: Any, headers: Mapping[str, str], *, url: str) -> tuple[list[dict[str, Any]], str | None]:
    """
    Return ``(rows, address of the next page or None)``.

    :param url: the page's own address, for links that are relative
    :raises BadPayload: not a list in any of the known shapes
    """
    rows = _rows(body)
    if not all(isinstance(row, dict) for row in rows):
        raise BadPayload("Trading Grid sent a list of something else than objects.")
    link = _linked(body) or next(iter(_NEXT.findall(headers.get("Link", ""))), None)
    try:
        return rows, urljoin(url, link) if link else None
    except ValueError:
        raise BadPayload("Trading Grid sent a list whose next page has no readable address.") from None


def _rows(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    if isinstance(body, dict):
        for name in ("response", "items", "entries"):
            if isinstance(body.get(name), list):
                return body[name]
        embedded = body.get("_embedded")
        if isinstance(embedded, dict):
            found = [rows for rows in embedded.values() if isinstance(rows, list)]
            if len(found) == 1:
                return found[0]
        elif embedded is None and isinstance(body.get("_links"), dict):
            return []
    raise BadPayload("Trading Grid sent a list in a shape we do not know.")


def _linked(body: Any) -> str | None:
    links = body.get("_links") if isinstance(body, dict) else None
    following = links.get("next") if isinstance(links, dict) else None
    href = following.get("href") if isinstance(following, dict) else following
    return href if isinstance(href, str) and href else None


def reason(body: Any) -> tuple[str, str]:
    """
    Return ``(code, message)`` of an error's body, empty where it has none; wrong fields are named in the message.

    Source: ``{status, message, error-code}`` is Cartographer's, ``{fault: {faultstring, detail: {errorcode}}}`` the
    gateway's and the developer cloud's.
    """
    if not isinstance(body, dict):
        return "", ""
    fault = body.get("fault")
    if isinstance(fault, dict):
        detail = fault["detail"] if isinstance(fault.get("detail"), dict) else {}
        return _text(detail.get("errorcode")), _with_fields(fault.get("faultstring"), detail.get("fields"))
    code = _text(body.get("error-code")) or _text(body.get("code"))
    return code, _with_fields(body.get("message"), body.get("fields"))


def _with_fields(message: Any, fields: Any) -> str:
    named = [
        f"{_text(field.get('name'))} {_text(field.get('message'))}".strip()
        for field in (fields if isinstance(fields, list) else [])[:5]
        if isinstance(field, dict)
    ]
    return " ".join(filter(None, [_text(message), "; ".join(named)]))


def _text(value: Any) -> str:
    return value[:300] if isinstance(value, str) else ""
