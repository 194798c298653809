"""
How a partner's whole catalogue stands against a specification: fits, fits after a safe fix, or cannot, and why.

Asked for once, gathered and judged in the background. A report is of the files there were when it was asked for, and of
the rules as they were then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from portal.activity import services as activity
from portal.core.errors import DomainError, NotFound
from portal.core.paging import Page, paginate
from portal.partners.models import Partner
from portal.publications.models import FeasibilityReport, FeasibilityRow
from portal.publications.visibility import visible_items
from portal.renditions import ageing, judging, standings
from portal.renditions.choices import VerdictState
from portal.renditions.models import RecipeRevision, SpecificationRevision, Verdict
from portal.renditions.selectors import media_for
from portal.renditions.verdicts.rules import Line, State

_BATCH = 500
#: Reports a company may have running at once.
MOST_OPEN = 2


class Outcome(StrEnum):
    FITS = "fits"
    AFTER_FIX = "fits_after_fix"
    CANNOT = "cannot"
    #: Not every rule can be told.
    UNKNOWN = "unknown"
    #: Not judged yet.
    OPEN = "open"

    @property
    def label(self) -> str:
        return str(_LABELS[self])


_LABELS = {
    Outcome.FITS: _("Fits"),
    Outcome.AFTER_FIX: _("Fits after a fix"),
    Outcome.CANNOT: _("Cannot fit"),
    Outcome.UNKNOWN: _("Cannot be told"),
    Outcome.OPEN: _("Being checked"),
}
_OUTCOME = Case(
    When(verdict__state=VerdictState.PASSED, then=Value(Outcome.FITS.value)),
    When(verdict__state=VerdictState.FAILED, verdict__fix__isnull=False, then=Value(Outcome.AFTER_FIX.value)),
    When(verdict__state=VerdictState.UNKNOWN, then=Value(Outcome.UNKNOWN.value)),
    When(verdict__state=VerdictState.WANTED, then=Value(Outcome.OPEN.value)),
    default=Value(Outcome.CANNOT.value),
)


class TooManyReports(DomainError):
    """The company has reports that are not finished."""

    code = "too_many"


@transaction.atomic
def ask(
    *,
    partner: Partner,
    specification: SpecificationRevision,
    revision: RecipeRevision,
    now: datetime,
    actor: str,
) -> FeasibilityReport:
    """
    Ask for a report. One on the same rules and size that is not finished is returned instead.

    :raises TooManyReports: ``MOST_OPEN`` others are not finished
    """
    Partner.objects.select_for_update().get(pk=partner.pk)
    running = FeasibilityReport.objects.filter(partner=partner, finished_at__isnull=True)
    if same := running.filter(specification=specification, revision=revision).first():
        return same
    if running.count() >= MOST_OPEN:
        raise TooManyReports(str(_("Reports are being made already. Please wait until one is finished.")))
    report = FeasibilityReport.objects.create(
        partner=partner, specification=specification, revision=revision, asked_at=now
    )
    activity.record(
        verb="catalogue.checked",
        subject=report.public_id,
        actor=actor,
        partner_id=partner.pk,
        data={"specification": specification.specification.public_id, "revision": specification.number},
        now=now,
    )
    return report


def work(*, now: datetime, batches: int = 20) -> None:
    """Go on with reports: gather files, and note which are finished."""
    for pk in list(
        FeasibilityReport.objects.filter(gathered_at__isnull=True)
        .order_by("asked_at")
        .values_list("pk", flat=True)[:10]
    ):
        for _number in range(batches):
            if not _gather(pk, now=now):
                break
    waiting = FeasibilityRow.objects.filter(report=OuterRef("pk"), verdict__state=VerdictState.WANTED)
    FeasibilityReport.objects.filter(
        ~Exists(waiting), gathered_at__isnull=False, finished_at__isnull=True
    ).update(finished_at=now)


@transaction.atomic
def _gather(pk: int, *, now: datetime) -> bool:
    """
    Take the next files of a partner's catalogue into a report.

    :returns: whether there may be more; ``False`` also when another worker is at it
    """
    rows = FeasibilityReport.objects.select_for_update(skip_locked=True, of=("self",))
    report = (
        rows.select_related("partner", "revision__recipe", "specification__specification")
        .filter(pk=pk, gathered_at__isnull=True)
        .first()
    )
    if report is None:
        return False
    items = visible_items(report.partner, at=report.asked_at).filter(
        pk__gt=report.after, version__medium__in=media_for(report.revision)
    )
    batch = list(items.select_related("version").order_by("pk")[:_BATCH])
    versions = {item.version_id for item in batch if judging.is_judged(report.revision, item.version.medium)}
    judging.want(
        [(version, report.revision_id, report.specification_id) for version in sorted(versions)],
        urgency=judging.LATER,
    )
    verdicts = Verdict.objects.filter(
        version__in=versions, revision=report.revision_id, specification=report.specification_id
    )
    _want_outdated_again(report, verdicts, now=now)
    # A file in two communities is one row.
    FeasibilityRow.objects.bulk_create(
        [
            FeasibilityRow(report=report, version_id=version, verdict_id=verdict)
            for verdict, version in verdicts.order_by("version").values_list("pk", "version")
        ],
        ignore_conflicts=True,
    )
    report.after = batch[-1].pk if batch else report.after
    report.gathered_at = None if len(batch) == _BATCH else now
    report.save(update_fields=["after", "gathered_at"])
    return report.gathered_at is None


def _want_outdated_again(report: FeasibilityReport, verdicts: QuerySet[Verdict], *, now: datetime) -> None:
    """Have worked out anew what was kept from before and holds no longer: five queries at most."""
    settled = verdicts.exclude(state=VerdictState.WANTED).select_related("version__variant__asset__product")
    rows = list(settled)
    there = ageing.present(rows)
    outdated = [
        row.pk
        for row in rows
        if ageing.is_outdated(row, there, now=now)
        or ageing.is_renamed(row, report.specification, report.revision, there)
    ]
    judging.again(outdated, urgency=judging.LATER)


@dataclass(frozen=True)
class Reading:
    """A report as of now: ``counts`` of files by outcome, those of zero included."""

    report: FeasibilityReport
    counts: dict[Outcome, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.total - self.counts[Outcome.OPEN]

    @property
    def is_finished(self) -> bool:
        return self.report.finished_at is not None


@dataclass(frozen=True)
class RowReading:
    """One file: ``failed`` are the rules it does not keep."""

    row: FeasibilityRow
    outcome: Outcome
    failed: tuple[Line, ...]


def get(partner: Partner, public_id: str) -> Reading:
    """
    Return a report with its counts: two queries.

    :raises NotFound: unknown, or another company's: the two look the same
    """
    report = (
        FeasibilityReport.objects.filter(partner=partner, public_id=public_id)
        .select_related("specification__specification", "revision__recipe")
        .first()
    )
    if report is None:
        raise NotFound
    return _readings([report])[0]


def _readings(reports: Sequence[FeasibilityReport]) -> list[Reading]:
    """Count the files of reports by outcome: one query, whatever their number."""
    rows = FeasibilityRow.objects.filter(report__in=reports).annotate(outcome=_OUTCOME)
    counted = rows.values_list("report", "outcome").annotate(n=Count("pk")).order_by()
    found = {(report, outcome): count for report, outcome, count in counted}
    return [
        Reading(report, {outcome: found.get((report.pk, outcome.value), 0) for outcome in Outcome})
        for report in reports
    ]


def newest(partner: Partner, specification: int, *, limit: int = 5) -> list[FeasibilityReport]:
    """Return a partner's last reports on a specification, newest first."""
    rows = FeasibilityReport.objects.filter(partner=partner, specification__specification=specification)
    rows = rows.select_related("specification__specification", "revision__recipe")
    return list(rows.order_by("-asked_at", "-pk")[:limit])


