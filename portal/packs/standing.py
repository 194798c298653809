"""How a company stands with its packs: what it answered, what is still asked of it, what is on its way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Subquery, When

from portal.core import rowscope
from portal.packs.choices import Answer, VersionState
from portal.packs.models import Confirmation, Pack, PackFile, PackVersion
from portal.packs.selectors import composed_for, due_at, enough_for, issued_for, packs_of
from portal.partners.models import Partner
from portal.partners.selectors import community_ids


@dataclass(frozen=True)
class Standing:
    """
    How many files of a pack's current version are in which state. The states are those of ``selectors.FileAnswer``.

    ``answered``  answer -> files whose answer holds;  ``stale``  answered about bytes that were replaced
    ``open``      never answered
    ``replaced``  files that have other bytes by now, which the pack's next version brings: nothing is asked about them
    ``waiting``   files that lack an answer, and cannot be answered for before the pack's next version is there
    ``wanted``    files an answer is asked for now, of these ``first`` that were never answered and ``again`` that were
                  answered about bytes that were replaced
    ``due_at``    until when, ``None`` when nothing is asked
    ``begins``    when the last rights to its files begin, ``None`` when all have no beginning
    """

    pack: Pack
    answered: dict[str, int] = field(default_factory=dict)
    stale: int = 0
    open: int = 0
    replaced: int = 0
    waiting: int = 0
    wanted: int = 0
    first: int = 0
    again: int = 0
    due_at: datetime | None = None
    begins: datetime | None = None

    @property
    def total(self) -> int:
        return self.pack.current.file_count if self.pack.current else 0

    @property
    def still_valid(self) -> int:
        """Answers that hold."""
        return sum(self.answered.values())

    @property
    def confirmed(self) -> int:
        """Files the company has or uses."""
        return self.answered.get(Answer.RECEIVED, 0) + self.answered.get(Answer.IN_USE, 0)

    def is_overdue(self, *, at: datetime) -> bool:
        return bool(self.wanted and self.due_at and self.due_at < at)


def standings(partner: Partner, packs: Sequence[Pack]) -> list[Standing]:
    """
    Return how a company stands with these packs, in their order: one query for all of them.

    :param packs: with ``current``, as ``selectors`` read them
    """
    # A company's answers, for one file of a version each.
    mine = Confirmation.objects.filter(partner=partner, pack=OuterRef("pack_version__pack"))
    exact = mine.filter(version=OuterRef("version"), sha256=OuterRef("sha256"))
    same_file = mine.filter(
        Q(version__variant=OuterRef("variant"), recipe=OuterRef("revision__recipe"))
        | Q(version=OuterRef("version"), sha256=OuterRef("sha256"))
    )
    rows = (
        PackFile.objects.filter(pack_version__in=[pack.current_id for pack in packs])
        .annotate(
            fresh=Subquery(exact.filter(stale_at__isnull=True).values("answer")[:1]),
            was_answered=Exists(same_file),
            is_present=Case(When(variant__current=F("version"), then=True), default=False),
            is_replaced=Case(
                When(~Q(variant__current=F("version")), variant__current__isnull=False, then=True),
                default=False,
            ),
        )
        .values("pack_version__pack", "fresh", "was_answered", "is_present", "is_replaced")
        .annotate(files=Count("pk"), begins=Max("variant__rights_start"))
        .order_by()
    )
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["pack_version__pack"], []).append(row)
    return [_standing(pack, found.get(pack.pk, [])) for pack in packs]


def _standing(pack: Pack, rows: Iterable[Mapping[str, Any]]) -> Standing:
    enough = enough_for(pack)
    answered: dict[str, int] = {}
    begins: datetime | None = None
    stale = never = replaced = lacking = too_little = first = again = 0
    for row in rows:
        files: int = row["files"]
        if row["is_present"]:
            begins = max(filter(None, (begins, row["begins"])), default=None)
        # About bytes that are not the file's any more no answer is taken, so none is asked for.
        asked = files if row["is_present"] else 0
        replaced += files if row["is_replaced"] else 0
        if row["fresh"]:
            answered[row["fresh"]] = answered.get(row["fresh"], 0) + files
            if row["fresh"] in enough:
                continue
            too_little += asked
        elif row["was_answered"]:
            stale += files
            again += asked
        else:
            never += files
            if not pack.asks:
                continue
            first += asked
        lacking += files
    wanted = too_little + again + first
    assert pack.current is not None
    pack.current.pack = pack
    return Standing(
        pack,
        answered,
        stale=stale,
        open=never,
        replaced=replaced,
        waiting=lacking - wanted,
        wanted=wanted,
        first=first,
        again=again,
        due_at=due_at(pack.current, begins),
        begins=begins,
    )


def to_do(partner: Partner, *, at: datetime, limit: int = 6) -> list[Standing]:
    """
    Return packs that ask something of a company, the most urgent first; those without a date come last. What cannot be
    had before the rights to a file begin asks nothing until then.
    """
    packs = list(packs_of(partner, at=at).order_by("-created_at", "-pk")[:200])
    asking = [
        line
        for line in standings(partner, packs)
        if line.wanted and (line.begins is None or line.begins <= at)
    ]
    asking.sort(key=lambda s: (s.due_at is None, s.due_at or at, s.pack.pk))
    return asking[:limit]


def held_version(partner: Partner, version: PackVersion) -> PackVersion | None:
    """
    Return the earlier version a company has: the newest it answered about in whole; else the one that was current when
    it last answered. ``None`` when there is none, or it is this one.
    """
    mine = Confirmation.objects.filter(partner=partner, pack=version.pack_id)
    said = mine.filter(version=OuterRef("version"), sha256=OuterRef("sha256"))
    silent = PackFile.objects.filter(~Exists(said), pack_version=OuterRef("pk"))
    issued = issued_for(partner).filter(pack=version.pack_id).order_by("-number")
    found = issued.filter(~Exists(silent), file_count__gt=0).first()
    if found is None:
        last = mine.aggregate(at=Max("answered_at"))["at"]
        found = issued.filter(issued_at__lte=last).first() if last else None
    if found is None or (found.number or 0) >= (version.number or 0):
        return None
    found.pack = version.pack
    return found


@dataclass(frozen=True)
class Coming:
    """A version of a pack being prepared: ``done`` of ``total`` files are there. ``is_first``: the company has none."""

    pack: Pack
    done: int
    total: int
    is_first: bool


def coming(partner: Partner, *, at: datetime, slug: str = "", limit: int = 20) -> list[Coming]:
    """
    Return versions being prepared of packs for a company: names and numbers, no files.

    :param slug: of one pack only
    """
    mine = composed_for(community_ids(partner))
    shown = Q(pack__embargo_until__isnull=True) | Q(pack__embargo_until__lte=at)
    # What is not issued lies behind the second wall; only how far it is comes out, and only for the own communities.
    with rowscope.everything():
        rows = PackVersion.objects.filter(
            shown,
            state=VersionState.PREPARING,
            pack__closed_at__isnull=True,
            pk__in=mine,
            **({"pack__slug": slug} if slug else {}),
        )
        rows = rows.annotate(
            done=Count("files", filter=~Q(files__sha256="")),
            total=F("file_count"),
            has_one=Exists(mine.filter(packversion=OuterRef("pack__current"))),
        )
        return [
            Coming(row.pack, row.done, row.total, not row.has_one)
            for row in rows.select_related("pack").defer("manifest").order_by("begun_at", "pk")[:limit]
        ]


def is_stuck(pack: Pack) -> bool:
    """Whether the next version of a pack, read for a company, cannot be prepared before the brand's team acts."""
    # What is not issued lies behind the second wall; only that it does not come by itself is told.
    with rowscope.everything():
        failed = PackVersion.objects.filter(
            pack=pack, state=VersionState.FAILED, pack__due_since__isnull=True
        )
        return failed.exists()


def version_of_manifest(partner: Partner, pack: Pack, sha256: str) -> PackVersion | None:
    """Return the issued version of a pack with this manifest, of a pack the company has read."""
    return issued_for(partner).filter(pack=pack, sha256=sha256).first()
