"""Answers about requests as the documentation shows them. Tests hold each against its schema."""

from typing import Any

REQUEST: dict[str, Any] = {
    "id": "req_4mzq7c2kwn5tx3ha",
    "number": "R-2417",
    "state": "resolved",
    "reason": "missing_size",
    "asset": "ast_3k7dq2mz5w4hbn6c",
    "variant": "var_6p2xk4jv7q3mzt5d",
    "gtin": "09521234500049",
    "about": "Berry muesli, front",
    "market": None,
    "language": "de",
    "view": None,
    "width": 4000,
    "height": 4000,
    "fit": "pad",
    "format": "png",
    "most_bytes": None,
    "background": "transparent",
    "captions": False,
    "channel": "chn_5tq3w7zk2mx4vj6p",
    "channel_code": None,
    "needed_by": "2026-12-10",
    "note": "For the poster in our shop windows.",
    "due_on": "2026-12-04",
    "asked_at": "2026-11-19T09:14:03.120000Z",
    "changed_at": "2026-11-24T15:40:11.004000Z",
    "solution": {
        "text": "The studio has taken it anew, in 6000 pixels.",
        "asset": "ast_3k7dq2mz5w4hbn6c",
        "recipe": "original",
        "at": "2026-11-24T15:40:11.004000Z",
    },
    "duplicate_of": None,
    "href": "https://portal.example/api/v1/requests/req_4mzq7c2kwn5tx3ha",
    "page": "https://portal.example/o/bergmann-retail/requests/R-2417/",
}
REQUESTS: dict[str, Any] = {"items": [REQUEST], "next": None}
MESSAGE: dict[str, Any] = {
    "id": "rqm_7w5nq3zk2tx4mj6v",
    "kind": "answer",
    "by": "you",
    "person": "Jana Kessler",
    "text": "Without the lid, please.",
    "at": "2026-11-20T08:02:47.551000Z",
}
MESSAGES: dict[str, Any] = {
    "items": [
        {**MESSAGE, "id": "rqm_2tx4mj6v7w5nq3zk", "kind": "question", "by": "brand", "person": None,
         "text": "With or without the lid?", "at": "2026-11-19T16:30:00Z"},
        MESSAGE,
    ],
    "next": None,
}  # fmt: skip
