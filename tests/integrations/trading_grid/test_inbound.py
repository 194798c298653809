"""What the grid tells about things the portal has no page for yet is read, checked, kept and shown."""

from datetime import timedelta

import pytest
from django.urls import reverse

from integrations.errors import BadPayload
from integrations.models import InboundEvent
from integrations.trading_grid import events
from tests.builders import make_staff

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=2)
BERGMANN, WINTER = "GC00000101BR", "com-winter-kitchen"
ISSUE = {
    "partnerCompanyId": BERGMANN,
    "reason": "OUTDATED_MEDIA",
    "subject": "Old label",
    "severity": "HIGH",
    "gtin": "09521234500049",
}
NOTICE = {
    "kind": "PACKAGING",
    "gtins": ["09521234500049"],
    "targetMarkets": ["DE"],
    "effectiveDate": "2027-01-15",
    "summary": {"en": "New label"},
    "changes": [{"attribute": "netContent", "oldValue": "500 g", "newValue": "450 g"}],
}


def verb(world, path: str, body: dict) -> dict:
    return world.verb("POST", f"/trading_grid{path}", body)


def event(kind: str) -> InboundEvent:
    return InboundEvent.objects.get(data__type=kind)


@pytest.fixture(params=["cartographer", "hal", "plain"])
def spoken(grid, world, request):
    world.verb("PUT", "/trading_grid/dialects", {"dialect": request.param})
    grid.connection.options["dialect"] = request.param
    grid.connection.save()
    return grid


def test_issue_is_kept_with_its_thread(spoken, world):
    issue = verb(world, "/issues", ISSUE)["issue"]
    verb(world, f"/issues/{issue['issueId']}/comments", {"text": "Here is a photo."})

    spoken.read(ahead=MINUTE)

    created, commented = event("community.issue.created"), event("community.issue.commented")
    assert (created.state, created.last_error) == (
        "done",
        f"Issue {issue['issueId']}: OPEN, OUTDATED_MEDIA, from {BERGMANN}. "
        "Kept here; the portal has no page for it yet.",
    )
    assert (created.data["read"]["severity"], created.data["read"]["gtin"]) == ("HIGH", "09521234500049")
    (comment,) = commented.data["read"]["comments"]
    assert (comment["text"], comment["side"]) == ("Here is a photo.", "PARTNER")


def test_change_notice_is_kept(spoken, world):
    verb(world, "/changeNotices", NOTICE)

    spoken.read(ahead=MINUTE)

    found = event("community.change.published")
    assert found.state == "done"
    assert found.data["read"]["changes"] == [
        {"attribute": "netContent", "oldValue": "500 g", "newValue": "450 g"}
    ]
    assert found.data["read"]["effective"] == "2027-01-15T00:00:00+00:00"


def test_feedback_is_found_in_its_list(spoken, world):
    for rating in (2, 4):
        body = {"partnerCompanyId": BERGMANN, "about": {"assetId": "var-1"}, "rating": rating}
        verb(world, "/feedback", body)

    spoken.read(ahead=MINUTE)

    kept = InboundEvent.objects.filter(data__type="community.feedback.received").order_by("pk")
    assert [row.data["read"]["rating"] for row in kept] == [2, 4]


def test_onboarding_is_kept(spoken, world):
    verb(world, "/communities/com-onboarding/members", {"partnerCompanyId": "GC00000104PL"})

    spoken.read(ahead=MINUTE)

    kept = event("community.onboarding.invited").data["read"]
    assert (kept["company"], kept["status"], kept["total"]) == ("GC00000104PL", "INVITED", 5)
    assert event("community.member.added").state == "done"


def test_receipt_is_kept_with_its_rung(grid, world):
    from integrations.trading_grid import client, config

    account = config.account(grid.connection)
    document = {
        "externalReference": "pub-1", "kind": "NEWS", "status": "PUBLISHED", "title": {"en": "News"},
        "assets": [], "requiresReceipt": True,
    }  # fmt: skip
    post_id = client.create_post(account, WINTER, document, key="k").body["postId"]
    answer = {"partnerCompanyId": BERGMANN, "behaviour": "request_change", "comment": "In German, please"}
    verb(world, f"/posts/{post_id}/answers", answer)

    grid.read(ahead=MINUTE)

    found = event("community.receipt.recorded")
    assert found.last_error.startswith(f"Receipt {post_id}/{BERGMANN}: {BERGMANN}: CHANGE_REQUESTED.")
    kept = found.data["read"]
    assert (kept["answer"], kept["comment"], kept["post"]) == (
        "change_requested",
        "In German, please",
        post_id,
    )


