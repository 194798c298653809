"""Responsive sets in one archive: each file passes the one check right before it leaves, and is recorded."""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import rowscope
from portal.core.errors import NotFound, NotReady
from portal.downloads import services
from portal.downloads.archives import EndedEarly, FilesLost
from portal.downloads.services import Found, Grant, Taker
from portal.packs.zipping import Entry, Layout, Slice
from portal.partners.models import Partner
from portal.renditions import naming, responsive, store
from portal.renditions import services as renditions
from portal.renditions.responsive import Member

_CHUNK = 1 << 18


@dataclass(frozen=True)
class SetArchive:
    """A set before it is sent: ``name`` to save it under, ``tag`` a strong entity tag without quotes."""

    name: str
    tag: str
    layout: Layout
    files: Sequence[Found]


def grant_of_set(
    *, partner: Partner, asset_id: str, now: datetime, variant: str | None = None, language: str | None = None
) -> tuple[Grant, list[Member]]:
    """
    Return leave to take the set of one variant, and its files.

    :raises NotFound: no such asset or variant for this partner, or no picture
    :raises Gone: taken back
    :raises NotYet: the rights begin later
    """
    first = responsive.any_address()
    grant = services.authorise_download(
        partner=partner, asset_id=asset_id, recipe=first, now=now, variant=variant, language=language
    )
    grant.version.variant = grant.variant.variant
    grant.variant.variant.asset = grant.card.asset
    files = responsive.members(grant.version)
    if not files:
        raise NotFound
    return grant, files


def archive_of(*, grant: Grant, files: Sequence[Member], snippet: str, now: datetime) -> SetArchive:
    """
    Return the archive of a set: its files and the snippet.

    :raises CannotBeMade: some cannot be made, so there is no archive; ``files`` names them
    :raises FilesLost: the store has lost some; ``files`` names them, and they are made again
    :raises NotReady: some are not made yet; they are asked for
    """
    if lost := responsive.note_lost(files, now=now):
        raise FilesLost(
            _("%(name)s was lost from our store and is being made again. Please try again in a moment.")
            % {"name": lost[0].name},
            files=[member.name for member in lost],
        )
    wanted = responsive.want(grant.version, files, now=now)
    if wanted.failed:
        names = [member.name for member in wanted.failed]
        raise renditions.CannotBeMade(
            _(
                "An archive is whole or there is none. These files cannot be made; the brand's team has been shown why:"
            )
            + f" {', '.join(names)}",
            files=names,
        )
    if wanted.being_made:
        raise NotReady(
            _("Some files of this set are still being made. Please try again in a moment."), retry_after=15
        )
    found = []
    for member in files:
        assert member.made is not None
        single = Grant(grant.card, grant.variant, grant.version, member.revision)
        found.append(Found(single, member.made, member.name))
    text = f"{snippet}\n".encode()
    entries = [Entry(b"picture.html", len(text), zlib.crc32(text), text)]
    entries += [
        Entry(one.name.encode(), one.rendition.size or 0, renditions.with_crc32(one.rendition), None, index)
        for index, one in enumerate(found)
    ]
    stem = naming.safe_stem(grant.version.file_name.rsplit(".", 1)[0])
    digests = "\n".join([snippet, *(one.rendition.sha256 for one in found)])
    return SetArchive(
        name=f"{stem}-v{grant.version.number}-responsive.zip",
        tag=hashlib.sha256(digests.encode()).hexdigest(),
        layout=Layout(entries, at=grant.version.released_at),
        files=found,
    )


def send(archive: SetArchive, *, partner: Partner, taker: Taker) -> Iterator[bytes]:
    """
    Yield the bytes of a set. A server calls this long after the view has returned, so it brings the row scope along.

    :raises EndedEarly: a file was taken back or lost while it ran; the stream is short: nobody takes it for whole
    """
    for piece in archive.layout.pieces():
        if not isinstance(piece, Slice):
            yield piece
            continue
        one = archive.files[piece.entry.key]
        with rowscope.limited_to(partner.pk):
            _check_and_record(one, partner=partner, taker=taker)
        try:
            source = store.open_bytes(one.rendition.sha256)
        except FileNotFoundError as error:
            raise EndedEarly(f"{one.rendition.sha256} is lost from the store") from error
        with source:
            while chunk := source.read(_CHUNK):
                yield chunk


def _check_and_record(one: Found, *, partner: Partner, taker: Taker) -> None:
    now = timezone.now()
    grant = one.grant
    try:
        again = services.authorise_download(
            partner=partner,
            asset_id=grant.card.asset.public_id,
            recipe=grant.revision.address or "",
            variant=grant.variant.variant.public_id,
            now=now,
        )
    except services.DomainError as error:
        raise EndedEarly(f"{one.rendition.sha256} may no longer be given out: {error.code}") from error
    if again.version.pk != grant.version.pk:
        raise EndedEarly(f"{one.rendition.sha256} has been replaced")
    # Asked for again shortly after, the same file is one taking.
    services.note_taken(found=one, partner=partner, taker=taker, now=now, part=True)
