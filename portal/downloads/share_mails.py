"""Mails about share links, to people without an account."""

from django.conf import settings
from django.urls import reverse

from portal.core import mails
from portal.downloads.models import ShareLink


def share_url(token: str) -> str:
    """Return the address of a link for one recipient; only they should get it."""
    return f"{settings.PORTAL_URL}{reverse('pages:shared', args=[token])}"


def send_link(link: ShareLink, *, email: str, token: str, language: str) -> None:
    """
    Mail a link to one of its recipients.

    :param language: of whoever shares it; nothing is known of the recipient
    :raises OSError: the mail server does not take it
    """
    context = {"link": link, "url": share_url(token), "has_password": bool(link.password)}
    mails.send("emails/share", to=email, language=language, context=context)
