"""What machines and people say about a notice, on one ladder."""

from datetime import timedelta
from itertools import permutations

import pytest

from integrations.trading_grid import ladder
from integrations.trading_grid.endpoints import WORDS
from integrations.trading_grid.ladder import Answer, Standing, Syntax, Transport
from tests.builders import NOON


def test_every_receipt_word_of_the_contract_has_its_rung():
    assert [ladder.of_receipt(word) for word in WORDS["receiptStatus"]] == [
        Answer.NOTIFIED, Answer.VIEWED, Answer.CONFIRMED, Answer.CHANGE_REQUESTED, Answer.DECLINED, Answer.OVERDUE,
    ]  # fmt: skip
    assert ladder.of_receipt("Perhaps") is None


@pytest.mark.parametrize(
    ("codes", "transport"),
    [
        ("BPDC", Transport.TRAVELLING),
        ("R", Transport.READY),
        ("S", Transport.TAKEN),
        ("HNU", Transport.HELD),
        ("VF", Transport.FAILED),
        ("?", None),
    ],
)
def test_processing_codes_of_lens(codes, transport):
    assert {ladder.transport(code) for code in codes} == {transport}


@pytest.mark.parametrize(
    ("codes", "syntax"),
    [
        ("AM", Syntax.ACCEPTED),
        ("E", Syntax.FLAWED),
        ("P", Syntax.PARTLY),
        ("RX", Syntax.REJECTED),
        ("T", Syntax.LATE),
        ("W", Syntax.WAITING),
        ("NS", Syntax.NOT_ASKED),
        ("?", None),
    ],
)
def test_acknowledgement_codes_of_lens(codes, syntax):
    assert {ladder.syntax(code) for code in codes} == {syntax}


@pytest.mark.parametrize(
    ("status", "delivery"),
    [
        ("DeliveryFailed", Transport.FAILED),
        ("PartiallyFailed", Transport.PARTLY),
        ("PartiallyDelivered", Transport.PARTLY),
        ("", Transport.TAKEN),
        ("Unheard", Transport.TAKEN),
    ],
)
def test_delivery_status_says_more_than_the_code(status, delivery):
    assert ladder.transport("S", status) is delivery


@pytest.mark.parametrize(
    ("status", "fa", "answer"),
    [
        ("R", "W", Answer.NOTIFIED),
        ("S", "A", Answer.NOTIFIED),
        ("S", "R", Answer.NOTIFIED),
        ("S", "T", Answer.OVERDUE),
        ("D", "W", None),
        ("F", "", None),
    ],
)
def test_document_alone_never_confirms(status, fa, answer):
    assert ladder.of_document(status, fa) is answer


def test_standards_say_the_same_in_their_own_words():
    advice = {code: ladder.of_application_advice(code) for code in ("TA", "TE", "TR")}
    confirmation = [
        ladder.of_confirmation(state) for state in ("SYNCHRONISED", "ACCEPTED", "REVIEW", "REJECTED")
    ]

    assert list(advice.values()) == [Answer.CONFIRMED, Answer.CHANGE_REQUESTED, Answer.DECLINED]
    assert confirmation == [Answer.CONFIRMED, Answer.CONFIRMED, Answer.CHANGE_REQUESTED, Answer.DECLINED]


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ([Answer.NOTIFIED, Answer.VIEWED, Answer.CONFIRMED], Answer.CONFIRMED),
        ([Answer.NOTIFIED, Answer.OVERDUE], Answer.OVERDUE),
        ([Answer.VIEWED, Answer.OVERDUE, Answer.DECLINED], Answer.DECLINED),
    ],
)
def test_rungs_may_arrive_in_any_order(told, counts):
    for order in permutations(told):
        known = None
        for answer in order:
            known = ladder.latest(known, Standing(answer, 1))
        assert known.answer is counts


def test_of_two_decisions_the_later_counts_whenever_it_arrives():
    first = Standing(Answer.CHANGE_REQUESTED, 1, NOON)
    second = Standing(Answer.CONFIRMED, 1, NOON + timedelta(hours=1))

    assert ladder.latest(first, second) == ladder.latest(second, first) == second


def test_new_revision_asks_again():
    confirmed, asked = Standing(Answer.CONFIRMED, 1, NOON), Standing(Answer.NOTIFIED, 2)

    assert ladder.latest(confirmed, asked) == ladder.latest(asked, confirmed) == asked
