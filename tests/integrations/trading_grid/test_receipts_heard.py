"""What a company answers in the grid is its answer on the portal: about exact bytes, once, and without an echo."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import InboundEvent, OutboxMessage
from integrations.trading_grid import receipts
from portal.activity.models import Activity
from portal.catalog.models import Variant
from portal.packs import selectors
from portal.packs.models import Confirmation, Pack
from portal.partners.models import Community
from portal.partners.selectors import community_ids
from portal.publications import services as publications
from tests.builders import make_rule
from tests.integrations.trading_grid.test_receipts import BERGMANN, Desk
from tests.portal.packs.builders import issue

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Reader(Desk):
    """A desk whose people answer over there."""

    def __init__(self, grid):
        super().__init__(grid)
        self.ahead = timedelta()

    def answer_there(self, behaviour: str, *names: str, comment: str = "") -> None:
        for post in self.grid.posts():
            if post["assets"][0]["fileName"][0] in names:
                body = {"partnerCompanyId": BERGMANN, "behaviour": behaviour}
                path = f"/trading_grid/posts/{post['postId']}/answers"
                self.grid.world.verb("POST", path, body | ({"comment": comment} if comment else {}))

    def give_also_through(self, community: Community) -> None:
        """Publish the files in another community too, and issue the pack for both; nothing is posted."""
        make_rule(community, folders=["/New"])
        variants = list(Variant.objects.select_related("asset__product", "current"))
        publications.settle(variants=variants, reasons={}, reworded=(), now=self.now)
        self.pack.communities.add(community)
        issue(self.pack, now=timezone.now())

    def hear(self) -> None:
        self.ahead += MINUTE
        self.grid.read(ahead=self.ahead)

    def here(self) -> dict[str, str]:
        """Return the fresh answers here by the first letter of the file."""
        rows = Confirmation.objects.filter(partner=self.partner, stale_at__isnull=True)
        return {row.file_name[0]: row.answer for row in rows}


@pytest.fixture
def desk(grid):
    return Reader(grid)


def test_answers_given_there_are_answers_here_about_the_packs_own_bytes(desk):
    desk.answer_there("confirm", "a")
    desk.answer_there("request_change", "b", comment="The lid is cut off")
    desk.answer_there("decline", "c", comment="Not for print")

    desk.hear()

    assert desk.here() == {"a": "received", "b": "review", "c": "refused"}
    said = {row.file_name[0]: row for row in Confirmation.objects.all()}
    files = Pack.objects.get().current.files.values_list("name", "sha256")
    assert {row.file_name: row.sha256 for row in said.values()} == dict(files)
    assert (said["b"].reason, said["b"].text) == ("other", "The lid is cut off")
    assert {row.actor for row in said.values()} == {"community"}
    assert Activity.objects.filter(verb="file.confirmed", actor="community").count() == 3


def test_what_was_said_there_is_not_told_back(desk):
    desk.answer_there("confirm", "a", "b", "c")
    desk.hear()
    desk.grid.deliver(ahead=MINUTE)

    assert not OutboxMessage.objects.filter(kind=receipts.KIND).exists()
    assert set(desk.states().values()) == {"CONFIRMED"}


def test_our_own_word_comes_back_and_undoes_nothing(desk):
    """Refused here, told there, changed here: the event of the first is read before the second is told."""
    desk.answer("refused", "a", reason="rights", text="Not for print")
    desk.grid.deliver()
    desk.answer("received", "a")

    desk.hear()

    assert desk.here() == {"a": "received"}
    assert (
        "repeats what we told" in InboundEvent.objects.get(data__type="community.receipt.recorded").last_error
    )


def test_confirming_there_takes_nothing_from_in_use_and_ends_a_refusal(desk):
    desk.answer("in_use", "a", place="bergmann.example")
    desk.answer("refused", "b", reason="rights", text="Not for print")
    desk.answer_there("confirm", "a", "b")

    desk.hear()

    assert desk.here() == {"a": "in_use", "b": "received"}


def test_answer_about_a_revision_that_is_replaced_meanwhile_confirms_nothing(desk):
    desk.answer_there("confirm", "a", "c")
    desk.replace("c")

    desk.hear()
    desk.grid.deliver(ahead=desk.ahead)
    desk.hear()

    assert desk.here() == {"a": "received"}
    assert desk.states()["c"] == "NOTIFIED"


def test_replaced_file_makes_an_answer_from_there_stale(desk):
    desk.answer_there("confirm", "a", "c")
    desk.hear()
    desk.replace("c")
    desk.grid.deliver(ahead=desk.ahead)

    assert desk.here() == {"a": "received"}
    assert desk.states()["c"] == "NOTIFIED"

    desk.answer_there("confirm", "c")
    desk.hear()

    assert desk.here() == {"a": "received", "c": "received"}


def test_looking_is_no_answer_and_twice_is_once(desk):
    desk.answer_there("view", "b")
    desk.answer_there("confirm", "a")
    desk.hear()
    InboundEvent.objects.filter(data__type="community.receipt.recorded").update(
        state="pending", not_before=desk.now
    )
    desk.hear()

    assert desk.here() == {"a": "received"}
    assert Activity.objects.filter(verb="file.confirmed").count() == 1


def test_company_that_left_the_community_confirms_nothing_by_an_old_answer(desk):
    """It still has the pack, through another community."""
    still = Community.objects.get(name="Retail programme DACH")
    desk.give_also_through(still)
    desk.answer_there("confirm", "a")
    desk.grid.world.fault("trading_grid", "status", status=503, path="/receipts/")
    desk.grid.world.verb("DELETE", f"/trading_grid/communities/com-winter-kitchen/members/{BERGMANN}")
    desk.hear()
    assert community_ids(desk.partner) == [still.pk]
    desk.grid.world.clear_faults()

    for _again in range(3):
        desk.hear()

    assert InboundEvent.objects.get(data__type="community.receipt.recorded").state == "done"
    assert selectors.packs_of(desk.partner, at=timezone.now()).get() == desk.pack
    assert desk.here() == {}
