"""
Who is to be told what, once. The rows are the work: written with the fact or by the timetable, sent by whoever is free.

A mail that the server does not take is tried again; a fact that has passed meanwhile is not told any more.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from portal.activity import services as activity
from portal.onboarding import mails
from portal.onboarding.choices import EnrolmentState, StepState
from portal.onboarding.models import Enrolment, EnrolmentStep, OnboardingReminder
from portal.partners.choices import PartnerStatus, Role
from portal.partners.models import Membership

logger = logging.getLogger(__name__)

#: How long before a step is due its people are reminded.
DUE_SOON = timedelta(days=3)
#: How long a mail waits that the mail server did not take.
AGAIN_AFTER = timedelta(minutes=10)
#: Kinds of mails, the ones that say most first.
KINDS = ("overdue", "due_soon", "asked", "start")


def welcome(enrolment: Enrolment, *, now: datetime) -> None:
    """Let the people of a company be told that their onboarding begins."""
    _write([(enrolment, "start")], now=now)


@transaction.atomic
def ask(*, enrolment: Enrolment, now: datetime, actor: str) -> int:
    """
    Let the people of a company be reminded of what is open, because staff want it; once a day.

    :returns: how many mails will go out: none, when they were reminded today or nobody can answer
    """
    if not enrolment.is_active:
        return 0
    before = enrolment.reminders.count()
    _write([(enrolment, f"asked:{now:%Y-%m-%d}")], now=now)
    count = enrolment.reminders.count() - before
    if count:
        activity.record(
            verb="onboarding.reminded",
            subject=enrolment.public_id,
            partner_id=enrolment.partner_id,
            actor=actor,
            data={"mails": count},
            now=now,
        )
    return count


def plan(*, now: datetime) -> None:
    """Write down who is to be reminded of steps that are due soon or overdue; what is written down already stays."""
    steps = EnrolmentStep.objects.filter(
        state=StepState.OPEN, due_at__lte=now + DUE_SOON, enrolment__state=EnrolmentState.ACTIVE
    ).select_related("enrolment")
    facts = [
        (step.enrolment, f"{'overdue' if step.is_overdue(at=now) else 'due_soon'}:{step.pk}")
        for step in steps.order_by("pk")
    ]
    _write(facts, now=now)


def _write(facts: Iterable[tuple[Enrolment, str]], *, now: datetime) -> None:
    facts = list(facts)
    people: dict[int, list[int]] = {}
    rows = Membership.objects.filter(
        partner__in={enrolment.partner_id for enrolment, _fact in facts},
        partner__status=PartnerStatus.ACTIVE,
        user__is_active=True,
        role__in=[Role.MEMBER, Role.MANAGER],
    )
    for partner_id, user_id in rows.order_by("pk").values_list("partner_id", "user_id"):
        people.setdefault(partner_id, []).append(user_id)
    OnboardingReminder.objects.bulk_create(
        (
            OnboardingReminder(
                partner_id=enrolment.partner_id,
                enrolment=enrolment,
                user_id=user_id,
                fact=fact,
                created_at=now,
                not_before=now,
            )
            for enrolment, fact in facts
            for user_id in people.get(enrolment.partner_id, ())
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def send_due(*, now: datetime, limit: int = 200) -> int:
    """
    Send what is to be sent: one mail per person, company and kind, with all its steps.

    :returns: how many mails went out
    """
    count = 0
    for _turn in range(limit):
        sent = _send_next(now=now)
        if sent is None:
            break
        count += sent
    return count


@transaction.atomic
def _send_next(*, now: datetime) -> int | None:
    """Send one mail; returns 1, or 0 when it did not go out, or ``None`` when there is nothing to send."""
    due = OnboardingReminder.objects.filter(sent_at=None, not_before__lte=now)
    first = due.select_for_update(skip_locked=True).order_by("not_before", "pk").first()
    if first is None:
        return None
    kind = first.fact.partition(":")[0]
    # The transaction is nothing but the hold on these rows: a worker that dies lets them go.
    rows = list(
        due.filter(enrolment=first.enrolment_id, user=first.user_id, fact__startswith=kind)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("enrolment__partner", "enrolment__programme", "user")
        .order_by("pk")
    )
    ours = OnboardingReminder.objects.filter(pk__in=[row.pk for row in rows])
    steps = _still_true(rows, kind, now=now)
    if not steps:
        ours.delete()
        return 0
    try:
        mails.send_reminder(kind, enrolment=rows[0].enrolment, steps=steps, user=rows[0].user)
    except OSError as error:
        logger.warning("reminder %s waits: %s", rows[0].pk, type(error).__name__)
        ours.update(not_before=now + AGAIN_AFTER)
        return 0
    ours.update(sent_at=now)
    return 1


def _still_true(rows: list[OnboardingReminder], kind: str, *, now: datetime) -> list[EnrolmentStep]:
    """Return the open steps a mail would be about, none when there is nothing to say any more."""
    enrolment = rows[0].enrolment
    can_read = Membership.objects.filter(
        partner=enrolment.partner_id,
        user=rows[0].user_id,
        user__is_active=True,
        partner__status=PartnerStatus.ACTIVE,
    )
    if not enrolment.is_active or not can_read.exists():
        return []
    steps = enrolment.steps.filter(state=StepState.OPEN).select_related("template").order_by("number")
    if kind in {"due_soon", "overdue"}:
        named = [int(row.fact.partition(":")[2]) for row in rows]
        return [step for step in steps.filter(pk__in=named) if step.is_overdue(at=now) == (kind == "overdue")]
    return list(steps)
