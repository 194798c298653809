"""The page an operator opens at three in the morning: one card per connection, in sentences, with the verbs beside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from integrations import admin_connections, health, inbox, outbox, reconcile, routing, tasks
from integrations.errors import DeliveryError
from integrations.health import Box, Health, Walk
from integrations.health_words import Saying, count_text, long, sayings, walk_name
from integrations.models import Connection, InboundEvent, OutboxMessage
from portal.core import heartbeat
from portal.core.admin_site import NavPlace
from portal.core.staff_admin import mark
from portal.core.templatetags.portal import moment_text, weight
from portal.renditions import library as renditions
from portal.renditions import store, stored

#: Parked rows that one press of the button tries again; pressing it again takes the next ones.
MOST_AGAIN = 5000


@dataclass(frozen=True)
class Figure:
    """A number with its name; ``note`` stands below it."""

    label: str
    value: Any
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Card:
    """One connection as it is shown."""

    health: Health
    mark: SafeString
    sayings: list[Saying]
    figures: list[Figure]

    @property
    def walks(self) -> list[tuple[str, Walk]]:
        """Every walk with its name."""
        return [(walk_name(walk.cursor.name), walk) for walk in self.health.walks]

    @property
    def has_parked(self) -> bool:
        return bool(self.health.inbox.parked or self.health.outbox.parked)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every connection, and the programs that do the work."""
    now = timezone.now()
    cards = [_card(each) for each in health.overview(now=now)]
    context = {
        **admin.site.each_context(request),
        "title": _("Integration health"),
        "subtitle": _("Whether the portal and its vendors keep in step, and what to do when they do not."),
        "cards": cards,
        "machine": _machine(now),
    }
    return TemplateResponse(request, "admin/integrations/health.html", context)


def _card(each: Health) -> Card:
    return Card(each, admin_connections.connection_mark(each.connection), sayings(each), _figures(each))


def _figures(each: Health) -> list[Figure]:
    where = {"connection__id__exact": each.connection.pk}
    latest = each.last_event_at
    return [
        Figure(_("Behind by"), long(each.lag) or "–", _("at most, of what the vendor did")),
        Figure(
            _("Last event"), long(each.now - latest) if latest else "–", moment_text(latest) or _("none yet")
        ),
        Figure(
            _("Inbox"),
            count_text(each.inbox.waiting),
            _parked(each.inbox),
            _list("inboundevent", where),
        ),
        Figure(
            _("Outbox"),
            count_text(each.outbox.waiting),
            _parked(each.outbox),
            _list("outboxmessage", where),
        ),
        Figure(_("Errors"), _percent(each), _tries(each)),
        Figure(_("Next attempt"), _next(each), _("at what waits")),
        *_token(each),
    ]


def _token(each: Health) -> list[Figure]:
    if each.token_until is None:
        return []
    return [Figure(_("Token"), long(each.token_until - each.now), _("until it is renewed"))]


def _parked(box: Box) -> str:
    if not box.parked:
        return _("waiting, none parked")
    return _("waiting, %(count)s parked") % {"count": count_text(box.parked)}


def _list(name: str, where: dict[str, Any]) -> str:
    query = "&".join(f"{key}={value}" for key, value in where.items())
    return f"{reverse(f'admin:integrations_{name}_changelist')}?{query}"


def _percent(each: Health) -> str:
    total, bad = each.deliveries.total + each.news.total, each.deliveries.bad + each.news.bad
    return f"{100 * bad / total:.0f} %" if total else "–"


def _tries(each: Health) -> str:
    total = each.deliveries.total + each.news.total
    said = ngettext("of %(count)s try within an hour", "of %(count)s tries within an hour", total)
    return said % {"count": f"{total:,}"}


def _next(each: Health) -> str:
    if each.next_at is None:
        return "–"
    return _("now") if each.next_at <= each.now else long(each.next_at - each.now)


def _machine(now: datetime) -> list[Figure]:
    made = renditions.unfinished(now=now, limit=health.MOST + 1)
    lost = ngettext("%(count)d lost by its maker", "%(count)d lost by their makers", made.lost) % {
        "count": made.lost
    }
    return [
        _pulse(_("Timetable"), heartbeat.TIMETABLE, now),
        _pulse(_("Workers"), heartbeat.WORKER, now),
        _pulse(_("Making of files"), heartbeat.MAKING, now),
        Figure(_("Download sizes to make"), count_text(health.Count(made.wanted)), lost if made.lost else ""),
        Figure(
            _("Download sizes that failed"),
            count_text(health.Count(made.failed)),
            "",
            reverse("admin:portal_rendition_changelist") + "?state__exact=failed",
        ),
        *_store(),
    ]


