"""A replaced or withdrawn file waits for the pack's next version: nothing is asked about it, the others go on."""

from datetime import timedelta

import pytest

from portal.packs import selectors, services, standing
from portal.packs.choices import Answer
from tests.builders import (
    NOON,
    current_version,
    file_fact,
    make_community,
    make_partner,
    make_rendition,
    picture,
    release,
    release_one,
)
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf
from tests.portal.packs.test_confirming import TWELVE, Desk

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def test_all_are_confirmed_but_those_that_wait_for_the_next_version():
    desk = Desk(TWELVE)
    replace("/P", "c.jpg", uuid="new", now=LATER)
    withdrawn = file_fact("/P/d.jpg", uuid="uuid-/P-d.jpg", approved=False, modified_at=LATER)
    release(withdrawn, now=LATER)

    kept = desk.answer_all(now=LATER)

    states = desk.states()
    assert len(kept) == 10
    assert [name for name, state in states.items() if state == "open"] == ["c", "d"]


def test_replaced_file_is_asked_for_when_the_next_version_brings_it():
    desk = Desk(TWELVE)
    desk.answer_all()
    replace("/P", "c.jpg", uuid="new", now=LATER)
    waiting = desk.standing()
    asked = desk.answer_all(now=LATER)

    services.work(now=LATER)
    there = desk.standing()

    assert asked == []
    assert (waiting.still_valid, waiting.stale, waiting.replaced, waiting.waiting) == (11, 1, 1, 1)
    assert (waiting.wanted, waiting.again) == (0, 0)
    assert (there.still_valid, there.stale, there.replaced, there.waiting) == (11, 1, 0, 0)
    assert (there.wanted, there.again) == (1, 1)


def test_nobody_owes_an_answer_for_what_cannot_be_had_yet():
    partner, begins = make_partner(), NOON + timedelta(days=30)
    pack = make_pack(make_community(partner, folder="/P"))
    assets = [
        release_one("/P/now.jpg", uuid="now"),
        release_one("/P/then.jpg", uuid="then", rights_start=begins),
    ]
    for asset in assets:
        make_rendition(current_version(asset))
    pick(pack, assets)
    version = issue(pack)

    (asked,) = standing.to_do(partner, at=begins)

    assert standing.to_do(partner, at=begins - timedelta(seconds=1)) == []
    assert asked.wanted == 2
    assert asked.due_at == begins + timedelta(days=pack.asks_within_days)
    assert asked.due_at == selectors.due_at(version, selectors.begins_at(version))


def test_standing_counts_what_the_lines_say():
    desk = Desk(TWELVE)
    for name in "ab":
        desk.answer(desk.digest(name), Answer.RECEIVED)
    replace("/P", "a.jpg", uuid="new-a", now=LATER)
    replace("/P", "c.jpg", uuid="new-c", now=LATER)
    withdrawn = file_fact("/P/d.jpg", uuid="uuid-/P-d.jpg", approved=False, modified_at=LATER)
    release(withdrawn, now=LATER)

    lines, counted = desk.lines(), desk.standing()

    assert counted.wanted == sum(line.is_wanted for line in lines) == 8
    assert counted.replaced == sum(line.is_replaced for line in lines) == 2
    assert counted.waiting == sum(line.is_lacking and not line.is_present for line in lines) == 3
    assert (counted.first, counted.again, counted.stale, counted.open) == (8, 0, 1, 10)


def test_same_bytes_of_another_file_are_confirmed_though_that_one_is_replaced():
    desk = Desk(())
    same = picture(colour="teal")
    pick(desk.made, shelf("/P", ["a.jpg", "b.jpg"], content=lambda name: same))
    issue(desk.made)
    replace("/P", "a.jpg", uuid="new", now=LATER)

    kept = desk.answer(desk.digest("b"), now=LATER)

    assert [row.file_name for row in kept] == ["b-web-1200.webp"]
    assert desk.states() == {"a": "open", "b": Answer.IN_USE}
