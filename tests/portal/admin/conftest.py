"""Staff at the admin."""

import pytest
from django.test import Client

from tests.builders import make_staff


@pytest.fixture
def staff(db):
    """Somebody who may do everything."""
    return make_staff(email="elin@brand.example")


@pytest.fixture
def desk(staff) -> Client:
    """A browser in which staff are signed in."""
    client = Client()
    client.force_login(staff)
    return client
