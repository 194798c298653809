"""Journeys go through the whole house: both vendors are a running sandbox, the portal answers on a port of its own."""

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def portal_url(transactional_db, settings) -> Iterator[str]:
    """The portal on a loopback port, with the test's own database; vendors can call its webhooks."""
    server = LiveServer("127.0.0.1")
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]
    settings.PORTAL_URL = server.url
    yield server.url
    server.stop()
