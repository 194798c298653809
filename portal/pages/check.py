"""Check my files: digests in, what each file is out. Files themselves never leave the reader's machine."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.errors import BadInput, DomainError
from portal.core.texts import in_language
from portal.downloads import digest_lists, jobs, known
from portal.downloads.choices import Origin
from portal.downloads.digest_lists import Named
from portal.downloads.known import MOST_DIGESTS, KnownFile
from portal.downloads.wishes import Wish
from portal.pages.takers import taker_of
from portal.publications import selectors as publications

NOT_OURS = "unknown"
#: What a file is -> tone, icon and word; in the order in which they are listed, what needs something done first.
STANDINGS = {
    "withdrawn": ("bad", "minus-circle", gettext_lazy("Withdrawn")),
    "replaced": ("warn", "refresh", gettext_lazy("Outdated")),
    NOT_OURS: ("mute", "help", gettext_lazy("Not ours")),
    "current": ("ok", "check-circle", gettext_lazy("Current")),
}


@dataclass(frozen=True)
class Line:
    """One file of the reader: ``name`` is theirs, else ours, else empty; ``known`` is ``None`` for not ours."""

    named: Named
    known: KnownFile | None

    @property
    def status(self) -> str:
        return self.known.status if self.known else NOT_OURS

    @property
    def mark(self) -> dict[str, Any]:
        tone, icon, text = STANDINGS[self.status]
        return {"tone": tone, "icon": icon, "text": text}

    @property
    def name(self) -> str:
        return self.named.name or (self.known.name if self.known else "")

    @property
    def title(self) -> str:
        return in_language(self.known.title) if self.known else ""

    @property
    def why(self) -> str:
        return publications.why_gone(self.known.reason) if self.known and self.known.reason else ""


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """
    Take digests and say what each file is. It is a question: nothing is kept of it. A few may stand in the address, so
    that a link can ask; many come by POST.
    """
    given = request.POST if request.method == "POST" else request.GET
    if "digests" not in given:
        return render(request, "pages/check.html", {"text": "", "most": MOST_DIGESTS})
    text = given["digests"]
    named, unread = digest_lists.read(text)
    context: dict[str, Any] = {"text": text, "most": MOST_DIGESTS, "unread": unread[:5]}
    if not named:
        context["error"] = _(
            "There is no SHA-256 digest in it. A digest has 64 characters, 0 to 9 and a to f."
        )
        return render(request, "pages/check.html", context, status=BadInput.status)
    if len(named) > MOST_DIGESTS:
        context["error"] = _("These are %(given)d files. At most %(most)d can be checked at once.") % {
            "given": len(named),
            "most": MOST_DIGESTS,
        }
        return render(request, "pages/check.html", context, status=BadInput.status)
    lines = _lines(request, named)
    counts = Counter(line.status for line in lines)
    context |= {
        "lines": lines,
        "summary": [
            {"tone": tone, "icon": icon, "text": label, "count": counts[status]}
            for status, (tone, icon, label) in STANDINGS.items()
            if counts[status]
        ],
        "lead": _lead(counts, len(lines)),
        "outdated": "\n".join(line.named.sha256 for line in lines if line.status == "replaced"),
        "unread_count": len(unread),
    }
    return render(request, "pages/check_result.html", context)


def _lines(request: HttpRequest, named: Sequence[Named]) -> list[Line]:
    found = known.known_files(request.company, {one.sha256 for one in named}, at=timezone.now())
    lines = [Line(one, found.get(one.sha256)) for one in named]
    order = list(STANDINGS)
    return sorted(lines, key=lambda line: order.index(line.status))


def _lead(counts: Counter[str], total: int) -> str:
    if counts["current"] == total:
        return ngettext("Your file is current.", "All %(count)d files are current.", total) % {"count": total}
    return ngettext("%(count)d file checked", "%(count)d files checked", total) % {"count": total}


@require_POST
def replacements(request: HttpRequest) -> HttpResponse:
    """Prepare the current versions of outdated files, each in the size it was taken in."""
    named, _unread = digest_lists.read(request.POST.get("digests", ""))
    now = timezone.now()
    found = known.known_files(request.company, {one.sha256 for one in named[:MOST_DIGESTS]}, at=now)
    wishes = [
        Wish(one.variant_pk, one.recipe_pk, None, one.title, one.language)
        for one in found.values()
        if one.status == "replaced"
    ]
    try:
        jobs.begin(
            partner=request.company,
            taker=taker_of(request),
            wishes=wishes,
            origin=Origin.REPLACEMENTS,
            now=now,
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("pages:check", request.company.slug)
    return redirect("pages:downloads", request.company.slug)
