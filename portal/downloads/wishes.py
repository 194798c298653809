"""What somebody wants to take, many files at once: which of them they may have now, and why not the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.catalog.choices import Withdrawal
from portal.catalog.models import AssetVersion, Variant
from portal.core.errors import DomainError
from portal.core.labels import language_name
from portal.core.texts import in_language
from portal.partners.models import Partner
from portal.publications import selectors as publications
from portal.publications.models import PublicationItem
from portal.publications.visibility import Status, held_items, status_of
from portal.renditions.models import Recipe, RecipeRevision
from portal.renditions.protection import CutRefused, refusals
from portal.renditions.selectors import Size, current_revisions, fits, sizes_for


@dataclass(frozen=True)
class Wish:
    """
    One variant in one size that somebody wants.

    ``version_id``  the version they saw when they chose it, ``None`` for whichever is current
    ``title``, ``language``  what to call it should nothing of it be left for them to see
    """

    variant_id: int
    recipe_id: int
    version_id: int | None = None
    title: Mapping[str, str] | None = None
    language: str = ""


class Standing:
    """What became of a wish: words of pages and mails."""

    READY = "ready"
    REPLACED = "replaced"
    NOT_YET = "not_yet"
    WITHDRAWN = "withdrawn"
    NOT_YOURS = "not_yours"
    NO_SIZE = "no_size"

    LABELS = {
        READY: gettext_lazy("Ready"),
        REPLACED: gettext_lazy("New version"),
        NOT_YET: gettext_lazy("Not yet"),
        WITHDRAWN: gettext_lazy("Withdrawn"),
        NOT_YOURS: gettext_lazy("Not for your company any more"),
        NO_SIZE: gettext_lazy("Size not offered any more"),
    }


class NotAllAvailable(DomainError):
    """Some of the files cannot be had now; ``files`` are these, as ``left_out`` describes them."""

    code = "not_all_available"


@dataclass(frozen=True)
class Examined:
    """
    A wish and what became of it, as of now.

    ``standing``  of ``Standing``; the file can be had when it is ready or replaced, in ``version`` and ``revision``
    ``why``       one sentence, empty when it is ready
    ``size``      what is known of the file to come, ``None`` when it cannot be had
    ``variant``   ``None`` when the company may not see anything of it any more
    """

    wish: Wish
    standing: str
    why: str
    variant: Variant | None
    version: AssetVersion | None
    revision: RecipeRevision | None
    size: Size | None
    recipe: Recipe

    @property
    def is_available(self) -> bool:
        return self.standing in {Standing.READY, Standing.REPLACED}

    @property
    def label(self) -> str:
        return str(Standing.LABELS[self.standing])

    @property
    def title(self) -> str:
        if self.variant is not None:
            return self.variant.asset.name or self.variant.name
        return in_language(self.wish.title or {}) or _("A file you chose before")

    @property
    def language(self) -> str:
        return self.variant.language if self.variant is not None else self.wish.language

    @property
    def language_label(self) -> str:
        return language_name(self.language) if self.language else ""


def left_out(one: Examined) -> dict[str, str]:
    """
    Return what is said of a file that cannot be had, JSON-ready: ``status`` of ``Standing``, ``why`` in a sentence;
    ``asset`` and ``variant`` are public ids, empty when the company may not see anything of it.
    """
    variant = one.variant
    return {
        "title": one.title,
        "asset": variant.asset.public_id if variant is not None else "",
        "variant": variant.public_id if variant is not None else "",
        "language": one.language,
        "recipe": one.recipe.key,
        "status": one.standing,
        "why": one.why,
    }


def examine(partner: Partner, wishes: Iterable[Wish], *, at: datetime) -> list[Examined]:
    """
    Return what became of each wish, in their order: six queries, whatever their number, and one more where a
    size cuts.

    The outcome for each is that of ``services.authorise_download``; whoever takes the files is checked again then.
    """
    wanted = list(wishes)
    variants = Variant.objects.select_related("asset__product").in_bulk({wish.variant_id for wish in wanted})
    held = _held(partner, set(variants), at=at)
    recipes = Recipe.objects.in_bulk({wish.recipe_id for wish in wanted})
    revisions = {revision.recipe_id: revision for revision in current_revisions()}
    pairs: dict[int, tuple[AssetVersion, RecipeRevision]] = {}
    for number, wish in enumerate(wanted):
        item = _best(held.get(wish.variant_id, ()), at=at)
        revision = revisions.get(wish.recipe_id)
        if item is not None and revision is not None and fits(revision, item.version):
            item.version.variant = variants[wish.variant_id]
            pairs[number] = item.version, revision
    sizes = sizes_for(list(pairs.values()))
    refused = refusals(list(pairs.values()))
    return [
        _examined(
            wish,
            recipes[wish.recipe_id],
            variants.get(wish.variant_id),
            held.get(wish.variant_id, ()),
            sizes.get((pairs[number][0].pk, pairs[number][1].pk)) if number in pairs else None,
            refused.get((pairs[number][0].pk, pairs[number][1].pk)) if number in pairs else None,
            at=at,
        )
        for number, wish in enumerate(wanted)
        if wish.recipe_id in recipes
    ]


def _held(partner: Partner, variants: set[int], *, at: datetime) -> dict[int, list[PublicationItem]]:
    held: dict[int, list[PublicationItem]] = {}
    for item in held_items(partner, at=at, variant__in=variants):
        held.setdefault(item.variant_id, []).append(item)
    return held


def _best(items: Sequence[PublicationItem], *, at: datetime) -> PublicationItem | None:
    # As cards do: of a variant published twice, the one released first counts.
    return next((item for item in items if status_of(item, at=at) != Status.WITHDRAWN), None)


def _examined(
    wish: Wish,
    recipe: Recipe,
    variant: Variant | None,
    items: Sequence[PublicationItem],
    size: Size | None,
    refused: CutRefused | None,
    *,
    at: datetime,
) -> Examined:
    item = _best(items, at=at)
    version = item.version if item is not None else None
    standing, why = Standing.READY, ""
    if variant is None or not items:
        standing = Standing.NOT_YOURS
        why = publications.why_gone(Withdrawal.ROUTING)
        variant = None
    elif item is None or item.version.withdrawn_at is not None:
        last = max(((i.withdrawn_at, i.withdrawal) for i in items if i.withdrawn_at), default=None)
        reason = (item.version.withdrawal if item else "") or (last[1] if last else Withdrawal.RIGHTS)
        standing, why = Standing.WITHDRAWN, publications.why_gone(reason)
    elif status_of(item, at=at) == Status.SCHEDULED and item.usable_from is not None:
        standing = Standing.NOT_YET
        day = date_format(item.usable_from, "DATE_FORMAT")
        why = _("You may use this file from %(day)s on. It cannot be downloaded before.") % {"day": day}
    elif size is None:
        standing = Standing.NO_SIZE
        why = _("The brand does not offer this size for this file any more. Choose another one.")
    elif refused is not None:
        standing, why = Standing.NO_SIZE, str(refused)
    elif wish.version_id is not None and wish.version_id != item.version_id:
        standing = Standing.REPLACED
        why = _("A newer version has come since you chose it. You get version %(number)d.") % {
            "number": item.version.number
        }
    available = standing in {Standing.READY, Standing.REPLACED}
    return Examined(
        wish=wish,
        standing=standing,
        why=why,
        variant=variant,
        version=version if available else None,
        revision=size.revision if available and size is not None else None,
        size=size if available else None,
        recipe=recipe,
    )
