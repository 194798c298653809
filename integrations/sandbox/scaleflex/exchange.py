"""Key exchange and key information."""

from typing import Any

from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.errors import ApiError


def exchange(call: Call, template: str) -> dict[str, Any]:
    """``GET /{token}/key/{template}``, and the two other spellings clients use: a short-lived key."""
    return call.keys.exchange(template, call.request.remote_addr or "")


def info(call: Call) -> dict[str, Any]:
    """``GET /key/info?key=``: whether a key holds, and what it may do."""
    try:
        key = call.keys.check(call.args.get("key") or (call.key.key if call.key else None))
    except ApiError as error:
        if error.code == "KEY_EXPIRED":
            raise
        return {"is_validate": False, "is_user_info_included": False, "permissions": []}
    return {"is_validate": True, "is_user_info_included": False, "permissions": sorted(key.permissions)}


ROUTES = [
    Route("GET", "/key/info", None, info, needs_key=False),
    Route("GET", "/key/<template>", None, exchange, needs_key=False),
]
