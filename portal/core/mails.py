"""Sending one mail from its three templates."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

#: The visible reader of a mail whose readers must not see each other; source: RFC 5322, section 3.4, an empty group.
_UNDISCLOSED = "undisclosed-recipients:;"


def send(
    name: str,
    *,
    language: str,
    context: Mapping[str, Any],
    to: str = "",
    hidden: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> None:
    """
    Send ``<name>_subject.txt``, ``_message.txt`` and ``_message.html`` in a language.

    Called after the transaction that gives reason for it, never inside; workers of the outbox are the exception, their
    transaction is nothing but the hold on the message.

    :param to: the one reader, or
    :param hidden: readers who do not see each other; one handing over to the mail server, which takes all or none
    :param language: BCP 47; empty for the active one
    :param headers: further ones, such as ``Message-ID``
    :raises OSError: the mail server does not take it (``smtplib`` errors are ``OSError``)
    """
    headers = {**(headers or {}), **({} if to else {"To": _UNDISCLOSED})}
    with translation.override(language or translation.get_language()):
        subject = " ".join(render_to_string(f"{name}_subject.txt", context).split())
        text = render_to_string(f"{name}_message.txt", context).strip() + "\n"
        mail = EmailMultiAlternatives(subject, text, to=[to] if to else [], bcc=hidden, headers=headers)
        mail.attach_alternative(render_to_string(f"{name}_message.html", context), "text/html")
        mail.send()
