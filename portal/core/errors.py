"""What can go wrong with a rule of the business, as every interface understands it."""

from collections.abc import Mapping
from typing import Any

from django.db import DataError


class DomainError(Exception):
    """
    A rule says no. The text is one sentence for the person who asked.

    ``code``    stable word for programs; part of the API's problem type
    ``status``  HTTP status an interface answers with
    ``extra``   further members of the API's problem, JSON-ready
    """

    code = "not_possible"
    status = 409

    def __init__(self, message: str, **extra: Any):
        super().__init__(message)
        self.extra: Mapping[str, Any] = extra


class NotFound(DomainError):
    """Unknown, or not this partner's: the two look the same."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "There is nothing here."):
        super().__init__(message)


class Gone(DomainError):
    """It was here for this partner and has been taken back."""

    code = "withdrawn"
    status = 410


class Forbidden(DomainError):
    """Known to this partner, but not allowed to this person or client."""

    code = "not_allowed"
    status = 403


class BadInput(DomainError):
    """What was asked cannot be understood; the text says what to write instead."""

    code = "bad_input"
    status = 400


class NotReady(DomainError):
    """It will be possible soon. ``retry_after`` is in seconds."""

    code = "not_ready"
    status = 503

    def __init__(self, message: str, *, retry_after: int = 5, **extra: Any):
        super().__init__(message, **extra)
        self.retry_after = retry_after


def is_unstorable(error: Exception) -> bool:
    """
    Return whether a text with the sign U+0000 was given to the database, which has no room for it: refused before
    anything is sent, so nothing is half done.
    """
    return isinstance(error, DataError) and "NUL" in str(error)
