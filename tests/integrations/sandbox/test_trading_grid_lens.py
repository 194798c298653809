"""Lens: the published searches, on the transactions that posts make."""

import pytest

from tests.integrations.sandbox.grid_client import ALPKORN, BERGMANN, DACH, asset, post

LENS = "/visibility_transaction_search"
TO_BERGMANN = 'query: "ZZ:BERGMANN"'


def search(grid, query="", fields="transactions { receivername status fastatus }"):
    text = f"query anything {{ getTransactions({f'query: {{ {query} }}' if query else 'query: {}'}) {{ {fields} }} }}"
    answer = grid.post(LENS, {"query": text, "variables": ""})
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json, answer.json
    return answer.json["data"]["getTransactions"]


def names_of(found):
    return [row["receivername"] for row in found["transactions"]]


@pytest.fixture
def posted(grid):
    """Two posts to two partners each: media that Bergmann confirmed, and a note nobody has to answer."""
    grid.post(f"{DACH}/posts", post("media"))
    grid.put(f"{DACH}/posts/post-1001/receipts/{BERGMANN}", {"status": "CONFIRMED"})
    grid.post(f"{DACH}/posts", post("note", kind="NEWS", assets=[], requiresReceipt=False))
    return grid


def test_nothing_posted_nothing_found(grid):
    assert search(grid, fields="count total offset transactions { transactionid }") == {
        "count": 0,
        "total": 0,
        "offset": 0,
        "transactions": [],
    }


def test_basic_search_without_arguments(posted):
    text = """
    query basicTransactionSearch{
      getTransactions {
        count
        total
        transactions{ transactionlevel editype senderaddress receiveraddress senderreference }
      }
    }"""

    found = posted.post(LENS, {"query": text}).json["data"]["getTransactions"]

    assert (found["count"], found["total"]) == (4, 4)
    assert found["transactions"][0] == {
        "transactionlevel": "Document",
        "editype": "832",
        "senderaddress": "ZZ:NORRVIK",
        "receiveraddress": "ZZ:BERGMANN",
        "senderreference": "media",
    }


def test_status_follows_the_receipt(posted):
    rows = search(posted)["transactions"]

    assert rows == [
        {"receivername": "Bergmann Retail", "status": "S", "fastatus": "A"},
        {"receivername": "Alpkorn Märkte AG", "status": "R", "fastatus": "W"},
        {"receivername": "Bergmann Retail", "status": "R", "fastatus": "N"},
        {"receivername": "Alpkorn Märkte AG", "status": "R", "fastatus": "N"},
    ]


@pytest.mark.parametrize(("status", "code"), [("CHANGE_REQUESTED", "E"), ("DECLINED", "R"), ("VIEWED", "W")])
def test_acknowledgement_codes(posted, status, code):
    posted.put(f"{DACH}/posts/post-1001/receipts/{ALPKORN}", {"status": status})

    assert search(posted, 'query: "Alpkorn*" count: 1')["transactions"][0]["fastatus"] == code


def test_late_acknowledgement_is_timed_out(grid):
    grid.post(f"{DACH}/posts", post(receiptDueDate="2000-01-01T00:00:00Z"))

    assert {row["fastatus"] for row in search(grid)["transactions"]} == {"T"}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ('query: "832"', 2),
        ('query: "832 AND DOCUMENT"', 2),
        ('query: "(editype:832 OR editype:864) AND -status:R"', 1),
        ('query: "ZZ?BERGMANN"', 2),
        ('query: "ZZ:ALPKORN OR media"', 3),
        ('query: "meta.errorcode:*"', 0),
        ("fields: { must: [{field: editype query: \"864\"}] }", 2),
        (f"fields: {{ should: [{{field: senderaddress {TO_BERGMANN}}} {{field: receiveraddress {TO_BERGMANN}}}] }}", 2),
        ('fields: { should: [{field: errorcode query: "*"}] }', 0),
        ('filters: [{field: editype values: [{not: true value: "832"}]}]', 2),
        ('filters: [{field: receiveraddress values: [{not: false value: "ZZ:BERGMANN"}]}]', 2),
        ('ranges: {field: arrivaltime from: "2020-01-01T00:00:00Z"}', 4),
        ('ranges: {field: arrivaltime to: "2020-01-01T00:00:00Z"}', 0),
        ('contentKeyFilters: [{key: "reference number" value: "med*"}]', 2),
        ('contentKeyFilters: [{key: "item number" value: "09521234500049"}]', 2),
    ],
)  # fmt: skip
def test_published_conditions(posted, query, count):
    assert search(posted, query, "total")["total"] == count


