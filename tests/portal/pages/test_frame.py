"""What is around every page: language, colours, errors, and the account."""

import pytest
from django.conf import settings
from django.template import loader
from django.test import Client, RequestFactory

from portal.core import errors_views
from tests.builders import make_user
from tests.portal.pages.reading import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "direction", "home"),
    [("de", "ltr", "Start"), ("ar", "rtl", "الرئيسية"), ("fr", "ltr", "Accueil")],
)
def test_a_language_is_kept_with_the_person(jana, code, direction, home):
    answer = jana.client.post(
        "/preferences/language/", {"language": code, "next": f"/o/{jana.partner.slug}/"}
    )
    elsewhere = Client()
    elsewhere.force_login(jana.user)
    page = elsewhere.get(answer.url, headers={"Accept-Language": "es"})

    assert f'<html lang="{code}" dir="{direction}"' in page.content.decode()
    assert home in words(page) and page["Content-Language"] == code


def test_a_language_is_kept_in_the_browser_at_the_door():
    client = Client()
    client.post("/preferences/language/", {"language": "es", "next": "/accounts/login/"})

    assert "Iniciar sesión" in words(client.get("/accounts/login/"))


def test_colours_are_kept_in_the_browser_and_given_back_to_the_system(jana):
    jana.client.post("/preferences/scheme/", {"scheme": "dark", "next": "/"})
    assert 'data-scheme="dark"' in jana.get().content.decode()

    jana.client.post("/preferences/scheme/", {"scheme": "", "next": "/"})
    assert "data-scheme" not in jana.get().content.decode()


@pytest.mark.parametrize("value", ["sepia", 'x"><script>'])
def test_a_cookie_somebody_made_up_is_not_written_into_the_page(jana, value):
    jana.client.cookies["scheme"] = value

    assert "data-scheme" not in jana.get().content.decode()


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "", "\\evil.example"]
)
def test_a_choice_leads_back_to_our_own_pages_only(to):
    answer = Client().post("/preferences/scheme/", {"scheme": "dark", "next": to})

    assert answer.url == "/"


@pytest.mark.parametrize("address", ["/preferences/language/", "/preferences/scheme/"])
def test_get_changes_nothing(address):
    assert Client().get(address).status_code == 405


def test_an_unknown_language_is_refused_in_words():
    answer = Client().post("/preferences/language/", {"language": "tlh"})

    assert answer.status_code == 400 and "Choose one of the languages" in words(answer)


def test_the_menu_marks_where_one_is(jana):
    page = jana.get("downloads/").content.decode()

    assert page.count('aria-current="page"') == 2, "in the bar at the top, and in the one on a phone"
    assert f'href="/o/{jana.partner.slug}/downloads/" aria-current="page"' in page


def test_name_and_time_zone_can_be_changed(jana):
    answer = jana.client.post("/account/", {"name": "Jana K.", "time_zone": "Europe/Berlin"}, follow=True)

    jana.user.refresh_from_db()
    assert (jana.user.name, jana.user.time_zone) == ("Jana K.", "Europe/Berlin")
    assert "Saved." in words(answer)


@pytest.mark.parametrize("data", [{"name": "", "time_zone": ""}, {"name": "J", "time_zone": "Mars/Olympus"}])
def test_bad_account_data_is_explained_and_not_kept(jana, data):
    answer = jana.client.post("/account/", data)

    jana.user.refresh_from_db()
    assert answer.status_code == 200 and 'class="error"' in answer.content.decode()
    assert jana.user.name == "Jana Kessler"


class TestErrors:
    @pytest.mark.parametrize("paths", [("/nothing", "/o/nobody/", "/o/nobody/assets/ast_x/", "/o/x/y/z")])
    def test_what_is_not_there_looks_the_same_everywhere(self, jana, paths):
        answers = [jana.client.get(path) for path in (*paths, f"/o/{jana.partner.slug}/assets/ast_x/")]

        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1

    def test_an_expired_form_says_what_to_do(self, jana):
        client = Client(enforce_csrf_checks=True)
        client.force_login(jana.user)

        answer = client.post("/account/", {"name": "X"})

        assert answer.status_code == 403 and "Please send it again" in words(answer)

    def test_our_own_failure_needs_no_database(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            answer = errors_views.server_error(RequestFactory().get("/"))

        assert answer.status_code == 500 and "Something went wrong on our side" in words(answer)
        assert settings.BRAND_NAME in answer.content.decode()

    @pytest.mark.parametrize("status", [400, 403, 409, 410, 429, 503])
    def test_each_says_the_rules_own_words(self, status):
        page = loader.get_template(f"{status}.html").render({"message": "The rule's own words."})

        assert "The rule&#x27;s own words." in page


def test_pages_send_no_inline_script_and_only_their_own_origin(jana):
    policy = jana.get()["Content-Security-Policy"]

    assert "unsafe" not in policy and "script-src 'self'" in policy and "default-src 'none'" in policy


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/sessions/",
        "/accounts/logout/",
    ],
)
def test_account_pages_wear_our_frame(path):
    client = Client()
    client.force_login(make_user())

    page = client.get(path, follow=True).content.decode()

    assert 'class="brand"' in page and "css/tokens.css" in page
