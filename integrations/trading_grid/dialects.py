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
    return rows, urljoin(url, link) if link else None


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
    """Return ``(code, message)`` of an error's body, empty where it has none."""
    if not isinstance(body, dict):
        return "", ""
    fault = body.get("fault")
    if isinstance(fault, dict):
        detail = fault.get("detail")
        code = detail.get("errorcode") if isinstance(detail, dict) else ""
        return _text(code), _text(fault.get("faultstring"))
    message = _text(body.get("message"))
    fields = body.get("fields")
    if isinstance(fields, list):
        named = [
            f"{_text(f.get('name'))} {_text(f.get('message'))}".strip() for f in fields if isinstance(f, dict)
        ]
        message = " ".join(filter(None, [message, "; ".join(named[:5])]))
    return _text(body.get("error-code") or body.get("code")), message


def _text(value: Any) -> str:
    return value[:300] if isinstance(value, str) else ""
