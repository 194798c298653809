"""
Hints duplicated, shuffled, days late, from the future, all lost: the same final state as once and in order.

A hint names a file and nothing else; the truth is read again. So what matters is which state of the DAM each reading
meets. A schedule says in which order changes are made over there (``C``) and hints about the first (``a``) and the
second version (``b``) are worked on here. Every schedule has a file of its own, and all files take each step together.
"""

import base64
import json
import random
import time
from collections.abc import Iterator
from itertools import zip_longest

import pytest
from django.db import connection
from django.utils import timezone

from integrations import inbox, outbox, routing
from integrations.models import ExternalReference, InboundEvent
from integrations.scaleflex import inbound, polling
from integrations.trading_grid import auth
from integrations.trading_grid import client as grid_client
from integrations.trading_grid import config as grid_config
from integrations.trading_grid import inbound as grid_inbound
from integrations.trading_grid import polling as grid_polling
from portal.catalog.models import Variant
from portal.partners.models import Community
from portal.publications.models import Change, Publication, PublicationItem
from tests.builders import make_rule

pytestmark = pytest.mark.django_db

#: What happens in the DAM, and which version its hint names.
CORE = (("upload", "a"), ("approve", "a"), ("replace", "b"), ("withdraw", "b"), ("approve again", "b"))
LONGER = (*CORE[:3], ("metadata", "b"), *CORE[3:])


def schedules(changes, done=0, worked="") -> Iterator[str]:
    """Every order in which changes are made and each one's hint is worked on some time after it."""
    told = "".join(version for _, version in changes[:done])
    if done == len(changes) and len(worked) == done:
        yield ""
        return
    if done < len(changes):
        yield from ("C" + rest for rest in schedules(changes, done + 1, worked))
    for version in "ab":
        # Hints about one version are all alike.
        if worked.count(version) < told.count(version):
            yield from (version + rest for rest in schedules(changes, done, worked + version))


def by_chance(changes, draw: random.Random) -> str:
    """A schedule whose hints are lost or come up to three times, each at any time after its change."""
    gaps = [""] * len(changes)
    for number, (_, version) in enumerate(changes):
        for _ in range(draw.choice([0, 0, 1, 1, 2, 3])):
            gaps[draw.randrange(number, len(changes))] += version
    return "".join("C" + "".join(draw.sample(gap, len(gap))) for gap in gaps)


