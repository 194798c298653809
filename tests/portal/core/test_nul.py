"""The sign U+0000, for which the database has no room: nothing is called so, and no page breaks on it."""

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from portal.partners.choices import Role
from tests.builders import make_partner, make_staff, make_user

pytestmark = pytest.mark.django_db
BAD = "a%00b"


def addresses(patterns=None, before: str = "") -> list[str]:
    """Every address of the pages that takes any text."""
    found = []
    for each in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            found += addresses(each.url_patterns, path)
        elif "<str:" in path and path.startswith(("o/<", "s/", "invitations/")):
            found.append(path)
    return found


def filled(path: str, company: str) -> str:
    """The address with the sign in every text of it."""
    path = path.replace("<slug:company>", company).replace("<slug:recipe>", "web-1200")
    while "<" in path:
        kind, _, rest = path.partition("<")[2].partition(":")
        path = f"{path.partition('<')[0]}{BAD if kind == 'str' else '1'}{rest.partition('>')[2]}"
    return f"/{path}"


def test_nothing_is_there_under_such_a_name():
    partner = make_partner()
    browser = Client(raise_request_exception=False)
    browser.force_login(make_user(partner, role=Role.MANAGER))
    asked = [filled(path, partner.slug) for path in addresses()]
    assert len(asked) > 30
    got = {path: browser.get(path).status_code for path in asked}
    sent = {path: browser.post(path).status_code for path in asked}
    assert {path: status for path, status in got.items() if status not in {404, 405}} == {}
    # What is wrong with a form may be said before it is asked what the form is about.
    assert {path: status for path, status in sent.items() if status not in {302, 400, 404, 405}} == {}


@pytest.mark.parametrize("page", ["assets", "products", "downloads", "requests", "packs"])
@pytest.mark.parametrize("name", ["q", "brand", "gtins", "market", "language", "state", "cursor", "variant"])
def test_no_filter_breaks_a_page(page, name):
    partner = make_partner()
    browser = Client(raise_request_exception=False)
    browser.force_login(make_user(partner))
    assert browser.get(f"/o/{partner.slug}/{page}/?{name}={BAD}").status_code in {200, 302, 400, 404}


def test_form_with_it_is_refused_and_nothing_breaks():
    browser = Client(raise_request_exception=False)
    browser.force_login(make_staff())
    assert browser.get(f"/admin/portal/asset/?q={BAD}").status_code in {200, 302, 400}