def _store() -> list[Figure]:
    """The store of renditions as last counted."""
    figures, free = stored.figures(), store.free_bytes()
    going = _("%(size)s named, %(going)s about to go, %(gone)s gone so far") % {
        "size": weight(figures.named_bytes),
        "going": weight(figures.condemned_bytes),
        "gone": weight(figures.collected_bytes),
    }
    room = Figure(_("Room for files"), weight(free), _("left on the disk of the store"))
    return [Figure(_("Files kept"), weight(figures.kept_bytes), going), *([room] if free is not None else [])]


def _pulse(label: str, name: str, now: datetime) -> Figure:
    try:
        last, late = heartbeat.last(name), heartbeat.is_late(name, now=now)
    except Exception:
        unknown = mark("warn", "help", _("Unknown"))
        return Figure(label, unknown, _("The cache does not answer, so nobody can tell."))
    if last is None or late:
        since = _("last seen %(time)s") % {"time": moment_text(last)} if last else _("not seen for a day")
        return Figure(label, mark("bad", "alarm", _("Late")), since)
    return Figure(
        label,
        mark("ok", "check-circle", _("Running"), look="bare"),
        _("seen %(time)s ago") % {"time": long(now - last)},
    )


# -- Verbs ------------------------------------------------------------------------------------------------------------
@require_POST
def verb(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one of the verbs to one connection, say what came of it, and show the page again."""
    if not request.user.is_active or not request.user.is_staff:
        raise PermissionDenied
    connection = Connection.objects.filter(pk=pk).first()
    do = _VERBS.get(request.POST.get("verb", ""))
    if connection is None or do is None:
        raise Http404
    level, said = do(connection)
    messages.add_message(request, level, f"{connection.name}: {said}")
    return redirect("admin:integration_health")


def _test(connection: Connection) -> tuple[int, str]:
    try:
        return messages.SUCCESS, routing.check(connection)
    except DeliveryError as error:
        return messages.ERROR, str(error)


def _pause(connection: Connection) -> tuple[int, str]:
    Connection.objects.filter(pk=connection.pk).update(paused_until=timezone.now() + admin_connections.PAUSE)
    return messages.INFO, _("Nothing is sent or read for an hour. What comes meanwhile waits.")


def _go_on(connection: Connection) -> tuple[int, str]:
    Connection.objects.filter(pk=connection.pk).update(paused_until=None, open_until=None, failures=0)
    for name in ("deliver", "process", "poll"):
        tasks.wake(name)
    return messages.SUCCESS, _("The connection is in use again; what waits is tried now.")


def _reconcile(connection: Connection) -> tuple[int, str]:
    reconcile.begin(connection, repair=True, now=timezone.now())
    return messages.SUCCESS, _("The comparison begins within seconds. This page shows how far it is.")


def _again(connection: Connection) -> tuple[int, str]:
    now, count = timezone.now(), 0
    for model, requeue, task in (
        (InboundEvent, inbox.requeue, "process"),
        (OutboxMessage, outbox.requeue, "deliver"),
    ):
        rows = model._default_manager.filter(connection=connection, state="parked").order_by("pk")
        chosen: Any = model._default_manager.filter(
            pk__in=list(rows.values_list("pk", flat=True)[:MOST_AGAIN])
        )
        count += requeue(chosen, now=now)
        tasks.wake(task)
    said = ngettext("%(count)d parked row is tried again.", "%(count)d parked rows are tried again.", count)
    return messages.SUCCESS, said % {"count": count}


_VERBS = {"test": _test, "pause": _pause, "go_on": _go_on, "reconcile": _reconcile, "again": _again}

admin.site.add_page(  # type: ignore[attr-defined]
    "health/",
    page,
    name="integration_health",
    nav=NavPlace("run", gettext_lazy("Integration health"), "pulse", 1),
)
admin.site.add_page("health/<int:pk>/", verb, name="integration_health_verb")  # type: ignore[attr-defined]
