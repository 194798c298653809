"""How much a client may ask."""

import pytest
from django.conf import settings as live

from tests.builders import make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_a_minute(settings):
    rates = {**live.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "client": "3/min"}
    settings.REST_FRAMEWORK = {**live.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}


@pytest.fixture
def same_minute(monkeypatch):
    """A window must not end in the middle of the test."""
    clock = [1_790_000_000.0 - 1_790_000_000.0 % 60 + 12.5]
    monkeypatch.setattr("portal.api.throttling.time.time", lambda: clock[0])
    return clock


def test_every_answer_says_what_is_left(system, three_a_minute, same_minute):
    pim = system(make_partner())

    answers = [pim.get("/me"), pim.get("/nothing/here"), pim.get("/assets/x"), pim.get("/assets?limit=0")]

    assert [answer.headers.get("RateLimit") for answer in answers] == [
        '"client";r=2;t=48',
        None,
        '"client";r=1;t=48',
        '"client";r=0;t=48',
    ]
    assert answers[0]["RateLimit-Policy"] == '"client";q=3;w=60'


def test_more_than_that_has_to_wait_and_goes_on_in_the_next_window(system, three_a_minute, same_minute):
    pim = system(make_partner())
    for _ in range(3):
        assert pim.get("/me").status_code == 200

    answer = pim.get("/me")

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert (answer["Retry-After"], answer["RateLimit"]) == ("48", '"client";r=0;t=48')
    assert answer.json()["detail"] == "Please wait 48 seconds."
    same_minute[0] += 48
    assert pim.get("/me").status_code == 200


def test_one_client_does_not_use_up_anothers(system, three_a_minute, same_minute):
    partner = make_partner()
    first, second = system(partner), system(partner)
    for _ in range(4):
        last = first.get("/me")

    assert last.status_code == 429
    assert second.get("/me").status_code == 200


def test_a_304_counts_and_says_so(system, three_a_minute, same_minute):
    pim = system(make_partner())
    tag = pim.get("/me")["ETag"]

    answer = pim.get("/me", If_None_Match=tag)

    assert (answer.status_code, answer["RateLimit"]) == (304, '"client";r=1;t=48')


def test_without_the_cache_nobody_is_held_back(system, three_a_minute, settings):
    pim = system(make_partner())
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    answers = [pim.get("/me") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert "RateLimit" not in answers[0]
