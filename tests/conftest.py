"""What every test may ask for. The database and the broker are real; nothing of ours is replaced."""

import os
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as django_settings
from django.db import connection, connections, transaction
from django.test.utils import override_settings
from django.utils import translation

from portal.core import rowscope
from tests.integrations.fixtures import _sandbox, world  # noqa: F401  # pytest finds them here


def pytest_configure(config):
    # Playwright's own loop runs in this thread; Django would refuse the database beside it.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_xdist_make_scheduler(config, log):
    """
    Tests of the stage run in one process, all others wherever one is free: two stages at once would only wait for each
    other's processors. xdist's own groups are lost with pytest 9.2, which no longer keeps a changed id.
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneStage(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "stage" if nodeid.startswith("tests/faults/test_") else nodeid

    return OneStage(config, log) if config.getvalue("dist") == "loadgroup" else None


IN_A_HURRY = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "WHITENOISE_AUTOREFRESH": True,
}


def _stored_in(storages: dict, folder: Path) -> dict:
    store = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(folder), "base_url": None},
    }
    return {**storages, "renditions": store}


def _cached_under(caches: dict, name: str) -> dict:
    return {**caches, "default": {**caches["default"], "KEY_PREFIX": f"test-{name}"}}


@pytest.fixture(autouse=True)
def _own_cache(settings):
    """Throttles and tokens of one test must not be felt by another one, before, after or beside it."""
    settings.CACHES = _cached_under(settings.CACHES, secrets.token_hex(6))


@pytest.fixture(autouse=True)
def _in_a_hurry(settings):
    """Secrets of tests need no slow digest, and static files are looked up when asked for, not in every test."""
    for name, value in IN_A_HURRY.items():
        setattr(settings, name, value)


@pytest.fixture(autouse=True)
def _own_language(settings):
    """A page asked for in French leaves its thread French until the next one is asked for: no test hears of it."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _whole_scope():
    """A test that narrowed the row scope leaves it as it was."""
    with rowscope.everything():
        yield


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path: Path):
    """Files a test writes lie in its own folder."""
    settings.STORAGES = _stored_in(settings.STORAGES, tmp_path / "renditions")


@pytest.fixture(scope="module")
def lasting(django_db_setup, django_db_blocker, tmp_path_factory, _oidc_key):
    """
    What the tests of a module build once: each test finds it as it was built, for its own writing is taken back as
    ever. Not for modules with ``transaction=True``.

    :returns: ``STORAGES`` of its files, which stay as long; ``_own_files`` of such a module sets them
    """
    folder = tmp_path_factory.mktemp("lasting")
    build = override_settings(
        STORAGES=_stored_in(django_settings.STORAGES, folder),
        CACHES=_cached_under(django_settings.CACHES, secrets.token_hex(6)),
        IDP_OIDC_PRIVATE_KEY=_oidc_key,
        **IN_A_HURRY,
    )
    with django_db_blocker.unblock(), build, rowscope.everything(), transaction.atomic():
        # As the tests' own: a block inside that must be the outermost one takes it for none.
        connection.atomic_blocks[-1]._from_testcase = True
        yield django_settings.STORAGES
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def _oidc_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture(autouse=True)
def _oidc(settings, _oidc_key):
    """Tokens are signed with a key made for this run."""
    settings.IDP_OIDC_PRIVATE_KEY = _oidc_key


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database is dropped at the end only when nobody is in it: a thread of some test may still be."""
    yield
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        connections.close_all()
        with connection.creation._nodb_cursor() as cursor:
            cursor.execute(
                # Not PostgreSQL's own, such as autovacuum: those we may not end, and they end by themselves.
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND backend_type = 'client backend'",
                [name],
            )
