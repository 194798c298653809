"""Accounts at vendors: secrets, options and where calls may go."""

import pytest
from cryptography.fernet import Fernet

from integrations import connections, options
from integrations.errors import BadOptions
from integrations.models import Connection
from integrations.scaleflex.config import Options as ScaleflexOptions
from integrations.scaleflex.config import account as scaleflex_account
from integrations.trading_grid.config import account as grid_account
from tests.integrations.engine.builders import make_connection

GOOD = {"api_url": "https://api.example/", "cdn_url": "https://cdn.example", "token": "t"}


@pytest.mark.django_db
def test_credentials_are_encrypted_at_rest_and_read_back():
    connection = make_connection()

    stored = bytes(Connection.objects.get().credentials)

    assert b"consumer" not in stored
    assert connections.credentials(connection) == {"consumer_key": "k", "consumer_secret": "s"}


@pytest.mark.django_db
def test_keys_rotate_without_entering_anything_again(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [old]
    make_connection()

    settings.CREDENTIAL_KEYS = [new, old]
    assert connections.rotate() == 1
    settings.CREDENTIAL_KEYS = [new]

    assert connections.credentials(Connection.objects.get())["consumer_key"] == "k"


@pytest.mark.django_db
def test_credentials_of_a_lost_key_say_what_to_do(settings):
    connection = make_connection()
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(BadOptions, match="Put the earlier key back"):
        connections.credentials(connection)


@pytest.mark.django_db
def test_ensuring_a_connection_twice_keeps_its_health():
    connection = make_connection()
    Connection.objects.update(failures=3)

    again = make_connection()

    assert (again.pk, Connection.objects.get().failures) == (connection.pk, 3)


def test_calls_may_go_to_the_hosts_of_the_options_only():
    connection = Connection(
        options={**GOOD, "cdn_url": "http://127.0.0.1:8001/cdn", "token": "https://no.example"}
    )

    assert connection.hosts == {"api.example:443", "127.0.0.1:8001"}


def test_options_have_defaults_and_lose_last_slashes():
    found = options.read(ScaleflexOptions, {**GOOD, "metadata": {"gtin": "ean"}, "approved_words": ["OK"]})

    assert (found.api_url, found.page_size, found.approved_words) == ("https://api.example", 1000, ("OK",))
    assert (found.metadata["gtin"], found.metadata["title"]) == ("ean", "title")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"api_url": "ftp://x"}, "api_url must be an address"),
        ({"api_url": "https://user@x"}, "api_url must be an address"),
        ({"api_url": "http://x:99999999"}, "api_url must be an address"),
        ({"page_size": 0}, "page_size must be from 1 to 4000"),
        ({"page_size": True}, "page_size must be a whole number"),
        ({"page_size": "10"}, "page_size must be a whole number"),
        ({"api_version": "v6"}, "api_version must be one of v4, v5"),
        ({"approved_words": "OK"}, "approved_words must be a list"),
        ({"metadata": []}, "metadata must be an object"),
        ({"colour": "red"}, "There is no option 'colour'"),
        ({"token": 5}, "token must be a text"),
    ],
)
def test_wrong_option_is_named_with_what_to_write(wrong, sentence):
    with pytest.raises(BadOptions, match=sentence):
        options.read(ScaleflexOptions, {**GOOD, **wrong})


def test_missing_option_is_named():
    with pytest.raises(BadOptions, match="The option token is missing"):
        options.read(ScaleflexOptions, {"api_url": "https://a", "cdn_url": "https://b"})


def test_account_without_key_says_so():
    with pytest.raises(BadOptions, match="API key of the project is missing"):
        scaleflex_account(Connection(options=GOOD))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"paths": {"posts": "no-slash"}}, "paths.posts must begin with a slash"),
        ({"paths": {"posts": "/x/{nobody}"}}, "placeholders that nobody fills: nobody"),
        ({"field_map": {"posts": {"title": "x", "body": "x"}}}, "two of our names"),
        ({"value_map": {"moods": {}}}, "value_map has no moods"),
    ],
)
def test_wrong_map_of_the_grid_is_named(wrong, sentence):
    options_given = {"gateway_url": "https://g", "company_id": "GC", **wrong}

    with pytest.raises(BadOptions, match=sentence):
        grid_account(Connection(options=options_given))
