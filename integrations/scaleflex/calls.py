"""
One call to the DAM's API: its address, its key, its rate, and whether the answer means yes.

The word in the body is the truth, not the HTTP status: a 200 may mean no, and a 409 that something is done already.
"""

from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import quote

from integrations import http, rate
from integrations.errors import BadPayload, Refused, Retryable
from integrations.payloads import KEPT, decode
from integrations.scaleflex.config import Account

SERVICE = "Scaleflex"
_GOOD = ("success", "ok", "cancelled")
_KEY_TROUBLE = {"KEY_EXPIRED", "ERR_SASS_INVALID", "ERR_SESSION_INVALID", "KEY_DEACTIVATED"}
#: What an official client reads as "it is there already".
ALREADY_THERE = "SAME_ASSET_EXISTS_SKIP_UPLOAD"


class FileMissing(Refused):
    """The DAM says that it has no such file. Believed only when it says so twice."""


class AlreadyThere(Refused):
    """
    The very bytes lie there already: for us a success.

    ``uuid`` of the file that has them, empty when the DAM does not say.
    """

    def __init__(self, message: str, *, uuid: str, status: int | None):
        super().__init__(message, status=status)
        self.uuid = uuid


def place(*parts: str) -> str:
    """Return parts of an address, each escaped whole: a reference may hold slashes."""
    return "/".join(quote(part, safe="") for part in parts)


def send(
    account: Account,
    method: str,
    path: str,
    *,
    operation: str,
    version: str = "",
    base: str = "",
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    data: bytes | IO[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
    with_key: bool = True,
    max_bytes: int = 8_000_000,
    total_seconds: float | None = None,
    read_seconds: float = http.READ_SECONDS,
) -> http.Answer:
    """
    Make a call within the connection's rate and return the answer unread.

    :param path: below the project's address, escaped; ``version`` of the API, the one for reading when not given
    :param base: another address than the project's, without a slash at the end; ``with_key`` says whether the
        project's key may go there
    :raises Throttled: our own rate is used up; nothing was sent
    :raises Retryable: no answer, 429 or 5xx
    :raises FileMissing, AlreadyThere, Refused: it says no
    """
    options = account.options
    rate.take(account.connection, per_second=options.calls_per_second, service=SERVICE)
    project = f"{options.api_url}/{quote(options.token, safe='')}/{version or options.api_version}"
    key = {"X-Filerobot-Key": account.key} if with_key else {}
    try:
        return http.call(
            method,
            f"{base or project}/{path}",
            service=SERVICE,
            operation=operation,
            hosts=account.hosts,
            headers={**key, "Accept": "application/json", **(headers or {})},
            params=params,
            json=json,
            data=data,
            max_bytes=max_bytes,
            total_seconds=total_seconds,
            read_seconds=read_seconds,
        )
    except Refused as error:
        body = _quiet(error.body)
        if body.get("status") in _GOOD and error.status is not None:
            return http.Answer(status=error.status, headers={}, body=error.body, size=len(error.body))
        raise refusal(body, error.status, error.body) from None


def ask(account: Account, method: str, path: str, *, operation: str, **more: Any) -> dict[str, Any]:
    """
    Make a call and return the object it answers.

    :param more: as ``send``
    :raises BadPayload: an answer we do not understand; all else as ``send``
    """
    answer = send(account, method, path, operation=operation, **more)
    body = decode(answer.body, source=SERVICE)
    demand_success(body, answer)
    return body


def the(name: str, kind: type, body: Mapping[str, Any]) -> Any:
    """
    Return one entry of an answer.

    :raises BadPayload: it is missing or of another kind
    """
    value = body.get(name)
    if not isinstance(value, kind):
        raise BadPayload(f"{SERVICE} sent an answer without {name}.", raw=repr(body).encode()[:KEPT])
    return value


def demand_success(body: Any, answer: http.Answer) -> None:
    """
    :raises BadPayload: not an object
    :raises FileMissing, AlreadyThere, Refused, Retryable: it says no
    """
    if not isinstance(body, dict):
        raise BadPayload(f"{SERVICE} sent JSON that is not an object.", raw=answer.body[:KEPT])
    if body.get("status", "success") not in _GOOD:
        raise refusal(body, answer.status, answer.body[:64_000])


def refusal(body: Mapping[str, Any], status: int | None, raw: bytes) -> Exception:
    """
    Turn a no into an exception with the real reason, which stands in one of several places.

    Source: the order in which the vendor's widget and, for uploads, its uploader read them.
    """
    reason, hint = _reason(body), _first_text(body, ("hint", "detail"))
    code = _first_text(body, ("code",))[:60]
    said = f"{SERVICE} refused ({status}{', ' + code if code else ''}){': ' + reason if reason else '.'}"
    if code in _KEY_TROUBLE or any(word in f"{reason} {hint}" for word in _KEY_TROUBLE):
        return Refused(f"{said} Enter a valid API key in the connection.", status=status, body=raw)
    if code == ALREADY_THERE:
        uuid = body.get("existing_file_uuid")
        return AlreadyThere(said, uuid=uuid if isinstance(uuid, str) else "", status=status)
    # An address that does not exist says nothing about the file.
    if code == "ROUTE_NOT_FOUND":
        return Refused(
            f"{said} The API version or token of the connection may be wrong.", status=status, body=raw
        )
    if status == 404 or code.endswith("NOT_FOUND"):
        return FileMissing(said, status=status, body=raw)
    if code in {"TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"}:
        return Retryable(said, status=status)
    return Refused(said, status=status, body=raw)


def _reason(body: Mapping[str, Any]) -> str:
    # Refused uploads have a general text outside and the real reason inside.
    inner = [part for name in ("info", "result") if isinstance(part := body.get(name), dict)]
    found = [_first_text(part, ("msg", "hint")) for part in inner]
    found.append(_first_text(body, ("msg", "message", "messages", "hint", "detail")))
    return next((text for text in found if text), "")[:200]


def _first_text(body: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = body.get(name)
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and text.strip():
                return text.strip().encode("utf-8", "replace").decode().replace("\x00", "")
    return ""


def _quiet(body: bytes) -> dict[str, Any]:
    try:
        value = decode(body, source=SERVICE)
    except BadPayload:
        return {}
    return value if isinstance(value, dict) else {}