class House:
    """Both vendors and the portal between them; files below /New are posted into Winter Kitchen."""

    def __init__(self, world):
        auth.forget_all()
        self.world = world
        self.dam = world.connect_dam(confirm_gone_seconds=0, sweep_seconds=1, full_walk_hours=8760)
        self.grid = world.connect_grid()
        while grid_polling.poll(self.grid, seconds=30):
            pass
        while polling.poll(self.dam, seconds=30):
            pass
        make_rule(Community.objects.get(name="Winter Kitchen"), folders=["/New"])
        self.uuids: dict[str, dict[str, str]] = {}
        self.work(())

    def change(self, schedule: str, what: str) -> None:
        """Make one change to a schedule's file."""
        known = self.uuids.setdefault(schedule, {})
        match what:
            case "upload":
                path = f"/New/{len(self.uuids):04}.jpg"
                known["a"] = self.world.add_file(path, approval="PENDING")["uuid"]
            case "approve":
                self.world.file("approval", known["a"], state="APPROVED")
            case "replace":
                known["b"] = self.world.file("replace", known["a"])["uuid"]
            case "metadata":
                self.world.file("meta", known["b"], method="PATCH", meta={"title": {"en": "Boat"}})
            case "withdraw":
                self.world.file("withdraw", known["b"])
            case "approve again":
                self.world.file("approval", known["b"], state="APPROVED")

    def hurry(self, plan: list[str], changes) -> None:
        """Take a few files at a time through their schedules: as fast as it goes, mostly within a second."""
        for start in range(0, len(plan), 5):
            few = plan[start : start + 5]
            gaps = {schedule: schedule.split("C")[1:] for schedule in few}
            for number, (what, _) in enumerate(changes):
                for schedule in few:
                    self.change(schedule, what)
                self.work_on(few, [gaps[schedule][number] for schedule in few])

    def run(self, plan: list[str], changes, *, apart: float) -> None:
        """
        Take all files through their schedules together.

        :param apart: seconds between two changes by the DAM's clock
        """
        begun = time.time() + 5
        gaps = {schedule: schedule.split("C")[1:] for schedule in plan}
        for number, (what, _) in enumerate(changes):
            self.world.move_clock(begun + number * apart - time.time())
            for schedule in plan:
                self.change(schedule, what)
            self.work_on(plan, [gaps[schedule][number] for schedule in plan])
            if number == 2:
                self.deliver()
        self.world.move_clock(begun + len(changes) * apart - time.time())

    def work_on(self, plan: list[str], gaps: list[str]) -> None:
        """Work on the hints of one gap: the first of every file together, then the second ones."""
        for hints in zip_longest(*gaps):
            self.work(
                self.uuids[schedule][version]
                for schedule, version in zip(plan, hints, strict=True)
                if version
            )

    def work(self, uuids) -> None:
        inbound.hint(self.dam, uuids, now=timezone.now())
        while inbox.process_next(routing.inbound_handler, now=timezone.now()):
            pass
        # A worker's own limit; here it would outlast the work, for the whole test is one transaction.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")

    def deliver(self) -> None:
        while outbox.deliver_next(routing.outbound_handler, now=timezone.now()):
            pass

    def sweep(self) -> None:
        while polling.walk(self.dam, polling.SWEEP, until=time.monotonic() + 60, clock=timezone.now):
            pass
        while inbox.process_next(routing.inbound_handler, now=timezone.now()):
            pass

    def wrong(self, plan: list[str]) -> dict[str, str]:
        """Return ``{schedule: what is wrong}``: not what the DAM, once and in order, would have led to."""
        posts = {
            post["externalReference"]: post for post in self.world.verb("GET", "/trading_grid/posts")["posts"]
        }
        return {schedule: fault for schedule in plan if (fault := self._fault(schedule, posts))}

    def _fault(self, schedule: str, posts: dict) -> str:
        truth = self.world.verb("GET", f"/scaleflex/files/{self.uuids[schedule]['b']}")["file"]
        variants = list(Variant.objects.filter(path=truth["path"]).select_related("current", "asset"))
        if len(variants) != 1:
            return f"{len(variants)} variants"
        (variant,) = variants
        if variant.gone_at or not variant.approved or variant.source_uuid != truth["uuid"]:
            return f"gone {variant.gone_at}, approved {variant.approved}, uuid {variant.source_uuid}"
        if variant.current is None or variant.current.sha1 != truth["sha1"]:
            return f"the current version is {variant.current}"
        items = PublicationItem.objects.filter(asset=variant.asset, withdrawn_at=None, state="live")
        if [item.version_id for item in items] != [variant.current_id]:
            return f"{len(items)} live items"
        publication = Publication.objects.get(asset=variant.asset)
        post = posts.get(publication.public_id)
        if post is None or post["status"] != "PUBLISHED":
            return f"the post is {post and post['status']}"
        if [entry["sha1"] for entry in post["assets"] if entry["action"] != "WITHDRAW"] != [truth["sha1"]]:
            return "the post names other bytes"
        last = Change.objects.filter(asset=variant.asset).order_by("-pk").first()
        if last.kind == "withdrawn" or last.version_id != variant.current_id:
            return f"the feed ends with {last.kind} of {last.version_id}"
        return ""


@pytest.fixture
def house(world, db):
    return House(world)


@pytest.mark.slow
def test_hints_in_every_order_within_a_second_lead_to_the_same_state(house):
    plan = list(schedules(CORE))
    assert len(plan) == 175

    house.hurry(plan, CORE)
    house.deliver()

    assert house.wrong(plan) == {}
    assert not InboundEvent.objects.filter(state="parked").exists()


@pytest.mark.slow
def test_hints_in_every_order_about_a_file_that_is_withdrawn_in_the_end_leave_nothing(house):
    plan = list(schedules(CORE[:4]))

    house.hurry(plan, CORE[:4])
    house.deliver()

    shown = PublicationItem.objects.filter(variant__path__startswith="/New/", withdrawn_at=None, state="live")
    assert list(shown.values_list("variant__path", flat=True)) == []
    ours = set(Publication.objects.values_list("public_id", flat=True))
    posts = [
        post
        for post in house.world.verb("GET", "/trading_grid/posts")["posts"]
        if post["externalReference"] in ours and post["assets"][0]["fileName"].endswith(".jpg")
    ]
    assert {post["status"] for post in posts if post["assets"][0]["fileName"][:4].isdigit()} <= {"WITHDRAWN"}


