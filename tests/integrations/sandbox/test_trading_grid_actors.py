"""Partners that act: by script, by verb, and from the console."""

import pytest

from tests.integrations.sandbox.grid_client import (
    ALPKORN,
    BERGMANN,
    DACH,
    VERBS,
    WORKSPACE,
    asset,
    issue,
    post,
)

CONSOLE = "/console/trading_grid"


def receipts_of(grid, post_id="post-1001"):
    found = grid.get(f"{DACH}/posts/{post_id}/receipts").json["response"]
    return {receipt["partnerCompanyId"]: receipt["status"] for receipt in found}


def act(grid, hours=0.0):
    """Let time pass and everybody do what is due."""
    grid.part.grid.clock.set_offset(hours * 3600)
    grid.sign_in()
    grid.part.background.tick()


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        ("never", "NOTIFIED"),
        ("view", "VIEWED"),
        ("confirm", "CONFIRMED"),
        ("request_change", "CHANGE_REQUESTED"),
        ("raise_issue", "CHANGE_REQUESTED"),
        ("decline", "DECLINED"),
    ],
)
def test_actor_answers_what_is_posted(grid, behaviour, status):
    grid.verb("PUT", "/actors/*", {"behaviour": "confirm"})
    grid.verb("PUT", f"/actors/{BERGMANN}", {"behaviour": behaviour})

    grid.post(f"{DACH}/posts", post())
    act(grid)

    assert receipts_of(grid) == {BERGMANN: status, ALPKORN: "CONFIRMED"}


def test_late_actor_takes_its_time_by_the_sandbox_clock(grid):
    grid.verb("PUT", f"/actors/{BERGMANN}", {"behaviour": "confirm", "delay_seconds": 7200})
    grid.post(f"{DACH}/posts", post())

    act(grid, hours=1.9)
    early = receipts_of(grid)[BERGMANN]
    act(grid, hours=2.1)

    assert (early, receipts_of(grid)[BERGMANN]) == ("NOTIFIED", "CONFIRMED")


def test_late_answer_never_confirms_a_newer_revision(grid):
    grid.verb("PUT", f"/actors/{BERGMANN}", {"behaviour": "confirm", "delay_seconds": 3600})
    grid.post(f"{DACH}/posts", post())
    grid.part.grid.clock.set_offset(1800)
    grid.put(f"{DACH}/posts/post-1001", post(kind="NEWS"))

    act(grid, hours=1.1)
    between = receipts_of(grid)[BERGMANN]
    act(grid, hours=2)

    assert (between, receipts_of(grid)[BERGMANN]) == ("NOTIFIED", "CONFIRMED")


def test_actor_raises_an_issue_about_the_asset_in_a_foreign_language(grid):
    grid.verb("PUT", f"/actors/{ALPKORN}", {"behaviour": "raise_issue"})
    spanish = asset(assetId="ast-2", fileLanguageCode="es")

    grid.post(f"{DACH}/posts", post(assets=[asset(), spanish]))
    act(grid)

    [raised] = grid.get(f"{WORKSPACE}/issues").json["response"]
    receipt = grid.get(f"{DACH}/posts/post-1001/receipts/{ALPKORN}").json
    assert (raised["assetId"], raised["reason"], raised["language"]) == (
        "ast-2",
        "MISSING_LOCAL_VARIANT",
        "de",
    )
    assert raised["relatedTo"]["postId"] == "post-1001"
    assert receipt["issueId"] == raised["issueId"]


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("confirm", "CONFIRMED"), ("decline", "DECLINED"), ("request_change", "CHANGE_REQUESTED")],
)
def test_verb_answers_for_a_partner(grid, behaviour, status):
    grid.post(f"{DACH}/posts", post())

    done = grid.verb(
        "POST", "/posts/post-1001/answers", {"partnerCompanyId": BERGMANN, "behaviour": behaviour}
    )

    assert done["receipt"]["status"] == status
    assert done["receipt"]["byUser"] == {"id": "U0000001011", "name": "Jana Kessler"}


def test_partner_without_contacts_still_answers(grid):
    grid.post(f"{DACH}/posts", post())
    grid.verb("DELETE", f"/partners/{BERGMANN}/contacts")

    done = grid.verb(
        "POST", "/posts/post-1001/answers", {"partnerCompanyId": BERGMANN, "behaviour": "confirm"}
    )

    assert done["receipt"]["byUser"]["name"] == "Bergmann Retail"


