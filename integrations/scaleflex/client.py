"""
Calls to the DAM's API, one function each. They know its oddities so that nobody else has to.

The word in the body is the truth, not the HTTP status: a 200 may mean no.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from integrations import http
from integrations.errors import BadPayload, Refused, Retryable
from integrations.payloads import KEPT, decode, decode_leniently
from integrations.scaleflex.config import Account
from integrations.scaleflex.schemas import MetadataModel

SERVICE = "Scaleflex"
#: Selections as API values, regional variants by their codes, tags and labels with their names.
FORMAT = "json,select:api,regvar:api,tags:json_full,labels:json_full"
_GOOD = ("success", "ok")
_KEY_TROUBLE = {"KEY_EXPIRED", "ERR_SASS_INVALID", "ERR_SESSION_INVALID"}


class FileMissing(Refused):
    """The DAM says that it has no such file. Believed only when it says so twice."""


@dataclass(frozen=True)
class Page:
    """
    ``files``    file objects as they came, in order
    ``strict``   whether all of them can be used without a closer look, see ``payloads.is_clean``
    ``total``    about how many there are, ``None`` when it does not say
    ``answered_at``  the DAM's own clock, ``None`` when it does not tell the time
    ``asked_at``     our clock before the call
    """

    files: list[Any]
    strict: bool
    total: int | None
    answered_at: datetime | None
    asked_at: datetime


def list_files(
    account: Account,
    *,
    limit: int,
    offset: int,
    updated_after: datetime | None = None,
    folder: str = "",
    q: str = "",
) -> Page:
    """
    Fetch one page of the files below a folder, the root folder of the connection when none is given.

    :param updated_after: only files changed since
    :param q: search expression
    :raises Retryable: no answer, 429 or 5xx
    :raises Refused: our key may not list, or the DAM does not understand
    :raises BadPayload: an answer we do not understand
    """
    params: dict[str, Any] = {
        "folder": folder or account.options.root_folder,
        "recursive": 1,
        "limit": limit,
        "offset": offset,
        "sort": account.options.sort,
        "format": FORMAT,
    }
    if updated_after is not None:
        params["updated_after"] = updated_after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if q:
        params["q"] = q
    asked_at = datetime.now(UTC)
    answer = _get(account, "files", params, operation="list_files", max_bytes=64_000_000)
    body, strict = decode_leniently(answer.body, source=SERVICE)
    _demand_success(body, answer)
    files = body.get("files")
    if not isinstance(files, list):
        raise BadPayload(f"{SERVICE} sent a list without files.", raw=answer.body[:KEPT])
    stats = body.get("stats")
    total = stats.get("approx_files_count") if isinstance(stats, dict) else None
    return Page(
        files=files,
        strict=strict,
        total=total if isinstance(total, int) and 0 <= total < 2**31 else None,
        answered_at=_date(answer.headers),
        asked_at=asked_at,
    )


def get_file(account: Account, uuid: str, *, spelling: str = "files") -> dict[str, Any]:
    """
    Fetch one file.

    :param spelling: both ``/files/{uuid}`` and ``/file/{uuid}`` are in use
    :raises FileMissing: it says that there is none
    :raises Retryable, Refused, BadPayload: as ``list_files``
    """
    answer = _get(account, f"{spelling}/{quote(uuid, safe='')}", {"format": FORMAT}, operation="get_file")
    body = decode(answer.body, source=SERVICE)
    _demand_success(body, answer)
    if not isinstance(body.get("file"), dict):
        raise BadPayload(f"{SERVICE} sent an answer without the file.", raw=answer.body[:KEPT])
    return body["file"]


def get_versions(account: Account, uuid: str) -> list[dict[str, Any]]:
    """
    Fetch all versions of a file, this one included, in the order of the answer: file objects, each with its uuid.

    :raises FileMissing, Retryable, Refused, BadPayload: as ``get_file``
    """
    answer = _get(account, f"files/{quote(uuid, safe='')}/versions", {}, operation="get_versions")
    body = decode(answer.body, source=SERVICE)
    _demand_success(body, answer)
    versions = body.get("versions")
    if not isinstance(versions, list):
        raise BadPayload(f"{SERVICE} sent an answer without versions.", raw=answer.body[:KEPT])
    found = [version for version in versions if isinstance(version, dict)]
    return [version for version in found if isinstance(version.get("uuid"), str) and version["uuid"]]


def get_metadata_model(account: Account) -> MetadataModel:
    """
    Fetch what the project's settings say about metadata.

    :raises Retryable, Refused, BadPayload: as ``list_files``
    """
    answer = _get(account, "settings", {}, operation="get_settings")
    body = decode(answer.body, source=SERVICE)
    _demand_success(body, answer)
    return MetadataModel.from_json(body.get("metadata"))


def test(account: Account) -> str:
    """
    Make the smallest call that needs everything to be right; returns a sentence for staff.

    :raises Retryable, Refused, BadPayload: as ``list_files``
    """
    page = list_files(account, limit=1, offset=0)
    count = f"about {page.total:,} files" if page.total is not None else "files"
    return f"{SERVICE} answers, and the key may list {count}."


def _get(
    account: Account, path: str, params: Mapping[str, Any], *, operation: str, max_bytes: int = 8_000_000
) -> http.Answer:
    options = account.options
    try:
        return http.call(
            "GET",
            f"{options.api_url}/{quote(options.token, safe='')}/{options.api_version}/{path}",
            service=SERVICE,
            operation=operation,
            hosts=account.hosts,
            headers={"X-Filerobot-Key": account.key, "Accept": "application/json"},
            params=params,
            max_bytes=max_bytes,
        )
    except Refused as error:
        raise _refusal(_quiet(error.body), error.status, error.body) from None


def _quiet(body: bytes) -> dict[str, Any]:
    try:
        value = decode(body, source=SERVICE)
    except BadPayload:
        return {}
    return value if isinstance(value, dict) else {}


def _demand_success(body: Any, answer: http.Answer) -> None:
    if not isinstance(body, dict):
        raise BadPayload(f"{SERVICE} sent JSON that is not an object.", raw=answer.body[:KEPT])
    if body.get("status", "success") not in _GOOD:
        raise _refusal(body, answer.status, answer.body[:64_000])


def _refusal(body: Mapping[str, Any], status: int | None, raw: bytes) -> Exception:
    """Turn a no into an exception; the reason stands in one of several places."""
    info = body.get("info")
    reasons = (
        body.get("msg"),
        body.get("message"),
        info.get("msg") if isinstance(info, dict) else None,
        body.get("hint"),
    )
    reason = next((text for text in reasons if isinstance(text, str) and text), "")[:200]
    code = str(body.get("code")) if isinstance(body.get("code"), str) else ""
    said = f"{SERVICE} refused ({status}{', ' + code if code else ''}){': ' + reason if reason else '.'}"
    if code in _KEY_TROUBLE or any(word in reason for word in _KEY_TROUBLE):
        return Refused(f"{said} Enter a valid API key in the connection.", status=status, body=raw)
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


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
