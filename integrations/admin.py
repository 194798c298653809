"""What came from the vendors and what we owe them. Staff look and try again; nothing here is edited."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from integrations import admin_connections, admin_health, admin_today, cursors, inbox, outbox, tasks
from integrations.health_words import walk_name
from integrations.models import (
    DeliveryAttempt,
    ExternalReference,
    InboundEvent,
    OutboxMessage,
    SyncCursor,
    Work,
)
from integrations.payloads import text_of
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import StaffAdmin, mark
from portal.core.staff_lists import Order
from portal.core.templatetags.portal import moment

__all__ = ["admin_connections", "admin_health", "admin_today"]

_WORK_MARKS = {
    "pending": ("plan", "hourglass", ""),
    "parked": ("bad", "x-circle", ""),
    "done": ("ok", "check-circle", "bare"),
    "sent": ("ok", "check-circle", "bare"),
    "ignored": ("mute", "minus-circle", "bare"),
    "superseded": ("mute", "swap", "bare"),
}


def work_mark(row: Any) -> SafeString:
    """An inbox or outbox row's state as icon and word."""
    tone, icon, look = _WORK_MARKS[row.state]
    return mark(tone, icon, row.get_state_display(), look=look)


class WorkAdmin(StaffAdmin):
    """What the lists of inbox and outbox have in common: state, reason, and the verb that tries again."""

    requeue: Callable[..., int]
    wakes: str
    list_select_related = ("connection",)
    middle: tuple[str, ...] = ("source",)
    wide: tuple[str, ...] = ("tries",)
    can_search = True
    actions = ("try_again", "export_csv")

    @admin.display(description=gettext_lazy("state"))
    def state_mark(self, row: Work) -> SafeString:
        return work_mark(row)

    @admin.display(description=gettext_lazy("connection"))
    def source(self, row: Work) -> str:
        return row.connection.name

    @admin.display(description=gettext_lazy("reason"))
    def reason(self, row: Any) -> str | SafeString:
        if row.state == "parked":
            return format_html('<span class="problem">{}</span>', row.last_error)
        return row.last_error

    @admin.display(description=gettext_lazy("attempts"))
    def tries(self, row: Work) -> int:
        return row.attempts

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.try_one_again)
        name = f"integrations_{self.opts.model_name}_again"
        return [path("<int:pk>/again/", view, name=name), *super().get_urls()]

    @admin.action(description=gettext_lazy("Try again"), permissions=["view"])
    def try_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        # The list's own joins and order are in the way of an update.
        rows = self.model._default_manager.filter(pk__in=queryset.order_by().values("pk"))
        count = self.requeue(rows, now=timezone.now())
        tasks.wake(self.wakes)
        if count:
            said = ngettext(
                "%(count)d parked row is tried again.", "%(count)d parked rows are tried again.", count
            )
            self.message_user(request, said % {"count": count}, messages.SUCCESS)
        else:
            self.message_user(
                request, _("None of them was parked, so nothing was to be done."), messages.INFO
            )

    @method_decorator(require_POST)
    def try_one_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.row(request, pk)
        self.try_again(request, self.model._default_manager.filter(pk=found.pk))
        return redirect(f"admin:integrations_{self.opts.model_name}_change", pk)

    def show(self, request: HttpRequest, row: Any, **context: Any) -> HttpResponse:
        """The page of one row."""
        return self.page(
            request,
            "integrations/work.html",
            title=row.dedupe_key,
            row=row,
            state=work_mark(row),
            list_url=reverse(f"admin:integrations_{self.opts.model_name}_changelist"),
            list_label=self.list_label,
            again_url=reverse(f"admin:integrations_{self.opts.model_name}_again", args=[row.pk]),
            **context,
        )


