"""What a company answers about its steps, bound to what it was shown."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from portal.core.errors import BadInput, DomainError
from portal.onboarding.choices import Origin, StepKind, StepState
from portal.onboarding.closing import By, Closing, close_steps, record, under_way
from portal.onboarding.models import EnrolmentStep, OnboardingAcceptance
from portal.partners.models import Partner


class CompletesItself(DomainError):
    """The step is about something that the portal sees happen; saying that it happened is not enough."""

    code = "step_completes_itself"


class DocumentReplaced(DomainError):
    """The text has a newer revision than the one that was read; both numbers are named."""

    code = "document_replaced"


class DataChanged(DomainError):
    """The company data changed since they were shown."""

    code = "company_data_changed"


class NotOptional(DomainError):
    """The step is needed; only staff may waive it."""

    code = "step_not_optional"


def company_facts(partner: Partner) -> dict[str, Any]:
    """Return what a company confirms about itself: JSON."""
    names = ("name", "kind", "gln", "language", "regions", "markets", "languages")
    return {name: getattr(partner, name) for name in names}


def company_digest(partner: Partner) -> str:
    """Return the SHA-256 of what a company confirms about itself, so that it confirms what it has seen."""
    return hashlib.sha256(orjson.dumps(company_facts(partner), option=orjson.OPT_SORT_KEYS)).hexdigest()


@transaction.atomic
def confirm_company_data(*, step: EnrolmentStep, sha256: str, by: By, now: datetime) -> EnrolmentStep:
    """
    Record that the company data are right.

    :param sha256: ``company_digest`` of what was shown
    :raises DataChanged: they are others by now
    """
    _expect(step, StepKind.COMPANY_DATA)
    partner = Partner.objects.select_for_update(no_key=True).get(pk=step.partner_id)
    if sha256 != company_digest(partner):
        raise DataChanged(
            _("Your company data have changed since they were shown. Please look at them again."),
            sent=sha256,
            current=company_digest(partner),
        )
    return _done(step, by, {"sha256": sha256, "data": company_facts(partner)}, now=now)


@transaction.atomic
def dispute_company_data(*, step: EnrolmentStep, note: str, by: By, now: datetime) -> None:
    """Record what is wrong with the company data. Staff are shown it; the step stays open until they are right."""
    _expect(step, StepKind.COMPANY_DATA)
    if not note.strip():
        raise BadInput(_("Please say what is wrong."), errors=[{"parameter": "note", "detail": "Not given."}])
    enrolment = under_way(step.enrolment)
    if EnrolmentStep.objects.filter(pk=step.pk, state=StepState.OPEN).update(note=note.strip()[:2000]):
        record("step.disputed", enrolment, now=now, actor=by.actor, data={"step": step.public_id})


@transaction.atomic
def accept_document(
    *, step: EnrolmentStep, revision: int, language: str, by: By, now: datetime
) -> EnrolmentStep:
    """
    Record that guidelines were read or terms accepted, in exactly this revision and the language it was shown in.

    :raises DocumentReplaced: there is a newer one
    """
    if not StepKind(step.kind).has_document or step.template is None or step.template.document is None:
        raise BadInput(_("This step is not about a text."))
    document = (
        type(step.template.document).objects.select_related("current").get(pk=step.template.document.pk)
    )
    current = document.current
    if current is None or current.number != revision:
        raise DocumentReplaced(
            _("There is a newer revision of this text. Please read that one."),
            sent=revision,
            current=current.number if current else None,
        )
    acceptance, is_new = OnboardingAcceptance.objects.get_or_create(
        partner_id=step.partner_id,
        revision=current,
        defaults={"language": language, "actor": by.actor, "user": by.user, "accepted_at": now},
    )
    evidence = {
        "document": document.public_id,
        "revision": current.number,
        "sha256": current.sha256,
        "language": acceptance.language,
        "acceptance": acceptance.public_id,
    }
    if is_new:
        record("document.accepted", step.enrolment, now=now, actor=by.actor, data=evidence)
    return _done(step, by, evidence, now=now)


def tick(*, step: EnrolmentStep, by: By, now: datetime) -> EnrolmentStep:
    """
    Record that a step is done which nobody but the company can know.

    :raises CompletesItself: the portal sees it by itself
    :raises BadInput: the step wants more than a tick
    """
    if StepKind(step.kind).is_observed:
        raise CompletesItself(_("This step completes itself as soon as it has happened."))
    _expect(step, StepKind.OTHER)
    return _done(step, by, {}, now=now)


def skip(*, step: EnrolmentStep, by: By, now: datetime) -> EnrolmentStep:
    """
    Record that the company does not need an optional step.

    :raises NotOptional: it is needed
    """
    if not step.is_optional:
        raise NotOptional(_("This step is needed. If it is not for you, please ask your contact."))
    closing = Closing(step, StepState.WAIVED, by, {"skipped": True})
    return _one(step, close_steps(enrolment=step.enrolment, closings=[closing], now=now))


def waive(*, step: EnrolmentStep, reason: str, now: datetime, actor: str) -> bool:
    """
    Let a company off a step. For staff.

    :returns: ``False`` when it is closed
    """
    by = By(Origin.STAFF, actor)
    closing = Closing(step, StepState.WAIVED, by, {"reason": reason.strip()[:500]})
    return bool(close_steps(enrolment=step.enrolment, closings=[closing], now=now))


def _expect(step: EnrolmentStep, kind: StepKind) -> None:
    if step.kind != kind:
        raise BadInput(_("This step asks for something else."))


def _done(step: EnrolmentStep, by: By, evidence: Mapping[str, Any], *, now: datetime) -> EnrolmentStep:
    closing = Closing(step, StepState.DONE, by, evidence)
    return _one(step, close_steps(enrolment=step.enrolment, closings=[closing], now=now))


def _one(step: EnrolmentStep, closed: Sequence[EnrolmentStep]) -> EnrolmentStep:
    if not closed:
        step.refresh_from_db()
        return step
    return closed[0]
