"""What we read of the DAM, one function for each call. They know its oddities so that nobody else has to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from integrations.errors import BadPayload, Refused
from integrations.payloads import KEPT, decode, decode_leniently
from integrations.scaleflex.calls import SERVICE, FileMissing, ask, demand_success, place, send, the
from integrations.scaleflex.config import Account
from integrations.scaleflex.schemas import MetadataModel, parse_file

__all__ = ["FORMAT", "SERVICE", "FileMissing", "Page", "get_file", "list_files"]

#: Selections as API values, regional variants by their codes, tags and labels with their names.
FORMAT = "json,select:api,regvar:api,tags:json_full,labels:json_full"
#: No list but the files' is longer than this many pages; one that does not end must not hold us for ever.
MOST_PAGES = 50
#: Rows of a page of such a list.
_ROWS = 1000


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
    recursive: bool = True,
    q: str = "",
    sort: str = "",
    collection: str = "",
) -> Page:
    """
    Fetch one page of the files below a folder, the root folder of the connection when none is given.

    :param updated_after: only files changed since
    :param recursive: whether folders in the folder count too
    :param q: search expression; ``collection`` uuid of one
    :param sort: ``field:asc``, the connection's own when not given
    :raises Throttled: our own rate is used up
    :raises Retryable: no answer, 429 or 5xx
    :raises Refused: our key may not list, or the DAM does not understand
    :raises BadPayload: an answer we do not understand
    """
    params: dict[str, Any] = {
        "folder": folder or account.options.root_folder,
        "recursive": int(recursive),
        "limit": limit,
        "offset": offset,
        "sort": sort or account.options.sort,
        "format": FORMAT,
    }
    if updated_after is not None:
        params["updated_after"] = updated_after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if q:
        params["q"] = q
    if collection:
        params["collection_uuid"] = collection
    asked_at = datetime.now(UTC)
    answer = send(account, "GET", "files", params=params, operation="list_files", max_bytes=64_000_000)
    body, strict = decode_leniently(answer.body, source=SERVICE)
    demand_success(body, answer)
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


def get_file(account: Account, uuid: str, *, spelling: str = "") -> dict[str, Any]:
    """
    Fetch one file.

    :param spelling: ``files`` or ``file``: both addresses are in use; the connection's own when not given
    :raises FileMissing: it says that there is none
    :raises Throttled, Retryable, Refused, BadPayload: as ``list_files``
    """
    path = place(spelling or account.options.file_spelling, uuid)
    answer = send(account, "GET", path, params={"format": FORMAT}, operation="get_file")
    body = decode(answer.body, source=SERVICE)
    demand_success(body, answer)
    if not isinstance(body.get("file"), dict):
        raise BadPayload(f"{SERVICE} sent an answer without the file.", raw=answer.body[:KEPT])
    return body["file"]


def find_file(account: Account, path: str) -> dict[str, Any] | None:
    """
    Fetch the file that lies at a path now, ``None`` when there is none.

    No call takes a path, so the file is searched for by its name, and when the search, which is fuzzy, does not bring
    it, its folder is read through.

    :raises Refused: the folder has too many files to read through
    :raises Throttled, Retryable, BadPayload: as ``list_files``
    """
    folder, _, name = path.rpartition("/")
    words = name.replace('"', " ").replace("\\", " ").strip()
    for query, pages in ((f'"{words}"', 3), ("", MOST_PAGES)):
        for number in range(pages):
            page = list_files(
                account, limit=_ROWS, offset=number * _ROWS, folder=folder or "/", recursive=False, q=query
            )
            if (found := next((data for data in page.files if _lies_at(data, path)), None)) is not None:
                return found
            if len(page.files) < _ROWS:
                break
        else:
            if not query:
                raise Refused(f"{folder} has too many files to find {name} in.")
    return None


def _lies_at(data: Any, path: str) -> bool:
    try:
        return parse_file(data).path == path
    except BadPayload:
        return False


def get_versions(account: Account, uuid: str) -> list[dict[str, Any]]:
    """
    Fetch all versions of a file, this one included, in the order of the answer: file objects, each with its uuid.

    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``get_file``
    """
    path = place(account.options.file_spelling, uuid, "versions")
    body = ask(account, "GET", path, params={"format": FORMAT}, operation="get_versions")
    found = [version for version in the("versions", list, body) if isinstance(version, dict)]
    return [version for version in found if isinstance(version.get("uuid"), str) and version["uuid"]]


def get_changes(account: Account, uuid: str) -> list[dict[str, Any]]:
    """
    Fetch what happened to a file over all its versions: ``{"action": "APPROVAL_ENDED", "file_uuid", ...}``, and more.

    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``get_file``
    """
    body = ask(account, "GET", place("files", uuid, "changes"), version="v5", operation="get_changes")
    return [change for change in the("changes", list, body) if isinstance(change, dict)]


def get_comments(account: Account, uuid: str) -> tuple[dict[str, Any], ...]:
    """
    Fetch the comments on a file, oldest first: ``{"uuid", "text", "added_at", "user", "meta"}``.

    ``text`` is itself a JSON text, see ``requests``.

    :raises FileMissing, Throttled, Retryable, Refused, BadPayload: as ``get_file``
    """
    body = ask(account, "GET", place("file", uuid, "comments"), version="v5", operation="get_comments",
               params={"comments_info": 1})  # fmt: skip
    return tuple(comment for comment in the("comments", list, body) if isinstance(comment, dict))


# -- The project ------------------------------------------------------------------------------------------------------
def get_metadata_model(account: Account) -> MetadataModel:
    """
    Fetch what the project's settings say about metadata.

    :raises Throttled, Retryable, Refused, BadPayload: as ``list_files``
    """
    body = ask(account, "GET", "settings", operation="get_settings")
    return MetadataModel.from_json(body.get("metadata"))


def get_permissions(account: Account) -> frozenset[str] | None:
    """
    Return what the key may do, in the vendor's words (``FILE_UPLOAD``), ``None`` when the DAM does not tell.

    Source: read in the vendor's widget, which asks it about its own short-lived keys.

    :raises Refused: the key holds no longer
    :raises Throttled, Retryable: as ``list_files``
    """
    try:
        body = ask(
            account, "GET", "key/info", version="v4", params={"key": account.key}, operation="key_info"
        )
    except BadPayload:
        return None
    except Refused as error:
        if isinstance(error, FileMissing) or "API version or token" in str(error):
            return None
        raise
    if body.get("is_validate") is False:
        raise Refused(f"{SERVICE} does not know this key any more. Enter a valid API key in the connection.")
    words = body.get("permissions")
    if not isinstance(words, list) or not words:
        return None
    return frozenset(word for word in words if isinstance(word, str))


def get_labels(account: Account) -> tuple[dict[str, Any], ...]:
    """
    Fetch the project's labels: ``{"uuid", "sid", "name", "color", "shape", "assets_count"}``.

    :raises Throttled, Retryable, Refused, BadPayload: as ``list_files``
    """
    body = ask(account, "GET", "labels", version="v5", operation="get_labels")
    return tuple(label for label in the("labels", list, body) if isinstance(label, dict))


def get_tags(account: Account, q: str = "") -> tuple[dict[str, Any], ...]:
    """
    Fetch the project's tags: ``{"uuid", "sid", "slug", "names": {language: name}}``.

    :raises Throttled, Retryable, Refused, BadPayload: as ``list_files``
    """
    body = ask(account, "GET", "tags", version="v5", operation="get_tags", params={"q": q} if q else None)
    return tuple(tag for tag in the("tags", list, body) if isinstance(tag, dict))


def folders(account: Account, *, below: str = "/", recursive: bool = False) -> Iterator[dict[str, Any]]:
    """
    Go through the folders in a folder: ``{"uuid", "name", "path", "count", "size", "meta"}``; times have no zone.

    :raises FileMissing: there is no such folder
    :raises Throttled, Retryable, Refused, BadPayload: as ``list_files``
    """
    params = {"folder": below, "recursive": int(recursive)}
    return _all(account, "folders", "folders", params, operation="list_folders")


def products(account: Account, *, reference: str = "") -> Iterator[dict[str, Any]]:
    """
    Go through the project's products, those whose reference begins so when one is given.

    :raises Throttled, Retryable, Refused, BadPayload: as ``list_files``
    """
    params = {"q": f"reference~^{reference}"} if reference else {}
    return _all(account, "products", "products", params, operation="list_products")


def get_product_images(account: Account, reference: str) -> tuple[dict[str, Any], ...]:
    """
    Fetch the pictures of a product by their position, as file objects.

    :raises FileMissing: there is no such product
    :raises Throttled, Retryable, Refused, BadPayload: as ``list_files``
    """
    path = place("product", reference, "images")
    body = ask(account, "GET", path, version="v4", params={"format": FORMAT}, operation="get_product_images")
    return tuple(image for image in the("images", list, body) if isinstance(image, dict))


def get_collections(account: Account) -> tuple[dict[str, Any], ...]:
    """
    Fetch the project's collections: ``{"uuid", "title", "type", "visibility"}``; ``list_files`` lists what is in one.

    :raises Throttled, Retryable, Refused, BadPayload: as ``list_files``
    """
    body = ask(account, "GET", "collections", version="v5", operation="get_collections")
    return tuple(each for each in the("collections", list, body) if isinstance(each, dict))


def _all(
    account: Account, path: str, name: str, params: Mapping[str, Any], *, operation: str
) -> Iterator[dict[str, Any]]:
    for number in range(MOST_PAGES):
        paged = {**params, "limit": _ROWS, "offset": number * _ROWS}
        rows = the(name, list, ask(account, "GET", path, params=paged, operation=operation))
        yield from (row for row in rows if isinstance(row, dict))
        if len(rows) < _ROWS:
            return
    raise Refused(f"The list of {name} does not end.")


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
