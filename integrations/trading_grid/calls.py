"""One call to the grid, or one list page by page: token, names, dialect and refusals in one place."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import IO, Any

from integrations import http, rate
from integrations.errors import BadPayload, Refused, Retryable, Throttled
from integrations.payloads import decode
from integrations.trading_grid import auth, dialects, mapping
from integrations.trading_grid.config import Account

SERVICE = auth.SERVICE
#: Until when (``time.monotonic``) calls may wait for the rate themselves; see ``in_one_go``.
_waits_until: ContextVar[float] = ContextVar("waits_until", default=0.0)
#: No list is longer; a server whose pages link in a circle must not hold us for ever.
MOST_PAGES = 10_000


class Missing(Refused):
    """404: there is no such thing."""


class Conflict(Refused):
    """409: its state or another one's content forbids it."""


class Changed(Refused):
    """412: somebody changed it since we read it."""


#: The status an action leads to, for tenants whose states are properties.
GOALS = {
    "issueState": {
        "accept": "IN_PROGRESS",
        "start": "IN_PROGRESS",
        "provideInfo": "IN_PROGRESS",
        "requestInfo": "WAITING_ON_PARTNER",
        "resolve": "RESOLVED",
        "confirm": "CONFIRMED",
        "reopen": "OPEN",
        "reject": "REJECTED",
    },
    "onboardingTaskState": {"start": "IN_PROGRESS", "complete": "DONE", "waive": "WAIVED", "reopen": "OPEN"},
    "changeNoticeState": {
        "publish": "PUBLISHED",
        "accept": "ACKNOWLEDGED",
        "dispute": "DISPUTED",
        "close": "CLOSED",
    },
    "launchTaskState": {
        "acknowledge": "ACKNOWLEDGED",
        "start": "IN_PROGRESS",
        "complete": "DONE",
        "block": "BLOCKED",
        "cancel": "CANCELLED",
    },
}


@dataclass(frozen=True)
class Reply:
    """``body`` in our names, ``None`` when there is none; ``etag`` empty when there is none."""

    body: Any
    etag: str


def call(
    account: Account,
    method: str,
    endpoint: str,
    args: Mapping[str, str],
    *,
    json: Any = None,
    query: Mapping[str, str] | None = None,
    key: str = "",
    etag: str = "",
) -> Reply:
    """
    Make one call about one thing.

    :param json: in our names; an object is translated, a list goes as it is
    :param key: idempotency key: saying it again under the same key returns the first answer
    :param etag: of what was read; the call fails when somebody changed it since
    :raises Missing, Conflict, Changed: 404, 409, 412
    :raises Retryable, Refused, BadPayload: as ``http.call``; the grid's own words are in the text
    :raises BadOptions: the tenant has no path for it
    """
    headers = {name: value for name, value in (("Idempotency-Key", key), ("If-Match", etag)) if value}
    if isinstance(json, Mapping):
        json = mapping.outbound(account.options, endpoint, json)
    answer = raw(
        account,
        method,
        account.url(endpoint, **args),
        endpoint,
        json=json,
        headers=headers,
        params=mapping.outbound(account.options, endpoint, query) if query else None,
    )
    found = decoded(answer) if answer.body.strip() else None
    if isinstance(found, dict):
        found = mapping.inbound(account.options, endpoint, found)
    return Reply(found, answer.headers.get("ETag", ""))


def listed(
    account: Account,
    endpoint: str,
    args: Mapping[str, str] | None = None,
    *,
    query: Mapping[str, str] | None = None,
) -> Iterator[dict[str, Any]]:
    """
    Return every row of a list, page by page, in our names.

    :param query: filters in our names, such as ``{"status": "OPEN"}``
    :raises DeliveryError: as ``call``
    """
    for row in rows(account, endpoint, args or {}, query=query or {}):
        yield mapping.inbound(account.options, endpoint, row)


