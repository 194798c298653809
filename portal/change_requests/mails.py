"""Mails about what a company asked for."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from portal.accounts.models import User
from portal.change_requests import wishes
from portal.change_requests.choices import Reason
from portal.change_requests.models import RequestMessage
from portal.core import mails


def send_message(message: RequestMessage, *, user: User) -> None:
    """
    Tell a person what staff said, in their language, else in their company's.

    :raises OSError: the mail server does not take it
    """
    request = message.request
    language = user.language or request.partner.language
    with translation.override(language):
        reason, lines = str(Reason(request.reason).label), wishes.lines(request)
    path = reverse("pages:request", args=[request.partner.slug, request.name])
    mails.send(
        "emails/request",
        to=user.email,
        language=language,
        context={
            "kind": message.kind,
            "text": message.text,
            "request": request,
            "company": request.partner.name,
            "reason": reason,
            "lines": lines,
            "days": settings.REQUEST_SILENCE_DAYS,
            "url": f"{settings.PORTAL_URL}{path}",
        },
    )
