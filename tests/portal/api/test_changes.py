"""Everything since a position, in order, once, with reasons."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.publications.models import Change
from portal.releases import services as releases
from tests.builders import NOON, file_fact, make_community, make_partner, release, release_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    partner = make_partner()
    make_community(partner, name="Retail programme DACH", folder="/Pantry")
    return partner


def oat(hours: int, uuid: str = "u1", **fields):
    return file_fact("/Pantry/oat.jpg", uuid=uuid, modified_at=NOON + timedelta(hours=hours), **fields)


def test_a_life_is_told_in_order_with_reasons(system, partner):
    pim = system(partner)
    here = pim.get("/changes?start=now").json()["cursor"]
    [asset] = release(oat(0))
    release(oat(1, title={"en": "Oat"}))
    release(oat(2, "u2", previous_uuids=["u1"], title={"en": "Oat"}))
    release(oat(3, "u2", approved=False, title={"en": "Oat"}), now=NOON + timedelta(hours=3))

    body = pim.get("/changes", {"cursor": here}).json()

    variant = asset.variants.get()
    assert [(line["kind"], line["reason"], line["version"]["number"]) for line in body["items"]] == [
        ("published", None, 1),
        ("updated", None, 1),
        ("replaced", None, 2),
        ("withdrawn", "approval_withdrawn", 2),
    ]
    version = variant.versions.get(number=2)
    assert body["items"][-1] == {
        "cursor": body["cursor"],
        "kind": "withdrawn",
        "reason": "approval_withdrawn",
        "at": "2026-09-01T15:00:00Z",
        "asset": asset.public_id,
        "variant": variant.public_id,
        "language": None,
        "version": {"id": version.public_id, "number": 2, "sha1": version.sha1},
        "community": {
            "id": asset.publications.get().community.public_id,
            "name": "Retail programme DACH",
        },
        "available": False,
        "resync": False,
    }
    assert body["next"] is None


def test_at_the_end_the_position_stays_good(system, partner):
    pim = system(partner)
    release_one("/Pantry/a.jpg")
    end = pim.get("/changes").json()["cursor"]

    nothing = pim.get("/changes", {"cursor": end}).json()
    release_one("/Pantry/b.jpg")
    more = pim.get("/changes", {"cursor": nothing["cursor"]}).json()

    assert nothing == {"items": [], "next": None, "cursor": end}
    assert [line["kind"] for line in more["items"]] == ["published"]


def test_walking_the_feed_meets_every_change_once_while_more_happen(system, partner):
    pim = system(partner)
    wanted = [release_one(f"/Pantry/{n}.jpg").public_id for n in range(11)]
    seen, query = [], {"limit": 3}
    for page in range(20):
        body = pim.get("/changes", query).json()
        seen += [line["asset"] for line in body["items"] if line["asset"]]
        if page < 4:
            wanted.append(release_one(f"/Pantry/more-{page}.jpg").public_id)
        if body["next"] is None:
            break
        assert body["next"] == body["cursor"] == body["items"][-1]["cursor"]
        query["cursor"] = body["next"]

    assert seen == wanted


def test_a_line_in_the_middle_is_a_place_to_go_on_from(system, partner):
    pim = system(partner)
    release(*(file_fact(f"/Pantry/{n}.jpg") for n in range(4)))
    lines = pim.get("/changes").json()["items"]

    assert pim.get("/changes", {"cursor": lines[1]["cursor"]}).json()["items"] == lines[2:]


def test_what_has_been_committed_is_seen_without_waiting_for_a_worker(system, partner):
    release_one("/Pantry/a.jpg")
    assert Change.objects.filter(number=None).exists()

    assert [line["kind"] for line in system(partner).get("/changes").json()["items"]] == [
        "joined",
        "published",
    ]


def test_to_begin_a_mirror_the_position_is_taken_before_the_list(system, partner):
    pim = system(partner)
    first = release_one("/Pantry/first.jpg")
    start = pim.get("/changes?start=now").json()
    during = release_one("/Pantry/during.jpg")

    listed = {item["id"] for item in pim.walk("/assets")}
    followed = [line["asset"] for line in pim.walk("/changes", cursor=start["cursor"])]

    assert start["items"] == []
    assert listed == {first.public_id, during.public_id}
    assert followed == [during.public_id]


def test_joining_and_leaving_a_community_asks_to_list_anew(system):
    partner = make_partner()
    pim = system(partner)
    community = make_community(name="Winter Kitchen", folder="/Winter")
    release_one("/Winter/a.jpg")
    here = pim.get("/changes?start=now").json()["cursor"]

    releases.set_members(community=community, partners=[partner], now=timezone.now())
    joined = pim.get("/changes", {"cursor": here}).json()
    releases.set_members(community=community, partners=[], now=timezone.now())
    left = pim.get("/changes", {"cursor": joined["cursor"]}).json()

    named = {"id": community.public_id, "name": "Winter Kitchen"}
    for body, kind in ((joined, "joined"), (left, "left")):
        [line] = body["items"]
        assert (line["kind"], line["resync"], line["community"]) == (kind, True, named)
        assert [line[name] for name in ("asset", "variant", "version", "reason")] == [None] * 4
        assert line["available"] is False
    assert pim.walk("/assets") == []


def test_withdrawn_from_one_community_but_there_by_another(system):
    partner = make_partner()
    make_community(partner, folder="/Pantry")
    community = make_community(partner, folder="/Pantry/New")
    asset = release_one("/Pantry/New/a.jpg", uuid="u1")
    pim = system(partner)
    here = pim.get("/changes?start=now").json()["cursor"]

    community.routing_rules.all().delete()
    release(file_fact("/Pantry/New/a.jpg", uuid="u1", tags=["x"], modified_at=NOON + timedelta(hours=1)))

    lines = pim.walk("/changes", cursor=here)
    assert ("withdrawn", "not_for_this_community", True) in [
        (line["kind"], line["reason"], line["available"]) for line in lines
    ]
    assert pim.get(f"/assets/{asset.public_id}").status_code == 200


def test_companies_see_their_own_feed_only(system, partner):
    other = make_partner()
    make_community(other, folder="/Other")
    release_one("/Other/a.jpg")
    release_one("/Pantry/a.jpg")

    ours = {line["community"]["name"] for line in system(partner).walk("/changes")}
    theirs = system(other).walk("/changes")

    assert ours == {"Retail programme DACH"}
    assert [line["kind"] for line in theirs] == ["joined", "published"]
    assert not {line["community"]["name"] for line in theirs} & ours


@pytest.mark.parametrize(
    "query",
    ["cursor=made-up", "cursor=W2ZhbHNlLC0xXQ", "cursor=W2ZhbHNlLCJhIl0", "cursor=W2ZhbHNlLDFlMzBd"],
)
def test_a_cursor_that_is_none(system, partner, query):
    answer = system(partner).get(f"/changes?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert [error["parameter"] for error in answer.json()["errors"]] == ["cursor"]


def test_start_and_cursor_exclude_each_other(system, partner):
    pim = system(partner)
    cursor = pim.get("/changes").json()["cursor"]

    answer = pim.get("/changes", {"start": "now", "cursor": cursor})

    assert answer.json()["errors"] == [{"parameter": "start", "detail": "Give either start or cursor."}]


def test_the_feed_needs_the_same_queries_for_one_line_and_for_many(system, partner):
    pim = system(partner)
    release_one("/Pantry/first.jpg")
    # The first call of a system is noted.
    pim.get("/me")
    with CaptureQueriesContext(connection) as one:
        pim.get("/changes")
    release(*(file_fact(f"/Pantry/{n}.jpg") for n in range(60)))

    with CaptureQueriesContext(connection) as many:
        assert len(pim.get("/changes?limit=200").json()["items"]) == 62

    assert len(many) == len(one)
