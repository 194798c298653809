"""A mail address belongs to whom an invitation or an administrator gave it: nobody takes one."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import get_resolver

from portal.accounts.models import User
from portal.partners import services as partners
from portal.partners.choices import Role
from tests.builders import NOON, make_partner, make_user

pytestmark = pytest.mark.django_db
THEIRS = "new.boss@other.example"


@pytest.fixture
def anna():
    return make_user(make_partner())


@pytest.fixture
def browser(anna):
    client = Client()
    client.force_login(anna)
    return client


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_send", "action_remove"])
def test_nobody_signed_in_can_add_an_address(browser, anna, action):
    before = anna.email

    answer = browser.post("/accounts/email/", {"email": THEIRS, action: ""})

    anna.refresh_from_db()
    assert (answer.status_code, anna.email, len(mail.outbox)) == (404, before, 0)
    assert not EmailAddress.objects.exists()


def test_an_invitation_lets_in_whoever_it_was_sent_to(browser, anna):
    for action in ("action_add", "action_primary"):
        browser.post("/accounts/email/", {"email": THEIRS, action: ""})
    _invitation, token = partners.invite(
        partner=make_partner(), email=THEIRS, role=Role.MEMBER, language="en", invited_by=None, now=NOON
    )

    user = partners.accept_invitation(token=token, name="Boss", password=None, now=NOON)

    assert user != anna and user.email == THEIRS
    assert anna.memberships.count() == 1


@pytest.mark.parametrize(
    "path", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/MQ:1abc:x-y/"]
)
def test_pages_that_change_addresses_are_like_pages_that_never_were(browser, path):
    answer, nothing = browser.get(path), browser.get("/accounts/nothing/")

    assert (answer.status_code, nothing.status_code) == (404, 404)


def test_every_page_of_the_library_is_known_here():
    """A new version of it may bring pages; each is looked at before it is offered."""
    names = {name for name in get_resolver("allauth.account.urls").reverse_dict if isinstance(name, str)}

    assert names == {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_signup",  # closed: says how one is invited
        "account_reauthenticate",
        "account_email",  # closed, above
        "account_email_verification_sent",  # closed
        "account_confirm_email",  # closed
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_confirm_login_code",
        "account_request_login_code",
    }
    assert User.objects.count() == 0
