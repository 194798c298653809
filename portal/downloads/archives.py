"""
Sending the files of a pack or a prepared download in one archive: each is checked right before it leaves, and recorded.

An archive is complete or it fails: when a file is withdrawn while it runs, the stream ends before that file and short
of its announced length, so that no client can take it for whole; asked again, the address answers 410.
"""

import logging
import time
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import IO

from django.db import transaction
from django.db.models import DateTimeField, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.activity.models import Activity
from portal.catalog.models import AssetVersion
from portal.core import rowscope
from portal.core.bulk import save_all
from portal.core.errors import DomainError, Gone, NotFound
from portal.downloads.models import Download, JobFile, PackDownload
from portal.downloads.services import PARTS, NotYet, Taker, not_yet
from portal.packs import terms
from portal.packs.bag import Archive, Item
from portal.packs.models import PackFile
from portal.packs.zipping import Slice
from portal.partners.models import Partner
from portal.partners.selectors import open_communities
from portal.publications import selectors as publications
from portal.publications.visibility import items_in
from portal.renditions import protection, store, stored
from portal.renditions import services as renditions
from portal.renditions.models import ProtectedZone, Rendition
from portal.renditions.selectors import by_digests

logger = logging.getLogger(__name__)

_CHUNK = 1 << 18
#: Files are recorded as taken in groups before the first of them leaves: one round trip for many small ones. Broken off
#: in between, a few are recorded that did not arrive, which a recall can live with; the contrary it could not.
_RECORDED_TOGETHER = 100
#: Files are checked in groups as well, and an answer holds for so long: no longer than one on its way to the client.
#: Whoever reads slowly has each file checked right before it leaves; whoever reads 400 a second does not wait for it.
CHECKED_TOGETHER, CHECKED_FOR = 64, 0.02


#: Stands for rights that have no beginning.
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


class EndedEarly(Exception):
    """The stream ends short of its length on purpose. Raised to the server, which closes the connection."""


class FilesLost(DomainError):
    """Bytes that the archive must hold are lost, and have not come back yet."""

    code = "files_lost"


def refusals(*, partner: Partner, items: Collection[Item], now: datetime) -> dict[int, DomainError]:
    """
    Return why a partner may not have some of these files now, by ``position``: the same answers as
    ``services.find_by_digest`` gives for one, for any number in one query when nothing is wrong.
    """
    # As cards do: of a variant published twice, the one released first counts.
    visible = items_in(open_communities(partner), at=now).filter(variant=OuterRef("variant_id"))
    usable_from = Coalesce("usable_from", Value(_ALWAYS), output_field=DateTimeField())
    first = visible.order_by("released_at").annotate(begins=usable_from).values("begins")[:1]
    zones = ProtectedZone.objects.filter(variant=OuterRef("variant_id"))
    rows = AssetVersion.objects.filter(pk__in={item.version_id for item in items}).annotate(
        begins=Subquery(first), has_zones=Exists(zones)
    )
    facts = ("begins", "withdrawn_at", "withdrawal", "has_zones")
    standing = {pk: rest for pk, *rest in rows.values_list("pk", *facts)}
    refused: dict[int, DomainError] = {}
    held: list[Item] = []
    for item in items:
        begins, withdrawn_at, reason, has_zones = standing.get(item.version_id, (None, None, "", False))
        if begins is None:
            back = publications.taken_back(partner, variant=item.variant_id)
            refused[item.position] = back or NotFound()
        elif withdrawn_at is not None:
            refused[item.position] = Gone(publications.why_gone(reason), reason=reason)
        elif begins > now:
            refused[item.position] = not_yet(begins)
        elif has_zones:
            held.append(item)
    return refused | _cut_through(partner, held) if held else refused


def _cut_through(partner: Partner, items: Sequence[Item]) -> dict[int, DomainError]:
    """Return what cuts a zone that was drawn after it was made, by ``position``: three queries for any number."""
    made: dict[tuple[int, str], list[Rendition]] = {}
    for rendition in by_digests(partner, {item.sha256 for item in items}):
        made.setdefault((rendition.version_id, rendition.sha256), []).append(rendition)
    pairs = [(one.version, one.revision) for several in made.values() for one in several]
    cut = protection.refusals(pairs)
    refused: dict[int, DomainError] = {}
    for item in items:
        why = [
            cut.get((one.version_id, one.revision_id)) for one in made.get((item.version_id, item.sha256), ())
        ]
        # The same bytes may have come of a size that shows all of it.
        if why and all(why):
            refused[item.position] = why[0]  # type: ignore[assignment]  # it is one of those that are not None
    return refused


