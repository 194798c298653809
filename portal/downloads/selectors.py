"""Reading what a partner took, and whether it is still right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from portal.catalog.models import AssetVersion
from portal.core.labels import language_name
from portal.core.paging import Page, paginate
from portal.core.texts import in_language
from portal.downloads.choices import Via
from portal.downloads.models import Download, PackDownload, ShareRecipient
from portal.packs.models import Pack, PackVersion
from portal.packs.selectors import packs_of
from portal.partners.models import Partner
from portal.publications.models import PublicationItem
from portal.publications.visibility import Status, visible_items


@dataclass(frozen=True)
class DownloadLine:
    """
    One download as the partner reads it. ``status`` is current, replaced or withdrawn, as of now.

    ``current_version``  the number that replaces it, ``None`` unless ``status`` is replaced
    """

    download: Download
    status: str
    current_version: int | None

    @property
    def taken_by(self) -> str:
        return _taken_by(self.download)

    @property
    def status_label(self) -> str:
        return str(Status.LABELS[self.status])

    @property
    def title(self) -> str:
        return in_language(self.download.title) or self.download.file_name

    @property
    def language_label(self) -> str:
        return language_name(self.download.language) if self.download.language else ""


def _recipient() -> Subquery:
    """The address of whoever took a row by a share link, ``None`` for others. The company itself gave it."""
    public_id = Substr(OuterRef("actor"), len("recipient:") + 1)
    return Subquery(ShareRecipient.objects.filter(public_id=public_id).values("email")[:1])


def _taken_by(row: Download | PackDownload) -> str:
    """Return what a company calls whoever took something of it; the row was read with ``_recipient``."""
    if row.user is not None:
        return row.user.get_full_name()
    if row.via == Via.API:
        return _("Your system")
    if row.via == Via.LINK:
        return getattr(row, "recipient", None) or _("By a share link")
    return _("A former colleague")


def _downloads(partner: Partner) -> QuerySet[Download]:
    rows = Download.objects.filter(partner=partner).annotate(recipient=_recipient())
    return rows.select_related("version__variant", "asset", "user", "recipe")


def _lines(partner: Partner, rows: Sequence[Download], *, at: datetime) -> list[DownloadLine]:
    variants = {row.version.variant_id for row in rows if row.version}
    items: dict[int, PublicationItem] = {
        item.variant_id: item
        for item in visible_items(partner, at=at).filter(variant__in=variants).select_related("version")
    }
    lines = []
    for row in rows:
        item = items.get(row.version.variant_id) if row.version else None
        status = standing_of(row.version, item)
        newer = item.version.number if item is not None and status == Status.REPLACED else None
        lines.append(DownloadLine(row, status, newer))
    return lines


def standing_of(version: AssetVersion | None, item: PublicationItem | None) -> str:
    """Return what a taken version is now; ``item`` is what the partner gets of its variant, if anything."""
    if item is None or version is None or version.withdrawn_at is not None:
        return Status.WITHDRAWN
    return Status.CURRENT if item.version_id == version.pk else Status.REPLACED


def downloads_page(partner: Partner, *, at: datetime, size: int = 50, cursor: str | None = None) -> Page:
    """
    Return one page of the partner's downloads, newest first, as ``DownloadLine``: three queries.

    :raises BadInput: the cursor is damaged
    """
    page = paginate(
        _downloads(partner), order=("-at", "-id"), kinds=(datetime, int), size=size, cursor=cursor
    )
    return Page(items=_lines(partner, page.items, at=at), next=page.next, previous=page.previous)


@dataclass(frozen=True)
class PackLine:
    """
    One taken archive of a pack as the partner reads it. ``status`` is current, replaced or withdrawn, as of now.

    ``pack``  with its present version, ``None`` when the partner has it no more
    """

    download: PackDownload
    status: str
    pack: Pack | None

    @property
    def taken_by(self) -> str:
        return _taken_by(self.download)

    @property
    def title(self) -> str:
        return in_language(self.download.title) or self.download.name

    @property
    def current(self) -> int | None:
        """The number of the pack's present version."""
        return self.pack.current.number if self.pack and self.pack.current else None


def pack_downloads_page(partner: Partner, *, at: datetime, size: int = 50, cursor: str | None = None) -> Page:
    """
    Return one page of the archives of packs the partner took, newest first, as ``PackLine``: three queries.

    :raises BadInput: the cursor is damaged
    """
    rows = PackDownload.objects.filter(partner=partner).annotate(recipient=_recipient())
    page = paginate(
        rows.select_related("user"), order=("-at", "-id"), kinds=(datetime, int), size=size, cursor=cursor
    )
    # Not joined: what the partner took stands here even when the pack is nothing to it any more.
    versions = PackVersion.objects.filter(pk__in={row.pack_version_id for row in page.items})
    pack_ids = dict(versions.values_list("pk", "pack"))
    packs = packs_of(partner, at=at).in_bulk(set(pack_ids.values()))
    lines = []
    for row in page.items:
        line = PackLine(row, Status.WITHDRAWN, packs.get(pack_ids.get(row.pack_version_id, 0)))
        if line.current is not None:
            is_same = line.current == row.version_number
            line = replace(line, status=Status.CURRENT if is_same else Status.REPLACED)
        lines.append(line)
    return Page(items=lines, next=page.next, previous=page.previous)


def downloads_of_asset(
    partner: Partner, asset_pk: int, *, at: datetime, limit: int = 20
) -> list[DownloadLine]:
    """Return what the partner took of one asset, newest first."""
    rows = list(_downloads(partner).filter(asset=asset_pk).order_by("-at", "-id")[:limit])
    return _lines(partner, rows, at=at)


def recent_downloads(partner: Partner, *, at: datetime, limit: int = 4) -> list[DownloadLine]:
    """Return the partner's last downloads, newest first."""
    return _lines(partner, list(_downloads(partner).order_by("-at", "-id")[:limit]), at=at)
