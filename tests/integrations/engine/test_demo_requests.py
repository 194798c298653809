"""The demo begins with requests in believable states, and with none where there are no files to ask about."""

import pytest
from django.utils import timezone

from integrations.management import requests_demo
from portal.change_requests import selectors
from portal.change_requests.models import ChangeRequest
from tests.builders import gtin14, make_community, make_partner, make_staff, make_user, release_one

pytestmark = pytest.mark.django_db
STAFF = "staff@norrvik.example"


@pytest.fixture
def bergmann():
    make_staff(email=STAFF)
    partner = make_partner(requests_demo.COMPANY)
    make_user(partner, email=requests_demo.ASKER, name="Jana Kessler")
    make_community(partner, folder="/Norrvik")
    return partner


def test_three_are_asked_for_once(bergmann):
    now = timezone.now()
    for number in range(4):
        release_one(f"/Norrvik/{number}.jpg", view="front", gtin=gtin14(number + 1), now=now)

    for _turn in range(2):
        requests_demo.fill(staff=STAFF, now=now)

    assert sorted(ChangeRequest.objects.values_list("state", flat=True)) == ["open", "resolved", "waiting"]
    assert len(selectors.waiting_for(bergmann)) == 2


def test_without_files_or_company_nothing_is_asked(bergmann):
    requests_demo.fill(staff=STAFF, now=timezone.now())

    assert not ChangeRequest.objects.exists()
