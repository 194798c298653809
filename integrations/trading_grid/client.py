"""Communities, their posts, and events: calls to the grid, one function each, in our names whatever the tenant says."""

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.trading_grid import calls, dialects
from integrations.trading_grid.calls import SERVICE, Reply
from integrations.trading_grid.config import Account
from integrations.trading_grid.reading import required


def get_post(account: Account, community_id: str, post_id: str) -> Reply:
    """
    :raises Missing: there is none
    :raises Retryable, Refused, BadPayload: as all calls here
    """
    return calls.call(account, "GET", "post", {"communityId": community_id, "postId": post_id})


def create_post(account: Account, community_id: str, post: Mapping[str, Any], *, key: str) -> Reply:
    """
    Create a post; saying it again under the same key returns the first one.

    :raises Conflict: there is one with this ``externalReference`` and other content, or the community is closed
    """
    return calls.call(account, "POST", "posts", {"communityId": community_id}, json=post, key=key)


def replace_post(
    account: Account, community_id: str, post_id: str, post: Mapping[str, Any], *, key: str, etag: str
) -> Reply:
    """
    Give a post a new revision.

    :raises Changed: it is not the one ``etag`` names
    :raises Missing: there is none
    """
    args = {"communityId": community_id, "postId": post_id}
    return calls.call(account, "PUT", "post", args, json=post, key=key, etag=etag)


def move_post(
    account: Account, community_id: str, post_id: str, action: str, *, goal: str, key: str, etag: str
) -> Reply:
    """
    Publish or withdraw a post.

    :param goal: the status it leads to
    :raises Conflict: not possible in its state
    """
    args = {"communityId": community_id, "postId": post_id}
    return calls.move(account, "postState", args, action, goal=goal, key=key, etag=etag)


def posts(account: Account, community_id: str) -> Iterator[dict[str, Any]]:
    """Every post of a community, page by page."""
    return calls.listed(account, "posts", {"communityId": community_id})


def posts_page(
    account: Account, community_id: str, *, following: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """
    Return ``(posts, where to go on or None)`` of one page of a community's posts.

    :param following: what the last page returned, ``None`` for the beginning
    """
    return calls.page(account, "posts", {"communityId": community_id}, following=following)


def communities(account: Account) -> Iterator[dict[str, Any]]:
    """Every community of the company."""
    return calls.listed(account, "communities")


def community(account: Account, community_id: str) -> Reply:
    """
    :raises Missing: there is none
    """
    return calls.call(account, "GET", "community", {"communityId": community_id})


def members(account: Account, community_id: str) -> Iterator[dict[str, Any]]:
    """Every member of a community."""
    return calls.listed(account, "members", {"communityId": community_id})


def events(account: Account, *, following: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """
    Return ``(events, where to go on)`` of one page, oldest first; an empty page is the end for now.

    :param following: what the last page returned, ``None`` for the beginning
    """
    url = following or account.url("events")
    size = dialects.size_parameter(account.options.dialect, account.options.page_size)
    answer = calls.raw(account, "GET", url, "events", params=None if following else size)
    return dialects.read_list(calls.decoded(answer), answer.headers, url=url)


def subscriptions(account: Account) -> Iterator[dict[str, Any]]:
    """Every address events are pushed to."""
    return calls.listed(account, "subscriptions")


def subscribe(account: Account, *, url: str, secret: str, key: str) -> str:
    """
    Have events pushed to an address.

    :param secret: ``whsec_...``, what the calls are signed with
    :returns: the id of the subscription; where it takes another one's place, it may be that one's
    :raises Conflict: the tenant allows one for an address, and there is one
    """
    body = {"url": url, "eventTypes": ["*"], "secret": secret}
    reply = calls.call(account, "POST", "subscriptions", {}, json=body, key=key)
    return required(
        calls.thing(reply), "subscriptionId", f"{SERVICE} sent an answer without the subscription's id."
    )


def unsubscribe(account: Account, subscription_id: str) -> None:
    """
    Have events pushed there no longer.

    :raises Missing: there is no such subscription
    """
    calls.call(account, "DELETE", "subscription", {"subscriptionId": subscription_id})


def test(account: Account) -> str:
    """
    Fetch a token and one page; returns a sentence for staff.

    :raises Retryable, Refused, BadPayload, BadOptions: it does not work
    """
    count = sum(1 for _ in communities(account))
    return f"{SERVICE} answers; the company has {count} {'community' if count == 1 else 'communities'}."
