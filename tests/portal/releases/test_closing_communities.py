"""A community that closes takes everything from its members at once and says so; one that opens brings it back."""

from datetime import timedelta

import pytest

from portal.core import rowscope
from portal.core.errors import Gone, NotFound
from portal.downloads import asking, products
from portal.downloads.known import known_file
from portal.downloads.wishes import Standing, Wish, examine
from portal.partners.choices import CommunityStatus
from portal.partners.models import Community
from portal.publications import selectors
from portal.publications.models import Change, PublicationItem, RoutingRun
from portal.releases import services
from portal.renditions.models import Recipe
from tests.builders import (
    NOON,
    current_version,
    gtin14,
    make_community,
    make_partner,
    make_rendition,
    make_user,
    release_one,
    take,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
GTIN = gtin14(7)


@pytest.fixture
def partner():
    return make_partner("Bergmann")


@pytest.fixture
def community(partner) -> Community:
    return make_community(partner, name="Winter Kitchen", folder="/Winter")


def move(community: Community, status: str, *, now) -> Community:
    return services.save_community(
        community=community, name=community.name, kind=community.kind, status=status, now=now
    )


def close(community: Community, *, now=NOON + HOUR) -> Community:
    return move(community, CommunityStatus.CLOSED, now=now)


def reopen(community: Community, *, now=NOON + 2 * HOUR) -> Community:
    return move(community, CommunityStatus.ACTIVE, now=now)


def run_routing(*, now) -> None:
    while services.continue_routing(now=now):
        pass


def lines() -> list[tuple[str, int | None]]:
    """What the feed says of whole communities."""
    return list(Change.objects.filter(asset=None).order_by("id").values_list("kind", "partner"))


def why_gone(partner, asset) -> str:
    """The reason a partner is given for a file that is no longer there."""
    with rowscope.limited_to(partner.pk), pytest.raises(Gone) as gone:
        selectors.get_asset(partner, asset.public_id, at=NOON + 3 * HOUR)
    return gone.value.extra["reason"]


def test_members_are_told_once_that_everything_went_and_came(partner, community):
    other = make_partner()
    services.set_members(community=community, partners=[partner, other], now=NOON)
    Change.objects.all().delete()

    close(community)
    # Two readings at the same moment: the second still holds what it read before.
    close(community)
    reopen(Community.objects.get())

    members = sorted([partner.pk, other.pk])
    assert lines() == [*(("left", pk) for pk in members), *(("joined", pk) for pk in members)]


def test_other_facts_of_a_community_tell_nobody(partner, community):
    Change.objects.all().delete()

    services.save_community(
        community=community, name="Spring", kind=community.kind, status=community.status, now=NOON
    )

    assert Community.objects.get().name == "Spring"
    assert not Change.objects.exists() and not RoutingRun.objects.exists()


def test_who_joins_or_leaves_a_closed_community_is_told_when_it_opens(partner, community):
    late = make_partner()
    close(community)
    Change.objects.all().delete()

    # The object read before it closed: what holds is asked under the lock.
    services.set_members(community=community, partners=[late], now=NOON + HOUR)
    assert lines() == []

    reopen(Community.objects.get())
    assert lines() == [("joined", late.pk)]


def test_what_a_closed_community_held_is_withdrawn_and_not_unknown(partner, community):
    asset = release_one("/Winter/oat.jpg")
    stranger = make_partner()

    close(community)
    before_the_pass = why_gone(partner, asset)
    run_routing(now=NOON + HOUR)

    assert (before_the_pass, why_gone(partner, asset)) == ("not_for_this_community",) * 2
    assert PublicationItem.objects.get().withdrawn_at == NOON + HOUR
    with rowscope.limited_to(stranger.pk), pytest.raises(NotFound):
        selectors.get_asset(stranger, asset.public_id, at=NOON + 3 * HOUR)


def test_rights_that_ended_before_it_closed_stay_the_reason(partner, community):
    make_community(partner, name="Open", folder="/Pantry")
    asset = release_one("/Pantry/oat.jpg", rights_end=NOON + HOUR)
    close(community)

    assert why_gone(partner, asset) == "rights_ended"


@pytest.mark.parametrize("has_run", [False, True])
def test_every_answer_about_a_file_says_withdrawn_once_its_community_is_closed(partner, community, has_run):
    asset = release_one("/Winter/oat.jpg", gtin=GTIN)
    version = current_version(asset)
    rendition = make_rendition(version)
    size = Recipe.objects.get(key="web-1200")
    at = NOON + 2 * HOUR

    close(community)
    if has_run:
        run_routing(now=NOON + HOUR)

    with rowscope.limited_to(partner.pk):
        known = known_file(partner, rendition.sha256, at=at)
        [one] = examine(partner, [Wish(version.variant_id, size.pk, None, {}, "")], at=at)
        meant = asking.by_names(partner, [asking.Asked(asset.public_id, "web-1200")], at=at)
        [line] = products.look_up(partner, products.read_gtins(GTIN), at=at)
        place = selectors.place_of_version(partner, version.public_id)
    assert (known.status, known.reason) == ("withdrawn", "not_for_this_community")
    assert (one.standing, one.is_available) == (Standing.WITHDRAWN, False)
    assert ([wish.variant_id for wish in meant.wishes], meant.unknown) == ([version.variant_id], [])
    assert line.answer == products.Answer.NO_MEDIA
    assert place == (asset.public_id, version.variant.public_id)


def test_the_same_file_by_another_community_stays(partner, community):
    make_community(partner, name="Open", folder="/Winter")
    asset = release_one("/Winter/oat.jpg")
    rendition = make_rendition(current_version(asset))

    close(community)

    at = NOON + 2 * HOUR
    assert selectors.get_asset(partner, asset.public_id, at=at).lead.version.number == 1
    assert known_file(partner, rendition.sha256, at=at).status == "current"


def test_a_file_that_was_touched_while_it_was_closed_comes_back_with_it(partner, community):
    asset = release_one("/Winter/oat.jpg", uuid="u1", title={"en": "Oat"})
    close(community)
    release_one("/Winter/oat.jpg", uuid="u1", title={"en": "Oats"}, modified_at=NOON + HOUR)
    run_routing(now=NOON + HOUR)

    reopen(Community.objects.get())
    run_routing(now=NOON + 2 * HOUR)

    card = selectors.get_asset(partner, asset.public_id, at=NOON + 3 * HOUR)
    assert card.lead.version.number == 1
    told = Change.objects.order_by("id").values_list("kind", "asset")
    assert list(told)[-2:] == [("joined", None), ("published", asset.pk)]


def test_a_download_is_refused_from_the_moment_it_closes(partner, community):
    asset = release_one("/Winter/oat.jpg")
    make_rendition(current_version(asset))
    user = make_user(partner)
    take(partner, asset, user=user)

    close(community)

    with pytest.raises(Gone):
        take(partner, asset, user=user, now=NOON + HOUR)
