"""What networks and programs make of a true answer, and answers out of thin air."""

import json

from hypothesis import strategies as st

#: Names that parsers look for, so that nonsense lands where it hurts.
NAMES = st.sampled_from(
    sorted(
        {
            *("id", "type", "data", "href", "changed", "sequence", "time", "resource", "subject", "message"),
            *("response", "items", "entries", "_embedded", "_links", "next", "fault", "detail", "fields"),
            *("errorcode", "faultstring", "error-code", "code", "name", "user", "replies", "attachments"),
            *("partnerCompanyId", "communityId", "memberCount", "status", "kind", "languages", "contacts"),
            *("userId", "loginId", "email", "notify", "posts", "targetMarkets", "regions", "gln"),
            *("issueId", "raisedBy", "relatedTo", "resolution", "taskId", "projectId", "tasks", "progress"),
            *("invitation", "changeNoticeId", "summary", "changes", "affectedAssets", "acknowledgements"),
            *("assignees", "title", "feedbackId", "rating", "tags", "about", "at", "dueDate", "transactions"),
            *("getTransactions", "errors", "transactionid", "contentkeys", "fastatus", "access_token"),
        }
    )
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["ACTIVE", "PUBLISHED", "OPEN", "a\x00b", "\x00", "‮", "9" * 400, "2026-13-45", "../..", "//["]
    ),
)
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.just(10**40))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(NAMES, TEXTS), inner, max_size=5)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=8)

TRUE = {
    "page": {"page": 1, "pageSize": 2, "totalCount": 1},
    "response": [
        {
            "partnerCompanyId": "GC1",
            "name": "Bergmann",
            "status": "ACTIVE",
            "languages": ["de"],
            "contacts": [{"userId": "U1", "email": "a@b.example"}],
        }
    ],
    "_links": {"self": {"href": "/x"}},
}
WORDS = json.dumps(TRUE).encode()


def deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@st.composite
def broken(draw, true: bytes = WORDS) -> bytes:
    """A true answer, broken in one of the ways that happen."""
    how = draw(
        st.sampled_from(
            [
                "cut",
                "html",
                "nan",
                "deep",
                "deeper",
                "surrogate",
                "twice",
                "nul",
                "flip",
                "empty",
                "bom",
                "utf16",
            ]
        )
    )
    place = draw(st.integers(0, max(0, len(true) - 1)))
    return {
        "cut": true[:place],
        "html": b"<!doctype html><title>Please wait</title>",
        "nan": true.replace(b"1", b"NaN"),
        "deep": b'{"response": ' + deep(300) + b"}",
        "deeper": deep(100_000),
        "surrogate": true.replace(b"ACTIVE", b"\\ud800"),
        "twice": true[:-1] + b', "response": 5, "response": [{"status": 7}]}',
        "nul": true.replace(b"Bergmann", b"B\\u0000"),
        "flip": true[:place] + bytes([true[place] ^ 0x15]) + true[place + 1 :],
        "empty": b"",
        "bom": b"\xef\xbb\xbf" + true,
        "utf16": true.decode().encode("utf-16"),
    }[how]
