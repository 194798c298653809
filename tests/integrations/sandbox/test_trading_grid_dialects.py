"""The three dialects, the second profile, and what is refused in their words."""

import re

import pytest

from tests.integrations.sandbox.grid_client import (
    ACME,
    BERGMANN,
    DACH,
    SERVICES,
    WORKSPACE,
    asset,
    issue,
    post,
)

COMMUNITIES = f"{WORKSPACE}/communities"
DIALECTS = ["cartographer", "hal", "plain"]
ALL = [
    "com-retail-dach",
    "com-retail-iberia-france",
    "com-gulf-distributors",
    "com-suppliers",
    "com-winter-kitchen",
    "com-breakfast-table",
    "com-harvest-2025",
    "com-onboarding",
]


def speak(grid, dialect):
    grid.verb("PUT", "/dialects", {"dialect": dialect})


def items_of(answer, dialect):
    body = answer.json
    if dialect == "cartographer":
        return body["response"]
    if dialect == "hal":
        return body.get("_embedded", {}).get("collection", [])
    return body


def next_of(answer, dialect):
    if dialect == "plain":
        found = re.match(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        return found and found[1]
    return answer.json["_links"].get("next", {}).get("href")


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        ("cartographer", "?pageSize=3"),
        ("hal", "?items-per-page=3"),
        ("plain", "?count=3"),
        ("plain", "?pageNo=1&pageSize=3"),
    ],
)
def test_following_links_reads_the_whole_list_once(grid, dialect, query):
    speak(grid, dialect)
    address, seen, pages = COMMUNITIES + query, [], 0

    while address:
        answer = grid.get(address)
        seen += [community["communityId"] for community in items_of(answer, dialect)]
        address, pages = next_of(answer, dialect), pages + 1

    assert (seen, pages) == (ALL, 3)


def test_cartographer_list_carries_page_response_and_links(grid):
    body = grid.get(f"{COMMUNITIES}?pageNo=2&pageSize=3&updatedSince=2020-01-01T00:00:00Z").json

    assert body["page"] == {"page": 2, "pageSize": 3, "pageTotal": 3, "totalCount": 8, "sortOrder": "ASC"}
    assert set(body["_links"]) == {"self", "next", "previous"}
    assert "updatedSince=2020-01-01T00%3A00%3A00Z" in body["_links"]["next"]["href"]


def test_short_page_leaves_out_what_its_total_counts(grid):
    grid.verb("PUT", "/lists", {"leaveOut": 1})

    short = grid.get(COMMUNITIES).json

    assert (len(short["response"]), short["page"]["totalCount"]) == (7, 8)


def test_hal_list_has_no_embedded_when_empty_and_a_total_only_when_asked(grid):
    speak(grid, "hal")

    empty = grid.get(f"{WORKSPACE}/issues")
    asked = grid.get(f"{COMMUNITIES}?include-total=true")

    assert (empty.mimetype, set(empty.json)) == ("application/hal+json", {"_links"})
    assert asked.json["total"] == 8


def test_plain_list_is_a_bare_array_of_everything(grid):
    speak(grid, "plain")

    answer = grid.get(COMMUNITIES)

    assert [community["communityId"] for community in answer.json] == ALL
    assert "Link" not in answer.headers


@pytest.mark.parametrize(
    ("dialect", "keys"),
    [
        ("cartographer", {"status", "message", "error-code"}),
        ("hal", {"fault"}),
        ("plain", {"message", "code"}),
    ],
)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{WORKSPACE}/nonsense", 404),
        ("GET", f"{WORKSPACE}/issues/iss-1", 404),
        ("GET", "/TGCommunityWorkspace/v1/companies/GC00000101BR/issues", 403),
        ("GET", "/TGCommunityServices/v2/anything", 404),
        ("DELETE", COMMUNITIES, 405),
        ("GET", "/cartographer/mp/v1/maps", 501),
        ("POST", "/v1/auth", 501),
    ],
)
def test_every_refusal_speaks_the_dialect(grid, dialect, keys, method, path, status):
    speak(grid, dialect)

    answer = grid.call(method, path)

    assert (answer.status_code, set(answer.json)) == (status, keys)


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind": ',
        b"\xff\xfe",
        b'{"kind": NaN}',
        b"[" * 5000,
        b'"text"',
        b"[]",
        b"",
    ],
)
def test_body_that_is_no_json_object_is_a_400_with_words(grid, body):
    answer = grid.call("POST", f"{DACH}/posts", data=body, content_type="application/json")

    assert answer.status_code == 400
    assert "JSON" in answer.json["message"]
    assert "Traceback" not in answer.text


def test_body_that_is_too_large_is_refused(grid):
    answer = grid.call("POST", f"{DACH}/posts", data=b"x" * 9_000_000, content_type="application/json")

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("pageNo=0", "pageNo"),
        ("pageSize=101", "pageSize"),
        ("pageSize=ten", "pageSize"),
        ("sort=title", "sort"),
        ("updatedSince=yesterday", "updatedSince"),
        ("updatedSince=2026-11-23T10:00:00", "updatedSince"),
    ],
)
def test_wrong_list_parameter_is_named(grid, query, name):
    answer = grid.get(f"{DACH}/posts?{query}")

    assert (answer.status_code, answer.json["fields"][0]["name"]) == (400, name)


