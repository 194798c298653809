"""
Baskets: what a person means to take for a company. Kept in the database, so that it is there on every device, and
rechecked whenever it is shown: what was right when it was chosen may be replaced or withdrawn by now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.core.errors import DomainError, NotFound
from portal.downloads.models import BasketItem
from portal.downloads.wishes import Examined, Wish, examine
from portal.partners.models import Partner
from portal.publications.models import PublicationItem
from portal.publications.visibility import visible_items
from portal.renditions.models import Recipe, RecipeRevision
from portal.renditions.selectors import current_revisions, fits

#: A basket is a choice by hand; whole ranges are packs.
MOST_ITEMS = 500


class BasketFull(DomainError):
    """No further file fits."""

    code = "basket_full"


@dataclass(frozen=True)
class BasketLine:
    """One file of a basket with what became of it. ``sizes`` are the keys and names it can be changed to."""

    item: BasketItem
    found: Examined
    sizes: Sequence[tuple[str, str]]


def count(partner: Partner, user: User) -> int:
    """Return how many files are in a person's basket."""
    return BasketItem.objects.filter(partner=partner, user=user).count()


def lines_of(partner: Partner, user: User, *, at: datetime) -> list[BasketLine]:
    """Return a person's basket in the order of choosing, rechecked: eight queries, whatever its length."""
    # Without its variant: of a file that was taken back it may be out of sight.
    items = list(BasketItem.objects.filter(partner=partner, user=user).order_by("added_at", "pk"))
    wishes = [_wish(item) for item in items]
    offered = current_revisions() if items else []
    return [
        BasketLine(item, found, _sizes(found, offered))
        for item, found in zip(items, examine(partner, wishes, at=at), strict=True)
    ]


def wishes_of(partner: Partner, user: User) -> list[Wish]:
    """Return what a person's basket asks for."""
    rows = BasketItem.objects.filter(partner=partner, user=user).order_by("added_at", "pk")
    return [_wish(item) for item in rows]


def _wish(item: BasketItem) -> Wish:
    return Wish(item.variant_id, item.recipe_id, item.version_id, item.title, item.language)


def _sizes(found: Examined, offered: Sequence[RecipeRevision]) -> list[tuple[str, str]]:
    if found.version is None:
        return []
    version = found.version
    return [(r.recipe.key, r.recipe.name) for r in offered if fits(r, version)]


@transaction.atomic
def add(
    *, partner: Partner, user: User, variants: Iterable[str], recipe: str = "", now: datetime
) -> tuple[int, int]:
    """
    Put files into a person's basket. One that is in it already stays as it is.

    :param variants: public ids; those the company may not see are left out, as if they never were
    :param recipe: key of a size; empty, or where it does not suit a file, the first one offered for it
    :returns: how many are new, and how many of those asked for no size is offered for
    :raises NotFound: nothing of it is there for this company
    :raises BasketFull: no further file fits
    """
    wanted = list(dict.fromkeys(variants))
    items = _current(partner, wanted, at=now)
    if not items:
        raise NotFound
    offered = current_revisions()
    new, without_size = [], 0
    for variant in wanted:
        item = items.get(variant)
        if item is None:
            continue
        size = _size(item, offered, recipe)
        if size is None:
            without_size += 1
            continue
        new.append(
            BasketItem(
                partner=partner,
                user=user,
                variant=item.variant,
                recipe=size,
                version=item.version,
                title=item.variant.asset.title,
                language=item.variant.language,
                added_at=now,
            )
        )
    # Counted under a lock on the person, so that two tabs cannot fill it twice.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    rows = BasketItem.objects.filter(partner=partner, user=user)
    held = set(rows.values_list("variant_id", "recipe_id"))
    fresh = [row for row in new if (row.variant_id, row.recipe_id) not in held]
    if len(held) + len(fresh) > MOST_ITEMS:
        raise BasketFull(
            _("A basket holds at most %(count)d files. Prepare this one first, or remove some.")
            % {"count": MOST_ITEMS}
        )
    BasketItem.objects.bulk_create(fresh)
    return len(fresh), without_size


def _current(partner: Partner, variants: Sequence[str], *, at: datetime) -> dict[str, PublicationItem]:
    ids = [variant for variant in variants if "\0" not in variant]
    rows = visible_items(partner, at=at).filter(variant__public_id__in=ids)
    found: dict[str, PublicationItem] = {}
    for item in rows.select_related("variant__asset", "version").order_by("released_at", "pk"):
        found.setdefault(item.variant.public_id, item)
    return found


def _size(item: PublicationItem, offered: Sequence[RecipeRevision], key: str) -> Recipe | None:
    fitting = [revision.recipe for revision in offered if fits(revision, item.version)]
    return next((recipe for recipe in fitting if recipe.key == key), fitting[0] if fitting else None)


@transaction.atomic
def change_size(*, partner: Partner, user: User, item: int, recipe: str, now: datetime) -> None:
    """
    Take a file of the basket in another size.

    :param item: row number; another person's is not there
    :raises NotFound: no such file in this basket, or no such size for it
    """
    row = BasketItem.objects.filter(partner=partner, user=user, pk=item).first()
    if row is None:
        raise NotFound
    [found] = examine(partner, [_wish(row)], at=now)
    size = Recipe.objects.filter(key=recipe, is_active=True, is_preview=False).first()
    if size is None or found.version is None or not fits(RecipeRevision(recipe=size), found.version):
        raise NotFound
    same = BasketItem.objects.filter(partner=partner, user=user, variant=row.variant_id, recipe=size)
    if same.exclude(pk=row.pk).exists():
        row.delete()
        return
    row.recipe = size
    row.save(update_fields=["recipe"])


def remove(*, partner: Partner, user: User, items: Iterable[int] | None = None) -> int:
    """
    Take files out of a person's basket; returns how many.

    :param items: row numbers; all when not given
    """
    rows = BasketItem.objects.filter(partner=partner, user=user)
    if items is not None:
        rows = rows.filter(pk__in=list(items))
    return rows.delete()[0]
