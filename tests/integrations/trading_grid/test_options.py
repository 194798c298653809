"""Options of a company: what makes no sense is said in a sentence before anything is called."""

import pytest

from integrations import connections
from integrations.errors import BadOptions
from integrations.trading_grid import config

pytestmark = pytest.mark.django_db


def account(**options) -> config.Account:
    return config.account(
        connections.ensure_connection(
            vendor="trading_grid",
            key="grid",
            name="Grid",
            options={"gateway_url": "http://127.0.0.1:9", "company_id": "GC", **options},
            credentials={"consumer_key": "k", "consumer_secret": "s"},
        )
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"carriers": {"posts": "edi"}}, "cannot send by edi yet"),
        ({"carriers": {"posts": "file"}}, "cannot send by file yet"),
        ({"carriers": {"posts": "pigeon"}}, "carriers.posts must be one of rest, email, off"),
        ({"carriers": {"letters": "rest"}}, "carriers has no letters"),
        ({"recipients": {"*": ["nobody"]}}, r"recipients.\* must be a list of mail addresses"),
        ({"recipients": {"*": "a@b.example"}}, "must be a list of mail addresses"),
        ({"recipients": {"*": [5]}}, "must be a list of mail addresses"),
        ({"paths": {"posts": "/x/{communityId"}}, "a brace that belongs to no placeholder"),
        ({"paths": {"posts": "/x/{0}"}}, "placeholders that nobody fills"),
        ({"value_map": {"mood": {}}}, "value_map has no mood"),
    ],
)
def test_option_that_makes_no_sense_is_named(options, sentence):
    with pytest.raises(BadOptions, match=sentence):
        account(**options)


def test_carriers_that_are_not_named_are_rest():
    assert account(carriers={"posts": "off"}).options.carriers == {
        **dict.fromkeys(["receipts", "issues", "onboarding", "changeNotices"], "rest"),
        **dict.fromkeys(["launchTasks", "feedback", "documents"], "rest"),
        "posts": "off",
    }


@pytest.mark.parametrize(
    ("path", "url", "found"),
    [
        ("/c/{communityId}", "http://g/c/com%2F1", {"communityId": "com/1"}),
        ("/c/{communityId}", "http://g/c/com-1/members", None),
        (
            "/{companyId}/x/{companyId}/{communityId}",
            "http://g/GC/x/GC/1",
            {"companyId": "GC", "communityId": "1"},
        ),
        ("/c.d/{communityId}", "http://g/cxd/1", None),
        ("/c/{communityId}", "http://[broken", None),
        ("", "http://g/", None),
    ],
)
def test_address_is_taken_apart_by_the_tenants_path(path, url, found):
    assert account(paths={"community": path}).match(url, "community", whole=True) == found


def test_address_below_a_path_tells_its_values_too():
    assert account(paths={"community": "/c/{communityId}"}).match("/c/com-1/members", "community") == {
        "communityId": "com-1"
    }
