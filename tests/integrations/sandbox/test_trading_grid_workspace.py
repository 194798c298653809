"""Onboarding, change notices, launch tasks, feedback, communities and members."""

import pytest

from tests.integrations.sandbox.grid_client import ALPKORN, BERGMANN, DACH, WORKSPACE, asset, names, post

PROJECTS = f"{WORKSPACE}/onboardingProjects"
NOTICES = f"{WORKSPACE}/changeNotices"
TASKS = f"{WORKSPACE}/launches/winter/tasks"
FEEDBACK = f"{WORKSPACE}/feedback"
SUPPLIER = "GC00000104PL"


def project(**changes):
    return {
        "externalReference": "onboarding-1",
        "communityId": "com-onboarding",
        "partnerCompanyId": SUPPLIER,
        "invitation": {"mode": "UNIQUE", "approval": "AUTOMATIC", "language": "de"},
        **changes,
    }


def notice(**changes):
    return {
        "externalReference": "notice-1",
        "kind": "PACKAGING",
        "gtins": ["09521234500049"],
        "targetMarkets": ["DE"],
        "summary": {"en": "New label"},
        "changes": [{"attribute": "netContent", "oldValue": "500 g", "newValue": "450 g"}],
        "effectiveDate": "2027-01-15",
        **changes,
    }


def task(**changes):
    return {
        "externalReference": "task-1",
        "title": {"en": "Confirm readiness"},
        "kind": "CONFIRM_READINESS",
        "assignees": [{"partnerCompanyId": BERGMANN}, {"partnerCompanyId": ALPKORN}],
        **changes,
    }


# -- Communities


def test_community_counts_its_members(grid):
    community = grid.get(DACH).json

    assert {name: community[name] for name in ("name", "kind", "status", "memberCount")} == {
        "name": "Retail programme DACH",
        "kind": "PROGRAM",
        "status": "ACTIVE",
        "memberCount": 3,
    }


def test_members_tell_role_languages_regions_and_status(grid):
    members = grid.get(f"{DACH}/members").json["response"]

    assert [(member["partnerCompanyId"], member["status"]) for member in members] == [
        (BERGMANN, "ACTIVE"),
        (ALPKORN, "ACTIVE"),
        ("GC00000103DH", "SUSPENDED"),
    ]
    assert (members[0]["role"], members[0]["languages"], members[0]["regions"]) == (
        "MEMBER",
        ["de", "en"],
        ["DACH"],
    )


def test_new_member_gets_what_is_already_out(grid):
    grid.post(f"{DACH}/posts", post())

    grid.verb("POST", "/communities/com-retail-dach/members", {"partnerCompanyId": SUPPLIER})

    receipts = grid.get(f"{DACH}/posts/post-1001/receipts").json["response"]
    assert SUPPLIER in [receipt["partnerCompanyId"] for receipt in receipts]
    assert grid.event_types()[-1] == "community.member.added"


def test_member_that_left_is_gone(grid):
    grid.verb("DELETE", f"/communities/com-retail-dach/members/{ALPKORN}")

    members = grid.get(f"{DACH}/members").json["response"]
    assert ALPKORN not in [member["partnerCompanyId"] for member in members]
    assert grid.event_types() == ["community.member.removed"]


def test_suspended_partner_is_suspended_everywhere_and_gets_no_posts(grid):
    grid.verb("PUT", f"/partners/{BERGMANN}/status", {"status": "SUSPENDED"})

    grid.post(f"{DACH}/posts", post())

    receipts = grid.get(f"{DACH}/posts/post-1001/receipts").json["response"]
    assert [receipt["partnerCompanyId"] for receipt in receipts] == [ALPKORN]
    assert grid.event_types()[:2] == ["community.member.updated"] * 2


# -- Onboarding


def test_onboarding_without_tasks_gets_the_usual_five_in_order(grid):
    created = grid.post(PROJECTS, project())

    assert created.status_code == 201, created.text
    assert [each["kind"] for each in created.json["tasks"]] == [
        "CONFIRM_COMPANY_DATA",
        "DOWNLOAD_PACK",
        "APPROVE_AGREEMENT",
        "CONNECT",
        "TEST",
    ]
    assert (created.json["status"], created.json["progress"]) == ("INVITED", {"done": 0, "total": 5})


