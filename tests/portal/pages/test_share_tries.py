"""How often one address may be wrong about share links, and that nobody else has to wait for it."""

import pytest
from django.test import Client

from portal.pages import shared_tries
from tests.portal.pages.reading import words
from tests.portal.pages.test_shares import asset, key, share, take  # noqa: F401

NOON = 1_790_000_100.0
SENTENCE = "There were too many tries from your network. Please try again in a few minutes."


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A window must not end in the middle of a test."""
    clock = [NOON - NOON % shared_tries.WINDOW + 12.5]
    monkeypatch.setattr("portal.pages.shared_tries.time.time", lambda: clock[0])
    return clock


def at(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def test_whoever_guesses_links_has_to_wait_and_is_told_nothing_meanwhile(jana, asset, clock):  # noqa: F811
    [link] = share(jana, asset)
    thief = at("198.51.100.1")

    tries = [thief.get(f"/s/guess-{n}/").status_code for n in range(shared_tries.UNKNOWN)]
    refused = thief.get("/s/guess-last/")
    found = [thief.get(link), take(thief, link, key()), thief.get(f"{link}get/ticket/")]
    other = at("198.51.100.2").get(link)
    clock[0] += int(refused["Retry-After"])
    later = thief.get(link)

    assert tries == [404] * shared_tries.UNKNOWN
    assert (refused.status_code, refused["Retry-After"]) == (429, "288")
    assert SENTENCE in words(refused)
    assert [answer.status_code for answer in found] == [429, 429, 429]
    assert (other.status_code, later.status_code) == (200, 200)


def test_passwords_are_counted_over_all_links_of_an_address(jana, asset, clock):  # noqa: F811
    people = [f"person-{n}@print.example" for n in range(1 + shared_tries.PASSWORDS // 4)]
    links = share(jana, asset, password="a long password", emails=", ".join(people))
    thief = at("198.51.100.1")

    tries = [
        thief.post(f"{links[n // 4]}unlock/", {"password": "wrong"}).status_code
        for n in range(shared_tries.PASSWORDS)
    ]
    refused = thief.post(f"{links[-1]}unlock/", {"password": "a long password"})
    other = at("198.51.100.2").post(f"{links[-1]}unlock/", {"password": "a long password"})
    looked = thief.get(links[0])
    clock[0] += int(refused["Retry-After"])
    later = thief.post(f"{links[-1]}unlock/", {"password": "a long password"})

    assert tries == [403] * shared_tries.PASSWORDS
    assert (refused.status_code, refused["Retry-After"], SENTENCE in words(refused)) == (429, "288", True)
    assert (other.status_code, looked.status_code, later.status_code) == (302, 200, 302)


def test_people_who_use_their_links_are_never_held_back(jana, asset):  # noqa: F811
    [link] = share(jana, asset)
    office = at("198.51.100.1")

    seen = {office.get(link).status_code for _ in range(shared_tries.UNKNOWN + 5)}

    assert seen == {200}


def test_colleagues_behind_one_address_all_unlock_what_each_was_sent(jana, asset):  # noqa: F811
    [link] = share(jana, asset, password="a long password")
    office = at("198.51.100.1")

    seen = [
        office.post(f"{link}unlock/", {"password": "a long password"}).status_code
        for _ in range(shared_tries.PASSWORDS + 5)
    ]

    assert set(seen) == {302}


def test_without_the_cache_nobody_is_held_back(jana, asset, settings):  # noqa: F811
    [link] = share(jana, asset, password="a long password")
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    office = at("198.51.100.1")

    assert office.get("/s/never/").status_code == 404
    assert office.post(f"{link}unlock/", {"password": "a long password"}).status_code == 302
