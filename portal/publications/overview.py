"""Numbers about publications, for staff."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet

from portal.catalog.models import Variant
from portal.partners.choices import CommunityStatus
from portal.partners.models import Community
from portal.publications.models import Publication, PublicationItem, RoutingRule, RoutingRun


@dataclass(frozen=True)
class Numbers:
    """``assets`` published now; posts ``posted`` as they are now, and ``waiting`` to be posted or taken back."""

    assets: int = 0
    posted: int = 0
    waiting: int = 0


def waiting() -> Q:
    """Publications of which the Trading Grid does not hold the newest revision."""
    return Q(posted_revision__lt=F("revision"))


def numbers_of(communities: Collection[Community]) -> dict[int, Numbers]:
    """Return the numbers of these communities by row number: one query."""
    rows = (
        Publication.objects.filter(community__in=[c.pk for c in communities])
        .values("community")
        .annotate(
            assets=Count("pk", filter=Q(withdrawn_at__isnull=True)),
            posted=Count("pk", filter=~waiting() & Q(withdrawn_at__isnull=True)),
            waiting=Count("pk", filter=waiting()),
        )
        .order_by()
    )
    found = {
        row["community"]: Numbers(assets=row["assets"], posted=row["posted"], waiting=row["waiting"])
        for row in rows
    }
    return {community.pk: found.get(community.pk, Numbers()) for community in communities}


def rules_into(community: Community) -> QuerySet[RoutingRule]:
    """Return the rules that lead into a community, those in force first."""
    return community.routing_rules.order_by("-is_active", "name", "pk")


def rule_counts(communities: Collection[Community]) -> dict[int, int]:
    """Return how many rules in force lead into each community, by row number: one query."""
    through = RoutingRule.communities.through.objects
    rows = through.filter(community__in=[c.pk for c in communities], routingrule__is_active=True)
    return dict(rows.values("community").annotate(n=Count("pk")).order_by().values_list("community", "n"))  # type: ignore[misc]


def posts_waiting(community: Community, *, limit: int = 10) -> list[Publication]:
    """Return publications of a community that wait to be posted, the longest wait first."""
    rows = Publication.objects.filter(waiting(), community=community).select_related("asset")
    return list(rows.order_by("changed_at", "pk")[:limit])


def not_posted(communities: Collection[int], *, after: int, limit: int) -> list[Publication]:
    """Return publications whose newest revision the grid is not known to hold, behind a row, in order."""
    return list(
        Publication.objects.filter(community__in=communities, posted_revision__lt=F("revision"), pk__gt=after)
        .select_related("asset")
        .order_by("pk")[:limit]
    )


def publications_named(*, public_ids: Collection[str] = (), ids: Collection[int] = ()) -> list[Publication]:
    """Return publications by public ids and row numbers, with their assets: one query."""
    wanted = Q(public_id__in=public_ids) | Q(pk__in=ids)
    return list(Publication.objects.filter(wanted).select_related("asset"))


def in_community(community_id: int, *, after: int, limit: int) -> list[Publication]:
    """Return a community's publications that are not withdrawn, or not known to be, behind a row, in order."""
    current = Q(withdrawn_at__isnull=True) | waiting()
    rows = Publication.objects.filter(current, community=community_id, pk__gt=after)
    return list(rows.select_related("asset").order_by("pk")[:limit])


def showing_bytes(community_id: int, sha1s: Collection[str]) -> list[Publication]:
    """Return the publications of a community that show a file of one of these SHA-1 now."""
    items = PublicationItem.objects.filter(
        community=community_id,
        version__sha1__in=sha1s,
        withdrawn_at__isnull=True,
        state=PublicationItem.State.LIVE,
    )
    rows = Publication.objects.filter(pk__in=items.values("publication"), withdrawn_at__isnull=True)
    return list(rows.select_related("asset").order_by("pk"))


def publications_of(asset_id: int) -> list[Publication]:
    """Return where an asset is published, with its items and their versions: two queries."""
    return list(
        Publication.objects.filter(asset=asset_id)
        .select_related("community")
        .prefetch_related("items__variant", "items__version")
        .order_by("community__name", "pk")
    )


def published_into(assets: Collection[int]) -> dict[int, int]:
    """Return in how many communities each of these assets is published now, by its row number: one query."""
    rows = Publication.objects.filter(asset__in=assets, withdrawn_at__isnull=True).values("asset")
    return dict(rows.annotate(n=Count("pk")).order_by().values_list("asset", "n"))


@dataclass(frozen=True)
class RoutingProgress:
    """The pass over all files that runs now: ``done`` of ``total`` files since ``requested_at``."""

    requested_at: datetime
    done: int
    total: int
    per_second: float | None


def routing_progress(*, now: datetime) -> RoutingProgress | None:
    """Return how far the running pass is, ``None`` when none runs: at most three queries."""
    run = RoutingRun.objects.filter(finished_at=None).order_by("pk").last()
    if run is None:
        return None
    done = Variant.objects.filter(pk__lte=run.after).count()
    passed = (now - run.requested_at).total_seconds()
    return RoutingProgress(
        requested_at=run.requested_at,
        done=done,
        total=Variant.objects.count(),
        per_second=done / passed if done and passed > 1 else None,
    )


def last_run() -> RoutingRun | None:
    """Return the newest pass, finished or not."""
    return RoutingRun.objects.order_by("pk").last()


def expiring_soon(*, now: datetime) -> QuerySet[PublicationItem]:
    """Return published files whose rights end within ``settings.EXPIRING_DAYS``."""
    return PublicationItem.objects.filter(
        withdrawn_at__isnull=True,
        visible_until__gt=now,
        visible_until__lte=now + timedelta(days=settings.EXPIRING_DAYS),
    )


def communities_without_rule() -> list[Community]:
    """Return open communities into which no rule in force leads."""
    fed = RoutingRule.communities.through.objects.filter(routingrule__is_active=True).values("community")
    rows = Community.objects.filter(status=CommunityStatus.ACTIVE).exclude(pk__in=fed)
    return list(rows.order_by("name", "pk"))


def asset_of_publication(public_id: str) -> int | None:
    """Return the row number of the asset a publication shows, by the publication's public id."""
    return Publication.objects.filter(public_id=public_id).values_list("asset_id", flat=True).first()
