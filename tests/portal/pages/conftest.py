"""A person of a company with one community, and their browser."""

import pytest
from django.test import Client

from portal.partners.choices import Role
from tests.builders import make_community, make_partner, make_user
from tests.portal.pages.reading import Visitor


def visitor(name: str, folder: str, **fields) -> Visitor:
    partner = make_partner(name, **fields)
    community = make_community(partner, folder=folder)
    user = make_user(partner, role=Role.MEMBER, name="Jana Kessler")
    client = Client()
    client.force_login(user)
    return Visitor(partner=partner, community=community, user=user, client=client, folder=folder)


@pytest.fixture
def jana(db) -> Visitor:
    return visitor("Bergmann Retail", "/Ours", languages=("en", "de"))


@pytest.fixture
def stranger(db) -> Visitor:
    return visitor("Somebody Else", "/Theirs")
