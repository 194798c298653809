"""Sending one mail from its three templates."""

from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation


def send(name: str, *, to: str, language: str, context: Mapping[str, Any]) -> None:
    """
    Send ``<name>_subject.txt``, ``_message.txt`` and ``_message.html`` to one reader, in their language.

    Called after the transaction that gives reason for it, never inside.

    :param language: BCP 47; empty for the active one
    :raises OSError: the mail server does not take it (``smtplib`` errors are ``OSError``)
    """
    with translation.override(language or translation.get_language()):
        subject = " ".join(render_to_string(f"{name}_subject.txt", context).split())
        text = render_to_string(f"{name}_message.txt", context).strip() + "\n"
        mail = EmailMultiAlternatives(subject, text, to=[to])
        mail.attach_alternative(render_to_string(f"{name}_message.html", context), "text/html")
        mail.send()
