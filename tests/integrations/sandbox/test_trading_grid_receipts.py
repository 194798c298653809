"""Receipts: what partners answer, and what becomes of an answer when the post is revised."""

import pytest

from tests.integrations.sandbox.grid_client import ALPKORN, BERGMANN, DACH, DONAUHOF, post

POSTS = f"{DACH}/posts"


def receipts_of(grid, post_id):
    found = grid.get(f"{POSTS}/{post_id}/receipts").json["response"]
    return {receipt["partnerCompanyId"]: receipt["status"] for receipt in found}


def test_receipt_goes_from_notified_over_viewed_to_an_answer(grid):
    grid.post(POSTS, post())
    receipt = f"{POSTS}/post-1001/receipts/{BERGMANN}"

    seen = [
        grid.put(receipt, {"status": status, "comment": "gut", "byUser": {"id": "U1", "name": "Jana"}}).json[
            "status"
        ]
        for status in ("VIEWED", "CONFIRMED", "VIEWED", "CHANGE_REQUESTED")
    ]

    assert seen == ["VIEWED", "CONFIRMED", "CONFIRMED", "CHANGE_REQUESTED"]
    assert grid.get(receipt).json["byUser"] == {"id": "U1", "name": "Jana"}
    assert grid.event_types().count("community.receipt.recorded") == 3


def test_same_answer_twice_is_one_event(grid):
    grid.post(POSTS, post())
    receipt = f"{POSTS}/post-1001/receipts/{BERGMANN}"

    answers = [grid.put(receipt, {"status": "CONFIRMED"}) for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert grid.event_types().count("community.receipt.recorded") == 1


def test_answer_to_an_older_revision_is_refused(grid):
    grid.post(POSTS, post())
    grid.put(f"{POSTS}/post-1001", post(kind="NEWS"))

    answer = grid.put(f"{POSTS}/post-1001/receipts/{BERGMANN}", {"status": "CONFIRMED", "postRevision": 1})

    assert (answer.status_code, answer.json["error-code"]) == (409, "COMM-4094")


@pytest.mark.parametrize("company", [DONAUHOF, "GC00000301NZ", "GC99999999ZZ"])
def test_only_recipients_have_a_receipt(grid, company):
    grid.post(POSTS, post())

    assert grid.put(f"{POSTS}/post-1001/receipts/{company}", {"status": "CONFIRMED"}).status_code == 404


def test_receipt_is_overdue_after_the_due_date_and_told_once(grid):
    grid.post(POSTS, post(receiptDueDate="2000-01-01T00:00:00Z"))
    grid.put(f"{POSTS}/post-1001/receipts/{ALPKORN}", {"status": "CONFIRMED"})

    for _ in range(2):
        grid.part.background.tick()

    assert receipts_of(grid, "post-1001") == {BERGMANN: "OVERDUE", ALPKORN: "CONFIRMED"}
    overdue = [event for event in grid.events() if event["type"] == "community.receipt.overdue"]
    assert [event["subject"] for event in overdue] == [f"receipts/post-1001/{BERGMANN}"]
