"""What the portal itself says on the staff's first page. Integrations add their own lines."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.activity import selectors as activity
from portal.activity.choices import verb_mark, verb_text
from portal.admin.rules import routing_line
from portal.admin.subjects import subject_names
from portal.core import today
from portal.core.templatetags.portal import weight
from portal.partners import directory
from portal.publications import overview
from portal.renditions import library as renditions
from portal.renditions import store, stored


def _list(name: str, **query: str | int) -> str:
    address = reverse(f"admin:portal_{name}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def _names(rows: list) -> str:
    shown = ", ".join(str(row) for row in rows[:3])
    return f"{shown} …" if len(rows) > 3 else shown


@today.register
def failed_renditions(now: datetime) -> Iterator[today.Matter]:
    if count := renditions.failed_count():
        yield today.Matter(
            title=ngettext(
                "%(count)d download size could not be made",
                "%(count)d download sizes could not be made",
                count,
            )
            % {"count": count},
            detail=_("Partners who ask for them are told so. The reason stands with each."),
            url=_list("rendition", state__exact="failed"),
            action=_("Look"),
            tone="bad",
            icon="x-circle",
        )


@today.register
def unchecked_files(now: datetime) -> Iterator[today.Matter]:
    if count := renditions.unchecked_count():
        yield today.Matter(
            title=ngettext(
                "%(count)d file could not be checked against a channel's rules",
                "%(count)d files could not be checked against a channel's rules",
                count,
            )
            % {"count": count},
            detail=_("Partners who ask are told so. The reason stands with each."),
            url=_list("verdict", state__exact="impossible"),
            action=_("Look"),
            icon="triangle",
        )


@today.register
def store_of_files(now: datetime) -> Iterator[today.Matter]:
    """What is wrong with the store of renditions; the figures stand under Integration health."""
    if count := renditions.altered_count():
        yield today.Matter(
            title=ngettext(
                "%(count)d lost file came back as other bytes",
                "%(count)d lost files came back as other bytes",
                count,
            )
            % {"count": count},
            detail=_("Nobody gets them until somebody says which are right: restore a backup, or accept."),
            url=_list("rendition", state__exact="altered"),
            action=_("Look"),
            tone="bad",
            icon="swap",
        )
    figures, free = stored.figures(), store.free_bytes()
    if figures.missing_count:
        yield today.Matter(
            title=ngettext(
                "%(count)d file is missing from the store",
                "%(count)d files are missing from the store",
                figures.missing_count,
            )
            % {"count": figures.missing_count},
            detail=_("They are fetched again by and by. Until then archives that hold them are refused."),
            url=reverse("admin:integration_health"),
            action=_("Look"),
            tone="bad",
            icon="x-circle",
        )
    if free is not None and free < settings.FILES_LEAST_FREE_BYTES:
        yield today.Matter(
            title=_("The disk of the store is nearly full: %(free)s are left") % {"free": weight(free)},
            detail=_("No new download size is made. What is there is still given out."),
            url=reverse("admin:integration_health"),
            action=_("Look"),
            tone="bad",
            icon="inbox",
        )
    elif figures.full:
        yield today.Matter(
            title=_("The store is full: %(kept)s of %(most)s, and nothing may go")
            % {"kept": weight(figures.kept_bytes), "most": weight(settings.FILES_MOST_BYTES)},
            detail=_(
                "Everything in it is named or was used today. New files are still kept; give it more room."
            ),
            url=reverse("admin:integration_health"),
            action=_("Look"),
            icon="inbox",
        )


@today.register
def communities(now: datetime) -> Iterator[today.Matter]:
    """Companies and communities that get nothing, which is hardly ever meant."""
    if lost := directory.without_community():
        count = len(lost)
        yield today.Matter(
            title=ngettext(
                "%(count)d active company is in no community",
                "%(count)d active companies are in no community",
                count,
            )
            % {"count": count},
            detail=_("They see nothing: %(names)s") % {"names": _names(lost)},
            url=reverse("admin:portal_partner_change", args=[lost[0].pk]) if count == 1 else _list("partner"),
            action=_("Look"),
            icon="users",
        )
    if empty := overview.communities_without_rule():
        count = len(empty)
        yield today.Matter(
            title=ngettext(
                "No rule leads into %(count)d community", "No rule leads into %(count)d communities", count
            )
            % {"count": count},
            detail=_("Nothing is published there: %(names)s") % {"names": _names(empty)},
            url=_list("routingrule"),
            action=_("See the rules"),
            icon="filter",
        )


@today.register
def suspended(now: datetime) -> Iterator[today.Matter]:
    if shut := directory.suspended():
        count = len(shut)
        yield today.Matter(
            title=ngettext("%(count)d company is suspended", "%(count)d companies are suspended", count)
            % {"count": count},
            detail=_names(shut),
            url=_list("partner", status__exact="suspended"),
            action=_("Look"),
            tone="info",
            icon="slash",
        )


@today.register
def rights(now: datetime) -> Iterator[today.Matter]:
    count = overview.expiring_soon(now=now).values("asset").distinct().count()
    if count:
        yield today.Matter(
            title=ngettext(
                "The rights to %(count)d published asset end soon",
                "The rights to %(count)d published assets end soon",
                count,
            )
            % {"count": count},
            detail=_("Within %(days)d days. Extend them in the media library, or let them end.")
            % {"days": settings.EXPIRING_DAYS},
            url=_list("asset", standing="expiring"),
            action=_("Look"),
            icon="hourglass",
        )


@today.register
def routing(now: datetime) -> Iterator[today.Progress]:
    if (line := routing_line()) is not None:
        yield line


@today.register
def lately(now: datetime) -> Iterator[today.Note]:
    entries = activity.latest(limit=12)
    names = subject_names({entry.subject for entry in entries})
    for entry in entries:
        tone, icon = verb_mark(entry.verb)
        # A person's or system's doings are told by their company.
        about = entry.partner or names.get(entry.subject, "")
        yield today.Note(
            text=f"{verb_text(entry.verb)}: {about}" if about else verb_text(entry.verb),
            at=entry.at,
            url=f"{reverse('admin:find')}?{urlencode({'q': entry.subject})}",
            tone=tone,
            icon=icon,
        )
