"""One page of a community's posts, compared with the publications they announce."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from integrations.drift import Compared, Difference, Run, Seen
from integrations.models import ExternalReference, OutboxMessage, SyncCursor
from integrations.outbox import Message
from integrations.payloads import text
from integrations.trading_grid import client, post_repairs, posts
from integrations.trading_grid.calls import Missing
from integrations.trading_grid.config import Account
from portal.publications import overview
from portal.publications import selectors as publications_read
from portal.publications import services as publications

MISSING, SHOWN, CONTENT = "missing_post", "post_to_withdraw", "other_content"
DUPLICATE, ORPHAN, REFERENCE = "duplicate_post", "orphan_post", "forgotten_post"
LOCAL = "portal.publication"
_OURS = re.compile(r"pub_[a-z2-7]{16}")


class PostsPage:
    """One page of a community's posts, compared with the publications they announce."""

    def __init__(self, company: Account, place: dict[str, Any], cursor: SyncCursor, run: Run, now: datetime):
        self._company = company
        self._connection = company.connection
        self._place = place
        self._seen = Seen(cursor)
        self._run = run
        self._now = now
        self._result = Compared(None)
        self._messages: list[Message] = []

    def compare(self) -> Compared:
        """Compare the page, and put its repairs into the outbox."""
        if self._place["next"] is None:
            self._seen.clear()
        found, following = client.posts_page(
            self._company, self._place["community"], following=self._place["next"]
        )
        self._load(found)
        for post in found:
            self._compare_one(post)
        self._seen.add(self._met)
        post_repairs.send(self._connection, self._messages, self._result, self._now)
        orphans = self._place.get("orphans", 0) + self._orphans
        if orphans > post_repairs.MOST_ORPHANS:
            post_repairs.park_orphans(self._connection)
        self._result.count = len(found)
        self._result.place = {
            **self._place,
            "orphans": orphans,
            **({"next": following} if following else {"stage": "absent", "after": 0}),
        }
        return self._result

    def _load(self, page: Sequence[Mapping[str, Any]]) -> None:
        """Read at once what is known about the page's posts."""
        rows = ExternalReference.objects.filter(
            connection=self._connection, resource="post", local_type=LOCAL
        )
        by_post = {
            row.external_id: row for row in rows.filter(external_id__in=[posts.id_of(post) for post in page])
        }
        found = overview.publications_named(
            public_ids=[text(post.get("externalReference")) for post in page],
            ids=[row.local_id for row in by_post.values()],
        )
        self._by_pk = {publication.pk: publication for publication in found}
        self._by_name = {publication.public_id: publication for publication in found}
        self._by_post = {post: row.local_id for post, row in by_post.items()}
        self._known = {row.local_id: row for row in rows.filter(local_id__in=self._by_pk)}
        self._contents = publications_read.post_contents(found)
        names = [publication.public_id for publication in found]
        self._waiting = post_repairs.unfinished(self._connection, names, OutboxMessage.State.PENDING)
        self._parked = post_repairs.unfinished(self._connection, names, OutboxMessage.State.PARKED)
        self._met: list[str] = []
        self._claimed: dict[int, str] = {}
        self._orphans = 0

    def _compare_one(self, post: Mapping[str, Any]) -> None:
        post_id, name = posts.id_of(post), text(post.get("externalReference"))
        publication = self._by_name.get(name) or self._by_pk.get(self._by_post.get(post_id, 0))
        if publication is None and self._is_ours(post):
            publication = self._recognised(post)
            if publication is None:
                self._surplus(post, ORPHAN)
                return
        if publication is None:
            return
        if publication.public_id in self._waiting and not self._run.restored:
            self._met.append(publication.public_id)
            self._result.on_the_way += 1
            return
        if self._is_anothers(publication.pk, post_id):
            self._surplus(post, DUPLICATE)
            return
        self._claimed[publication.pk] = post_id
        self._met.append(publication.public_id)
        self._compare_content(post, publication)

    def _compare_content(self, post: Mapping[str, Any], publication: Any) -> None:
        content = self._contents[publication.pk]
        is_out = posts.is_out(post)
        kind = None
        if is_out and not content.live:
            kind = SHOWN
        elif content.live and not is_out:
            kind = MISSING
        elif content.live and posts.told_files(post) != posts.files(content):
            kind = CONTENT
        if kind is not None:
            self._result.differences.append(Difference(kind, publication.public_id))
            if self._run.repair and not self._run.proving:
                self._remember(post, publication, revision=0)
                self._messages.append(
                    post_repairs.message_about(self._connection, content, found=posts.state(post))
                )
            return
        row = self._known.get(publication.pk)
        remembered = row.data if row is not None and row.external_id == posts.id_of(post) else {}
        knows = remembered.get("revision") == publication.revision and remembered.get("out") == is_out
        knows = knows and publication.posted_revision >= publication.revision
        # A parked message may say more than files; it is shown as it is.
        if not knows and publication.public_id not in self._parked:
            self._result.differences.append(Difference(REFERENCE, publication.public_id))
            if self._run.repair and not self._run.proving:
                self._remember(post, publication, revision=publication.revision)
                publications.mark_posted(
                    publication_id=publication.pk, revision=publication.revision, now=self._now
                )
                self._result.repairs += 1

    def _is_ours(self, post: Mapping[str, Any]) -> bool:
        """A post of this portal, and not of another one (a test system's, say) in the same company."""
        addresses = [text(entry.get("uniformResourceIdentifier")) for entry in posts.assets(post)]
        return bool(
            _OURS.fullmatch(text(post.get("externalReference")))
            and posts.is_out(post)
            and any(address.startswith(f"{settings.PORTAL_URL}/a/") for address in addresses)
        )

    def _recognised(self, post: Mapping[str, Any]) -> Any | None:
        """
        Return the publication that shows exactly a post's files and has no post: made anew under another name after
        the database came back from a backup. It takes the post over, so that nothing is announced twice.
        """
        told = {(name, sha1) for _, _, sha1, name in posts.entries(post)}
        found = overview.showing_bytes(self._place["local"], [sha1 for _, sha1 in told]) if told else []
        contents = publications_read.post_contents(found) if found else {}
        posted = set(
            ExternalReference.objects.filter(
                connection=self._connection, resource="post", local_type=LOCAL, local_id__in=contents
            ).values_list("local_id", flat=True)
        )
        for publication in found:
            files = {(file.file_name, file.sha1) for file in contents[publication.pk].files}
            if files == told and publication.pk not in posted and publication.pk not in self._claimed:
                self._contents[publication.pk] = contents[publication.pk]
                return publication
        return None

    def _is_anothers(self, publication_id: int, post_id: str) -> bool:
        """Whether another post than this one announces the publication already, and is still there."""
        first = self._claimed.get(publication_id)
        if first is not None:
            return True
        row = self._known.get(publication_id)
        if row is None or row.external_id == post_id:
            return False
        try:
            client.get_post(
                self._company, row.data.get("community") or self._place["community"], row.external_id
            )
        except Missing:
            return False
        return True

    def _surplus(self, post: Mapping[str, Any], kind: str) -> None:
        if not posts.is_out(post):
            return
        self._orphans += kind == ORPHAN
        self._result.differences.append(Difference(kind, text(post.get("externalReference"))))
        if self._run.repair and not self._run.proving:
            self._messages.append(
                post_repairs.surplus_message(self._connection, self._place["community"], post)
            )

    def _remember(self, post: Mapping[str, Any], publication: Any, *, revision: int) -> None:
        """Correct what we remember of a post; a revision of 0 lets the next message be told whatever it says."""
        ExternalReference.objects.filter(
            connection=self._connection, resource="post", external_id=posts.id_of(post)
        ).exclude(local_type=LOCAL, local_id=publication.pk).delete()
        ExternalReference.objects.update_or_create(
            connection=self._connection,
            resource="post",
            local_type=LOCAL,
            local_id=publication.pk,
            defaults={
                "external_id": posts.id_of(post),
                "data": {
                    "community": self._place["community"],
                    # Unknown from a list: the next call goes without one, and its answer brings it.
                    "etag": "",
                    "out": posts.is_out(post),
                    "revision": revision,
                    "files": posts.told_of(post),
                },
            },
        )
