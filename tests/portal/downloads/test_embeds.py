"""Embed links: only where rights allow public use, one company's own, and ended by everything that ends the right."""

from datetime import timedelta

import pytest

from portal.activity.models import Activity
from portal.core import rowscope
from portal.core.errors import Forbidden, NotFound
from portal.downloads import embeds, services
from portal.downloads.choices import EmbedEnd
from portal.downloads.models import EmbedLink
from portal.partners.choices import Role
from portal.partners.models import Membership, Partner
from portal.publications import selectors as publications
from portal.releases import services as releases
from portal.renditions.protection import ZoneCut
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    make_community,
    make_partner,
    make_staff,
    make_user,
    release,
    release_one,
)
from tests.portal.renditions.test_protection import square

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, folder="/P")
    return partner


def grant(partner, asset, recipe="web-1200", now=NOON):
    return services.authorise_download(partner=partner, asset_id=asset.public_id, recipe=recipe, now=now)


def embed(partner, **fact) -> EmbedLink:
    asset = release_one("/P/a.jpg", uuid="a", **{"public_use": True, **fact})
    link = embeds.make(partner=partner, actor="client:x", grant=grant(partner, asset), now=NOON)
    embeds.mark_ready(addresses={link.pk: "https://cdn.example/a.jpg?w=1"}, was_public=False, now=NOON)
    return link


def change(now=LATER, **fact) -> None:
    release(file_fact("/P/a.jpg", **{"uuid": "a", "public_use": True, "modified_at": now, **fact}), now=now)


def test_without_the_right_to_public_use_nothing_is_embedded(partner):
    asset = release_one("/P/a.jpg", uuid="a")

    with pytest.raises(embeds.NotEmbeddable):
        embeds.make(partner=partner, actor="x", grant=grant(partner, asset), now=NOON)

    assert not EmbedLink.objects.exists()


@pytest.mark.parametrize("recipe", ["original", "preview-480"])
def test_sizes_that_no_address_makes_are_not_embedded(partner, recipe):
    asset = release_one("/P/a.jpg", uuid="a", public_use=True)

    with pytest.raises(embeds.NotEmbeddable):
        embeds.make(partner=partner, actor="x", grant=grant(partner, asset, recipe), now=NOON)


def test_viewers_may_not_and_twice_is_one(partner):
    asset = release_one("/P/a.jpg", uuid="a", public_use=True)
    viewer = Membership.objects.get(user=make_user(partner, role=Role.VIEWER))
    member = Membership.objects.get(user=make_user(partner, role=Role.MEMBER))

    with pytest.raises(Forbidden):
        embeds.make_by_person(membership=viewer, grant=grant(partner, asset), now=NOON)
    first = embeds.make_by_person(membership=member, grant=grant(partner, asset), now=NOON)
    again = embeds.make(partner=partner, actor="client:x", grant=grant(partner, asset), now=LATER)

    assert first == again
    assert Activity.objects.filter(verb="embed.made").count() == 1


def test_size_that_would_cut_a_zone_is_not_embedded_and_its_links_end(partner, client):
    asset = release_one("/P/a.jpg", uuid="a", public_use=True, width=1600, height=1200)
    square()
    cut = embeds.make(partner=partner, actor="x", grant=grant(partner, asset, "square"), now=NOON)
    whole = embeds.make(partner=partner, actor="x", grant=grant(partner, asset), now=NOON)
    client.force_login(make_staff())

    zone = {"kind": "mark", "left": 0, "top": 500, "part": 300, "tall": 200}
    client.post(f"/admin/zones/{current_version(asset).public_id}/", zone)

    cut.refresh_from_db()
    whole.refresh_from_db()
    assert (cut.end, whole.end) == (EmbedEnd.STAFF, "")
    with pytest.raises(ZoneCut):
        grant(partner, asset, "square")
    card = publications.get_asset(partner, asset.public_id, at=NOON)
    offered = embeds.sizes_to_embed(publications.choose_variant(partner, card))
    assert {size.recipe.key for size in offered} & {"square", "web-1200"} == {"web-1200"}


@pytest.mark.parametrize(
    ("fact", "end"),
    [
        ({"approved": False}, EmbedEnd.WITHDRAWN),
        ({"uuid": "b", "previous_uuids": ["a"]}, EmbedEnd.REPLACED),
        ({"public_use": False}, EmbedEnd.NOT_PUBLIC),
        ({"rights_end": LATER}, EmbedEnd.RIGHTS),
    ],
)
def test_whatever_ends_the_right_ends_the_link_and_says_so(partner, fact, end):
    link = embed(partner)

    change(**fact)

    link.refresh_from_db()
    assert (link.state, link.end, link.ended_at, embeds.snippet(link)) == ("ended", end, LATER, "")
    assert Activity.objects.get(verb="embed.ended").data == {"embed": link.public_id, "reason": str(end)}


def test_other_news_about_the_file_changes_nothing(partner):
    link = embed(partner)

    change(title={"en": "Other words"})

    link.refresh_from_db()
    assert link.is_open


def test_rights_that_end_by_the_clock_and_companies_that_leave(partner):
    other = make_partner()
    community = make_community(other, folder="/P")
    link = embed(partner, rights_end=NOON + timedelta(days=2))
    asset = link.version.variant.asset
    theirs = embeds.make(partner=other, actor="x", grant=grant(other, asset), now=NOON)

    releases.set_members(community=community, partners=[], now=LATER)
    embeds.settle(now=LATER)
    theirs.refresh_from_db()
    link.refresh_from_db()
    in_between = (theirs.is_open, link.is_open)
    embeds.settle(now=NOON + timedelta(days=3))

    link.refresh_from_db()
    assert in_between == (False, True)
    assert link.end == EmbedEnd.RIGHTS


@pytest.mark.parametrize("status", ["suspended", "terminated"])
def test_links_of_a_company_that_rests_end_by_the_clock(partner, status):
    link = embed(partner)
    Partner.objects.filter(pk=partner.pk).update(status=status)

    embeds.settle(now=LATER)

    link.refresh_from_db()
    assert (link.is_open, link.end) == (False, EmbedEnd.STAFF)


def test_a_late_confirmation_does_not_revive_an_ended_link(partner):
    asset = release_one("/P/a.jpg", uuid="a", public_use=True)
    link = embeds.make(partner=partner, actor="x", grant=grant(partner, asset), now=NOON)
    embeds.revoke(link=link, end=EmbedEnd.STAFF, actor="staff", now=NOON)

    embeds.mark_ready(addresses={link.pk: "https://cdn.example/a"}, was_public=False, now=LATER)

    link.refresh_from_db()
    assert (link.state, link.address) == ("ended", "")


def test_snippet_has_the_alt_text_and_escapes_it(partner):
    link = embed(partner, alt_text={"en": 'Oats "plain" & <good>'})

    link.refresh_from_db()

    assert embeds.snippet(link) == (
        '<img src="https://cdn.example/a.jpg?w=1" width="1200" height="1200"'
        ' alt="Oats &quot;plain&quot; &amp; &lt;good&gt;" loading="lazy" decoding="async">'
    )


def test_another_company_sees_none_of_it_and_neither_does_the_database(partner):
    link = embed(partner)
    stranger = make_partner()

    with pytest.raises(NotFound):
        embeds.get_link(stranger, link.public_id)
    with rowscope.limited_to(stranger.pk):
        assert list(EmbedLink.objects.all()) == []
    with rowscope.limited_to(partner.pk):
        assert list(EmbedLink.objects.all()) == [link]
