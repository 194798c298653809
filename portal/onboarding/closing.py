"""
Closing and reopening steps: the same for whoever says that one is done, a person, a system, Trading Grid or a fact the
portal sees. Once, under the lock of the enrolment, and told to the outside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal import signals
from portal.accounts.models import User
from portal.activity import services as activity
from portal.core.errors import DomainError
from portal.onboarding.choices import EnrolmentState, Origin, StepKind, StepState
from portal.onboarding.models import Enrolment, EnrolmentStep

UNDER_WAY = (EnrolmentState.APPLIED, EnrolmentState.ACTIVE)


class NotUnderWay(DomainError):
    """The onboarding is completed, was ended, or waits for staff; nothing of it can be answered."""

    code = "onboarding_not_under_way"


@dataclass(frozen=True)
class By:
    """Who says it, and where: ``actor`` as the activity record names it, ``user`` when it is a person."""

    origin: Origin
    actor: str = "system"
    user: User | None = None


@dataclass(frozen=True)
class Closing:
    """A step that is done or not needed, with the facts that prove it."""

    step: EnrolmentStep
    state: StepState
    by: By
    evidence: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def close_steps(*, enrolment: Enrolment, closings: Sequence[Closing], now: datetime) -> list[EnrolmentStep]:
    """
    Close steps of an enrolment; those that are closed already stay as they are. With the last one it is completed.

    :returns: the steps that were open until now
    :raises NotUnderWay: the onboarding waits for staff, or was ended
    """
    enrolment = locked(enrolment)
    if enrolment.state == EnrolmentState.COMPLETED:
        return []
    if enrolment.state != EnrolmentState.ACTIVE:
        raise NotUnderWay(_("This onboarding is not under way."))
    steps = {step.pk: step for step in enrolment.steps.order_by("number")}
    closed = []
    for closing in closings:
        step = steps[closing.step.pk]
        if step.state != StepState.OPEN:
            continue
        step.state, step.closed_at, step.note = closing.state, now, ""
        step.origin, step.actor, step.user = closing.by.origin, closing.by.actor, closing.by.user
        step.evidence = dict(closing.evidence)
        step.save()
        record(
            "step.done" if closing.state == StepState.DONE else "step.waived",
            enrolment,
            now=now,
            actor=closing.by.actor,
            data={"step": step.public_id, "kind": step.kind, "origin": step.origin},
        )
        closed.append(step)
    if not closed:
        return []
    if all(step.state != StepState.OPEN for step in steps.values()):
        enrolment.state, enrolment.completed_at = EnrolmentState.COMPLETED, now
        record("onboarding.completed", enrolment, now=now, actor=closings[-1].by.actor)
    save(enrolment, "state", "completed_at")
    tell([enrolment])
    return closed


@transaction.atomic
def reopen(*, step: EnrolmentStep, by: By, now: datetime) -> bool:
    """
    Ask for a step once more. A completed onboarding is under way again then.

    :returns: ``False`` when it is open
    :raises NotUnderWay: the onboarding was ended, or another one has begun since
    """
    enrolment = locked(step.enrolment)
    others = Enrolment.objects.filter(partner=enrolment.partner_id, state__in=UNDER_WAY).exclude(
        pk=enrolment.pk
    )
    if enrolment.state not in {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED} or others.exists():
        raise NotUnderWay(_("This onboarding is not under way."))
    taken = (
        EnrolmentStep.objects.filter(pk=step.pk)
        .exclude(state=StepState.OPEN)
        .update(state=StepState.OPEN, closed_at=None, origin="", actor="", user=None, evidence={})
    )
    if taken:
        enrolment.state, enrolment.completed_at = EnrolmentState.ACTIVE, None
        save(enrolment, "state", "completed_at")
        data = {"step": step.public_id, "kind": step.kind, "origin": by.origin}
        record("step.reopened", enrolment, now=now, actor=by.actor, data=data)
        tell([enrolment])
    return bool(taken)


@transaction.atomic
def cancel(*, enrolment: Enrolment, now: datetime, actor: str) -> bool:
    """
    End an onboarding before its time; what was answered stays on record.

    :returns: ``False`` when it was completed or ended before
    """
    enrolment = locked(enrolment)
    if enrolment.state not in UNDER_WAY:
        return False
    enrolment.state = EnrolmentState.CANCELLED
    save(enrolment, "state")
    record("onboarding.cancelled", enrolment, now=now, actor=actor)
    tell([enrolment])
    return True


@transaction.atomic
def add_steps(
    *, enrolment: Enrolment, titles: Sequence[tuple[Mapping[str, str], datetime | None]], now: datetime
) -> list[EnrolmentStep]:
    """Add tasks that only Trading Grid has, with their titles and due dates, behind the programme's own steps."""
    enrolment = under_way(enrolment)
    last = enrolment.steps.order_by("-number").values_list("number", flat=True).first() or 0
    added = [
        EnrolmentStep.objects.create(
            partner_id=enrolment.partner_id,
            enrolment=enrolment,
            number=last + n,
            kind=StepKind.OTHER,
            title=dict(title),
            due_at=due_at,
        )
        for n, (title, due_at) in enumerate(titles, start=1)
    ]
    if added:
        save(enrolment)
    return added


# -- Within the domain --
def locked(enrolment: Enrolment) -> Enrolment:
    """Return an enrolment as it is now, held until the end of the transaction."""
    # Programmes are seen by whoever has begun one, so the lock is on our row alone.
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("partner", "programme")
    return rows.get(pk=enrolment.pk)


def under_way(enrolment: Enrolment) -> Enrolment:
    """
    Return an enrolment as ``locked`` does.

    :raises NotUnderWay: it is not
    """
    enrolment = locked(enrolment)
    if enrolment.state != EnrolmentState.ACTIVE:
        raise NotUnderWay(_("This onboarding is not under way."))
    return enrolment


def save(enrolment: Enrolment, *fields: str) -> None:
    """Save fields of an enrolment with its next revision."""
    enrolment.revision += 1
    enrolment.save(update_fields=[*fields, "revision"])


def tell(enrolments: list[Enrolment]) -> None:
    """Let the outside know."""
    signals.onboarding_changed.send(sender=Enrolment, enrolments=enrolments)


def record(
    verb: str,
    enrolment: Enrolment,
    *,
    now: datetime,
    actor: str = "system",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append to the activity record what happened to an enrolment."""
    activity.record(
        verb=verb,
        subject=enrolment.public_id,
        actor=actor,
        partner_id=enrolment.partner_id,
        data=dict(data or {}),
        now=now,
    )
