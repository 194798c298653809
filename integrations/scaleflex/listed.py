"""Files of a list enter the portal here, by the page. Hints do in ``inbound``."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from django.db import OperationalError, transaction
from django.db import connection as database

from integrations import inbox
from integrations.errors import BadPayload
from integrations.inbox import News
from integrations.models import Connection, InboundEvent
from integrations.payloads import encoded, is_clean
from integrations.scaleflex.client import Page
from integrations.scaleflex.config import Account
from integrations.scaleflex.inbound import KIND, OUTSIDE, in_doubt, kin
from integrations.scaleflex.mapping import Mapped, folders, mapped
from integrations.scaleflex.schemas import MetadataModel, parse_file
from portal.catalog import selectors as catalog
from portal.catalog.facts import FileFact
from portal.core.bulk import measure
from portal.releases import services as releases

#: Files that one step lets go of after the mirrored folders were changed.
MOST_LEFT = 500


@dataclass
class Taken:
    """What came of a page: ``uuids`` of all its files, and how many of them were news, unclear or unusable."""

    uuids: list[str] = field(default_factory=list)
    news: int = 0
    unsure: int = 0
    parked: int = 0


@dataclass
class _Item:
    """One file of a page. ``key`` names exactly this state of it; ``mapped`` or ``error`` when it has been read."""

    subject: str
    key: str
    data: Any
    mapped: Mapped | None = None
    error: str = ""

    @property
    def fact(self) -> FileFact | None:
        return self.mapped.fact if self.mapped else None


def items_of(account: Account, page: Page, *, model: MetadataModel, read: bool) -> list[_Item]:
    """
    Return the files of a page for ``take_in``. Asks no database, so that it can be done while another page is stored.

    :param read: read the files at once: wasted on those that turn out to be known
    """
    seed = orjson.dumps(
        [account.options.metadata, account.options.approved_words], option=orjson.OPT_SORT_KEYS
    )
    items = [_item(data, seed) for data in page.files]
    if read:
        for item in items:
            _read(item, account, model, page)
    return items


@transaction.atomic
def take_in(
    account: Account,
    page: Page,
    *,
    model: MetadataModel,
    now: datetime,
    items: Sequence[_Item] | None = None,
    again: bool = False,
    ask: bool = False,
) -> Taken:
    """
    Bring the portal to what one page of a list says.

    Files that stand in the inbox exactly like this are passed over; the rest is applied at once and noted. A file that
    cannot be used is parked with what the DAM said about it, and the rest of the page goes on.

    :param items: of ``items_of``, when the page was read ahead
    :param again: apply also what is known already
    :param ask: let a few files never seen before be asked for their versions, in case they are known under other names
    """
    if items is None:
        items = items_of(account, page, model=model, read=False)
    taken = Taken(uuids=[item.subject for item in items if item.subject])
    known = _latest_keys(account.connection, taken.uuids)
    fresh = [item for item in items if again or known.get(item.subject) != item.key]
    for item in fresh:
        _read(item, account, model, page)
    fresh = _without_foreign(account.connection.key, fresh)
    facts = [item.fact for item in fresh if item.fact]
    inside = [item.fact for item in fresh if item.fact and not item.fact.outside and not item.error]
    _doubtful, strangers, unasked = in_doubt(account.connection.key, inside if ask else ())
    unsure, failed = _apply([fact for fact in facts if fact.uuid not in strangers], now)
    unsure |= strangers
    news = []
    for item in fresh:
        reason = item.error or failed.get(item.subject, "")
        # The same state may return after another one: then its key is taken, and the time tells them apart.
        key = item.key if known.get(item.subject) is None else f"{item.key}@{now.timestamp():.0f}"
        entry = News(kind=KIND, subject=item.subject, dedupe_key=key, coalesces=True, state=inbox.State.DONE)
        if item.subject in unsure:
            entry = replace(entry, state=inbox.State.PENDING)
        elif reason:
            entry = replace(entry, state=inbox.State.PARKED, error=reason, raw=encoded(item.data))
        elif item.mapped and item.mapped.note:
            entry = replace(entry, error=item.mapped.note)
        news.append(entry)
    mended = [entry.subject for entry in news if entry.state == inbox.State.DONE and entry.subject in known]
    if mended:
        inbox.settle_parked(account.connection, kind=KIND, keys=mended, now=now)
    inbox.store(account.connection, [*news, *kin(account, unasked, now=now)], now=now)
    taken.unsure = len(unsure)
    taken.parked = sum(entry.state == inbox.State.PARKED for entry in news)
    taken.news = len(news) - taken.parked - taken.unsure
    return taken


@transaction.atomic
def leave_outside(account: Account, *, now: datetime) -> int:
    """
    Let go of files that lie outside since the options were changed; the DAM need not be asked for that.

    :returns: how many files; there may be more
    """
    root, skipped = folders(account.options)
    facts = catalog.lying_outside(
        account.connection.key, root=root, skipped=skipped, limit=MOST_LEFT, now=now
    )
    releases.apply_files(facts=facts, now=now)
    # Whatever the inbox took in last about them holds no more: when they are mirrored again, they are read again.
    news = [
        News(
            kind=KIND,
            subject=fact.uuid,
            dedupe_key=f"outside:{fact.uuid}:{now.timestamp()}",
            coalesces=True,
            state=inbox.State.DONE,
            error=OUTSIDE,
        )
        for fact in facts
    ]
    inbox.store(account.connection, news, now=now)
    return len(facts)


def has_grown() -> None:
    """Note that an import has brought many times what there was."""
    releases.has_grown()
    measure([InboundEvent])


def _item(data: Any, seed: bytes) -> _Item:
    uuid = data.get("uuid") if isinstance(data, dict) else None
    subject = (
        uuid if isinstance(uuid, str) and uuid.isascii() and uuid.isprintable() and len(uuid) <= 64 else ""
    )
    # How well a file fits a search says nothing about the file.
    said = {**data, "relevance": None} if isinstance(data, dict) else data
    digest = hashlib.blake2b(encoded(said) + seed, digest_size=16)
    return _Item(subject, f"file:{subject}:{digest.hexdigest()}", data)


def _read(item: _Item, account: Account, model: MetadataModel, page: Page) -> None:
    """Fill in what the file is, or why it cannot be used; or both, see ``Mapped``."""
    if item.mapped or item.error:
        return
    try:
        if not page.strict and not is_clean(item.data):
            raise BadPayload("The file's description has values that JSON does not have.")
        item.mapped = mapped(
            parse_file(item.data),
            source=account.connection.key,
            options=account.options,
            model=model,
            read_at=page.asked_at,
        )
        item.error = item.mapped.error
    except BadPayload as error:
        item.error = str(error)


def _without_foreign(source: str, items: Sequence[_Item]) -> list[_Item]:
    """Return the items without those that lie in skipped folders and were never ours: nothing of them is kept."""
    outside = [item.fact for item in items if item.fact and item.fact.outside]
    if not outside:
        return list(items)
    _doubtful, foreign = catalog.in_doubt(source, outside)
    return [item for item in items if not (item.fact and item.fact.outside and item.subject in foreign)]


def _latest_keys(connection: Connection, subjects: Sequence[str]) -> dict[str, str]:
    """Return the key of the last thing the inbox took in about each file."""
    with database.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (subject) subject, split_part(dedupe_key, '@', 1)
            FROM integrations_inboundevent WHERE connection_id = %s AND subject = ANY(%s)
            ORDER BY subject, id DESC
            """,
            [connection.pk, list(subjects)],
        )
        return dict(cursor.fetchall())


def _apply(facts: Sequence[FileFact], now: datetime) -> tuple[set[str], dict[str, str]]:
    """
    Apply facts together, or one by one when one of them cannot be applied.

    :returns: uuids of files that must be re-read with their versions, and ``{uuid: reason}`` of those that failed
    """
    if not facts:
        return set(), {}
    try:
        with transaction.atomic():
            return set(releases.apply_files(facts=facts, now=now).unsure), {}
    except Exception as error:
        if isinstance(error, OperationalError):
            raise  # the database is in trouble, not a file
        if len(facts) == 1:
            return set(), {facts[0].uuid: f"Unexpected: {type(error).__name__}: {error}"}
    unsure: set[str] = set()
    failed: dict[str, str] = {}
    # Halves, not single files: one bad file in a thousand costs ten more rounds, not a thousand.
    for half in (facts[: len(facts) // 2], facts[len(facts) // 2 :]):
        also_unsure, also_failed = _apply(half, now)
        unsure |= also_unsure
        failed |= also_failed
    return unsure, failed
