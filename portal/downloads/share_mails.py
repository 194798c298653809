"""Mails about share links, to people without an account."""

import logging
from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from portal.core import mails
from portal.downloads.models import ShareLink

logger = logging.getLogger(__name__)


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


def send_links(link: ShareLink, tokens: Mapping[str, str], *, language: str) -> list[str]:
    """
    Mail a link to its recipients; returns those whose mail the server did not take. Their tokens are then known to
    nobody: the way on is a new link for them.

    :param tokens: by mail address, as ``shares.share`` returns them
    :param language: as in ``send_link``
    """
    failed = []
    for email, token in tokens.items():
        try:
            send_link(link, email=email, token=token, language=language)
        except OSError:
            logger.warning("a mail about %s was not taken", link.public_id, exc_info=True)
            failed.append(email)
    return failed
