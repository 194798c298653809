"""Posts against publications: every kind of difference is found, repaired by a message, and proved gone."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import reconcile
from integrations.models import ExternalReference, OutboxMessage, SyncCursor
from portal.partners.models import CommunityMembership, Partner
from portal.publications.models import Publication
from portal.releases import services as releases
from tests.builders import NOON, file_fact, make_rule
from tests.integrations.reconciling import found, left, reconciled
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
FRONT = {"uuid": "u-1", "gtin": "09521234500049", "language": "de", "group": "front"}


def apply(*facts, later=timedelta()):
    releases.apply_files(facts=list(facts), now=NOON + later)


@pytest.fixture
def posted(grid: Grid) -> Grid:
    """A grid that holds one post, as the portal says."""
    make_rule(grid.community(), folders=["/New"])
    apply(file_fact("/New/front_de.jpg", **FRONT))
    grid.deliver()
    return grid


def post(grid: Grid) -> dict:
    (found,) = grid.posts()
    return found


def test_what_agrees_is_equal_at_the_first_look(posted):
    result = reconciled(posted.connection)

    assert (result["equal"], result["proved"], result["kinds"]) == (True, False, {})
    assert OutboxMessage.objects.count() == 1


def test_post_that_is_gone_is_posted_again_and_once(posted, world):
    world.verb("DELETE", f"/trading_grid/posts/{post(posted)['postId']}")

    result = reconciled(posted.connection)

    assert (found(result), left(result)) == ({"missing_post": 1}, {})
    assert result["proved"]
    assert post(posted)["externalReference"] == Publication.objects.get().public_id
    assert reconciled(posted.connection)["kinds"] == {}
    assert len(posted.posts()) == 1


def test_post_withdrawn_by_hand_is_published_again_as_often_as_it_happens(posted, world):
    for _ in range(2):
        world.verb("POST", f"/trading_grid/posts/{post(posted)['postId']}/state", {"action": "withdraw"})

        result = reconciled(posted.connection)

        assert (found(result), result["equal"]) == ({"missing_post": 1}, True)
        assert post(posted)["status"] == "PUBLISHED"


def test_post_that_should_be_gone_is_withdrawn(posted, world):
    apply(file_fact("/New/front_de.jpg", **FRONT, approved=False), later=MINUTE)
    posted.deliver()
    assert post(posted)["status"] == "WITHDRAWN"
    world.verb("POST", f"/trading_grid/posts/{post(posted)['postId']}/state", {"action": "publish"})

    result = reconciled(posted.connection)

    assert (found(result), result["equal"]) == ({"post_to_withdraw": 1}, True)
    assert post(posted)["status"] == "WITHDRAWN"


@pytest.mark.parametrize("change", [{"sha1": "0" * 40}, {"assetVersion": 7}, {"assetId": "var_other"}])
def test_other_content_is_put_right(posted, world, change):
    here = post(posted)
    edited = [{**here["assets"][0], **change}]
    world.verb("PUT", f"/trading_grid/posts/{here['postId']}", {"assets": edited})

    result = reconciled(posted.connection)

    assert (found(result), result["equal"]) == ({"other_content": 1}, True)
    shown = [entry for entry in post(posted)["assets"] if entry["action"] != "WITHDRAW"]
    assert [(entry["sha1"], entry["assetVersion"]) for entry in shown] == [
        (here["assets"][0]["sha1"], here["assets"][0]["assetVersion"])
    ]


def test_duplicate_post_is_withdrawn_and_the_first_stays(posted, world):
    first = post(posted)
    world.verb("POST", f"/trading_grid/posts/{first['postId']}/copy", {})

    result = reconciled(posted.connection)

    assert (found(result), result["equal"]) == ({"duplicate_post": 1}, True)
    assert [(each["postId"] == first["postId"], each["status"]) for each in posted.posts()] == [
        (True, "PUBLISHED"), (False, "WITHDRAWN"),
    ]  # fmt: skip


def test_orphan_of_ours_is_withdrawn_and_posts_of_others_are_left_alone(posted, world):
    copied = post(posted)["postId"]
    references = [f"pub_{'a' * 16}", f"pub_{'b' * 16}", "somebody-elses"]
    foreign = [{**post(posted)["assets"][0], "uniformResourceIdentifier": "https://test.example/a/ast_1/"}]
    world.verb("POST", f"/trading_grid/posts/{copied}/copy", {"externalReference": references[0]})
    world.verb(
        "POST", f"/trading_grid/posts/{copied}/copy", {"externalReference": references[1], "assets": foreign}
    )
    world.verb("POST", f"/trading_grid/posts/{copied}/copy", {"externalReference": references[2]})

    result = reconciled(posted.connection)

    assert (found(result), result["equal"]) == ({"orphan_post": 1}, True)
    states = {each["externalReference"]: each["status"] for each in posted.posts()}
    assert [states[name] for name in references] == ["WITHDRAWN", "PUBLISHED", "PUBLISHED"]


def test_many_orphans_wait_for_a_person(posted, world, monkeypatch):
    monkeypatch.setattr("integrations.trading_grid.post_repairs.MOST_ORPHANS", 1)
    for letter in "abc":
        reference = {"externalReference": f"pub_{letter * 16}"}
        world.verb("POST", f"/trading_grid/posts/{post_id(posted)}/copy", reference)

    result = reconciled(posted.connection)

    assert (found(result), left(result)) == ({"orphan_post": 3}, {"orphan_post": 3})
    assert set(OutboxMessage.objects.filter(kind="post.surplus").values_list("state", flat=True)) == {
        "parked"
    }
    assert {each["status"] for each in posted.posts()} == {"PUBLISHED"}


def post_id(grid: Grid) -> str:
    return grid.posts()[0]["postId"]


def test_forgotten_reference_is_learned_again_without_a_message(posted):
    before = ExternalReference.objects.get(resource="post")
    ExternalReference.objects.filter(resource="post").delete()
    Publication.objects.update(posted_revision=0)

    result = reconciled(posted.connection)

    assert (found(result), result["equal"]) == ({"forgotten_post": 1}, True)
    after = ExternalReference.objects.get(resource="post")
    assert (after.external_id, after.local_id) == (before.external_id, before.local_id)
    assert {name: after.data[name] for name in ("out", "revision", "files")} == {
        name: before.data[name] for name in ("out", "revision", "files")
    }
    assert Publication.objects.get().posted_revision == 1
    assert OutboxMessage.objects.count() == 1


def test_publication_with_a_message_under_way_is_passed_over(posted, world):
    apply(file_fact("/New/front_de.jpg", **FRONT, title={"en": "New words"}), later=MINUTE)

    result = reconciled(posted.connection)

    assert (result["kinds"], result["on_the_way"]) == ({}, 1)


def test_the_same_repair_twice_is_one_message(posted, world):
    """A run that is killed after its repairs and begun anew finds its own messages."""
    world.verb("POST", f"/trading_grid/posts/{post_id(posted)}/state", {"action": "withdraw"})
    keys = set()
    for _ in range(2):
        reconciled_up_to_settling(posted)
        keys |= set(OutboxMessage.objects.values_list("dedupe_key", flat=True))
        OutboxMessage.objects.filter(state="pending").update(state="parked")

    assert len([key for key in keys if ":repair:" in key]) == 1


def reconciled_up_to_settling(grid: Grid) -> None:
    reconcile.begin(grid.connection, repair=True, now=timezone.now())
    while SyncCursor.objects.get(name="reconcile").value["run"]["phase"] == "compare":
        reconcile.advance(grid.connection, until=time.monotonic() + 0.01, clock=timezone.now)


def test_dry_run_only_tells(posted, world):
    world.verb("DELETE", f"/trading_grid/posts/{post_id(posted)}")
    ExternalReference.objects.filter(resource="post").delete()

    result = reconciled(posted.connection, repair=False)

    assert (found(result), result["equal"]) == ({"missing_post": 1}, False)
    assert OutboxMessage.objects.count() == 1


def test_pages_are_walked_by_their_links(grid, world):
    grid = Grid(world, page_size=2)
    make_rule(grid.community(), folders=["/New"])
    apply(*(file_fact(f"/New/{number}.jpg", uuid=f"u-{number}") for number in range(5)))
    grid.deliver()
    world.verb("DELETE", f"/trading_grid/posts/{grid.posts()[3]['postId']}")

    result = reconciled(grid.connection)

    assert (found(result), result["equal"]) == ({"missing_post": 1}, True)


def test_directory_is_compared_and_read_again(posted):
    gone = CommunityMembership.objects.filter(community=posted.community()).first()
    gone.delete()
    Partner.objects.filter(pk=gone.partner_id).update(name="Somebody else")

    result = reconciled(posted.connection)

    assert (found(result), result["equal"]) == ({"company": 1, "member": 1}, True)
    assert CommunityMembership.objects.filter(partner=gone.partner_id, community=posted.community()).exists()


def test_refused_repair_stands_parked_with_the_vendors_reason(posted, world):
    here = post(posted)
    edited = [{**here["assets"][0], "sha1": "0" * 40}]
    world.verb("PUT", f"/trading_grid/posts/{here['postId']}", {"assets": edited})
    world.fault("trading_grid", "status", status=422, path=f"/posts/{here['postId']}$")

    result = reconciled(posted.connection)
    again = reconciled(posted.connection)

    assert (left(result), left(again)) == ({"other_content": 1}, {"other_content": 1})
    (parked,) = OutboxMessage.objects.filter(state="parked")
    assert "422" in parked.last_error
