"""What a handler is given and what it hands back, free of HTTP and of any dialect."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class ApiError(Exception):
    """
    An answer that is not what the caller wanted.

    :param code: number behind ``COMM-``; its first three digits are usually the HTTP status
    :param fields: ``[{"name", "message"}]`` when single fields are wrong
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        fields: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ):
        super().__init__(message)
        self.status = status
        self.code = f"COMM-{code}"
        self.message = message
        self.fields = fields or []
        self.headers = headers or {}


def not_found(what: str) -> ApiError:
    return ApiError(404, 4042, f"There is no such {what}.")


def not_done(what: str) -> ApiError:
    """The honest answer to something the real service may do and this sandbox does not."""
    return ApiError(501, 5011, f"{what} is not part of this simulation.")


@dataclass(frozen=True)
class PageRequest:
    """Which part of a list is wanted; ``number`` counts from 1, ``sort`` is ``(field, descending)``."""

    offset: int
    size: int
    number: int
    sort: tuple[str, bool] | None = None
    want_total: bool = True


@dataclass(frozen=True)
class Call:
    """
    One authenticated request, already translated to our own words.

    ``endpoint`` is a key of the path map, ``args`` its placeholders, ``query`` the query without
    paging, ``body`` the JSON object or array, ``files`` the uploads of a multipart form by field.
    """

    method: str
    endpoint: str
    args: dict[str, str]
    query: dict[str, str]
    body: Any
    now: datetime
    page: PageRequest
    idempotency_key: str | None = None
    if_match: str | None = None
    profile: str = "default"
    base_url: str = ""
    files: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        """The body as an object.

        :raises ApiError: 400, the body is missing or something else
        """
        if not isinstance(self.body, dict):
            raise ApiError(400, 4001, "The body must be a JSON object.")
        return self.body


@dataclass(frozen=True)
class Result:
    """
    One resource, or nothing when ``body`` is ``None``.

    :param location: ``[endpoint, args]`` of a new resource; becomes the ``Location`` header
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    location: list[Any] | None = None


@dataclass(frozen=True)
class Listing:
    """One page of a list that is paged by number; ``total`` counts the whole list."""

    items: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class CursorListing:
    """One page of a list that is read on from a cursor; ``None`` when there is nothing behind it."""

    items: list[dict[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True)
class Download:
    """Bytes as they were received."""

    data: bytes
    mimetype: str
    name: str
