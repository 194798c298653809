"""A company's page: letting people and systems in and out, and seeing with the company's eyes."""

import re
import smtplib

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.activity.models import Activity
from portal.api.permissions import SCOPES
from portal.core.errors import NotFound
from portal.partners import selectors
from portal.partners import services as partners
from portal.partners.choices import PartnerStatus
from portal.partners.models import ApiClient, Invitation
from tests.builders import (
    current_version,
    make_community,
    make_partner,
    make_rendition,
    make_user,
    release_one,
)
from tests.portal.admin.reading import words

pytestmark = pytest.mark.django_db


def page(partner, name: str = "change", *args) -> str:
    return reverse(f"admin:portal_partner_{name}", args=[partner.pk, *args])


def invite(desk, partner, **fields):
    data = {"email": "Jana@Bergmann.example", "role": "member", "language": "de", **fields}
    return desk.post(page(partner, "invite"), data)


def test_an_invitation_is_mailed_and_its_link_is_shown_once(desk, staff):
    partner = make_partner("Bergmann")

    answer = invite(desk, partner)

    link = re.search(r"http\S+/invitations/[\w-]+/", words(answer)).group()
    letter = mail.outbox[0]
    assert letter.to == ["jana@bergmann.example"]
    assert link in letter.body and link in letter.alternatives[0].content
    assert "Bergmann" in letter.subject and "Einladung" in letter.subject
    assert "/invitations/" not in words(desk.get(page(partner)))
    assert Client().get(link).status_code == 200
    assert Invitation.objects.get().invited_by == staff
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_a_mail_server_that_is_down_does_not_lose_the_invitation(desk, monkeypatch):
    partner = make_partner()

    def refuse(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    answer = invite(desk, partner)

    assert Invitation.objects.count() == 1
    assert "the mail server did not take the mail" in words(answer)
    assert "/invitations/" in words(answer)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "not a mail"}, "Enter a valid email address."),
        ({"role": "king"}, "king is not one of the available choices."),
        ({"email": "known@company.example"}, "known@company.example belongs to Bergmann already."),
    ],
)
def test_an_invitation_that_cannot_be_says_why_beside_the_field(desk, fields, sentence):
    partner = make_partner("Bergmann")
    make_user(partner, email="known@company.example")

    answer = invite(desk, partner, **fields)

    assert sentence in words(answer)
    assert not Invitation.objects.exists() and mail.outbox == []


def test_an_invitation_is_taken_back_by_post_alone(desk, staff):
    partner, other = make_partner(), make_partner()
    invitation, token = partners.invite(
        partner=partner, email="a@b.example", role="viewer", invited_by=staff, now=timezone.now()
    )

    assert desk.get(page(partner, "uninvite", invitation.public_id)).status_code == 405
    assert desk.post(page(other, "uninvite", invitation.public_id)).status_code == 404
    assert Client().get(f"/invitations/{token}/").status_code == 200

    answer = desk.post(page(partner, "uninvite", invitation.public_id), follow=True)

    assert "The invitation of a@b.example no longer works." in words(answer)
    assert Client().get(f"/invitations/{token}/").status_code == 404
    assert Activity.objects.filter(verb="member.uninvited", subject=invitation.public_id).exists()


def register(desk, partner, **fields):
    return desk.post(
        page(partner, "add_client"), {"name": "Webshop PIM", "scopes": ["assets:read"], **fields}
    )


def test_a_systems_secret_is_shown_once_and_works(desk, staff):
    partner = make_partner()

    answer = register(desk, partner)

    client = ApiClient.objects.get()
    secret = answer.context["new_client"]["secret"]
    assert secret in words(answer) and client.client_id in words(answer)
    assert secret not in words(desk.get(page(partner)))
    oauth = OAuthClient.objects.get(pk=client.client_id)
    assert oauth.check_secret(secret) and oauth.get_scopes() == ["assets:read"]
    entry = Activity.objects.get(verb="client.added")
    assert (entry.actor, entry.partner) == (f"user:{staff.public_id}", partner)


def test_a_system_without_a_name_or_a_scope_is_not_registered(desk):
    partner = make_partner()

    answer = register(desk, partner, name="", scopes=[])

    assert not ApiClient.objects.exists()
    assert "Choose at least one thing the system may do." in words(answer)
    assert all(scope in str(SCOPES) for scope in ("assets:read", "changes:read"))


