"""What the DAM says enters the portal here: files of a list by the page, and hints by re-reading the file."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import OperationalError, transaction
from django.db import connection as database

from integrations import inbox
from integrations.errors import BadPayload, DeliveryError, Refused, Throttled
from integrations.inbox import Handler, Ignored, Later, News, Remark, Result
from integrations.models import Connection, InboundEvent
from integrations.payloads import is_clean
from integrations.scaleflex import ancestry, client, many_hints, settings_cache
from integrations.scaleflex.client import FileMissing, Page
from integrations.scaleflex.config import Account, account
from integrations.scaleflex.mapping import Mapped, fact_of, is_mirrored
from integrations.scaleflex.schemas import MetadataModel, parse_file
from portal.catalog import selectors as catalog
from portal.catalog.facts import FileFact
from portal.core.bulk import measure
from portal.releases import services as releases

KIND = "file"
#: Files re-read at the same time.
READERS = 6
#: How often a file is looked at whose versions are changing at this moment, and how long apart.
MOST_LOOKS = 5
BETWEEN_LOOKS = timedelta(seconds=2)
#: Files never seen before, at once, that are asked about in case they are known under other names. What more of them
#: took the place of is found by the walk through everything.
MOST_ASKED = 20
#: In an event's data: no list shows the file any more.
ABSENT = "absent"

_readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="scaleflex-read")


# -- Pages of a list --------------------------------------------------------------------------------------------------
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
    ours: bool | None = None


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
    fresh = [item for item in fresh if _read(item, account, model, page)]
    facts = [item.mapped.fact for item in fresh if item.mapped]
    strangers = _in_doubt(account.connection.key, facts)[1] if ask else set()
    unsure, failed = _apply([fact for fact in facts if fact.uuid not in strangers], now)
    unsure |= strangers
    news = []
    for item in fresh:
        reason = item.error or failed.get(item.subject, "")
        # The same state may return after another one: then its key is taken, and the time tells them apart.
        key = item.key if known.get(item.subject) is None else f"{item.key}@{now.timestamp():.0f}"
        entry = News(kind=KIND, subject=item.subject, dedupe_key=key, coalesces=True, state=inbox.State.DONE)
        if reason:
            entry = replace(entry, state=inbox.State.PARKED, error=reason, raw=_raw(item.data))
        elif item.subject in unsure:
            entry = replace(entry, state=inbox.State.PENDING)
        elif item.mapped and item.mapped.note:
            entry = replace(entry, error=item.mapped.note)
        news.append(entry)
    mended = [entry.subject for entry in news if entry.state == inbox.State.DONE and entry.subject in known]
    if mended:
        inbox.settle_parked(account.connection, kind=KIND, keys=mended, now=now)
    inbox.store(account.connection, news, now=now)
    taken.unsure = len(unsure)
    taken.parked = sum(entry.state == inbox.State.PARKED for entry in news)
    taken.news = len(news) - taken.parked - taken.unsure
    return taken


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
    digest = hashlib.blake2b(_raw(said) + seed, digest_size=16)
    return _Item(subject, f"file:{subject}:{digest.hexdigest()}", data)


def _read(item: _Item, account: Account, model: MetadataModel, page: Page) -> bool:
    """Fill in what the file is, or why it cannot be used; returns ``False`` for a file that is none of ours."""
    if item.ours is None:
        item.ours = _reads(item, account, model, page)
    return item.ours


def _reads(item: _Item, account: Account, model: MetadataModel, page: Page) -> bool:
    try:
        if not page.strict and not is_clean(item.data):
            raise BadPayload("The file's description has values that JSON does not have.")
        file = parse_file(item.data)
        if not is_mirrored(file, account.options):
            return False
        item.mapped = fact_of(
            file,
            source=account.connection.key,
            options=account.options,
            model=model,
            read_at=page.asked_at,
        )
    except BadPayload as error:
        item.error = str(error)
    return True


def _raw(data: Any) -> bytes:
    try:
        return orjson.dumps(data)
    except TypeError:
        return repr(data).encode("utf-8", "backslashreplace")


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


# -- Hints ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Gone:
    """The DAM has said twice that it has no such file, and nothing else lies in its place."""


def work(*, connection: Connection, events: Sequence[InboundEvent], now: datetime) -> dict[int, Result]:
    """
    Re-read the files that events are about and bring the portal to what the DAM says now.

    Everything is asked before anything is written: the mirror's lock is never held while the DAM thinks.

    :returns: results for ``inbox.Handler``
    """
    project = account(connection)
    model = settings_cache.metadata_model(project, now=now)
    answers: dict[InboundEvent, Mapped | _Gone | Result] = {}
    throttled = 0
    for event, (data, read_at) in _read_again(project, events).items():
        if isinstance(data, FileMissing):
            answers[event] = _missing(project, event, now)
        elif isinstance(data, Throttled):
            # One after the other, as they will get their turns.
            throttled += 1
            wait = max(data.retry_after or 0.0, throttled / project.options.calls_per_second)
            answers[event] = Throttled(str(data), retry_after=wait)
        elif isinstance(data, DeliveryError):
            answers[event] = data
        else:
            answers[event] = _understand(project, data, model, read_at)
    answers |= _with_versions(project, answers, now)
    return _write(connection.key, answers, now)


HANDLER = Handler(work=work, batch=50)


def _read_again(
    project: Account, events: Sequence[InboundEvent]
) -> dict[InboundEvent, tuple[dict[str, Any] | DeliveryError, datetime]]:
    """Return what the DAM says about each event's file, and when we began to ask: many by one list, others singly."""
    # In a thread of its own, which may wait for its turn: it holds no transaction.
    listed = _readers.submit(many_hints.listed, project, many_hints.told(events)).result()
    single = [event for event in events if event.subject not in listed]
    read = dict(zip(single, _readers.map(lambda event: _fetch(project, event), single), strict=True))
    return {event: read[event] if event in read else listed[event.subject] for event in events}


