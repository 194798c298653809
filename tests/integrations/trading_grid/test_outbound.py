"""Publications become posts: one each, revised and withdrawn, whatever gets lost on the way."""

from datetime import timedelta

import pytest

from integrations import outbox
from integrations.models import ExternalReference, OutboxMessage
from portal.publications.models import Publication
from portal.releases import services as releases
from tests.builders import NOON, file_fact, make_community, make_rule
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=2)


@pytest.fixture
def ready(grid):
    make_rule(grid.community(), folders=["/New"])
    return grid


def apply(*facts, later=timedelta()):
    releases.apply_files(facts=list(facts), now=NOON + later)


def states() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))


FRONT = {"uuid": "u-1", "gtin": "09521234500049", "language": "de", "markets": ("DE", "AT"), "group": "front"}


def test_publication_is_posted_with_references_in_gdsn_names(ready, settings):
    apply(file_fact("/New/front_de.jpg", alt_text={"de": "Vorderansicht"}, copyright="© N", **FRONT))

    ready.deliver()

    (post,) = ready.posts()
    publication = Publication.objects.get()
    assert (post["externalReference"], post["status"], post["kind"]) == (
        publication.public_id, "PUBLISHED", "LOCALISED_MEDIA",
    )  # fmt: skip
    (reference,) = post["assets"]
    variant = publication.items.get().variant
    assert reference == {
        "assetId": variant.public_id,
        "assetVersion": 1,
        "gtin": "09521234500049",
        "targetMarkets": ["DE", "AT"],
        "referencedFileTypeCode": "PRODUCT_IMAGE",
        "uniformResourceIdentifier": f"{settings.PORTAL_URL}/a/{publication.asset.public_id}/",
        "fileName": "front_de.jpg",
        "fileFormatName": "JPEG",
        "fileLanguageCode": "de",
        "contentDescription": [{"languageCode": "de", "value": "Vorderansicht"}],
        "filePixelWidth": 3000,
        "filePixelHeight": 3000,
        "fileSize": 412_000,
        "sha1": variant.current.sha1,
        "isPrimaryFile": True,
        "fileCopyrightDescription": "© N",
        "action": "ADD",
    }
    assert (publication.posted_revision, publication.revision) == (1, 1)


def test_new_version_revises_the_post_and_names_what_it_replaces(ready):
    apply(file_fact("/New/front.jpg", **FRONT))
    ready.deliver()
    newer = {**FRONT, "uuid": "u-2", "previous_uuids": ("u-1",), "modified_at": NOON + MINUTE}

    apply(file_fact("/New/front.jpg", **newer), later=MINUTE)
    ready.deliver()

    (post,) = ready.posts()
    (reference,) = post["assets"]
    assert (reference["action"], reference["assetVersion"]) == ("REPLACE", 2)
    assert reference["replaces"] == {"assetId": reference["assetId"], "assetVersion": 1}
    assert post["revision"] == 2
    assert Publication.objects.get().posted_revision == 2


def test_variant_that_goes_is_named_once_as_withdrawn(ready):
    german = file_fact("/New/front_de.jpg", **FRONT)
    french = file_fact("/New/front_fr.jpg", **{**FRONT, "uuid": "u-f", "language": "fr"})
    apply(german, french)
    ready.deliver()

    apply(
        file_fact("/New/front_fr.jpg", **{**FRONT, "uuid": "u-f", "language": "fr", "approved": False}),
        later=MINUTE,
    )
    ready.deliver()
    (post,) = ready.posts()
    actions = {entry["fileName"]: entry["action"] for entry in post["assets"]}
    apply(file_fact("/New/front_de.jpg", **{**FRONT, "usage_rights": "Web only"}), later=2 * MINUTE)
    ready.deliver()

    assert actions == {"front_de.jpg": "ADD", "front_fr.jpg": "WITHDRAW"}
    (post,) = ready.posts()
    assert [entry["fileName"] for entry in post["assets"]] == ["front_de.jpg"]
    assert post["assets"][0]["usage"] == {"rights": "Web only"}


def test_withdrawn_publication_withdraws_its_post_and_comes_back_with_it(ready):
    apply(file_fact("/New/front.jpg", **FRONT))
    ready.deliver()
    apply(file_fact("/New/front.jpg", **{**FRONT, "approved": False}), later=MINUTE)
    ready.deliver()
    withdrawn = ready.posts()[0]["status"]

    apply(file_fact("/New/front.jpg", **FRONT), later=2 * MINUTE)
    ready.deliver()

    assert withdrawn == "WITHDRAWN"
    (post,) = ready.posts()
    assert post["status"] == "PUBLISHED"
    publication = Publication.objects.get()
    assert publication.posted_revision == publication.revision


def test_publication_that_never_was_out_posts_nothing(ready):
    apply(file_fact("/New/front.jpg", **FRONT))
    apply(file_fact("/New/front.jpg", **{**FRONT, "approved": False}), later=MINUTE)

    ready.deliver()

    assert ready.posts() == []
    assert states() == ["superseded", "sent"]


def test_many_changes_before_the_first_delivery_are_one_call(ready, world):
    for number in range(5):
        words = {**FRONT, "title": {"en": f"Title {number}"}}
        apply(file_fact("/New/front.jpg", **words), later=number * MINUTE)

    ready.deliver()

    (post,) = ready.posts()
    assert (post["title"], post["revision"]) == ({"en": "Title 4"}, 1)
    assert states() == ["superseded"] * 4 + ["sent"]


def test_community_that_the_grid_does_not_have_gets_no_message(ready):
    make_community(folder="/New")

    apply(file_fact("/New/front.jpg", **FRONT))

    assert Publication.objects.count() == 2
    assert OutboxMessage.objects.count() == 1


