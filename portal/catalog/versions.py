"""Which version partners have of a file, and what a batch of facts makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.catalog.choices import Withdrawal
from portal.catalog.facts import FileFact
from portal.catalog.models import AssetVersion, Variant


class Event(StrEnum):
    """
    What a fact changed, as far as partners could notice.

    ``LEFT``   the file lies where nothing is mirrored; it is not deleted and may come back
    ``NOTED``  nothing that they could notice, unless it was moved: a newer version waits, or it was not theirs anyway
    """

    REGISTERED = "registered"
    RELEASED = "released"
    REPLACED = "replaced"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    NOTED = "noted"


@dataclass(slots=True)
class Due:
    """
    A fact that changes a variant.

    ``waits``     it is about a version that waits for approval, while partners keep the one before it
    ``was_gone``  the variant was deleted, or outside, until now
    ``words``     what partners have been told, where the version they kept is the newest again: no other waits any more
    ``old_path``  where the file lay, as far as we knew
    ``is_news``   whether there is something to tell them of a version they have
    """

    fact: FileFact
    variant: Variant
    waits: bool
    was_gone: bool
    old_path: str
    words: tuple[object, ...] | None = None
    is_news: bool = True

    @property
    def describes(self) -> bool:
        """Whether partners get the fact's words, rights and routing."""
        return not (self.waits or self.fact.outside)


class Shown:
    """Which version partners have of each variant, while facts are gone through one by one: rows follow at the end."""

    def __init__(self, facts: Sequence[FileFact]):
        """Read which of the versions that were approved once have been here: at most one query."""
        asked = {uuid for fact in facts if not fact.approved for uuid in fact.once_approved or ()}
        rows = AssetVersion.objects.filter(source_uuid__any=asked).values_list("variant_id", "source_uuid")
        self._had = set(rows) if asked else set()
        self._came: set[tuple[int, str]] = set()
        self._now: dict[int, tuple[str, str] | None] = {}

    def of(self, variant: Variant) -> tuple[str, str] | None:
        """Return ``(uuid, sha1)`` of the version that partners have after the facts so far, ``None`` for none."""
        if id(variant) in self._now:
            return self._now[id(variant)]
        current = variant.current
        return (current.source_uuid, current.sha1) if current is not None else None

    def is_overtaken(self, fact: FileFact, variant: Variant) -> bool:
        """Whether before this unapproved fact a version came and went that was approved and that we never had."""
        return not fact.approved and any(
            (variant.pk, uuid) not in self._had and (id(variant), uuid) not in self._came
            for uuid in fact.once_approved or ()
        )

    def waits(self, fact: FileFact, variant: Variant) -> bool:
        """
        Whether a fact is about a version that waits for approval before one that partners keep.

        A version that had its approval has replaced the older one, whether we saw that or not.
        """
        shown = self.of(variant)
        if fact.approved or shown is None or shown[0] == fact.uuid:
            return False
        return not self.is_overtaken(fact, variant)

    def take(self, due: Due) -> None:
        """Go on to what partners have after this fact."""
        fact, variant = due.fact, due.variant
        shown = self.of(variant)
        if fact.outside:
            lost = not fact.approved and shown is not None and shown[0] == fact.uuid
            self._now[id(variant)] = None if lost else shown
        elif fact.approved:
            self._now[id(variant)] = (fact.uuid, fact.sha1)
            self._came.add((id(variant), fact.uuid))
        elif not due.waits:
            self._now[id(variant)] = None


def settle_versions(
    due: Sequence[Due], known: Sequence[int], *, now: datetime
) -> tuple[list[tuple[Variant, Event]], list[AssetVersion]]:
    """
    Return what happened, and the versions that are new or changed; variants point to theirs, unsaved.

    :param known: row numbers of the variants that were here before
    """
    latest = {
        version.variant_id: version
        for version in AssetVersion.objects.filter(variant__any=known)
        .order_by("variant_id", "-number")
        .distinct("variant_id")
    }
    events: list[tuple[Variant, Event]] = []
    fresh: list[AssetVersion] = []
    touched: dict[int, AssetVersion] = {}
    for each in due:
        fact, variant = each.fact, each.variant
        last = latest.get(variant.pk)
        if fact.outside:
            events.append((variant, _leave(each, now)))
        elif each.waits:
            events.append((variant, Event.RELEASED if each.was_gone else Event.NOTED))
        elif not fact.approved:
            lost = variant.current is not None
            withdraw(variant, Withdrawal.APPROVAL, now)
            events.append((variant, Event.WITHDRAWN if lost and not each.was_gone else Event.REGISTERED))
        elif last is not None and last.sha1 == fact.sha1:
            back = variant.current is None or each.was_gone
            news = each.is_news or (last.source_path, last.file_name) != (fact.path, fact.name)
            _same_bytes(last, fact)
            touched[id(last)] = last
            variant.current = last
            events.append((variant, Event.RELEASED if back else Event.UPDATED if news else Event.NOTED))
        else:
            version = _version(fact, variant, number=last.number + 1 if last else 1, now=now)
            if last is not None and last.replaced_at is None:
                last.replaced_at = now
                touched[id(last)] = last
            events.append((variant, Event.REPLACED if variant.current else Event.RELEASED))
            variant.current = latest[variant.pk] = version
            fresh.append(version)
    return events, [*fresh, *(version for version in touched.values() if version.pk is not None)]


def withdraw(variant: Variant, reason: Withdrawal, now: datetime) -> None:
    """Take a variant's version away, for good unless the DAM approves it anew; the variant itself stays unsaved."""
    version = variant.current
    if version is not None:
        version.withdrawn_at, version.withdrawal = now, reason
        if version.pk is not None:
            AssetVersion.objects.filter(pk=version.pk).update(withdrawn_at=now, withdrawal=reason)
    variant.current = None


def _leave(due: Due, now: datetime) -> Event:
    """The version stays the variant's own, so that it comes back with its file, unless it lost its approval too."""
    fact, variant = due.fact, due.variant
    was_there = variant.current is not None and not due.was_gone
    if variant.current is not None and not fact.approved and variant.current.source_uuid == fact.uuid:
        withdraw(variant, Withdrawal.APPROVAL, now)
    return Event.LEFT if was_there else Event.NOTED


def _version(fact: FileFact, variant: Variant, *, number: int, now: datetime) -> AssetVersion:
    return AssetVersion(
        variant=variant,
        number=number,
        source_uuid=fact.uuid,
        sha1=fact.sha1,
        medium=fact.medium,
        media_type=fact.media_type,
        extension=fact.extension,
        file_name=fact.name,
        source_path=fact.path,
        size=fact.size,
        width=fact.width,
        height=fact.height,
        duration=fact.duration,
        released_at=now,
    )


def _same_bytes(version: AssetVersion, fact: FileFact) -> None:
    """The version is here already: it may have been renamed, moved, or approved again."""
    version.source_uuid, version.source_path, version.file_name = fact.uuid, fact.path, fact.name
    version.replaced_at = version.withdrawn_at = None
    version.withdrawal = ""
