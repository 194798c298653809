"""Asking about many files at once."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import NOON, current_version, make_community, make_partner, make_rendition, release_one

pytestmark = pytest.mark.django_db
NEVER = hashlib.sha256(b"never ours").hexdigest()


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/P")
    return system(partner)


def shown(name: str, folder: str = "/P"):
    return make_rendition(current_version(release_one(f"{folder}/{name}.jpg", uuid=name)))


def test_each_digest_is_answered_once_in_the_order_asked(pim):
    old, stays = shown("old").sha256, shown("stays").sha256
    make_community(make_partner(), folder="/Theirs")
    theirs = shown("theirs", "/Theirs").sha256
    release_one("/P/old.jpg", uuid="new", previous_uuids=("old",), modified_at=NOON + timedelta(hours=1))

    answer = pim.write("POST", "/checks", {"digests": [NEVER, old, stays, old, theirs]})
    body = answer.json()

    assert [(item["sha256"], item["status"]) for item in body["items"]] == [
        (NEVER, "unknown"),
        (old, "replaced"),
        (stays, "current"),
        (theirs, "unknown"),
    ]
    assert body["counts"] == {"current": 1, "replaced": 1, "withdrawn": 0, "unknown": 2}
    assert body["items"][1]["replaced_by"]["name"] == "old-v2-web-1200.webp"
    assert {**body["items"][3], "sha256": NEVER} == body["items"][0]


def test_questions_do_not_grow_with_the_digests(pim):
    digests = [shown(f"n{n}").sha256 for n in range(6)]
    pim.write("POST", "/checks", {"digests": [NEVER]})
    with CaptureQueriesContext(connection) as few:
        pim.write("POST", "/checks", {"digests": digests[:1]})
    with CaptureQueriesContext(connection) as many:
        pim.write("POST", "/checks", {"digests": digests})

    assert len(many) == len(few)


@pytest.mark.parametrize(
    "digests",
    [[], ["abc"], ["A" * 64], [f"{n:064x}" for n in range(5001)], "no list"],
    ids=["none", "short", "capitals", "too many", "text"],
)
def test_what_is_no_list_of_digests_is_refused(pim, digests):
    assert pim.write("POST", "/checks", {"digests": digests}).status_code == 400


def test_five_thousand_are_taken(pim):
    answer = pim.write("POST", "/checks", {"digests": [f"{n:064x}" for n in range(5000)]})

    assert answer.json()["counts"]["unknown"] == 5000