def _fetch(project: Account, event: InboundEvent) -> tuple[dict[str, Any] | DeliveryError, datetime]:
    """Return what the DAM says, and when we began to ask. Runs in a thread of its own: no database here."""
    read_at = datetime.now(UTC)
    try:
        # The second look at a missing file takes the other of the two spellings.
        spelling = project.options.file_spelling
        if "missing_since" in event.data:
            spelling = "file" if spelling == "files" else "files"
        return client.get_file(project, event.subject, spelling=spelling), read_at
    except DeliveryError as error:
        return error, read_at


def _understand(project: Account, data: Any, model: MetadataModel, read_at: datetime) -> Mapped | Result:
    options = project.options
    try:
        file = parse_file(data)
        if not is_mirrored(file, options):
            return Ignored("The file lies in a folder that is not mirrored.")
        return fact_of(file, source=project.connection.key, options=options, model=model, read_at=read_at)
    except BadPayload as error:
        return BadPayload(str(error), raw=_raw(data))


def _with_versions(
    project: Account, answers: Mapping[InboundEvent, Mapped | _Gone | Result], now: datetime
) -> dict[InboundEvent, Mapped | _Gone | Result]:
    """Ask how files stand among their versions that we may know under another uuid, or that no list shows."""
    source = project.connection.key
    facts = {event: answer.fact for event, answer in answers.items() if isinstance(answer, Mapped)}
    doubtful, strangers = _in_doubt(source, list(facts.values()))
    asked = [
        event
        for event, fact in facts.items()
        if fact.uuid in doubtful or fact.uuid in strangers or event.data.get(ABSENT)
    ]
    said = _readers.map(
        lambda event: _newest(project, facts[event], history=facts[event].uuid in doubtful), asked
    )
    changed: dict[InboundEvent, Mapped | _Gone | Result] = {}
    for event, answer in zip(asked, said, strict=True):
        mapped = answers[event]
        assert isinstance(mapped, Mapped)
        match answer:
            case Refused() if mapped.fact.uuid in strangers:
                # A DAM that keeps no versions of this file: then it is no version of another one.
                pass
            case DeliveryError():
                changed[event] = answer
            case FileFact():
                changed[event] = Mapped(answer, mapped.note)
            case str() if event.data.get(ABSENT) and catalog.known_uuids(source, [answer]):
                # Moved and replaced between two looks, and taken for a new file: it goes on there.
                changed[event] = _Gone()
            case str():
                # The newest is looked at as well: the list may lag behind, or its own hint may be lost.
                inbox.store_hint(project.connection, kind=KIND, subject=answer, now=now)
                changed[event] = Ignored(f"Not the newest version: that is {answer}.")
            case None:
                changed[event] = _again(event, now)
    return changed


