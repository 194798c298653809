"""Whatever goes wrong is told the same way."""

import re
import sys
from datetime import timedelta

import pytest
from django.core.signals import got_request_exception
from django.db import OperationalError

from portal.api.problem_types import TYPES
from portal.api.v1 import me
from portal.core.errors import DomainError
from tests.builders import NOON, make_community, make_partner, release_one

pytestmark = pytest.mark.django_db
#: Words of rules that no operation of the API can meet: they belong to pages and staff.
NOT_FOR_SYSTEMS = {
    "portal.partners", "portal.accounts", "portal.releases", "portal.pages", "portal.admin",
    # Met on pages alone, so far: baskets and links, codes and terms.
    "portal.downloads.baskets", "portal.downloads.jobs", "portal.downloads.shares", "portal.onboarding.codes",
    "portal.packs.terms",
}  # fmt: skip
NOT_FOUND = (
    b'{"type":"http://127.0.0.1:8000/api/problems/not_found","title":"Not found","status":404,'
    b'"detail":"There is nothing here.","code":"not_found"}'
)


@pytest.fixture
def pim(system):
    return system(make_partner())


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v1/assets/", "/api/v2/assets", "/api/a/../b", "/api/%00"]
)
def test_an_unknown_address_is_the_one_404(client, method, path):
    answer = client.generic(method, path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.content == (b"" if method == "HEAD" else NOT_FOUND)


def test_every_answer_carries_the_id_of_its_request_and_a_problem_repeats_it(pim):
    for path in ("/me", "/assets/x", "/assets?limit=0", "/nowhere"):
        answer = pim.get(path, X_Request_ID="shop-4711-abcdef")
        assert answer["X-Request-ID"] == "shop-4711-abcdef"
        assert answer.json().get("request_id") == ("shop-4711-abcdef" if answer.status_code == 400 else None)
    assert re.fullmatch("[0-9a-f]{24}", pim.get("/assets?limit=0").json()["request_id"])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_methods_that_are_not_offered(pim, method):
    answer = pim.call(method, "/assets")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_options_tells_the_methods(pim):
    answer = pim.call("OPTIONS", "/assets")

    assert (answer.status_code, answer["Allow"], answer.body) == (204, "GET, HEAD, OPTIONS", b"")


def test_no_other_site_may_read_answers(pim):
    answer = pim.get("/me", Origin="https://elsewhere.example")

    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_the_body_of_a_call_that_has_none_is_not_looked_at(pim):
    answer = pim.http.generic(
        "GET",
        "/api/v1/me",
        b"{broken",
        content_type="application/json",
        headers={"Authorization": f"Bearer {pim.token}"},
    )

    assert answer.status_code == 200


def test_a_mistake_of_ours_tells_nothing_but_where_to_ask(pim, monkeypatch):
    """The view breaks in a way nobody foresaw; error monitors are told, the caller learns no inner thing."""
    monkeypatch.setattr(me.selectors, "communities_of", lambda partner: 1 / 0)
    pim.http.raise_request_exception = False
    told = []

    def monitor(sender, **kwargs):
        told.append(sys.exc_info()[0])

    got_request_exception.connect(monitor)

    answer = pim.get("/me")

    assert answer.status_code == 500
    assert answer.json() == {
        "type": "http://127.0.0.1:8000/api/problems/internal_error",
        "title": "A mistake on our side",
        "status": 500,
        "detail": "Something went wrong on our side. It has been recorded.",
        "code": "internal_error",
        "request_id": answer["X-Request-ID"],
    }
    assert told == [ZeroDivisionError]


def test_a_database_that_does_not_answer_is_no_mistake_of_the_caller(pim, monkeypatch):
    def down(partner):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(me.selectors, "communities_of", down)

    answer = pim.get("/me")

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "unavailable", "10")
    assert "connection" not in answer.content.decode()


def test_answers_are_english_whatever_the_reader_speaks(pim):
    make_community(pim.partner, folder="/Pantry")
    asset = release_one("/Pantry/a.jpg", rights_end=NOON + timedelta(days=1))

    answer = pim.get(f"/assets/{asset.public_id}", Accept_Language="de")

    assert answer.json()["detail"] == "The rights to this file have ended. Please do not use it any more."
    assert answer["Content-Language"] == "en"


@pytest.mark.parametrize("code", TYPES)
def test_every_type_is_described_where_it_points(client, code):
    kind = TYPES[code]
    path = kind.address.removeprefix("http://127.0.0.1:8000")

    page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    data = client.get(path)

    assert data.json()["title"] == kind.title
    assert kind.title.encode() in page.content.replace(b"&#x27;", b"'")
    assert page["Content-Type"] == "text/html; charset=utf-8"


def test_the_catalogue_lists_all_types(client):
    assert [item["code"] for item in client.get("/api/problems/").json()["items"]] == list(TYPES)
    assert client.get("/api/problems/made_up").status_code == 404


def test_every_rule_an_operation_can_meet_has_a_type():
    """A new ``DomainError`` needs a line in ``portal.api.problem_types``, unless only people can meet it."""
    missing = {
        error.code
        for error in subclasses(DomainError)
        if not any(error.__module__.startswith(domain) for domain in NOT_FOR_SYSTEMS)
        and error.__module__.startswith("portal.")
        and error.code not in TYPES
    }

    assert missing == set()


def subclasses(kind: type) -> set[type]:
    return set(kind.__subclasses__()).union(*(subclasses(one) for one in kind.__subclasses__()))