@pytest.mark.slow
@pytest.mark.parametrize("old_versions", ["answer", "missing"])
def test_hints_minutes_late_lead_to_the_same_state(world, house, old_versions):
    world.verb("PATCH", "/scaleflex/switches", {"old_version_detail": old_versions})
    plan = random.Random(5).sample(list(schedules(CORE)), 40)

    house.run(plan, CORE, apart=60)
    house.deliver()

    assert house.wrong(plan) == {}
    assert not InboundEvent.objects.filter(state="parked").exists()


@pytest.mark.slow
def test_hints_doubled_shuffled_late_and_lost_lead_to_the_same_state_with_one_sweep(world, house):
    draw = random.Random(3)
    plan = sorted({by_chance(LONGER, draw) for _ in range(30)} | {"C" * len(LONGER)})

    house.run(plan, LONGER, apart=60)
    house.sweep()
    house.deliver()

    assert house.wrong(plan) == {}
    titles = Variant.objects.filter(path__startswith="/New/").values_list("asset__title__en", flat=True)
    assert set(titles) == {"Boat"}


@pytest.mark.parametrize("moment", ["2019-01-01T00:00:00Z", "2099-01-01T00:00:00Z"], ids=["late", "future"])
def test_what_a_call_claims_is_not_believed(client, world, house, moment):
    """A body of another day says approved; the DAM says pending, and the DAM is asked."""
    file = world.add_file("/New/a.jpg", approval="PENDING")
    claim = {
        "uuid": file["uuid"],
        "modified_at": moment,
        "approval": {"latest": "APPROVED"},
        "hash": {"sha1": "0" * 40},
    }
    keys = world.keys["webhooks"]
    token = base64.b64encode(f"{keys['scaleflex_user']}:{keys['scaleflex_password']}".encode()).decode()

    response = client.post(
        "/integrations/scaleflex/dam/webhook",
        json.dumps({"event": "file.approved", "file": claim}),
        content_type="application/json",
        headers={"Authorization": f"Basic {token}"},
    )
    house.work([])

    assert response.status_code == 202
    variant = Variant.objects.get(source_uuid=file["uuid"])
    assert (variant.approved, variant.current) == (False, None)
    world.file("approval", file["uuid"], state="APPROVED")
    house.work([file["uuid"]])
    variant.refresh_from_db()
    assert variant.current.sha1 == file["sha1"]


@pytest.mark.parametrize("says_where", [True, False])
def test_events_of_the_grid_in_every_order_lead_to_the_members_it_has(world, house, says_where):
    """
    Somebody leaves, comes back and leaves for good; the three events arrive in each order, and twice. One that does not
    say which community it is about has the whole directory read.
    """
    portal = Community.objects.get(name="Winter Kitchen")
    community_id = ExternalReference.objects.get(resource="community", local_id=portal.pk).external_id
    place = f"/trading_grid/communities/{community_id}/members"
    before = set(portal.partners.values_list("name", flat=True))
    company = grid_config.account(house.grid)
    leaver = next(iter(grid_client.members(company, community_id)))["partnerCompanyId"]
    data = {"href": company.url("community", communityId=community_id)} if says_where else {}

    def work():
        house.work([])
        while not says_where and grid_polling.poll(house.grid, seconds=30):
            pass

    orders = list(schedules((("leave", "a"), ("join", "a"), ("leave", "a"))))
    for order in orders:
        arrivals = 0
        steps = iter(("DELETE", "POST", "DELETE"))
        for step in order:
            if step == "C":
                if next(steps) == "DELETE":
                    world.verb("DELETE", f"{place}/{leaver}")
                else:
                    world.verb("POST", place, {"partnerCompanyId": leaver})
            else:
                arrivals += 1
                event = {"id": f"{order}-{arrivals}", "type": "community.member.updated", "data": data}
                for _ in range(2):
                    grid_inbound.store_events(house.grid, [event], now=timezone.now())
                work()
        assert len(before - set(portal.partners.values_list("name", flat=True))) == 1, order
        world.verb("POST", place, {"partnerCompanyId": leaver})
        again = {"id": f"{order}-back", "type": "community.member.added", "data": data}
        grid_inbound.store_events(house.grid, [again], now=timezone.now())
        work()
        assert set(portal.partners.values_list("name", flat=True)) == before, order
