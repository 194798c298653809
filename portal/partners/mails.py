"""Mails about companies and their people."""

from django.conf import settings
from django.urls import reverse

from portal.core import mails
from portal.partners.models import Invitation


def invitation_url(token: str) -> str:
    """Return the address of the page that accepts an invitation; only the invited person should get it."""
    return f"{settings.PORTAL_URL}{reverse('pages:invitation', args=[token])}"


def send_invitation(invitation: Invitation, token: str) -> None:
    """
    Mail an invitation's link, in the language it was made for.

    :raises OSError: the mail server does not take it
    """
    mails.send(
        "emails/invitation",
        to=invitation.email,
        language=invitation.language,
        context={"invitation": invitation, "url": invitation_url(token)},
    )
