"""Answers about archives, share and embed links, and downloads as the documentation shows them."""

from typing import Any

from portal.api.v1 import examples

_ROOT = "https://portal.example/api/v1"
_ARCHIVE = f"{_ROOT}/archives/job_d4f5g6h7j2k3l4z5"
_SHARE = f"{_ROOT}/shares/shl_q2w3e4r5t6y7u2i3"
_ADDRESS = "https://norrvik.filerobot.com/6e2f0d51-oat-muesli.jpg?w=1200&h=1200&func=bound"

ARCHIVE: dict[str, Any] = {
    "id": "job_d4f5g6h7j2k3l4z5",
    "state": "ready",
    "origin": "api",
    "file_count": 11,
    "done": 11,
    "size": 2178456,
    "problems": [],
    "left_out": [
        {
            "status": "withdrawn",
            "why": "The rights to this file have ended. Please do not use it any more.",
            "title": "Summer terrace",
            "asset": "ast_b5n6m7a2s3d4f5g6",
            "variant": "var_z2x3c4v5b6n7m2a3",
            "language": None,
            "recipe": "web-1200",
            "sha256": None,
            "gtin": None,
        }
    ],
    "asked_at": "2026-11-20T09:14:03.120000Z",
    "ended_at": "2026-11-20T09:14:21.004000Z",
    "kept_until": "2026-12-04T09:14:03.120000Z",
    "href": _ARCHIVE,
    "file": f"{_ARCHIVE}/file",
}
ARCHIVES: dict[str, Any] = {"items": [ARCHIVE], "next": None}

SHARE: dict[str, Any] = {
    "id": "shl_q2w3e4r5t6y7u2i3",
    "title": "Poster, spring",
    "pack": None,
    "files": [
        {
            "title": {"en": "Oat muesli, front", "de": "Hafermüsli, vorne"},
            "recipe": "print-300",
            "asset": "ast_2kq7wz5xv3m4n6pt",
            "variant": "var_q2w3e4r5t6y7u2i3",
            "language": "de",
        }
    ],
    "is_open": True,
    "has_password": False,
    "most_downloads": 3,
    "created_at": "2026-11-20T09:14:03.120000Z",
    "expires_at": "2026-12-04T09:14:03.120000Z",
    "revoked_at": None,
    "recipients": [
        {
            "id": "shr_h2j3k4l5z6x7c2v3",
            "email": "agency@print.example",
            "downloads": 1,
            "last_at": "2026-11-21T06:30:11.004000Z",
            "revoked_at": None,
        }
    ],
    "not_mailed": [],
    "href": _SHARE,
    "takings": f"{_SHARE}/takings",
}
SHARES: dict[str, Any] = {"items": [{**SHARE, "not_mailed": None}], "next": None}
SHARE_WITHOUT_ONE: dict[str, Any] = {
    **SHARE,
    "recipients": [{**SHARE["recipients"][0], "revoked_at": "2026-11-22T16:02:44.010000Z"}],
    "not_mailed": None,
}
TAKINGS: dict[str, Any] = {
    "items": [
        {
            "at": "2026-11-21T06:30:11.004000Z",
            "recipient": "shr_h2j3k4l5z6x7c2v3",
            "email": "agency@print.example",
            "name": "oat_front-v4-print-300.jpg",
            "sha256": examples.MADE["sha256"],
            "size": 2178456,
            "version": 4,
        }
    ],
    "next": None,
}

DOWNLOAD: dict[str, Any] = {
    "id": "dwn_m2n3b4v5c6x7z2a3",
    "at": "2026-11-21T06:30:11.004000Z",
    "by": "client:cli_w2e3r4t5z6u7i2o3",
    "via": "api",
    "sha256": examples.ABOUT["sha256"],
    "name": "oat_front-v3-web-1200.webp",
    "media_type": "image/webp",
    "size": 188416,
    "title": examples.ABOUT["title"],
    "asset": examples.ABOUT["asset"],
    "language": "de",
    "version": 3,
    "recipe": "web-1200",
    "status": "replaced",
    "current_version": 4,
}
DOWNLOADS: dict[str, Any] = {"items": [DOWNLOAD], "next": None}
PACK_DOWNLOADS: dict[str, Any] = {
    "items": [
        {
            "id": "pdl_m2n3b4v5c6x7z2a3",
            "at": "2026-11-21T06:30:11.004000Z",
            "by": "client:cli_w2e3r4t5z6u7i2o3",
            "via": "api",
            "pack": "pck_7hgf6d5s4a3q2w2e",
            "title": {"en": "Onboarding pack DACH"},
            "version": 4,
            "since": None,
            "name": "onboarding-pack-dach-v4.zip",
            "file_count": 12,
            "size": 2260992,
            "status": "replaced",
            "current_version": 5,
        }
    ],
    "next": None,
}

EMBED_ASKED: dict[str, Any] = {
    "id": "emb_w2e3r4t5y6u7i2p3",
    "asset": "ast_2kq7wz5xv3m4n6pt",
    "variant": "var_q2w3e4r5t6y7u2i3",
    "language": "de",
    "version": 2,
    "recipe": "web-1200",
    "state": "opening",
    "address": None,
    "html": None,
    "created_at": "2026-11-20T09:14:03.120000Z",
    "ready_at": None,
    "ended_at": None,
    "reason": None,
    "href": f"{_ROOT}/embeds/emb_w2e3r4t5y6u7i2p3",
}
EMBED: dict[str, Any] = {
    **EMBED_ASKED,
    "state": "ready",
    "address": _ADDRESS,
    "html": f'<img src="{_ADDRESS.replace("&", "&amp;")}" width="1200" height="900" alt="Hafermüsli, vorne"'
    ' loading="lazy" decoding="async">',
    "ready_at": "2026-11-20T09:14:05.480000Z",
}
EMBED_ENDED: dict[str, Any] = {
    **EMBED,
    "state": "ended",
    "html": None,
    "ended_at": "2026-11-22T16:02:44.010000Z",
    "reason": "company",
}
EMBEDS: dict[str, Any] = {"items": [EMBED], "next": None}
