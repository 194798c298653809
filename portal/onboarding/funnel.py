"""Where companies are on their way, and where they stop. For staff; every company's rows."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from portal.onboarding.choices import EnrolmentState, StepState
from portal.onboarding.models import Enrolment, EnrolmentStep, Programme, ProgrammeStep
from portal.partners.choices import CommunityKind, CommunityStatus, PartnerStatus
from portal.partners.models import CommunityMembership


@dataclass(frozen=True)
class StepFigures:
    """
    One step of a programme over all companies that began it.

    ``reached``  have every step before it behind them
    ``passed``   of those, done or waived
    ``waiting``  of those, on their way and standing at it now; ``overdue`` of those, past its due date
    ``lost``     of those, ended early at it
    ``days``     median days from the begin until it was done, ``None`` when nobody has
    """

    step: ProgrammeStep
    reached: int
    passed: int
    waiting: int
    overdue: int
    lost: int
    days: float | None

    @property
    def percent(self) -> int:
        """Of those that reached it, whole percent that passed; 0 when nobody reached it."""
        return self.passed * 100 // self.reached if self.reached else 0


def of_programme(programme: Programme, *, now: datetime) -> list[StepFigures]:
    """Return the figures of a programme's steps, in order: three queries, however many companies there are."""
    steps = list(programme.steps.select_related("document", "pack").order_by("number"))
    standing: dict[int, Counter[str]] = defaultdict(Counter)
    rows = EnrolmentStep.objects.filter(enrolment__programme=programme, template__isnull=False)
    # The first open step of each company is where it stands; everything before it is behind it.
    stands = (
        rows.filter(state=StepState.OPEN)
        .exclude(enrolment__state=EnrolmentState.APPLIED)
        .values("enrolment", "enrolment__state")
        .annotate(number=Min("number"), overdue=Count("pk", filter=Q(due_at__lt=now)))
        .order_by()
    )
    for row in stands:
        at = standing[row["number"]]
        ended = row["enrolment__state"] == EnrolmentState.CANCELLED
        at["lost" if ended else "waiting"] += 1
        at["overdue"] += bool(row["overdue"]) and not ended
    reached = programme.enrolments.exclude(state=EnrolmentState.APPLIED).exclude(started_at=None).count()
    days = _days(rows)
    found = []
    for step in steps:
        at = standing[step.number]
        stopped = at["waiting"] + at["lost"]
        found.append(
            StepFigures(
                step=step,
                reached=reached,
                passed=reached - stopped,
                waiting=at["waiting"],
                overdue=at["overdue"],
                lost=at["lost"],
                days=days.get(step.pk),
            )
        )
        reached -= stopped
    return found


def _days(rows) -> dict[int, float]:
    """Return the median days until done, by the step's row number in the programme."""
    times: dict[int, list[timedelta]] = defaultdict(list)
    done = rows.filter(state=StepState.DONE).values_list("template_id", "closed_at", "enrolment__started_at")
    for template, closed_at, started_at in done.iterator():
        times[template].append(closed_at - started_at)
    return {
        template: round(sorted(found)[len(found) // 2].total_seconds() / 86_400, 1)
        for template, found in times.items()
    }


def programme_counts(programmes: Collection[Programme]) -> dict[int, Counter[str]]:
    """Return how many companies are in each state, by programme and state: one query."""
    found: dict[int, Counter[str]] = {programme.pk: Counter() for programme in programmes}
    rows = Enrolment.objects.filter(programme__in=list(found)).values("programme", "state").order_by()
    for row in rows.annotate(n=Count("pk")):
        found[row["programme"]][row["state"]] = row["n"]
    return found


@dataclass(frozen=True)
class Standing:
    """How far one company is: ``next_step`` is the first open one, ``overdue`` how many are past their date."""

    done: int
    total: int
    next_step: EnrolmentStep | None
    overdue: int
    disputed: bool


def standings(enrolments: Collection[Enrolment], *, now: datetime) -> dict[int, Standing]:
    """Return how far these companies are, by the enrolment's row number: one query."""
    steps: dict[int, list[EnrolmentStep]] = {enrolment.pk: [] for enrolment in enrolments}
    rows = EnrolmentStep.objects.filter(enrolment__in=list(steps)).select_related("template")
    for step in rows.order_by("number"):
        steps[step.enrolment_id].append(step)
    return {pk: _standing(found, now) for pk, found in steps.items()}


def _standing(steps: Sequence[EnrolmentStep], now: datetime) -> Standing:
    return Standing(
        done=sum(not step.is_open for step in steps),
        total=len(steps),
        next_step=next((step for step in steps if step.is_open), None),
        overdue=sum(step.is_overdue(at=now) for step in steps),
        disputed=any(step.note for step in steps),
    )


def waiting_for_staff() -> int:
    """Return how many companies applied and wait to be let in."""
    return Enrolment.objects.filter(state=EnrolmentState.APPLIED).count()


def disputed() -> int:
    """Return how many companies say that their data are wrong."""
    open_steps = EnrolmentStep.objects.filter(state=StepState.OPEN, enrolment__state=EnrolmentState.ACTIVE)
    return open_steps.exclude(note="").count()


def overdue(*, now: datetime) -> int:
    """Return how many companies have a step that is overdue."""
    steps = EnrolmentStep.objects.filter(
        state=StepState.OPEN, enrolment__state=EnrolmentState.ACTIVE, due_at__lt=now
    )
    return steps.values("enrolment").distinct().count()


def without_programme() -> list[str]:
    """Return the names of companies in an onboarding community that no programme is meant for."""
    places = CommunityMembership.objects.filter(
        community__kind=CommunityKind.ONBOARDING,
        community__status=CommunityStatus.ACTIVE,
        partner__status=PartnerStatus.ACTIVE,
        partner__enrolments=None,
    )
    return list(places.order_by("partner__name").values_list("partner__name", flat=True).distinct())
