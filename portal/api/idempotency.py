"""``Idempotency-Key``: asked twice, done once."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

import orjson
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response

from portal.api import problems
from portal.api.authentication import ClientRequest
from portal.api.preconditions import ChangedMeanwhile
from portal.core.errors import BadInput, DomainError
from portal.partners import calls

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def once(
    request: ClientRequest, view: Any, work: Callable[[], Response], *, content: bytes | None = None
) -> Response:
    """
    Do the work of a call, or repeat the answer the first call with the same key was given.

    What a rule refuses is an answer like any other and is kept. A mistake of ours is not, nor is a condition that did
    not hold, nor that it was too much just then: the next call tries again.

    :param content: what was sent, where the same is not always sent in the same bytes; otherwise the body
    :raises BadInput: no key, or not one
    :raises KeyReused: the key came with another request
    :raises StillRunning: the first call is not answered yet
    """
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise BadInput(
            "Send the header Idempotency-Key: 1 to 255 characters without spaces, new for every new request.",
            errors=[{"parameter": "Idempotency-Key", "detail": "Not given, or not a key."}],
        )
    http = request._request
    sent = http.body if content is None else content
    fingerprint = hashlib.sha256(f"{http.method} {http.get_full_path()}\n".encode() + sent).hexdigest()
    begun = calls.begin(client=request.client, key=key, fingerprint=fingerprint, now=timezone.now())
    if isinstance(begun, calls.Answered):
        return Response(
            orjson.loads(begun.body),
            status=begun.status,
            content_type=begun.content_type,
            headers={"Idempotency-Replayed": "true", "Cache-Control": "no-store"},
        )
    try:
        try:
            response = work()
        except (DomainError, exceptions.APIException) as error:
            said = problems.handle(error, {"view": view, "request": request})
            assert said is not None
            response = said
    except BaseException:
        calls.give_up(begun)
        raise
    if response.status_code >= 500 or response.status_code in {ChangedMeanwhile.status, 429}:
        calls.give_up(begun)
    else:
        content_type = response.content_type or "application/json"
        body = orjson.dumps(response.data).decode()
        calls.finish(begun, status=response.status_code, content_type=content_type, body=body)
    response["Cache-Control"] = "no-store"
    return response
