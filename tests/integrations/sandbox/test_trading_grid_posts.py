"""Posts of the workspace: creating once, revising, publishing, and whom they reach."""

import threading
import time

import pytest

from tests.integrations.sandbox.grid_client import (
    ALPKORN,
    BERGMANN,
    DACH,
    DONAUHOF,
    WORKSPACE,
    GridClient,
    asset,
    names,
    post,
)

POSTS = f"{DACH}/posts"


def receipts_of(grid, post_id):
    found = grid.get(f"{POSTS}/{post_id}/receipts").json["response"]
    return {receipt["partnerCompanyId"]: receipt["status"] for receipt in found}


def test_published_post_notifies_the_active_members_and_tells_one_event(grid):
    created = grid.post(POSTS, post())

    assert created.status_code == 201
    assert created.headers["Location"].endswith(f"{POSTS}/post-1001")
    assert grid.get(created.headers["Location"]).json == created.json
    assert receipts_of(grid, "post-1001") == {BERGMANN: "NOTIFIED", ALPKORN: "NOTIFIED"}
    assert grid.event_types() == ["community.post.published"]


def test_assets_are_kept_as_they_were_sent(grid):
    sent = asset(somethingOfOurs={"deep": [1]}, fileSize=412_000, sha256="a" * 64, isPrimaryFile=True)

    created = grid.post(POSTS, post(assets=[sent]))

    assert created.json["assets"] == [sent]


def test_draft_tells_nobody_until_it_is_published(grid):
    draft = grid.post(POSTS, post(status="DRAFT")).json

    before = (receipts_of(grid, draft["postId"]), grid.event_types())
    moved = grid.move(f"{POSTS}/{draft['postId']}", "publish", comment="off we go")

    assert (draft["status"], before) == ("DRAFT", ({}, []))
    assert (moved.status_code, moved.json["status"], moved.json["userName"]) == (
        200,
        "PUBLISHED",
        "Portal Service",
    )
    assert len(receipts_of(grid, draft["postId"])) == 2


@pytest.mark.parametrize(
    ("done", "action", "status"),
    [
        ([], "withdraw", 200),
        ([], "expire", 200),
        ([], "publish", 409),
        (["withdraw"], "publish", 200),
        (["withdraw"], "expire", 409),
        (["expire"], "publish", 409),
        ([], "explode", 400),
    ],
)
def test_state_machine(grid, done, action, status):
    grid.post(POSTS, post())
    for step in done:
        grid.move(f"{POSTS}/post-1001", step)

    assert grid.move(f"{POSTS}/post-1001", action).status_code == status


def test_repeat_under_the_same_key_returns_the_first_answer(grid):
    first = grid.post(POSTS, post(), headers={"Idempotency-Key": "fact-1"})
    grid.move(f"{POSTS}/post-1001", "withdraw")

    again = grid.post(POSTS, post(), headers={"Idempotency-Key": "fact-1"})

    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert grid.get(POSTS).json["page"]["totalCount"] == 1


def test_repeat_of_a_reference_under_another_key_returns_the_first_answer(grid):
    first = grid.post(POSTS, post())

    again = grid.post(POSTS, post())

    assert (again.status_code, again.json) == (201, first.json)
    assert grid.get(POSTS).json["page"]["totalCount"] == 1


@pytest.mark.parametrize(
    ("key", "changes", "code"),
    [
        ("fact-1", {"kind": "NEWS"}, "COMM-4091"),
        ("fact-2", {"kind": "NEWS"}, "COMM-4092"),
    ],
    ids=["same key", "same reference"],
)
def test_conflicting_repeat_is_refused(grid, key, changes, code):
    grid.post(POSTS, post(), headers={"Idempotency-Key": "fact-1"})

    answer = grid.post(POSTS, post(**changes), headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json["error-code"]) == (409, code)


def test_refused_call_may_be_corrected_under_its_key(grid):
    wrong = grid.post(POSTS, post(kind="GOSSIP"), headers={"Idempotency-Key": "fact-1"})

    right = grid.post(POSTS, post(), headers={"Idempotency-Key": "fact-1"})

    assert (wrong.status_code, right.status_code) == (400, 201)


def test_simultaneous_repeats_make_one_post(grid):
    clients = [GridClient(grid.part, _Keys(grid.keys)) for _ in range(4)]
    answers = []

    def send(client):
        answers.append(client.post(POSTS, post(), headers={"Idempotency-Key": "fact-1"}))

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    # Holding the one write lock brings all of them to the point where only one may go on.
    with grid.part.grid.store.write():
        for thread in threads:
            thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 4
    assert [answer.json["postId"] for answer in answers] == ["post-1001"] * 4
    assert grid.event_types() == ["community.post.published"]


class _Keys:
    def __init__(self, trading_grid):
        self.trading_grid = trading_grid


def test_write_needs_key_and_reference(grid):
    no_key = grid.call("POST", POSTS, post(), headers={"Idempotency-Key": ""})
    no_reference = grid.post(POSTS, post(externalReference=None))

    assert no_key.status_code == 400
    assert names(no_reference) == ["externalReference"]


def test_new_revision_opens_the_receipts_again(grid):
    grid.post(POSTS, post())
    grid.put(f"{POSTS}/post-1001/receipts/{BERGMANN}", {"status": "CONFIRMED"})

    revised = grid.put(f"{POSTS}/post-1001", post(assets=[asset(assetVersion=2)]))

    assert revised.json["revision"] == 2
    assert receipts_of(grid, "post-1001") == {BERGMANN: "NOTIFIED", ALPKORN: "NOTIFIED"}
    assert grid.event_types()[-1] == "community.post.published"


