"""Keeping the mirror of the DAM: products, assets, variants and their versions. Called by ``releases`` alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection

from portal.catalog import captions
from portal.catalog.choices import Withdrawal
from portal.catalog.facts import FileFact, digest_of
from portal.catalog.grouping import Shelf
from portal.catalog.matching import Known, Unsure, newest
from portal.catalog.models import Ancestor, Asset, AssetVersion, Product, Variant
from portal.catalog.versions import Due, Event, Shown, settle_versions, withdraw
from portal.core.bulk import measure, number, save_all

__all__ = ["Event", "Mirrored", "doubt", "has_grown", "lock_source", "mark_gone", "mirror_files"]


@dataclass
class Mirrored:
    """
    ``events``   what happened to which variant, in the order of the changes in the DAM
    ``unsure``   uuids that were left out, see ``matching.Unsure``
    ``foreign``  uuids of files that lie outside and are none of ours
    """

    events: list[tuple[Variant, Event]] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
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
    the DAM has approved it; of an unapproved newer version only what it is called and where it lies counts, and the
    approved one keeps its place, its words and its rights. A file that lies outside is gone until it comes back.
    """
    lock_source(source)
    facts = newest(facts)
    known, shown = Known.load(source, facts), Shown(facts)
    result = Mirrored()
    due: list[Due] = []
    told: list[tuple[FileFact, Variant]] = []
    for read in facts:
        try:
            variant = known.variant_of(read)
        except Unsure:
            result.unsure.append(read.uuid)
            continue
        if variant is not None and _read_before(read, variant):
            # What the DAM said of this version was overtaken by what it said of another one.
            result.unsure.append(read.uuid)
            continue
        if variant is not None and _is_stale(read, variant):
            result.stale += 1
            continue
        if variant is None and read.outside:
            result.foreign.append(read.uuid)
            continue
        fact = _with_rights(read, variant, shown)
        if fact is None:
            continue
        digest = "" if fact.outside else digest_of(fact)
        if variant is None:
            variant = Variant(source=source, source_uuid=fact.uuid, path=fact.path)
        elif _is_known(fact, variant, digest, shown):
            result.unchanged += 1
            told.append((fact, variant))
            continue
        due.append(_take(fact, variant, digest, known, shown, now=now))
        told.append((fact, variant))
    if due:
        described = [each for each in due if each.describes]
        shelf = Shelf.load(source, [(each.fact, each.variant) for each in described], now=now)
        for each in described:
            each.variant.asset = shelf.asset_for(each.fact, each.variant)
            each.is_news = each.words is None or each.words != _words(each.variant)
        shelf.save()
        _move_captions([each for each in due if not each.describes])
        result.events = _save(due, now=now)
    _note_ancestors(source, told)
    return result


def _take(fact: FileFact, variant: Variant, digest: str, known: Known, shown: Shown, *, now: datetime) -> Due:
    """Let a variant be what the fact says, unsaved and without its asset."""
    waits, was_gone = shown.waits(fact, variant), variant.gone_at is not None
    due = Due(fact, variant, waits=waits, was_gone=was_gone, old_path=variant.path)
    has = shown.of(variant)
    if has is not None and has[0] == fact.uuid != variant.source_uuid and variant.asset_id:
        due.words = _words(variant)
    shown.take(due)
    _place(variant, fact, digest, now=now)
    if due.describes:
        _describe(variant, fact)
    known.by_uuid[fact.uuid] = variant
    known.descends(variant, fact.previous_uuids or ())
    known.moved(variant, due.old_path)
    return due


def _move_captions(due: Sequence[Due]) -> None:
    """Where a file lies counts at once: captions leave the video they are moved away from while a version waits."""
    moved = [each for each in due if each.variant.asset_id is not None]
    assets = [
        each.variant.asset
        for each in moved
        if captions.moved(each.variant.asset, each.old_path, each.variant.path)
    ]
    save_all(assets, ["captions_key"])


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
    withdraw(variant, Withdrawal.DELETED, now)
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


