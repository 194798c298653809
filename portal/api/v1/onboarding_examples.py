"""Answers about onboarding as the documentation shows them. Tests hold each against its schema."""

from typing import Any

_SHA = "9f2c0f6f3d1c0a5be1d6c7c8a4a5e2f4c1f7f1b0a7f5c3d2e1b0a9f8e7d641ab"

STEP: dict[str, Any] = {
    "id": "ost_2kq7wz5xv3m4n6pt",
    "number": 3,
    "kind": "terms",
    "title": "Accept the terms",
    "state": "done",
    "completes_itself": False,
    "is_optional": False,
    "due_at": "2026-12-03T09:14:03.120000Z",
    "closed_at": "2026-11-21T08:00:00Z",
    "origin": "api",
    "evidence": {
        "document": "doc_q2w3e4r5t6y7u2i3",
        "revision": 2,
        "sha256": _SHA,
        "language": "de",
        "acceptance": "acc_p2o3i4u5y6t7r2e3",
    },
    "document": {
        "id": "doc_q2w3e4r5t6y7u2i3",
        "revision": 2,
        "sha256": _SHA,
        "title": {"en": "Terms of use", "de": "Nutzungsbedingungen"},
        "text": {"en": "Use the files for our products only.", "de": "Nur für unsere Produkte verwenden."},
    },
    "company_sha256": None,
    "company": None,
    "wrong": None,
    "href": "https://portal.example/api/v1/onboarding/steps/ost_2kq7wz5xv3m4n6pt",
}
ONBOARDINGS: dict[str, Any] = {
    "items": [
        {
            "id": "enr_7hgf6d5s4a3q2w2e",
            "programme": {"en": "Welcome, distributors"},
            "state": "active",
            "done": 3,
            "total": 6,
            "started_at": "2026-11-19T09:14:03.120000Z",
            "completed_at": None,
            "steps": [STEP],
        }
    ],
    "next": None,
}
