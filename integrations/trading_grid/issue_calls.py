"""
Calls about issues, their threads and their files.

One function per call, in our names; answers are read by ``issues``. Writes take a ``key``, which names the fact and
makes a repeat harmless. All may raise what ``calls.call`` does.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from typing import IO, Any

from integrations.trading_grid import calls, issues
from integrations.trading_grid.calls import Reply
from integrations.trading_grid.config import Account
from integrations.trading_grid.issues import Attachment, Comment, Issue


def all_issues(account: Account, **filters: str) -> Iterator[Issue]:
    """
    :param filters: ``status``, ``partnerCompanyId``, ``assetId``, ``gtin``, ``updatedSince`` (ISO 8601)
    """
    return (issues.issue(row) for row in calls.listed(account, "issues", query=filters))


def issue(account: Account, issue_id: str) -> tuple[Issue, str]:
    """
    Return an issue and its etag.

    :raises Missing: there is none
    """
    reply = calls.call(account, "GET", "issue", {"issueId": issue_id})
    return issues.issue(calls.thing(reply)), reply.etag


def create_issue(account: Account, content: Mapping[str, Any], *, key: str) -> Issue:
    """
    :param content: ``externalReference``, ``partnerCompanyId``, ``reason``, ``subject`` and what else there is
    :raises Conflict: there is one with this ``externalReference`` and other content
    """
    return issues.issue(calls.thing(calls.call(account, "POST", "issues", {}, json=content, key=key)))


def edit_issue(account: Account, issue_id: str, content: Mapping[str, Any], *, key: str, etag: str) -> Issue:
    """
    Change the fields that ``content`` has.

    :raises Changed: it is not the one ``etag`` names
    """
    args = {"issueId": issue_id}
    return issues.issue(
        calls.thing(calls.call(account, "PUT", "issue", args, json=content, key=key, etag=etag))
    )


def move_issue(
    account: Account,
    issue_id: str,
    action: str,
    *,
    key: str,
    etag: str = "",
    comment: str = "",
    more: Mapping[str, Any] | None = None,
) -> Reply:
    """
    :param action: one of ``calls.GOALS["issueState"]``; ``resolve`` wants ``{"resolution": {"kind": ...}}`` in ``more``
    :raises Conflict: not possible in its state
    """
    return calls.step(account, "issueState", {"issueId": issue_id}, action, comment, more, key, etag)


def comments(account: Account, issue_id: str) -> Iterator[Comment]:
    """The thread of an issue, oldest first."""
    rows = calls.listed(account, "issueComments", {"issueId": issue_id})
    return (issues.comment(row) for row in rows)


def add_comment(account: Account, issue_id: str, content: Mapping[str, Any], *, key: str) -> Comment:
    """
    :param content: ``text`` and, where given, ``replyTo``, ``onBehalfOf``, ``user``
    """
    reply = calls.call(account, "POST", "issueComments", {"issueId": issue_id}, json=content, key=key)
    return issues.comment(calls.thing(reply))


def attachments(account: Account, issue_id: str) -> Iterator[Attachment]:
    """The files of an issue."""
    rows = calls.listed(account, "issueAttachments", {"issueId": issue_id})
    return (issues.attachment(row) for row in rows)


def add_attachment(
    account: Account, issue_id: str, name: str, media_type: str, content: bytes, *, key: str
) -> Attachment:
    """Attach a file, as a multipart form with one ``file``."""
    form, kind = multipart("file", name, media_type, content)
    answer = calls.raw(
        account,
        "POST",
        account.url("issueAttachments", issueId=issue_id),
        "issueAttachments",
        data=form,
        headers={"Content-Type": kind, "Idempotency-Key": key},
    )
    return issues.attachment(calls.thing(Reply(calls.decoded(answer), "")))


def read_attachment(account: Account, issue_id: str, attachment_id: str, into: IO[bytes]) -> int:
    """
    Write the bytes of an attachment into a file; returns how many they are.

    :raises Missing: there is none
    """
    url = account.url("issueAttachment", issueId=issue_id, attachmentId=attachment_id)
    return calls.raw(account, "GET", url, "issueAttachment", into=into).size


def multipart(field: str, name: str, media_type: str, content: bytes) -> tuple[bytes, str]:
    """
    Return ``(body, content type)`` of a form with one file.

    Source: RFC 7578; quotes and line ends in a name are written as browsers do.
    """
    boundary = secrets.token_hex(16)
    quoted = re.sub('[\r\n"]', lambda found: f"%{ord(found[0]):02X}", name)
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", media_type, re.ASCII):
        media_type = "application/octet-stream"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{quoted}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"
