"""
How a partner's request is shown to the content team in the DAM: as a comment, in a metadata field, or by a label.

Which one is an option of the connection. All three are told apart by the request's number, so telling one twice leaves
one, and settling one leaves the others of the file.
"""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from integrations.scaleflex import client, writing
from integrations.scaleflex.calls import ask, place
from integrations.scaleflex.config import Account

#: Characters of one request in a metadata field; the whole stands in our pages.
_LINE = 300
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Note:
    """``number`` as people know it (``R-2417``); ``text`` what is asked, with the address of our page."""

    number: str
    text: str


def tell(account: Account, uuid: str, note: Note) -> None:
    """
    Show a request at a file, or bring what is shown of it up to date.

    :raises FileMissing: there is no such file
    :raises Refused: the project lacks the label, or the key may not
    :raises Throttled, Retryable, BadPayload: as ``client.list_files``
    """
    match account.options.request_carrier:
        case "comment":
            _write_comment(account, uuid, note, resolved=False)
        case "metadata":
            _write_line(account, uuid, note.number, note.text)
        case "label":
            writing.add_label(account, uuid, account.options.request_label)


def settle(account: Account, uuid: str, note: Note, *, others_open: bool) -> None:
    """
    Show that a request is settled.

    :param others_open: whether other requests about the file still are; then a label stays
    :raises FileMissing, Refused, Throttled, Retryable, BadPayload: as ``tell``
    """
    match account.options.request_carrier:
        case "comment":
            _write_comment(account, uuid, note, resolved=True)
        case "metadata":
            _write_line(account, uuid, note.number, "")
        case "label" if not others_open:
            writing.remove_label(account, uuid, account.options.request_label)


# -- Comments ---------------------------------------------------------------------------------------------------------
def _write_comment(account: Account, uuid: str, note: Note, *, resolved: bool) -> None:
    body = f"{note.number}: {note.text}"
    # The text of a comment is itself a JSON text, as the vendor's widget writes and reads it.
    text = orjson.dumps({"body": body, "shapes": [], "parentId": None, "resolved": resolved}).decode()
    path = place("file", uuid, "comments")
    for comment in client.get_comments(account, uuid):
        found = comment_text(comment)
        if _names(found["body"], note.number) and isinstance(comment.get("uuid"), str):
            if found != {"body": body, "resolved": resolved}:
                changed = {"uuid": comment["uuid"], "text": text}
                ask(account, "PUT", path, version="v5", json=changed, operation="put_comment")
            return
    ask(account, "POST", path, version="v5", json={"text": text}, operation="post_comment")


def comment_text(comment: Any) -> dict[str, Any]:
    """
    Read a comment; whatever its ``text`` is, ``{"body": str, "resolved": bool}`` comes of it.

    A text that is not the JSON we know is the body as it stands.
    """
    text = comment.get("text") if isinstance(comment, dict) else None
    value: Any = text
    if isinstance(text, str):
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return {"body": text, "resolved": False}
    if not isinstance(value, dict):
        return {"body": text if isinstance(text, str) else "", "resolved": False}
    body = value.get("body")
    return {"body": body if isinstance(body, str) else "", "resolved": value.get("resolved") is True}


def _names(body: str, number: str) -> bool:
    # The widget may wrap a text in tags.
    return _TAG.sub("", body).lstrip().startswith(f"{number}:")


# -- One metadata field, a line for each request ----------------------------------------------------------------------
def _write_line(account: Account, uuid: str, number: str, text: str) -> None:
    key = account.options.request_metadata_key
    meta = client.get_file(account, uuid).get("meta")
    present = meta.get(key) if isinstance(meta, dict) else None
    lines = present.splitlines() if isinstance(present, str) else []
    kept = [line for line in lines if line.strip() and not _names(line, number)]
    if text:
        kept.append(f"{number}: {' '.join(text.split())[:_LINE]}")
    if kept != lines:
        writing.set_metadata(account, uuid, {key: "\n".join(kept)})
