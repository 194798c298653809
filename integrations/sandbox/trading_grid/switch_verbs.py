"""The switches of the simulated grid as verbs: dialect, profiles, events, time, tokens, and what was received."""

import json
from typing import Any

from integrations.sandbox.trading_grid import delivery, events, tokens
from integrations.sandbox.trading_grid.calls import ApiError
from integrations.sandbox.trading_grid.dialects import DIALECTS
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.profiles import PROFILES
from integrations.sandbox.trading_grid.verbs import Order, verb
from integrations.sandbox.trading_grid.workspace import subscriptions
from integrations.sandbox.trading_grid.workspace.checks import Checker

MOST_CALLS = 500


@verb("GET", "/dialects", "Which dialect each profile speaks.")
def get_dialects(grid: Grid, order: Order) -> dict[str, Any]:
    chosen = grid.store.setting("dialects", default={})
    return {"dialects": {name: chosen.get(name, "cartographer") for name in PROFILES}}


@verb("PUT", "/dialects", "Let a profile, or without one both, speak another dialect.",
      {"dialect": "|".join(DIALECTS), "profile": "optional: " + "|".join(PROFILES)})  # fmt: skip
def set_dialect(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    dialect = check.word("dialect", DIALECTS, required=True)
    profile = check.word("profile", PROFILES)
    check.finish()
    with grid.store.write():
        chosen = grid.store.setting("dialects", default={})
        names = [profile] if profile else list(PROFILES)
        grid.store.set_setting("dialects", {**chosen, **dict.fromkeys(names, dialect)})
    return get_dialects(grid, order)


@verb("GET", "/profiles", "Which path maps are served, each as the configuration an adapter needs for it "
      "(gatewayUrl is left to you).")  # fmt: skip
def get_profiles(grid: Grid, order: Order) -> dict[str, Any]:
    spoken = get_dialects(grid, order)["dialects"]
    return {
        "serve": grid.store.setting("profiles", default=list(PROFILES)),
        "profiles": {
            name: profile.as_config(spoken[name], grid.company_id) for name, profile in PROFILES.items()
        },
    }


@verb("PUT", "/profiles", "Serve only these path maps; the others answer 404.", {"serve": list(PROFILES)})
def set_profiles(grid: Grid, order: Order) -> dict[str, Any]:
    serve = order.body.get("serve")
    serve = [serve] if isinstance(serve, str) else serve
    if not isinstance(serve, list) or not serve or not all(name in PROFILES for name in serve):
        message = f"must be a list out of {', '.join(PROFILES)}"
        raise ApiError(400, 4002, f"serve {message}.", [{"name": "serve", "message": message}])
    grid.store.set_setting("profiles", serve)
    return {"serve": serve}


@verb("GET", "/events", "How events are pushed, and the newest hundred of them.")
def get_events(grid: Grid, order: Order) -> dict[str, Any]:
    rows = grid.store.db.all("SELECT * FROM events ORDER BY sequence DESC LIMIT 100")
    return {
        "modes": events.push_modes(grid),
        "events": [events.envelope(grid, row, PROFILES["default"], "") for row in rows],
    }


@verb("PUT", "/events", "Push events or not (polling always works), and what goes wrong with them: "
      + "; ".join(f"{name}: {meaning}" for name, meaning in events.MODES.items()) + ".",
      {"push": True, **dict.fromkeys(events.MODES, False)})  # fmt: skip
def set_events(grid: Grid, order: Order) -> dict[str, Any]:
    words = {"true": True, "false": False}
    check = Checker({name: words.get(str(value), value) for name, value in order.body.items()})
    flags = {name: check.flag(name) for name in ("push", *events.MODES)}
    for name in order.body:
        if name not in flags:
            check.fail(name, f"must be one of {', '.join(flags)}")
    check.finish()
    changes = {name: flag for name, flag in flags.items() if flag is not None}
    with grid.store.write():
        grid.store.set_setting("events", {**events.push_modes(grid), **changes})
    return {"modes": events.push_modes(grid)}


@verb("GET", "/deliveries", "Pushed events, newest first, with the receiver's last answer.")
def get_deliveries(grid: Grid, order: Order) -> dict[str, Any]:
    return {"deliveries": delivery.log(grid)}


@verb("POST", "/deliveries/{number}/again", "Send one pushed event once more, now.")
def deliver_again(grid: Grid, order: Order) -> None:
    with grid.store.write() as connection:
        again = connection.execute(
            "UPDATE deliveries SET status = 'waiting', due = 0 WHERE number = ?", (order.args["number"],)
        ).rowcount
    if not again:
        raise ApiError(404, 4042, "There is no such delivery.")


@verb("GET", "/subscriptions", "Who gets events.")
def get_subscriptions(grid: Grid, order: Order) -> dict[str, Any]:
    names = ("subscriptionId", "url", "eventTypes", "profile")
    return {
        "subscriptions": [
            {name: subscription.body[name] for name in names}
            for subscription in grid.store.all("subscription")
        ]
    }


@verb("POST", "/subscriptions/{subscriptionId}/rotate", "Rotate a signing secret; the old one signs along until "
      "the next rotation.")  # fmt: skip
def rotate_secret(grid: Grid, order: Order) -> dict[str, Any]:
    with grid.store.write():
        found = grid.store.get("subscription", order.args["subscriptionId"], what="subscription")
        return {"secret": subscriptions.rotate(grid, found)}


@verb("PUT", "/lists", "Leave out the last entries of every page of a list, while its total still counts them; 0 "
      "for none.", {"leaveOut": 1})  # fmt: skip
def set_lists(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    number = check.whole("leaveOut", required=True, highest=100)
    check.finish()
    grid.store.set_setting("lists.leaveOut", number)
    return {"leaveOut": number}


@verb("POST", "/tokens/revoke", "Every access token becomes unknown: the next call of each client gets 401.")
def revoke_tokens(grid: Grid, order: Order) -> dict[str, Any]:
    return {"revoked": tokens.revoke_all(grid.store)}


@verb("PUT", "/autoConfirm", "Days after which a resolved issue is confirmed by itself; null for never.",
      {"days": 7})  # fmt: skip
def set_auto_confirm(grid: Grid, order: Order) -> dict[str, Any]:
    check = Checker(order.body)
    days = check.whole("days", highest=3650)
    check.finish()
    grid.store.set_setting("autoConfirmDays", days)
    return {"days": days}


@verb("GET", "/calls", "Received API calls, newest first; filter by ?method=, ?path= (a part of it), ?status=; "
      "?limit= up to 500.")  # fmt: skip
def get_calls(grid: Grid, order: Order) -> dict[str, Any]:
    limit = order.query.get("limit", "100")
    if not limit.isdigit():
        raise ApiError(400, 4003, "limit must be a whole number.")
    rows = grid.store.db.all(
        "SELECT * FROM calls WHERE (?1 IS NULL OR method = ?1) AND (?2 IS NULL OR instr(path, ?2))"
        " AND (?3 IS NULL OR status = ?3) ORDER BY number DESC LIMIT ?4",
        (
            order.query.get("method"), order.query.get("path"), order.query.get("status"),
            min(int(limit), MOST_CALLS),
        ),
    )  # fmt: skip
    return {"calls": [_call(row) for row in rows]}


@verb("DELETE", "/calls", "Empty the log of received calls.")
def clear_calls(grid: Grid, order: Order) -> None:
    with grid.store.write() as connection:
        connection.execute("DELETE FROM calls")


@verb("POST", "/reset", "This part back to the seed; tokens, subscriptions, posts and logs are gone.")
def reset(grid: Grid, order: Order) -> None:
    grid.reset()


def _call(row: Any) -> dict[str, Any]:
    try:
        body = json.loads(row["body"]) if row["body"] else None
    except ValueError:
        body = row["body"]
    return {
        "at": row["at"],
        "method": row["method"],
        "path": row["path"],
        "query": row["query"],
        "status": row["status"],
        "idempotencyKey": row["idempotency_key"],
        "milliseconds": row["milliseconds"],
        "body": body,
    }
