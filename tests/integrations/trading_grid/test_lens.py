"""The search over transactions, asked as documented and read onto our ladder."""

from datetime import datetime, timedelta

import pytest

from integrations.errors import BadPayload, Refused
from integrations.trading_grid import client, config, lens
from integrations.trading_grid.ladder import Answer, Syntax, Transport
from integrations.trading_grid.lens import Search

pytestmark = pytest.mark.django_db
BERGMANN, WINTER = "GC00000101BR", "com-winter-kitchen"


@pytest.fixture
def account(world):
    account = config.account(world.connect_grid())
    document = {
        "externalReference": 'pub "1" ü',
        "kind": "NEWS",
        "status": "PUBLISHED",
        "title": {"en": "News"},
        "assets": [],
        "requiresReceipt": True,
    }
    client.create_post(account, WINTER, document, key="k")
    return account


def answer(world, behaviour: str) -> None:
    (post,) = world.verb("GET", "/trading_grid/posts")["posts"]
    body = {"partnerCompanyId": BERGMANN, "behaviour": behaviour}
    world.verb("POST", f"/trading_grid/posts/{post['postId']}/answers", body)


def test_every_transaction_is_read(account):
    found = list(lens.search(account, Search()))

    assert sorted(each.receiver for each in found) == ["ZZ:BERGMANN", "ZZ:NORDLICHT"]
    assert {(each.kind, each.transport, each.syntax, each.answer) for each in found} == {
        ("864", Transport.READY, Syntax.WAITING, Answer.NOTIFIED)
    }
    assert found[0].reference == 'pub "1" ü'
    assert ("reference number", 'pub "1" ü') in found[0].keys
    assert isinstance(found[0].arrived_at, datetime)


def test_content_keys_come_only_when_they_are_asked_for(account):
    assert [each.keys for each in lens.search(account, Search(keys=None))] == [[], []]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Search(fields={"senderreference": 'pub "1" ü'}), 2),
        (Search(fields={"receiveraddress": "ZZ:BERG*"}), 1),
        (Search(filters={"status": ["R", "S"], "editype": ["864"]}), 2),
        (Search(filters={"status": ["H"]}), 0),
        (Search(keys={"reference number": "pub*"}), 2),
        (Search(keys={"reference number": "other"}), 0),
    ],
)
def test_search_is_narrowed_in_every_documented_way(account, wanted, count):
    assert len(list(lens.search(account, wanted))) == count


def test_search_is_bounded_in_time(account):
    (first, *_) = lens.search(account, Search())
    minute = timedelta(minutes=1)

    assert len(list(lens.search(account, Search(since=first.arrived_at - minute)))) == 2
    assert list(lens.search(account, Search(since=first.arrived_at + minute))) == []
    assert list(lens.search(account, Search(until=first.arrived_at - minute))) == []


def test_what_a_partner_does_shows_in_its_transaction(account, world):
    answer(world, "confirm")

    (found,) = lens.search(account, Search(fields={"receiveraddress": "ZZ:BERGMANN"}))

    assert (found.transport, found.syntax, found.answer) == (
        Transport.TAKEN, Syntax.ACCEPTED, Answer.NOTIFIED,
    )  # fmt: skip


def test_same_search_twice_finds_the_same(account):
    wanted = Search()

    assert list(lens.search(account, wanted)) == list(lens.search(account, wanted))


def test_long_results_are_scrolled_to_their_end_even_after_one_was_broken_off(account, world, monkeypatch):
    """A thousand is what the service gives; one is enough to see that nothing is left out or told twice."""
    monkeypatch.setattr(lens, "MOST_AT_ONCE", 1)
    everything = {each.id for each in lens.search(account, Search(keys=None))}
    lens._rows(account, lens._query(Search(keys=None), {"scroll": True}, ascending=True))  # broken off here

    again = [each.id for each in lens.search(account, Search(keys=None))]

    assert len(everything) == 2
    assert (len(again), set(again)) == (2, everything)


def test_newest_is_one_or_none(account):
    assert lens.newest(account, Search(fields={"receiveraddress": "ZZ:BERGMANN"})).receiver == "ZZ:BERGMANN"
    assert lens.newest(account, Search(fields={"receiveraddress": "ZZ:NOBODY"})) is None


def test_search_lens_does_not_take_is_refused_with_its_words(account):
    with pytest.raises(Refused, match="Cannot query field 'ReceiverAddress'"):
        list(lens.search(account, Search(fields={"ReceiverAddress": "x"})))


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", '{"data": null}', '{"data": {"getTransactions": {"transactions": ["x"]}}}',
     '{"data": {"getTransactions": {"transactions": [{}]}}}'],
)  # fmt: skip
def test_answer_of_another_shape_is_not_understood(account, world, body):
    world.fault("trading_grid", "status", status=200, body=body, path="visibility")

    with pytest.raises(BadPayload):
        list(lens.search(account, Search()))
