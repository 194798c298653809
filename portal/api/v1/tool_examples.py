"""Answers of the tools, as the documentation shows them. Tests hold each against its schema."""

from typing import Any

from portal.api.v1 import examples

_OLD = examples.ABOUT["sha256"]
_NEVER = "77b0c5a9e1d3f5a6c8e7d9f0a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"

CHECK: dict[str, Any] = {
    "items": [
        {
            "sha256": _OLD,
            "status": "replaced",
            "reason": None,
            "name": "oat_front-v3-web-1200.webp",
            "title": examples.ABOUT["title"],
            "asset": examples.ABOUT["asset"],
            "variant": examples.ABOUT["variant"],
            "language": "de",
            "version": 3,
            "recipe": "web-1200",
            "taken_at": "2026-11-21T06:30:11.004000Z",
            "replaced_by": {
                "version": 4,
                "name": "oat_front-v4-web-1200.webp",
                "sha256": examples.ABOUT["replaced_by"]["sha256"],
                "href": examples.ABOUT["replaced_by"]["href"],
            },
        },
        {
            "sha256": _NEVER,
            "status": "unknown",
            "reason": None,
            "name": None,
            "title": {},
            "asset": None,
            "variant": None,
            "language": None,
            "version": None,
            "recipe": None,
            "taken_at": None,
            "replaced_by": None,
        },
    ],
    "counts": {"current": 0, "replaced": 1, "withdrawn": 0, "unknown": 1},
}

LOOK_UP: dict[str, Any] = {
    "items": [
        {
            "given": "9521234500049",
            "gtin": "09521234500049",
            "answer": "found",
            "problem": None,
            "product": "pro_d4f5g6h7j2k3l4z5",
            "name": {"en": "Oat muesli", "de": "Hafermüsli"},
            "assets": 4,
            "files": 7,
            "languages": ["de", "en"],
        },
        {
            "given": "9521234500041",
            "gtin": None,
            "answer": "unknown",
            "problem": "check_digit",
            "product": None,
            "name": {},
            "assets": 0,
            "files": 0,
            "languages": [],
        },
    ]
}
