"""Reading onboardings of all companies. For integrations and staff."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation

from portal.onboarding.choices import EnrolmentState, StepKind
from portal.onboarding.models import Enrolment, EnrolmentStep


@dataclass(frozen=True)
class StepContent:
    """One step as the outside is told: ``title`` is ``{language: text}`` in every language of the portal."""

    step: EnrolmentStep
    public_id: str
    kind: str
    state: str
    title: dict[str, str]
    due_at: datetime | None


@dataclass(frozen=True)
class Content:
    """
    A company's onboarding as the outside is told.

    ``mode``  ``unique`` or ``generic``: of the code it began with, ``unique`` when it joined a community
    """

    enrolment: Enrolment
    pk: int
    public_id: str
    revision: int
    partner_id: int
    community_id: int | None
    is_active: bool
    is_ended: bool
    mode: str
    language: str
    steps: Sequence[StepContent]


def contents(enrolments: Collection[int]) -> list[Content]:
    """Return these enrolments (row numbers) as the outside is told, in their order; two queries."""
    rows = Enrolment.objects.filter(pk__in=enrolments).select_related("partner", "code").order_by("pk")
    steps: dict[int, list[StepContent]] = {}
    for step in (
        EnrolmentStep.objects.filter(enrolment__in=enrolments)
        .select_related("template", "enrolment")
        .order_by("enrolment_id", "number")
    ):
        steps.setdefault(step.enrolment_id, []).append(
            StepContent(step, step.public_id, step.kind, step.state, _titles(step), step.due_at)
        )
    return [
        Content(
            enrolment=row,
            pk=row.pk,
            public_id=row.public_id,
            revision=row.revision,
            partner_id=row.partner_id,
            community_id=row.community_id,
            is_active=row.is_active,
            is_ended=row.state == EnrolmentState.CANCELLED,
            mode=row.code.mode if row.code else "unique",
            language=row.partner.language,
            steps=steps.get(row.pk, []),
        )
        for row in rows
    ]


def _titles(step: EnrolmentStep) -> dict[str, str]:
    own = step.title or (step.template.title if step.template else {})
    if own:
        return dict(own)
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(StepKind(step.kind).label)
    return found


def content(enrolment: int) -> Content | None:
    """Return one enrolment as the outside is told, ``None`` when there is none."""
    return next(iter(contents([enrolment])), None)


def under_way(partner: int) -> int | None:
    """Return the row number of the onboarding a company is on, ``None`` when it is on none."""
    rows = Enrolment.objects.filter(partner=partner, state=EnrolmentState.ACTIVE)
    return rows.values_list("pk", flat=True).first()
