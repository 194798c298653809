"""
Many hints at once: one list of what changed lately answers most of them, where each would cost a call of its own.

A thousand approvals in a minute would take four minutes at the rate we keep. Lists may lag behind, so an entry counts
only if it shows at least the state that the hint itself told of, by the DAM's own clock; all others are read singly.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.errors import BadPayload, DeliveryError
from integrations.models import InboundEvent
from integrations.payloads import is_clean
from integrations.scaleflex import client, webhook_auth
from integrations.scaleflex.config import Account
from integrations.scaleflex.schemas import moment

logger = logging.getLogger(__name__)

#: From this many hints on a list is worth its call.
WORTH_A_LIST = 10
#: Files of such a list. What is not among them is read singly.
LISTED = 500
#: The list's bound leaves out the very second it names.
_SECOND = timedelta(seconds=1)

Read = tuple[dict[str, Any], datetime]


def told(events: Sequence[InboundEvent]) -> dict[str, datetime]:
    """
    Return ``{uuid: the DAM's time of the change}`` of the hints that tell it, and are what they were when they came.

    One that took others in does not tell the last of them, and one that was tried before holds what went wrong then.
    """
    found = {}
    for event in events:
        if event.raw and not event.repeats and event.attempts <= 1 and not event.data:
            changed_at = webhook_auth.modified_in(bytes(event.raw), event.subject)
            if changed_at is not None:
                found[event.subject] = changed_at
    return found


def listed(account: Account, marks: dict[str, datetime]) -> dict[str, Read]:
    """
    Return ``{uuid: (file object, our clock before the call)}`` of files whose hint one list answers. Needs no database.

    :param marks: see ``told``; nothing is asked for when they are few
    """
    if len(marks) < WORTH_A_LIST:
        return {}
    try:
        page = client.list_files(
            account,
            limit=LISTED,
            offset=0,
            updated_after=min(marks.values()) - _SECOND,
            sort="updated_at:asc",
        )
    except DeliveryError as error:
        logger.info("connection %s: hints are read singly: %s", account.connection.key, error)
        return {}
    found: dict[str, Read] = {}
    for data in page.files:
        uuid = data.get("uuid") if isinstance(data, dict) else None
        if not isinstance(uuid, str) or uuid not in marks:
            continue
        if (page.strict or is_clean(data)) and _shows(data, marks[uuid]):
            found[uuid] = (data, page.asked_at)
    return found


def _shows(data: dict[str, Any], mark: datetime) -> bool:
    try:
        return moment(data.get("modified_at")) >= mark
    except BadPayload:
        return False