def check(*, partner: Partner, archive: Archive, now: datetime) -> None:
    """
    Refuse an archive of which a partner may not have every file: it is whole or there is none.

    :raises Gone: files were taken back; ``files`` names them
    :raises NotYet: the rights to files begin later; ``files`` names them
    :raises ZoneCut: files are cut where they must be seen whole; ``files`` names them
    :raises NotFound: files are nothing to this partner
    :raises TermsNotAccepted: the pack has terms that the company has not accepted
    :raises FilesLost: files are missing from the store; ``files`` names them
    """
    refused = refusals(partner=partner, items=archive.items, now=now)
    found = [(item, refused[item.position]) for item in archive.items if item.position in refused]
    if any(isinstance(why, NotFound) for _item, why in found):
        raise NotFound
    for kind in (Gone, NotYet):
        if of_kind := [(item, why) for item, why in found if isinstance(why, kind)]:
            item, why = of_kind[0]
            raise kind(f"{item.name}: {why}", **why.extra, files=[item.name for item, _why in of_kind])
    if cut := [(item.name, why) for item, why in found if isinstance(why, protection.CutRefused)]:
        raise protection.ZoneCut(f"{cut[0][0]}: {cut[0][1]}", files=[name for name, _why in cut])
    if archive.pack_version is not None:
        terms.require(partner, archive.pack_version.pack)
    if lost := stored.missing_among([item.sha256 for item in archive.items]):
        names = [item.name for item in archive.items if item.sha256 in lost]
        raise FilesLost(
            _("%(name)s was lost from our store. The brand's team has been told.") % {"name": names[0]},
            files=names,
        )


class Sending:
    """
    The bytes of an archive from ``start`` to ``end``, both included, in chunks. At most one file is open at a time, and
    no more of it is in memory than one chunk.
    """

    def __init__(
        self, archive: Archive, *, partner: Partner, taker: Taker, start: int = 0, end: int | None = None
    ):
        self.archive, self.partner, self.taker = archive, partner, taker
        self._pieces = archive.layout.pieces(start, end)
        self._recorded_to = -1
        self._checked: set[int] = set()
        self._checked_until = 0.0
        self._chunks = self._send()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        self._chunks.close()

    def _send(self) -> Generator[bytes, None, None]:
        with rowscope.limited_to(self.partner.pk):
            note_archive(archive=self.archive, partner=self.partner, taker=self.taker, now=timezone.now())
        for piece in self._pieces:
            if isinstance(piece, Slice):
                yield from self._file(piece)
            else:
                yield piece

    def _file(self, piece: Slice) -> Iterator[bytes]:
        item = self.archive.items[piece.entry.key]
        with self._open(piece.entry.key, piece.start, piece.length) as source:
            left = piece.length
            while left > 0:
                chunk = source.read(min(_CHUNK, left))
                if not chunk:
                    raise EndedEarly(f"{item.sha256} is shorter than it was")
                left -= len(chunk)
                yield chunk

    def _open(self, index: int, start: int, length: int) -> IO[bytes]:
        """
        Check, record, open a part. A server calls this long after the view has returned, so it brings the row scope
        along.
        """
        now, item = timezone.now(), self.archive.items[index]
        with rowscope.limited_to(self.partner.pk):
            self._check(index, now=now)
            self._record(piece_of=item, now=now)
            try:
                return store.open_bytes(item.sha256, start=start, length=length)
            except FileNotFoundError:
                self._make_again(item, now=now)
                return store.open_bytes(item.sha256, start=start, length=length)

    def _check(self, index: int, *, now: datetime) -> None:
        item = self.archive.items[index]
        if item.position in self._checked and time.monotonic() < self._checked_until:
            return
        self._checked_until = time.monotonic() + CHECKED_FOR
        together = self.archive.items[index : index + CHECKED_TOGETHER]
        refused = refusals(partner=self.partner, items=together, now=now)
        self._checked = {other.position for other in together} - refused.keys()
        if why := refused.get(item.position):
            name = type(why).__name__
            logger.warning("archive %s ends before %s: %s", self.archive.name, item.sha256, name)
            raise EndedEarly(f"{item.sha256} may no longer be given out: {name}")

    def _make_again(self, item: Item, *, now: datetime) -> None:
        """Bytes that the store lost are fetched once more; only the same ones will do."""
        rows = self.archive.holder.files.select_related("version", "revision__recipe")
        file = rows.filter(position=item.position).first()
        if file is None:
            raise EndedEarly(f"{item.sha256} is lost from the store, and its download is over")
        try:
            made = renditions.ensure(version=file.version, revision=file.revision, now=now)
        except renditions.CameBackDifferent as error:
            raise EndedEarly(
                f"{item.sha256} is lost from the store, and other bytes came in its place"
            ) from error
        except DomainError as error:
            raise EndedEarly(f"{item.sha256} is lost from the store: {error.code}") from error
        if made.sha256 != item.sha256:
            raise EndedEarly(f"{item.sha256} is lost from the store, and other bytes came in its place")

    def _record(self, *, piece_of: Item, now: datetime) -> None:
        if piece_of.position <= self._recorded_to:
            return
        due = [item for item in self.archive.items if item.position >= piece_of.position][:_RECORDED_TOGETHER]
        record(archive=self.archive, items=due, partner=self.partner, taker=self.taker, now=now)
        self._recorded_to = due[-1].position


