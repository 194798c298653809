"""The first page: what changed, what waits, what was taken."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.change_requests import selectors as change_requests
from portal.core.templatetags.portal import day_text
from portal.downloads import selectors as downloads
from portal.packs import standing
from portal.pages.address import Listing
from portal.pages.onboarding import path_shown
from portal.publications import selectors as publications
from portal.publications.cards import AssetCard
from portal.publications.choices import ChangeKind
from portal.publications.facets import AssetFilter
from portal.publications.selectors import ChangeLine

#: What happened to an asset -> tone, icon and word on its picture.
FLAGS = {
    ChangeKind.PUBLISHED: ("ok", "check-circle", gettext_lazy("New")),
    ChangeKind.REPLACED: ("mute", "swap", gettext_lazy("New version")),
    ChangeKind.UPDATED: ("mute", "edit", gettext_lazy("Details changed")),
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Greet the reader and show what is new for this company since they were here last."""
    now = timezone.now()
    since = request.membership.previous_visit_at
    changes = publications.newest_changes(request.company, since=since, at=now)
    has_changed = bool(changes)
    if since and not has_changed:
        # Nothing new: the last ones are still the best way in.
        changes = publications.newest_changes(request.company, since=None, at=now)
    started = path_shown(request, now)
    todo = standing.to_do(request.company, at=now)
    asked = change_requests.waiting_for(request.company)
    context = {
        "started": started if started and not started["path"].enrolment.is_completed else None,
        "greeting": _greeting(request.user.get_short_name(), timezone.localtime(now)),
        "since": since,
        "has_changed": has_changed,
        "changes": [_shown(line, card) for line, card in changes],
        "changes_url": Listing(
            company=request.company, wish=AssetFilter(since=since if has_changed else None)
        ).url(),
        "todo": [(line, line.is_overdue(at=now)) for line in todo],
        "asked": asked,
        "todo_count": len(todo) + len(asked),
        "downloads": downloads.recent_downloads(request.company, at=now),
    }
    return render(request, "pages/home.html", context)


def _greeting(name: str, at: datetime) -> str:
    if at.hour < 5 or at.hour >= 18:
        return _("Good evening, %(name)s") % {"name": name}
    if at.hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    return _("Good afternoon, %(name)s") % {"name": name}


def _shown(line: ChangeLine, card: AssetCard) -> dict[str, Any]:
    """A card of the strip, with what happened as its flag."""
    tone, icon, text = FLAGS[ChangeKind(line.change.kind)]
    flag = {"tone": tone, "icon": icon, "text": text}
    if card.lead.status == "scheduled" and card.lead.usable_from:
        start = _("From %(day)s") % {"day": day_text(card.lead.usable_from)}
        flag = {"tone": "plan", "icon": "calendar", "text": start}
    what = card.asset.get_view_display() if card.asset.view else card.asset.get_kind_display()
    version = _("version %(number)d") % {"number": card.lead.version.number}
    return {"card": card, "flag": flag, "note": f"{what} · {version}"}
