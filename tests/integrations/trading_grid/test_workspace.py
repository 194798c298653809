"""Every resource of the contract, called and read in three dialects."""

import io
from datetime import UTC, datetime

import pytest

from integrations.errors import BadOptions
from integrations.trading_grid import client, config, issue_calls, workspace
from integrations.trading_grid.calls import Changed, Conflict, Missing
from integrations.trading_grid.resources import snapshot

pytestmark = pytest.mark.django_db
BERGMANN, WINTER = "GC00000101BR", "com-winter-kitchen"
GTIN = "09521234500049"


@pytest.fixture(params=["cartographer", "hal", "plain"])
def account(world, request):
    world.verb("PUT", "/trading_grid/dialects", {"dialect": request.param})
    return config.account(world.connect_grid(page_size=2, dialect=request.param))


def post(account, **changed) -> str:
    document = {
        "externalReference": "pub-1",
        "kind": "NEWS",
        "status": "PUBLISHED",
        "title": {"en": "News"},
        "body": {"en": "Words"},
        "assets": [],
        "requiresReceipt": True,
        **changed,
    }
    return client.create_post(account, WINTER, document, key="k-post").body["postId"]


ISSUE = {
    "externalReference": "req-1",
    "partnerCompanyId": BERGMANN,
    "reason": "OUTDATED_MEDIA",
    "severity": "HIGH",
    "subject": "Old label",
    "gtin": GTIN,
    "dueDate": "2026-10-01T08:00:00Z",
}


def test_receipts_are_listed_read_and_passed_on(account):
    post_id = post(account)

    before = {each.company: each.status for each in workspace.receipts(account, WINTER, post_id)}
    answer = {"status": "CONFIRMED", "comment": "Thank you", "byUser": {"id": "7", "name": "Jana"}}
    put = workspace.put_receipt(account, WINTER, post_id, BERGMANN, answer, key="k-receipt")

    assert before == {BERGMANN: "NOTIFIED", "GC00000105SN": "NOTIFIED"}
    assert workspace.receipt(account, WINTER, post_id, BERGMANN) == put
    assert (put.status, put.by, put.comment, put.revision) == ("CONFIRMED", "Jana", "Thank you", 1)
    assert put.at.tzinfo is UTC
    with pytest.raises(Conflict, match="revision 1 now"):
        workspace.put_receipt(account, WINTER, post_id, BERGMANN, {**answer, "postRevision": 2}, key="k-2")


def test_issue_lives_from_its_creation_to_its_confirmation(account):
    created = issue_calls.create_issue(account, ISSUE, key="k-issue")
    again = issue_calls.create_issue(account, ISSUE, key="k-issue")

    assert again == created
    assert (created.status, created.severity, created.company, created.gtin) == (
        "OPEN",
        "HIGH",
        BERGMANN,
        GTIN,
    )
    assert created.due == datetime(2026, 10, 1, 8, tzinfo=UTC)
    issue, etag = issue_calls.issue(account, created.id)
    edited = issue_calls.edit_issue(account, issue.id, {"severity": "LOW"}, key="k-edit", etag=etag)
    assert edited.severity == "LOW"
    with pytest.raises(Changed):
        issue_calls.edit_issue(account, issue.id, {"severity": "HIGH"}, key="k-late", etag=etag)
    issue_calls.move_issue(account, issue.id, "accept", key="k-accept")
    resolution = {"resolution": {"kind": "NEW_VERSION", "assets": []}}
    moved = issue_calls.move_issue(
        account, issue.id, "resolve", key="k-resolve", comment="Version 2 is out.", more=resolution
    )
    assert moved.body["userName"] == "Portal Service"
    assert issue_calls.issue(account, issue.id)[0].status == "RESOLVED"
    (thread,) = issue_calls.comments(account, issue.id)
    assert (thread.kind, thread.side, thread.text) == ("STATE", "HUB", "Version 2 is out.")


def test_issues_are_filtered(account, world):
    issue_calls.create_issue(account, ISSUE, key="k-1")
    issue_calls.create_issue(account, {**ISSUE, "externalReference": "req-2", "gtin": None}, key="k-2")

    assert len(list(issue_calls.all_issues(account, status="OPEN"))) == 2
    assert [each.gtin for each in issue_calls.all_issues(account, gtin=GTIN)] == [GTIN]
    assert list(issue_calls.all_issues(account, status="RESOLVED")) == []


def test_thread_has_answers_and_files(account):
    issue = issue_calls.create_issue(account, ISSUE, key="k-issue")
    first = issue_calls.add_comment(account, issue.id, {"text": "Which one?"}, key="k-c1")
    words = {
        "text": "The back.",
        "replyTo": first.id,
        "onBehalfOf": {"partnerCompanyId": BERGMANN, "name": "Jana"},
    }
    issue_calls.add_comment(account, issue.id, words, key="k-c2")
    name = 'Regal "links"\r\n.png'
    attached = issue_calls.add_attachment(account, issue.id, name, "image/png", b"\x89PNG\r\n--x", key="k-a")

    (thread,) = issue_calls.comments(account, issue.id)
    assert [(reply.text, reply.side, reply.by) for reply in thread.replies] == [
        ("The back.", "PARTNER", "Jana")
    ]
    assert list(issue_calls.attachments(account, issue.id)) == [attached]
    assert (attached.media_type, attached.size) == ("image/png", 9)
    target = io.BytesIO()
    assert issue_calls.read_attachment(account, issue.id, attached.id, target) == 9
    assert target.getvalue() == b"\x89PNG\r\n--x"


