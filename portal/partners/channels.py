"""Where a partner uses media: reading and changing its channels."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.activity import services as activity
from portal.core.errors import DomainError, NotFound
from portal.partners.models import Channel, Partner

#: More places than any company has; keeps pages and checks bounded.
MOST_CHANNELS = 30


class NameTaken(DomainError):
    """The company has a channel of this name already."""

    code = "name_taken"


class TooMany(DomainError):
    """The company has as many channels as there may be."""

    code = "too_many"


def channels_of(partner: Partner) -> list[Channel]:
    """Return a company's channels by name, with their specifications and download sizes: two queries."""
    rows = Channel.objects.filter(partner=partner).select_related("specification")
    return list(rows.prefetch_related("recipes").order_by("name", "pk"))


def get_channel(partner: Partner, public_id: str) -> Channel:
    """
    Return one channel with its specification and download sizes.

    :raises NotFound: unknown, or another company's: the two look the same
    """
    rows = Channel.objects.filter(partner=partner, public_id=public_id).select_related("specification")
    found = rows.prefetch_related("recipes").first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def save_channel(
    *,
    partner: Partner,
    channel: Channel | None,
    name: str,
    kind: str,
    specification: int | None,
    recipes: Sequence[int],
    now: datetime,
    actor: str,
) -> Channel:
    """
    Add a channel, or bring one to these facts. The same facts again change nothing.

    :param specification: row number of one this partner may use
    :param recipes: row numbers of download sizes that are offered
    :raises NameTaken: another channel of the company is called so
    :raises TooMany: the company has ``MOST_CHANNELS``
    """
    # Two people of one company at the same moment: the second waits and sees what the first did.
    Partner.objects.select_for_update().get(pk=partner.pk)
    others = Channel.objects.filter(partner=partner)
    if channel is not None:
        others = others.exclude(pk=channel.pk)
    elif others.count() >= MOST_CHANNELS:
        raise TooMany(
            _("A company can have %(number)d channels. Remove one first.") % {"number": MOST_CHANNELS}
        )
    if others.filter(name__iexact=name).exists():
        raise NameTaken(_("You already have a channel called %(name)s.") % {"name": name})
    is_new = channel is None
    if channel is None:
        channel = Channel(partner=partner, created_at=now)
    facts = {"name": name, "kind": kind, "specification_id": specification}
    held = set() if is_new else set(channel.recipes.values_list("pk", flat=True))
    changed = [field for field, value in facts.items() if is_new or getattr(channel, field) != value]
    for field in changed:
        setattr(channel, field, facts[field])
    if changed:
        channel.save()
    if held != set(recipes):
        channel.recipes.set(recipes)
        changed.append("recipes")
    if changed:
        activity.record(
            verb="channel.added" if is_new else "channel.changed",
            subject=channel.public_id,
            actor=actor,
            partner_id=partner.pk,
            data={"fields": changed},
            now=now,
        )
    return get_channel(partner, channel.public_id)


@transaction.atomic
def change_channel(
    *,
    partner: Partner,
    public_id: str,
    changes: Mapping[str, Any],
    now: datetime,
    actor: str,
    expect: Callable[[Channel], None] | None = None,
) -> Channel:
    """
    Change some facts of a channel, and leave the others as they are at this moment.

    :param changes: arguments of ``save_channel``
    :param expect: called with the channel as it stands now, and nobody else can change it; whatever it raises is raised
    :raises NotFound: unknown, or another company's
    :raises NameTaken: another channel of the company is called so
    """
    Partner.objects.select_for_update().get(pk=partner.pk)
    channel = get_channel(partner, public_id)
    if expect is not None:
        expect(channel)
    facts: dict[str, Any] = {
        "name": channel.name,
        "kind": channel.kind,
        "specification": channel.specification_id,
        "recipes": [recipe.pk for recipe in channel.recipes.all()],
    }
    return save_channel(partner=partner, channel=channel, now=now, actor=actor, **{**facts, **changes})


@transaction.atomic
def remove_channel(
    *, channel: Channel, now: datetime, actor: str, expect: Callable[[Channel], None] | None = None
) -> None:
    """
    Remove a channel with its test pictures. What was taken for it stays taken.

    :param expect: as in ``change_channel``
    """
    if expect is not None:
        Partner.objects.select_for_update().get(pk=channel.partner_id)
        expect(get_channel(channel.partner, channel.public_id))
    activity.record(
        verb="channel.removed",
        subject=channel.public_id,
        actor=actor,
        partner_id=channel.partner_id,
        data={"name": channel.name},
        now=now,
    )
    channel.delete()
