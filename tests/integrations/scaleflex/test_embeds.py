"""Embed links, from a company's wish to the picture on the open delivery and off it again, over real HTTP."""

from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import OutboxMessage
from integrations.scaleflex import embeds as scaleflex_embeds
from integrations.scaleflex import polling
from portal.activity.models import Activity
from portal.catalog.models import AssetVersion
from portal.downloads import embeds
from portal.downloads import services as downloads
from portal.downloads.choices import EmbedEnd
from portal.downloads.models import EmbedLink
from tests.builders import make_community, make_partner

pytestmark = pytest.mark.django_db


class Street:
    """A company and one file of the media library that may be used in public, private until somebody embeds it."""

    def __init__(self, world, *, public: bool = False):
        self.world = world
        self.connection = world.connect_dam(
            invalidation_url=world.url, secrets={"invalidation_key": world.keys["scaleflex"]["key"]}
        )
        self.partner = make_partner(now=timezone.now())
        self.other = make_partner(now=timezone.now())
        make_community(self.partner, self.other, folder="/Street", now=timezone.now())
        self.uuid = world.add_file("/Street/box.jpg", approval="APPROVED")["uuid"]
        world.file("meta", self.uuid, "PATCH", meta={"public_use": True})
        self.show(public)
        self.read()

    def show(self, public: bool) -> None:
        word = "public" if public else "not_public"
        self.world.verb("POST", f"/scaleflex/files/{self.uuid}/visibility", {"visibility": word})

    def read(self) -> None:
        self.connection.refresh_from_db()
        polling.start_full_walk(self.connection)
        while polling.poll(self.connection, seconds=20) or inbox.process_next(
            routing.inbound_handler, now=timezone.now()
        ):
            pass

    def deliver(self) -> None:
        now = timezone.now() + timedelta(minutes=1)
        while outbox.deliver_next(routing.outbound_handler, now=now, clock=lambda: now):
            pass

    def embed(self, partner=None) -> EmbedLink:
        asset = AssetVersion.objects.get(source_uuid=self.uuid).variant.asset
        grant = downloads.authorise_download(
            partner=partner or self.partner, asset_id=asset.public_id, recipe="web-1200", now=timezone.now()
        )
        return embeds.make(partner=partner or self.partner, actor="client:x", grant=grant, now=timezone.now())


def status_of(address: str) -> int:
    try:
        with urlopen(address, timeout=60) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


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


def test_links_ended_before_the_library_heard_make_nothing_public(world):
    street = Street(world)
    link = street.embed()
    asked = OutboxMessage.objects.get(kind=scaleflex_embeds.KIND)
    embeds.revoke_embeds(versions=[link.version_id], end=EmbedEnd.RECALLED, now=timezone.now())

    # As by a worker that had taken the first message before the second was written.
    scaleflex_embeds.deliver(message=asked, now=timezone.now())
    made_public = [call for call in world.traffic() if "visibility" in call]
    street.deliver()

    link.refresh_from_db()
    assert made_public == []
    assert (link.end, link.address, link.private_at is not None) == ("recalled", "", True)
