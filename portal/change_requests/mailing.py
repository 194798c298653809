"""
Who is to be told of what was said, once. The rows are the work: written with the fact, sent by whoever is free.

A mail that the server does not take is tried again; whoever left the company meanwhile is not told any more.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from portal.change_requests import mails
from portal.change_requests.choices import Kind, Origin
from portal.change_requests.models import RequestMail, RequestMessage
from portal.partners.choices import PartnerStatus, Role
from portal.partners.models import Membership

logger = logging.getLogger(__name__)

#: How long a mail waits that the mail server did not take.
AGAIN_AFTER = timedelta(minutes=10)
#: What staff say that a person is told by mail. That somebody looks at it says nothing yet.
TOLD = frozenset({Kind.MESSAGE, Kind.QUESTION, Kind.RESOLVED, Kind.REJECTED, Kind.DUPLICATE})


def plan(message: RequestMessage, *, now: datetime) -> None:
    """
    Write down who is to be told of a message of staff: whoever asked, if they are still there and may answer, else all
    people of the company who may.
    """
    if message.origin != Origin.STAFF or message.kind not in TOLD:
        return
    may = Membership.objects.filter(
        partner=message.partner_id,
        partner__status=PartnerStatus.ACTIVE,
        user__is_active=True,
        role__in=[Role.MEMBER, Role.MANAGER],
    ).order_by("pk")
    asker = message.request.asked_by_id
    people = list(may.values_list("user_id", flat=True))
    readers = [asker] if asker in people else people
    RequestMail.objects.bulk_create(
        [
            RequestMail(
                partner_id=message.partner_id, message=message, user_id=user, created_at=now, not_before=now
            )
            for user in readers
        ],
        ignore_conflicts=True,
    )


def send_due(*, now: datetime, limit: int = 200) -> int:
    """
    Send what is to be sent.

    :returns: how many mails went out
    """
    count = 0
    for _turn in range(limit):
        sent = _send_next(now=now)
        if sent is None:
            break
        count += sent
    return count


@transaction.atomic
def _send_next(*, now: datetime) -> int | None:
    """Send one mail; returns 1, or 0 when it did not go out, or ``None`` when there is nothing to send."""
    # The transaction is nothing but the hold on this row: a worker that dies lets it go.
    rows = RequestMail.objects.filter(sent_at=None, not_before__lte=now).select_for_update(
        skip_locked=True, of=("self",)
    )
    row = rows.select_related("message__request__partner", "user").order_by("not_before", "pk").first()
    if row is None:
        return None
    there = Membership.objects.filter(
        partner=row.partner_id, user=row.user_id, user__is_active=True, partner__status=PartnerStatus.ACTIVE
    )
    if not there.exists():
        row.delete()
        return 0
    try:
        mails.send_message(row.message, user=row.user)
    except OSError as error:
        logger.warning("mail %s about a request waits: %s", row.pk, type(error).__name__)
        RequestMail.objects.filter(pk=row.pk).update(not_before=now + AGAIN_AFTER)
        return 0
    RequestMail.objects.filter(pk=row.pk).update(sent_at=now)
    return 1
