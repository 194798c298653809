"""Reading how far a company is. Everything takes the partner first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, IntegerField, QuerySet, Value, When

from portal.core.errors import NotFound
from portal.onboarding.choices import EnrolmentState
from portal.onboarding.models import Enrolment, EnrolmentStep
from portal.partners.models import Partner


@dataclass(frozen=True)
class Path:
    """An enrolment with its steps, in order. ``done`` counts what needs nothing any more."""

    enrolment: Enrolment
    steps: Sequence[EnrolmentStep]

    @property
    def done(self) -> int:
        return sum(not step.is_open for step in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def next_step(self) -> EnrolmentStep | None:
        """The first one that is open."""
        return next((step for step in self.steps if step.is_open), None)

    @property
    def due_at(self) -> datetime | None:
        """When the last open step is due."""
        return max((step.due_at for step in self.steps if step.is_open and step.due_at), default=None)


def _enrolments(partner: Partner) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(partner=partner).exclude(state=EnrolmentState.CANCELLED)


def _steps(partner: Partner) -> QuerySet[EnrolmentStep]:
    rows = EnrolmentStep.objects.filter(partner=partner).exclude(enrolment__state=EnrolmentState.CANCELLED)
    return rows.select_related("enrolment", "partner", "template__document__current", "user")


def current_path(partner: Partner) -> Path | None:
    """Return the company's way: the one it is on, else the last one it completed; two queries."""
    under_way = Case(
        When(state=EnrolmentState.COMPLETED, then=Value(1)), default=Value(0), output_field=IntegerField()
    )
    rows = _enrolments(partner).select_related("programme").order_by(under_way, "-pk")
    enrolment = rows.first()
    return Path(enrolment, steps_of(partner, enrolment)) if enrolment is not None else None


def steps_of(partner: Partner, enrolment: Enrolment) -> list[EnrolmentStep]:
    """Return the steps of one of the company's enrolments, in order."""
    return list(_steps(partner).filter(enrolment=enrolment).order_by("number"))


def paths_of(partner: Partner) -> list[Path]:
    """Return all ways of a company that were not ended early, newest first; two queries."""
    rows = list(_enrolments(partner).select_related("programme").order_by("-pk"))
    steps: dict[int, list[EnrolmentStep]] = {row.pk: [] for row in rows}
    for step in _steps(partner).filter(enrolment__in=rows).order_by("number"):
        steps[step.enrolment_id].append(step)
    return [Path(row, steps[row.pk]) for row in rows]


def get_step(partner: Partner, public_id: str) -> EnrolmentStep:
    """
    Return one of the company's steps.

    :raises NotFound: unknown, or another company's; the two look the same
    """
    step = _steps(partner).filter(public_id=public_id).first()
    if step is None:
        raise NotFound
    return step
