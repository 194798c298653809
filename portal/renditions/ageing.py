"""
Which kept verdicts hold no longer.

A verdict is about bytes, and about the name they leave under. Bytes that went may come back as others, what could not
be made may be made since, and the DAM changes names, views and products without a new version.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.catalog.models import AssetVersion
from portal.renditions import file_names, rulebooks
from portal.renditions.choices import RenditionState, VerdictState
from portal.renditions.models import RecipeRevision, Rendition, SpecificationRevision, Verdict
from portal.renditions.verdicts.rules import Rule

#: How long it is believed that a file cannot be checked.
BELIEVED = timedelta(hours=1)


@dataclass(frozen=True)
class Present:
    """
    What there is today of the files that kept verdicts are about and of their fixes, whatever became of them, by row
    numbers of version and revision.
    """

    renditions: dict[tuple[int, int], Rendition]

    def of(self, version: int, revision: int | None) -> Rendition | None:
        """Return a rendition, ready or not; ``None`` when there is none."""
        return self.renditions.get((version, revision or 0))

    def ready(self, version: int, revision: int | None) -> Rendition | None:
        """Return a rendition whose bytes are there."""
        found = self.of(version, revision)
        return found if found is not None and found.state == RenditionState.READY else None


def present(rows: Collection[Verdict]) -> Present:
    """Return what there is of the files verdicts name: one query, whatever their number."""
    if not rows:
        return Present({})
    versions = {row.version_id for row in rows}
    revisions = {pk for row in rows for pk in (row.revision_id, row.fix_id) if pk}
    found = Rendition.objects.filter(version__in=versions, revision__in=revisions)
    found = found.select_related("revision__recipe")
    return Present({(row.version_id, row.revision_id): row for row in found})


def is_outdated(row: Verdict, there: Present, *, now: datetime) -> bool:
    """
    Whether a settled verdict is about other bytes than there are now, or says too long that there are none to check.
    """
    made = there.ready(row.version_id, row.revision_id)
    if row.state == VerdictState.IMPOSSIBLE:
        # Longer than a refusal is believed, so that the source is asked again as well.
        return row.made_at is None or row.made_at < now - BELIEVED or _is_later(made, row)
    return row.state != VerdictState.WANTED and made is not None and made.sha256 != row.sha256


def _is_later(made: Rendition | None, row: Verdict) -> bool:
    return bool(made and made.made_at and row.made_at and made.made_at > row.made_at)


def name_of(
    version: AssetVersion,
    revision: RecipeRevision,
    made: Rendition | None,
    specification: SpecificationRevision,
) -> str | None:
    """
    Return the name a file leaves under today, ``None`` when no rule asks for it.

    Reads the version's variant, asset and product: select them when there are many.
    """
    if not _name_rules(specification):
        return None
    width, height = (made.width, made.height) if made else (None, None)
    return file_names.of_version(version, revision, width=width, height=height)


def is_renamed(
    row: Verdict, specification: SpecificationRevision, revision: RecipeRevision, there: Present
) -> bool:
    """
    Whether a settled verdict is about another name than today's. A safe change has the same name but for its ending,
    so that another one may make the file fit now, or none.

    Reads what ``name_of`` reads, of ``row.version``.

    :param revision: the verdict's, with its recipe
    """
    if row.state == VerdictState.IMPOSSIBLE:
        return False
    name = name_of(row.version, revision, there.of(row.version_id, row.revision_id), specification)
    kept = {line["rule"]: line["value"] for line in row.lines}
    return name is not None and any(kept.get(rule.id) != name for rule in _name_rules(specification))


def _name_rules(specification: SpecificationRevision) -> list[Rule]:
    return [rule for rule in rulebooks.rules_of(specification).rules if rule.measure == "file_name"]
