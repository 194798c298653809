"""
What companies answer, both ways: one receipt per post and company.

The grid knows CONFIRMED, CHANGE_REQUESTED and DECLINED; a new revision of a post opens its receipts again, which is
how it says *stale*. What exactly was answered about which bytes stands in the comment. A revision that replaces nothing
opens them as well, so answers that still hold are told once more behind every revision.

What a company answers over there is taken in as its answer on our pages. Our own words come back as events too: they
name digests, which nobody else does.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from integrations.errors import Refused, Retryable
from integrations.models import Connection, ExternalReference, OutboxMessage
from integrations.outbox import Message
from integrations.trading_grid import ladder, workspace
from integrations.trading_grid.config import Account, account, carrier
from integrations.trading_grid.directory import PARTNER
from integrations.trading_grid.outbound import COMMUNITY, PUBLICATION_ROW
from integrations.trading_grid.resources import Receipt as TheirReceipt
from portal.packs import community_answers
from portal.packs.choices import Answer
from portal.packs.receipts import STALE, Receipt
from portal.partners import selectors as partners

KIND = "receipt.changed"
#: How long an answer waits at least for its post, which travels apart from it.
WAIT_SECONDS = 2.0
#: The portal's answers in the grid's words; what is stale is open over there already.
STATUS = {"received": "CONFIRMED", "in_use": "CONFIRMED", "review": "CHANGE_REQUESTED", "refused": "DECLINED"}
_WORDS = {
    "received": "received",
    "in_use": "in use",
    "review": "needs review",
    "refused": "refused",
    STALE: "stale, to be confirmed again",
}
#: The grid's answers in the portal's words.
_ANSWERS = {
    ladder.Answer.CONFIRMED: Answer.RECEIVED,
    ladder.Answer.CHANGE_REQUESTED: Answer.REVIEW,
    ladder.Answer.DECLINED: Answer.REFUSED,
}
_OUR_WORDS = re.compile(r", sha256 [0-9a-f]{64}: ")
#: Most characters of a comment, and of the sentence of one file.
_LONGEST, _LONGEST_LINE = 4000, 400


def messages_about(receipts: Iterable[Receipt]) -> Iterator[Message]:
    """Return a message for each receipt and each connection that has its community, its company, and takes receipts."""
    receipts = list(receipts)
    communities = _known("community", COMMUNITY, {receipt.community_id for receipt in receipts})
    companies = _known("partner", PARTNER, {receipt.partner_id for receipt in receipts})
    for receipt in receipts:
        both = set(communities.get(receipt.community_id, ())) & set(companies.get(receipt.partner_id, ()))
        for connection in sorted(both, key=lambda each: each.pk):
            if not _takes_receipts(connection):
                continue
            name = f"receipt:{receipt.publication}:{receipt.partner}"
            yield Message(
                connection=connection,
                kind=KIND,
                ordering_key=name,
                dedupe_key=f"{name}:r{receipt.revision}:{receipt.answer}:{receipt.changed.timestamp():.6f}{connection.era}",
                payload=receipt.as_json(),
                coalesces=True,
            )


def _known(resource: str, kind: str, rows: set[int]) -> dict[int, list[Connection]]:
    references = ExternalReference.objects.filter(
        resource=resource,
        local_type=kind,
        local_id__in=rows,
        connection__vendor=Connection.Vendor.TRADING_GRID,
        connection__is_active=True,
    ).select_related("connection")
    found: dict[int, list[Connection]] = {}
    for reference in references:
        found.setdefault(reference.local_id, []).append(reference.connection)
    return found


def _takes_receipts(connection: Connection) -> bool:
    # A receipt hangs on a post; one that went by mail has none.
    return carrier(connection, "receipts") == "rest" == carrier(connection, "posts")


def deliver_receipt(*, message: OutboxMessage, now: datetime) -> None:
    """
    Pass on what a company answered, once the post is out in the revision that was answered.

    :raises Retryable: the post, or this revision of it, is still on its way
    :raises DeliveryError: not now, or never
    """
    content = message.payload
    post = _reference(message, "post", PUBLICATION_ROW, content["publication_id"])
    if post is None or post.data.get("revision", 0) < content["revision"]:
        raise Retryable(
            "The post that was answered is not in the grid yet.", retry_after=WAIT_SECONDS, outage=False
        )
    if post.data["revision"] > content["revision"] or not post.data.get("out") or content["answer"] == STALE:
        # A newer revision opened the receipt again; what still holds is told behind that one.
        return
    company = _reference(message, "partner", PARTNER, content["partner_id"])
    if company is None:
        raise Refused("The grid does not know this company any more.")
    workspace.put_receipt(
        account(message.connection),
        post.data["community"],
        post.external_id,
        company.external_id,
        answer_of(content),
        key=message.dedupe_key,
    )


def _reference(message: OutboxMessage, resource: str, kind: str, row: int) -> ExternalReference | None:
    return ExternalReference.objects.filter(
        connection=message.connection, resource=resource, local_type=kind, local_id=row
    ).first()


def answer_of(content: dict[str, Any]) -> dict[str, Any]:
    """
    Return the receipt in our names.

    :param content: ``Receipt.as_json()``, not stale
    """
    comment = "\n".join(_line(file) for file in content["files"])
    return {
        "status": STATUS[content["answer"]],
        "comment": comment[:_LONGEST],
        **({"byUser": content["by"]} if content["by"] else {}),
    }


def _line(file: dict[str, Any]) -> str:
    said = _WORDS[file["answer"]]
    if file["answer"] in {"review", "refused"}:
        said += f" ({file['reason']}): {file['text']}"
    elif file["answer"] == "in_use" and file["place"]:
        said += f": {file['place']}"
    return f"{file['name']}, sha256 {file['sha256']}: {said}"[:_LONGEST_LINE]


# -- Hearing ----------------------------------------------------------------------------------------------------------
def hear(company: Account, post_id: str, said: TheirReceipt, *, now: datetime) -> str:
    """
    Take in what a company answered in the grid.

    :param said: its receipt as it stands there now
    :returns: what came of it, in words for staff
    """
    status = ladder.of_receipt(said.status)
    answer = _ANSWERS.get(status) if status else None
    if answer is None:
        return "Nothing is answered yet."
    if _OUR_WORDS.search(said.comment):
        return "The grid repeats what we told it."
    post = ExternalReference.objects.filter(
        connection=company.connection, resource="post", external_id=post_id
    ).first()
    reference = ExternalReference.objects.filter(
        connection=company.connection, resource="partner", external_id=said.company
    ).first()
    partner = partners.partners_by_id([reference.local_id]).get(reference.local_id) if reference else None
    if post is None or partner is None:
        return "The portal knows no such post, or not this company."
    count = community_answers.take_in(
        publication_id=post.local_id,
        revision=post.data.get("revision", 0),
        partner=partner,
        answer=answer,
        text=said.comment.strip()[:2000] or f"{said.status} in Trading Grid, without a word why.",
        now=now,
    )
    return f"Taken in for {count} files." if count != 1 else "Taken in for 1 file."