def _is_known(fact: FileFact, variant: Variant, digest: str, shown: Shown) -> bool:
    """Whether a fact says nothing new, and needs nothing done that was left undone."""
    if fact.outside:
        held = (variant.source_uuid, variant.path, variant.approved, variant.approval_word)
        return variant.gone_at is not None and held == (
            fact.uuid, fact.path, fact.approved, fact.approval_word,
        )  # fmt: skip
    if variant.facts_digest != digest or variant.gone_at is not None:
        return False
    # The same words as before, but a version may have come and gone in between.
    return shown.of(variant) is None or not shown.is_overtaken(fact, variant)


def _with_rights(fact: FileFact, variant: Variant | None, shown: Shown) -> FileFact | None:
    """
    Return the fact with the rights that are known, where the DAM's word for them cannot be read.

    Partners keep what they have, in the window it had; everything else the DAM says counts, its rejection above all.
    Nothing new goes out: such a fact is ``None``.
    """
    if not fact.rights_unread or fact.outside:
        return fact
    if variant is None:
        return None if fact.approved else fact
    is_out = variant.gone_at is None and shown.of(variant) == (fact.uuid, fact.sha1)
    if fact.approved and not is_out:
        return None
    return replace(fact, rights_start=variant.rights_start, rights_end=variant.rights_end)


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


def _place(variant: Variant, fact: FileFact, digest: str, *, now: datetime) -> None:
    """Note what the newest version is called, where it lies and how it stands."""
    variant.source_uuid = fact.uuid
    variant.path, variant.folder, variant.name = fact.path, fact.folder, fact.name
    variant.approved, variant.approval_word = fact.approved, fact.approval_word
    variant.source_modified_at, variant.read_at = fact.modified_at, fact.read_at
    variant.facts_digest = digest
    variant.gone_at = (variant.gone_at or now) if fact.outside else None


def _describe(variant: Variant, fact: FileFact) -> None:
    """Note what decides what partners get: words, routing, rights."""
    variant.language, variant.markets = fact.language, list(fact.markets)
    variant.tags, variant.labels = list(fact.tags), list(fact.labels)
    variant.metadata = dict(fact.metadata)
    variant.rights_start, variant.rights_end = fact.rights_start, fact.rights_end
    variant.usage_rights, variant.copyright = fact.usage_rights, fact.copyright
    variant.public_use = fact.public_use


def _words(variant: Variant) -> tuple[object, ...]:
    return tuple(getattr(variant, name) for name in _DESCRIBED) + tuple(
        getattr(variant.asset, name) for name in _DESCRIBED_ASSET
    )


_DESCRIBED = [
    "asset_id", "language", "markets", "tags", "labels", "metadata", "rights_start", "rights_end", "usage_rights",
    "copyright", "public_use",
]  # fmt: skip
_DESCRIBED_ASSET = [
    "product_id", "kind", "view", "captions_key", "brand", "title", "description", "alt_text",
]  # fmt: skip
_VARIANT_FIELDS = [
    "asset", "source_uuid", "path", "folder", "name", "language", "markets", "tags", "labels", "metadata",
    "approved", "approval_word", "rights_start", "rights_end", "usage_rights", "copyright", "public_use",
    "source_modified_at", "read_at", "facts_digest", "gone_at", "current",
]  # fmt: skip


_VERSION_FIELDS = ["source_uuid", "source_path", "file_name", "replaced_at", "withdrawn_at", "withdrawal"]


def _save(due: Sequence[Due], *, now: datetime) -> list[tuple[Variant, Event]]:
    # One file can be described twice in a batch (two versions of it): the last description is the newest.
    variants = list({id(each.variant): each.variant for each in due}.values())
    known = [variant.pk for variant in variants if variant.pk is not None]
    number(variants)
    events, versions = settle_versions(due, known, now=now)
    # Each points to the other. Both have their numbers by now, and the database looks at the end of the transaction:
    # so no row is written twice.
    number(versions)
    save_all(variants, _VARIANT_FIELDS)
    save_all(versions, _VERSION_FIELDS)
    return events
