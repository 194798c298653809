"""``ETag`` and ``If-Match``: an edit of what one has read, and of nothing that came after it."""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson

from portal.api.authentication import ClientRequest
from portal.api.renderers import JSONRenderer
from portal.core.errors import DomainError


class ChangedMeanwhile(DomainError):
    """It is not what the caller read any more. The caller is told how it stands now, and by which tag."""

    code = "precondition_failed"
    status = 412

    def __init__(self, content: bytes):
        super().__init__("It has changed since you read it. Look at how it stands now, then decide again.")
        self.extra = {"current": orjson.loads(content)}
        self.headers = {"ETag": tag_of(content)}


def tag_of(content: bytes) -> str:
    """Return the strong entity tag of an answer, a function of its bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def expect(request: ClientRequest, current: Callable[[], Any]) -> None:
    """
    Go on only with what the caller read: with ``If-Match``, its tag must be that of the present state. Call it where
    nobody can change that state before the edit is done.

    :param current: returns what ``GET`` at this address answers, before it is rendered
    :raises ChangedMeanwhile: it is another

    Source: RFC 9110, section 13.1.1; the comparison is the strong one, so ``W/`` never matches.
    """
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return
    content = JSONRenderer().render(current())
    if tag_of(content) not in [tag.strip() for tag in wanted.split(",")]:
        raise ChangedMeanwhile(content)
