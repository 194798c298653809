"""A company that embeds a file of the media library, and the street from which everybody sees the open delivery."""

from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import OutboxMessage
from integrations.scaleflex import config, polling
from integrations.scaleflex import embeds as scaleflex_embeds
from portal.catalog.models import AssetVersion
from portal.downloads import embeds
from portal.downloads import services as downloads
from portal.downloads.choices import EmbedEnd
from portal.downloads.models import EmbedLink
from tests.builders import make_community, make_partner


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

    def deliver_one(self) -> None:
        """Deliver what is next, and leave the rest for later."""
        now = timezone.now() + timedelta(minutes=1)
        assert outbox.deliver_next(routing.outbound_handler, now=now, clock=lambda: now)

    def wait(self) -> None:
        """Let what failed be due again."""
        self.world.clear_faults()
        waiting = OutboxMessage.objects.filter(kind=scaleflex_embeds.KIND, state="pending")
        waiting.update(not_before=timezone.now())
        type(self.connection).objects.update(open_until=None)

    def embed(self, partner=None) -> EmbedLink:
        asset = AssetVersion.objects.get(source_uuid=self.uuid).variant.asset
        grant = downloads.authorise_download(
            partner=partner or self.partner, asset_id=asset.public_id, recipe="web-1200", now=timezone.now()
        )
        return embeds.make(partner=partner or self.partner, actor="client:x", grant=grant, now=timezone.now())

    def revoke(self, link: EmbedLink, end: EmbedEnd = EmbedEnd.COMPANY) -> None:
        embeds.revoke(link=link, end=end, actor="x", now=timezone.now())

    def is_public(self) -> bool:
        """Ask the open delivery, as anybody may who knows the file."""
        link = EmbedLink.objects.latest("pk")
        account = config.account(self.connection)
        return status_of(scaleflex_embeds.address_of(account, link.version, link.revision)) == 200


def status_of(address: str) -> int:
    try:
        with urlopen(address, timeout=60) as answer:
            return answer.status
    except HTTPError as error:
        return error.code
