"""
Two other ways to change a state, folded into the contract's own ``PATCH .../state`` with an action.

Community Management says ``PUT ...?action=Add``; the developer cloud's services PATCH a property of the thing itself.
"""

from typing import Any

from integrations.sandbox.trading_grid.calls import ApiError

# thing -> status wished for -> the action that leads there
PROPERTIES = {
    "post": {"PUBLISHED": "publish", "WITHDRAWN": "withdraw", "EXPIRED": "expire"},
    "issue": {
        "IN_PROGRESS": "start",
        "WAITING_ON_PARTNER": "requestInfo",
        "RESOLVED": "resolve",
        "CONFIRMED": "confirm",
        "OPEN": "reopen",
        "REJECTED": "reject",
    },
    "changeNotice": {
        "PUBLISHED": "publish",
        "ACKNOWLEDGED": "accept",
        "DISPUTED": "dispute",
        "CLOSED": "close",
    },
}


def folded(endpoint: str, method: str, query: dict[str, str], body: Any) -> tuple[str, str, Any]:
    """
    Return ``(endpoint, method, body)`` of the same wish in the contract's own way; anything else as it was.

    :raises ApiError: 400, a status nobody can wish for
    """
    action = query.get("action")
    if endpoint.endswith("State") and method == "PUT" and action:
        return endpoint, "PATCH", {**(body if isinstance(body, dict) else {}), "action": _lower(action)}
    if method == "PATCH" and endpoint in PROPERTIES and isinstance(body, dict) and "status" in body:
        rest = {name: value for name, value in body.items() if name != "status"}
        step = PROPERTIES[endpoint].get(str(body["status"]))
        if step is None:
            message = f"must be one of {', '.join(PROPERTIES[endpoint])}"
            raise ApiError(400, 4002, f"status {message}.", [{"name": "status", "message": message}])
        return f"{endpoint}State", "PATCH", {**rest, "action": step}
    return endpoint, method, body


def _lower(action: str) -> str:
    return action[:1].lower() + action[1:]
