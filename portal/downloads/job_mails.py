"""Mails about prepared downloads."""

from django.conf import settings
from django.urls import reverse

from portal.core import mails
from portal.downloads.models import ArchiveJob


def send_ended(job: ArchiveJob) -> None:
    """
    Tell the person who asked that their download is ready, or that it failed.

    :param job: with ``user`` and ``partner`` loaded
    :raises OSError: the mail server does not take it
    """
    assert job.user is not None
    path = reverse("pages:downloads", args=[job.partner.slug])
    mails.send(
        "emails/archive_ended",
        to=job.user.email,
        language=job.user.language,
        context={"job": job, "url": f"{settings.PORTAL_URL}{path}"},
    )
