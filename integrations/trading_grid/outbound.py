"""Telling the grid: one post per publication, revised, withdrawn and published again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from integrations import claims
from integrations.errors import BadPayload, Refused
from integrations.models import Connection, ExternalReference, OutboxMessage
from integrations.outbox import Message
from integrations.trading_grid import client, documents, mail
from integrations.trading_grid.calls import Changed, Conflict, Missing, Reply
from integrations.trading_grid.config import Account, account, carrier
from portal.publications import overview
from portal.publications import selectors as publications_read
from portal.publications import services as publications

PUBLICATION = "publication.changed"
COMMUNITY = "portal.community"
PUBLICATION_ROW = "portal.publication"


def messages_about(changed: Sequence[Any]) -> Iterator[Message]:
    """
    Return a message for each of these publications and each connection that has its community and takes posts.

    :param changed: ``Publication`` rows with their new revision
    """
    references = ExternalReference.objects.filter(
        resource="community",
        local_type=COMMUNITY,
        local_id__in={publication.community_id for publication in changed},
        connection__vendor=Connection.Vendor.TRADING_GRID,
        connection__is_active=True,
    ).select_related("connection")
    wanted: dict[int, list[Connection]] = {}
    for reference in references:
        if carrier(reference.connection, "posts") != "off":
            wanted.setdefault(reference.local_id, []).append(reference.connection)
    told = [publication for publication in changed if publication.community_id in wanted]
    contents = publications_read.post_contents(told) if told else {}
    for publication in told:
        for connection in wanted[publication.community_id]:
            yield Message(
                connection=connection,
                kind=PUBLICATION,
                ordering_key=f"publication:{publication.public_id}",
                dedupe_key=f"publication:{publication.public_id}:r{publication.revision}{connection.era}",
                payload=contents[publication.pk].as_json(),
                coalesces=True,
            )


def messages_not_posted(connection: Connection, *, batch: int = 500) -> Iterator[list[Message]]:
    """Return messages about everything in this connection's communities that the grid may not have, in batches."""
    communities = list(
        ExternalReference.objects.filter(connection=connection, resource="community").values_list(
            "local_id", flat=True
        )
    )
    after = 0
    while rows := overview.not_posted(communities, after=after, limit=batch):
        after = rows[-1].pk
        yield [message for message in messages_about(rows) if message.connection == connection]


def deliver_publication(*, message: OutboxMessage, now: datetime) -> None:
    """
    Bring the grid's post of a publication to what the message says, and note that it is there.

    How it travels is looked up now: a message written while posts went by REST may leave as a mail.

    The post is remembered with the answer. When an answer was lost, the message's own key finds the post again; when
    a newer message follows such a one, its reference does. So there is never a second post.

    :raises DeliveryError: not now, or never
    """
    company = account(message.connection)
    content = message.payload
    match company.options.carriers["posts"]:
        case "off":
            raise Refused(
                "Posts are off for this connection (option carriers). Switch them on before trying this again."
            )
        case "email":
            mail.deliver(message, company, now=now)
        case _:
            _deliver_post(message, company)
    publications.mark_posted(publication_id=content["publication_id"], revision=content["revision"], now=now)


def _deliver_post(message: OutboxMessage, company: Account) -> None:
    content = message.payload
    post = _Post(company, message, content)
    if post.revision < content["revision"]:
        if content["live"]:
            post.publish()
        else:
            post.withdraw()
        post.remember()


