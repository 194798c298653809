"""Answers as the documentation shows them. Tests hold each against its schema."""

from typing import Any

_ROOT = "https://portal.example/api/v1"
_VARIANT = "var_q2w3e4r5t6y7u2i3"
_ID = "ast_2kq7wz5xv3m4n6pt"
_SHA256 = "9b1f0f6f3d1c0a5be1d6c7c8a4a5e2f4c1f7f1b0a7f5c3d2e1b0a9f8e7d6c5b4"
_NEXT_SHA256 = "4c7a1e90b2d3f5a6c8e7d9f0a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"

_COMMUNITY = {"id": "com_r5t6y7u2i3o4p5a6", "name": "Retail programme DACH"}

ASSET: dict[str, Any] = {
    "id": _ID,
    "kind": "packshot",
    "view": "front",
    "title": {"en": "Oat muesli, front", "de": "Hafermüsli, Vorderseite"},
    "description": {"en": "The 500 g pack from the front on white."},
    "alt_text": {"en": "A yellow pack of oat muesli.", "de": "Eine gelbe Packung Hafermüsli."},
    "brand": "norrvik-pantry",
    "product": {
        "id": "pro_d4f5g6h7j2k3l4z5",
        "gtin": "09521234500049",
        "name": {"en": "Oat muesli", "de": "Hafermüsli"},
        "brand": "norrvik-pantry",
        "net_content": "500 g",
        "markets": ["AT", "DE"],
    },
    "status": "current",
    "updated_at": "2026-11-20T09:14:03.120000Z",
    "variants": [
        {
            "id": _VARIANT,
            "language": "de",
            "markets": ["AT", "DE"],
            "status": "current",
            "usable_from": "2026-09-01T00:00:00Z",
            "usable_until": None,
            "rights": {"usage": "Online and print.", "copyright": "© Norrvik", "public_use": True},
            "version": {
                "id": "ver_x7c6v5b4n3m2a4s5",
                "number": 3,
                "sha1": "5c8d0f2b9f5b0f6ab7f3a1de2c1f6ab0a6a1c0de",
                "media_type": "image/jpeg",
                "size": 4182077,
                "width": 4000,
                "height": 4000,
                "duration": None,
                "file_name": "09521234500049_A1C1_de.jpg",
                "released_at": "2026-11-20T09:14:03.120000Z",
            },
        }
    ],
    "links": {
        "self": f"{_ROOT}/assets/{_ID}",
        "renditions": f"{_ROOT}/assets/{_ID}/renditions",
        "captions": None,
    },
}

ASSETS: dict[str, Any] = {"items": [ASSET], "next": "W2ZhbHNlLCIyMDI2LTExLTIwIl0.q3Zx0"}

_CAPTIONS_ID = "ast_5rt2yc8nb4v7kq3w"
_CAPTIONS_VARIANT = "var_h4j5k6l7z2x3c4v5"

CAPTIONS: dict[str, Any] = {
    "items": [
        {
            "id": _CAPTIONS_ID,
            "kind": "captions",
            "view": None,
            "title": {"en": "A day with Norrvik, German captions"},
            "description": {},
            "alt_text": {},
            "brand": "norrvik-pantry",
            "product": None,
            "status": "current",
            "updated_at": "2026-11-20T09:14:03.120000Z",
            "variants": [
                {
                    "id": _CAPTIONS_VARIANT,
                    "language": "de",
                    "markets": ["AT", "DE"],
                    "status": "current",
                    "usable_from": None,
                    "usable_until": None,
                    "rights": {
                        "usage": "All channels of authorised partners.",
                        "copyright": "© Norrvik",
                        "public_use": False,
                    },
                    "version": {
                        "id": "ver_m3n4b5v6c7x2z3a4",
                        "number": 1,
                        "sha1": "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
                        "media_type": "text/vtt",
                        "size": 1240,
                        "width": None,
                        "height": None,
                        "duration": None,
                        "file_name": "A day with Norrvik.de.vtt",
                        "released_at": "2026-11-20T09:14:03.120000Z",
                    },
                }
            ],
            "links": {
                "self": f"{_ROOT}/assets/{_CAPTIONS_ID}",
                "renditions": f"{_ROOT}/assets/{_CAPTIONS_ID}/renditions",
                "captions": None,
            },
        }
    ],
    "next": None,
}

