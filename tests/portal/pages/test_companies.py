"""Which company? And the ways in and out."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.partners import services as partners
from portal.partners.choices import PartnerStatus, Role
from portal.partners.models import Membership
from tests.builders import PASSWORD, make_partner, make_staff, make_user
from tests.portal.pages.reading import links, words

pytestmark = pytest.mark.django_db


def invited(partner, email="new@company.example", **fields) -> str:
    _invitation, token = partners.invite(
        partner=partner, email=email, role=Role.MEMBER, invited_by=None, now=timezone.now(), **fields
    )
    return f"/invitations/{token}/"


def test_one_company_is_gone_to_at_once(jana):
    assert jana.client.get("/").url == f"/o/{jana.partner.slug}/"


def test_several_companies_are_chosen_among(jana):
    second = make_partner("شركة الواحة للتجارة")
    partners.add_member(partner=second, user=jana.user, role=Role.VIEWER, now=timezone.now())

    answer = jana.client.get("/")

    assert {f"/o/{jana.partner.slug}/", f"/o/{second.slug}/"} <= set(links(answer))
    assert "شركة الواحة للتجارة" in words(jana.get()), "the switcher stands on every page"


def test_nobodys_employee_is_told_what_to_do():
    client = Client()
    client.force_login(make_user())

    assert "You belong to no company" in words(client.get("/"))


def test_staff_go_to_their_pages():
    client = Client()
    client.force_login(make_staff())

    assert client.get("/").url == "/admin/"


def test_a_suspended_company_says_so_on_every_page_and_gives_no_file():
    partner = make_partner("Paused & Sons", status=PartnerStatus.SUSPENDED)
    client = Client()
    client.force_login(make_user(partner))

    for path in ("", "assets/", "downloads/", "assets/ast_x/", "assets/ast_x/download/web-1200/"):
        answer = client.get(f"/o/{partner.slug}/{path}")
        assert answer.status_code == 403 and "Access for Paused & Sons is paused" in words(answer), path


def test_a_company_one_left_and_one_that_never_was_look_the_same(jana, stranger):
    Membership.objects.filter(user=jana.user).delete()

    answers = [
        jana.client.get(f"/o/{slug}/") for slug in (jana.partner.slug, stranger.partner.slug, "never-was")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


class TestInvitation:
    def test_a_new_person_gets_an_account_and_is_let_in(self):
        partner = make_partner("Bergmann")
        client = Client()

        page = client.get(invited(partner))
        done = client.post(page.wsgi_request.path, {"name": "New Person", "password": PASSWORD})

        assert "Bergmann" in words(page) and "new@company.example" in words(page)
        assert done.url == f"/o/{partner.slug}/"
        assert client.get(done.url).status_code == 200
        assert User.objects.get(email="new@company.example").check_password(PASSWORD)

    def test_without_a_password_the_account_opens_by_code_alone(self):
        client = Client()
        client.post(invited(make_partner()), {"name": "New Person", "password": ""})

        assert not User.objects.get(email="new@company.example").has_usable_password()

    def test_looking_at_it_changes_nothing(self):
        client = Client()
        address = invited(make_partner())
        client.get(address)
        client.head(address)

        assert not User.objects.exists()
        assert client.get(address).status_code == 200

    def test_a_short_password_is_explained(self):
        answer = Client().post(invited(make_partner()), {"name": "New Person", "password": "short"})

        assert "at least 12 characters" in words(answer)
        assert not User.objects.exists()

    def test_a_known_person_accepts_and_signs_in_the_usual_way(self, jana):
        second = make_partner("Second")
        address = invited(second, email=jana.user.email)
        client = Client()

        page = client.get(address)
        done = client.post(address)

        assert "You have an account already." in words(page)
        assert done.url.startswith("/accounts/login/"), "a forwarded mail opens nobody's other companies"
        assert jana.client.get(f"/o/{second.slug}/").status_code == 200

    @pytest.mark.parametrize("why", ["used", "replaced", "never sent"])
    def test_one_that_cannot_be_used_says_so_and_no_more(self, why):
        partner = make_partner("Bergmann")
        address = invited(partner)
        if why == "used":
            Client().post(address, {"name": "New Person", "password": ""})
        elif why == "replaced":
            invited(partner)
        else:
            address = "/invitations/never-sent/"

        answer = Client().get(address)

        assert answer.status_code == 404
        assert "This invitation cannot be used any more" in words(answer)
        assert "Bergmann" not in words(answer)


class TestSignIn:
    def test_by_password(self, jana):
        client = Client()

        answer = client.post("/accounts/login/", {"login": jana.user.email, "password": PASSWORD})

        assert answer.url == "/"

    def test_by_a_code_asked_for_in_the_same_form(self, jana):
        client = Client()
        page = client.get("/accounts/login/").content.decode()
        assert 'name="login"' in page and 'formaction="/accounts/login/code/"' in page

        asked = client.post("/accounts/login/code/", {"login": jana.user.email, "password": ""})
        code = mail.outbox[0].body.split("\n\n")[1].strip()
        done = client.post(asked.url, {"code": code})

        assert done.url == "/"
        assert code not in mail.outbox[0].subject
        assert mail.outbox[0].alternatives and code in mail.outbox[0].alternatives[0][0]

    def test_an_unknown_address_is_told_by_mail_only(self):
        client = Client()

        asked = client.post("/accounts/login/code/", {"login": "nobody@company.example"})

        assert asked.status_code == 302
        assert "no account with this address" in mail.outbox[0].body
        assert "/signup/" not in mail.outbox[0].body

    def test_nobody_signs_up(self):
        answer = Client().get("/accounts/signup/")

        assert "Ask the manager of your company for an invitation." in words(answer)
        assert "<form" not in answer.content.decode().partition("<main")[2].partition("</main")[0]
