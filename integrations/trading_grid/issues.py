"""
Issues and what is said about them: typed and checked.

Source: our contract, "Issues"; the thread has the shape of the vendor's Cartographer annotations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.trading_grid.endpoints import WORDS
from integrations.trading_grid.reading import (
    identity,
    known,
    member,
    moment,
    number,
    objects,
    prose,
    required,
    word,
)
from integrations.trading_grid.resources import ids, named

#: Levels of replies that are read.
DEEPEST = 3


@dataclass(frozen=True)
class Issue:
    """Something about media is wrong, missing or late. ``related`` names the post, task, notice or document."""

    id: str
    reference: str
    company: str
    reason: str
    status: str
    severity: str
    subject: str
    description: str
    language: str
    gtin: str
    asset: str
    asset_version: int | None
    market: str
    related: dict[str, str]
    raised_by: str
    assignee: str
    due: datetime | None
    resolution: str
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True)
class Comment:
    """One entry of an issue's thread; ``kind`` is ``COMMENT`` or ``STATE``, ``side`` ``HUB`` or ``PARTNER``."""

    id: str
    kind: str
    by: str
    side: str
    action: str
    text: str
    at: datetime | None
    attachments: dict[str, str]
    replies: list["Comment"]


@dataclass(frozen=True)
class Attachment:
    """A file of an issue; ``size`` in bytes."""

    id: str
    name: str
    media_type: str
    size: int | None
    at: datetime | None


def issue(data: Mapping[str, Any]) -> Issue:
    """
    :raises BadPayload: no id, or a status we do not know
    """
    reason, severity = word(data.get("reason")), word(data.get("severity"))
    return Issue(
        id=required(data, "issueId", "An issue has no id."),
        reference=identity(data.get("externalReference")),
        company=identity(data.get("partnerCompanyId")),
        reason=reason if reason in WORDS["issueReason"] else "OTHER",
        status=known(data.get("status"), WORDS["issueStatus"], "An issue has the status %s."),
        severity=severity if severity in WORDS["issueSeverity"] else "NORMAL",
        subject=prose(data.get("subject"), 500),
        description=prose(data.get("description"), 10_000),
        language=prose(data.get("language"), 12),
        gtin=prose(data.get("gtin"), 14),
        asset=identity(data.get("assetId")),
        asset_version=number(data.get("assetVersion"), least=1),
        market=word(data.get("targetMarket"))[:2],
        related=ids(member(data, "relatedTo")),
        raised_by=named(data, "raisedBy"),
        assignee=named(data, "assignee"),
        due=moment(data.get("dueDate")),
        resolution=word(member(data, "resolution").get("kind")),
        created_at=moment(data.get("createdAt")),
        updated_at=moment(data.get("updatedAt")),
    )


def comment(data: Mapping[str, Any], *, depth: int = 0) -> Comment:
    """
    Read one entry of a thread with its replies, at most three levels deep.

    :raises BadPayload: no id

    Source: the vendor's Cartographer, annotations.
    """
    said = next(iter(objects(data.get("message"))), {})
    user = member(said, "user")
    return Comment(
        id=required(data, "id", "A comment has no id."),
        kind=word(data.get("type")) or "COMMENT",
        by=prose(user.get("name"), 200) or identity(user.get("id")),
        side=word(user.get("type")),
        action=prose(said.get("action"), 40),
        text=prose(said.get("text"), 10_000),
        at=moment(said.get("modified")),
        attachments={
            key: prose(entry.get("name"), 255)
            for entry in objects(data.get("attachments"))
            if (key := identity(entry.get("id")))
        },
        replies=[
            comment(reply, depth=depth + 1)
            for reply in objects(data.get("replies"))
            if identity(reply.get("id"))
        ]
        if depth < DEEPEST
        else [],
    )


def attachment(data: Mapping[str, Any]) -> Attachment:
    """
    :raises BadPayload: no id
    """
    return Attachment(
        id=required(data, "id", "An attachment has no id."),
        name=prose(data.get("name"), 255),
        media_type=prose(data.get("mimeType"), 100).lower(),
        size=number(data.get("size")),
        at=moment(data.get("createdAt")),
    )
