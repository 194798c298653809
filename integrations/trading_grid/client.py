"""Calls to the grid, one function each, in our names whatever the tenant calls things."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integrations import http
from integrations.errors import BadPayload, Refused, Retryable
from integrations.payloads import decode
from integrations.trading_grid import auth, dialects, mapping
from integrations.trading_grid.config import Account

SERVICE = auth.SERVICE
#: No list is longer; a server whose pages link in a circle must not hold us for ever.
MOST_PAGES = 10_000


class Missing(Refused):
    """404: there is no such thing."""


class Conflict(Refused):
    """409: its state or another one's content forbids it."""


class Changed(Refused):
    """412: somebody changed it since we read it."""


@dataclass(frozen=True)
class Reply:
    """``body`` in our names, ``None`` when there is none; ``etag`` empty when there is none."""

    body: Any
    etag: str


def get_post(account: Account, community_id: str, post_id: str) -> Reply:
    """
    :raises Missing: there is none
    :raises Retryable, Refused, BadPayload: as all calls here
    """
    return _call(account, "GET", "post", {"communityId": community_id, "postId": post_id})


def create_post(account: Account, community_id: str, post: Mapping[str, Any], *, key: str) -> Reply:
    """
    Create a post; saying it again under the same key returns the first one.

    :raises Conflict: there is one with this ``externalReference`` and other content, or the community is closed
    """
    return _call(account, "POST", "posts", {"communityId": community_id}, json=post, key=key)


def replace_post(
    account: Account, community_id: str, post_id: str, post: Mapping[str, Any], *, key: str, etag: str
) -> Reply:
    """
    Give a post a new revision.

    :raises Changed: it is not the one ``etag`` names
    :raises Missing: there is none
    """
    args = {"communityId": community_id, "postId": post_id}
    return _call(account, "PUT", "post", args, json=post, key=key, etag=etag)


def move_post(
    account: Account, community_id: str, post_id: str, action: str, *, key: str, etag: str
) -> Reply:
    """
    Publish or withdraw a post.

    :raises Conflict: not possible in its state
    """
    args = {"communityId": community_id, "postId": post_id}
    return _call(account, "PATCH", "postState", args, json={"action": action}, key=key, etag=etag)


def posts(account: Account, community_id: str) -> Iterator[dict[str, Any]]:
    """Every post of a community, page by page."""
    return _all(account, "posts", {"communityId": community_id})


def posts_page(
    account: Account, community_id: str, *, following: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """
    Return ``(posts, where to go on or None)`` of one page of a community's posts.

    :param following: what the last page returned, ``None`` for the beginning
    """
    options = account.options
    url = following or account.url("posts", communityId=community_id)
    params = None if following else dialects.page_parameters(options.dialect, options.page_size)
    answer = _answer(account, "GET", url, "posts", params=params)
    rows, after = dialects.read_list(_decoded(answer), answer.headers, url=url)
    if after == url:
        raise BadPayload(f"{SERVICE} links its pages in a circle.")
    return [mapping.inbound(options, "posts", row) for row in rows], after


def communities(account: Account) -> Iterator[dict[str, Any]]:
    """Every community of the company."""
    return _all(account, "communities", {})


def members(account: Account, community_id: str) -> Iterator[dict[str, Any]]:
    """Every member of a community."""
    return _all(account, "members", {"communityId": community_id})


def partners(account: Account) -> Iterator[dict[str, Any]]:
    """Every company of the partner directory."""
    return _all(account, "partnerDirectory", {})


def events(account: Account, *, following: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """
    Return ``(events, where to go on)`` of one page, oldest first; an empty page is the end for now.

    :param following: what the last page returned, ``None`` for the beginning
    """
    url = following or account.url("events")
    answer = _answer(
        account,
        "GET",
        url,
        "events",
        params=None if following else {"pageSize": str(account.options.page_size)},
    )
    return dialects.read_list(_decoded(answer), answer.headers, url=url)


def subscribe(account: Account, *, url: str, secret: str) -> bool:
    """
    Have events pushed to an address, unless they are already.

    :param secret: ``whsec_...``, what the calls are signed with
    :returns: whether a subscription was made
    """
    if any(found.get("url") == url for found in _all(account, "subscriptions", {})):
        return False
    digest = hashlib.sha256(f"{url} {secret}".encode()).hexdigest()[:32]
    body = {"url": url, "eventTypes": ["*"], "secret": secret}
    _call(account, "POST", "subscriptions", {}, json=body, key=f"subscription:{digest}")
    return True


def test(account: Account) -> str:
    """
    Fetch a token and one page; returns a sentence for staff.

    :raises Retryable, Refused, BadPayload, BadOptions: it does not work
    """
    count = sum(1 for _ in communities(account))
    return f"{SERVICE} answers; the company has {count} {'community' if count == 1 else 'communities'}."


def _all(account: Account, endpoint: str, args: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    url: str | None = account.url(endpoint, **args)
    params: Mapping[str, str] | None = dialects.page_parameters(
        account.options.dialect, account.options.page_size
    )
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        if url is None:
            return
        if url in seen:
            raise BadPayload(f"{SERVICE} links its pages in a circle.")
        seen.add(url)
        answer = _answer(account, "GET", url, endpoint, params=params)
        rows, url = dialects.read_list(_decoded(answer), answer.headers, url=url)
        # Links carry the query on.
        params = None
        for row in rows:
            yield mapping.inbound(account.options, endpoint, row)


def _call(
    account: Account,
    method: str,
    endpoint: str,
    args: Mapping[str, str],
    *,
    json: Mapping[str, Any] | None = None,
    key: str = "",
    etag: str = "",
) -> Reply:
    headers = {name: value for name, value in (("Idempotency-Key", key), ("If-Match", etag)) if value}
    body = mapping.outbound(account.options, endpoint, json) if json is not None else None
    answer = _answer(account, method, account.url(endpoint, **args), endpoint, json=body, headers=headers)
    found = _decoded(answer) if answer.body.strip() else None
    if isinstance(found, dict):
        found = mapping.inbound(account.options, endpoint, found)
    return Reply(found, answer.headers.get("ETag", ""))


def _answer(
    account: Account,
    method: str,
    url: str,
    endpoint: str,
    *,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
) -> http.Answer:
    """Make one call with a token; a refused token is renewed once."""
    for last in (False, True):
        token = auth.token(account)
        try:
            return http.call(
                method,
                url,
                service=SERVICE,
                operation=f"{method.lower()} {endpoint}",
                hosts=account.hosts,
                params=params,
                json=json,
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


def _refusal(error: Refused) -> Exception:
    try:
        code, message = dialects.reason(decode(error.body, source=SERVICE)) if error.body else ("", "")
    except BadPayload:
        code, message = "", ""
    if error.status is None:
        return error
    said = (
        f"{SERVICE} refused ({error.status}{', ' + code if code else ''}){': ' + message if message else '.'}"
    )
    if error.status == 401:
        # A fresh token was refused as well: nothing we send will do until the gateway or the client is put right.
        return Retryable(f"{said} A new token did not help.", status=401)
    kind = {404: Missing, 409: Conflict, 412: Changed}.get(error.status, Refused)
    return kind(said, status=error.status, body=error.body)


def _decoded(answer: http.Answer) -> Any:
    return decode(answer.body, source=SERVICE)
