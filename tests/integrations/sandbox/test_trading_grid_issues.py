"""Issues, their states, threads and attachments."""

import io

import pytest

from tests.integrations.sandbox.grid_client import (
    ALPKORN,
    BERGMANN,
    DACH,
    WORKSPACE,
    asset,
    issue,
    names,
    post,
)

ISSUES = f"{WORKSPACE}/issues"
FIRST = f"{ISSUES}/iss-1001"
PARTNER = {"onBehalfOf": {"partnerCompanyId": BERGMANN, "userId": "U0000001011", "name": "Jana Kessler"}}
RESOLUTION = {"resolution": {"kind": "NEW_VERSION", "assets": [], "note": "New label is out."}}
TO = {
    "OPEN": [],
    "IN_PROGRESS": ["accept"],
    "WAITING_ON_PARTNER": ["accept", "requestInfo"],
    "RESOLVED": ["accept", "resolve"],
    "CONFIRMED": ["accept", "resolve", "confirm"],
    "REJECTED": ["reject"],
}
ALLOWED = {
    "OPEN": {"accept": "IN_PROGRESS", "start": "IN_PROGRESS", "reject": "REJECTED"},
    "IN_PROGRESS": {"start": "IN_PROGRESS", "requestInfo": "WAITING_ON_PARTNER", "resolve": "RESOLVED"},
    "WAITING_ON_PARTNER": {"provideInfo": "IN_PROGRESS", "resolve": "RESOLVED"},
    "RESOLVED": {"confirm": "CONFIRMED", "reopen": "OPEN"},
    "CONFIRMED": {"reopen": "OPEN"},
    "REJECTED": {},
}
ACTIONS = ["accept", "start", "requestInfo", "provideInfo", "resolve", "confirm", "reopen", "reject"]


def move(grid, action, **more):
    extra = {**(RESOLUTION if action == "resolve" else {}), **PARTNER, **more}
    return grid.move(FIRST, action, **extra)


def test_issue_is_created_and_told(grid):
    created = grid.post(ISSUES, issue(raisedBy={"id": "p-1", "name": "Jana"}, gtin="09521234500049"))

    assert created.status_code == 201
    assert grid.get(created.headers["Location"]).json == created.json
    assert (created.json["status"], created.json["severity"]) == ("OPEN", "NORMAL")
    assert grid.event_types() == ["community.issue.created"]


@pytest.mark.parametrize("status", list(TO))
@pytest.mark.parametrize("action", ACTIONS)
def test_state_machine(grid, status, action):
    grid.post(ISSUES, issue())
    for step in TO[status]:
        assert move(grid, step).status_code == 200
    goal = ALLOWED[status].get(action)

    answer = move(grid, action)

    assert answer.status_code == (200 if goal else 409)
    assert grid.get(FIRST).json["status"] == (goal or status)


@pytest.mark.parametrize("action", ["confirm", "provideInfo"])
def test_only_the_partner_confirms_and_informs(grid, action):
    grid.post(ISSUES, issue())
    for step in TO["RESOLVED" if action == "confirm" else "WAITING_ON_PARTNER"]:
        move(grid, step)

    hub = grid.move(FIRST, action)
    stranger = grid.move(FIRST, action, onBehalfOf={"partnerCompanyId": ALPKORN})
    partner = grid.move(FIRST, action, **PARTNER)

    assert [hub.status_code, stranger.status_code, partner.status_code] == [403, 403, 200]
    assert partner.json["userName"] == "Jana Kessler"


def test_resolving_needs_a_resolution_and_reopening_takes_it_away(grid):
    grid.post(ISSUES, issue())
    grid.move(FIRST, "accept")

    bare = grid.move(FIRST, "resolve")
    whole = grid.move(FIRST, "resolve", resolution={"kind": "REPLACED", "assets": [asset()], "note": "new"})
    resolved = grid.get(FIRST).json["resolution"]
    grid.move(FIRST, "reopen")

    assert names(bare) == ["resolution"]
    assert (whole.status_code, resolved["kind"]) == (200, "REPLACED")
    assert grid.get(FIRST).json["resolution"] is None


def test_repeated_move_under_its_key_is_one_move(grid):
    grid.post(ISSUES, issue())
    sent = {"headers": {"Idempotency-Key": "move-1"}}

    answers = [grid.call("PATCH", f"{FIRST}/state", {"action": "reject"}, **sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert grid.event_types().count("community.issue.stateChanged") == 1


def test_edit_changes_what_it_carries(grid):
    created = grid.post(ISSUES, issue(severity="HIGH"))

    edited = grid.put(
        FIRST, {"assignee": {"id": "U2", "name": "Elin"}}, headers={"If-Match": created.headers["ETag"]}
    )
    stale = grid.put(FIRST, {"severity": "LOW"}, headers={"If-Match": created.headers["ETag"]})

    assert edited.json["assignee"] == {"id": "U2", "name": "Elin"}
    assert edited.json["severity"] == "HIGH"
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"reason": "UGLY"}, ["reason"]),
        ({"partnerCompanyId": "GC99999999ZZ"}, ["partnerCompanyId"]),
        ({"gtin": "123"}, ["gtin"]),
        ({"subject": None, "severity": "URGENT"}, ["severity", "subject"]),
        ({"relatedTo": {"postId": "post-1"}}, ["relatedTo.postId"]),
        ({"externalReference": None}, ["externalReference"]),
    ],
)
def test_issue_of_the_wrong_shape_is_named(grid, changes, wrong):
    assert names(grid.post(ISSUES, issue(**changes))) == wrong


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["iss-1001", "iss-1002"]),
        ("?status=OPEN", ["iss-1002"]),
        (f"?partnerCompanyId={ALPKORN}", ["iss-1002"]),
        ("?gtin=09521234500049", ["iss-1001"]),
        ("?assetId=ast-1", ["iss-1002"]),
        ("?assetId=ast-1&status=REJECTED", []),
    ],
)
def test_issues_are_filtered(grid, query, found):
    grid.post(ISSUES, issue(gtin="09521234500049"))
    grid.post(ISSUES, issue("request-2", partnerCompanyId=ALPKORN, assetId="ast-1"))
    grid.move(FIRST, "reject")

    assert [each["issueId"] for each in grid.get(ISSUES + query).json["response"]] == found


