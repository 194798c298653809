"""Messages that repair what a comparison found about posts; their keys name both sides as they are now."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from integrations import outbox
from integrations.drift import Compared
from integrations.models import Connection, OutboxMessage
from integrations.outbox import Message
from integrations.payloads import text
from integrations.trading_grid import client, posts
from integrations.trading_grid.calls import Conflict, Missing
from integrations.trading_grid.config import account
from integrations.trading_grid.outbound import PUBLICATION
from portal.publications.posts import PostContent

SURPLUS = "post.surplus"
#: Posts of ours without a publication that one run withdraws; more at once is more likely a wrong database.
MOST_ORPHANS = 200


def message_about(connection: Connection, content: PostContent, *, found: Sequence[Any]) -> Message:
    """Return the message that brings a post to what the publication says; its key names both sides as they are now."""
    told = content.as_json()
    digest = hashlib.blake2b(orjson.dumps([told, found, connection.era]), digest_size=8).hexdigest()
    return Message(
        connection=connection,
        kind=PUBLICATION,
        ordering_key=f"publication:{content.publication}",
        dedupe_key=f"publication:{content.publication}:r{content.revision}:repair:{digest}",
        payload=told,
        coalesces=True,
    )


def surplus_message(connection: Connection, community: str, post: Mapping[str, Any]) -> Message:
    digest = hashlib.blake2b(orjson.dumps([posts.state(post), connection.era]), digest_size=8).hexdigest()
    return Message(
        connection=connection,
        kind=SURPLUS,
        ordering_key=f"post:{posts.id_of(post)}",
        dedupe_key=f"post:{posts.id_of(post)}:repair:{digest}",
        payload={
            "community": community,
            "post": posts.id_of(post),
            "reference": text(post.get("externalReference")),
        },
    )


def send(connection: Connection, messages: Sequence[Message], result: Compared, now: datetime) -> None:
    # Whoever ran the comparison wakes the workers; a message that is there already is left alone.
    outbox.enqueue(messages, now=now, wake=lambda: None)
    result.repairs += len(messages)


def deliver_surplus(*, message: OutboxMessage, now: datetime) -> None:
    """
    Withdraw a post that nothing here answers for.

    :raises DeliveryError: not now, or never
    """
    company = account(message.connection)
    told = message.payload
    try:
        client.move_post(
            company,
            told["community"],
            told["post"],
            "withdraw",
            goal="WITHDRAWN",
            key=f"{message.dedupe_key}:withdraw",
            etag="",
        )
    except Missing:
        return
    except Conflict:
        body = client.get_post(company, told["community"], told["post"]).body
        if isinstance(body, dict) and posts.is_out(body):
            raise


def park_orphans(connection: Connection) -> int:
    """
    Stop the withdrawal of surplus posts that was just queued and let a person decide.

    :returns: how many messages
    """
    rows = OutboxMessage.objects.filter(
        connection=connection, kind=SURPLUS, state=OutboxMessage.State.PENDING, attempts=0
    )
    reason = (
        f"More than {MOST_ORPHANS} posts of this portal have no publication here. Send again to withdraw it."
    )
    return rows.update(state=OutboxMessage.State.PARKED, last_error=reason)


def settle_old_messages(connection: Connection) -> int:
    """
    After a backup was restored: close what the outbox wanted to say about publications when the backup was taken.

    The comparison says it anew, as it is now.

    :returns: how many messages
    """
    rows = OutboxMessage.objects.filter(
        connection=connection,
        kind=PUBLICATION,
        state__in=[OutboxMessage.State.PENDING, OutboxMessage.State.PARKED],
    )
    return rows.update(
        state=OutboxMessage.State.SUPERSEDED,
        started_at=None,
        last_error="The database was restored; compared anew.",
    )


def unfinished(connection: Connection, names: Iterable[str], state: str) -> set[str]:
    """Return those of the publications about which a message stands in this state."""
    keys = {f"publication:{name}": name for name in names}
    rows = OutboxMessage.objects.filter(connection=connection, ordering_key__in=list(keys), state=state)
    return {keys[key] for key in rows.values_list("ordering_key", flat=True)}
