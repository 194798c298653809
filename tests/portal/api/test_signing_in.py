"""Who may call, and what a refusal says."""

import base64
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from django.utils import timezone

from portal.partners.choices import PartnerStatus
from tests.builders import make_partner, make_user

pytestmark = pytest.mark.django_db
CHALLENGE = 'Bearer realm="portal"'
INVALID = 'Bearer realm="portal", error="invalid_token"'


def refusal(answer) -> tuple[int, str, str]:
    """Status, code and challenge."""
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"], answer.headers.get("WWW-Authenticate", "")


def test_a_token_of_the_token_endpoint_tells_who_is_calling(system):
    partner = make_partner("Bergmann Retail")
    pim = system(partner, scopes=["assets:read", "changes:read"])

    answer = pim.get("/me")

    assert answer.status_code == 200
    assert answer.json() == {
        "partner": {"id": partner.public_id, "name": "Bergmann Retail", "language": "en"},
        "client": {"id": pim.client.public_id, "name": "PIM"},
        "scopes": ["assets:read", "changes:read"],
        "communities": [],
    }


def test_client_and_secret_may_come_as_basic_credentials(system):
    pim = system(make_partner())

    answer = Client().post(
        "/identity/o/api/token",
        {"grant_type": "client_credentials"},
        headers={"Authorization": basic(pim.client.client_id, pim.secret)},
    )

    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 3600
    assert set(answer.json()["scope"].split()) == {
        "assets:read", "files:read", "changes:read", "packs:read", "packs:confirm",
        "channels:read", "channels:write", "onboarding:read", "onboarding:complete", "requests:read", "requests:write",
        "archives:read", "archives:write", "shares:read", "shares:write", "embeds:read", "embeds:write",
        "downloads:read",
    }  # fmt: skip


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def test_without_a_token(client):
    assert refusal(client.get("/api/v1/me")) == (401, "not_authenticated", CHALLENGE)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer ",
        "Bearer made-up",
        "bearer",
        "Basic cGltOnNlY3JldA==",
        "Bearer a b",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
    ],
)
def test_with_credentials_that_are_none(client, header):
    assert refusal(client.get("/api/v1/me", headers={"Authorization": header})) == (
        401,
        "invalid_token",
        INVALID,
    )


def test_a_token_in_the_address_is_no_token(system):
    pim = system(make_partner())

    answer = Client().get("/api/v1/me", {"access_token": pim.token})

    assert refusal(answer) == (401, "not_authenticated", CHALLENGE)


def test_a_token_ends_after_its_hour(system):
    pim = system(make_partner())
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refusal(pim.get("/me")) == (401, "invalid_token", INVALID)


def test_a_revoked_client_is_out_at_once(system):
    pim = system(make_partner())
    pim.client.revoked_at = timezone.now()
    pim.client.save()

    assert refusal(pim.get("/me")) == (401, "invalid_token", INVALID)


def test_a_persons_token_is_no_token_of_a_system(system):
    partner = make_partner()
    pim = system(partner)
    Token.objects.update(user=make_user(partner))

    assert refusal(pim.get("/me")) == (401, "invalid_token", INVALID)


@pytest.mark.parametrize("status", [PartnerStatus.SUSPENDED, PartnerStatus.TERMINATED, PartnerStatus.INVITED])
def test_a_company_that_is_not_active(system, status):
    partner = make_partner("Nord Handel")
    pim = system(partner)
    partner.status = status
    partner.save()

    answer = pim.get("/assets")

    assert refusal(answer) == (403, "partner_suspended", "")
    assert answer.json()["detail"] == "The access of Nord Handel is suspended. Please ask your contact."


def test_a_token_without_the_scope(system):
    pim = system(make_partner(), scopes=["assets:read"])

    answer = pim.get("/changes")

    assert refusal(answer) == (
        403,
        "insufficient_scope",
        'Bearer realm="portal", error="insufficient_scope", scope="changes:read"',
    )
    assert answer.json()["detail"] == "This needs a token with the scope changes:read."


def test_a_client_may_ask_for_less_than_it_has(system):
    pim = system(make_partner())
    pim.token = pim.new_token(scope="assets:read")

    assert pim.get("/me").json()["scopes"] == ["assets:read"]
    assert refusal(pim.get("/changes"))[:2] == (403, "insufficient_scope")


def test_nobody_gets_a_scope_the_client_was_not_given(system):
    pim = system(make_partner(), scopes=["assets:read"])

    answer = pim.http.post(
        "/identity/o/api/token",
        {
            "grant_type": "client_credentials",
            "client_id": pim.client.client_id,
            "client_secret": pim.secret,
            "scope": "assets:read files:read",
        },
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_session_of_a_person_opens_nothing(client):
    client.force_login(make_user(make_partner()))

    assert refusal(client.get("/api/v1/assets")) == (401, "not_authenticated", CHALLENGE)