def page(
    account: Account, endpoint: str, args: Mapping[str, str], *, following: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """
    Return ``(rows in our names, where to go on or None)`` of one page of a list.

    :param following: what the last page returned, ``None`` for the beginning
    :raises DeliveryError: as ``call``
    """
    options = account.options
    url = following or account.url(endpoint, **args)
    params = None if following else dialects.page_parameters(options.dialect, options.page_size)
    answer = raw(account, "GET", url, endpoint, params=params)
    found, after = dialects.read_list(decoded(answer), answer.headers, url=url)
    if after == url:
        raise BadPayload(f"{SERVICE} links its pages in a circle.")
    return [mapping.inbound(options, endpoint, row) for row in found], after


def rows(
    account: Account, endpoint: str, args: Mapping[str, str], *, query: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Return every row of a list as the tenant sends it; otherwise as ``listed``."""
    url: str | None = account.url(endpoint, **args)
    params: dict[str, str] | None = {
        **dialects.page_parameters(account.options.dialect, account.options.page_size),
        **mapping.outbound(account.options, endpoint, query),
    }
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        if url is None:
            return
        if url in seen:
            raise BadPayload(f"{SERVICE} links its pages in a circle.")
        seen.add(url)
        answer = raw(account, "GET", url, endpoint, params=params)
        found, url = dialects.read_list(decoded(answer), answer.headers, url=url)
        # Links carry the query on.
        params = None
        yield from found


def move(
    account: Account,
    endpoint: str,
    args: Mapping[str, str],
    action: str,
    *,
    goal: str,
    comment: str = "",
    more: Mapping[str, Any] | None = None,
    key: str = "",
    etag: str = "",
) -> Reply:
    """
    Take a thing to another state, in the way the tenant has for it.

    :param endpoint: of the state, such as ``postState``; the thing itself is the same name without ``State``
    :param action: our contract's verb, ``goal`` the status it leads to
    :param more: what else the step says, such as a resolution
    :returns: who moved it and when, where the grid says so; some answer nothing

    Source: PATCH of the state is Cartographer's, ``?action=`` Community Management's, PATCH of a property the developer
    cloud's.
    """
    said: dict[str, Any] = {**({"comment": comment} if comment else {}), **(more or {})}
    match account.options.transitions:
        case "query":
            query = {"action": action[:1].upper() + action[1:]}
            return call(account, "PUT", endpoint, args, json=said, query=query, key=key, etag=etag)
        case "property":
            thing = endpoint.removesuffix("State")
            return call(account, "PATCH", thing, args, json={"status": goal, **said}, key=key, etag=etag)
        case _:
            return call(account, "PATCH", endpoint, args, json={"action": action, **said}, key=key, etag=etag)


def step(
    account: Account,
    endpoint: str,
    args: Mapping[str, str],
    action: str,
    comment: str,
    more: Mapping[str, Any] | None,
    key: str,
    etag: str,
) -> Reply:
    """Take a thing to the state that ``GOALS`` knows for an action; see ``move``."""
    goal = GOALS[endpoint][action]
    return move(account, endpoint, args, action, goal=goal, comment=comment, more=more, key=key, etag=etag)


def thing(reply: Reply) -> Mapping[str, Any]:
    """
    Return the object an answer holds.

    :raises BadPayload: it holds something else, or nothing
    """
    if not isinstance(reply.body, dict):
        raise BadPayload(f"{SERVICE} sent an answer without the thing itself.")
    return reply.body


def raw(
    account: Account,
    method: str,
    url: str,
    endpoint: str,
    *,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    into: IO[bytes] | None = None,
) -> http.Answer:
    """
    Make one call with a token, within the connection's rate; a refused token is renewed once.

    :raises Throttled: our own rate is used up; nothing was sent
    """
    for last in (False, True):
        token = auth.token(account)
        _take_turn(account)
        try:
            return http.call(
                method,
                url,
                service=SERVICE,
                operation=f"{method.lower()} {endpoint}",
                hosts=account.hosts,
                params=params,
                json=json,
                data=data,
                into=into,
                headers={
                    "Authorization": f"Bearer {token}",
                    "Accept": "application/json, application/hal+json",
                    **(headers or {}),
                },
            )
        except Refused as error:
            if error.status == 401 and not last:
                auth.forget(account, token)
                continue
            raise _refusal(error) from None
    raise AssertionError("the loop returns or raises")


def decoded(answer: http.Answer) -> Any:
    """
    Return the JSON of an answer.

    :raises BadPayload: it is none
    """
    return decode(answer.body, source=SERVICE)


@contextmanager
def in_one_go(seconds: float) -> Iterator[None]:
    """
    Let the calls of this block wait for the rate, for about so long in all.

    For reading that is of use only as a whole: one that is put off in its middle would begin anew, and beside busy
    workers never come to its end.
    """
    token = _waits_until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _waits_until.reset(token)


def _take_turn(account: Account) -> None:
    while True:
        try:
            rate.take(account.connection, per_second=account.options.calls_per_second, service=SERVICE)
        except Throttled as error:
            wait = error.retry_after or 1.0
            if time.monotonic() + wait > _waits_until.get():
                raise
            time.sleep(wait)
        else:
            return


def _refusal(error: Refused) -> Exception:
    if error.status is None:
        return error
    try:
        code, message = dialects.reason(decode(error.body, source=SERVICE)) if error.body else ("", "")
    except BadPayload:
        code, message = "", ""
    said = (
        f"{SERVICE} refused ({error.status}{', ' + code if code else ''}){': ' + message if message else '.'}"
    )
    if error.status == 401:
        # A fresh token was refused as well: nothing we send will do until the gateway or the client is put right.
        return Retryable(f"{said} A new token did not help.", status=401)
    kind = {404: Missing, 409: Conflict, 412: Changed}.get(error.status, Refused)
    return kind(said, status=error.status, body=error.body)
