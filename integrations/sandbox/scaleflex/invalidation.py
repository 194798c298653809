"""Cache invalidation of the delivery network; derivatives here follow the content, so nothing is ever stale."""

import uuid
from datetime import datetime
from typing import Any

import orjson

from integrations.sandbox.scaleflex.errors import bad_request

SCOPES = ("original", "urls", "all")


def answer(data: bytes, now: datetime) -> dict[str, Any]:
    """
    Answer ``POST /invalidate``.

    :param data: ``{"scope": "original" | "urls" | "all", "urls": [str]}``
    :raises ApiError: 400

    Source: the vendor's "Invalidation API" page; the answer follows the fixture of its Ruby client.
    """
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise bad_request("The body is not JSON.", "INVALID_JSON") from None
    if not isinstance(body, dict) or body.get("scope") not in SCOPES:
        raise bad_request(f"scope may be {', '.join(SCOPES)}.")
    urls = body.get("urls")
    if body["scope"] != "all" and (not isinstance(urls, list) or not urls):
        raise bad_request("urls must name something.")
    return {
        "msg": "Your request will be processed.",
        "invalidation": {
            "status": "RECEIVED",
            "uuid": str(uuid.uuid4()),
            "added_at": now.strftime("%Y-%m-%d %H:%M:%S.%f"),
        },
    }