def test_number_of_queries_does_not_grow_with_the_publications(ready, django_assert_max_num_queries):
    apply(*[file_fact(f"/New/{number}.jpg") for number in range(3)])
    with django_assert_max_num_queries(60) as few:
        apply(*[file_fact(f"/New/a{number}.jpg") for number in range(3)])
    with django_assert_max_num_queries(60) as many:
        apply(*[file_fact(f"/New/b{number}.jpg") for number in range(30)])

    assert len(many) == len(few)


# -- Lost on the way -----------------------------------------------------------------------------------------
def test_lost_answer_and_repeat_make_no_second_post(ready, world):
    apply(file_fact("/New/front.jpg", **FRONT))
    world.fault("trading_grid", "reset", path="/posts$", times=1)
    world.fault("trading_grid", "truncate", path="/posts$", times=1)

    for hour in range(3):
        ready.deliver(ahead=hour * HOUR)

    assert len(ready.posts()) == 1
    assert states() == ["sent"]


def test_lost_answer_followed_by_a_newer_message_finds_the_post_again(ready, world):
    apply(file_fact("/New/front.jpg", **FRONT))
    world.fault("trading_grid", "truncate", path="/posts$", times=1)
    ready.deliver()
    assert (len(ready.posts()), states()) == (1, ["pending"])

    apply(file_fact("/New/front.jpg", **{**FRONT, "title": {"en": "Newer"}}), later=MINUTE)
    ready.deliver(ahead=MINUTE)

    (post,) = ready.posts()
    assert post["title"] == {"en": "Newer"}
    assert states() == ["superseded", "sent"]


def test_lost_answer_followed_by_a_withdrawal_withdraws_the_post(ready, world):
    apply(file_fact("/New/front.jpg", **FRONT))
    world.fault("trading_grid", "truncate", path="/posts$", times=1)
    ready.deliver()

    apply(file_fact("/New/front.jpg", **{**FRONT, "approved": False}), later=MINUTE)
    ready.deliver(ahead=MINUTE)

    assert [post["status"] for post in ready.posts()] == ["WITHDRAWN"]


def test_worker_that_dies_after_the_call_makes_no_second_post(ready, monkeypatch):
    """The grid has taken it, our transaction is gone: the next attempt carries the same key."""
    apply(file_fact("/New/front.jpg", **FRONT))
    monkeypatch.setattr("integrations.trading_grid.outbound._Post.remember", _die)
    ready.deliver()
    monkeypatch.undo()
    assert (len(ready.posts()), ExternalReference.objects.filter(resource="post").count()) == (1, 0)

    ready.deliver(ahead=HOUR)

    assert len(ready.posts()) == 1
    assert states() == ["sent"]
    assert ExternalReference.objects.get(resource="post").external_id == ready.posts()[0]["postId"]


def _die(self):
    raise OSError("killed")


def test_post_that_somebody_changed_over_there_is_brought_to_our_state(ready):
    apply(file_fact("/New/front.jpg", **FRONT))
    ready.deliver()
    ExternalReference.objects.filter(resource="post").update(
        data=ExternalReference.objects.get(resource="post").data | {"etag": '"stale"'}
    )

    apply(file_fact("/New/front.jpg", **{**FRONT, "title": {"en": "Ours"}}), later=MINUTE)
    ready.deliver()

    assert ready.posts()[0]["title"] == {"en": "Ours"}


def test_refusal_is_parked_with_the_grids_own_words(ready, world):
    apply(file_fact("/New/front.jpg", **FRONT))
    body = {"status": "error", "message": "Correct these fields: title.", "error-code": "COMM-4002"}
    world.fault("trading_grid", "status", status=400, body=body, path="/posts$")

    ready.deliver()

    message = OutboxMessage.objects.get()
    assert message.state == "parked"
    assert message.last_error == "Trading Grid refused (400, COMM-4002): Correct these fields: title."


def test_older_revision_sent_late_does_not_undo_the_newer(ready):
    apply(file_fact("/New/front.jpg", **FRONT))
    ready.deliver()
    apply(file_fact("/New/front.jpg", **{**FRONT, "title": {"en": "Newer"}}), later=MINUTE)
    ready.deliver()
    OutboxMessage.objects.filter(dedupe_key__endswith=":r1").update(state="parked")

    outbox.requeue(OutboxMessage.objects.all(), now=NOON)
    ready.deliver()

    assert ready.posts()[0]["title"] == {"en": "Newer"}
    assert Publication.objects.get().posted_revision == 2


def test_second_profile_posts_by_configuration_alone(world):
    profile = world.verb("GET", "/trading_grid/profiles")["profiles"]["acme"]
    world.verb("PUT", "/trading_grid/profiles", {"serve": ["acme"]})
    grid = Grid(
        world,
        token_path=profile["tokenPath"],
        token_style=profile["tokenStyle"],
        paths=profile["paths"],
        field_map=profile["fieldMap"],
        value_map=profile["valueMap"],
    )
    grid.read()
    make_rule(grid.community(), folders=["/New"])
    apply(file_fact("/New/front.jpg", **FRONT))
    grid.deliver()
    newer = {**FRONT, "uuid": "u-2", "previous_uuids": ("u-1",)}
    apply(file_fact("/New/front.jpg", **newer), later=MINUTE)
    grid.deliver()
    (replaced,) = grid.posts()

    apply(file_fact("/New/front.jpg", **{**newer, "approved": False}), later=2 * MINUTE)
    grid.deliver()

    assert (replaced["status"], replaced["assets"][0]["action"]) == ("PUBLISHED", "REPLACE")
    assert [post["status"] for post in grid.posts()] == ["WITHDRAWN"]
    assert set(states()) == {"sent"}
