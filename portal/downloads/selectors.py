"""Reading what a partner took, and whether it is still right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from portal.catalog.choices import Withdrawal
from portal.catalog.models import AssetVersion
from portal.core.errors import NotFound
from portal.core.labels import language_name
from portal.core.paging import Page, paginate
from portal.core.texts import in_language
from portal.downloads.models import Download
from portal.partners.models import Partner
from portal.partners.selectors import community_ids
from portal.publications.models import PublicationItem
from portal.publications.visibility import Status, status_of, visible_items
from portal.renditions import selectors as recipes
from portal.renditions.models import Rendition


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
    def status_label(self) -> str:
        return str(Status.LABELS[self.status])

    @property
    def title(self) -> str:
        return in_language(self.download.title) or self.download.file_name

    @property
    def language_label(self) -> str:
        return language_name(self.download.language) if self.download.language else ""


def _downloads(partner: Partner) -> QuerySet[Download]:
    return Download.objects.filter(partner=partner).select_related(
        "version__variant", "asset", "user", "recipe"
    )


def _lines(partner: Partner, rows: Sequence[Download], *, at: datetime) -> list[DownloadLine]:
    variants = {row.version.variant_id for row in rows if row.version}
    items: dict[int, PublicationItem] = {
        item.variant_id: item
        for item in visible_items(partner, at=at).filter(variant__in=variants).select_related("version")
    }
    lines = []
    for row in rows:
        item = items.get(row.version.variant_id) if row.version else None
        status = _standing(row.version, item)
        newer = item.version.number if item is not None and status == Status.REPLACED else None
        lines.append(DownloadLine(row, status, newer))
    return lines


def _standing(version: AssetVersion | None, item: PublicationItem | None) -> str:
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


def downloads_of_asset(
    partner: Partner, asset_pk: int, *, at: datetime, limit: int = 20
) -> list[DownloadLine]:
    """Return what the partner took of one asset, newest first."""
    rows = list(_downloads(partner).filter(asset=asset_pk).order_by("-at", "-id")[:limit])
    return _lines(partner, rows, at=at)


def recent_downloads(partner: Partner, *, at: datetime, limit: int = 4) -> list[DownloadLine]:
    """Return the partner's last downloads, newest first."""
    return _lines(partner, list(_downloads(partner).order_by("-at", "-id")[:limit]), at=at)


@dataclass(frozen=True)
class KnownFile:
    """
    What some bytes are, for a partner who may hold them, as of now.

    ``status``           current, replaced or withdrawn; ``reason`` of ``catalog.choices.Withdrawal`` when withdrawn
    ``asset``, ``variant``  public ids, empty when only the partner's own record of taking them is left
    ``current_version``  the number that replaces it, ``None`` unless replaced
    ``replaced_by``      digest of the same size of that version, empty until it has been made once
    ``usable_from``, ``usable_until``  the rights window, ``None`` is open
    ``taken_at``         when the partner last took them, ``None`` for never
    """

    sha256: str
    status: str
    title: Mapping[str, str]
    version: int
    language: str
    recipe: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    reason: str = ""
    asset: str = ""
    variant: str = ""
    current_version: int | None = None
    replaced_by: str = ""
    usable_from: datetime | None = None
    usable_until: datetime | None = None
    taken_at: datetime | None = None


def known_file(partner: Partner, sha256: str, *, at: datetime) -> KnownFile:
    """
    Return what these bytes are, whether or not they are still given out.

    :raises NotFound: never published to this partner and never taken by it
    """
    taken = Download.objects.filter(partner=partner, sha256=sha256).order_by("-at", "-id").first()
    renditions = [r for r in recipes.by_digest(sha256) if not r.revision.recipe.is_preview]
    held: dict[int, list[PublicationItem]] = {}
    items = PublicationItem.objects.filter(
        community_id__in=community_ids(partner), variant__in={r.version.variant_id for r in renditions}
    )
    for item in items.select_related("version").order_by("released_at", "pk"):
        held.setdefault(item.variant_id, []).append(item)
    found = [
        _known(rendition, held[rendition.version.variant_id], taken, at=at)
        for rendition in renditions
        if rendition.version.variant_id in held
    ]
    if found:
        best = (Status.CURRENT, Status.REPLACED, Status.WITHDRAWN)
        return min(found, key=lambda known: best.index(known.status))
    if taken is None:
        raise NotFound
    # The company has left the communities it had them from; its own record says what they were.
    return KnownFile(
        sha256=sha256,
        status=Status.WITHDRAWN,
        reason=Withdrawal.ROUTING,
        title=taken.title,
        version=taken.version_number,
        language=taken.language,
        recipe=taken.recipe_key,
        media_type=taken.media_type,
        size=taken.size,
        taken_at=taken.at,
    )


def _known(
    rendition: Rendition, items: Sequence[PublicationItem], taken: Download | None, *, at: datetime
) -> KnownFile:
    version, variant = rendition.version, rendition.version.variant
    item = next((item for item in items if status_of(item, at=at) != Status.WITHDRAWN), None)
    status = _standing(version, item)
    reason, successor = "", None
    if status == Status.WITHDRAWN:
        last = max(((i.withdrawn_at, i.withdrawal) for i in items if i.withdrawn_at), default=None)
        reason = version.withdrawal or (last[1] if last else Withdrawal.RIGHTS)
    elif item is not None and status == Status.REPLACED:
        successor = recipes.newest_of(item.version, rendition.revision.recipe)
    return KnownFile(
        sha256=rendition.sha256,
        status=status,
        reason=reason,
        asset=variant.asset.public_id,
        variant=variant.public_id,
        title=variant.asset.title,
        version=version.number,
        language=variant.language,
        recipe=rendition.revision.recipe.key,
        media_type=rendition.media_type,
        size=rendition.size or 0,
        width=rendition.width,
        height=rendition.height,
        current_version=item.version.number if item is not None and status == Status.REPLACED else None,
        replaced_by=successor.sha256 if successor else "",
        usable_from=item.usable_from if item else None,
        usable_until=item.visible_until if item else None,
        taken_at=taken.at if taken else None,
    )
