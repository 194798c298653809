"""The health of a connection in plain sentences, for somebody who was woken up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.health import Box, Count, Health, reconciles_at_night
from portal.core.templatetags.portal import moment_text


@dataclass(frozen=True)
class Saying:
    """One sentence. ``tone`` and ``icon`` as of ``today.Matter``; ``detail`` is the reason, in others' words."""

    tone: str
    icon: str
    text: str
    detail: str = ""


def kind_name(kind: str) -> str:
    """What a kind of difference is called."""
    return {
        "missing_here": _("in the media library, not in the portal"),
        "gone_there": _("in the portal, not in the media library"),
        "outside_there": _("moved to where nothing is mirrored"),
        "other_version": _("another version"),
        "other_approval": _("another approval"),
        "other_facts": _("other words or rights"),
        "newer_here": _("newer in the portal"),
        "unreadable": _("cannot be read"),
        "company": _("company described otherwise"),
        "community": _("community described otherwise"),
        "member": _("membership"),
        "missing_post": _("not posted"),
        "post_to_withdraw": _("posted, should be withdrawn"),
        "other_content": _("post shows other files"),
        "duplicate_post": _("posted twice"),
        "orphan_post": _("post without a publication"),
        "forgotten_post": _("post the portal had forgotten"),
    }.get(kind, kind)


def count_text(count: Count) -> str:
    """Return the number, or that it is more."""
    return _("more than %(count)s") % {"count": f"{count.shown:,}"} if count.is_more else f"{count.number:,}"


def long(time: timedelta | None) -> str:
    """Return a length of time in two words, empty for none."""
    if time is None:
        return ""
    seconds = int(time.total_seconds())
    if seconds < 100:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    if seconds < 100 * 60:
        return ngettext("%(count)d minute", "%(count)d minutes", seconds // 60) % {"count": seconds // 60}
    if seconds < 48 * 3600:
        return ngettext("%(count)d hour", "%(count)d hours", seconds // 3600) % {"count": seconds // 3600}
    return ngettext("%(count)d day", "%(count)d days", seconds // 86_400) % {"count": seconds // 86_400}


def sayings(health: Health) -> list[Saying]:
    """Return what there is to say about a connection, the worst first; never nothing."""
    found = [*_standing(health), *_boxes(health), *_walks(health), *_compared(health)]
    order = ("bad", "warn", "info", "plan", "ok", "mute")
    return sorted(found, key=lambda saying: order.index(saying.tone))


def _standing(health: Health) -> Iterator[Saying]:
    row = health.connection
    match health.state:
        case "off":
            yield Saying("mute", "slash", _("Not in use: nothing is sent or read."))
        case "paused":
            until = moment_text(row.paused_until)
            text = _("Staff paused it until %(time)s. What comes meanwhile waits; nothing is lost.")
            yield Saying("info", "clock", text % {"time": until})
        case "open":
            failures = row.failures
            text = ngettext(
                "Held back after %(count)d failed call in a row. Tried by itself again at %(time)s; nothing is lost.",
                "Held back after %(count)d failed calls in a row. Tried by itself again at %(time)s; nothing is lost.",
                failures,
            )
            said = text % {"count": failures, "time": _clock(row.open_until)}
            yield Saying("bad", "pulse", said, row.last_failure)
        case "trouble":
            text = ngettext(
                "The last call failed.", "The last %(count)d calls failed.", row.failures
            )  # fmt: skip
            yield Saying("warn", "triangle", text % {"count": row.failures}, row.last_failure)
        case "new":
            yield Saying("mute", "dashed", _("Never called so far. Test it."))


def _clock(at: datetime | None) -> str:
    return f"{at:%H:%M:%S} UTC" if at else ""


def _boxes(health: Health) -> Iterator[Saying]:
    for box, waits, parked in (
        (health.inbox, _("News that waits to be taken in: %(count)s, the oldest for %(time)s."),
         _("News that could not be used and is parked: %(count)s. Look at the reason, then try again.")),
        (health.outbox, _("Messages that wait to be sent: %(count)s, the oldest for %(time)s."),
         _("Messages that were refused and are parked: %(count)s. Repair the reason, then try again.")),
    ):  # fmt: skip
        if box.parked:
            yield Saying("bad", "x-circle", parked % {"count": count_text(box.parked)}, box.reason)
        if box.stuck:
            text = _(
                "Begun and not ended, their worker is gone: %(count)s. They are taken over by themselves."
            )
            yield Saying("warn", "hourglass", text % {"count": box.stuck})
        if box.waiting and box.oldest_at is not None:
            waited = health.now - box.oldest_at
            said = waits % {"count": count_text(box.waiting), "time": long(waited)}
            yield Saying(_waiting_tone(box, waited), "hourglass", said)
    boxes = (health.inbox, health.outbox)
    if health.state == "ok" and not any(box.waiting or box.parked for box in boxes):
        yield Saying("ok", "check-circle", _("Nothing waits: everything that came is taken in and told."))


def _waiting_tone(box: Box, waited: timedelta) -> str:
    return "plan" if waited < timedelta(minutes=5) and not box.waiting.is_more else "warn"


def _walks(health: Health) -> Iterator[Saying]:
    for walk in health.walks:
        if walk.is_silent:
            text = _("Nobody goes on with “%(walk)s”. Do a worker and the timetable run?")
            yield Saying("bad", "alarm", text % {"walk": walk_name(walk.cursor.name)})
        elif walk.cursor.failures:
            text = _("“%(walk)s” goes on later at the same place.")
            yield Saying(
                "warn", "triangle", text % {"walk": walk_name(walk.cursor.name)}, walk.cursor.last_error
            )


def _compared(health: Health) -> Iterator[Saying]:
    result = health.compared
    if health.state == "off":
        return
    running = next(
        (walk for walk in health.walks if walk.cursor.name == "reconcile" and walk.is_running), None
    )
    if running is not None:
        said = _("Being compared now: %(count)s so far.") % {"count": f"{running.cursor.done_count:,}"}
        yield Saying("plan", "swap", said)
    if not result:
        at_night = reconciles_at_night()
        text = (
            _("Never compared so far; the timetable does it at night.") if at_night else _("Never compared.")
        )
        yield Saying("mute", "dashed", text)
        return
    values = {"time": moment_text(health.compared_at), "count": f"{result['compared']:,}"}
    if result["equal"]:
        text = _(
            "Portal and vendor agreed at the last comparison (%(time)s): %(count)s things, no difference."
        )
        yield Saying("ok", "check-double", text % values)
        return
    kinds = ", ".join(f"{kind_name(kind)}: {number:,}" for kind, number in health.drift.items())
    text = _("Differences at the last comparison (%(time)s): %(kinds)s.")
    yield Saying("warn", "swap", text % {**values, "kinds": kinds}, _examples(result))


def _examples(result: dict[str, Any]) -> str:
    shown = [said for kind in result["examples"].values() for said in kind]
    return " · ".join(shown[:4])


def walk_name(name: str) -> str:
    """What a walk is called for staff."""
    return {
        "full": _("Import of all files"),
        "sweep": _("Changed files"),
        "events": _("Events"),
        "directory": _("Companies and communities"),
        "reconcile": _("Comparison"),
    }.get(name, name)
