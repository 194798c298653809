"""
What no cut may do, whoever asks: cut what must be seen whole, enlarge, or distort.

A cut is right or wrong for a version, and that changes: a zone is drawn later, a file is replaced by one of another
shape. So it is asked when a file is made, and again whenever it is taken.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.catalog.models import AssetVersion, Variant
from portal.core.errors import DomainError
from portal.renditions.choices import Fit, RenditionState, VerdictState
from portal.renditions.cropping import Box
from portal.renditions.models import ProtectedZone, RecipeRevision, Rendition, Verdict

#: Shares are kept to five places, so that a part may be this much off; and it may be a pixel off, as it was ordered.
_ROUNDED = 1e-5
#: How far the shape of a part may be from that of its file: nobody sees four pixels in eight hundred.
_SHAPE = 0.005


class CutRefused(DomainError):
    """A cut that may not be made of this version. ``for_staff`` is a sentence for the list of what failed."""

    for_staff = "This cut may not be made."


class ZoneCut(CutRefused):
    """The part would cut something that must be seen whole: label text, logo, certification mark."""

    code = "zone_cut"
    for_staff = "It would cut a protected zone."


class NotThisLarge(CutRefused):
    """The part has fewer pixels than were asked for; nothing is enlarged. ``most`` is its width and height."""

    code = "too_large"
    for_staff = "The part that was ordered has too few pixels in this version."

    def __init__(self, message: str, *, most: tuple[int, int]):
        super().__init__(message)
        self.most = most


class OtherShape(CutRefused):
    """The part was chosen on a picture of another shape, and would be distorted."""

    code = "other_shape"
    for_staff = "The part was ordered for a picture of another shape."


def zones_of(variant: Variant) -> list[ProtectedZone]:
    """Return what must be seen whole in a variant's pictures, in the order in which it was drawn."""
    return list(ProtectedZone.objects.filter(variant=variant).select_related("version").order_by("pk"))


def boxes(zones: Iterable[ProtectedZone]) -> list[Box]:
    return [Box(zone.left, zone.top, zone.width, zone.height) for zone in zones]


@transaction.atomic
def draw_zone(*, version: AssetVersion, box: Box, kind: str, now: datetime, actor: str) -> ProtectedZone:
    """
    Protect a part of a variant's pictures from being cut, at once and also by what was ordered before.

    :param version: the one it was drawn on
    :param kind: of ``choices.ZoneKind``
    """
    left, top, width, height = box.as_list()
    zone = ProtectedZone.objects.create(
        variant=version.variant,
        version=version,
        kind=kind,
        left=left,
        top=top,
        width=width,
        height=height,
        actor=actor,
        created_at=now,
    )
    _note("zone.drawn", zone, now=now, actor=actor)
    return zone


@transaction.atomic
def remove_zone(*, zone: ProtectedZone, now: datetime, actor: str) -> None:
    """Let crops cut a part again. What failed for it alone is tried anew."""
    _note("zone.removed", zone, now=now, actor=actor)
    zone.delete()
    cuts = {"version__variant": zone.variant_id}
    Rendition.objects.filter(state=RenditionState.FAILED, problem=ZoneCut.for_staff, **cuts).update(
        state=RenditionState.WANTED, problem="", claimed_until=None
    )
    Verdict.objects.filter(state=VerdictState.IMPOSSIBLE, revision__fit=Fit.CROP, **cuts).update(
        state=VerdictState.WANTED, problem="", attempts=0, claimed_until=None
    )


def _note(verb: str, zone: ProtectedZone, *, now: datetime, actor: str) -> None:
    box = [zone.left, zone.top, zone.width, zone.height]
    activity.record(
        verb=verb,
        subject=zone.variant.asset.public_id,
        actor=actor,
        data={"variant": zone.variant.public_id, "kind": zone.kind, "box": box},
        now=now,
    )


def check(part: Box, zones: Sequence[Box]) -> None:
    """
    :raises ZoneCut: a zone is not wholly inside the part
    """
    if any(not part.holds(zone) for zone in zones):
        raise ZoneCut(
            _(
                "This part would cut what must be seen whole: label, logo or certification marks. Move or widen it."
            )
        )


def not_this_large(part: Box, size: tuple[int, int]) -> NotThisLarge:
    """Return what to raise for a part of a picture of this size that has too few pixels."""
    most = (int(part.width * size[0]), int(part.height * size[1]))
    text = _("This part has only %(width)d × %(height)d pixels, and nothing is enlarged.")
    return NotThisLarge(text % {"width": most[0], "height": most[1]}, most=most)