def _in_doubt(source: str, facts: Sequence[FileFact]) -> tuple[set[str], set[str]]:
    """As ``catalog.in_doubt``, but many strangers at once are an upload of new files, and none is asked about."""
    if not facts:
        return set(), set()
    doubtful, strangers = catalog.in_doubt(source, facts)
    return doubtful, strangers if len(strangers) <= MOST_ASKED else set()


def _newest(project: Account, fact: FileFact, *, history: bool) -> FileFact | str | DeliveryError | None:
    # Runs in a thread of its own: no database here.
    try:
        return ancestry.newest(project, fact, history=history)
    except DeliveryError as error:
        return error


def _again(event: InboundEvent, now: datetime) -> Result:
    """The DAM was just changing: look again in a moment, and let a person look when it does not settle."""
    looks = event.data.get("looks", 0) + 1
    if looks > MOST_LOOKS:
        return BadPayload("The DAM does not say which version of the file is the newest.")
    return Later(now + BETWEEN_LOOKS, {**event.data, "looks": looks})


def _write(
    source: str, answers: Mapping[InboundEvent, Mapped | _Gone | Result], now: datetime
) -> dict[int, Result]:
    results: dict[int, Result] = {}
    facts = [answer.fact for answer in answers.values() if isinstance(answer, Mapped)]
    unsure = set(releases.apply_files(facts=facts, now=now).unsure)
    for event, answer in answers.items():
        if isinstance(answer, _Gone):
            releases.file_is_gone(source=source, uuid=event.subject, now=now)
            results[event.pk] = None
        elif isinstance(answer, Mapped) and answer.fact.uuid in unsure:
            # Another worker took in another version of the file since we asked.
            results[event.pk] = _again(event, now)
        elif isinstance(answer, Mapped):
            results[event.pk] = Remark(answer.note) if answer.note else None
        else:
            results[event.pk] = answer
    return results


def _missing(project: Account, event: InboundEvent, now: datetime) -> _Gone | Result:
    """A deletion is believed after a second 404, and only if no newer version has taken the file's place."""
    since = event.data.get("missing_since")
    if since is None:
        wait = timedelta(seconds=project.options.confirm_gone_seconds)
        return Later(now + wait, {**event.data, "missing_since": now.isoformat()})
    path = catalog.paths_of(project.connection.key, [event.subject]).get(event.subject)
    if path is None:
        return Ignored("The DAM does not have the file, and neither do we.")
    try:
        successor = ancestry.at(project, path)
    except DeliveryError as error:
        return error
    if successor is not None and successor != event.subject:
        inbox.store_hint(project.connection, kind=KIND, subject=successor, now=now)
        return Ignored(f"A newer version has taken its place: {successor}.")
    return _Gone()


def hint(connection: Connection, uuids: Iterable[str], *, now: datetime, raw: bytes | None = None) -> None:
    """Note that something about these files may have changed."""
    for uuid in uuids:
        inbox.store_hint(connection, kind=KIND, subject=uuid, now=now, raw=raw)
