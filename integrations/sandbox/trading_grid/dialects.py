"""
The three ways OpenText services page, link and fail.

===============  =======================================  ============================  ========================
dialect          paging in                                list                          error
===============  =======================================  ============================  ========================
``cartographer`` ``pageNo`` (from 1), ``pageSize``,       ``page``, ``response[]``,     ``status``, ``message``,
                 ``sort``                                 ``_links``                    ``error-code``, ``fields``
``hal``          ``page`` (from 1), ``items-per-page``,   ``_embedded.collection[]``    ``fault{faultstring,
                 ``sortby``, ``include-total=true``       (absent when empty),          detail{errorcode}}``
                                                          ``_links``
``plain``        ``offset``, ``count`` or ``pageNo``,     a bare array, ``Link`` header ``message``, ``code``,
                 ``pageSize``; neither: everything        with ``rel="next"``           ``fields``
===============  =======================================  ============================  ========================

The first two are published (Cartographer's request collection; the developer cloud's services);
``plain`` stands for the gateway services whose lists nobody published. Links are absolute and carry
the caller's other query parameters on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from integrations.sandbox.trading_grid.calls import ApiError, CursorListing, Listing, PageRequest

DEFAULT_SIZE = 50
LARGEST_SIZE = 100
EVERYTHING = 1_000_000
SORT_FIELDS = {
    "createdAt": "createdAt",
    "create_time": "createdAt",
    "updatedAt": "updatedAt",
    "update_time": "updatedAt",
}

# Builds an absolute link to the same list with these query parameters set; ``None`` removes one.
LinkTo = Callable[[Mapping[str, str | None]], str]


@dataclass(frozen=True)
class Rendered:
    body: Any
    headers: dict[str, str]


class Dialect(Protocol):
    name: str
    media_type: str
    paging: frozenset[str]

    def page_request(self, query: Mapping[str, str]) -> PageRequest: ...

    def listing(self, listing: Listing, page: PageRequest, link_to: LinkTo) -> Rendered: ...

    def cursor_listing(self, listing: CursorListing, link_to: LinkTo) -> Rendered: ...

    def error(self, error: ApiError) -> dict[str, Any]: ...


class Cartographer:
    name = "cartographer"
    media_type = "application/json"
    paging = frozenset({"pageNo", "pageSize", "sort"})

    def page_request(self, query: Mapping[str, str]) -> PageRequest:
        number = _whole(query, "pageNo", 1, lowest=1)
        size = _whole(query, "pageSize", DEFAULT_SIZE, lowest=1, highest=LARGEST_SIZE)
        return PageRequest((number - 1) * size, size, number, _sort(query, "sort"))

    def listing(self, listing: Listing, page: PageRequest, link_to: LinkTo) -> Rendered:
        pages = -(-listing.total // page.size)
        links = {"self": {"href": link_to({})}}
        if page.number < pages:
            links["next"] = {"href": link_to({"pageNo": str(page.number + 1), "pageSize": str(page.size)})}
        if page.number > 1:
            links["previous"] = {
                "href": link_to({"pageNo": str(page.number - 1), "pageSize": str(page.size)})
            }
        body = {
            "page": {
                "page": page.number,
                "pageSize": page.size,
                "pageTotal": pages,
                "totalCount": listing.total,
                "sortOrder": "DESC" if page.sort and page.sort[1] else "ASC",
            },
            "response": listing.items,
            "_links": links,
        }
        return Rendered(body, {})

    def cursor_listing(self, listing: CursorListing, link_to: LinkTo) -> Rendered:
        return Rendered({"response": listing.items, "_links": _cursor_links(listing, link_to)}, {})

    def error(self, error: ApiError) -> dict[str, Any]:
        body: dict[str, Any] = {"status": "error", "message": error.message, "error-code": error.code}
        return body | ({"fields": error.fields} if error.fields else {})


class Hal:
    name = "hal"
    media_type = "application/hal+json"
    paging = frozenset({"page", "items-per-page", "sortby", "include-total"})

    def page_request(self, query: Mapping[str, str]) -> PageRequest:
        number = _whole(query, "page", 1, lowest=1)
        size = _whole(query, "items-per-page", DEFAULT_SIZE, lowest=1, highest=LARGEST_SIZE)
        wanted = query.get("include-total", "").lower() == "true"
        return PageRequest((number - 1) * size, size, number, _sort(query, "sortby"), wanted)

    def listing(self, listing: Listing, page: PageRequest, link_to: LinkTo) -> Rendered:
        links = {"self": {"href": link_to({})}}
        if page.offset + page.size < listing.total:
            links["next"] = {
                "href": link_to({"page": str(page.number + 1), "items-per-page": str(page.size)})
            }
        body: dict[str, Any] = {"_links": links}
        if listing.items:
            body["_embedded"] = {"collection": listing.items}
        if page.want_total:
            body["total"] = listing.total
        return Rendered(body, {})

    def cursor_listing(self, listing: CursorListing, link_to: LinkTo) -> Rendered:
        body: dict[str, Any] = {"_links": _cursor_links(listing, link_to)}
        if listing.items:
            body["_embedded"] = {"collection": listing.items}
        return Rendered(body, {})

    def error(self, error: ApiError) -> dict[str, Any]:
        detail: dict[str, Any] = {"errorcode": FAULT_CODES.get(error.status, error.code)}
        if error.fields:
            detail["fields"] = error.fields
        return {"fault": {"faultstring": error.message, "detail": detail}}


class Plain:
    name = "plain"
    media_type = "application/json"
    paging = frozenset({"offset", "count", "pageNo", "pageSize", "sort"})

    def page_request(self, query: Mapping[str, str]) -> PageRequest:
        sort = _sort(query, "sort")
        if "pageNo" in query or "pageSize" in query:
            number = _whole(query, "pageNo", 1, lowest=1)
            size = _whole(query, "pageSize", DEFAULT_SIZE, lowest=1, highest=LARGEST_SIZE)
            return PageRequest((number - 1) * size, size, number, sort)
        offset = _whole(query, "offset", 0, lowest=0)
        size = _whole(query, "count", EVERYTHING, lowest=1, highest=EVERYTHING)
        return PageRequest(offset, size, 1, sort)

    def listing(self, listing: Listing, page: PageRequest, link_to: LinkTo) -> Rendered:
        if page.offset + page.size >= listing.total:
            return Rendered(listing.items, {})
        following = link_to(
            {
                "offset": str(page.offset + page.size),
                "count": str(page.size),
                "pageNo": None,
                "pageSize": None,
            }
        )
        return Rendered(listing.items, {"Link": f'<{following}>; rel="next"'})

    def cursor_listing(self, listing: CursorListing, link_to: LinkTo) -> Rendered:
        links = _cursor_links(listing, link_to)
        headers = {"Link": f'<{links["next"]["href"]}>; rel="next"'} if "next" in links else {}
        return Rendered(listing.items, headers)

    def error(self, error: ApiError) -> dict[str, Any]:
        body: dict[str, Any] = {"message": error.message, "code": error.code}
        return body | ({"fields": error.fields} if error.fields else {})


# The gateway's own words, where one was seen; the rest carries our code.
FAULT_CODES = {401: "oauth.v2.InvalidAccessToken", 429: "policies.ratelimit.QuotaViolation"}
DIALECTS: dict[str, Dialect] = {"cartographer": Cartographer(), "hal": Hal(), "plain": Plain()}


def _cursor_links(listing: CursorListing, link_to: LinkTo) -> dict[str, dict[str, str]]:
    links = {"self": {"href": link_to({})}}
    if listing.next_cursor is not None:
        links["next"] = {"href": link_to({"after": listing.next_cursor})}
    return links


def _whole(
    query: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int | None = None
) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < lowest:
        raise _bad(name, f"must be a whole number from {lowest} on")
    if highest is not None and int(text) > highest:
        raise _bad(name, f"must be at most {highest}")
    return int(text)


def _sort(query: Mapping[str, str], name: str) -> tuple[str, bool] | None:
    """Read ``updatedAt``, ``-updatedAt`` or ``updatedAt desc``; ``None`` is the order of creation."""
    text = query.get(name, "").strip()
    if not text:
        return None
    words = text.removeprefix("-").split()
    direction = words[1].lower() if len(words) == 2 else "desc" if text.startswith("-") else "asc"
    if not words or len(words) > 2 or words[0] not in SORT_FIELDS or direction not in ("asc", "desc"):
        raise _bad(name, "must be createdAt or updatedAt, with asc or desc behind it")
    return SORT_FIELDS[words[0]], direction == "desc"


def _bad(name: str, message: str) -> ApiError:
    return ApiError(400, 4003, f"{name} {message}.", [{"name": name, "message": message}])
