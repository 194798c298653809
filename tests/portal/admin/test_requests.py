"""Requests for staff: what is to be done first, taken in bulk, answered, solved, refused."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.change_requests import services
from portal.change_requests.models import ChangeRequest
from tests.builders import NOON, gtin14, make_community, make_partner, make_staff, make_user, release_one
from tests.portal.admin.reading import rows, table, words
from tests.portal.change_requests.builders import ask, by, by_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/portal/changerequest/"


@pytest.fixture
def company():
    partner = make_partner("Bergmann")
    make_community(partner, folder="/Ours")
    return partner


@pytest.fixture
def jana(company):
    return make_user(company, name="Jana Kessler")


def page(request: ChangeRequest) -> str:
    return reverse("admin:portal_changerequest_change", args=[request.pk])


def named(answer) -> list[str]:
    return [row.partition(" ")[0] for row in rows(answer)]


def test_what_nobody_has_stands_first_the_oldest_on_top(desk, company, jana, staff):
    minute = timedelta(minutes=1)
    old, taken, asked, solved, new = (
        ask(company, jana, width=100 + n, note="x", now=NOON + n * minute) for n in range(5)
    )
    who = by_staff(staff)
    services.take(request=taken, by=who, now=NOON)
    services.ask_partner(request=asked, text="?", by=who, now=NOON)
    services.resolve(request=solved, text="There", by=who, now=NOON)

    assert named(desk.get(LIST)) == [one.name for one in (old, new, taken, asked, solved)]
    assert named(desk.get(f"{LIST}?sort=newest"))[0] == new.name
    assert named(desk.get(f"{LIST}?state__exact=waiting")) == [asked.name]
    assert named(desk.get(f"{LIST}?q={solved.name}")) == [solved.name]
    assert named(desk.get(f"{LIST}?q=bergm"))[0] == old.name


def test_list_needs_as_many_questions_for_many(desk, company, jana):
    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(LIST).status_code == 200
        return len(seen)

    ask(company, jana, width=100, note="x")
    questions()
    few = questions()
    for number in range(5):
        partner = make_partner()
        ask(partner, make_user(partner), width=200 + number, note="x")

    assert questions() == few


def test_ticked_requests_are_taken_and_go_out_as_a_table(desk, company, jana, staff):
    first, second = (ask(company, jana, width=100 + n, format="png", note="=1+1") for n in range(2))
    ticked = {"_selected_action": [first.pk, second.pk], "index": 0}

    desk.post(LIST, {**ticked, "action": "take_ticked"})
    lines = table(desk.post(LIST, {**ticked, "action": "export_csv"}))

    assert set(ChangeRequest.objects.values_list("state", "assignee")) == {("in_progress", staff.pk)}
    (columns, line, _other) = lines
    found = dict(zip(columns, line, strict=True))
    assert (found["name"], found["partner_name"], found["state"]) == (first.name, "Bergmann", "in_progress")
    assert "Format: PNG" in found["wanted"] and found["asked_by"] == "Jana Kessler"
    assert found["note"] == "'=1+1"


def test_verbs_of_the_page(desk, company, jana, staff):
    asset = release_one("/Ours/new.jpg")
    request = ask(company, jana, gtin=gtin14(1), width=100)

    desk.post(page(request), {"verb": "take", "take-due_on": "2099-05-06"})
    desk.post(page(request), {"verb": "ask", "say-text": "Which lid?"})
    services.answer(request=request, text="The blue one", by=by(jana), now=NOON)
    desk.post(page(request), {"verb": "say", "say-text": "Thank you"})
    shown = words(desk.get(page(request)))
    address = f"https://portal.example/o/bergmann/assets/{asset.public_id}/?language=en"
    desk.post(page(request), {"verb": "resolve", "resolve-asset": address, "resolve-recipe": "web-1200"})

    request.refresh_from_db()
    assert "Which lid?" in shown and "The blue one" in shown and "Jana Kessler" in shown
    assert list(request.messages.order_by("pk").values_list("kind", flat=True)) == [
        "raised", "taken", "question", "answer", "message", "resolved",
    ]  # fmt: skip
    assert (request.due_on.isoformat(), request.assignee) == ("2099-05-06", staff)
    assert (request.resolution_asset, request.resolution_recipe.key) == (asset, "web-1200")


def test_refusing_and_duplicates(desk, company, jana):
    first, second = (ask(company, jana, width=100 + n, note="x") for n in range(2))

    desk.post(page(first), {"verb": "duplicate", "duplicate-of": second.name})
    desk.post(page(second), {"verb": "reject", "reject-text": "Not made any more"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.duplicate_of) == ("duplicate", second)
    assert (second.state, second.messages.order_by("pk").last().text) == ("rejected", "Not made any more")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"verb": "resolve"}, "Say what is there now"),
        ({"verb": "resolve", "resolve-asset": "HIDDEN", "resolve-text": "Kept"}, "does not see this asset"),
        ({"verb": "resolve", "resolve-asset": "/nothing/", "resolve-text": "Kept"}, "An id looks like"),
        ({"verb": "duplicate", "duplicate-of": "OTHER"}, "This company has no such request"),
        ({"verb": "reject"}, "This field is required"),
        ({"verb": "ask"}, "This field is required"),
    ],
    ids=["nothing", "not theirs", "no id", "another company's", "no reason", "no question"],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(desk, company, jana, data, sentence):
    other = make_partner("Theirs")
    make_community(other, folder="/Theirs")
    hidden, theirs = release_one("/Theirs/a.jpg"), ask(other, make_user(other))
    names = {"HIDDEN": hidden.public_id, "OTHER": theirs.name}
    request = ask(company, jana, width=100, note="x")

    answer = desk.post(page(request), {name: names.get(value, value) for name, value in data.items()})

    assert (answer.status_code, sentence in words(answer)) == (422, True)
    assert "Kept" in words(answer) or "resolve-text" not in data
    request.refresh_from_db()
    assert (request.state, request.messages.count()) == ("open", 1)


def test_verb_that_comes_too_late_is_told(desk, company, jana):
    request = ask(company, jana, width=100, note="x")
    services.resolve(request=request, text="There", by=by_staff(make_staff()), now=NOON)

    answer = desk.post(page(request), {"verb": "reject", "reject-text": "No"})

    assert answer.status_code == 422
    request.refresh_from_db()
    assert request.state == "resolved"


def test_today_counts_what_waits_and_what_is_late(desk, company, jana):
    day = timezone.localdate()
    ask(company, jana, width=100, note="x", now=timezone.now())
    late = ask(company, jana, width=200, note="x", now=timezone.now())
    services.take(request=late, by=by_staff(make_staff()), now=timezone.now(), due_on=day - timedelta(days=1))

    shown = words(desk.get("/admin/"))

    assert "1 request waits to be taken up" in shown
    assert "1 request is past its day" in shown
    assert "Overdue" in words(desk.get(LIST))


def test_number_and_id_lead_to_the_page_and_people_are_kept_out(desk, client, company, jana):
    request = ask(company, jana, width=100, note="x")

    for words_ in (request.name, request.public_id, request.name.lower()):
        assert desk.get("/admin/find/", {"q": words_})["Location"] == page(request)
    client.force_login(jana)
    assert client.get(page(request)).status_code in {302, 403}
    assert client.post(page(request), {"verb": "reject", "reject-text": "x"}).status_code in {302, 403}
    request.refresh_from_db()
    assert request.state == "open"
