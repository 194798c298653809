"""Keeping the mirror of the DAM: products, assets, variants and their versions. Called by ``releases`` alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import connection

from portal.catalog.choices import Withdrawal
from portal.catalog.facts import FileFact, digest_of
from portal.catalog.grouping import Shelf
from portal.catalog.matching import Known, Unsure, newest
from portal.catalog.models import Ancestor, Asset, AssetVersion, Product, Variant
from portal.core.bulk import measure, number, save_all


class Event(StrEnum):
    """What a fact changed, as far as partners could notice."""

    REGISTERED = "registered"
    RELEASED = "released"
    REPLACED = "replaced"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"


@dataclass
class Mirrored:
    """
    ``events``  what happened to which variant, in the order of the changes in the DAM
    ``unsure``  uuids that were left out, see ``matching.Unsure``
    """

    events: list[tuple[Variant, Event]] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    unchanged: int = 0
    stale: int = 0


def lock_source(source: str) -> None:
    """Let one transaction at a time mirror a source: two readers of the same file would disagree on its version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 20))", [f"mirror:{source}"])


def mirror_files(*, source: str, facts: Sequence[FileFact], now: datetime) -> Mirrored:
    """
    Bring the mirror of one source to these facts, inside the caller's transaction, in a constant number of queries.

    Newest wins by the DAM's own word and time; the same fact again changes nothing. A version exists from the moment
    the DAM has approved it; an unapproved newer version leaves the approved one in place.
    """
    lock_source(source)
    facts = newest(facts)
    known = Known.load(source, facts)
    result = Mirrored()
    due: list[tuple[FileFact, Variant, str]] = []
    told: list[tuple[FileFact, Variant]] = []
    for fact in facts:
        try:
            variant = known.variant_of(fact)
        except Unsure:
            result.unsure.append(fact.uuid)
            continue
        digest = digest_of(fact)
        if variant is None:
            variant = Variant(source=source, source_uuid=fact.uuid, path=fact.path)
        elif _read_before(fact, variant):
            # What the DAM said of this version was overtaken by what it said of another one.
            result.unsure.append(fact.uuid)
            continue
        elif _is_stale(fact, variant):
            result.stale += 1
            continue
        elif variant.facts_digest == digest and variant.gone_at is None:
            result.unchanged += 1
            told.append((fact, variant))
            continue
        old_path = variant.path
        _describe(variant, fact, digest)
        known.by_uuid[fact.uuid] = variant
        known.descends(variant, fact.previous_uuids or ())
        told.append((fact, variant))
        known.moved(variant, old_path)
        due.append((fact, variant, old_path))
    if due:
        shelf = Shelf.load(source, [(fact, variant) for fact, variant, _ in due], now=now)
        for fact, variant, _ in due:
            variant.asset = shelf.asset_for(fact, variant)
        shelf.save()
        result.events = _save([(fact, variant) for fact, variant, _ in due], now=now)
    _note_ancestors(source, told)
    return result


def has_grown() -> None:
    """Note that the mirror has grown many times over, so that reading it stays quick."""
    measure([Product, Asset, Variant, AssetVersion])


def mark_gone(*, source: str, uuid: str, now: datetime) -> Variant | None:
    """
    Note that the DAM no longer has a file; its current version is withdrawn.

    :returns: the variant, or ``None`` when there was nothing to take away (unknown, gone already, or an older version)
    """
    lock_source(source)
    variant = (
        Variant.objects.select_related("asset__product", "current")
        .filter(source=source, source_uuid=uuid, gone_at__isnull=True)
        .first()
    )
    if variant is None:
        return None
    _withdraw(variant, Withdrawal.DELETED, now)
    variant.gone_at = now
    variant.facts_digest = ""
    variant.save(update_fields=["gone_at", "current", "facts_digest"])
    return variant


def _read_before(fact: FileFact, variant: Variant) -> bool:
    """Whether "this is the newest version" was read before what we know of another version."""
    return variant.source_uuid != fact.uuid and _is_earlier(fact.read_at, variant.read_at)


def _is_stale(fact: FileFact, variant: Variant) -> bool:
    """Whether we know better by the DAM's own time, or within one of its seconds by the order of reading."""
    if variant.source_modified_at is None:
        return False
    if variant.source_uuid != fact.uuid and fact.previous_uuids is not None:
        # The DAM itself says that this version came after ours.
        return False
    if fact.modified_at == variant.source_modified_at:
        return variant.source_uuid == fact.uuid and _is_earlier(fact.read_at, variant.read_at)
    return fact.modified_at < variant.source_modified_at


