"""Codes that let a company begin its onboarding."""

import base64
import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.core import rowscope
from portal.core.errors import DomainError
from portal.onboarding import services
from portal.onboarding.choices import CodeMode
from portal.onboarding.models import Enrolment, OnboardingCode, Programme
from portal.partners.models import Partner


class CodeNotValid(DomainError):
    """Unknown, ended, run out, or another company's: they look the same."""

    code = "code_not_valid"
    status = 404


class AlreadyUnderWay(DomainError):
    """The company is on its way."""

    code = "onboarding_under_way"


class NoProgramme(DomainError):
    """No programme is meant for such a company."""

    code = "no_programme"


def _digest(text: str) -> str:
    return hashlib.sha256(re.sub(r"[^A-Z0-9]", "", text.upper()).encode()).hexdigest()


@transaction.atomic
def make_code(
    *,
    approval: str,
    expires_at: datetime,
    partner: Partner | None = None,
    programme: Programme | None = None,
    note: str = "",
    now: datetime,
    actor: str,
) -> tuple[OnboardingCode, str]:
    """
    Make a code: for one company when it is named, else for every company that has it.

    :returns: the row, and the code as it is handed over: ``XXXX-XXXX-XXXX-XXXX`` (80 random bits), kept nowhere
    """
    letters = base64.b32encode(secrets.token_bytes(10)).decode()
    text = "-".join(letters[start : start + 4] for start in range(0, 16, 4))
    row = OnboardingCode.objects.create(
        mode=CodeMode.UNIQUE if partner else CodeMode.GENERIC,
        approval=approval,
        digest=_digest(text),
        note=note,
        partner=partner,
        programme=programme,
        created_at=now,
        expires_at=expires_at,
    )
    activity.record(
        verb="onboarding.code_made",
        subject=row.public_id,
        partner_id=partner.pk if partner else None,
        actor=actor,
        data={"mode": row.mode, "approval": approval},
        now=now,
    )
    return row, text


@transaction.atomic
def end_code(*, code: OnboardingCode, now: datetime, actor: str) -> bool:
    """
    Let nobody begin with a code any more.

    :returns: ``False`` when it was ended before
    """
    taken = OnboardingCode.objects.filter(pk=code.pk, ended_at=None).update(ended_at=now)
    if taken:
        activity.record(verb="onboarding.code_ended", subject=code.public_id, actor=actor, now=now)
    return bool(taken)


@transaction.atomic
def redeem(*, partner: Partner, text: str, now: datetime) -> Enrolment:
    """
    Let a company begin with a code; it waits for staff where the code says so.

    :raises CodeNotValid: see there
    :raises AlreadyUnderWay: nothing to begin
    :raises NoProgramme: nothing to begin with
    """
    # Codes are the brand's; the code itself is what entitles to this one.
    with rowscope.everything():
        code = OnboardingCode.objects.select_related("programme").filter(digest=_digest(text)).first()
        if code is None or not code.is_open(at=now) or code.partner_id not in {None, partner.pk}:
            raise CodeNotValid(_("This code is not valid. Please check it for a slip, or ask your contact."))
        if Enrolment.objects.filter(partner=partner, state__in=services.UNDER_WAY).exists():
            raise AlreadyUnderWay(_("Your company is on its way already."))
        enrolment = services.enrol(partner=partner, code=code, now=now)
    if enrolment is None:
        raise NoProgramme(_("There is no onboarding for your company yet. Your contact can tell you more."))
    return enrolment


def uses(rows: Collection[OnboardingCode]) -> dict[int, int]:
    """Return how many companies began with each of these codes, by row number: one query. For staff."""
    found = Enrolment.objects.filter(code__in=[row.pk for row in rows]).values("code").order_by()
    return dict(found.annotate(n=Count("pk")).values_list("code", "n"))