def test_onboarding_is_started_and_its_tasks_move(account):
    content = {
        "externalReference": "onb-1",
        "communityId": "com-onboarding",
        "partnerCompanyId": BERGMANN,
        "invitation": {"mode": "UNIQUE", "approval": "MANUAL", "language": "de"},
        "tasks": [{"kind": "DOWNLOAD_PACK"}, {"kind": "TEST", "dueDate": "2026-10-01"}],
    }
    created = workspace.create_onboarding_project(account, content, key="k-onb")

    workspace.move_onboarding_task(account, created.id, created.tasks[0].id, "complete", key="k-task")
    project, etag = workspace.onboarding_project(account, created.id)

    assert etag
    assert (created.status, created.total, created.invitation["approval"]) == ("INVITED", 2, "MANUAL")
    assert (project.status, project.done, [task.status for task in project.tasks]) == (
        "IN_PROGRESS", 1, ["DONE", "OPEN"],
    )  # fmt: skip
    assert created.id in {
        each.id for each in workspace.onboarding_projects(account, partnerCompanyId=BERGMANN)
    }


def test_change_notice_is_published_and_acknowledged(account):
    content = {
        "externalReference": "chg-1",
        "kind": "PACKAGING",
        "gtins": [GTIN],
        "targetMarkets": ["DE"],
        "summary": {"en": "New label"},
        "changes": [{"attribute": "netContent", "oldValue": "500", "newValue": "450", "unit": "GRM"}],
        "effectiveDate": "2027-01-15",
    }
    created = workspace.create_change_notice(account, content, key="k-chg")
    workspace.move_change_notice(account, created.id, "publish", key="k-pub")
    answer = {"status": "DISPUTED", "comment": "Too soon"}
    given = workspace.acknowledge_change_notice(account, created.id, BERGMANN, answer, key="k-ack")

    notice, _ = workspace.change_notice(account, created.id)
    assert (created.status, notice.status, notice.effective) == (
        "DRAFT", "PUBLISHED", datetime(2027, 1, 15, tzinfo=UTC),
    )  # fmt: skip
    assert notice.acknowledgements == [given]
    assert (given.status, given.comment) == ("DISPUTED", "Too soon")
    assert notice.changes[0]["newValue"] == "450"
    assert [each.id for each in workspace.change_notices(account, kind="PACKAGING")] == [created.id]


def test_launch_task_is_assigned_seen_and_done(account):
    content = {
        "externalReference": "tsk-1",
        "title": {"en": "Review"},
        "kind": "REVIEW_ASSETS",
        "assets": [],
        "assignees": [{"partnerCompanyId": BERGMANN}],
    }
    created = workspace.create_launch_task(account, "lau-1", content, key="k-tsk")
    seen = workspace.acknowledge_launch_task(account, created.id, BERGMANN, key="k-seen")
    workspace.move_launch_task(account, created.id, "complete", key="k-done", company_id=BERGMANN)

    task, _ = workspace.launch_task(account, created.id)
    assert (seen.status, [each.status for each in task.assignees]) == ("ACKNOWLEDGED", ["DONE"])
    assert [each.id for each in workspace.launch_tasks(account, "lau-1")] == [created.id]


def test_feedback_is_given_and_read(account):
    content = {
        "externalReference": "fb-1",
        "partnerCompanyId": BERGMANN,
        "about": {"assetId": "var-1"},
        "rating": 4,
        "tags": ["USEFUL"],
    }
    given = workspace.give_feedback(account, content, key="k-fb")

    assert list(workspace.feedback(account, partnerCompanyId=BERGMANN)) == [given]
    assert snapshot(given) == {
        "id": given.id,
        "company": BERGMANN,
        "about": {"assetId": "var-1"},
        "rating": 4,
        "tags": ["USEFUL"],
        "at": given.at.isoformat(),
    }


def test_subscription_is_made_once_listed_and_ended(account, world):
    url = "http://127.0.0.1:9/integrations/trading-grid/grid/webhook"
    made = client.subscribe(account, url=url, secret=world.keys["webhooks"]["grid_secret"], key="k")

    (found,) = client.subscriptions(account)
    assert found["subscriptionId"] == made
    client.unsubscribe(account, found["subscriptionId"])

    assert found["url"] == url
    assert list(client.subscriptions(account)) == []
    with pytest.raises(Missing):
        client.unsubscribe(account, found["subscriptionId"])


# -- Ways to change a state ----------------------------------------------------------------------------------
@pytest.mark.parametrize("transitions", ["action", "query", "property"])
def test_state_is_changed_in_the_way_the_tenant_has(world, transitions):
    account = config.account(world.connect_grid(transitions=transitions))
    post_id = post(account)

    client.move_post(account, WINTER, post_id, "withdraw", goal="WITHDRAWN", key="k-w", etag="")

    assert client.get_post(account, WINTER, post_id).body["status"] == "WITHDRAWN"
    (call,) = [call for call in world.calls("trading_grid") if call["idempotencyKey"] == "k-w"]
    assert (call["method"], call["path"].endswith("/state"), call["body"], call["query"]) == {
        "action": ("PATCH", True, {"action": "withdraw"}, ""),
        "query": ("PUT", True, {}, "action=Withdraw"),
        "property": ("PATCH", False, {"status": "WITHDRAWN"}, ""),
    }[transitions]


def test_way_the_tenant_does_not_have_is_named(world):
    with pytest.raises(BadOptions, match="transitions must be one of"):
        config.account(world.connect_grid(transitions="shout"))