def test_put_that_changes_nothing_is_no_revision(grid):
    grid.post(POSTS, post())
    grid.put(f"{POSTS}/post-1001/receipts/{BERGMANN}", {"status": "CONFIRMED"})

    same = grid.put(f"{POSTS}/post-1001", post())

    assert same.json["revision"] == 1
    assert receipts_of(grid, "post-1001")[BERGMANN] == "CONFIRMED"


def test_stale_write_is_refused_with_412(grid):
    first = grid.post(POSTS, post())
    second = grid.put(f"{POSTS}/post-1001", post(kind="NEWS"), headers={"If-Match": first.headers["ETag"]})

    stale = grid.put(f"{POSTS}/post-1001", post(kind="CHANGE"), headers={"If-Match": first.headers["ETag"]})

    assert second.status_code == 200
    assert (stale.status_code, stale.headers["ETag"]) == (412, second.headers["ETag"])
    assert grid.get(f"{POSTS}/post-1001").json["kind"] == "NEWS"


@pytest.mark.parametrize(
    ("audience", "reached"),
    [
        ({}, [BERGMANN, ALPKORN]),
        ({"partnerCompanyIds": [BERGMANN]}, [BERGMANN]),
        ({"languages": ["fr"]}, [ALPKORN]),
        ({"segments": ["online-shop"], "regions": ["DACH"]}, [BERGMANN]),
        ({"regions": ["GULF"]}, []),
        ({"partnerCompanyIds": [DONAUHOF]}, []),
    ],
    ids=["all", "one", "language", "segment and region", "nobody there", "suspended"],
)
def test_audience_narrows_the_recipients(grid, audience, reached):
    created = grid.post(POSTS, post(audience=audience)).json

    assert list(receipts_of(grid, created["postId"])) == reached


def test_audience_must_be_members(grid):
    assert names(grid.post(POSTS, post(audience={"partnerCompanyIds": ["GC00000301NZ"]}))) == [
        "audience.partnerCompanyIds"
    ]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"action": "DESTROY"}, ["assets.0.action"]),
        ({"gtin": "09521234500048"}, ["assets.0.gtin"]),
        ({"gtin": "9521234500049"}, ["assets.0.gtin"]),
        ({"uniformResourceIdentifier": "ftp://x/y.jpg"}, ["assets.0.uniformResourceIdentifier"]),
        ({"uniformResourceIdentifier": None}, ["assets.0.uniformResourceIdentifier"]),
        ({"action": "REPLACE"}, ["assets.0.replaces"]),
        ({"assetVersion": "4", "fileName": ""}, ["assets.0.assetVersion", "assets.0.fileName"]),
        ({"assetVersion": True}, ["assets.0.assetVersion"]),
        ({"targetMarkets": ["Germany"]}, ["assets.0.targetMarkets"]),
        ({"sha256": "ABC"}, ["assets.0.sha256"]),
        ({"filePixelWidth": 12.5}, ["assets.0.filePixelWidth"]),
        ({"contentDescription": [{"languageCode": "de"}]}, ["assets.0.contentDescription.0.value"]),
        (
            {
                "fileEffectiveStartDateTime": "2026-12-01T00:00:00Z",
                "fileEffectiveEndDateTime": "2026-11-01T00:00:00Z",
            },
            ["assets.0.fileEffectiveEndDateTime"],
        ),
        ({"fileEffectiveStartDateTime": "2026-12-01T00:00:00"}, ["assets.0.fileEffectiveStartDateTime"]),
    ],
)
def test_asset_reference_of_the_wrong_shape_is_named(grid, changes, wrong):
    assert names(grid.post(POSTS, post(assets=[asset(**changes)]))) == wrong


def test_withdrawn_asset_needs_no_address(grid):
    gone = asset(action="WITHDRAW", uniformResourceIdentifier=None, fileFormatName=None)

    assert grid.post(POSTS, post(assets=[gone])).status_code == 201


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"title": {}}, ["title"]),
        ({"title": "Neu"}, ["title"]),
        ({"title": {"de": " "}, "kind": "X"}, ["kind", "title"]),
        ({"assets": []}, ["assets"]),
        ({"assets": None}, ["assets"]),
        ({"assets": ["a"]}, ["assets.0"]),
        ({"receiptDueDate": "soon"}, ["receiptDueDate"]),
        ({"requiresReceipt": "yes"}, ["requiresReceipt"]),
        ({"status": "EXPIRED"}, ["status"]),
    ],
)
def test_post_of_the_wrong_shape_is_named(grid, changes, wrong):
    assert names(grid.post(POSTS, post(**changes))) == wrong
    assert grid.get(POSTS).json["response"] == []


def test_closed_community_takes_no_posts(grid):
    answer = grid.post(f"{WORKSPACE}/communities/com-harvest-2025/posts", post())

    assert answer.status_code == 409


def test_post_is_not_found_through_another_community(grid):
    grid.post(POSTS, post())
    other = f"{WORKSPACE}/communities/com-winter-kitchen/posts"

    answers = [grid.get(f"{other}/post-1001"), grid.get(f"{other}/post-9999")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json == answers[1].json


def test_post_expires_by_itself(grid):
    grid.post(POSTS, post(expiresAt="2000-01-01T00:00:00Z"))

    grid.part.background.tick()

    assert grid.get(f"{POSTS}/post-1001").json["status"] == "EXPIRED"


def test_state_survives_a_restart(grid, tmp_path):
    grid.post(POSTS, post())

    restarted = type(grid.part)(tmp_path, "http://sandbox.example", _Keys(grid.keys))

    again = GridClient(restarted, _Keys(grid.keys))
    assert again.get(f"{POSTS}/post-1001").json["status"] == "PUBLISHED"
    restarted.stop()
