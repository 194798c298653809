"""
Reading packs. Everything for a partner takes the partner first; only issued versions of open packs are seen, and none
before its embargo ends. A company has a version through a community that it was composed for and that the pack is still
for: who is added to a pack gets the next version, who is taken away loses all at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core.errors import Gone, NotFound
from portal.core.paging import Page, paginate
from portal.packs.bag import Item
from portal.packs.choices import Answer, Required, VersionState
from portal.packs.difference import Difference, between
from portal.packs.models import Confirmation, Pack, PackFile, PackVersion
from portal.partners.models import Partner
from portal.partners.selectors import community_ids

#: An answer that says at least as much as the one asked for. Review and refused are answers as well.
_SATISFIES = {
    Required.NOTHING: set(Answer),
    Required.RECEIVED: set(Answer),
    Required.IN_USE: {Answer.IN_USE, Answer.REVIEW, Answer.REFUSED},
}


@dataclass(frozen=True)
class By:
    """Who answers for the company: ``actor`` as the activity record names it, ``user`` when it is a person."""

    partner: Partner
    actor: str
    user: User | None = None


def composed_for(communities: Collection[int]) -> QuerySet:
    """Return row numbers of the versions, in any state, that members of these communities may have, for a query."""
    rows = PackVersion.communities.through.objects.filter(
        community__in=communities, packversion__pack__communities=F("community")
    )
    return rows.values("packversion")


def issued_for(partner: Partner) -> QuerySet[PackVersion]:
    """Return the issued versions that were composed for a partner, of packs that are still for it."""
    mine = composed_for(community_ids(partner))
    return PackVersion.objects.filter(state=VersionState.ISSUED, pk__in=mine)


def _seen(partner: Partner, at: datetime) -> QuerySet[Pack]:
    shown = Q(embargo_until__isnull=True) | Q(embargo_until__lte=at)
    return Pack.objects.filter(shown, current__in=composed_for(community_ids(partner)))


def packs_of(partner: Partner, *, at: datetime) -> QuerySet[Pack]:
    """Return the packs a partner has at a moment, with their current versions without the manifests."""
    return (
        _seen(partner, at).filter(closed_at__isnull=True).select_related("current").defer("current__manifest")
    )


def packs_page(partner: Partner, *, at: datetime, size: int = 50, cursor: str | None = None) -> Page:
    """
    Return one page of the partner's packs with their current versions, newest pack first.

    :raises BadInput: the cursor is damaged
    """
    return paginate(
        packs_of(partner, at=at),
        order=("-created_at", "-id"),
        kinds=(datetime, int),
        size=size,
        cursor=cursor,
    )


def get_pack(partner: Partner, public_id: str, *, at: datetime) -> Pack:
    """
    Return one pack with its current version.

    :param public_id: or its slug, which stands in the addresses of pages
    :raises NotFound: unknown, not this partner's, not yet issued or under embargo: they look the same
    :raises Gone: it is no longer given out
    """
    field = "public_id" if public_id.startswith("pck_") else "slug"
    pack = _seen(partner, at).select_related("current").filter(**{field: public_id}).first()
    if pack is None:
        raise NotFound
    if pack.closed_at is not None:
        raise Gone(_("This pack is no longer given out."), reason="pack_closed")
    return pack


def get_pack_by_row(partner: Partner, pk: int | None, *, at: datetime) -> Pack:
    """
    Return one pack with its current version, by its row number.

    :raises NotFound: not this partner's, not issued, or no longer given out
    """
    pack = packs_of(partner, at=at).filter(pk=pk or 0).first()
    if pack is None:
        raise NotFound
    return pack


def get_version(partner: Partner, public_id: str, number: int | None = None, *, at: datetime) -> PackVersion:
    """
    Return an issued version of a pack, the current one when no number is given.

    :raises NotFound: no such pack or version for this partner, or the version was not composed for it
    :raises Gone: the pack is no longer given out
    """
    pack = get_pack(partner, public_id, at=at)
    if number is None or (pack.current is not None and number == pack.current.number):
        assert pack.current is not None
        pack.current.pack = pack
        return pack.current
    version = issued_for(partner).filter(pack=pack, number=number).first()
    if version is None:
        raise NotFound
    version.pack = pack
    return version


def version_before(partner: Partner, version: PackVersion) -> PackVersion | None:
    """Return the version before one, ``None`` for the first and when that one was not composed for the partner."""
    return issued_for(partner).filter(pk=version.previous_id or 0).first()


def versions_of(partner: Partner, pack: Pack, *, at: datetime) -> list[PackVersion]:
    """Return the issued versions of a pack read by ``get_pack``, newest first, without their manifests."""
    issued = issued_for(partner).filter(pack=pack, pack__in=_seen(partner, at))
    return list(issued.defer("manifest").order_by("-number"))


def files_of(
    version: PackVersion, *, names: Collection[str] | None = None, first: int = 0, limit: int | None = None
) -> list[PackFile]:
    """
    Return the files of a version, in the order of names. Who read the version may see them.

    :param names: only these; ``first`` position to begin with, ``limit`` how many at most
    """
    rows = version.files.select_related("variant__asset", "version", "revision__recipe")
    rows = rows.filter(position__gte=first) if first else rows
    rows = rows.filter(name__in=names) if names is not None else rows
    return list(rows.order_by("position")[:limit])


def items_of(version: PackVersion) -> list[Item]:
    """Return the files of a version as archives need them, in order. Who read the version may see them."""
    fields = ("position", "name", "sha256", "size", "crc32", "variant_id", "version_id")
    return [Item(*row) for row in version.files.order_by("position").values_list(*fields).iterator(2000)]


def difference(before: PackVersion | None, after: PackVersion) -> Difference:
    """Return what changed from one version of a pack to another; everything is added when there is none before."""
    old = before.files.only("name", "sha256").order_by("position") if before is not None else ()
    return between(old, after.files.only("name", "sha256").order_by("position"))


@dataclass(frozen=True)
class Progress:
    """How far a version in work is: ``done`` of ``total`` files there; ``problems`` those that cannot be had."""

    done: int
    total: int
    problems: Sequence[PackFile]


def progress_of(version: PackVersion) -> Progress:
    """Return how far a version in work is. For staff."""
    problems = list(version.files.exclude(problem="").order_by("position"))
    return Progress(version.files.exclude(sha256="").count(), version.file_count, problems)


def enough_for(pack: Pack) -> set[Answer]:
    """Return the answers that say at least what a pack asks for."""
    return _SATISFIES[Required(pack.asks)]


@dataclass(frozen=True)
class FileAnswer:
    """
    One file of a version and what a partner answered about it.

    ``state``         ``open`` (nothing yet), ``stale`` (answered about bytes that were replaced), or the answer
    ``is_lacking``    the pack asks for an answer that is not there
    ``confirmation``  the answer, or the stale one
    """

    file: PackFile
    state: str
    is_lacking: bool
    confirmation: Confirmation | None

    @property
    def is_present(self) -> bool:
        """Whether these bytes are the file's: others came, or none, and the pack's next version tells which."""
        return self.file.variant.current_id == self.file.version_id

    @property
    def is_replaced(self) -> bool:
        """Whether other bytes took the place of these; the pack's next version brings them."""
        return not self.is_present and self.file.variant.current_id is not None

    @property
    def is_wanted(self) -> bool:
        """Whether an answer is asked for now: about bytes that are not the file's any more none would be taken."""
        return self.is_lacking and self.is_present


