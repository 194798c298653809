"""Hints of the DAM enter the portal here: each file is read again. Whole pages of a list do in ``listed``."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations import inbox
from integrations.errors import BadPayload, DeliveryError, Refused, Throttled
from integrations.inbox import Handler, Ignored, Later, News, Remark, Result
from integrations.models import Connection, InboundEvent
from integrations.payloads import encoded
from integrations.scaleflex import ancestry, client, many_hints, settings_cache
from integrations.scaleflex.client import FileMissing
from integrations.scaleflex.config import Account, account
from integrations.scaleflex.mapping import Mapped, mapped
from integrations.scaleflex.schemas import MetadataModel, parse_file
from portal.catalog import selectors as catalog
from portal.catalog.facts import FileFact
from portal.releases import services as releases

KIND = "file"
#: Files re-read at the same time.
READERS = 6
#: How often a file is looked at whose versions are changing at this moment, and how long apart.
MOST_LOOKS = 5
BETWEEN_LOOKS = timedelta(seconds=2)
#: Files never seen before, at once, that are asked about in case they are known under other names. More of them at once
#: are taken in as new, and asked about afterwards.
MOST_ASKED = 20
BEFORE_ASKING = timedelta(seconds=5)
#: Calls for each: what it is, and which versions it has.
_CALLS = 2
#: In an event's data: no list shows the file any more.
ABSENT = "absent"
#: In an event's data: the file was taken in as new without asking.
KIN = "kin"
_KIN_KEY = "kin:"

#: What is said of an event about such a file.
OUTSIDE = "The file lies in a folder that is not mirrored."

_readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="scaleflex-read")


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
    asked, unasked = _with_versions(project, answers, now)
    return _write(project, answers | asked, unasked, now)


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
    try:
        file = parse_file(data)
        found = mapped(
            file, source=project.connection.key, options=project.options, model=model, read_at=read_at
        )
        return replace(found, raw=encoded(data)) if found.error else found
    except BadPayload as error:
        return BadPayload(str(error), raw=encoded(data))


def _with_versions(
    project: Account, answers: Mapping[InboundEvent, Mapped | _Gone | Result], now: datetime
) -> tuple[dict[InboundEvent, Mapped | _Gone | Result], set[InboundEvent]]:
    """
    Ask how files stand among their versions that we may know under another uuid, or that no list shows.

    :returns: the answers that change by that, and the events whose files were left to be asked about later
    """
    source = project.connection.key
    facts = {event: answer.fact for event, answer in answers.items() if isinstance(answer, Mapped)}
    inside = [fact for fact in facts.values() if not fact.outside]
    doubtful, strangers, others = in_doubt(source, inside)
    moved, unknown = _outside(project.connection, facts)
    asked = [
        event
        for event, fact in facts.items()
        if fact.uuid in doubtful | strangers | moved | unknown
        or event.data.get(ABSENT)
        or event.data.get(KIN)
    ]
    # A DAM that keeps no versions of them: then they are no versions of other ones.
    alone = strangers | {fact.uuid for fact in facts.values() if fact.outside} - moved
    taken_in = {event for event, fact in facts.items() if fact.uuid in others and not fact.rights_unread}
    unasked = taken_in - set(asked)
    said = _readers.map(lambda event: _newest(project, facts[event]), asked)
    changed: dict[InboundEvent, Mapped | _Gone | Result] = {}
    for event, answer in zip(asked, said, strict=True):
        before = answers[event]
        assert isinstance(before, Mapped)
        match answer:
            case Refused() if before.fact.uuid in alone or event.data.get(KIN):
                pass
            case DeliveryError():
                changed[event] = answer
            case FileFact():
                changed[event] = replace(before, fact=answer)
            case str() if (event.data.get(ABSENT) or event.data.get(KIN)) and catalog.known_uuids(
                source, [answer]
            ):
                # Moved and replaced between two looks, and taken for a new file: it goes on there.
                changed[event] = _Gone()
            case str():
                # The newest is looked at as well: the list may lag behind, or its own hint may be lost.
                _look_at(project.connection, answer, instead_of=event, now=now)
                changed[event] = Ignored(f"Not the newest version: that is {answer}.")
            case None:
                changed[event] = _again(event, now)
    newest = [answer.fact for answer in changed.values() if isinstance(answer, Mapped)]
    inbox.store(project.connection, _doubles(source, newest), now=now)
    return changed, unasked


def _outside(connection: Connection, facts: Mapping[InboundEvent, FileFact]) -> tuple[set[str], set[str]]:
    """
    Tell which files outside the mirrored folders must be asked about: one that we know may have been moved there and
    replaced between two looks. Each stranger is asked about once; of many at once the walk through everything finds
    those that were ours.

    :returns: uuids of those known under another uuid, and of those of which nothing is known
    """
    outside = [fact for fact in facts.values() if fact.outside]
    if not outside:
        return set(), set()
    doubtful, strangers = catalog.in_doubt(connection.key, outside)
    strangers -= inbox.settled_subjects(connection, kind=KIND, subjects=strangers)
    return doubtful, strangers if len(strangers) <= MOST_ASKED else set()


def _look_at(connection: Connection, uuid: str, *, instead_of: InboundEvent, now: datetime) -> None:
    if catalog.known_uuids(connection.key, [uuid]):
        inbox.store_hint(connection, kind=KIND, subject=uuid, now=now)
    else:
        # It may lie outside, where nobody asks about strangers for ever.
        inbox.store(connection, [check(uuid, why=f"{instead_of.pk}")], now=now)


def in_doubt(source: str, facts: Sequence[FileFact]) -> tuple[set[str], set[str], set[str]]:
    """
    As ``catalog.in_doubt``, but many strangers at once are an upload of new files: partners do not wait for what the
    DAM says about each.

    :returns: ``(doubtful, strangers, others)``: ``others`` are strangers to be taken in first and asked about later
    """
    if not facts:
        return set(), set(), set()
    doubtful, strangers = catalog.in_doubt(source, facts)
    if len(strangers) <= MOST_ASKED:
        return doubtful, strangers, set()
    return doubtful, set(), strangers


def kin(project: Account, uuids: Collection[str], *, now: datetime) -> list[News]:
    """
    Return the events that ask about strangers which were taken in first: once for each, and so far apart that they take
    half the rate, however many there are.
    """
    if not uuids:
        return []
    gap = timedelta(seconds=2 * _CALLS / project.options.calls_per_second)
    last = inbox.last_turn(project.connection, _KIN_KEY)
    first = max(now + BEFORE_ASKING, last + gap) if last else now + BEFORE_ASKING
    return [
        News(
            kind=KIND,
            subject=uuid,
            dedupe_key=f"{_KIN_KEY}{uuid}",
            ordering_key=f"{_KIN_KEY}{uuid}",
            coalesces=True,
            data={KIN: True},
            not_before=first + place * gap,
        )
        for place, uuid in enumerate(sorted(uuids))
    ]


def check(uuid: str, *, why: str) -> News:
    """
    Return the event that looks whether a file is still one of its own.

    :param why: tells one such look from another
    """
    return News(
        kind=KIND,
        subject=uuid,
        dedupe_key=f"check:{uuid}:{why}",
        ordering_key=f"check:{uuid}",
        coalesces=True,
        data={ABSENT: True},
    )


def _doubles(source: str, facts: Sequence[FileFact]) -> list[News]:
    """
    Return what to look at when several versions of one file are here each by itself: one of them was taken in as new.
    """
    versions = {fact.uuid: {fact.uuid, *(fact.previous_uuids or ())} for fact in facts}
    here = catalog.known_uuids(source, set().union(*versions.values())) if versions else set()
    return [
        check(uuid, why=newest)
        for newest, uuids in versions.items()
        if len(uuids & here) > 1
        for uuid in uuids & here - {newest}
    ]


def _newest(project: Account, fact: FileFact) -> FileFact | str | DeliveryError | None:
    # Runs in a thread of its own: no database here.
    try:
        return ancestry.newest(project, fact)
    except DeliveryError as error:
        return error


def _again(event: InboundEvent, now: datetime) -> Result:
    """The DAM was just changing: look again in a moment, and let a person look when it does not settle."""
    looks = event.data.get("looks", 0) + 1
    if looks > MOST_LOOKS:
        return BadPayload("The DAM does not say which version of the file is the newest.")
    return Later(now + BETWEEN_LOOKS, {**event.data, "looks": looks})


def _write(
    project: Account,
    answers: Mapping[InboundEvent, Mapped | _Gone | Result],
    unasked: Collection[InboundEvent],
    now: datetime,
) -> dict[int, Result]:
    connection = project.connection
    results: dict[int, Result] = {}
    facts = [answer.fact for answer in answers.values() if isinstance(answer, Mapped)]
    outcome = releases.apply_files(facts=facts, now=now)
    unsure, foreign = set(outcome.unsure), set(outcome.foreign)
    inbox.store(connection, kin(project, {event.subject for event in unasked}, now=now), now=now)
    for event, answer in answers.items():
        if isinstance(answer, _Gone):
            releases.file_is_gone(source=connection.key, uuid=event.subject, now=now)
            results[event.pk] = None
        elif isinstance(answer, Mapped) and answer.fact.uuid in unsure:
            # Another worker took in another version of the file since we asked.
            results[event.pk] = _again(event, now)
        elif isinstance(answer, Mapped) and answer.fact.uuid in foreign:
            results[event.pk] = Ignored(OUTSIDE)
        elif isinstance(answer, Mapped) and answer.error:
            results[event.pk] = BadPayload(answer.error, raw=answer.raw)
        elif isinstance(answer, Mapped):
            note = OUTSIDE if answer.fact.outside else answer.note
            results[event.pk] = Remark(note) if note else None
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
