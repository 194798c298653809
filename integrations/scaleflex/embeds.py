"""
Files on the public delivery, for companies that embed them: put there when the first does, taken off and forgotten by
the caches when they may no longer be there.

Source: visibility as the vendor's widget writes it (``PUT objects/visibility/cdn``), and the "Invalidation API".
"""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from integrations.errors import Refused, Retryable
from integrations.models import Connection, OutboxMessage
from integrations.outbox import Message
from integrations.scaleflex import client, delivery, file_details, writing
from integrations.scaleflex.calls import FileMissing
from integrations.scaleflex.config import Account, account
from integrations.scaleflex.renditions import delivery_query
from portal.downloads import embeds

KIND = "embed.visibility"


def messages_about(versions: Iterable, *, public: bool, now: datetime) -> Iterator[Message]:
    """Return a message per version to the project it is mirrored from. Only what is true last counts for a version."""
    connections = {
        row.key: row for row in Connection.objects.filter(vendor=Connection.Vendor.SCALEFLEX, is_active=True)
    }
    for version in versions:
        connection = connections.get(version.variant.source)
        if connection is None:
            continue
        name = f"embed:{version.public_id}"
        word = "public" if public else "private"
        yield Message(
            connection=connection,
            kind=KIND,
            ordering_key=name,
            dedupe_key=f"{name}:{word}:{now.timestamp():.6f}{connection.era}",
            payload={"version": version.public_id, "public": public},
            coalesces=True,
        )


def deliver(*, message: OutboxMessage, now: datetime) -> None:
    """
    Bring one version onto the public delivery or off it, and note that the project has confirmed it.

    :raises Refused: links of this project do not name a version
    :raises DeliveryError: not now, or never
    """
    version = embeds.version_of(message.payload["version"])
    if version is None:
        return
    project = account(message.connection)
    if message.payload["public"]:
        _open(project, version, now=now)
    else:
        _close(project, version, now=now)


def _open(project: Account, version, *, now: datetime) -> None:
    links = embeds.open_links(version.pk)
    if not links:
        # All ended before the project heard of the first: nothing becomes public.
        return
    if project.options.delivery_link != "uuid":
        raise Refused(
            "Embed links need delivery by uuid: a link by path would show the next version, unapproved."
        )
    was_public = file_details.is_public(client.get_file(project, version.source_uuid)) is True
    if not was_public:
        writing.set_visibility(project, [version.source_uuid], public=True)
        if file_details.is_public(client.get_file(project, version.source_uuid)) is False:
            raise Retryable("The project does not say yet that the file is public.", outage=False)
    addresses = {link.pk: address_of(project, version, link.revision) for link in links}
    embeds.mark_ready(addresses=addresses, was_public=was_public, now=now)


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
    if embeds.open_links(version.pk):
        # Embedded anew meanwhile, which the next message tells.
        return
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
