"""A partner's request as the content team sees it in the DAM, by each carrier."""

import json

import pytest

from integrations.errors import BadOptions
from integrations.scaleflex import client, config, request_notes, writing
from integrations.scaleflex.calls import ask
from integrations.scaleflex.request_notes import Note, comment_text
from integrations.scaleflex.schemas import parse_file

pytestmark = pytest.mark.django_db
FIRST = Note("R-7", "The claim is outdated.\nhttps://portal.example/r/7")
SECOND = Note("R-77", "Wrong colour")


@pytest.fixture
def uuid(world):
    return world.add_file("/a.jpg")["uuid"]


def connected(world, carrier, **options):
    return config.account(world.connect_dam(request_carrier=carrier, **options))


def comments(account, uuid):
    return [comment_text(comment) for comment in client.get_comments(account, uuid)]


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)], ids=["7 then 77", "77 then 7"])
def test_a_comment_is_one_however_often_it_is_told(world, uuid, order):
    account = connected(world, "comment")
    for note in (*order, *order):
        request_notes.tell(account, uuid, note)
    request_notes.tell(account, uuid, Note("R-77", "Wrong colour, see the box"))
    request_notes.settle(account, uuid, FIRST, others_open=True)

    assert sorted(comments(account, uuid), key=lambda comment: comment["body"]) == [
        {"body": "R-77: Wrong colour, see the box", "resolved": False},
        {"body": f"R-7: {FIRST.text}", "resolved": True},
    ]
    raw = json.loads(client.get_comments(account, uuid)[order.index(FIRST)]["text"])
    assert raw == {"body": f"R-7: {FIRST.text}", "shapes": [], "parentId": None, "resolved": True}


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("plain words", "plain words"),
        ('{"body": 7}', ""),
        ("[1]", "[1]"),
        ("null", "null"),
        (None, ""),
        (7, ""),
    ],
)
def test_comments_of_others_are_read_whatever_they_are(text, body):
    assert comment_text({"text": text}) == {"body": body, "resolved": False}
    assert comment_text(None) == {"body": "", "resolved": False}


def test_comments_of_people_are_left_alone(world, uuid):
    account = connected(world, "comment")
    for text in ("looks fine", "See R-7: agreed"):
        ask(account, "POST", f"file/{uuid}/comments", version="v5", json={"text": text}, operation="test")

    request_notes.tell(account, uuid, FIRST)

    assert [comment["body"] for comment in comments(account, uuid)][:2] == ["looks fine", "See R-7: agreed"]
    assert len(comments(account, uuid)) == 3


def test_metadata_has_a_line_for_each_request(world, uuid):
    account = connected(world, "metadata", request_metadata_key="net_content")
    for note in (FIRST, SECOND, FIRST):
        request_notes.tell(account, uuid, note)

    def lines():
        return client.get_file(account, uuid)["meta"]["net_content"].splitlines()

    assert lines() == [
        "R-77: Wrong colour",
        "R-7: The claim is outdated. https://portal.example/r/7",
    ] or lines() == ["R-7: The claim is outdated. https://portal.example/r/7", "R-77: Wrong colour"]
    request_notes.settle(account, uuid, SECOND, others_open=True)
    assert lines() == ["R-7: The claim is outdated. https://portal.example/r/7"]
    request_notes.settle(account, uuid, FIRST, others_open=False)
    assert lines() == []


def test_a_label_stays_until_the_last_request_is_settled(world, uuid):
    account = connected(world, "label", request_label="Hero")
    request_notes.tell(account, uuid, FIRST)
    request_notes.tell(account, uuid, SECOND)

    request_notes.settle(account, uuid, FIRST, others_open=True)
    assert parse_file(client.get_file(account, uuid)).labels == ("Hero",)
    request_notes.settle(account, uuid, SECOND, others_open=False)
    assert parse_file(client.get_file(account, uuid)).labels == ()


def test_off_says_nothing(world, uuid):
    account = connected(world, "off")
    calls = len(world.calls("scaleflex"))
    request_notes.tell(account, uuid, FIRST)
    request_notes.settle(account, uuid, FIRST, others_open=False)

    assert len(world.calls("scaleflex")) == calls


@pytest.mark.parametrize(
    ("carrier", "option"), [("label", "request_label"), ("metadata", "request_metadata_key")]
)
def test_a_carrier_needs_its_name(world, carrier, option):
    with pytest.raises(BadOptions, match=option):
        connected(world, carrier, **{option: ""})


def test_files_under_review_carry_the_label(world, uuid):
    account = connected(world, "off", review_label="Hero")
    writing.add_label(account, uuid, account.options.review_label)

    assert parse_file(client.get_file(account, uuid)).labels == ("Hero",)