@admin.register(InboundEvent)
class InboundEventAdmin(WorkAdmin):
    """News from vendors."""

    nav = NavPlace("run", gettext_lazy("Inbox"), "inbox", 20)
    lead = gettext_lazy(
        "News from the vendors: stored first, worked on after. What cannot be used stands parked."
    )
    empty_text = gettext_lazy("Events appear when a vendor calls or is asked for news.")
    list_display = ("about", "state_mark", "source", "reason", "tries", "received")
    list_filter = ("state", ("connection", admin.RelatedOnlyFieldListFilter), "kind")
    search_fields = ("=subject", "=dedupe_key")
    search_help_text = gettext_lazy("The vendor's id, whole")
    csv_columns = (
        "id",
        "connection__key",
        "kind",
        "subject",
        "state",
        "last_error",
        "attempts",
        "received_at",
        "processed_at",
    )
    requeue = staticmethod(inbox.requeue)
    wakes = "process"

    @admin.display(description=gettext_lazy("about"))
    def about(self, row: InboundEvent) -> SafeString:
        return format_html('{}<span class="sub mono">{}</span>', row.kind, row.subject)

    @admin.display(description=gettext_lazy("received"))
    def received(self, row: InboundEvent) -> str:
        return moment(row.received_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """What came, as it came, and what was made of it."""
        event: Any = self.row(request, object_id)
        facts = [
            (_("Received"), moment(event.received_at)),
            (_("Done"), moment(event.processed_at)),
            (_("Not before"), moment(event.not_before) if event.state == "pending" else ""),
            (_("About"), event.subject),
            (_("Connection"), event.connection.name),
            (_("Attempts"), event.attempts),
            (_("Further hints meanwhile"), event.repeats or ""),
        ]
        raw = text_of(bytes(event.raw)) if event.raw else ""
        return self.show(request, event, facts=facts, remembered=_pretty(event.data), body=raw, attempts=[])


@admin.register(OutboxMessage)
class OutboxMessageAdmin(WorkAdmin):
    """What we still owe the outside world."""

    nav = NavPlace("run", gettext_lazy("Outbox"), "send", 30)
    lead = gettext_lazy(
        "What the vendors are told, once and in order. What they refuse stands parked with the reason."
    )
    empty_text = gettext_lazy(
        "Messages appear when something is published into a community of the Trading Grid."
    )
    list_display = ("fact", "state_mark", "source", "reason", "tries", "written")
    list_filter = ("state", ("connection", admin.RelatedOnlyFieldListFilter), "kind")
    search_fields = ("=dedupe_key", "=ordering_key")
    search_help_text = gettext_lazy("The fact's or publication's key, whole")
    csv_columns = (
        "id",
        "connection__key",
        "kind",
        "dedupe_key",
        "state",
        "last_error",
        "attempts",
        "created_at",
        "sent_at",
    )
    requeue = staticmethod(outbox.requeue)
    wakes = "deliver"

    @admin.display(description=gettext_lazy("fact"))
    def fact(self, row: OutboxMessage) -> SafeString:
        return format_html('{}<span class="sub mono">{}</span>', row.kind, row.dedupe_key)

    @admin.display(description=gettext_lazy("written"))
    def written(self, row: OutboxMessage) -> str:
        return moment(row.created_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        """The fact, and every attempt to tell it."""
        message: Any = self.row(request, object_id)
        facts = [
            (_("Written"), moment(message.created_at)),
            (_("Sent"), moment(message.sent_at)),
            (_("Not before"), moment(message.not_before) if message.state == "pending" else ""),
            (_("Connection"), message.connection.name),
            (_("In order with"), message.ordering_key),
            (_("Attempts"), message.attempts),
        ]
        attempts = message.tries.order_by("-pk")[:50]
        return self.show(
            request, message, facts=facts, remembered="", body=_pretty(message.payload), attempts=attempts
        )


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) if value else ""


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(StaffAdmin):
    """Every try to deliver anything; reached from the outbox."""

    nav = NavPlace("run", gettext_lazy("Delivery attempts"), "refresh", 40)
    list_display = ("message_key", "outcome", "status", "duration_ms", "error", "began")
    middle = ("status", "duration_ms")
    wide = ("error",)
    list_filter = ("outcome", ("message__connection", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("message",)
    empty_text = gettext_lazy("Attempts appear when messages are delivered.")

    @admin.display(description=gettext_lazy("message"))
    def message_key(self, row: DeliveryAttempt) -> str:
        return row.message.dedupe_key

    @admin.display(description=gettext_lazy("started"))
    def began(self, row: DeliveryAttempt) -> str:
        return moment(row.started_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        found: Any = self.row(request, object_id)
        return redirect("admin:integrations_outboxmessage_change", found.message_id)


@admin.register(SyncCursor)
class SyncCursorAdmin(StaffAdmin):
    """How far reading the vendors' lists has come."""

    nav = NavPlace("run", gettext_lazy("Import and sync"), "refresh", 10)
    lead = gettext_lazy("Reading the vendors' lists: the import of everything, and the sweeps for changes.")
    empty_text = gettext_lazy("Walks appear when a connection is first asked for news.")
    list_display = ("walk", "state_mark", "done", "rate", "left", "problem", "next_pass")
    middle = ("rate", "left")
    wide = ("next_pass",)
    list_filter = (("connection", admin.RelatedOnlyFieldListFilter), "name")
    list_select_related = ("connection",)
    orders = {"id": Order(gettext_lazy("As they began"), ("id",), (int,))}
    csv_columns = (
        "connection__key",
        "name",
        "done_count",
        "total_estimate",
        "started_at",
        "finished_at",
        "due_at",
        "last_error",
    )

    @admin.display(description=gettext_lazy("what"))
    def walk(self, row: SyncCursor) -> SafeString:
        return format_html('{}<span class="sub">{}</span>', walk_name(row.name), row.connection.name)

    @admin.display(description=gettext_lazy("state"))
    def state_mark(self, row: SyncCursor) -> SafeString:
        if row.failures:
            return mark("warn", "triangle", _("In trouble"))
        if row.finished_at is None:
            return mark("plan", "hourglass", _("Running"))
        return mark("ok", "check-circle", _("Up to date"), look="bare")

    @admin.display(description=gettext_lazy("done"))
    def done(self, row: SyncCursor) -> str:
        if row.total_estimate is None or row.finished_at is not None:
            return f"{row.done_count:,}"
        return _("%(done)s of about %(total)s") % {
            "done": f"{row.done_count:,}",
            "total": f"{row.total_estimate:,}",
        }

    @admin.display(description=gettext_lazy("a second"))
    def rate(self, row: SyncCursor) -> str:
        per_second = cursors.speed(row).per_second
        return f"{per_second:,.0f}" if per_second and row.name == "full" else ""

    @admin.display(description=gettext_lazy("time left"))
    def left(self, row: SyncCursor) -> str:
        seconds = cursors.speed(row).seconds_left
        if seconds is None:
            return ""
        return _("%(minutes)d:%(seconds)02d min") % {"minutes": seconds // 60, "seconds": seconds % 60}

    @admin.display(description=gettext_lazy("problem"))
    def problem(self, row: SyncCursor) -> str:
        return row.last_error

    @admin.display(description=gettext_lazy("next pass"))
    def next_pass(self, row: SyncCursor) -> str:
        return moment(row.due_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url="", extra_context=None
    ) -> HttpResponse:
        found: Any = self.row(request, object_id)
        return redirect("admin:integrations_connection_change", found.connection_id)


@admin.register(ExternalReference)
class ExternalReferenceAdmin(StaffAdmin):
    """What our rows are called over there."""

    nav = None
    list_display = ("external_id", "resource", "local_type", "local_id", "connection")
    list_filter = ("resource", ("connection", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("connection",)
    can_search = True
    search_fields = ("=external_id",)
    search_help_text = gettext_lazy("The vendor's id, whole")
    list_display_links = None
