"""What bytes are, for a partner who may hold them: current, replaced, withdrawn, or not ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.catalog.choices import Withdrawal
from portal.core.errors import NotFound
from portal.downloads.models import Download
from portal.downloads.selectors import standing_of
from portal.partners.models import Partner
from portal.publications.models import PublicationItem
from portal.publications.visibility import Status, held_items, status_of
from portal.renditions import file_names
from portal.renditions import selectors as recipes
from portal.renditions.models import Rendition

#: How many digests are answered about at once.
MOST_DIGESTS = 5000


@dataclass(frozen=True)
class KnownFile:
    """
    What some bytes are, for a partner who may hold them, as of now.

    ``status``           current, replaced or withdrawn; ``reason`` of ``catalog.choices.Withdrawal`` when withdrawn
    ``name``             under which they leave, or left when the partner took them
    ``asset``, ``variant``  public ids, empty when only the partner's own record of taking them is left
    ``current_version``  the number that replaces it, ``None`` unless replaced
    ``replaced_by``      digest of the same size of that version, empty until it has been made once
    ``replaced_by_name``  the name under which that one leaves, empty unless replaced
    ``usable_from``, ``usable_until``  the rights window, ``None`` is open
    ``taken_at``         when the partner last took them, ``None`` for never
    ``variant_pk``, ``recipe_pk``  row numbers, 0 when only the own record is left
    """

    sha256: str
    status: str
    title: Mapping[str, str]
    version: int
    language: str
    recipe: str
    media_type: str
    size: int
    name: str = ""
    width: int | None = None
    height: int | None = None
    reason: str = ""
    asset: str = ""
    variant: str = ""
    current_version: int | None = None
    replaced_by: str = ""
    replaced_by_name: str = ""
    usable_from: datetime | None = None
    usable_until: datetime | None = None
    taken_at: datetime | None = None
    variant_pk: int = 0
    recipe_pk: int = 0


def known_file(partner: Partner, sha256: str, *, at: datetime) -> KnownFile:
    """
    Return what these bytes are, whether or not they are still given out.

    :raises NotFound: never published to this partner and never taken by it
    """
    found = known_files(partner, [sha256], at=at).get(sha256)
    if found is None:
        raise NotFound
    return found


def known_files(partner: Partner, digests: Iterable[str], *, at: datetime) -> dict[str, KnownFile]:
    """
    Return what bytes are, by digest, whether or not they are still given out: five queries, whatever their number.

    Bytes that were never published to this partner and never taken by it are not in the answer: another partner's look
    like bytes nobody has ever seen.
    """
    asked = set(digests)
    taken = _taken(partner, asked)
    renditions = [r for r in recipes.by_digests(partner, asked) if not r.revision.recipe.is_preview]
    held: dict[int, list[PublicationItem]] = {}
    for item in held_items(partner, at=at, variant__in={r.version.variant_id for r in renditions}):
        held.setdefault(item.variant_id, []).append(item)
    ours = [r for r in renditions if r.version.variant_id in held]
    current = {
        pk: next((i for i in rows if status_of(i, at=at) != Status.WITHDRAWN), None)
        for pk, rows in held.items()
    }
    made = recipes.newest_of(
        {item.version_id for item in current.values() if item is not None},
        {r.revision.recipe_id for r in ours},
    )
    best = (Status.CURRENT, Status.REPLACED, Status.WITHDRAWN)
    found: dict[str, KnownFile] = {}
    for rendition in ours:
        pk = rendition.version.variant_id
        known = _known(rendition, current[pk], held[pk], taken.get(rendition.sha256), made)
        before = found.get(known.sha256)
        # The same bytes may belong to several files: whoever holds them is right when any of those is.
        if before is None or best.index(known.status) < best.index(before.status):
            found[known.sha256] = known
    for sha256 in taken.keys() - found.keys():
        found[sha256] = _by_own_record(taken[sha256])
    return found


def _taken(partner: Partner, digests: set[str]) -> dict[str, Download]:
    rows = Download.objects.filter(partner=partner, sha256__in=digests)
    newest = rows.order_by("sha256", "-at", "-id").distinct("sha256")
    return {row.sha256: row for row in newest}


def _by_own_record(taken: Download) -> KnownFile:
    """The company has left the communities it had them from; its own record says what they were."""
    return KnownFile(
        sha256=taken.sha256,
        status=Status.WITHDRAWN,
        reason=Withdrawal.ROUTING,
        title=taken.title,
        version=taken.version_number,
        language=taken.language,
        recipe=taken.recipe_key,
        media_type=taken.media_type,
        size=taken.size,
        name=taken.file_name,
        taken_at=taken.at,
    )


def _known(
    rendition: Rendition,
    item: PublicationItem | None,
    items: Sequence[PublicationItem],
    taken: Download | None,
    made: Mapping[tuple[int, int], Rendition],
) -> KnownFile:
    version, variant, revision = rendition.version, rendition.version.variant, rendition.revision
    status = standing_of(version, item)
    reason, successor, successor_name = "", None, ""
    if status == Status.WITHDRAWN:
        last = max(((i.withdrawn_at, i.withdrawal) for i in items if i.withdrawn_at), default=None)
        reason = version.withdrawal or (last[1] if last else Withdrawal.RIGHTS)
    elif item is not None and status == Status.REPLACED:
        successor = made.get((item.version_id, revision.recipe_id))
        item.version.variant = variant
        successor_name = file_names.of_version(
            item.version,
            successor.revision if successor else revision,
            width=successor.width if successor else None,
            height=successor.height if successor else None,
        )
    return KnownFile(
        sha256=rendition.sha256,
        status=status,
        reason=reason,
        name=taken.file_name
        if taken
        else file_names.of_version(version, revision, width=rendition.width, height=rendition.height),
        asset=variant.asset.public_id,
        variant=variant.public_id,
        title=variant.asset.title,
        version=version.number,
        language=variant.language,
        recipe=revision.recipe.key,
        media_type=rendition.media_type,
        size=rendition.size or (taken.size if taken else 0),
        width=rendition.width,
        height=rendition.height,
        current_version=item.version.number if item is not None and status == Status.REPLACED else None,
        replaced_by=successor.sha256 if successor else "",
        replaced_by_name=successor_name,
        usable_from=item.usable_from if item else None,
        usable_until=item.visible_until if item else None,
        taken_at=taken.at if taken else None,
        variant_pk=variant.pk,
        recipe_pk=revision.recipe_id,
    )
