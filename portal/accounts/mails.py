"""Mails about people's accounts, beside those that allauth sends."""

from django.conf import settings
from django.urls import reverse

from portal.accounts.models import User
from portal.core import mails


def send_welcome(user: User) -> None:
    """
    Tell a new member of staff where and how to sign in.

    :raises OSError: the mail server does not take it
    """
    mails.send(
        "admin/emails/staff_welcome",
        to=user.email,
        language=user.language,
        context={"user": user, "url": f"{settings.PORTAL_URL}{reverse('admin:index')}"},
    )
