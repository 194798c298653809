"""Embed links, from a company's wish to the picture on the open delivery and off it again, over real HTTP."""

import pytest
from django.utils import timezone

from integrations.models import OutboxMessage
from integrations.scaleflex import embeds as scaleflex_embeds
from portal.activity.models import Activity
from portal.downloads import embeds
from portal.downloads.choices import EmbedEnd
from portal.downloads.models import EmbedLink
from tests.integrations.scaleflex.street import Street, status_of

pytestmark = pytest.mark.django_db


def test_embedded_it_is_public_and_withdrawn_it_is_gone_from_the_delivery(world):
    street = Street(world)
    link = street.embed()
    before = (link.state, link.address)
    street.deliver()
    link.refresh_from_db()
    shown = status_of(link.address)

    world.file("approval", street.uuid, state="REJECTED")
    street.read()
    ended = EmbedLink.objects.get()
    street.deliver()
    ended.refresh_from_db()

    assert before == ("opening", ""), "no address before the media library has confirmed"
    assert (link.state, link.opened, shown) == ("ready", True, 200)
    assert (ended.state, ended.end, ended.private_at is not None) == ("ended", "withdrawn", True)
    assert status_of(link.address) in {403, 404}
    calls = world.traffic()
    assert sum(count for call, count in calls.items() if "invalidate" in call) == 1
    assert not OutboxMessage.objects.filter(kind="embed.visibility").exclude(state="sent").exists()
    assert [row.verb for row in Activity.objects.filter(verb__startswith="embed").order_by("pk")] == [
        "embed.made", "embed.ended",
    ]  # fmt: skip


def test_approved_again_nothing_is_public_by_itself(world):
    street = Street(world)
    link = street.embed()
    street.deliver()
    link.refresh_from_db()
    world.file("approval", street.uuid, state="REJECTED")
    street.read()
    street.deliver()

    world.file("approval", street.uuid, state="APPROVED")
    street.read()
    street.deliver()

    assert EmbedLink.objects.get().state == "ended"
    assert status_of(link.address) in {403, 404}


def test_the_last_link_taken_back_leaves_the_file_as_the_brand_had_it(world):
    street = Street(world)
    first, second = street.embed(), street.embed(street.other)
    street.deliver()
    first.refresh_from_db()

    embeds.revoke(link=first, end=EmbedEnd.COMPANY, actor="x", now=timezone.now())
    street.deliver()
    while_other_embeds = status_of(first.address)
    embeds.revoke(link=second, end=EmbedEnd.COMPANY, actor="x", now=timezone.now())
    street.deliver()

    assert (while_other_embeds, status_of(first.address)) == (200, 403)


def test_a_file_the_brand_had_public_stays_so_when_nobody_embeds_it(world):
    street = Street(world, public=True)
    link = street.embed()
    street.deliver()
    link.refresh_from_db()

    embeds.revoke(link=link, end=EmbedEnd.COMPANY, actor="x", now=timezone.now())
    street.deliver()

    assert (link.opened, status_of(link.address)) == (False, 200)


@pytest.mark.parametrize("end", [EmbedEnd.COMPANY, EmbedEnd.RECALLED])
def test_links_ended_before_the_library_heard_make_nothing_public(world, end):
    street = Street(world)
    link = street.embed()
    asked = OutboxMessage.objects.get(kind=scaleflex_embeds.KIND)
    if end == EmbedEnd.COMPANY:
        street.revoke(link)
    else:
        embeds.revoke_embeds(versions=[link.version_id], end=end, now=timezone.now())

    # As by a worker that had taken the first message before the second was written.
    scaleflex_embeds.deliver(message=asked, now=timezone.now())
    in_between = street.is_public()
    street.deliver()

    link.refresh_from_db()
    assert (in_between, street.is_public()) == (False, False)
    assert (link.end, link.address) == (end, "")
    assert (link.private_at is not None) == (end == EmbedEnd.RECALLED)
    calls = [call for call in world.traffic() if "visibility" in call]
    assert bool(calls) == (end == EmbedEnd.RECALLED), "what was never opened is left as it is"