@pytest.mark.parametrize(("approval", "status"), [("AUTOMATIC", "LIVE"), ("MANUAL", "READY")])
def test_onboarding_goes_live_when_all_is_done(grid, approval, status):
    invitation = {"approval": approval, "language": "de"}
    tasks = [{"kind": "DOWNLOAD_PACK", "order": 2}, {"kind": "CONNECT", "order": 1}]
    made = grid.post(PROJECTS, project(invitation=invitation, tasks=tasks)).json
    first, second = (f"{PROJECTS}/{made['projectId']}/tasks/{each['taskId']}" for each in made["tasks"])

    begun = grid.move(first, "complete")
    done = grid.move(second, "waive")

    assert [each["kind"] for each in made["tasks"]] == ["CONNECT", "DOWNLOAD_PACK"]
    assert (begun.json["status"], begun.json["projectStatus"]) == ("DONE", "IN_PROGRESS")
    assert (done.json["status"], done.json["projectStatus"]) == ("WAIVED", status)
    assert ("community.onboarding.live" in grid.event_types()) == (status == "LIVE")


def test_manual_onboarding_is_approved_by_verb(grid):
    made = grid.post(PROJECTS, project(invitation={"language": "de"}, tasks=[{"kind": "TEST"}])).json
    grid.move(f"{PROJECTS}/{made['projectId']}/tasks/{made['tasks'][0]['taskId']}", "complete")

    approved = grid.verb("POST", f"/onboardingProjects/{made['projectId']}/approve")

    assert approved["project"]["status"] == "LIVE"


def test_done_task_cannot_be_completed_again(grid):
    made = grid.post(PROJECTS, project()).json
    address = f"{PROJECTS}/{made['projectId']}/tasks/{made['tasks'][0]['taskId']}"

    answers = [
        grid.move(address, action).status_code for action in ("complete", "complete", "reopen", "start")
    ]

    assert answers == [200, 409, 200, 200]


def test_onboarding_needs_an_onboarding_community(grid):
    assert names(grid.post(PROJECTS, project(communityId="com-retail-dach"))) == ["communityId"]


def test_joining_an_onboarding_community_starts_the_onboarding(grid):
    grid.verb("POST", "/communities/com-onboarding/members", {"partnerCompanyId": SUPPLIER})

    found = grid.get(f"{PROJECTS}?partnerCompanyId={SUPPLIER}").json["response"]
    assert [each["invitation"]["language"] for each in found] == ["de"]
    assert grid.event_types() == ["community.member.added", "community.onboarding.invited"]


# -- Change notices


def test_notice_from_outside_is_accepted_with_its_verdicts(grid):
    sent = {key: value for key, value in notice().items() if key != "externalReference"}
    incoming = grid.verb("POST", "/changeNotices", {**sent, "partnerCompanyId": SUPPLIER})["changeNotice"]
    address = f"{NOTICES}/{incoming['changeNoticeId']}"

    answer = grid.move(address, "accept", affectedAssets=[{"assetId": "ast-1", "verdict": "REPLACE"}])

    after = grid.get(address).json
    assert (incoming["direction"], incoming["status"]) == ("INBOUND", "PUBLISHED")
    assert (answer.json["status"], after["affectedAssets"]) == (
        "ACKNOWLEDGED",
        [{"assetId": "ast-1", "verdict": "REPLACE"}],
    )
    assert grid.event_types() == ["community.change.published", "community.change.acknowledged"]


def test_outbound_notice_collects_acknowledgements(grid):
    made = grid.post(NOTICES, notice()).json
    address = f"{NOTICES}/{made['changeNoticeId']}"
    early = grid.put(f"{address}/acknowledgements/{BERGMANN}", {"status": "ACKNOWLEDGED"})
    grid.move(address, "publish")

    for _ in range(2):
        grid.put(f"{address}/acknowledgements/{BERGMANN}", {"status": "ACKNOWLEDGED"})
    grid.put(f"{address}/acknowledgements/{ALPKORN}", {"status": "DISPUTED", "comment": "too soon"})

    given = grid.get(address).json["acknowledgements"]
    assert (made["status"], early.status_code) == ("DRAFT", 409)
    assert [(each["partnerCompanyId"], each["status"]) for each in given] == [
        (BERGMANN, "ACKNOWLEDGED"),
        (ALPKORN, "DISPUTED"),
    ]
    assert grid.event_types() == [
        "community.change.published",
        "community.change.acknowledged",
        "community.change.disputed",
    ]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"gtins": []}, ["gtins"]),
        ({"gtins": ["123"]}, ["gtins"]),
        ({"direction": "INBOUND"}, ["direction"]),
        ({"effectiveDate": None, "kind": "PRICE"}, ["effectiveDate", "kind"]),
        ({"changes": [{}]}, ["changes.0.attribute"]),
    ],
)
def test_notice_of_the_wrong_shape_is_named(grid, changes, wrong):
    assert sorted(names(grid.post(NOTICES, notice(**changes)))) == sorted(wrong)