RENDITIONS: dict[str, Any] = {
    "items": [
        {
            "recipe": "web-1200",
            "title": {"en": "Web shop", "de": "Webshop"},
            "format": "webp",
            "media_type": "image/webp",
            "variant": _VARIANT,
            "language": "de",
            "version": 3,
            "width": 1200,
            "height": 1200,
            "size": 96044,
            "sha256": _SHA256,
            "href": f"{_ROOT}/assets/{_ID}/renditions/web-1200?variant={_VARIANT}",
        },
        {
            "recipe": "original",
            "title": {"en": "Original file", "de": "Originaldatei"},
            "format": "original",
            "media_type": "image/jpeg",
            "variant": _VARIANT,
            "language": "de",
            "version": 3,
            "width": 4000,
            "height": 4000,
            "size": 4182077,
            "sha256": None,
            "href": f"{_ROOT}/assets/{_ID}/renditions/original?variant={_VARIANT}",
        },
    ],
    "next": None,
}

MADE: dict[str, Any] = {
    "sha256": _SHA256,
    "media_type": "image/webp",
    "size": 96044,
    "width": 1200,
    "height": 1200,
    "variant": _VARIANT,
    "language": "de",
    "version": 3,
    "href": f"{_ROOT}/files/{_SHA256}",
}

ABOUT: dict[str, Any] = {
    "sha256": _SHA256,
    "status": "replaced",
    "reason": None,
    "replaced_by": {
        "version": 4,
        "sha256": _NEXT_SHA256,
        "href": f"{_ROOT}/assets/{_ID}/renditions/web-1200?variant={_VARIANT}",
    },
    "asset": _ID,
    "variant": _VARIANT,
    "language": "de",
    "title": {"en": "Oat muesli, front", "de": "Hafermüsli, Vorderseite"},
    "version": 3,
    "recipe": "web-1200",
    "media_type": "image/webp",
    "size": 96044,
    "width": 1200,
    "height": 1200,
    "usable_from": "2026-09-01T00:00:00Z",
    "usable_until": None,
    "taken_at": "2026-11-21T06:30:11.004000Z",
}

CHANGES: dict[str, Any] = {
    "items": [
        {
            "cursor": "W2ZhbHNlLDQxMjFd",
            "kind": "replaced",
            "reason": None,
            "at": "2026-11-20T09:14:03.120000Z",
            "asset": _ID,
            "variant": _VARIANT,
            "language": "de",
            "version": {
                "id": "ver_x7c6v5b4n3m2a4s5",
                "number": 3,
                "sha1": "5c8d0f2b9f5b0f6ab7f3a1de2c1f6ab0a6a1c0de",
            },
            "community": _COMMUNITY,
            "available": True,
            "resync": False,
        },
        {
            "cursor": "W2ZhbHNlLDQxMjZd",
            "kind": "withdrawn",
            "reason": "approval_withdrawn",
            "at": "2026-11-22T14:02:55.810000Z",
            "asset": "ast_7h6g5f4d3s2a2p3o",
            "variant": "var_m2n3b4v5c6x7z2l3",
            "language": None,
            "version": {
                "id": "ver_k2j3h4g5f6d7s2a3",
                "number": 1,
                "sha1": "0d5e2c3b4a59687786950a1b2c3d4e5f60718293",
            },
            "community": _COMMUNITY,
            "available": False,
            "resync": False,
        },
    ],
    "next": None,
    "cursor": "W2ZhbHNlLDQxMjZd",
}

ME: dict[str, Any] = {
    "partner": {"id": "prt_a2s3d4f5g6h7j2k3", "name": "Bergmann Retail", "language": "de"},
    "client": {"id": "cli_z2x3c4v5b6n7m2q3", "name": "PIM"},
    "scopes": ["assets:read", "changes:read", "files:read"],
    "communities": [_COMMUNITY],
}
