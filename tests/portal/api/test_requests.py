"""Requests by API: asked once, answered, confirmed and reopened, as on the page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.change_requests import services
from portal.change_requests.models import ChangeRequest
from tests.builders import gtin14, make_community, make_partner, make_staff, make_user, release_one
from tests.portal.change_requests.builders import ask, by_staff

pytestmark = pytest.mark.django_db
WISH = {"reason": "missing_size", "width": 4000, "format": "png", "note": "For the poster"}


@pytest.fixture
def partner():
    company = make_partner("Bergmann")
    make_community(company, folder="/Ours")
    return company


@pytest.fixture
def pim(system, partner):
    return system(partner)


@pytest.fixture
def staff():
    return by_staff(make_staff())


def post(pim, path, body, key):
    return pim.write("POST", path, body, Idempotency_Key=key)


def test_what_is_asked_for_is_there_under_its_id_and_its_number(pim):
    asset = release_one("/Ours/a.jpg", gtin=gtin14(4), title={"en": "Front"})
    wish = {**WISH, "asset": asset.public_id, "language": "DE", "market": "de", "needed_by": "2099-01-31"}

    made = post(pim, "/requests", wish, "k1")
    again = post(pim, "/requests", wish, "k1")

    body = made.json()
    assert (made.status_code, again.body, again["Idempotency-Replayed"]) == (201, made.body, "true")
    assert (body["state"], body["reason"], body["asset"]) == ("open", "missing_size", asset.public_id)
    assert (body["gtin"], body["about"], body["language"], body["market"]) == (gtin14(4), "Front", "de", "DE")
    assert (body["width"], body["height"], body["needed_by"]) == (4000, None, "2099-01-31")
    assert pim.get(f"/requests/{body['id']}").json() == pim.get(f"/requests/{body['number']}").json() == body


def test_the_same_wish_names_the_open_request(pim):
    first = post(pim, "/requests", WISH, "k1").json()

    second = post(pim, "/requests", {**WISH, "note": "In other words"}, "k2")

    problem = second.json()
    assert (second.status_code, problem["code"]) == (409, "already_asked")
    assert (problem["request"], problem["number"]) == (first["id"], first["number"])
    assert ChangeRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"width": None, "format": None}, "width"),
        ({"reason": "missing_language"}, "language"),
        ({"reason": "nonsense"}, "reason"),
        ({"asset": "ast_never"}, "asset"),
        ({"needed_by": "2020-01-01"}, "needed_by"),
        ({"colour": "red"}, "colour"),
        ({"gtin": "123"}, "gtin"),
    ],
    ids=["nothing specific", "language", "reason", "unknown asset", "past day", "unknown member", "gtin"],
)
def test_what_cannot_be_is_named(pim, change, member):
    body = {name: value for name, value in {**WISH, **change}.items() if value is not None}

    answer = post(pim, "/requests", body, "k1")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert [error["parameter"] for error in answer.json()["errors"]] == [member]


def test_anothers_asset_and_one_that_never_was_are_refused_alike(pim):
    make_community(make_partner("Theirs"), folder="/Theirs")
    hidden = release_one("/Theirs/a.jpg")

    answers = [
        post(pim, "/requests", {**WISH, "asset": asset}, f"k-{asset}").json()
        for asset in (hidden.public_id, "ast_aaaaaaaaaaaaaaaa")
    ]

    for answer in answers:
        del answer["request_id"]
    assert answers[0] == answers[1]


def test_thread_and_moves(pim, partner, staff):
    made = post(pim, "/requests", WISH, "k1").json()
    row, now = ChangeRequest.objects.get(), timezone.now()
    path = f"/requests/{made['id']}"

    too_early = pim.write("POST", f"{path}/confirm", b"", Idempotency_Key="k2")
    services.ask_partner(request=row, text="Which?", by=staff, now=now)
    said = post(pim, f"{path}/messages", {"text": "That one"}, "k3")
    services.resolve(request=row, text="There", by=staff, now=now)
    reopened = post(pim, f"{path}/reopen", {"text": "Not yet"}, "k4")
    services.resolve(request=row, text="Now", by=staff, now=now)
    confirmed = pim.write("POST", f"{path}/confirm", b"", Idempotency_Key="k5")

    assert (too_early.status_code, too_early.json()["code"]) == (409, "request_not_in_state")
    assert too_early.json()["state"] == "open"
    assert (said.status_code, said.json()["kind"], said.json()["by"]) == (201, "answer", "you")
    assert (reopened.json()["state"], reopened.json()["solution"]) == ("open", None)
    assert (confirmed.json()["state"], confirmed.json()["solution"]["text"]) == ("confirmed", "Now")
    assert [(m["kind"], m["by"], m["text"]) for m in pim.walk(f"{path}/messages", limit=2)] == [
        ("raised", "you", "For the poster"),
        ("question", "brand", "Which?"),
        ("answer", "you", "That one"),
        ("resolved", "brand", "There"),
        ("reopened", "you", "Not yet"),
        ("resolved", "brand", "Now"),
        ("confirmed", "you", None),
    ]


def test_whoever_of_the_brand_writes_is_not_named(pim, partner, staff):
    jana = make_user(partner, name="Jana Kessler")
    request = ask(partner, jana)
    services.write(request=request, text="Hello", by=staff, now=timezone.now())

    items = pim.get(f"/requests/{request.name}/messages").json()["items"]

    assert [item["person"] for item in items] == ["Jana Kessler", None]


def test_list_is_narrowed_walked_and_constant_in_questions(pim, partner, staff):
    jana, start = make_user(partner), timezone.now() - timedelta(days=1)
    asset = release_one("/Ours/a.jpg")

    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert pim.get("/requests").status_code == 200
        return len(seen)

    # The first call of a system is noted down.
    questions()
    first = ask(partner, jana, now=start, asset=asset.public_id, width=800)
    few = questions()
    others = [ask(partner, jana, now=start + timedelta(hours=n), width=800 + n, note="x") for n in (1, 2, 3)]
    services.reject(request=others[0], text="No", by=staff, now=timezone.now())

    assert questions() == few
    names = [item["number"] for item in pim.walk("/requests", limit=1)]
    assert names == [others[0].name, others[2].name, others[1].name, first.name]
    assert [one["number"] for one in pim.walk("/requests", state=["rejected"])] == [others[0].name]
    assert [one["number"] for one in pim.walk("/requests", asset=asset.public_id)] == [first.name]
    assert pim.get("/requests", {"state": "solved"}).status_code == 400


def test_scopes_are_one_for_reading_and_one_for_writing(system, partner):
    reader = system(partner, scopes=("requests:read",))
    made = ask(partner, make_user(partner))

    assert reader.get("/requests").status_code == 200
    for path, body in (("/requests", WISH), (f"/requests/{made.name}/messages", {"text": "x"})):
        refused = post(reader, path, body, "k1")
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