def test_launch_task_is_kept(grid, world):
    from integrations.trading_grid import config, workspace

    account = config.account(grid.connection)
    content = {
        "externalReference": "t", "title": {"en": "Review"}, "kind": "REVIEW_ASSETS", "assets": [],
        "assignees": [{"partnerCompanyId": BERGMANN}],
    }  # fmt: skip
    task = workspace.create_launch_task(account, "lau-1", content, key="k")
    verb(world, f"/tasks/{task.id}/state", {"partnerCompanyId": BERGMANN, "action": "block"})

    grid.read(ahead=MINUTE)

    assert event("community.launchTask.blocked").data["read"]["assignees"][0]["status"] == "BLOCKED"


def test_event_is_the_latest_truth_not_the_first(grid, world):
    """Two events about one issue: both read it now, so neither shows an older state."""
    issue = verb(world, "/issues", ISSUE)["issue"]
    from integrations.trading_grid import config, issue_calls

    issue_calls.move_issue(config.account(grid.connection), issue["issueId"], "accept", key="k")

    grid.read(ahead=MINUTE)

    states = [row.data["read"]["status"] for row in InboundEvent.objects.filter(kind="resource")]
    assert states == ["IN_PROGRESS", "IN_PROGRESS"]


# -- What goes wrong -----------------------------------------------------------------------------------------
def test_thing_that_is_gone_leaves_the_event_itself(grid, world):
    verb(world, "/issues", ISSUE)
    world.fault("trading_grid", "status", status=404, path="/issues/")

    grid.read(ahead=MINUTE)

    found = event("community.issue.created")
    assert (found.state, "not there any more" in found.last_error) == ("done", True)
    assert found.data["data"]["resource"] == "issue"


def test_address_that_is_none_of_the_tenants_is_not_followed(grid, world):
    verb(world, "/issues", ISSUE)
    grid.connection.options["paths"] = {"issue": "/somewhere/else/{issueId}"}
    grid.connection.save()

    grid.read(ahead=MINUTE)

    found = event("community.issue.created")
    assert (found.state, "none of the tenant's paths" in found.last_error) == ("done", True)


def test_thing_that_cannot_be_understood_is_parked_and_the_next_flows(grid, world):
    verb(world, "/issues", ISSUE)
    verb(world, "/changeNotices", NOTICE)
    world.fault("trading_grid", "status", status=200, body={"issueId": "x", "status": "ODD"}, path="/issues/")

    for hour in range(5):
        grid.read(ahead=timedelta(hours=hour + 1))

    found = event("community.issue.created")
    assert (found.state, found.last_error) == ("parked", "An issue has the status 'ODD'.")
    assert event("community.change.published").state == "done"


def test_grid_in_trouble_is_asked_again_later(grid, world):
    verb(world, "/issues", ISSUE)
    world.fault("trading_grid", "status", status=503, path="/issues/", times=1)

    grid.read(ahead=MINUTE)
    waiting = event("community.issue.created").state
    grid.read(ahead=timedelta(hours=2))

    assert (waiting, event("community.issue.created").state) == ("pending", "done")


def test_resource_that_is_switched_off_is_set_aside_with_the_reason(grid, world):
    verb(world, "/issues", ISSUE)
    grid.connection.options["carriers"] = {"issues": "off"}
    grid.connection.save()

    grid.read(ahead=MINUTE)

    found = event("community.issue.created")
    assert (found.state, found.last_error) == (
        "ignored",
        "issues are off for this connection; see its option carriers.",
    )


def test_staff_see_what_was_kept(grid, world, client):
    verb(world, "/issues", ISSUE)
    grid.read(ahead=MINUTE)
    client.force_login(make_staff())

    page = client.get(
        reverse("admin:integrations_inboundevent_change", args=[event("community.issue.created").pk])
    )

    assert "Old label" in page.content.decode()
    assert "the portal has no page for it yet" in page.content.decode()


def test_event_is_read_into_its_parts():
    found = events.event(
        {
            "id": "evt-1",
            "type": "community.issue.created",
            "sequence": 7,
            "time": 1_790_000_000_000,
            "data": {
                "resource": "issue",
                "id": 77,
                "revision": 3,
                "changed": ["status"],
                "href": "http://g/i/77",
            },
        }
    )

    assert (found.resource, found.resource_id, found.revision, found.changed) == (
        "issue",
        "77",
        3,
        ["status"],
    )
    assert found.at.isoformat() == "2026-09-21T14:13:20+00:00"


@pytest.mark.parametrize(
    "data", [{"id": "x"}, {"type": "x"}, {"id": "", "type": "x"}, {"id": [], "type": "x"}]
)
def test_event_without_id_or_type_is_none(data):
    with pytest.raises(BadPayload, match="no id or no type"):
        events.event(data)
