"""
The one door to changing onboardings: how they begin, and what the portal sees by itself. ``closing`` has the moves of
steps, ``answering`` what companies say about them.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from portal.core import rowscope
from portal.onboarding import observing, reminding
from portal.onboarding.answering import (
    CompletesItself,
    DataChanged,
    DocumentReplaced,
    NotOptional,
    accept_document,
    company_digest,
    company_facts,
    confirm_company_data,
    dispute_company_data,
    skip,
    tick,
    waive,
)
from portal.onboarding.choices import Approval, EnrolmentState, Origin, StartedBy, StepState
from portal.onboarding.closing import (
    UNDER_WAY,
    By,
    Closing,
    NotUnderWay,
    add_steps,
    cancel,
    close_steps,
    locked,
    record,
    reopen,
    tell,
)
from portal.onboarding.models import Enrolment, EnrolmentStep, OnboardingCode, Programme
from portal.onboarding.programmes import choose, open_ones
from portal.partners import services as partners
from portal.partners.choices import CommunityKind, CommunityStatus, PartnerStatus
from portal.partners.models import ApiClient, Community, CommunityMembership, Partner

__all__ = [
    "UNDER_WAY", "By", "Closing", "CompletesItself", "DataChanged", "DocumentReplaced", "NotOptional", "NotUnderWay",
    "Origin", "accept_document", "add_steps", "approve", "cancel", "close_steps", "company_digest", "company_facts",
    "confirm_company_data", "dispute_company_data", "enrol", "enrol_joined", "enrol_waiting", "note_call", "observe",
    "observe_all", "reopen", "skip", "tick", "waive",
]  # fmt: skip


@transaction.atomic
def enrol(
    *,
    partner: Partner,
    now: datetime,
    community: Community | None = None,
    code: OnboardingCode | None = None,
) -> Enrolment | None:
    """
    Let a company begin its onboarding, because it joined an onboarding community or has a code.

    A company that is on its way, or has gone through the same programme, is left as it is: communities are read again
    and again.

    :returns: the company's enrolment, ``None`` when no programme is meant for such a company
    """
    # A company that has not begun sees no programme; which one it gets is the brand's to say.
    with rowscope.everything():
        partner = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        under_way = Enrolment.objects.filter(partner=partner, state__in=UNDER_WAY).first()
        if under_way is not None:
            return under_way
        programme = code.programme if code is not None and code.programme else choose(partner)
        if programme is None:
            return None
        before = Enrolment.objects.filter(partner=partner, programme=programme).order_by("-pk").first()
        if before is not None and code is None:
            return before
        waits = code is not None and code.approval == Approval.MANUAL
        enrolment = Enrolment.objects.create(
            partner=partner,
            programme=programme,
            state=EnrolmentState.APPLIED if waits else EnrolmentState.ACTIVE,
            started_by=StartedBy.INVITATION if code is not None else StartedBy.COMMUNITY,
            community=community,
            code=code,
            applied_at=now,
        )
        if waits:
            record("onboarding.applied", enrolment, now=now)
        else:
            _begin(enrolment, programme, now=now)
        return enrolment


def _begin(enrolment: Enrolment, programme: Programme, *, now: datetime, actor: str = "system") -> None:
    enrolment.started_at = now
    enrolment.state = EnrolmentState.ACTIVE
    enrolment.save(update_fields=["state", "started_at"])
    EnrolmentStep.objects.bulk_create(
        EnrolmentStep(
            partner_id=enrolment.partner_id,
            enrolment=enrolment,
            template=step,
            number=step.number,
            kind=step.kind,
            due_at=now + timedelta(days=step.due_days),
        )
        for step in programme.steps.order_by("number")
    )
    record("onboarding.started", enrolment, now=now, actor=actor)
    reminding.welcome(enrolment, now=now)
    tell([enrolment])
    # A company that has colleagues or a system already need not be asked for them.
    observe(enrolments=[enrolment], now=now)


def enrol_joined(*, community: Community, partners: Iterable[Partner], now: datetime) -> None:
    """Let companies that joined a community begin, when it is one for onboarding."""
    if not community.is_open_onboarding:
        return
    for partner in sorted(partners, key=lambda each: each.pk):
        if partner.is_active:
            enrol(partner=partner, community=community, now=now)


def enrol_waiting(*, now: datetime, batch: int = 200) -> int:
    """
    Let companies begin that are in an onboarding community and never began: the programme meant for them came later, or
    their access was opened later. Those that no programme is meant for go on waiting, and hold nobody up.

    :returns: how many began
    """
    among = open_ones()
    waiting = CommunityMembership.objects.filter(
        community__kind=CommunityKind.ONBOARDING,
        community__status=CommunityStatus.ACTIVE,
        partner__status=PartnerStatus.ACTIVE,
        partner__enrolments=None,
    ).select_related("partner", "community")
    count, after = 0, 0
    while among and (places := list(waiting.filter(pk__gt=after).order_by("pk")[:batch])):
        after = places[-1].pk
        fitting = [place for place in places if choose(place.partner, among)]
        count += sum(
            enrol(partner=place.partner, community=place.community, now=now) is not None for place in fitting
        )
    return count


@transaction.atomic
def approve(*, enrolment: Enrolment, now: datetime, actor: str) -> bool:
    """
    Let a company begin that applied with a code.

    :returns: ``False`` when it does not wait any more
    """
    enrolment = locked(enrolment)
    if enrolment.state != EnrolmentState.APPLIED:
        return False
    _begin(enrolment, enrolment.programme, now=now, actor=actor)
    return True


# -- What the portal sees ---------------------------------------------------------------------------------------------
def observe(*, enrolments: Collection[Enrolment], now: datetime) -> int:
    """
    Close the steps whose facts are there: the pack answered for, a colleague in, a system's first call made.

    :returns: how many were closed; asked again, nothing happens
    """
    by = By(Origin.FACTS)
    found = observing.proven([enrolment.pk for enrolment in enrolments])
    count = 0
    for enrolment in enrolments:
        closings = [
            Closing(step, StepState.DONE, by, evidence)
            for step, evidence in found
            if step.enrolment_id == enrolment.pk
        ]
        if closings:
            count += len(close_steps(enrolment=enrolment, closings=closings, now=now))
    return count


def observe_all(*, now: datetime, batch: int = 200) -> int:
    """Close the steps of all companies whose facts are there; returns how many."""
    count, after = 0, 0
    while rows := list(
        Enrolment.objects.filter(state=EnrolmentState.ACTIVE, pk__gt=after).order_by("pk")[:batch]
    ):
        count += observe(enrolments=rows, now=now)
        after = rows[-1].pk
    return count


@transaction.atomic
def note_call(*, client: ApiClient, now: datetime) -> None:
    """Take in that a partner's system made its first call, and what that completes."""
    if partners.note_first_call(client=client, now=now):
        active = Enrolment.objects.filter(partner=client.partner_id, state=EnrolmentState.ACTIVE)
        observe(enrolments=list(active), now=now)
