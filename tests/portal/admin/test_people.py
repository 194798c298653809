"""People: who may let staff in and out, and what happens to their sessions."""

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts import services
from portal.accounts.models import User
from portal.accounts.services import AlreadyStaff, LastAdministrator
from portal.activity.models import Activity
from tests.builders import NOON, PASSWORD, make_partner, make_staff, make_user
from tests.portal.admin.reading import words

pytestmark = pytest.mark.django_db
ADD = "/admin/portal/user/add/"


def verb(name: str, user) -> str:
    return reverse(f"admin:portal_user_{name}", args=[user.pk])


def signed_in(user) -> Client:
    """A browser that signed in at the one sign-in page, so that its session is on the list."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert client.get("/account/").status_code == 200
    return client


def test_staff_are_added_without_a_password_and_told_how_to_sign_in(desk, staff):
    desk.post(ADD, {"email": "Tom@Brand.example", "name": "Tom Varga"})

    tom = User.objects.get(email="tom@brand.example")
    assert (tom.is_staff, tom.is_superuser, tom.has_usable_password()) == (True, False, False)
    assert mail.outbox[0].to == ["tom@brand.example"]
    assert "/admin/" in mail.outbox[0].body and "code" in mail.outbox[0].body
    entry = Activity.objects.get(verb="staff.added")
    assert (entry.actor, entry.subject) == (f"user:{staff.public_id}", tom.public_id)


def test_a_known_person_becomes_staff_and_keeps_name_and_companies(desk):
    partner = make_partner()
    person = make_user(partner, email="tom@company.example", name="Tom")

    desk.post(ADD, {"email": "tom@company.example", "name": "Somebody", "administrator": "on"})

    person.refresh_from_db()
    assert (person.name, person.is_staff, person.is_superuser) == ("Tom", True, True)
    assert person.memberships.get().partner == partner
    again = desk.post(ADD, {"email": "tom@company.example", "name": "x"})
    assert "tom@company.example belongs to staff already." in words(again)


def test_somebody_who_is_deactivated_is_out_at_once(desk, staff):
    person = make_user(make_partner())
    browser, other = signed_in(person), signed_in(person)
    assert UserSession.objects.filter(user=person).count() == 2

    answer = desk.post(verb("activate", person), {"active": "no"}, follow=True)

    assert "can no longer sign in; 2 sessions were ended." in words(answer)
    assert browser.get("/account/").status_code == other.get("/account/").status_code == 302
    assert not UserSession.objects.filter(user=person).exists()
    assert Activity.objects.get(verb="person.deactivated").data == {"sessions": 2}
    again = Client()
    again.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert again.get("/account/").status_code == 302

    desk.post(verb("activate", person), {"active": "yes"})
    signed_in(User.objects.get(pk=person.pk))


def test_the_last_administrator_cannot_be_put_out():
    only = make_staff()
    make_user(None, is_staff=True)

    for put_out in (
        lambda: services.set_active(user=only, active=False, now=NOON, actor="system"),
        lambda: services.end_staff(user=only, now=NOON, actor="system"),
    ):
        with pytest.raises(LastAdministrator, match="is the only administrator"):
            put_out()
    only.refresh_from_db()
    assert only.is_active and only.is_superuser

    make_staff()
    services.set_active(user=only, active=False, now=NOON, actor="system")


def test_somebody_is_taken_off_staff_and_keeps_their_account(desk):
    person = make_user(make_partner(), is_staff=True)
    browser = signed_in(person)
    assert browser.get("/admin/").status_code == 200

    desk.post(verb("end_staff", person))

    assert browser.get("/admin/", follow=True).status_code == 403
    assert browser.get("/account/").status_code == 200


def test_nobody_puts_themselves_out_by_a_slip(desk, staff):
    make_staff()

    assert desk.post(verb("activate", staff), {"active": "no"}).status_code == 403
    assert desk.post(verb("end_staff", staff)).status_code == 403
    assert "Deactivate" not in words(desk.get(verb("change", staff)))


def test_only_administrators_let_people_in_and_out():
    helper = make_user(None, is_staff=True)
    other = make_user(make_partner())
    client = Client()
    client.force_login(helper)

    assert client.get("/admin/portal/user/").status_code == 200
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, {"email": "a@b.example", "name": "A"}).status_code == 403
    assert client.post(verb("activate", other), {"active": "no"}).status_code == 403
    assert "Add a person" not in words(client.get("/admin/portal/user/"))
    assert User.objects.get(pk=other.pk).is_active and not User.objects.filter(email="a@b.example").exists()


def test_verbs_are_posts(desk):
    person = make_user(make_partner())

    assert desk.get(verb("activate", person)).status_code == 405
    assert desk.get(verb("end_staff", person)).status_code == 405


def test_no_page_shows_a_password(desk):
    person = make_user(make_partner())
    page = desk.get(verb("change", person)).content.decode()

    assert person.password not in page and "pbkdf2" not in page and 'type="password"' not in page
    assert desk.get(f"/admin/portal/user/{person.pk}/password/").status_code in {302, 404}


def test_adding_staff_twice_is_refused_with_a_sentence():
    make_staff(email="x@brand.example")

    with pytest.raises(AlreadyStaff, match="belongs to staff already"):
        services.make_staff(
            email="X@brand.example", name="", administrator=False, now=timezone.now(), actor="system"
        )
