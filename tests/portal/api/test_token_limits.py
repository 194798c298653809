"""How often the token endpoint may be asked."""

import pytest
from django.conf import settings as live
from django.test import Client
from django.urls import resolve, reverse

from portal.api.token import token
from tests.builders import make_partner
from tests.portal.api.conftest import TOKEN_URL
from tests.portal.api.test_signing_in import basic

pytestmark = pytest.mark.django_db
WRONG = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "guessed"}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A window must not end in the middle of a test."""
    clock = [1_790_000_000.0 - 1_790_000_000.0 % 60 + 12.5]
    monkeypatch.setattr("portal.api.throttling.time.time", lambda: clock[0])
    return clock


@pytest.fixture
def rates(settings):
    """``rates(token=..., token_address=...)``"""

    def set_to(**some: str) -> None:
        usual = live.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
        settings.REST_FRAMEWORK = {**live.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {**usual, **some}}

    return set_to


def ask(client, secret: str, *, address: str = "198.51.100.1", **more):
    form = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
    return Client(REMOTE_ADDR=address).post(TOKEN_URL, {**form, **more})


def test_the_endpoint_that_is_announced_is_the_one_that_counts():
    assert reverse("idp:oidc:token") == TOKEN_URL
    assert resolve(TOKEN_URL).func is token


def test_a_client_that_asks_too_often_has_to_wait(system, rates, clock):
    rates(token="2/min")
    pim = system(make_partner())
    assert ask(pim.client, pim.secret, address="198.51.100.2").status_code == 200

    answer = ask(pim.client, pim.secret)

    assert (answer.status_code, answer["Retry-After"]) == (429, "48")
    assert answer["Content-Type"] == "application/json" and answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "error": "temporarily_unavailable",
        "error_description": "Too many requests for tokens. A token lasts an hour. Wait 48 seconds.",
    }
    assert pim.get("/me").status_code == 200, "the token it has still works"
    clock[0] += 48
    assert ask(pim.client, pim.secret).status_code == 200


def test_credentials_in_the_header_count_for_the_same_client(system, rates):
    rates(token="1/min")
    pim = system(make_partner())

    answer = Client().post(
        TOKEN_URL,
        {"grant_type": "client_credentials"},
        headers={"Authorization": basic(pim.client.client_id, pim.secret)},
    )

    assert answer.status_code == 429


def test_one_client_does_not_use_up_anothers(system, rates):
    rates(token="2/min")
    partner = make_partner()
    first, second = system(partner), system(partner)

    assert [ask(one.client, one.secret).status_code for one in (first, first, second)] == [200, 429, 200]


def test_wrong_secrets_in_its_name_do_not_shut_a_client_out(system, rates):
    rates(token="3/min")
    pim = system(make_partner())

    tries = [ask(pim.client, "guessed", address="203.0.113.9").status_code for _ in range(5)]

    assert tries == [401] * 5
    assert ask(pim.client, pim.secret).status_code == 200


def test_an_address_that_guesses_has_to_wait_and_others_do_not(system, rates):
    rates(token_address="3/min")
    pim = system(make_partner(), REMOTE_ADDR="198.51.100.7")

    tries = [Client(REMOTE_ADDR="203.0.113.9").post(TOKEN_URL, WRONG).status_code for _ in range(5)]

    assert tries == [401, 401, 401, 429, 429]
    assert ask(pim.client, pim.secret, address="203.0.113.9").status_code == 429
    assert ask(pim.client, pim.secret).status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic ???", "Basic //79", "Basic OjoiOg==", "Bearer x"])
def test_credentials_that_cannot_be_read_are_refused_as_ever(header):
    answer = Client().post(TOKEN_URL, WRONG, headers={"Authorization": header})

    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"


def test_without_the_cache_nobody_is_held_back(system, rates, settings):
    rates(token="1/min", token_address="1/min")
    pim = system(make_partner())
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    assert [ask(pim.client, pim.secret).status_code for _ in range(3)] == [200] * 3