@transaction.atomic
def record(*, archive: Archive, items: Sequence[Item], partner: Partner, taker: Taker, now: datetime) -> int:
    """
    Record files as taken, except those the same taker began to take within ``services.PARTS``: an archive that is
    resumed is one taking.

    :returns: how many were recorded
    :raises EndedEarly: the prepared download they belong to was removed: nothing may leave unrecorded
    """
    began = set(_taken(items, partner, taker, since=now - PARTS))
    rows = archive.holder.files.filter(position__in=[item.position for item in items]).select_related(
        "variant__asset", "version", "revision__recipe"
    )
    held = list(rows.order_by("position"))
    if len(held) < len(items):
        raise EndedEarly(f"{archive.name} is no longer there")
    fresh = [row for row in held if row.sha256 not in began]
    save_all(_download(row, partner, taker, now) for row in fresh)
    activity.record_all(
        Activity(
            at=now,
            verb="file.downloaded",
            actor=taker.actor,
            partner_id=partner.pk,
            subject=row.variant.asset.public_id,
            data={
                "sha256": row.sha256,
                "version": row.version.number,
                "recipe": row.revision.recipe.key,
                archive.kind: archive.holder.public_id,
            },
        )
        for row in fresh
    )
    return len(fresh)


def note_archive(*, archive: Archive, partner: Partner, taker: Taker, now: datetime) -> bool:
    """
    Record that an archive of a pack is taken.

    :returns: ``False`` for other archives, and for one that the same taker began within ``services.PARTS``
    """
    version = archive.pack_version
    if version is None:
        return False
    before = PackDownload.objects.filter(partner=partner, actor=taker.actor, name=archive.name)
    if before.filter(pack_version=version, at__gt=now - PARTS).exists():
        return False
    PackDownload.objects.create(
        partner=partner,
        actor=taker.actor,
        user=taker.user,
        via=taker.via,
        pack_version=version,
        title=version.pack.title,
        version_number=version.number or 0,
        since_number=archive.since.number if archive.since else None,
        name=archive.name,
        file_count=len(archive.items),
        size=archive.layout.length,
        at=now,
    )
    return True


def _taken(items: Iterable[Item], partner: Partner, taker: Taker, *, since: datetime) -> Iterable[str]:
    rows = Download.objects.filter(partner=partner, actor=taker.actor, at__gt=since)
    return rows.filter(sha256__in={item.sha256 for item in items}).values_list("sha256", flat=True)


def _download(row: PackFile | JobFile, partner: Partner, taker: Taker, now: datetime) -> Download:
    return Download(
        partner=partner,
        actor=taker.actor,
        user=taker.user,
        via=taker.via,
        asset=row.variant.asset,
        version=row.version,
        recipe=row.revision.recipe,
        title=row.variant.asset.title,
        version_number=row.version.number,
        language=row.variant.language,
        recipe_key=row.revision.recipe.key,
        file_name=row.name,
        sha256=row.sha256,
        media_type=row.media_type,
        size=row.size or 0,
        at=now,
    )