def test_lists_are_sorted_and_filtered_by_change(grid):
    for number in (1, 2, 3):
        grid.part.grid.clock.set_offset(number * 60)
        grid.post(f"{DACH}/posts", post(f"p{number}"))
    moved = grid.get(f"{DACH}/posts/post-1002").json["updatedAt"]
    grid.part.grid.clock.set_offset(600)
    grid.move(f"{DACH}/posts/post-1001", "withdraw")

    newest = grid.get(f"{DACH}/posts?sort=updatedAt desc").json["response"]
    since = grid.get(f"{DACH}/posts?updatedSince={moved}").json["response"]
    shifted = grid.get(f"{DACH}/posts?updatedSince={moved.replace('Z', '%2B00:00')}").json["response"]

    assert [each["postId"] for each in newest] == ["post-1001", "post-1003", "post-1002"]
    assert {each["postId"] for each in since} == {"post-1001", "post-1002", "post-1003"}
    assert since == shifted


# -- The second profile


def acme_post():
    ours = post()
    return {
        "clientRef": ours["externalReference"],
        "kind": ours["kind"],
        "status": "Live",
        "headline": ours["title"],
        "mediaItems": [asset()],
        "needsAck": True,
    }


def test_second_profile_serves_the_same_post_under_other_names(grid):
    created = grid.post(f"{ACME}/groups/com-retail-dach/bulletins", acme_post())
    default = grid.get(f"{DACH}/posts/post-1001").json

    assert created.status_code == 201, created.text
    assert created.headers["Location"].endswith("/acme-grid/collab/v2/tenants/GC00000000AA/groups/"
                                                "com-retail-dach/bulletins/post-1001")  # fmt: skip
    assert {name: created.json[name] for name in ("bulletinId", "status", "edition")} == {
        "bulletinId": "post-1001",
        "status": "Live",
        "edition": 1,
    }
    assert (default["title"], default["status"]) == (post()["title"], "PUBLISHED")


def test_second_profile_does_not_understand_the_default_names(grid):
    answer = grid.post(f"{ACME}/groups/com-retail-dach/bulletins", post())

    assert answer.status_code == 400
    assert [field["name"] for field in answer.json["fields"]] == ["clientRef"]


def test_second_profile_does_not_understand_the_default_words(grid):
    answer = grid.post(f"{ACME}/groups/com-retail-dach/bulletins", {**acme_post(), "status": "PUBLISHED"})

    assert [field["name"] for field in answer.json["fields"]] == ["status"]


def test_second_profile_filters_by_its_own_words(grid):
    grid.post(f"{WORKSPACE}/issues", issue(severity="HIGH"))

    found = grid.get(f"{ACME}/tickets?status=New&companyCode={BERGMANN}").json["response"]
    none = grid.get(f"{ACME}/tickets?status=Assigned").json["response"]

    assert [(each["ticketId"], each["priority"], each["status"]) for each in found] == [
        ("iss-1001", "P2", "New")
    ]
    assert none == []


def test_second_profile_answers_receipts_and_directory_in_its_names(grid):
    grid.post(f"{ACME}/groups/com-retail-dach/bulletins", acme_post())
    ack = f"{ACME}/groups/com-retail-dach/bulletins/post-1001/acks/{BERGMANN}"

    answer = grid.put(ack, {"status": "Acked", "remark": "ja"})
    partner = grid.get(
        f"/acme-grid/directory/v2/companies/GC00000000AA/tradingPartners?companyCode={BERGMANN}"
    ).json["response"][0]

    assert {name: answer.json[name] for name in ("companyCode", "status", "remark", "edition")} == {
        "companyCode": BERGMANN,
        "status": "Acked",
        "remark": "ja",
        "edition": 1,
    }
    assert (partner["legalName"], len(partner["people"])) == ("Bergmann Retail", 3)


def test_profiles_print_the_configuration_an_adapter_needs(grid):
    speak(grid, "hal")

    acme = grid.verb("GET", "/profiles")["profiles"]["acme"]

    assert (acme["tokenStyle"], acme["dialect"], acme["companyId"]) == ("tenant", "hal", "GC00000000AA")
    assert (
        acme["paths"]["posts"].format(companyId="GC00000000AA", communityId="c")
        == f"{ACME}/groups/c/bulletins"
    )
    assert acme["fieldMap"]["posts"]["title"] == "headline"
    assert acme["valueMap"]["issueStatus"]["OPEN"] == "New"


def test_profile_that_is_not_served_answers_404(grid):
    grid.verb("PUT", "/profiles", {"serve": ["acme"]})

    assert grid.get(COMMUNITIES).status_code == 404
    assert grid.get(f"{ACME}/groups").status_code == 200


def test_each_profile_may_speak_its_own_dialect(grid):
    grid.verb("PUT", "/dialects", {"dialect": "hal", "profile": "acme"})

    assert "response" in grid.get(COMMUNITIES).json
    assert "_embedded" in grid.get(f"{ACME}/groups").json


def test_every_documented_path_of_the_services_is_served(grid):
    served = [
        grid.get(f"{SERVICES}/companies/GC00000000AA{path}").status_code
        for path in ("", "/partnerDirectory", "/users", "/users/U0000000002", "/entitlements")
    ]

    assert served == [200] * 5


def test_received_calls_are_kept_for_people_without_tokens(grid):
    grid.post(f"{DACH}/posts", post(), headers={"Idempotency-Key": "fact-1"})

    calls = grid.verb("GET", "/calls?path=/posts")["calls"]

    assert [(call["method"], call["status"], call["idempotencyKey"]) for call in calls] == [
        ("POST", 201, "fact-1")
    ]
    assert calls[0]["body"]["externalReference"] == "publication-1"
    assert grid.token not in str(grid.verb("GET", "/calls"))
