"""
The signed list of withdrawn bytes, and the program that reads it: they say of every version what the bytes' own address
says.
"""

import hashlib
import json
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.errors import Gone
from portal.downloads.services import find_by_digest
from portal.packs import publishing, services
from portal.releases import services as releases
from tests.builders import NOON, file_fact, make_community, make_partner, make_rendition, release, release_one
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

LATER = NOON + timedelta(hours=1)
LAST = NOON + timedelta(hours=2)


def listed(*, now: datetime = LAST) -> dict[str, tuple[str, str]]:
    """Return reason and moment of everything on the list, by digest, as it is made anew."""
    cache.clear()
    lines = json.loads(publishing.recalled_list(now=now)["payload"])["recalled"]
    return {line["sha256"]: (line["reason"], line["since"]) for line in lines}


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def withdraw(name: str, *, uuid: str, now: datetime) -> None:
    release(file_fact(f"/P/{name}", uuid=uuid, approved=False, modified_at=now), now=now)


def digests(shop, number: int) -> dict[str, str]:
    return dict(shop.version(number).files.values_list("name", "sha256"))


def at_the_address(shop, sha256: str) -> str:
    """Return why the bytes' own address refuses them, empty when it gives them out."""
    try:
        find_by_digest(partner=shop.partner, sha256=sha256, now=LAST)
    except Gone as error:
        return str(error.extra["reason"])
    return ""


@pytest.fixture
def replaced(shop):
    """A pack whose second file has been replaced; returns the digests of both its versions, earlier first."""
    replace("/P", "b.jpg", uuid="b-2", now=LATER)
    services.work(now=LATER)
    return [digests(shop, number)["b-web-1200.webp"] for number in (1, 2)]


def test_file_that_was_only_replaced_is_not_withdrawn(shop, replaced):
    assert listed() == {}
    assert at_the_address(shop, replaced[0]) == ""


def test_earlier_versions_of_a_file_go_with_it_for_the_same_reason(shop, replaced):
    withdraw("b.jpg", uuid="b-2", now=LAST)

    assert listed() == dict.fromkeys(replaced, ("approval_withdrawn", at(LAST)))
    assert [at_the_address(shop, sha256) for sha256 in replaced] == ["approval_withdrawn"] * 2


def test_earlier_versions_of_a_deleted_file_are_said_to_be_deleted(shop, replaced):
    releases.file_is_gone(source="dam", uuid="b-2", now=LAST)

    assert {reason for reason, _since in listed().values()} == {"deleted"}
    assert listed().keys() == set(replaced)


def test_version_that_was_withdrawn_by_itself_keeps_its_own_reason_and_time(shop):
    first = digests(shop, 1)["b-web-1200.webp"]
    withdraw("b.jpg", uuid="uuid-/P-b.jpg", now=LATER)
    replace("/P", "b.jpg", uuid="b-2", now=LATER + timedelta(minutes=1))
    services.work(now=LATER + timedelta(minutes=1))
    own = listed()

    releases.file_is_gone(source="dam", uuid="b-2", now=LAST)

    assert own == {first: ("approval_withdrawn", at(LATER))}
    assert listed()[first] == own[first]
    assert [reason for reason, _since in listed().values()].count("deleted") == 1


def test_end_of_rights_is_no_withdrawal_of_long_ago(shop):
    """The file had been withdrawn once and came back; that is not why its later version is gone."""
    withdraw("b.jpg", uuid="uuid-/P-b.jpg", now=LATER)
    second = release_one(
        "/P/b.jpg", uuid="b-2", previous_uuids=["uuid-/P-b.jpg"],
        modified_at=LATER + timedelta(minutes=1), rights_end=LAST, now=LATER + timedelta(minutes=1),
    )  # fmt: skip
    make_rendition(second.variants.get().current)
    services.work(now=LATER + timedelta(minutes=1))
    sha256 = digests(shop, shop.version().number)["b-web-1200.webp"]

    assert sha256 not in listed(now=LAST - timedelta(seconds=1))
    assert listed(now=LAST)[sha256] == ("rights_ended", at(LAST))


def test_bytes_that_moved_within_the_pack_stay(db):
    """Deleted in the DAM and uploaded elsewhere: the pack still gives these very bytes."""
    pack = make_pack(make_community(make_partner(), folder="/P"))
    assets = shelf("/P", ["old.jpg", "new.jpg"], content=lambda name: b"the same bytes")
    sha256 = hashlib.sha256(b"the same bytes").hexdigest()
    pick(pack, assets)
    issue(pack)

    releases.file_is_gone(source="dam", uuid="uuid-/P-old.jpg", now=LATER)
    services.work(now=LATER)
    stayed = listed()
    releases.file_is_gone(source="dam", uuid="uuid-/P-new.jpg", now=LAST)

    assert stayed == {}
    assert listed() == {sha256: ("deleted", at(LAST))}


def test_list_costs_one_question_whatever_is_on_it(shop, replaced):
    withdraw("b.jpg", uuid="b-2", now=LATER)
    listed()
    with CaptureQueriesContext(connection) as few:
        assert len(listed()) == 2
    for name in ("a.jpg", "c.jpg"):
        withdraw(name, uuid=f"uuid-/P-{name}", now=LAST)
    with CaptureQueriesContext(connection) as many:
        assert len(listed()) == 4

    assert len(many) == len(few)


def test_program_names_withdrawn_files_of_every_version_offline(shop, replaced, client):
    paths = [shop.full(number) for number in (1, 2)]
    withdraw("b.jpg", uuid="b-2", now=LAST)
    saved = shop.folder / "recalled.json"
    saved.write_bytes(client.get("/.well-known/portal-recalled.json").content)

    assert [shop.check(path)[0] for path in paths] == [0, 0]
    named = (1, "recalled  b-web-1200.webp (approval_withdrawn)")
    assert [shop.check("--recalled", saved, path) for path in paths] == [named, named]

    forged = json.loads(saved.read_text())
    forged["payload"] = forged["payload"].replace("approval", "approved")
    saved.write_text(json.dumps(forged))
    code, text = shop.check("--recalled", saved, paths[0])
    assert (code, "not the portal's" in text) == (2, True)
