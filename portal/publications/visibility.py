"""What may this partner see? One answer, asked by every list, page and file."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.catalog.choices import Withdrawal
from portal.partners.models import Partner
from portal.partners.selectors import community_ids, community_places
from portal.publications.models import PublicationItem


class Status:
    """An asset as a partner sees it (product.md, States): words, not yet announced states included."""

    SCHEDULED = "scheduled"
    CURRENT = "current"
    EXPIRING = "expiring"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"

    LABELS = {
        CURRENT: _("Current"),
        EXPIRING: _("Expiring"),
        SCHEDULED: _("Scheduled"),
        REPLACED: _("Replaced"),
        WITHDRAWN: _("Withdrawn"),
    }


def items_in(communities: Sequence[int] | QuerySet, *, at: datetime) -> QuerySet[PublicationItem]:
    """Return the published files of communities that are neither withdrawn nor past their rights."""
    return PublicationItem.objects.filter(community_id__in=communities, withdrawn_at__isnull=True).filter(
        Q(visible_until__isnull=True) | Q(visible_until__gt=at)
    )


def visible_items(partner: Partner, *, at: datetime) -> QuerySet[PublicationItem]:
    """Return the published files this partner sees; scheduled ones are seen but not yet given out."""
    return items_in(community_ids(partner), at=at)


def held_items(
    partner: Partner, *, at: datetime, related: Sequence[str] = ("version",), **which: object
) -> list[PublicationItem]:
    """
    Return what is or was published to a partner, withdrawn or not, the first released first: two queries.

    What a closed community held is withdrawn, whether or not the pass over all files that takes it back has come by.

    :param related: what is read with it
    :param which: lookups of ``PublicationItem``
    """
    places = community_places(partner)
    items = PublicationItem.objects.filter(community_id__in=list(places), **which).select_related(*related)
    found = list(items.order_by("released_at", "pk"))
    for item in found:
        if item.withdrawn_at is None and not places[item.community_id]:
            item.withdrawn_at, item.withdrawal = at, Withdrawal.ROUTING
    return found


def usable(at: datetime) -> Q:
    """Published files whose rights window is open."""
    return Q(usable_from__isnull=True) | Q(usable_from__lte=at)


def obtainable(at: datetime) -> Q:
    """Published files that can be had now: their rights window is open, and their bytes were not withdrawn."""
    return usable(at) & Q(version__withdrawn_at__isnull=True)


def expires_soon(at: datetime) -> datetime:
    """Return the moment before which an end of rights counts as soon."""
    return at + timedelta(days=settings.EXPIRING_DAYS)


def status_of(item: PublicationItem, *, at: datetime) -> str:
    """Return the state of one published file, to the second."""
    if item.withdrawn_at is not None or (item.visible_until is not None and item.visible_until <= at):
        return Status.WITHDRAWN
    if item.usable_from is not None and item.usable_from > at:
        return Status.SCHEDULED
    if item.visible_until is not None and item.visible_until <= expires_soon(at):
        return Status.EXPIRING
    return Status.CURRENT
