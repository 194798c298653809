"""Which variant is this file? Neither uuid nor path alone survives everything that happens in a DAM."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.catalog.facts import FileFact
from portal.catalog.models import Ancestor, AssetVersion, Variant


@dataclass
class Known:
    """The variants a batch of facts may be about, by everything they can be known by."""

    by_uuid: dict[str, Variant] = field(default_factory=dict)
    by_path: dict[str, Variant] = field(default_factory=dict)

    @classmethod
    def load(cls, source: str, facts: Sequence[FileFact]) -> "Known":
        """Read the candidates of one source: at most five queries, whatever the number of facts."""
        uuids = {uuid for fact in facts for uuid in (fact.uuid, *(fact.previous_uuids or ()))}
        rows = Variant.objects.filter(source=source).select_related("asset__product", "current")
        known = cls()
        for variant in rows.filter(source_uuid__any=uuids):
            known.add(variant)
        # Of any source: asked with their variants, a thousand uuids let PostgreSQL read both tables from end to end.
        old = list(
            AssetVersion.objects.filter(source_uuid__any=uuids - known.by_uuid.keys()).values_list(
                "source_uuid", "variant_id"
            )
        )
        # What the DAM listed as older versions of a file whose newest was met first, or as those of a file in which one
        # that ended here goes on.
        living = {uuid for uuid, variant in known.by_uuid.items() if variant.gone_at is None}
        listed = list(
            Ancestor.objects.filter(source=source, source_uuid__any=uuids - living).values_list(
                "source_uuid", "variant_id"
            )
        )
        by_pk = {variant.pk: variant for variant in known.by_uuid.values()}
        missing = {pk for _, pk in old + listed} - by_pk.keys()
        for variant in rows.filter(pk__any=missing) if missing else ():
            known.add(variant)
            by_pk[variant.pk] = variant
        for uuid, pk in old:
            if pk in by_pk:
                known.by_uuid.setdefault(uuid, by_pk[pk])
        for uuid, pk in listed:
            own = known.by_uuid.get(uuid)
            if pk in by_pk and (own is None or (own.gone_at is not None and by_pk[pk].gone_at is None)):
                known.by_uuid[uuid] = by_pk[pk]
        unplaced = {fact.path for fact in facts if fact.uuid not in known.by_uuid and not fact.outside}
        for variant in rows.filter(path__any=unplaced).order_by("gone_at", "pk") if unplaced else ():
            known.add(by_pk.get(variant.pk, variant))
        return known

    def add(self, variant: Variant) -> None:
        """Remember a variant under its uuid and its path; a living one goes before one that is gone."""
        self.by_uuid.setdefault(variant.source_uuid, variant)
        holder = self.by_path.get(variant.path)
        if holder is None or (holder.gone_at is not None and variant.gone_at is None):
            self.by_path[variant.path] = variant

    def descends(self, variant: Variant, uuids: Iterable[str]) -> None:
        """Remember a variant under uuids of its older versions that are known as nothing else."""
        for uuid in uuids:
            self.by_uuid.setdefault(uuid, variant)

    def moved(self, variant: Variant, old_path: str) -> None:
        """Take note of a variant's new place, so that a later fact about the old place is not taken for it."""
        if self.by_path.get(old_path) is variant:
            del self.by_path[old_path]
        self.by_path[variant.path] = variant

    def variant_of(self, fact: FileFact) -> Variant | None:
        """
        Return the variant this file is a version of, ``None`` for one never seen.

        :raises Unsure: the place is known under another uuid, or this uuid as an older version, and nobody asked the
            DAM which versions there are and which is the newest; or it is not approved while an older version is with
            partners, and nobody asked what had been: a version approved and taken back between two looks has replaced
            the older one
        """
        for uuid in (fact.uuid, *(fact.previous_uuids or ())):
            if uuid in self.by_uuid:
                variant = self.by_uuid[uuid]
                if variant.source_uuid != fact.uuid and fact.previous_uuids is None:
                    # An older version that somebody touched or hinted at late, or one that was restored.
                    raise Unsure
                if fact.once_approved is None and leaves_an_older_one(fact, variant) and not fact.outside:
                    raise Unsure
                return variant
        holder = None if fact.outside else self.by_path.get(fact.path)
        if holder is None or has_left(holder):
            return None
        if holder.gone_at is not None:
            # A file put where a deleted one was continues it: same place, next version.
            return holder
        if fact.previous_uuids is None:
            raise Unsure
        # The DAM says the place's old file is no ancestor of this one: a stranger took the place.
        return None


class Unsure(Exception):
    """The file may be a new version of what lay there, an older one, or another file altogether; see ``variant_of``."""


def has_left(variant: Variant) -> bool:
    """Whether a file is gone from the mirrored folders and not from the DAM: its version waits for it to come back."""
    return variant.gone_at is not None and variant.current_id is not None


def leaves_an_older_one(fact: FileFact, variant: Variant) -> bool:
    """Whether an unapproved version stands before one that partners still get."""
    return not fact.approved and variant.current is not None and variant.current.source_uuid != fact.uuid


def newest(facts: Iterable[FileFact]) -> list[FileFact]:
    """Return one fact per uuid, the newest, of equals the one that knows more; oldest change first."""
    kept: dict[tuple[str, str], FileFact] = {}
    for fact in facts:
        other = kept.get((fact.source, fact.uuid))
        if other is None or _rank(fact) >= _rank(other):
            kept[fact.source, fact.uuid] = fact
    return sorted(kept.values(), key=lambda fact: (fact.modified_at, fact.uuid))


def _rank(fact: FileFact) -> tuple[datetime, bool]:
    return fact.modified_at, fact.previous_uuids is not None
