"""Answers about packs as the documentation shows them. Tests hold each against its schema."""

from typing import Any

_ROOT = "https://portal.example/api/v1"
_ID = "pck_7hgf6d5s4a3q2w2e"
_OAT = "9f2c0f6f3d1c0a5be1d6c7c8a4a5e2f4c1f7f1b0a7f5c3d2e1b0a9f8e7d641ab"
_OLD = "77b01e90b2d3f5a6c8e7d9f0a1b2c3d4e5f60718293a4b5c6d7e8f900112d3f8"
_MANIFEST = "4c7a1e90b2d3f5a6c8e7d9f0a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"
_HREF = f"{_ROOT}/packs/{_ID}/versions/5"

_VERSION: dict[str, Any] = {
    "number": 5,
    "is_current": True,
    "issued_at": "2026-11-19T09:14:03.120000Z",
    "file_count": 1,
    "size": 188416,
    "manifest": {
        "sha256": _MANIFEST,
        "algorithm": "Ed25519",
        "key": "a1b2c3d4e5f60718",
        "signature": "c2lnbmF0dXJl",
        "href": f"{_HREF}/manifest",
    },
    "archive": f"{_HREF}/archive",
    "href": _HREF,
}

PACK: dict[str, Any] = {
    "id": _ID,
    "title": {"en": "Onboarding pack DACH"},
    "purpose": "onboarding",
    "asks": "received",
    "version": _VERSION,
    "href": f"{_ROOT}/packs/{_ID}",
    "confirmations": f"{_ROOT}/packs/{_ID}/confirmations",
}
PACKS: dict[str, Any] = {"items": [PACK], "next": None}
VERSIONS: dict[str, Any] = {"items": [_VERSION], "next": None}
VERSION: dict[str, Any] = {
    **_VERSION,
    "changes": {
        "since": 4,
        "added": [],
        "changed": ["oat-muesli-front-web-1200.webp"],
        "removed": ["summer-web-1200.webp"],
        "renamed": [{"from": "honey-web-1200.webp", "to": "heather-honey-web-1200.webp"}],
    },
    "files": [
        {
            "name": "oat-muesli-front-web-1200.webp",
            "sha256": _OAT,
            "size": 188416,
            "media_type": "image/webp",
            "asset": "ast_2kq7wz5xv3m4n6pt",
            "variant": "var_q2w3e4r5t6y7u2i3",
            "language": "de",
            "version": 4,
            "recipe": "web-1200",
            "href": f"{_ROOT}/files/{_OAT}",
        }
    ],
}
CONFIRMATIONS: dict[str, Any] = {
    "items": [
        {
            "name": "oat-muesli-front-web-1200.webp",
            "sha256": _OAT,
            "state": "stale",
            "is_wanted": True,
            "is_replaced": False,
            "confirmation": {
                "id": "cnf_p2o3i4u5y6t7r2e3",
                "sha256": _OLD,
                "answer": "in_use",
                "reason": None,
                "text": None,
                "place": "bergmann.example shop",
                "answered_at": "2026-09-04T10:00:00Z",
                "stale_at": "2026-11-19T09:14:03.120000Z",
            },
        }
    ],
    "next": None,
    "manifest_sha256": _MANIFEST,
    "due_at": "2026-12-03T09:14:03.120000Z",
}

COMING: dict[str, Any] = {
    "items": [
        {
            "id": "pck_2kq7wz5xv3m4n6pt",
            "title": {"en": "Winter kitchen"},
            "done": 7,
            "file_count": 12,
            "is_first": False,
        }
    ],
    "next": None,
}