def test_a_revoked_system_can_no_longer_sign_in(desk):
    partner, other = make_partner(), make_partner()
    client, _secret = partners.create_api_client(
        partner=partner, name="PIM", scopes=["assets:read"], now=timezone.now()
    )
    revoke = page(partner, "revoke_client", client.public_id)

    assert desk.get(revoke).status_code == 405
    assert desk.post(page(other, "revoke_client", client.public_id)).status_code == 404
    assert selectors.partner_of_client(client.client_id) == client
    answer = desk.post(revoke, follow=True)

    assert "“PIM” can no longer sign in." in words(answer) and "Revoked" in words(answer)
    assert not OAuthClient.objects.filter(pk=client.client_id).exists()
    with pytest.raises(NotFound):
        selectors.partner_of_client(client.client_id)
    desk.post(revoke)
    assert Activity.objects.filter(verb="client.revoked").count() == 1


def test_what_a_partner_sees_is_read_with_its_own_scope(desk):
    ours, theirs = make_partner("Ours"), make_partner("Theirs")
    make_community(ours, folder="/Ours"), make_community(theirs, folder="/Theirs")
    release_one("/Ours/a.jpg", title={"en": "Our oats"})
    release_one("/Theirs/b.jpg", title={"en": "Their oats"})

    seen = words(desk.get(page(ours, "sees")))

    assert "Our oats" in seen and "Their oats" not in seen
    assert "1 asset" in seen
    assert "Their oats" in words(desk.get(page(theirs, "sees")))
    assert "It sees nothing by these words" in words(desk.get(page(ours, "sees") + "?q=soap"))


def test_a_suspended_partner_is_said_to_see_nothing_at_all(desk):
    partner = make_partner(status=PartnerStatus.SUSPENDED)
    make_community(partner, folder="/Ours")
    release_one("/Ours/a.jpg", title={"en": "Our oats"})

    seen = words(desk.get(page(partner, "sees")))

    assert "The company is suspended: its people and systems see nothing at all." in seen
    assert "Our oats" in seen


def test_asking_why_offers_a_choice_when_several_assets_fit(desk):
    partner = make_partner("Bergmann")
    make_community(partner, folder="/Pantry")
    first = release_one("/Pantry/a.jpg", title={"en": "Oats, front"})
    release_one("/Elsewhere/b.jpg", title={"en": "Oats, back"})

    several = desk.get(page(partner, "why") + "?asset=oats")
    one = desk.get(page(partner, "why") + f"?asset={first.public_id}")
    stray = desk.get(page(partner, "why") + "?asset=/Elsewhere/b.jpg")
    none = desk.get(page(partner, "why") + "?asset=bread")

    assert "Several assets fit. Which one?" in words(several)
    assert "Bergmann sees “Oats, front”." in words(one)
    assert "Bergmann does not see “Oats, back”. No routing rule in force matches this file." in words(stray)
    assert "No asset fits" in words(none)


@pytest.mark.parametrize("text", ["%", "\x00", "'; --", "a" * 5000, "🥣"])
def test_asking_with_strange_words_is_no_error(desk, text):
    partner = make_partner()

    assert desk.get(page(partner, "why"), {"asset": text}).status_code == 200
    assert desk.get(page(partner, "sees"), {"q": text, "cursor": text[:50]}).status_code == 200


def test_a_companys_page_shows_everything_about_it(desk, staff):
    partner = make_partner("Bergmann")
    user = make_user(partner, name="Jana Kessler")
    make_community(partner, name="DACH", folder="/Pantry")
    asset = release_one("/Pantry/oats.jpg")
    make_rendition(current_version(asset))
    partner_browser = Client()
    partner_browser.force_login(user)
    address = f"/o/{partner.slug}/assets/{asset.public_id}/download/web-1200/"
    b"".join(partner_browser.get(address).streaming_content)

    said = words(desk.get(page(partner)))

    for expected in ("Bergmann", "Jana Kessler", "DACH", "oats-v1-web-1200.webp", "File downloaded"):
        assert expected in said


def test_an_unknown_company_is_not_found(desk):
    assert desk.get("/admin/portal/partner/999999/change/").status_code == 404
    assert desk.get("/admin/portal/partner/999999/sees/").status_code == 404
    assert desk.post("/admin/portal/partner/999999/invite/", {}).status_code == 404
