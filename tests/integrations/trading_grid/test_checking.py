"""The checker tells an operator what works, and touches nothing."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from integrations.trading_grid import checking, config
from integrations.trading_grid.checking import Verdict
from tests.integrations.trading_grid.conftest import Grid

pytestmark = pytest.mark.django_db


def check(key: str = "grid", **options) -> tuple[str, str]:
    """Run the command; returns what it printed, and what it failed with or nothing."""
    out = io.StringIO()
    try:
        call_command("check_trading_grid", key, stdout=out, **options)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def findings(connection, **more) -> dict:
    return {each.endpoint: each for each in checking.check(config.account(connection), **more)}


def post(account):
    from integrations.trading_grid import client

    document = {
        "externalReference": "p",
        "kind": "NEWS",
        "status": "PUBLISHED",
        "title": {"en": "N"},
        "assets": [],
    }
    return client.create_post(account, "com-retail-dach", document, key="k").body["postId"]


def test_everything_that_can_be_asked_works(world):
    connection = world.connect_grid()
    post(config.account(connection))
    world.verb(
        "POST",
        "/trading_grid/issues",
        {"partnerCompanyId": "GC00000101BR", "reason": "OTHER", "subject": "?", "severity": "LOW"},
    )

    found = findings(connection, launch="lau-1")

    assert {name for name, each in found.items() if each.verdict is not Verdict.WORKS} == {"documentSearch"}
    assert [line for each in found.values() for line in each.unknown] == []
    assert found["receipts"].address.endswith("/receipts")


def test_nothing_but_the_token_is_written_over_there(world):
    connection = world.connect_grid()
    post(config.account(connection))
    before = len(world.calls("trading_grid"))

    check(launch="lau-1")

    methods = [call["method"] for call in world.calls("trading_grid")[:-before]]
    assert len(methods) > 15
    assert set(methods) == {"GET"}


@pytest.mark.parametrize("dialect", ["cartographer", "hal", "plain"])
def test_report_shows_what_would_be_sent_in_the_tenants_names(world, dialect):
    world.verb("PUT", "/trading_grid/dialects", {"dialect": dialect})
    profile = world.verb("GET", "/trading_grid/profiles")["profiles"]["acme"]
    world.connect_grid(
        token_path=profile["tokenPath"],
        token_style=profile["tokenStyle"],
        dialect=dialect,
        paths=profile["paths"],
        field_map=profile["fieldMap"],
        value_map=profile["valueMap"],
        transitions="query",
    )

    said, failure = check()

    assert failure == ""
    assert (
        "works    posts                rest   GET /acme-grid/collab/v2/tenants/GC00000000AA/groups/com-"
        in said
    )
    assert '"clientRef": "pub-example"' in said
    assert '"status": "Live"' in said
    assert "/lifecycle?action=Withdraw" in said


def test_words_and_fields_the_maps_lack_are_named(world):
    profile = world.verb("GET", "/trading_grid/profiles")["profiles"]["acme"]
    connection = world.connect_grid(
        token_path=profile["tokenPath"],
        token_style=profile["tokenStyle"],
        paths=profile["paths"],
        field_map={**profile["fieldMap"], "issues": {"issueId": "ticketId", "gtin": "tradeItem"}},
        value_map={},
    )
    ticket = {"partnerCompanyId": "GC00000101BR", "reason": "OTHER", "subject": "?", "severity": "LOW"}
    world.verb("POST", "/trading_grid/issues", ticket)

    found = findings(connection)["issues"]

    assert found.verdict is Verdict.FAILS
    assert found.reason == "Rows that cannot be used: An issue has the status 'NEW'. (1 of 1)"
    assert found.unknown == [
        "fields we do not know: clientRef, companyCode, headline, priority",
        "field_map.issues.gtin: no answer has tradeItem",
        "words of status that value_map.issueStatus lacks: New",
    ]


def test_resource_that_fails_is_told_with_the_grids_words_and_the_rest_goes_on(world):
    world.connect_grid(paths={"issues": "/TGCommunityWorkspace/v1/companies/{companyId}/tickets"})

    said, failure = check()

    assert failure == "1 thing fails."
    assert "fails    issues" in said
    assert "Trading Grid refused (404, COMM-4041): Nothing is served at this path." in said
    assert "untried  issueComments" in said
    assert "works    feedback" in said


def test_resource_that_is_off_is_told_with_its_reason(world):
    connection = world.connect_grid(carriers={"feedback": "off"}, paths={"changeNotices": ""})

    found = findings(connection)

    assert (found["feedback"].verdict, found["feedback"].reason) == (
        Verdict.OFF,
        "Switched off by carriers.feedback.",
    )
    assert (
        found["changeNotices"].verdict,
        "paths.changeNotices is empty" in found["changeNotices"].reason,
    ) == (
        Verdict.OFF,
        True,
    )


def test_posts_by_mail_tell_how_many_are_written_to_and_where_nobody_is(world):
    grid = Grid(world, carriers={"posts": "email"})
    before = findings(grid.connection)["posts"]
    grid.read()

    found = findings(grid.connection)["posts"]

    assert before.verdict is Verdict.UNTRIED
    assert (found.verdict, found.carrier) == (Verdict.WORKS, "email")
    assert "addresses in" in found.reason
    assert "com-onboarding" in found.unknown[0]


def test_wrong_secret_ends_the_check_at_the_token(world):
    connection = world.connect_grid()
    account = config.account(connection)
    wrong = config.Account(connection, account.options, account.consumer_key, "wrong", account.hosts)

    (only,) = checking.check(wrong)

    assert (only.endpoint, only.verdict, "Check consumer key" in only.reason) == (
        "token",
        Verdict.FAILS,
        True,
    )


def test_options_that_make_no_sense_are_told(world):
    world.connect_grid(carriers={"posts": "edi"})

    said, failure = check()

    assert "cannot send by edi yet" in said
    assert failure == "1 thing fails."


def test_connection_that_does_not_exist_is_named(world):
    world.connect_grid()

    assert check("grit")[1] == "There is no Trading Grid connection grit in use. There are: grid."


def test_sample_is_json(world):
    world.connect_grid()

    assert json.dumps(checking.sample_content())
