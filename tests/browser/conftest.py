"""A browser, and the portal as it sees it: one running server with one filled house per test process."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from integrations.embedded import chromium
from portal.accounts.models import User
from tests.browser.arguments import ARGUMENTS
from tests.browser.house import House

COPY = "browser"
#: Milliseconds. What is there is seen at once; on a busy machine it may take a while until it is there.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium per test process; without one the tests that need it are not run, and say why."""
    program = chromium.find()
    if program is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield found
        found.close()


@dataclass(frozen=True)
class Site:
    """The running portal: its address, its files, and the database that holds the house."""

    url: str
    files: Path
    database: str
    house: House


@pytest.fixture(scope="session")
def _site(browser, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Site]:
    """
    A server on a copy of the test database, filled once.

    Server and browser see only what is committed. In a database of its own it can stay for the whole run, and no
    other test finds anything of it.
    """
    files = tmp_path_factory.mktemp("renditions")
    creation = connection.creation
    with django_db_blocker.unblock():
        # PostgreSQL copies a database only while nobody is in it: tests before us, and their threads, may still be.
        connections.close_all()
        with creation._nodb_cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [connection.settings_dict["NAME"]],
            )
        creation.clone_test_db(suffix=COPY, verbosity=0)
    with override_settings(WHITENOISE_AUTOREFRESH=True):  # as for every test; read when the server starts
        server = LiveServer("127.0.0.1")
    yield Site(server.url, files, creation.get_test_db_clone_settings(COPY)["NAME"], House())
    server.stop()
    with django_db_blocker.unblock():
        creation.destroy_test_db(suffix=COPY, verbosity=0)
    shutil.rmtree(files)


@pytest.fixture(autouse=True)
def _own_files(settings, request):
    """The house's files stay where they are from one test to the next."""
    if request.node.get_closest_marker("browser") is None:
        return
    site = request.getfixturevalue("_site")
    settings.STORAGES = {
        **settings.STORAGES,
        "renditions": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(site.files), "base_url": None},
        },
    }


@pytest.fixture
def site(_site, _own_files, settings, db) -> Iterator[Site]:
    """The running portal with its house; pages for every error stand beside it."""
    settings.ROOT_URLCONF = "tests.browser.urls"
    # The test's own connection waits with its open transaction; this thread and the server's take the copy meanwhile.
    usual, copy = connections["default"], connections["default"].copy()
    name = usual.settings_dict["NAME"]
    usual.settings_dict["NAME"] = copy.settings_dict["NAME"] = _site.database
    connections["default"] = copy
    _site.house.fill()
    yield _site
    copy.close()
    connections["default"] = usual
    usual.settings_dict["NAME"] = name


class Visit:
    """One reader at one browser. ``troubles`` is everything the browser complained about."""

    def __init__(self, browser: Browser, site: Site, user: User | None, **options):
        self.site = site
        self.troubles: list[str] = []
        self.context: BrowserContext = browser.new_context(
            base_url=site.url, reduced_motion="reduce", **{"locale": "en-GB", **options}
        )
        self.context.set_default_timeout(PATIENCE)
        if user is not None:
            self.remember(django_settings.SESSION_COOKIE_NAME, session_of(user))
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", self._note)

    def remember(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.site.url}])

    def _note(self, message) -> None:
        # A page that says "not here" is meant to: the browser reports its status as an error.
        own = message.location.get("url") == self.page.url and "the server responded with" in message.text
        if message.type in {"error", "warning"} and not own:
            self.troubles.append(f"{self.page.url}: {message.text}")

    def close(self) -> None:
        self.context.close()


def session_of(user: User) -> str:
    """Sign somebody in and return the session's key."""
    client = Client()
    client.force_login(user)
    return client.session.session_key


@pytest.fixture
def visit(browser, site):
    """``visit(user, **options)``: a reader at a fresh browser, signed in unless ``user`` is None."""
    open_visits = []

    def start(user: User | None = None, **options) -> Visit:
        open_visits.append(Visit(browser, site, user, **options))
        return open_visits[-1]

    yield start
    for each in open_visits:
        each.close()


@pytest.fixture(scope="session")
def axe() -> Axe:
    return Axe()
