"""``If-Match``: nobody overwrites what they have not seen."""

import threading

import pytest
from django.db import connection

from portal.partners import channels
from portal.partners.models import Channel
from tests.builders import NOON, current_version, make_community, make_partner, make_rendition, release_one
from tests.portal.packs.builders import issue, make_pack, pick

CHANNEL = {"name": "Shop", "kind": "shop", "recipes": ["web-1200"]}
RULES = {"key": "ours", "title": "Ours", "channel": "shop", "rules": [{"measure": "fill", "least": 0.8}]}


@pytest.fixture
def pim(system):
    partner = make_partner()
    make_community(partner, folder="/Ours")
    return system(partner)


def write(pim, method: str, address: str, body, key: str, **headers):
    return pim.write(method, address, body, Idempotency_Key=key, **headers)


def test_channel_is_changed_only_as_it_was_read(pim):
    created = write(pim, "POST", "/channels", CHANNEL, "k1")
    address = f"/channels/{created.json()['id']}"
    read = pim.get(address)
    changed = write(pim, "PATCH", address, {"name": "First"}, "k2", If_Match=read["ETag"])
    late = write(pim, "PATCH", address, {"name": "Second"}, "k3", If_Match=read["ETag"])
    gone = write(pim, "DELETE", address, b"", "k4", If_Match=read["ETag"])
    again = write(pim, "PATCH", address, {"name": "Second"}, "k3", If_Match=late["ETag"])
    anyhow = write(pim, "PATCH", address, {"name": "Third"}, "k5", If_Match="*")
    unconditional = write(pim, "PATCH", address, {"name": "Fourth"}, "k6")

    assert created["ETag"] == read["ETag"] != changed["ETag"]
    assert (changed.status_code, late.status_code, gone.status_code) == (200, 412, 412)
    assert late["Content-Type"] == "application/problem+json"
    assert (late.json()["code"], late.json()["current"]) == ("precondition_failed", changed.json())
    assert late["ETag"] == changed["ETag"]
    assert (again.status_code, again.json()["name"]) == (200, "Second"), "the same key goes on with a new tag"
    assert (anyhow.status_code, unconditional.status_code) == (200, 200)
    assert write(pim, "DELETE", address, b"", "k7", If_Match=unconditional["ETag"]).status_code == 204


def test_weak_or_foreign_tags_never_match(pim):
    created = write(pim, "POST", "/channels", CHANNEL, "k1")
    address = f"/channels/{created.json()['id']}"

    for number, tag in enumerate((f"W/{created['ETag']}", '"0123"', "nonsense")):
        answer = write(pim, "PATCH", address, {"name": "Other"}, f"n{number}", If_Match=tag)
        assert answer.status_code == 412, tag
    several = write(pim, "PATCH", address, {"name": "Other"}, "k2", If_Match=f'"0123", {created["ETag"]}')
    assert several.status_code == 200


def test_specification_is_revised_and_removed_only_as_it_was_read(pim):
    created = write(pim, "POST", "/specifications", RULES, "k1")
    address = f"/specifications/{created.json()['id']}"
    old = created["ETag"]
    rules = [{"measure": "fill", "least": 0.9}]
    revised = write(pim, "PUT", address, {**RULES, "rules": rules}, "k2", If_Match=old)
    late = write(pim, "PUT", address, RULES, "k3", If_Match=old)
    gone = write(pim, "DELETE", address, b"", "k4", If_Match=old)
    removed = write(pim, "DELETE", address, b"", "k5", If_Match=revised["ETag"])

    assert (revised.status_code, late.status_code, gone.status_code, removed.status_code) == (
        200,
        412,
        412,
        204,
    )
    assert late.json()["current"] == revised.json()


def test_answers_about_a_pack_can_be_bound_to_what_was_answered_before(pim):
    asset = release_one("/Ours/a.jpg")
    make_rendition(current_version(asset))
    pack = make_pack(pim.partner.communities.get())
    pick(pack, [asset])
    issue(pack)
    address = f"/packs/{pack.public_id}/confirmations"
    read = pim.get(address)
    said = {"all": {"answer": "received"}, "manifest_sha256": read.json()["manifest_sha256"]}

    first = write(pim, "POST", address, said, "k1", If_Match=read["ETag"])
    late = write(pim, "POST", address, {**said, "all": {"answer": "in_use"}}, "k2", If_Match=read["ETag"])

    assert (first.status_code, late.status_code) == (200, 412)
    assert late.json()["current"]["items"][0]["state"] == "received"


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_lose_neither(system):
    """Each names one fact; what it does not name it must not set back to what it had read."""
    partner = make_partner()
    pim = system(partner)
    channel = channels.save_channel(
        partner=partner,
        channel=None,
        name="Shop",
        kind="shop",
        specification=None,
        recipes=[],
        now=NOON,
        actor="x",
    )
    facts = [{"name": "Own shop"}, {"kind": "print"}]
    started = threading.Barrier(2)

    def change(changes) -> None:
        started.wait()
        channels.change_channel(
            partner=partner, public_id=channel.public_id, changes=changes, now=NOON, actor="x"
        )
        connection.close()

    threads = [threading.Thread(target=change, args=(one,)) for one in facts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = Channel.objects.get()
    assert (found.name, found.kind) == ("Own shop", "print")
    assert pim.get(f"/channels/{channel.public_id}").json()["name"] == "Own shop"


def test_reading_is_not_refused_and_writing_is_not_answered_304(pim):
    created = write(pim, "POST", "/channels", CHANNEL, "k1")
    address = f"/channels/{created.json()['id']}"

    unread = pim.get(address, If_None_Match=created["ETag"])
    written = write(pim, "PATCH", address, {"name": "Other"}, "k2", If_None_Match='"x"')
    same = write(pim, "PATCH", address, {"name": "Other"}, "k3", If_None_Match=written["ETag"])

    assert (unread.status_code, written.status_code, same.status_code) == (304, 200, 200)