def test_posts_are_listed_with_receipts_and_found_by_reference(grid):
    grid.post(f"{DACH}/posts", post("a"))
    grid.post(f"{WORKSPACE}/communities/com-winter-kitchen/posts", post("b"))

    found = grid.verb("GET", "/posts?externalReference=b")["posts"]
    in_dach = grid.verb("GET", "/posts?communityId=com-retail-dach")["posts"]

    assert [each["communityId"] for each in found] == ["com-winter-kitchen"]
    assert [receipt["partnerCompanyId"] for receipt in found[0]["receipts"]] == [BERGMANN, "GC00000105SN"]
    assert [each["externalReference"] for each in in_dach] == ["a"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/posts/post-9/answers", {"partnerCompanyId": BERGMANN, "behaviour": "confirm"}, 404),
        ("PUT", "/actors/GC99999999ZZ", {"behaviour": "confirm"}, 404),
        ("PUT", "/actors/*", {"behaviour": "dance"}, 400),
        ("PUT", "/dialects", {"dialect": "soap"}, 400),
        ("PUT", "/profiles", {"serve": []}, 400),
        ("PUT", "/events", {"pull": True}, 400),
        ("PUT", "/users/U0000001011/loginId", {"loginId": "reto.zbinden@alpkorn.example"}, 409),
        ("POST", "/communities/com-retail-dach/members", {"partnerCompanyId": BERGMANN}, 400),
        ("GET", "/nonsense", None, 404),
        ("DELETE", "/posts", None, 405),
    ],
)
def test_verb_that_makes_no_sense_says_why(grid, method, path, body, status):
    answer = grid.http.open(f"{VERBS}{path}", method=method, json=body)

    assert (answer.status_code, answer.json["status"]) == (status, "error")
    assert answer.json["msg"]


def test_verb_whose_body_is_not_json_says_so(grid):
    answer = grid.http.put(f"{VERBS}/events", data="{", content_type="application/json")

    assert (answer.status_code, answer.json["msg"]) == (400, "The body is not JSON.")


def test_curl_that_calls_its_json_a_form_is_understood(grid):
    answer = grid.http.put(
        f"{VERBS}/actors/*", data='{"behaviour": "confirm"}', content_type="application/x-www-form-urlencoded"
    )

    assert answer.json["actors"]["*"]["behaviour"] == "confirm"


def test_index_lists_every_verb_below_its_prefix(grid):
    listed = grid.part.index()

    assert len({(each["method"], each["path"]) for each in listed}) == len(listed) > 30
    assert all(each["path"].startswith(VERBS) and each["meaning"] for each in listed)


def test_reset_brings_back_the_seed(grid):
    grid.post(f"{DACH}/posts", post())
    grid.verb("PUT", f"/partners/{BERGMANN}/status", {"status": "TERMINATED"})

    grid.verb("POST", "/reset")

    grid.sign_in()
    assert grid.part.summary()["Posts"] == 0
    assert grid.get(f"{DACH}/members").json["response"][0]["status"] == "ACTIVE"
    assert grid.post(f"{DACH}/posts", post()).json["postId"] == "post-1001"


# -- The console


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/issues",
        "/notices",
        "/partners",
        "/tasks",
        "/events",
        "/calls",
        "/posts/post-1001",
        "/issues/iss-1001",
    ],
)
def test_every_page_shows_itself_as_a_simulation_and_escapes(grid, path):
    script = "<script>alert(1)</script>"
    grid.post(f"{DACH}/posts", post(script, title={"en": script}, assets=[asset(fileName=script)]))
    grid.post(f"{WORKSPACE}/issues", issue(subject=script))
    grid.post(f"{WORKSPACE}/issues/iss-1001/comments", {"text": script})
    grid.verb("PUT", f"/actors/{BERGMANN}", {"behaviour": "confirm"})

    shown = grid.http.get(CONSOLE + path)

    assert shown.status_code == 200
    assert "Simulation, not Scaleflex / OpenText" in shown.text
    assert "<script>" not in shown.text


@pytest.mark.parametrize("path", ["/nonsense", "/posts/post-9", "/issues/iss-9"])
def test_page_that_is_not_there(grid, path):
    assert grid.http.get(CONSOLE + path).status_code == 404


def test_form_acts_as_a_partner_and_returns_to_its_page(grid):
    grid.post(f"{DACH}/posts", post())
    page = f"{CONSOLE}/posts/post-1001"

    answer = grid.http.post(
        f"{VERBS}/posts/post-1001/answers",
        data={"partnerCompanyId": BERGMANN, "behaviour": "confirm"},
        headers={"Referer": f"http://elsewhere.example{page}"},
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert receipts_of(grid)[BERGMANN] == "CONFIRMED"


def test_forms_of_the_console_work_without_json(grid):
    sent = [
        ("/changeNotices", {"kind": "PACKAGING", "gtins": "09521234500049 09521234500056", "targetMarkets": "DE,AT",
                            "summary": "New label", "effectiveDate": "2027-01-15"}),
        ("/issues", {"partnerCompanyId": BERGMANN, "reason": "QUALITY", "subject": "Blurred", "gtin": ""}),
        ("/actors/*", {"_method": "PUT", "behaviour": "confirm", "delay_seconds": "5"}),
        ("/events", {"_method": "PUT", "push": "false"}),
        ("/dialects", {"_method": "PUT", "dialect": "hal", "profile": "acme"}),
        (f"/partners/{ALPKORN}/status", {"_method": "PUT", "status": "SUSPENDED"}),
        ("/calls", {"_method": "DELETE"}),
    ]  # fmt: skip

    answers = [grid.http.post(VERBS + path, data=data).status_code for path, data in sent]

    notice = grid.get(f"{WORKSPACE}/changeNotices").json["response"][0]
    assert answers == [303] * len(sent)
    assert (notice["gtins"], notice["targetMarkets"]) == (["09521234500049", "09521234500056"], ["DE", "AT"])