def newest_readings(partner: Partner, specification: int, *, limit: int = 5) -> list[Reading]:
    """Return a partner's last reports on a specification with their counts, newest first: two queries."""
    return _readings(newest(partner, specification, limit=limit))


def rows_page(
    report: FeasibilityReport, *, outcome: str | None = None, size: int = 50, cursor: str | None = None
) -> Page:
    """
    Return one page of a report as ``RowReading``, in the order of the catalogue: one query.

    :raises BadInput: the cursor is damaged
    """
    page = paginate(_rows(report, outcome), order=("id",), kinds=(int,), size=size, cursor=cursor)
    return Page([_reading(report, row) for row in page.items], page.next, page.previous)


def all_rows(report: FeasibilityReport, *, outcome: str | None = None) -> Iterator[RowReading]:
    """Return every row of a report, read in batches: flat memory, no long transaction."""
    last = 0
    while batch := list(_rows(report, outcome).filter(pk__gt=last).order_by("pk")[:_BATCH]):
        yield from (_reading(report, row) for row in batch)
        last = batch[-1].pk


def _rows(report: FeasibilityReport, outcome: str | None) -> QuerySet[FeasibilityRow]:
    rows = FeasibilityRow.objects.filter(report=report).annotate(outcome=_OUTCOME)
    if outcome:
        rows = rows.filter(Q(outcome=outcome))
    return rows.select_related("verdict", "version__variant__asset__product")


def _reading(report: FeasibilityReport, row: FeasibilityRow) -> RowReading:
    lines = standings.lines_of(report.specification, row.verdict.lines)
    failed = tuple(line for line in lines if line.state == State.FAILED)
    return RowReading(row, Outcome(row.outcome), failed)  # type: ignore[attr-defined]  # annotated above