def _is_earlier(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other


def doubt(*, source: str, uuids: Sequence[str]) -> int:
    """
    Let the next news about these files be applied even if it says nothing new; what is known stays until then.

    :returns: how many variants are meant
    """
    return Variant.objects.filter(source=source, source_uuid__in=uuids).update(facts_digest="")


def _note_ancestors(source: str, told: Sequence[tuple[FileFact, Variant]]) -> None:
    """Keep which older versions the DAM listed, so that late news of one of them is no file of its own."""
    rows = {uuid: variant for fact, variant in told for uuid in fact.previous_uuids or ()}
    Ancestor.objects.bulk_create(
        [Ancestor(source=source, source_uuid=uuid, variant=variant) for uuid, variant in rows.items()],
        update_conflicts=True,
        unique_fields=["source", "source_uuid"],
        update_fields=["variant"],
    )


def _describe(variant: Variant, fact: FileFact, digest: str) -> None:
    variant.source_uuid = fact.uuid
    variant.path, variant.folder, variant.name = fact.path, fact.folder, fact.name
    variant.language, variant.markets = fact.language, list(fact.markets)
    variant.tags, variant.labels = list(fact.tags), list(fact.labels)
    variant.metadata = dict(fact.metadata)
    variant.approved, variant.approval_word = fact.approved, fact.approval_word
    variant.rights_start, variant.rights_end = fact.rights_start, fact.rights_end
    variant.usage_rights, variant.copyright = fact.usage_rights, fact.copyright
    variant.public_use = fact.public_use
    variant.source_modified_at, variant.read_at = fact.modified_at, fact.read_at
    variant.facts_digest = digest
    variant.gone_at = None


_VARIANT_FIELDS = [
    "asset", "source_uuid", "path", "folder", "name", "language", "markets", "tags", "labels", "metadata",
    "approved", "approval_word", "rights_start", "rights_end", "usage_rights", "copyright", "public_use",
    "source_modified_at", "read_at", "facts_digest", "gone_at", "current",
]  # fmt: skip


_VERSION_FIELDS = ["source_uuid", "source_path", "file_name", "replaced_at", "withdrawn_at", "withdrawal"]


def _save(due: list[tuple[FileFact, Variant]], *, now: datetime) -> list[tuple[Variant, Event]]:
    # One file can be described twice in a batch (two versions of it): the last description is the newest.
    variants = list({id(variant): variant for _, variant in due}.values())
    known = [variant.pk for variant in variants if variant.pk is not None]
    number(variants)
    events, versions = _versions(due, known, now=now)
    # Each points to the other. Both have their numbers by now, and the database looks at the end of the transaction:
    # so no row is written twice.
    number(versions)
    save_all(variants, _VARIANT_FIELDS)
    save_all(versions, _VERSION_FIELDS)
    return events


def _versions(
    due: list[tuple[FileFact, Variant]], known: list[int], *, now: datetime
) -> tuple[list[tuple[Variant, Event]], list[AssetVersion]]:
    """Return what happened, and the versions that are new or changed; variants point to theirs, unsaved."""
    latest = {
        version.variant_id: version
        for version in AssetVersion.objects.filter(variant__any=known)
        .order_by("variant_id", "-number")
        .distinct("variant_id")
    }
    overtaken = _overtaken(due)
    events: list[tuple[Variant, Event]] = []
    fresh: list[AssetVersion] = []
    touched: dict[int, AssetVersion] = {}
    for fact, variant in due:
        last = latest.get(variant.pk)
        if not fact.approved:
            lost = variant.current
            # A newer version that still waits for approval takes nothing away from the one before it; one that had its
            # approval has replaced it, whether we saw that or not.
            if lost is not None and (lost.source_uuid == fact.uuid or id(fact) in overtaken):
                _withdraw(variant, Withdrawal.APPROVAL, now)
                events.append((variant, Event.WITHDRAWN))
            else:
                events.append((variant, Event.UPDATED if variant.current else Event.REGISTERED))
            continue
        if last is not None and last.sha1 == fact.sha1:
            back = variant.current is None
            _same_bytes(last, fact)
            touched[id(last)] = last
            variant.current = last
            events.append((variant, Event.RELEASED if back else Event.UPDATED))
            continue
        version = _version(fact, variant, number=last.number + 1 if last else 1, now=now)
        if last is not None and last.replaced_at is None:
            last.replaced_at = now
            touched[id(last)] = last
        events.append((variant, Event.REPLACED if variant.current else Event.RELEASED))
        variant.current = latest[variant.pk] = version
        fresh.append(version)
    return events, [*fresh, *(version for version in touched.values() if version.pk is not None)]


def _overtaken(due: list[tuple[FileFact, Variant]]) -> set[int]:
    """Of unapproved facts, those before which a version came and went that was approved and that we never had."""
    asked = [(fact, variant) for fact, variant in due if fact.once_approved and not fact.approved]
    if not asked:
        return set()
    had = set(
        AssetVersion.objects.filter(variant__any={variant.pk for _, variant in asked}).values_list(
            "variant_id", "source_uuid"
        )
    )
    return {
        id(fact)
        for fact, variant in asked
        if any((variant.pk, uuid) not in had for uuid in fact.once_approved or ())
    }


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


def _withdraw(variant: Variant, reason: Withdrawal, now: datetime) -> None:
    if variant.current_id is not None:
        AssetVersion.objects.filter(pk=variant.current_id).update(withdrawn_at=now, withdrawal=reason)
    variant.current = None
