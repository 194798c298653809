"""
Subscriptions: where events are pushed to, signed after Standard Webhooks.

A secret is ``whsec_`` and base64 of 24 to 64 bytes; one is made when none is sent, and shown only in
the answer to the POST. What comes of subscribing the same address again differs by tenant: what was there
is replaced (unless a verb says otherwise), both are there, or it is refused.
"""

import base64
import binascii
import re
import secrets
from typing import Any

from integrations.sandbox.trading_grid.calls import ApiError, Call, Listing, Result
from integrations.sandbox.trading_grid.events import TYPES
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, timestamp
from integrations.sandbox.trading_grid.workspace import once
from integrations.sandbox.trading_grid.workspace.assets import URL
from integrations.sandbox.trading_grid.workspace.checks import Checker

PREFIX = "whsec_"
AGAIN = ("replace", "add", "refuse")
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]+={0,2}\Z")
SECRET_BYTES = (24, 64)


def list_subscriptions(grid: Grid, call: Call) -> Listing:
    found, total = grid.store.page("subscription", call.page)
    return Listing([_shown(subscription) for subscription in found], total)


def get_subscription(grid: Grid, call: Call) -> Result:
    return Result(_shown(_subscription_of(grid, call)))


def subscribe(grid: Grid, call: Call) -> Result:
    def create() -> Result:
        check = Checker(call.data)
        url = check.pattern("url", URL, "must be an http or https address", required=True)
        event_types = check.texts("eventTypes") or ["*"]
        if unknown := [wanted for wanted in event_types if not _is_known(wanted)]:
            check.fail("eventTypes", f"{', '.join(unknown)}: not an event type, nor a prefix ending in *")
        secret = check.pattern("secret", SECRET, "must be whsec_ and base64")
        if secret and not _is_long_enough(secret):
            check.fail("secret", "must be the base64 of 24 to 64 bytes behind whsec_")
        check.finish()
        secret = secret or f"{PREFIX}{base64.b64encode(secrets.token_bytes(32)).decode()}"
        body = {
            "url": url,
            "eventTypes": event_types,
            "secrets": [secret],
            "profile": call.profile,
            "baseUrl": call.base_url,
        }
        known = [each for each in grid.store.all("subscription") if each.body["url"] == url]
        again = grid.store.setting("subscriptions.again", default="replace")
        if known and again == "refuse":
            raise ApiError(409, 4095, "This address has a subscription. End it first.")
        if known and again == "replace":
            subscription = grid.store.change(known[0], {**known[0].body, **body}, now=call.now)
        else:
            subscription_id = grid.store.next_id("subscription", "sub")
            body = {"subscriptionId": subscription_id, **body, "createdAt": timestamp(call.now)}
            subscription = grid.store.add("subscription", subscription_id, body, now=call.now)
        answer = {**_shown(subscription), "secret": secret}
        return Result(answer, 201, location=["subscription", {"subscriptionId": subscription.id}])

    return once.created(grid, call, "subscription", create, reference=False)


def unsubscribe(grid: Grid, call: Call) -> Result:
    remove(grid, _subscription_of(grid, call))
    return Result(status=204)


def remove(grid: Grid, subscription: Resource) -> None:
    """Forget a subscription and what is still waiting for it."""
    with grid.store.write() as connection:
        grid.store.remove(subscription)
        connection.execute("DELETE FROM deliveries WHERE subscription_id = ?", (subscription.id,))


def rotate(grid: Grid, subscription: Resource) -> str:
    """Give a subscription a new secret; both sign until the next rotation. Return the new one."""
    secret = f"{PREFIX}{base64.b64encode(secrets.token_bytes(32)).decode()}"
    body = {**subscription.body, "secrets": [secret, subscription.body["secrets"][0]]}
    grid.store.change(subscription, body, now=grid.now())
    return secret


def _shown(subscription: Resource) -> dict[str, Any]:
    return {name: subscription.body[name] for name in ("subscriptionId", "url", "eventTypes", "createdAt")}


def _is_known(wanted: str) -> bool:
    return wanted in TYPES or (
        wanted.endswith("*") and any(type.startswith(wanted.removesuffix("*")) for type in TYPES)
    )


def _is_long_enough(secret: str) -> bool:
    try:
        length = len(base64.b64decode(secret.removeprefix(PREFIX) + "=="))
    except binascii.Error:
        return False
    return SECRET_BYTES[0] <= length <= SECRET_BYTES[1]


def _subscription_of(grid: Grid, call: Call) -> Resource:
    return grid.store.get("subscription", call.args["subscriptionId"], what="subscription")


ROUTES = {
    ("subscriptions", "GET"): list_subscriptions,
    ("subscriptions", "POST"): subscribe,
    ("subscription", "GET"): get_subscription,
    ("subscription", "DELETE"): unsubscribe,
}