# -- Launch tasks


def test_each_assignee_has_a_state_of_its_own(grid):
    made = grid.post(TASKS, task()).json
    address = f"{WORKSPACE}/tasks/{made['taskId']}"
    speaking = {"onBehalfOf": {"partnerCompanyId": BERGMANN}}

    steps = [
        grid.move(address, action, **speaking).status_code for action in ("acknowledge", "complete", "block")
    ]
    grid.put(f"{address}/acknowledgements/{ALPKORN}", {})

    after = grid.get(address).json
    assert steps == [200, 200, 409]
    assert {each["partnerCompanyId"]: each["status"] for each in after["assignees"]} == {
        BERGMANN: "DONE",
        ALPKORN: "ACKNOWLEDGED",
    }
    assert grid.get(TASKS).json["response"] == [after]


def test_acknowledging_after_starting_changes_nothing(grid):
    made = grid.post(TASKS, task()).json
    address = f"{WORKSPACE}/tasks/{made['taskId']}"
    grid.move(address, "start", onBehalfOf={"partnerCompanyId": BERGMANN})

    answer = grid.put(f"{address}/acknowledgements/{BERGMANN}")

    assert (answer.status_code, answer.json["status"]) == (200, "IN_PROGRESS")


def test_state_of_a_task_needs_the_partner_it_is_for(grid):
    made = grid.post(TASKS, task()).json
    address = f"{WORKSPACE}/tasks/{made['taskId']}"

    nobody = grid.move(address, "start")
    stranger = grid.move(address, "start", onBehalfOf={"partnerCompanyId": SUPPLIER})

    assert names(nobody) == ["onBehalfOf"]
    assert stranger.status_code == 404


def test_late_task_is_overdue_and_told(grid):
    made = grid.post(TASKS, task(dueDate="2000-01-01T00:00:00Z", assets=[asset()])).json
    address = f"{WORKSPACE}/tasks/{made['taskId']}"
    grid.move(address, "complete", onBehalfOf={"partnerCompanyId": ALPKORN})

    grid.part.background.tick()

    statuses = {each["partnerCompanyId"]: each["status"] for each in grid.get(address).json["assignees"]}
    assert statuses == {BERGMANN: "OVERDUE", ALPKORN: "DONE"}
    assert grid.event_types().count("community.launchTask.overdue") == 1


def test_cancelled_task_is_closed(grid):
    made = grid.post(TASKS, task()).json
    address = f"{WORKSPACE}/tasks/{made['taskId']}"

    cancelled = grid.move(address, "cancel")
    after = grid.move(address, "start", onBehalfOf={"partnerCompanyId": BERGMANN})

    assert (cancelled.json["status"], after.status_code) == ("CANCELLED", 409)


# -- Feedback


def test_feedback_is_given_and_told(grid):
    given = grid.post(
        FEEDBACK,
        {
            "externalReference": "feedback-1",
            "partnerCompanyId": BERGMANN,
            "about": {"assetId": "ast-1"},
            "rating": 4,
            "tags": ["USEFUL"],
        },
    )

    assert given.status_code == 201, given.text
    assert grid.get(FEEDBACK).json["response"] == [given.json]
    assert grid.event_types() == ["community.feedback.received"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"rating": 6}, ["rating"]),
        ({"tags": ["NICE"]}, ["tags"]),
        ({"about": {}}, ["about.postId"]),
        ({"about": None}, ["about"]),
    ],
)
def test_feedback_of_the_wrong_shape_is_named(grid, changes, wrong):
    sent = {
        "externalReference": "feedback-1",
        "partnerCompanyId": BERGMANN,
        "about": {"assetId": "ast-1"},
        **changes,
    }

    assert names(grid.post(FEEDBACK, sent)) == wrong
