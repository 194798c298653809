"""Reading recipes and renditions. Which version a partner may have is decided in ``downloads``."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from portal.catalog.choices import Medium
from portal.catalog.models import AssetVersion
from portal.partners.models import Partner
from portal.renditions import protection
from portal.renditions.choices import Fit, Format, RenditionState
from portal.renditions.models import Recipe, RecipeRevision, Rendition

#: Key of the recipe that gives files out as they are.
ORIGINAL = "original"

_OFFERED = {
    Medium.IMAGE: (Medium.IMAGE, Medium.OTHER),
    Medium.VECTOR: (Medium.IMAGE, Medium.OTHER),
    Medium.VIDEO: (Medium.VIDEO, Medium.OTHER),
    Medium.DOCUMENT: (Medium.OTHER,),
    Medium.OTHER: (Medium.OTHER,),
}
_MEDIA_TYPES = {
    Format.JPEG: "image/jpeg",
    Format.PNG: "image/png",
    Format.WEBP: "image/webp",
    Format.AVIF: "image/avif",
    Format.MP4: "video/mp4",
    Format.WEBM: "video/webm",
}


@dataclass(frozen=True)
class Size:
    """
    One download size of one version, as offered.

    ``width``, ``height``  pixels it has or will have, ``None`` when only the bytes will tell
    ``size``, ``sha256``   bytes and digest, ``None`` and empty until it has been made once
    """

    recipe: Recipe
    revision: RecipeRevision
    width: int | None
    height: int | None
    size: int | None
    sha256: str
    media_type: str

    @property
    def format_label(self) -> str:
        """The format as people call it: ``JPEG``."""
        if self.revision.format != Format.ORIGINAL:
            return str(self.revision.get_format_display())
        return (
            self.media_type.rpartition("/")[2]
            .split("+")[0]
            .upper()
            .replace("QUICKTIME", "MOV")
            .replace("X-SUBRIP", "SRT")
        )


def current_revisions(*, previews: bool = False) -> list[RecipeRevision]:
    """Return the newest revision of every recipe that is offered (or serves our pages), in the order of the list."""
    revisions = (
        RecipeRevision.objects.filter(recipe__is_active=True, recipe__is_preview=previews)
        .select_related("recipe")
        .order_by("recipe_id", "-number")
        .distinct("recipe_id")
    )
    return sorted(revisions, key=lambda revision: (revision.recipe.position, revision.recipe.pk))


def prepared_revisions() -> list[RecipeRevision]:
    """Return the revisions worth making before anybody asks: those of our pages, and the first of each medium."""
    offered = current_revisions()
    first = {
        revision.recipe.medium: revision
        for revision in reversed(offered)
        if revision.format != Format.ORIGINAL
    }
    return [*current_revisions(previews=True), *first.values()]


def revision_for(version: AssetVersion, key: str) -> RecipeRevision | None:
    """
    Return the newest revision of a recipe, ``None`` when there is no such recipe for this medium.

    :param key: of the recipe, or the address of a revision made to order
    """
    revision = (
        RecipeRevision.objects.filter(recipe__key=key, recipe__is_active=True)
        .select_related("recipe")
        .order_by("-number")
        .first()
    ) or _ordered(key)
    return revision if revision and fits(revision, version) else None


def _ordered(address: str) -> RecipeRevision | None:
    rows = RecipeRevision.objects.filter(address=address)
    found = rows.select_related("recipe", "base__recipe", "fits__specification").first()
    # Made to fit the rules of another company, which the wall does not show: not there.
    return None if found is None or (found.fits_id and found.fits is None) else found


def is_for(revision: RecipeRevision, partner: Partner) -> bool:
    """
    Say whether a revision may be shown to a partner: not one that fits the rules of another company, whose name stands
    in the names of its files. Whether the wall stands as well makes no difference.

    :param revision: its ``fits`` with the specification should be loaded
    """
    if revision.fits_id is None:
        return True
    return revision.fits is not None and revision.fits.specification.partner_id in {None, partner.pk}


def fits(revision: RecipeRevision, version: AssetVersion) -> bool:
    """Say whether a recipe is meant for this kind of file."""
    return Medium(version.medium) in media_for(revision)


def media_for(revision: RecipeRevision) -> list[Medium]:
    """Return the kinds of files a recipe is meant for."""
    if revision.recipe.is_preview:
        return [Medium.IMAGE, Medium.VECTOR, Medium.VIDEO]
    return [medium for medium, offered in _OFFERED.items() if revision.recipe.medium in offered]


def sizes_of(version: AssetVersion) -> list[Size]:
    """
    Return the download sizes offered for a version, in order: two queries, and one more where a size cuts. One that
    would cut what must be seen whole is not offered.
    """
    revisions = [revision for revision in current_revisions() if fits(revision, version)]
    refused = protection.refusals([(version, revision) for revision in revisions])
    revisions = [revision for revision in revisions if (version.pk, revision.pk) not in refused]
    made = {r.revision_id: r for r in _ready([version], revisions)}
    return [_size(version, revision, made.get(revision.pk)) for revision in revisions]


def sizes_for(pairs: Sequence[tuple[AssetVersion, RecipeRevision]]) -> dict[tuple[int, int], Size]:
    """
    Return what is known of these versions in these sizes, by the row numbers of version and revision: one query.
    """
    versions = {version.pk: version for version, _revision in pairs}
    revisions = {revision.pk: revision for _version, revision in pairs}
    ready = _ready(versions.values(), list(revisions.values()))
    made = {(row.version_id, row.revision_id): row for row in ready}
    return {
        (version.pk, revision.pk): _size(version, revision, made.get((version.pk, revision.pk)))
        for version, revision in pairs
    }


def _ready(versions: Iterable[AssetVersion], revisions: Sequence[RecipeRevision]) -> Iterable[Rendition]:
    return Rendition.objects.filter(
        version__in=list(versions), revision__in=revisions, state=RenditionState.READY
    )


def _size(version: AssetVersion, revision: RecipeRevision, made: Rendition | None) -> Size:
    width, height = expected_pixels(version, revision)
    original = revision.format == Format.ORIGINAL
    return Size(
        recipe=revision.recipe,
        revision=revision,
        width=made.width if made else width,
        height=made.height if made else height,
        size=made.size if made else (version.size if original else None),
        sha256=made.sha256 if made else "",
        media_type=made.media_type if made else _MEDIA_TYPES.get(Format(revision.format), version.media_type),
    )


def expected_pixels(version: AssetVersion, revision: RecipeRevision) -> tuple[int | None, int | None]:
    """
    Return the pixels a rendition will have. Nothing is enlarged, except that padding fills to the exact size.

    ``(None, None)`` for a vector, a document, or a file whose pixels the DAM did not tell.
    """
    width, height = version.width, version.height
    if not width or not height or version.medium == Medium.DOCUMENT:
        return None, None
    if revision.fit == Fit.PAD and revision.width and revision.height:
        return revision.width, revision.height
    if revision.fit == Fit.CROP and revision.width and revision.height:
        return min(revision.width, width), min(revision.height, height)
    scale = min(1.0, (revision.width or width) / width, (revision.height or height) / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def made_of(version: AssetVersion, key: str) -> Rendition | None:
    """Return what a recipe made of a version, ``None`` when nobody has asked for it yet. Makes nothing: two queries."""
    revision = revision_for(version, key)
    return next(iter(_ready([version], [revision])), None) if revision is not None else None


def by_digest(partner: Partner, sha256: str) -> list[Rendition]:
    """Return the renditions with these bytes, see ``by_digests``: usually one."""
    return by_digests(partner, [sha256])


def by_digests(partner: Partner, digests: Iterable[str]) -> list[Rendition]:
    """
    Return the renditions that have, or had, any of these bytes, in the order in which they were first asked for: one
    query. Whether the partner may have their versions is for the caller to say.

    What was made to fit the rules of another company is not among them: two companies with the same rules have the
    same bytes, each under a name of its own. One that had them is returned as it was then: with that digest, and with
    ``size`` ``None``, which nobody knows.
    """
    asked = set(digests)
    rows = Rendition.objects.filter(Q(sha256__in=asked) | Q(former__overlap=list(asked))).select_related(
        "version__variant__asset__product", "revision__recipe", "revision__fits__specification"
    )
    found: list[Rendition] = []
    for row in rows.order_by("pk") if asked else ():
        if not is_for(row.revision, partner):
            continue
        if row.sha256 in asked:
            found.append(row)
        for old in asked.intersection(row.former):
            before = copy.copy(row)
            before.sha256, before.size = old, None
            found.append(before)
    return found


def newest_of(versions: Iterable[int], recipes: Iterable[int]) -> dict[tuple[int, int], Rendition]:
    """
    Return the renditions of versions by the newest revision of recipes that has been made, by the row numbers of
    version and recipe: one query. What is made to order is left out: another order is no successor.
    """
    rows = (
        Rendition.objects.filter(
            version__in=set(versions),
            revision__recipe__in=set(recipes),
            revision__recipe__made_to_order=False,
            state=RenditionState.READY,
        )
        .select_related("revision__recipe")
        .order_by("revision__number")
    )
    return {(row.version_id, row.revision.recipe_id): row for row in rows}
