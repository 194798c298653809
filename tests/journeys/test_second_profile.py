"""
A tenant whose contract gave everything other names is served by configuration alone.

Nothing here knows a path, a field or a word of that tenant: its options come from the sandbox as an operator would
write them down. The journey is the core one: directory, file, post, replacement, withdrawal, events pushed and polled.
"""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import InboundEvent, OutboxMessage, SyncCursor
from integrations.trading_grid import auth
from portal.catalog.models import Variant
from portal.partners.models import Community, Partner
from portal.publications.models import Publication
from tests.builders import make_rule

pytestmark = pytest.mark.django_db(transaction=True)
WINTER, ALPKORN = "com-winter-kitchen", "GC00000102AK"


class House:
    """The portal with its two connections, and what timetable and workers do; ``ahead`` moves its clock."""

    def __init__(self, world, dialect: str):
        auth.forget_all()
        world.verb("PUT", "/trading_grid/profiles", {"serve": ["acme"]})
        world.verb("PUT", "/trading_grid/dialects", {"dialect": dialect})
        profile = world.verb("GET", "/trading_grid/profiles")["profiles"]["acme"]
        self.world, self.ahead = world, timedelta()
        self.dam = world.connect_dam()
        self.grid = world.connect_grid(
            token_path=profile["tokenPath"],
            token_style=profile["tokenStyle"],
            dialect=profile["dialect"],
            paths=profile["paths"],
            field_map=profile["fieldMap"],
            value_map=profile["valueMap"],
            page_size=3,
        )

    def clock(self):
        return timezone.now() + self.ahead

    def work(self, *connections) -> None:
        """Let some minutes pass: these connections are asked for news, and everything that is due is done."""
        self.ahead += timedelta(minutes=10)
        for connection in connections:
            connection.refresh_from_db()
            module = {"scaleflex": routing.scaleflex_polling, "trading_grid": routing.grid_polling}
            while module[connection.vendor].poll(connection, seconds=60, clock=self.clock):
                pass
        while inbox.process_next(routing.inbound_handler, now=self.clock()):
            pass
        while outbox.deliver_next(routing.outbound_handler, now=self.clock(), clock=self.clock):
            pass

    def posts(self) -> list[dict]:
        return self.world.verb("GET", "/trading_grid/posts")["posts"]

    def wait_for(self, kind: str) -> InboundEvent:
        """Wait for an event to be pushed to us; nobody polls meanwhile."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if found := InboundEvent.objects.filter(data__type=kind).order_by("-pk").first():
                return found
            time.sleep(0.1)
        raise AssertionError(f"{kind} was not pushed.")


def members() -> list[str]:
    community = Community.objects.get(name="Winter Kitchen")
    return sorted(community.partners.values_list("name", flat=True))


@pytest.mark.parametrize("dialect", ["cartographer", "hal", "plain"])
def test_core_journey_runs_in_a_tenant_that_calls_everything_differently(world, portal_url, dialect):
    house = House(world, dialect)

    # Directory: companies, communities, who is in which; and we subscribe to events.
    house.work(house.grid)
    assert (Partner.objects.count(), Community.objects.count()) == (12, 8)
    assert members() == ["Bergmann Retail", "Studio Nordlicht"]
    assert [cursor.last_error for cursor in SyncCursor.objects.all()] == ["", ""]
    (subscription,) = world.verb("GET", "/trading_grid/subscriptions")["subscriptions"]
    assert subscription["profile"] == "acme"

    # An approved file becomes a post.
    make_rule(Community.objects.get(name="Winter Kitchen"), folders=["/New"])
    picture = world.add_file("/New/front.jpg", approval="APPROVED")
    house.work(house.dam)
    (post,) = house.posts()
    publication = Publication.objects.get()
    assert (post["externalReference"], post["status"], post["revision"]) == (
        publication.public_id, "PUBLISHED", 1,
    )  # fmt: skip
    assert [asset["action"] for asset in post["assets"]] == ["ADD"]

    # A new version becomes a revision that names what it replaces.
    newer = world.file("replace", picture["uuid"])
    world.file("approval", newer["uuid"], state="APPROVED")
    house.work(house.dam)
    (post,) = house.posts()
    assert (post["status"], post["revision"]) == ("PUBLISHED", 2)
    assert [(asset["action"], asset["assetVersion"]) for asset in post["assets"]] == [("REPLACE", 2)]

    # Withdrawn there is withdrawn here.
    world.file("withdraw", newer["uuid"])
    house.work(house.dam)
    (post,) = house.posts()
    assert post["status"] == "WITHDRAWN"
    assert Variant.objects.get(path="/New/front.jpg").current is None
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"sent"}

    # An event is pushed, and answered by reading the tenant's own paths.
    world.verb("POST", f"/trading_grid/communities/{WINTER}/members", {"partnerCompanyId": ALPKORN})
    house.wait_for("community.member.added")
    house.work()
    assert members() == ["Alpkorn Märkte AG", "Bergmann Retail", "Studio Nordlicht"]

    # An event that is not pushed is found by polling.
    world.verb("PUT", "/trading_grid/events", {"push": False})
    world.verb("DELETE", f"/trading_grid/communities/{WINTER}/members/{ALPKORN}")
    ticket = {
        "partnerCompanyId": "GC00000101BR",
        "reason": "WRONG_MEDIA",
        "subject": "?",
        "severity": "BLOCKING",
    }
    world.verb("POST", "/trading_grid/issues", ticket)
    house.work(house.grid)
    assert members() == ["Bergmann Retail", "Studio Nordlicht"]
    kept = InboundEvent.objects.get(data__type="community.issue.created").data["read"]
    assert (kept["severity"], kept["status"], kept["company"]) == ("BLOCKING", "OPEN", "GC00000101BR")

    assert not InboundEvent.objects.filter(state="parked").exists()