def other_shape() -> OtherShape:
    return OtherShape(
        _("This part was chosen on a picture of another shape and would be distorted. Choose it anew.")
    )


def check_revision(version: AssetVersion, revision: RecipeRevision) -> None:
    """
    Refuse what a revision would cut out of a version today: an own crop, or a download size that fills its frame.

    :raises ZoneCut: a protected zone would not be whole
    :raises NotThisLarge: an ordered part has fewer pixels in this version than were ordered
    :raises OtherShape: an ordered part has another shape in this version
    """
    if refused := refusals([(version, revision)]):
        raise next(iter(refused.values()))


def noted_refusal(rendition: Rendition, version: AssetVersion, revision: RecipeRevision) -> CutRefused | None:
    """
    Return why a rendition may not be made, or given out any more: the last line before bytes, whoever wants them. It is
    noted where staff see it, and where no timetable asks again.
    """
    refused = refusals([(version, revision)]).get((version.pk, revision.pk))
    if refused is not None:
        Rendition.objects.filter(pk=rendition.pk, state=RenditionState.WANTED).update(
            state=RenditionState.FAILED, problem=refused.for_staff, made_at=timezone.now()
        )
    return refused


def refusals(
    pairs: Collection[tuple[AssetVersion, RecipeRevision]],
) -> dict[tuple[int, int], CutRefused]:
    """
    Return why these versions may not be cut by these revisions, by the row numbers of both: one query when any of the
    revisions cuts, and none when none does.
    """
    cutting = [(version, revision, _cutting(revision)) for version, revision in pairs]
    cutting = [(version, revision, cut) for version, revision, cut in cutting if cut.crop or _fills(cut)]
    if not cutting:
        return {}
    zones: dict[int, list[Box]] = {}
    for zone in ProtectedZone.objects.filter(
        variant__in={version.variant_id for version, _revision, _cut in cutting}
    ):
        zones.setdefault(zone.variant_id, []).extend(boxes([zone]))
    found: dict[tuple[int, int], CutRefused] = {}
    for version, revision, cut in cutting:
        try:
            _check_cut(version, cut, zones.get(version.variant_id, []))
        except CutRefused as error:
            found[version.pk, revision.pk] = error
    return found


def _cutting(revision: RecipeRevision) -> RecipeRevision:
    """What was put right for a channel was cut by what it was made from."""
    return revision.base if revision.fits_id and revision.base is not None else revision


def _fills(revision: RecipeRevision) -> bool:
    # What our own pages show small is not given out.
    return bool(
        revision.fit == Fit.CROP and revision.width and revision.height and not revision.recipe.is_preview
    )


def _check_cut(version: AssetVersion, revision: RecipeRevision, zones: Sequence[Box]) -> None:
    if revision.crop:
        part = Box(*revision.crop)
        check(part, zones)
        _check_pixels(part, version, revision)
    elif any(not _kept_by_delivery(version, revision).holds(zone) for zone in zones):
        raise ZoneCut(
            _(
                "In this size the picture would lose what must be seen whole: label, logo or certification marks. "
                "Take a size that shows all of it, or choose a part under “Own size”."
            )
        )


def _check_pixels(part: Box, version: AssetVersion, revision: RecipeRevision) -> None:
    wide, high = version.width, version.height
    if not (wide and high and revision.width and revision.height):
        return
    part_wide, part_high = part.width * wide, part.height * high
    if revision.width > part_wide + 1 + _ROUNDED * wide or revision.height > part_high + 1 + _ROUNDED * high:
        raise not_this_large(part, (wide, high))
    off = part_wide * revision.height / (part_high * revision.width)
    if abs(off - 1) > _SHAPE + _ROUNDED / part.width + _ROUNDED / part.height:
        raise other_shape()


def _kept_by_delivery(version: AssetVersion, revision: RecipeRevision) -> Box:
    """
    Return the part that delivery keeps when it fills a frame: the middle, which is its default.

    A picture smaller than the frame is not enlarged, and no document says whether it is then cut to the frame's shape
    or only where it is over: the shape keeps less, and counts. Of a picture whose pixels nobody told, nothing is sure.

    Source: Cloudimage v7, "Image operations", ``func=crop``, ``gravity`` and ``org_if_sml``.
    """
    wide, high = version.width or 0, version.height or 0
    if not (wide and high):
        return Box(0.5, 0.5, 0.0, 0.0)
    ratio = (revision.width or 1) / (revision.height or 1)
    width, height = min(1.0, ratio * high / wide), min(1.0, wide / (ratio * high))
    return Box((1 - width) / 2, (1 - height) / 2, width, height)
