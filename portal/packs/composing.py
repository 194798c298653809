"""Which files a pack should hold now: by hand, by rule, and why some cannot be had."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from portal.catalog.models import AssetVersion, Variant
from portal.packs.choices import Shortage
from portal.packs.models import Pack, PackFile, PackRule
from portal.partners.choices import CommunityStatus
from portal.publications.models import PublicationItem
from portal.publications.routing import matches
from portal.publications.visibility import items_in
from portal.renditions import file_names, naming
from portal.renditions.models import Recipe, RecipeRevision
from portal.renditions.protection import CutRefused, ZoneCut, refusals
from portal.renditions.selectors import current_revisions, expected_pixels, fits


@dataclass(frozen=True)
class Wish:
    """One variant in one size that a pack names, with the reason why it cannot be had, if any."""

    variant: Variant
    recipe: Recipe
    problem: str = ""

    def as_line(self) -> dict[str, str]:
        """Return it as ``PackVersion.left_out`` keeps it."""
        return {
            "asset": self.variant.asset.public_id,
            "title": self.variant.name,
            "recipe": self.recipe.key,
            "why": self.problem,
        }


@dataclass
class Composition:
    """
    ``communities``  row numbers of those it is composed for: the pack's, as far as they are open
    ``files``        unsaved ``PackFile`` in the order of their names
    ``left_out``     what the pack names and partners may not have any more
    ``missing``      what must be mended before a version can be issued
    """

    communities: set[int] = field(default_factory=set)
    files: list[PackFile] = field(default_factory=list)
    left_out: list[Wish] = field(default_factory=list)
    missing: list[Wish] = field(default_factory=list)

    @property
    def cuts(self) -> list[tuple[str, int, int]]:
        """What the files are made from: name, version and revision, by row number."""
        return [(file.name, file.version.pk, file.revision.pk) for file in self.files]

    @property
    def lines(self) -> list[dict[str, str]]:
        """What is not in it, as ``PackVersion.left_out`` keeps it."""
        return [wish.as_line() for wish in (*self.missing, *self.left_out)]


def compose(pack: Pack, *, now: datetime, renew_sizes: bool = False) -> Composition:
    """
    Return what the next version of a pack would hold. Reads only.

    A file whose version is unchanged keeps the revision of its size and, as long as it fits, its name: so a replaced
    file changes one line. A file that was taken back is left out and named; one that was never published in one of the
    pack's communities is missing, because a version is whole for every partner or is not issued at all.

    :param renew_sizes: cut every file by the newest revision of its size
    """
    last = {(f.variant_id, f.revision.recipe_id): f for f in _files_of_current(pack)}
    published = _published(pack, now=now)
    revisions = {revision.recipe_id: revision for revision in current_revisions()}
    found = Composition(communities=set(published.communities))
    for variant, recipe in _wishes(pack, published):
        version = published.whole.get(variant.pk)
        if version is None:
            _note_shortage(found, variant, recipe, published)
            continue
        revision = revisions.get(recipe.pk)
        before = last.get((variant.pk, recipe.pk))
        if before is not None and before.version_id == version.pk and not renew_sizes:
            revision = before.revision
        if revision is None or not fits(revision, version):
            found.missing.append(Wish(variant, recipe, Shortage.NO_SIZE))
            continue
        version.variant = variant
        found.files.append(PackFile(variant=variant, version=version, revision=revision))
    _refuse_cuts(found)
    _name(found.files, last)
    return found


def _refuse_cuts(found: Composition) -> None:
    """A size that would cut what must be seen whole cannot be made of that file: staff learn it before they issue."""
    refused = refusals([(file.version, file.revision) for file in found.files])
    if refused:
        for file in found.files:
            if why := refused.get((file.version.pk, file.revision.pk)):
                found.missing.append(Wish(file.variant, file.revision.recipe, shortage_of(why)))
        found.files = [file for file in found.files if (file.version.pk, file.revision.pk) not in refused]


def shortage_of(why: CutRefused) -> Shortage:
    """Return the word for a cut that may not be made."""
    return Shortage.ZONE_CUT if isinstance(why, ZoneCut) else Shortage.NOT_MADE


def _files_of_current(pack: Pack) -> Iterable[PackFile]:
    if pack.current_id is None:
        return ()
    return PackFile.objects.filter(pack_version=pack.current_id).select_related("revision__recipe")


@dataclass
class _Published:
    """
    ``communities``  the open ones of the pack
    ``whole``        variant -> the version published in every one of them now
    ``some``         variants published in any of them now; ``once`` those of the chosen ones that ever were
    """

    communities: list[int]
    whole: dict[int, AssetVersion]
    some: set[int]
    once: set[int]


def _published(pack: Pack, *, now: datetime) -> _Published:
    communities = list(pack.communities.filter(status=CommunityStatus.ACTIVE).values_list("pk", flat=True))
    picked = set(pack.picks.values_list("variant_id", flat=True))
    items = items_in(communities, at=now).select_related("version")
    if not pack.rules.exists():
        items = items.filter(variant__in=picked)
    held: dict[int, set[int]] = {}
    versions: dict[int, AssetVersion] = {}
    for item in items:
        held.setdefault(item.variant_id, set()).add(item.community_id)
        versions[item.variant_id] = item.version
    whole = {pk: versions[pk] for pk, found in held.items() if len(found) == len(communities)}
    once = PublicationItem.objects.filter(community__in=communities, variant__in=picked)
    return _Published(communities, whole, set(held), set(once.values_list("variant_id", flat=True)))


def _note_shortage(found: Composition, variant: Variant, recipe: Recipe, published: _Published) -> None:
    # What is in one community and not in another would make the version short for somebody: staff decide.
    if variant.pk in published.some or variant.pk not in published.once:
        found.missing.append(Wish(variant, recipe, Shortage.NOT_PUBLISHED))
    else:
        found.left_out.append(Wish(variant, recipe, Shortage.WITHDRAWN))


def _wishes(pack: Pack, published: _Published) -> Iterator[tuple[Variant, Recipe]]:
    """Yield each variant and size once, those chosen by hand first."""
    seen: set[tuple[int, int]] = set()
    picks = pack.picks.select_related("variant__asset__product", "recipe").order_by(
        "variant_id", "recipe__position"
    )
    for pick in picks:
        seen.add((pick.variant_id, pick.recipe_id))
        yield pick.variant, pick.recipe
    rules = list(pack.rules.prefetch_related("recipes").order_by("pk"))
    if not rules:
        return
    variants = Variant.objects.filter(pk__in=published.whole).select_related("asset__product").order_by("pk")
    for variant in variants:
        for recipe in _sizes_by_rule(rules, variant, published.whole[variant.pk]):
            if (variant.pk, recipe.pk) not in seen:
                seen.add((variant.pk, recipe.pk))
                yield variant, recipe


def _sizes_by_rule(rules: Iterable[PackRule], variant: Variant, version: AssetVersion) -> Iterator[Recipe]:
    for rule in rules:
        if rule_matches(rule, variant):
            for recipe in rule.recipes.all():
                if fits(RecipeRevision(recipe=recipe), version):
                    yield recipe


def rule_matches(rule: PackRule, variant: Variant) -> bool:
    """Say whether a rule wants a variant; ``asset`` and its ``product`` are loaded."""
    product = variant.asset.product
    # A pack's rule has the conditions of a routing rule, under the same names.
    return matches(rule, variant, variant.asset, gtin=product.gtin if product else "")  # type: ignore[arg-type]


def _name(files: list[PackFile], last: dict[tuple[int, int], PackFile]) -> None:
    """Give every file a name of its own, the one it had where that still fits, and put them in the order of names."""
    taken: set[str] = set()
    waiting: list[PackFile] = []
    for file in files:
        before = last.get((file.variant_id, file.revision.recipe_id))
        if before is not None and before.name in _possible_names(file):
            file.name = before.name
            taken.add(naming.collides_as(file.name))
        else:
            waiting.append(file)
    for file in waiting:
        file.name = next(n for n in _possible_names(file) if naming.collides_as(n) not in taken)
        taken.add(naming.collides_as(file.name))
    files.sort(key=lambda file: file.name.encode())
    for position, file in enumerate(files):
        file.position = position


class _possible_names:
    """The names a file may have, best first: ``oat-web-1200.webp``, ``oat-web-1200-2.webp``, ..."""

    def __init__(self, file: PackFile):
        self.file = file

    @cached_property
    def best(self) -> tuple[str, str]:
        """By the size's own template, else telling the size and not the version: the name stays while versions go."""
        version, revision = self.file.version, self.file.revision
        width, height = expected_pixels(version, revision)
        name = file_names.by_template(version, revision, width=width, height=height)
        name = name or naming.file_name(self.file.variant.name, revision, extension=version.extension)
        stem, _dot, extension = name.rpartition(".")
        return stem, extension

    def name(self, copy: int) -> str:
        stem, extension = self.best
        return f"{stem}-{copy}.{extension}" if copy > 1 else f"{stem}.{extension}"

    def __iter__(self) -> Iterator[str]:
        copy = 1
        while True:
            yield self.name(copy)
            copy += 1

    def __contains__(self, name: str) -> bool:
        stem, extension = self.best
        if not name.startswith(stem) or not name.endswith(f".{extension}"):
            return False
        between = name[len(stem) : len(name) - len(extension) - 1]
        return between == "" or (between[0] == "-" and between[1:].isdecimal())
