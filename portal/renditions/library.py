"""Reading recipes and renditions for staff."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from portal.renditions.choices import RenditionState, VerdictState
from portal.renditions.models import Recipe, RecipeRevision, Rendition, Verdict


def failed_of(asset_id: int, *, limit: int = 20) -> list[Rendition]:
    """Return the renditions of one asset that could not be made, newest first."""
    return list(
        Rendition.objects.filter(version__variant__asset=asset_id, state=RenditionState.FAILED)
        .select_related("version", "revision__recipe")
        .order_by("-made_at", "-pk")[:limit]
    )


def altered_count() -> int:
    """Return how many renditions were lost and came back different."""
    return Rendition.objects.filter(state=RenditionState.ALTERED).count()


def failed_count() -> int:
    """Return how many renditions could not be made."""
    return Rendition.objects.filter(state=RenditionState.FAILED).count()


def unchecked_count() -> int:
    """Return how many files in use could not be held against a channel's rules, for whatever reason."""
    return verdicts_in_use().filter(state=VerdictState.IMPOSSIBLE).count()


def verdicts_in_use() -> QuerySet[Verdict]:
    """Return the verdicts on versions that are neither replaced nor withdrawn."""
    return Verdict.objects.filter(version__withdrawn_at__isnull=True, version__replaced_at__isnull=True)


@dataclass(frozen=True)
class Unfinished:
    """
    Renditions that are not ready, counted no further than the limit.

    ``lost``  their maker is gone; anybody who asks, and the timetable, makes them anew
    """

    wanted: int
    lost: int
    failed: int


def unfinished(*, now: datetime, limit: int) -> Unfinished:
    """Return how many renditions are wanted, lost by their maker, or failed: two queries over an index of these."""
    rows = Rendition.objects.order_by("state", "pk")
    counts = {"wanted": 0, "lost": 0, "failed": 0}
    for state in (RenditionState.WANTED, RenditionState.FAILED):
        for claimed in rows.filter(state=state).values_list("claimed_until", flat=True)[:limit]:
            counts["failed" if state == RenditionState.FAILED else "wanted"] += 1
            counts["lost"] += state == RenditionState.WANTED and claimed is not None and claimed < now
    return Unfinished(**counts)


def newest_revisions(recipes: Collection[Recipe]) -> dict[int, RecipeRevision]:
    """Return the newest revision of each recipe by the recipe's row number: one query."""
    rows = RecipeRevision.objects.filter(recipe__in=[recipe.pk for recipe in recipes])
    return {row.recipe_id: row for row in rows.order_by("recipe_id", "-number").distinct("recipe_id")}


def revisions_of(recipe: Recipe) -> list[RecipeRevision]:
    """Return everything a recipe has ever said, newest first."""
    return list(recipe.revisions.order_by("-number"))


def made_by(revisions: Collection[RecipeRevision]) -> dict[int, dict[str, int]]:
    """Return how many renditions each revision has in which state: one query."""
    rows = Rendition.objects.filter(revision__in=[revision.pk for revision in revisions])
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, state, number in rows.values_list("revision", "state").annotate(n=Count("pk")).order_by():
        found[pk][state] = number
    return found
