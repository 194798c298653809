"""
Saying a thing twice does no harm: idempotency keys, external references, entity tags.

* A repeat of a write under the same ``Idempotency-Key`` gets the first answer again, with the same
  status and ``Idempotency-Replayed: true``; the same key for something else gets 409.
* ``externalReference`` is unique per type of object: creating again with the same content gets the
  first answer, with other content 409.
* ``If-Match`` with a tag that is not the current one gets 412.

Only successes are remembered: what was refused may be corrected and sent again under its key.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace

from integrations.sandbox.trading_grid.calls import ApiError, Call, Result
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource, Store
from integrations.sandbox.trading_grid.workspace.checks import Checker

LONGEST_KEY = 255


def created(
    grid: Grid,
    call: Call,
    kind: str,
    create: Callable[[], Result],
    *,
    reference: bool = True,
    digest: str = "",
) -> Result:
    """
    Create an object once.

    :param kind: the type its ``externalReference`` is unique in
    :param reference: whether this type carries an ``externalReference``
    :param digest: of an uploaded file, which the body does not show
    :raises ApiError: 400 without a key or reference, 409 for a conflicting repeat
    """
    key = _key(call)
    if key is None:
        raise ApiError(
            400, 4004, "Send an Idempotency-Key header: it lets you repeat this call without harm.",
            [{"name": "Idempotency-Key", "message": "is required as a header"}],
        )  # fmt: skip
    external = None
    if reference:
        check = Checker(call.data)
        external = check.text("externalReference", required=True)
        check.finish()
    return _once(grid.store, call, {"key": key, f"reference:{kind}": external}, create, digest)


def changed(grid: Grid, call: Call, change: Callable[[], Result]) -> Result:
    """Change an object; with an ``Idempotency-Key`` only once."""
    return _once(grid.store, call, {"key": _key(call)}, change)


def require_match(call: Call, resource: Resource) -> None:
    """:raises ApiError: 412, the caller's ``If-Match`` names another version"""
    if call.if_match is None or call.if_match.strip() == "*":
        return
    tags = {tag.strip().removeprefix("W/") for tag in call.if_match.split(",")}
    if resource.etag not in tags:
        raise ApiError(
            412, 4121, "It was changed since you read it. Read it again, then repeat your change.",
            headers={"ETag": resource.etag},
        )  # fmt: skip


def _key(call: Call) -> str | None:
    key = call.idempotency_key
    if key is not None and (not key.strip() or len(key) > LONGEST_KEY):
        raise ApiError(400, 4004, f"Idempotency-Key must have 1 to {LONGEST_KEY} characters.")
    return key


def _once(
    store: Store, call: Call, keys: dict[str, str | None], act: Callable[[], Result], digest: str = ""
) -> Result:
    fingerprint = hashlib.sha256(
        json.dumps([call.method, call.endpoint, call.args, call.body, digest], sort_keys=True).encode()
    ).hexdigest()
    # The transaction spans look-up and act, so that of two simultaneous repeats one acts and one waits.
    with store.write() as connection:
        for scope, key in keys.items():
            row = key and store.db.one(
                "SELECT * FROM first_answers WHERE scope = ? AND key = ?", (scope, key)
            )
            if not row:
                continue
            if row["fingerprint"] != fingerprint:
                raise _conflict(scope, key or "")
            first = Result(**json.loads(row["answer"]))
            return replace(first, headers=first.headers | {"Idempotency-Replayed": "true"})
        result = act()
        for scope, key in keys.items():
            if key:
                connection.execute(
                    "INSERT INTO first_answers VALUES (?, ?, ?, ?)",
                    (scope, key, fingerprint, json.dumps(asdict(result))),
                )
    return result


def _conflict(scope: str, key: str) -> ApiError:
    if scope == "key":
        return ApiError(409, 4091, "This Idempotency-Key was used for another call. Use a new one.")
    return ApiError(
        409, 4092, f"There is already one with the externalReference {key!r} and other content.",
        [{"name": "externalReference", "message": "is already in use"}],
    )  # fmt: skip