def test_thread_has_the_shape_of_annotations(grid):
    grid.post(ISSUES, issue())
    asked = grid.post(f"{FIRST}/comments", {"text": "Which label?"}).json
    grid.post(f"{FIRST}/comments", {"text": "The green one.", "replyTo": asked["id"], **PARTNER})
    grid.move(FIRST, "accept", comment="We are on it.")

    first, second = grid.get(f"{FIRST}/comments").json["response"]

    message = first["message"][0]
    assert (first["id"], first["type"], first["attachments"]) == (asked["id"], "COMMENT", [])
    assert (message["user"]["type"], message["action"], message["text"]) == ("HUB", "comment", "Which label?")
    assert first["replies"][0]["message"][0]["user"] == {
        "id": "U0000001011",
        "name": "Jana Kessler",
        "type": "PARTNER",
    }
    assert (second["type"], second["message"][0]["action"]) == ("STATE", "accept")
    assert grid.event_types().count("community.issue.commented") == 3


def test_repeated_comment_is_written_once(grid):
    grid.post(ISSUES, issue())

    for _ in range(2):
        grid.post(f"{FIRST}/comments", {"text": "Hello"}, headers={"Idempotency-Key": "c-1"})

    assert grid.get(f"{FIRST}/comments").json["page"]["totalCount"] == 1


def test_attachment_is_kept_byte_for_byte(grid):
    grid.post(ISSUES, issue())
    data = bytes(range(256))

    kept = grid.post(
        f"{FIRST}/attachments", data={"file": (io.BytesIO(data), "Regal Müsli.png", "image/png")}
    )
    again = grid.get(kept.headers["Location"])

    assert {name: kept.json[name] for name in ("name", "mimeType", "size")} == {
        "name": "Regal Müsli.png",
        "mimeType": "image/png",
        "size": 256,
    }
    assert (again.data, again.mimetype) == (data, "image/png")
    assert grid.get(f"{FIRST}/attachments").json["response"] == [kept.json]


def test_attachment_that_could_run_script_is_served_as_bytes(grid):
    grid.post(ISSUES, issue())
    page = (io.BytesIO(b"<script>alert(1)</script>"), "page.html", "text/html")

    kept = grid.post(f"{FIRST}/attachments", data={"file": page})

    served = grid.get(kept.headers["Location"])
    assert served.mimetype == "application/octet-stream"
    assert served.headers["Content-Disposition"].startswith("attachment")


def test_attachment_without_a_file_is_refused(grid):
    grid.post(ISSUES, issue())

    answer = grid.post(f"{FIRST}/attachments", data={"name": "x"}, content_type="multipart/form-data")

    assert names(answer) == ["file"]


def test_partner_raises_and_confirms_by_verb(grid):
    raised = grid.verb(
        "POST", "/issues", {"partnerCompanyId": BERGMANN, "reason": "QUALITY", "subject": "Blurred"}
    )
    for step in ("accept", "resolve"):
        grid.move(FIRST, step, **(RESOLUTION if step == "resolve" else {}))

    confirmed = grid.verb("POST", "/issues/iss-1001/state", {"action": "confirm"})

    assert raised["issue"]["raisedBy"] == {"id": "U0000001011", "name": "Jana Kessler"}
    assert confirmed["issue"]["status"] == "CONFIRMED"


def test_time_confirms_what_the_partner_leaves_lying(grid):
    grid.verb("PUT", "/autoConfirm", {"days": 7})
    grid.post(ISSUES, issue())
    for step in ("accept", "resolve"):
        move(grid, step)

    grid.part.grid.clock.set_offset(6.9 * 86400)
    grid.part.background.tick()
    early = grid.part.grid.store.find("issue", "iss-1001").body["status"]
    grid.part.grid.clock.set_offset(7.1 * 86400)
    grid.part.background.tick()
    late = grid.part.grid.store.find("issue", "iss-1001").body["status"]

    assert (early, late) == ("RESOLVED", "CONFIRMED")


def test_issue_may_be_about_a_post(grid):
    grid.post(f"{DACH}/posts", post())

    created = grid.post(ISSUES, issue(relatedTo={"postId": "post-1001"}))

    assert created.json["relatedTo"]["postId"] == "post-1001"