def test_sorting_and_offset(posted):
    found = search(posted, "sortby: { field: receivername type: DESC } count: 2 offset: 1")

    assert names_of(found) == ["Bergmann Retail", "Alpkorn Märkte AG"]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("contentKeyFilters: [] count: 1", [{"key": "reference number", "value": "media"}]),
        ("count: 1", None),
    ],
)
def test_content_keys_come_only_to_a_query_with_content_key_filters(posted, query, keys):
    fields = 'transactions { contentkeys(names: ["reference number", "invoice number"]) { key value } }'

    assert search(posted, query, fields)["transactions"] == [{"contentkeys": keys}]


def test_scrolling_gives_the_next_thousand_each_time(grid):
    grid.post(f"{DACH}/posts", post())
    query = "scroll: true sortby: { field: arrivaltime type: ASC }"

    counts = [search(grid, query, "count scrollid")["count"] for _ in range(3)]

    assert counts == [2, 0, 2]


def test_posts_of_several_products_carry_each_number(grid):
    assets = [asset(), asset(assetId="ast-2", gtin="09521234500056"), asset(assetId="ast-3")]
    grid.post(f"{DACH}/posts", post(assets=assets))

    found = search(
        grid,
        "contentKeyFilters: [] count: 1",
        'transactions { contentkeys(names: ["item number"]) { value } }',
    )

    assert found["transactions"][0]["contentkeys"] == [
        {"value": "09521234500049"},
        {"value": "09521234500056"},
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("query { getTransactions { transactions { Status } } }", "Cannot query field 'Status'"),
        ("query { getInvoices { count } }", "Cannot query field 'getInvoices'"),
        ("query { getTransactions { count", "ends too early"),
        ('query { getTransactions(query: {query: "(a"}) { count } }', "brackets"),
        ("query { getTransactions(query: {sortby: {field: nonsense}}) { count } }", "nonsense"),
        ("query { getTransactions(query: {fields: {must: [{field: nonsense query: \"1\"}]}}) { count } }", "nonsense"),
        ("query { getTransactions(query: {count: 1001}) { count } }", "up to 1000"),
        ("query { getTransactions(query: {first: 10}) { count } }", "first"),
        ("{a" * 200, "nested too deeply"),
        ("§", "makes no sense"),
    ],
)  # fmt: skip
def test_wrong_query_is_a_graphql_error(grid, text, message):
    answer = grid.post(LENS, {"query": text})

    assert answer.status_code == 200
    assert answer.json["data"] is None
    assert message in answer.json["errors"][0]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "mutation { resend(id: 1) { ok } }",
        "query ($n: Int) { getTransactions { count } }",
        "query { getTransactions { ...all } }",
        "query { mine: getTransactions { count } }",
        "query { __schema { types { name } } }",
        "query { getTransactions { count @skip(if: true) } }",
    ],
)
def test_graphql_beyond_the_published_requests_is_not_done(grid, text):
    answer = grid.post(LENS, {"query": text})

    assert (answer.status_code, answer.json["error-code"]) == (501, "COMM-5011")


@pytest.mark.parametrize("body", [{}, {"query": 7}])
def test_search_needs_a_query(grid, body):
    assert grid.post(LENS, body).status_code == 400
