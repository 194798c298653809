"""Requests on partner pages: the list, and one request with its thread and its moves."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.change_requests import services
from portal.partners.choices import Role
from portal.partners.models import Membership
from tests.builders import NOON, make_staff, make_user, release_one
from tests.portal.change_requests.builders import ask, by, by_staff
from tests.portal.pages.reading import links, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return by_staff(make_staff())


def post(visitor, path: str, **data):
    return visitor.client.post(f"/o/{visitor.partner.slug}/requests/{path}", data)


def only_look(visitor) -> None:
    Membership.objects.filter(user=visitor.user).update(role=Role.VIEWER)


# -- The list ---------------------------------------------------------------------------------------------------------
def test_list_shows_mine_and_my_companys_by_state(jana, stranger, staff):
    colleague = make_user(jana.partner, name="Tom Weber")
    mine, theirs = ask(jana.partner, jana.user), ask(jana.partner, colleague, width=900, note="x")
    solved = ask(jana.partner, colleague, width=1000, note="x")
    services.resolve(request=solved, text="There", by=staff, now=NOON)
    hidden = ask(stranger.partner, stranger.user)

    def shown(**query) -> set[str]:
        return set(re.findall(r"R-\d+", words(jana.get("requests/", **query))))

    assert shown() == {mine.name, theirs.name}
    assert shown(whose="mine") == {mine.name}
    assert shown(state="waiting") == {solved.name}
    assert shown(state="all") == {mine.name, theirs.name, solved.name}
    assert shown(state="nonsense") == shown()
    assert hidden.name not in shown(state="all")


def shows(page, request) -> bool:
    """R-2 stands in R-20 as well."""
    return re.search(rf"{request.name}\b", words(page)) is not None


def test_list_is_walked_by_cursor_with_as_many_questions_for_many(jana):
    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert jana.get("requests/").status_code == 200
        return len(seen)

    ask(jana.partner, jana.user)
    questions()
    few = questions()
    made = [
        ask(jana.partner, jana.user, width=1000 + n, note="x", now=NOON + timedelta(minutes=n))
        for n in range(40)
    ]

    assert questions() == few
    first = jana.get("requests/")
    (older,) = [url for url in links(first) if "cursor=" in url]
    second = jana.client.get(older)
    assert shows(first, made[-1]) and not shows(first, made[0])
    assert shows(second, made[0]) and not shows(second, made[-1])


def test_five_ways_to_be_empty_say_which_it_is(jana, staff):
    assert "No requests yet" in words(jana.get("requests/")) and "New request" in words(jana.get("requests/"))
    request = ask(jana.partner, jana.user)
    assert "Nothing waits for you" in words(jana.get("requests/", state="waiting"))
    assert "No request matches" in words(jana.get("requests/", state="closed"))
    damaged = jana.get("requests/", cursor="broken")
    assert (damaged.status_code, "could not be shown" in words(damaged)) == (400, True)
    request.delete()
    only_look(jana)
    assert "Members and managers of your company ask for media" in words(jana.get("requests/"))
    assert not [url for url in links(jana.get("requests/")) if url.endswith("/new/")]


# -- One request ------------------------------------------------------------------------------------------------------
def test_thread_question_answer_solution_and_confirmation(jana, staff):
    asset, new = (
        release_one("/Ours/a.jpg", title={"en": "Old"}),
        release_one("/Ours/b.jpg", title={"en": "New one"}),
    )
    request = ask(jana.partner, jana.user, asset=asset.public_id, width=9000, note="For the <poster>")
    services.ask_partner(request=request, text="Which lid?", by=staff, now=NOON)
    page = f"requests/{request.name}/"

    asked = jana.get(page)
    answered = post(jana, f"{request.name}/answer/", text="The blue one")
    services.resolve(request=request, text="Taken anew", asset=new, by=staff, now=NOON)
    solved = jana.get(page)
    confirmed = post(jana, f"{request.name}/confirm/")

    assert "Which lid?" in words(asked) and "Waiting for you" in words(asked)
    assert "For the <poster>" in words(asked) and b"<poster>" not in asked.content
    assert (answered.status_code, confirmed.status_code) == (302, 302)
    assert "Taken anew" in words(solved) and "The blue one" in words(solved)
    assert f"/o/{jana.partner.slug}/assets/{new.public_id}/" in links(solved)
    assert "Confirm solved" in words(solved) and "within 14 days, it counts as confirmed" in words(solved)
    request.refresh_from_db()
    assert request.state == "confirmed"
    assert "Confirm solved" not in words(jana.get(page))


def test_page_has_one_primary_action_in_every_state(jana, staff):
    request = ask(jana.partner, jana.user)

    def primary() -> list[str]:
        body = jana.get(f"requests/{request.name}/").content.decode()
        found = re.findall(r"<(?:button|a)\b[^>]*btn-primary[^>]*>(.*?)</(?:button|a)>", body, re.DOTALL)
        return [re.sub(r"<[^>]+>", "", one).strip() for one in found]

    assert primary() == []
    services.ask_partner(request=request, text="Which?", by=staff, now=NOON)
    assert primary() == ["Answer"]
    services.resolve(request=request, text="There", by=staff, now=NOON)
    assert primary() == ["Confirm solved"]
    services.reopen(request=request, text="No", by=by(jana.user), now=NOON)
    services.reject(request=request, text="Cannot", by=staff, now=NOON)
    assert primary() == ["Reopen"]


def test_reopening_wants_a_reason_and_keeps_the_place(jana, staff):
    request = ask(jana.partner, jana.user)
    services.resolve(request=request, text="There", by=staff, now=NOON)

    empty = post(jana, f"{request.name}/reopen/")
    said = post(jana, f"{request.name}/reopen/", **{"reopen-text": "Not sharp"})

    assert (empty.status_code, said.status_code) == (422, 302)
    assert "Say what is still missing or wrong" in words(empty)
    request.refresh_from_db()
    assert request.state == "open"


def test_what_the_company_sees_no_more_is_not_shown_with_its_request(jana, staff):
    asset = release_one("/Ours/a.jpg", title={"en": "Muesli"})
    request = ask(jana.partner, jana.user, asset=asset.public_id, width=9000)
    services.resolve(request=request, asset=asset, by=staff, now=NOON)
    jana.partner.community_memberships.all().delete()

    page = jana.get(f"requests/{request.name}/")

    assert page.status_code == 200
    assert not [url for url in links(page) if "/assets/ast_" in url]


def test_duplicate_leads_to_the_other(jana, staff):
    other, request = ask(jana.partner, jana.user), ask(jana.partner, jana.user, width=900, note="x")
    services.mark_duplicate(request=request, of=other, by=staff, now=NOON)

    assert f"/o/{jana.partner.slug}/requests/{other.name}/" in links(jana.get(f"requests/{request.name}/"))


def test_page_needs_as_many_questions_for_a_long_thread(jana, staff):
    request = ask(jana.partner, jana.user)

    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert jana.get(f"requests/{request.name}/").status_code == 200
        return len(seen)

    questions()
    few = questions()
    for number in range(5):
        services.write(request=request, text=f"Word {number}", by=staff, now=NOON)
        services.answer(request=request, text=f"Answer {number}", by=by(jana.user), now=NOON)

    assert questions() == few


def test_home_shows_what_waits_for_the_company(jana, staff):
    asks, solved, quiet = (ask(jana.partner, jana.user, width=800 + number, note="x") for number in range(3))
    services.ask_partner(request=asks, text="Which?", by=staff, now=NOON)
    services.resolve(request=solved, text="There", by=staff, now=NOON)

    home = jana.get()

    assert "2 things wait for you" in words(home)
    assert f"Answer a question about {asks.name}" in words(home)
    assert f"Look whether {solved.name} is solved" in words(home)
    assert quiet.name not in words(home)
