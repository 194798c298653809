"""Mails about a company's onboarding."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from portal.accounts.models import User
from portal.core import mails
from portal.onboarding.models import Enrolment, EnrolmentStep


def send_reminder(kind: str, *, enrolment: Enrolment, steps: Sequence[EnrolmentStep], user: User) -> None:
    """
    Tell a person what is open, in their language, else in their company's.

    :param kind: ``start``, ``due_soon``, ``overdue`` or ``asked``
    :raises OSError: the mail server does not take it
    """
    partner = enrolment.partner
    mails.send(
        "emails/onboarding",
        to=user.email,
        language=user.language or partner.language,
        context={
            "kind": kind,
            "company": partner.name,
            "steps": steps,
            "url": f"{settings.PORTAL_URL}{reverse('pages:onboarding', args=[partner.slug])}",
        },
    )
