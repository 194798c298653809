"""What the integrations say on the staff's first page."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations import cursors
from integrations.health_words import walk_name
from integrations.models import Connection, InboundEvent, OutboxMessage, SyncCursor
from portal.core import today

#: Counted no further: the page says "more than".
_MOST = 1000


def _messages(count: int) -> str:
    said = ngettext(
        "%(count)d message to a vendor is parked", "%(count)d messages to vendors are parked", count
    )
    return said % {"count": count}


def _events(count: int) -> str:
    said = ngettext("%(count)d piece of news is parked", "%(count)d pieces of news are parked", count)
    return said % {"count": count}


@today.register
def parked(now: datetime) -> Iterator[today.Matter]:
    """Messages and events that wait for somebody to look at the reason."""
    for model, name, text in (
        (OutboxMessage, "outboxmessage", _messages),
        (InboundEvent, "inboundevent", _events),
    ):
        rows = model._default_manager.filter(state="parked")
        count = rows[:_MOST].count()
        if count:
            yield today.Matter(
                title=text(count),
                detail=rows.order_by("-pk").values_list("last_error", flat=True).first() or "",
                url=reverse(f"admin:integrations_{name}_changelist") + "?state__exact=parked",
                action=_("Look"),
                tone="bad",
                icon="inbox",
            )


@today.register
def troubled_connections(now: datetime) -> Iterator[today.Matter]:
    """Vendors that do not answer, and connections that staff stopped."""
    for connection in Connection.objects.filter(is_active=True):
        url = reverse("admin:integrations_connection_change", args=[connection.pk])
        if connection.paused_until and connection.paused_until > now:
            yield today.Matter(
                title=_("%(name)s is paused") % {"name": connection.name},
                detail=_("Nothing is sent or read until somebody lets it go on, or the time is over."),
                url=url,
                action=_("Look"),
                tone="info",
                icon="clock",
            )
        elif connection.open_until is not None:
            yield today.Matter(
                title=_("%(name)s is in trouble") % {"name": connection.name},
                detail=connection.last_failure,
                url=url,
                action=_("Look"),
                icon="pulse",
            )


@today.register
def running_import(now: datetime) -> Iterator[today.Progress]:
    """The import of everything, while it runs."""
    rows = SyncCursor.objects.filter(name="full", finished_at=None, started_at__isnull=False)
    for cursor in rows.select_related("connection"):
        yield today.Progress(
            title=f"{walk_name(cursor.name)}: {cursor.connection.name}",
            done=cursor.done_count,
            total=cursor.total_estimate,
            url=reverse("admin:integrations_synccursor_changelist"),
            detail=cursor.last_error,
            per_second=cursors.speed(cursor).per_second,
        )
