"""Reading verdicts: what a channel's rules say of the sizes of a file, as far as it is known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from portal.catalog.models import AssetVersion
from portal.renditions import ageing, judging, rulebooks
from portal.renditions.ageing import Present
from portal.renditions.choices import VerdictState
from portal.renditions.models import RecipeRevision, Rendition, SpecificationRevision, Verdict
from portal.renditions.verdicts.rules import Line, State


@dataclass(frozen=True)
class Standing:
    """
    What a revision of a specification says of a version in one size.

    ``row``    what is kept, ``None`` when nobody has asked yet, or it holds no longer
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
        for state in (State.FAILED, State.UNKNOWN, State.PASSED):
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
    specification: SpecificationRevision,
    kept: Sequence[dict[str, Any]],
    *,
    per_view: int | None = None,
    name: str | None = None,
) -> tuple[Line, ...]:
    """
    Return a verdict's lines as kept, in the order of the rules.

    :param per_view: pictures the reader has of the same product, view and language
    :param name: under which the file leaves today, for the rules about names; ``None`` leaves them as kept
    """
    found = {line["rule"]: line for line in kept}
    lines = []
    for rule in rulebooks.rules_of(specification).rules:
        if rule.measure == "per_view":
            lines.append(Line(rule, per_view, rule.state(per_view)))
        elif rule.measure == "file_name" and name is not None:
            lines.append(Line(rule, name, rule.state(name)))
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
    Return what is known of a version in some sizes by some rules: two queries, and up to three for what names are made
    of where rules ask for them. What is not known, or holds no longer, is asked for, and settled in the background.

    :returns: by row numbers of the download size's revision and of the specification's
    """
    pairs = [pair for pair in pairs if judging.is_judged(pair[0], version.medium)]
    if not pairs:
        return {}
    rows = Verdict.objects.filter(
        version=version,
        revision__in={revision.pk for revision, _ in pairs},
        specification__in={specification.pk for _, specification in pairs},
    )
    kept = {(row.revision_id, row.specification_id): row for row in rows}
    missing = [(r.pk, s.pk) for r, s in pairs if (r.pk, s.pk) not in kept]
    if missing:
        judging.want([(version.pk, *pair) for pair in missing])
    if late := [r.pk for r in kept.values() if r.state == VerdictState.WANTED and r.urgency]:
        judging.hurry(late)
    there = ageing.present([row for row in kept.values() if row.state != VerdictState.WANTED])
    now, found, outdated = timezone.now(), {}, []
    for revision, specification in pairs:
        row = kept.get((revision.pk, specification.pk))
        standing = row and _standing(version, specification, revision, row, there, per_view, now=now)
        if row and standing is None:
            outdated.append(row.pk)
        found[revision.pk, specification.pk] = standing or Standing(specification, revision, None)
    if outdated:
        judging.again(outdated)
    return found


def _standing(
    version: AssetVersion,
    specification: SpecificationRevision,
    revision: RecipeRevision,
    row: Verdict,
    there: Present,
    per_view: int | None,
    *,
    now: datetime,
) -> Standing | None:
    """Return what a kept verdict says today, ``None`` when that has to be worked out anew."""
    if ageing.is_outdated(row, there, now=now):
        return None
    if row.state in {VerdictState.WANTED, VerdictState.IMPOSSIBLE}:
        return Standing(specification, revision, row)
    name = ageing.name_of(version, revision, there.of(version.pk, revision.pk), specification)
    lines = lines_of(specification, row.lines, per_view=per_view, name=name)
    said = Standing(specification, revision, row, lines)
    if not said.failed:
        return said
    # What it fails is known; whether a safe change makes it fit depends on names as well.
    row.version = version
    if ageing.is_renamed(row, specification, revision, there):
        return None
    return replace(said, fix=there.ready(version.pk, row.fix_id))
