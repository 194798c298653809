"""
Files on the public delivery, for companies that embed them: put there when the first does, taken off and forgotten by
the caches when they may no longer be there.

A message says that links of a version were made or have ended, not what to do: that follows from the links as they are
when it is delivered. So a message that comes late, twice, or after a younger one does what the last would. A version
that is not public becomes so in two messages: the first writes down that it was not, the second calls. Otherwise a call
whose answer is lost would look, at the next try, as if the brand had had the file public all along.

A call that opens a file, and whose answer never came, may be carried out after the one that takes it off. So a file of
which we never heard that it is public is looked at once more, a while after it was taken off.

Source: visibility as the vendor's widget writes it (``PUT objects/visibility/cdn``), and the "Invalidation API".
"""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from integrations import claims, outbox
from integrations.errors import Refused, Retryable
from integrations.models import Connection, OutboxMessage
from integrations.outbox import Message
from integrations.scaleflex import client, delivery, file_details, writing
from integrations.scaleflex.calls import FileMissing
from integrations.scaleflex.config import Account, account
from integrations.scaleflex.renditions import delivery_query
from portal.downloads import embeds

KIND = "embed.visibility"
#: When a file is looked at again of which we do not know whether a call that opens it is still on its way.
AGAIN_AFTER = timedelta(minutes=15)


def messages_about(links: Iterable) -> Iterator[Message]:
    """
    Return a message per version to the project it is mirrored from, also to one that is not in use right now: it is
    told once it is.

    :param links: just made or ended, with ``version.variant``; the last of each version gives the fact its name
    """
    connections = {row.key: row for row in Connection.objects.filter(vendor=Connection.Vendor.SCALEFLEX)}
    last = {link.version_id: link for link in sorted(links, key=lambda link: link.pk)}
    for link in last.values():
        connection = connections.get(link.version.variant.source)
        if connection is not None:
            fact = f"{link.public_id}:{'made' if link.is_open else 'ended'}"
            yield _message(connection, link.version.public_id, fact)


def _message(connection: Connection, version: str, fact: str) -> Message:
    return Message(
        connection=connection,
        kind=KIND,
        ordering_key=f"embed:{version}",
        dedupe_key=f"embed:{fact}{connection.era}",
        payload={"version": version},
        coalesces=True,
    )


def deliver(*, message: OutboxMessage, now: datetime) -> None:
    """
    Bring one version onto the public delivery or off it, as its links want it now, and note that the project has
    confirmed it.

    :raises Refused: links of this project do not name a version
    :raises DeliveryError: not now, or never
    """
    version = embeds.version_of(message.payload["version"])
    if version is None:
        return
    if message.payload.get("again"):
        _look_again(account(message.connection), version, now=now)
    elif embeds.open_links(version.pk):
        _open(message, account(message.connection), version, now=now)
    elif embeds.must_leave(version.pk):
        is_unsure = embeds.is_unsure(version.pk)
        _close(account(message.connection), version, now=now)
        if is_unsure:
            outbox.enqueue([_again(message, version.public_id, now=now)], now=now, wake=lambda: None)


def _again(message: OutboxMessage, version: str, *, now: datetime) -> Message:
    # In an order of its own: what companies do meanwhile must not wait for it, nor take its place.
    return Message(
        connection=message.connection,
        kind=KIND,
        ordering_key=f"embed-again:{version}",
        dedupe_key=f"embed:{version}:{message.pk}:again{message.connection.era}",
        payload={"version": version, "again": True},
        not_before=now + AGAIN_AFTER,
    )


def _look_again(project: Account, version, *, now: datetime) -> None:
    """Take a file off once more that became public after it was taken off, by a call of ours that came late."""
    if embeds.open_links(version.pk):
        return
    with contextlib.suppress(FileMissing):
        if file_details.is_public(client.get_file(project, version.source_uuid)) is True:
            _close(project, version, now=now)


def _open(message: OutboxMessage, project: Account, version, *, now: datetime) -> None:
    if project.options.delivery_link != "uuid":
        raise Refused(
            "Embed links need delivery by uuid: a link by path would show the next version, unapproved."
        )
    is_ours = embeds.is_ours(version.pk)
    is_public = file_details.is_public(client.get_file(project, version.source_uuid)) is True
    if not is_public and not is_ours:
        if embeds.mark_opening(version=version.pk):
            # Another message, and so another transaction: the note stands before the call goes out.
            opening = _message(message.connection, version.public_id, f"{version.public_id}:{message.pk}")
            outbox.enqueue([opening], now=now, wake=lambda: None)
        return
    links = embeds.open_links(version.pk)
    if not is_public:
        if not links:
            return  # They ended a moment ago, which the next message tells.
        claims.confirm_held()
        writing.set_visibility(project, [version.source_uuid], public=True)
        if file_details.is_public(client.get_file(project, version.source_uuid)) is False:
            raise Retryable("The project does not say yet that the file is public.", outage=False)
    addresses = {link.pk: address_of(project, version, link.revision) for link in links}
    embeds.mark_ready(addresses=addresses, was_public=not is_ours, now=now)


def address_of(project: Account, version, revision) -> str:
    """Return the delivery address that names exactly this version in this size."""
    return delivery.address(
        project,
        uuid=version.source_uuid,
        path=version.source_path,
        sha1=version.sha1,
        query=delivery_query(revision, project),
    )


def _close(project: Account, version, *, now: datetime) -> None:
    claims.confirm_held()
    # What is no longer there is not public; copies in caches may be.
    with contextlib.suppress(FileMissing):
        writing.set_visibility(project, [version.source_uuid], public=False)
    if project.options.invalidation_url:
        host = f"{project.options.cdn_url}{project.options.delivery_version}"
        by_uuid = delivery.address(
            project, uuid=version.source_uuid, path=version.source_path, sha1=version.sha1, query={}
        )
        place = urlsplit(by_uuid.removeprefix(host)).path
        writing.invalidate(project, sorted({place, version.source_path}))
    embeds.mark_private(version=version.pk, now=now)
