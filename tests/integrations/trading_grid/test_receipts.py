"""What companies answer about packs stands in the grid's receipts, and what became stale is open there again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import OutboxMessage
from integrations.trading_grid import receipts
from portal.packs import confirming, services
from portal.packs.choices import Answer
from portal.packs.models import Pack
from portal.packs.selectors import By
from portal.partners.models import Partner
from portal.releases import services as releases
from tests.builders import file_fact, make_rule, make_user
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

pytestmark = pytest.mark.django_db
BERGMANN = "GC00000101BR"
NAMES = ["a.jpg", "b.jpg", "c.jpg"]


class Desk:
    """Bergmann Retail and one pack in the community Winter Kitchen, whose files are posted."""

    def __init__(self, grid, names=NAMES):
        self.grid, self.now = grid, timezone.now()
        community = grid.community()
        make_rule(community, folders=["/New"])
        self.partner = Partner.objects.get(name="Bergmann Retail")
        self.user = make_user(self.partner, name="Jana Kessler")
        self.assets = shelf("/New", names, now=self.now)
        self.pack = make_pack(community, now=self.now)
        pick(self.pack, self.assets, now=self.now)
        issue(self.pack, now=self.now)
        grid.deliver()

    def answer(self, answer: str, *names: str, **more) -> None:
        pack = Pack.objects.select_related("current").get(pk=self.pack.pk)
        files = pack.current.files.filter(name__in=[f"{name}-web-1200.webp" for name in names])
        given = [confirming.Given(file.sha256, Answer(answer), **more) for file in files]
        by = By(self.partner, f"user:{self.user.public_id}", self.user)
        confirming.confirm(pack=pack, by=by, given=given, now=timezone.now())

    def replace(self, name: str) -> None:
        now = timezone.now()
        replace("/New", f"{name}.jpg", uuid=f"new-{name}", now=now)
        services.work(now=now)

    def receipts(self) -> dict[str, dict]:
        """Return Bergmann's receipts by the first letter of the post's file."""
        return {
            post["assets"][0]["fileName"][0]: receipt
            for post in self.grid.posts()
            for receipt in post["receipts"]
            if receipt["partnerCompanyId"] == BERGMANN
        }

    def states(self) -> dict[str, str]:
        return {name: receipt["status"] for name, receipt in self.receipts().items()}


@pytest.fixture
def desk(grid):
    return Desk(grid)


def test_typed_answers_become_the_statuses_of_receipts(desk):
    desk.answer("received", "a")
    desk.answer("review", "b", reason="wrong_crop", text="The lid is cut off")
    desk.answer("refused", "c", reason="rights", text="Not for print")
    desk.grid.deliver()

    assert desk.states() == {"a": "CONFIRMED", "b": "CHANGE_REQUESTED", "c": "DECLINED"}
    said = desk.receipts()
    assert said["a"]["comment"].endswith(": received") and "sha256" in said["a"]["comment"]
    assert said["b"]["comment"].endswith("needs review (wrong_crop): The lid is cut off")
    assert said["c"]["byUser"] == {"id": desk.user.public_id, "name": "Jana Kessler"}


def test_in_use_says_where(desk):
    desk.answer("in_use", "a", place="bergmann.example")
    desk.grid.deliver()

    assert desk.receipts()["a"]["comment"].endswith("in use: bergmann.example")


def test_replaced_file_opens_its_receipt_alone_until_it_is_confirmed_again(desk):
    desk.answer("in_use", "a", "b", "c")
    desk.grid.deliver()
    desk.replace("c")
    desk.grid.deliver()

    assert desk.states() == {"a": "CONFIRMED", "b": "CONFIRMED", "c": "NOTIFIED"}

    desk.answer("in_use", "c")
    desk.grid.deliver()

    assert set(desk.states().values()) == {"CONFIRMED"}
    assert set(OutboxMessage.objects.values_list("state", flat=True)) <= {"sent", "superseded"}


def test_answer_that_waits_while_its_file_is_replaced_does_not_confirm_the_new_one(desk):
    desk.answer("in_use", "c")
    desk.replace("c")
    desk.grid.deliver()

    assert desk.states()["c"] == "NOTIFIED"


def test_answer_waits_for_its_post(grid):
    grid.world.fault("trading_grid", "status", status=503, path="/posts$", times=1)
    desk = Desk(grid, ["a.jpg"])
    desk.answer("received", "a")
    grid.deliver()
    assert desk.states() == {}

    for hours in range(1, 4):
        grid.deliver(ahead=timedelta(hours=hours))

    assert desk.states() == {"a": "CONFIRMED"}


def test_revision_that_replaces_nothing_leaves_what_was_confirmed_confirmed(desk):
    desk.answer("received", "a")
    desk.grid.deliver()
    now = timezone.now()
    reworded = file_fact("/New/a.jpg", uuid="uuid-/New-a.jpg", title={"en": "Another name"}, modified_at=now)
    releases.apply_files(facts=[reworded], now=now)
    for hours in range(1, 4):
        desk.grid.deliver(ahead=timedelta(hours=hours))

    (post,) = [post for post in desk.grid.posts() if post["assets"][0]["fileName"] == "a.jpg"]
    assert post["revision"] == 2 and desk.states()["a"] == "CONFIRMED"


def test_two_sizes_are_one_receipt_and_the_one_that_asks_for_most_counts(desk):
    second = make_pack(desk.grid.community(), title="Another pack", now=desk.now)
    pick(second, desk.assets[:1], now=desk.now)
    issue(second, now=desk.now)
    desk.answer("in_use", "a")
    desk.pack = second
    desk.answer("review", "a", reason="quality", text="Too soft")
    desk.grid.deliver()

    said = desk.receipts()["a"]
    assert said["status"] == "CHANGE_REQUESTED" and len(said["comment"].splitlines()) == 2


def test_same_answer_again_tells_nobody(desk):
    desk.answer("received", "a")
    desk.grid.deliver()
    before = OutboxMessage.objects.count()
    desk.answer("received", "a")

    assert OutboxMessage.objects.count() == before


@pytest.mark.parametrize("carriers", [{"receipts": "off"}, {"posts": "email"}])
def test_where_receipts_do_not_travel_nothing_is_written(desk, carriers):
    desk.grid.connection.options["carriers"] = carriers
    desk.grid.connection.save()
    desk.answer("received", "a")

    assert not OutboxMessage.objects.filter(kind=receipts.KIND).exists()


def test_withdrawn_post_is_not_answered(desk):
    desk.answer("received", "a")
    now = timezone.now()
    gone = file_fact("/New/a.jpg", uuid="uuid-/New-a.jpg", approved=False, modified_at=now)
    releases.apply_files(facts=[gone], now=now)
    for hours in range(3):
        desk.grid.deliver(ahead=timedelta(hours=hours))

    assert not OutboxMessage.objects.exclude(state__in=["sent", "superseded"]).exists()
