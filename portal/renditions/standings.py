"""Reading verdicts: what a channel's rules say of the sizes of a file, as far as it is known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from portal.catalog.models import AssetVersion
from portal.renditions import judging, rulebooks
from portal.renditions.choices import RenditionState, VerdictState
from portal.renditions.models import RecipeRevision, Rendition, SpecificationRevision, Verdict
from portal.renditions.verdicts.rules import Line, State


@dataclass(frozen=True)
class Standing:
    """
    What a revision of a specification says of a version in one size.

    ``row``    what is kept, ``None`` when nobody has asked yet
    ``lines``  per rule, empty until it is settled
    ``fix``    the file of which no rule fails, ``None`` when there is none
    """

    specification: SpecificationRevision
    revision: RecipeRevision
    row: Verdict | None
    lines: tuple[Line, ...] = ()
    fix: Rendition | None = None

    @property
    def state(self) -> VerdictState:
        if self.row is None:
            return VerdictState.WANTED
        states = {line.state for line in self.lines}
        for state in (State.FAILED, State.UNKNOWN):
            if state in states:
                return VerdictState(str(state))
        return VerdictState(self.row.state)

    @property
    def failed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state == State.FAILED)

    @property
    def is_settled(self) -> bool:
        return self.state != VerdictState.WANTED

    @property
    def overlay(self) -> str:
        """Digest of the picture of where it fails, empty when there is none."""
        return self.row.overlay if self.row else ""

    @property
    def fix_steps(self) -> list[str]:
        return self.row.fix_steps if self.row else []


def lines_of(
    specification: SpecificationRevision, kept: Sequence[dict[str, Any]], *, per_view: int | None = None
) -> tuple[Line, ...]:
    """
    Return a verdict's lines as kept, in the order of the rules.

    :param per_view: pictures the reader has of the same product, view and language
    """
    found = {line["rule"]: line for line in kept}
    lines = []
    for rule in rulebooks.rules_of(specification).rules:
        if rule.measure == "per_view":
            lines.append(Line(rule, per_view, rule.state(per_view)))
        elif line := found.get(rule.id):
            lines.append(Line(rule, line["value"], State(line["state"])))
    return tuple(lines)


def standings(
    version: AssetVersion,
    pairs: Collection[tuple[RecipeRevision, SpecificationRevision]],
    *,
    per_view: int | None = None,
) -> dict[tuple[int, int], Standing]:
    """
    Return what is known of a version in some sizes by some rules: two queries. What is not is asked for, and settled in
    the background.

    :returns: by row numbers of the download size's revision and of the specification's
    """
    pairs = [pair for pair in pairs if judging.is_judged(pair[0], version.medium)]
    if not pairs:
        return {}
    rows = Verdict.objects.filter(
        version=version,
        revision__in={revision.pk for revision, _ in pairs},
        specification__in={specification.pk for _, specification in pairs},
    ).select_related("fix__recipe")
    kept = {(row.revision_id, row.specification_id): row for row in rows}
    missing = [(r.pk, s.pk) for r, s in pairs if (r.pk, s.pk) not in kept]
    if missing:
        judging.want([(version.pk, *pair) for pair in missing])
    if late := [r.pk for r in kept.values() if r.state == VerdictState.WANTED and r.urgency]:
        judging.hurry(late)
    fixes = {row.fix_id for row in kept.values() if row.fix_id}
    made = {
        rendition.revision_id: rendition
        for rendition in Rendition.objects.filter(
            version=version, revision__in=fixes, state=RenditionState.READY
        ).select_related("revision__recipe")
    }
    return {
        (revision.pk, specification.pk): _standing(
            specification, revision, kept.get((revision.pk, specification.pk)), made, per_view
        )
        for revision, specification in pairs
    }


def _standing(
    specification: SpecificationRevision,
    revision: RecipeRevision,
    row: Verdict | None,
    made: dict[int, Rendition],
    per_view: int | None,
) -> Standing:
    if row is None or row.state in {VerdictState.WANTED, VerdictState.IMPOSSIBLE}:
        return Standing(specification, revision, row)
    lines = lines_of(specification, row.lines, per_view=per_view)
    return Standing(specification, revision, row, lines, made.get(row.fix_id or 0))
