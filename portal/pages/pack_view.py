"""What the page of a pack shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.http import urlencode

from portal.core.errors import Gone, NotFound
from portal.downloads import archives
from portal.downloads.services import NotYet
from portal.packs import selectors, standing, terms
from portal.packs.choices import Answer
from portal.packs.confirming import OldDigest
from portal.packs.forms import AnswerForm
from portal.packs.models import PackFile, PackVersion
from portal.packs.selectors import FileAnswer
from portal.partners.models import Partner
from portal.renditions.protection import CutRefused

#: Files shown at once, in the list and among the changes.
FILES_SHOWN = 60
CHANGES_SHOWN = 24
COMPARED = 2


@dataclass(frozen=True)
class Change:
    """A file that is another one than in the version before; ``old`` is ``None`` for one that was added."""

    name: str
    old: PackFile | None
    new: PackFile


@dataclass(frozen=True)
class Refused:
    """
    Files of a version that a company cannot have now, which keeps it from the whole archive.

    ``cut``      cut where they must be seen whole: name and reason in words
    ``gone``     taken back: name and reason in words;  ``missing``  names of those not released for the company
    ``later``    name and when the rights begin;  ``begins``  when the last of them do
    """

    gone: list[tuple[str, str]]
    cut: list[tuple[str, str]]
    missing: list[str]
    later: list[tuple[str, datetime | None]]
    begins: datetime | None

    def __bool__(self) -> bool:
        return bool(self.gone or self.cut or self.missing or self.later)

    @property
    def passes(self) -> bool:
        """Whether the version will be there by itself: nothing but the rights has still to begin."""
        return bool(self.later) and not self.gone and not self.cut and not self.missing


class PackPage:
    """One version of a pack as one company sees it; what the address asks for is in ``query``."""

    def __init__(self, company: Partner, version: PackVersion, *, now: datetime, query: Mapping[str, str]):
        self.company, self.version, self.pack, self.now, self.query = (
            company,
            version,
            version.pack,
            now,
            query,
        )

    def context(self) -> dict[str, Any]:
        """Return what ``pages/pack.html`` takes, without the form."""
        held = self.held
        change = selectors.difference(held, self.version) if held else None
        return {
            "pack": self.pack,
            "version": self.version,
            "standing": self.standing,
            "is_overdue": self.standing.is_overdue(at=self.now),
            "parts": self._parts(),
            "held": held,
            "change": change,
            "changes": self._changes(held, change) if held and change else [],
            "files": self._files(),
            "more": self._more,
            "all_files": "after" in self.query,
            "blocked": self._blocked(),
            "chosen": self.chosen,
            "terms": terms.to_accept(self.company, self.pack),
            "archive": self._archive(),
            "delta": self._archive(held) if held and self._delta_is_enough(change) else "",
            "begins": self._begins(),
            "next": next(iter(standing.coming(self.company, at=self.now, slug=self.pack.slug)), None),
            "is_stuck": bool(self.standing.replaced) and standing.is_stuck(self.pack),
            "versions": selectors.versions_of(self.company, self.pack, at=self.now)[:12],
        }

    @cached_property
    def standing(self) -> standing.Standing:
        return standing.standings(self.company, [self.pack])[0]

    @cached_property
    def held(self) -> PackVersion | None:
        return standing.held_version(self.company, self.version)

    def _parts(self) -> list[str]:
        """Return a tone for each file, those that wait for an answer first; empty for packs with very many."""
        now = self.standing
        if now.total > FILES_SHOWN:
            return []
        bad = now.answered.get(Answer.REVIEW, 0) + now.answered.get(Answer.REFUSED, 0)
        return ["warn"] * now.stale + [""] * now.open + ["bad"] * bad + ["ok"] * now.confirmed

    def _changes(self, held: PackVersion, change) -> list[Change]:
        names = sorted(change.carried)[:CHANGES_SHOWN]
        new = {file.name: file for file in selectors.files_of(self.version, names=names)}
        old = {file.name: file for file in selectors.files_of(held, names=names)}
        found = [Change(name, old.get(name), new[name]) for name in names]
        # What can be compared stands first.
        return sorted(found, key=lambda one: one.old is None)

    @cached_property
    def _page(self) -> list[FileAnswer]:
        after = self.query.get("after", "")
        first = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
        files = selectors.files_of(self.version, first=first, limit=FILES_SHOWN + 1)
        return selectors.answers_of(self.company, self.version, files)

    def _files(self) -> list[FileAnswer]:
        return self._page[:FILES_SHOWN]

    @property
    def _more(self) -> str:
        """The address of the next files, empty at the end."""
        rest = self._page[FILES_SHOWN:]
        return f"?{urlencode({'after': rest[0].file.position})}#files" if rest else ""

    def _blocked(self) -> Refused:
        items = selectors.items_of(self.version)
        refused = archives.refusals(partner=self.company, items=items, now=self.now)
        found = [(item.name, refused[item.position]) for item in items if item.position in refused]
        later = [(name, why.begins) for name, why in found if isinstance(why, NotYet)]
        return Refused(
            gone=[(name, str(why)) for name, why in found if isinstance(why, Gone)][:CHANGES_SHOWN],
            cut=[(name, str(why)) for name, why in found if isinstance(why, CutRefused)][:CHANGES_SHOWN],
            missing=[name for name, why in found if isinstance(why, NotFound)][:CHANGES_SHOWN],
            later=later[:CHANGES_SHOWN],
            begins=max((at for _name, at in later if at), default=None),
        )

    @cached_property
    def chosen(self) -> FileAnswer | None:
        """The one file the reader wants to answer about; bytes that no answer is taken about choose none."""
        digest = self.query.get("file", "")
        if len(digest) != 64:
            return None
        rows = self.version.files.filter(sha256=digest, variant__current=F("version"))
        files = list(
            rows.select_related("variant__asset", "version", "revision__recipe").order_by("position")[:1]
        )
        return next(iter(selectors.answers_of(self.company, self.version, files)), None) if files else None

    def form(self) -> AnswerForm:
        """Return the form for the chosen file, or for all that are asked for, filled with what was said before."""
        wanted = self.pack.asks or Answer.RECEIVED
        before = self.chosen.confirmation if self.chosen else self._last
        initial = {"manifest": self.version.sha256, "answer": wanted}
        if self.chosen:
            initial["sha256"] = self.chosen.file.sha256
        if before is not None:
            initial |= {"place": before.place}
            if not Answer(before.answer).needs_reason or (self.chosen and self.chosen.state != "stale"):
                initial |= {"answer": before.answer, "reason": before.reason, "text": before.text}
        return AnswerForm(initial=initial)

    @property
    def _last(self):
        """What was said about a file of this page that was replaced since: most likely it holds for the new one."""
        return next((line.confirmation for line in self._page if line.state == "stale"), None)

    def _delta_is_enough(self, change) -> bool:
        """Whether the changes alone make the pack whole: no file is unanswered that did not come with them."""
        return bool(change) and self.standing.open <= len(change.added)

    def _archive(self, since: PackVersion | None = None) -> str:
        path = reverse("pages:pack-archive", args=[self.company.slug, self.pack.slug, self.version.number])
        return f"{path}?{urlencode({'since': since.number})}" if since else path

    def _begins(self) -> str:
        """The address of the archive that begins by itself, because the reader has just asked for it."""
        begin = self.query.get("begin", "")
        if begin == "all":
            return self._archive()
        number = int(begin) if begin.isascii() and begin.isdigit() and len(begin) < 7 else 0
        if not 0 < number < (self.version.number or 0):
            return ""
        return f"{self._archive()}?{urlencode({'since': number})}"


def replaced_since(company: Partner, version: PackVersion, error: OldDigest) -> list[dict[str, str]]:
    """
    Return what was answered for and what stands there now: ``{"name", "sent", "current"}``, the pack's list first when
    the answer was for all. An empty ``current`` is still being made.
    """
    if "files" in error.extra:
        return [{**line, "current": line["current"] or ""} for line in error.extra["files"]]
    lines = [{"name": "", "sent": error.extra["sent"], "current": error.extra["current"] or ""}]
    before = standing.version_of_manifest(company, version.pack, error.extra["sent"])
    if before is not None:
        names = selectors.difference(before, version).changed[:CHANGES_SHOWN]
        old = {file.name: file.sha256 for file in selectors.files_of(before, names=names)}
        new = {file.name: file.sha256 for file in selectors.files_of(version, names=names)}
        lines += [{"name": name, "sent": old[name], "current": new[name]} for name in names]
    return lines