class _Post:
    """One publication's post in one connection: what we remember of it, and the calls that change it."""

    def __init__(self, company: Account, message: OutboxMessage, content: dict[str, Any]):
        self._company = company
        self._message = message
        self._content = content
        self._key = message.dedupe_key
        self._row = ExternalReference.objects.filter(
            connection=message.connection,
            resource="post",
            local_type=PUBLICATION_ROW,
            local_id=content["publication_id"],
        ).first()
        data = self._row.data if self._row else {}
        self.id: str = self._row.external_id if self._row else ""
        self.revision: int = data.get("revision", 0)
        self._etag: str = data.get("etag", "")
        self._is_out: bool = data.get("out", False)
        self._told: dict[str, dict[str, Any]] = data.get("files", {})
        self._community_id = data.get("community") or self._community()

    def _community(self) -> str:
        reference = ExternalReference.objects.filter(
            connection=self._message.connection,
            resource="community",
            local_type=COMMUNITY,
            local_id=self._content["community_id"],
        ).first()
        if reference is None:
            raise Refused("The grid does not know this community any more.")
        return reference.external_id

    def publish(self) -> None:
        document = documents.post(
            self._content,
            self._told,
            portal_url=settings.PORTAL_URL,
            requires_receipt=self._company.options.requires_receipt,
        )
        if self.id:
            self._replace(document)
        else:
            self._create(document)
        if not self._is_out:
            self._move("publish", "PUBLISHED")
        self._told = documents.told_by(document)

    def withdraw(self) -> None:
        if not self.id and self._may_be_there():
            self._adopt()
        if self.id and self._is_out:
            self._move("withdraw", "WITHDRAWN")
        self._told = {variant: {**entry, "action": "WITHDRAW"} for variant, entry in self._told.items()}

    def remember(self) -> None:
        if not self.id:
            return
        ExternalReference.objects.update_or_create(
            connection=self._message.connection,
            resource="post",
            local_type=PUBLICATION_ROW,
            local_id=self._content["publication_id"],
            defaults={
                "external_id": self.id,
                "data": {
                    "community": self._community_id,
                    "etag": self._etag,
                    "out": self._is_out,
                    "revision": self._content["revision"],
                    "files": self._told,
                },
            },
        )

    def _create(self, document: dict[str, Any]) -> None:
        try:
            reply = client.create_post(
                self._company, self._community_id, {**document, "status": "PUBLISHED"}, key=self._key
            )
        except Conflict:
            # An earlier message got there and its answer did not get here, or the community is closed.
            if not self._adopt():
                raise
            self._replace(document)
            return
        self._take_over(reply)

    def _adopt(self) -> bool:
        """Find the post by our reference; returns whether there is one."""
        reference = self._content["publication"]
        for found in client.posts(self._company, self._community_id):
            if found.get("externalReference") == reference:
                self.id = _id_of(found)
                self._reread()
                return True
        return False

    def _replace(self, document: dict[str, Any]) -> None:
        document = {name: value for name, value in document.items() if name != "externalReference"}
        for last in (False, True):
            try:
                reply = client.replace_post(
                    self._company,
                    self._community_id,
                    self.id,
                    document,
                    key=f"{self._key}:put",
                    etag=self._etag,
                )
            except Changed:
                # Somebody touched it over there. Ours is the latest state and wins, once we have seen theirs.
                if last:
                    raise
                claims.confirm_held()
                self._reread()
            else:
                self._etag = reply.etag
                return

    def _move(self, action: str, goal: str) -> None:
        for last in (False, True):
            try:
                reply = client.move_post(
                    self._company,
                    self._community_id,
                    self.id,
                    action,
                    goal=goal,
                    key=f"{self._key}:{action}",
                    etag=self._etag,
                )
            except Missing:
                if action == "publish":
                    raise
                # There is nothing left to take back.
                self._is_out = False
                return
            except (Changed, Conflict):
                claims.confirm_held()
                status = self._reread()
                if status == goal or (action == "withdraw" and status == "EXPIRED"):
                    return
                if last:
                    raise
            else:
                self._etag, self._is_out = reply.etag, action == "publish"
                return

    def _reread(self) -> str:
        reply = client.get_post(self._company, self._community_id, self.id)
        self._take_over(reply)
        return str(reply.body.get("status", ""))

    def _take_over(self, reply: Reply) -> None:
        if not isinstance(reply.body, dict):
            raise BadPayload("Trading Grid sent an answer without the post.")
        self.id = _id_of(reply.body)
        self._etag = reply.etag
        self._is_out = reply.body.get("status") == "PUBLISHED"

    def _may_be_there(self) -> bool:
        """Whether an earlier message was tried and its answer may have been lost."""
        return OutboxMessage.objects.filter(
            connection=self._message.connection,
            ordering_key=self._message.ordering_key,
            pk__lt=self._message.pk,
            attempts__gt=0,
        ).exists()


def _id_of(post: dict[str, Any]) -> str:
    found = post.get("postId")
    if not isinstance(found, str | int) or isinstance(found, bool) or not str(found):
        raise BadPayload("Trading Grid sent a post without an id.")
    return str(found)