def answers_of(
    partner: Partner, version: PackVersion, files: Sequence[PackFile] | None = None
) -> list[FileAnswer]:
    """
    Return files of a version with this partner's answer: two queries, one when the files are given.

    :param files: some of the version's, as ``files_of`` reads them; all by default
    """
    rows = Confirmation.objects.filter(partner=partner, pack=version.pack_id).select_related(
        "version", "user"
    )
    if files is not None:
        rows = rows.filter(version__variant__in={file.variant_id for file in files})
    exact: dict[tuple[int, str], Confirmation] = {}
    earlier: dict[tuple[int, int], Confirmation] = {}
    for row in rows.order_by("answered_at", "pk"):
        exact[row.version_id, row.sha256] = row
        earlier[row.version.variant_id, row.recipe_id] = row
    enough = enough_for(version.pack)
    lines = []
    for file in files_of(version) if files is None else files:
        given = exact.get((file.version_id, file.sha256))
        if given is not None and given.stale_at is None:
            lines.append(FileAnswer(file, given.answer, given.answer not in enough, given))
            continue
        given = given or earlier.get((file.variant_id, file.revision.recipe_id))
        state = "stale" if given is not None else "open"
        lines.append(FileAnswer(file, state, bool(version.pack.asks) or given is not None, given))
    return lines


def begins_at(version: PackVersion) -> datetime | None:
    """Return when the last rights to a version's files begin, ``None`` when all have no beginning."""
    # What was replaced has the rights of its newer bytes.
    present = version.files.filter(variant__current=F("version"))
    return present.aggregate(at=Max("variant__rights_start"))["at"]


def due_at(version: PackVersion, begins: datetime | None) -> datetime | None:
    """
    Return until when answers about a version are asked for, ``None`` when none are. Nobody owes one for what cannot be
    had yet: the days count from when it can.

    :param begins: of ``begins_at``
    """
    if not version.pack.asks or version.issued_at is None:
        return None
    since = max(filter(None, (version.issued_at, version.pack.embargo_until, begins)))
    return since + timedelta(days=version.pack.asks_within_days)
