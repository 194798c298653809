"""Answers about channels, specifications and verdicts as the documentation shows them."""

from typing import Any

_ROOT = "https://portal.example/api/v1"
_SPECIFICATION = "spc_a2s3d4f5g6h7j2k3"
_FIXED = "1f0c5b7a9e8d6c4b2a1f0e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e1d0c9b"

SPECIFICATION: dict[str, Any] = {
    "id": _SPECIFICATION,
    "key": "amazon-main",
    "title": {"en": "Amazon-style main image", "de": "Hauptbild im Stil von Amazon"},
    "channel": "marketplace",
    "is_own": False,
    "revision": 1,
    "version": "2026-11",
    "rules": [
        {
            "id": "longest-side",
            "measure": "longest_side",
            "least": 1000.0,
            "most": 10000.0,
            "one_of": [],
            "pattern": None,
            "source": "Amazon Seller Central, product image requirements, as retold by guides",
            "date": "2026-11-27",
        },
        {
            "id": "format",
            "measure": "format",
            "least": None,
            "most": None,
            "one_of": ["jpeg", "png", "tiff", "gif"],
            "pattern": None,
            "source": "Amazon Seller Central, product image requirements, as retold by guides",
            "date": "2026-11-27",
        },
    ],
    "href": f"{_ROOT}/specifications/{_SPECIFICATION}",
}
SPECIFICATIONS: dict[str, Any] = {"items": [SPECIFICATION], "next": None}

CHANNEL: dict[str, Any] = {
    "id": "chn_m2n3b4v5c6x7z2a3",
    "name": "Amazon DE",
    "kind": "marketplace",
    "specification": _SPECIFICATION,
    "recipes": ["web-1200"],
    "created_at": "2026-11-20T09:14:03.120000Z",
    "href": f"{_ROOT}/channels/chn_m2n3b4v5c6x7z2a3",
}
CHANNELS: dict[str, Any] = {"items": [CHANNEL], "next": None}

VERDICT: dict[str, Any] = {
    "specification": _SPECIFICATION,
    "revision": 1,
    "recipe": "web-1200",
    "variant": "var_q2w3e4r5t6y7u2i3",
    "language": "de",
    "version": 3,
    "sha256": "9b1f0f6f3d1c0a5be1d6c7c8a4a5e2f4c1f7f1b0a7f5c3d2e1b0a9f8e7d6c5b4",
    "state": "failed",
    "lines": [
        {
            "rule": "longest-side",
            "state": "passed",
            "value": 1200,
            "text": "Longest side: 1200 pixels; needed: 1000 pixels to 10000 pixels",
        },
        {
            "rule": "format",
            "state": "failed",
            "value": "webp",
            "text": "Format: WebP; needed: JPEG or PNG or TIFF or GIF",
        },
    ],
    "overlay": None,
    "fix": {
        "steps": ["format"],
        "recipe": "fitted-4c7a1e90b2d3f5a6c8e7d9f0",
        "sha256": _FIXED,
        "media_type": "image/jpeg",
        "size": 241877,
        "width": 1200,
        "height": 1200,
        "href": f"{_ROOT}/files/{_FIXED}",
    },
}

_TEST = f"{_ROOT}/channels/chn_m2n3b4v5c6x7z2a3/tests/tst_r2t3y4u5i6p7a2s3"
PICTURE_TEST: dict[str, Any] = {
    "id": "tst_r2t3y4u5i6p7a2s3",
    "channel": "chn_m2n3b4v5c6x7z2a3",
    "specification": _SPECIFICATION,
    "revision": 1,
    "file_name": "front.png",
    "sha256": "5b1f0f6f3d1c0a5be1d6c7c8a4a5e2f4c1f7f1b0a7f5c3d2e1b0a9f8e7d6c5b4",
    "state": "failed",
    "lines": [
        {
            "rule": "longest-side",
            "state": "failed",
            "value": 640,
            "text": "Longest side: 640 pixels; needed: 1000 pixels to 10000 pixels",
        },
    ],
    "fix_steps": [],
    "overlay": f"{_TEST}/overlay",
    "made_at": "2026-11-20T09:14:03.120000Z",
    "href": _TEST,
}
PICTURE_TESTS: dict[str, Any] = {"items": [PICTURE_TEST], "next": None}

REPORT: dict[str, Any] = {
    "id": "rep_h2j3k4l5z6x7c2v3",
    "specification": _SPECIFICATION,
    "revision": 1,
    "recipe": "web-1200",
    "asked_at": "2026-11-20T09:14:03.120000Z",
    "finished_at": None,
    "total": 812,
    "counts": {"fits": 96, "fits_after_fix": 540, "cannot": 64, "unknown": 0, "open": 112},
    "href": f"{_ROOT}/reports/rep_h2j3k4l5z6x7c2v3",
    "files": f"{_ROOT}/reports/rep_h2j3k4l5z6x7c2v3/files",
}
REPORTS: dict[str, Any] = {"items": [REPORT], "next": None}
REPORT_FILES: dict[str, Any] = {
    "items": [
        {
            "asset": "ast_2kq7wz5xv3m4n6pt",
            "variant": "var_q2w3e4r5t6y7u2i3",
            "language": "de",
            "version": 3,
            "file_name": "09521234500049_A1C1_de.jpg",
            "gtin": "09521234500049",
            "outcome": "cannot",
            "why": [
                {
                    "rule": "white-background",
                    "state": "failed",
                    "value": 1840,
                    "text": "White background: 1,840 pixels are not white; needed: white everywhere",
                }
            ],
            "steps": [],
        }
    ],
    "next": None,
}

RESPONSIVE: dict[str, Any] = {
    "variant": "var_q2w3e4r5t6y7u2i3",
    "language": "de",
    "version": 3,
    "alt_text": "Eine gelbe Packung Hafermüsli.",
    "alt_language": "de",
    "snippet": (
        '<picture>\n  <source type="image/avif" srcset="oat-v3-480w.avif 480w" sizes="100vw">\n'
        '  <source type="image/webp" srcset="oat-v3-480w.webp 480w" sizes="100vw">\n'
        '  <img src="oat-v3-480w.jpg" srcset="oat-v3-480w.jpg 480w" sizes="100vw"\n'
        '       width="480" height="480" alt="Eine gelbe Packung Hafermüsli." loading="lazy" decoding="async">\n'
        "</picture>"
    ),
    "files": [
        {
            "recipe": "responsive-4c7a1e90b2d3f5a6c8e7d9f0",
            "name": "oat-v3-480w.avif",
            "media_type": "image/avif",
            "width": 480,
            "height": 480,
            "size": 18211,
            "sha256": _FIXED,
            "problem": None,
            "href": f"{_ROOT}/assets/ast_2kq7wz5xv3m4n6pt/renditions/responsive-4c7a1e90b2d3f5a6c8e7d9f0"
            "?variant=var_q2w3e4r5t6y7u2i3",
        }
    ],
}

OWN_SIZE: dict[str, Any] = {
    "recipe": "own-size-4c7a1e90b2d3f5a6c8e7d9f0",
    "format": "jpeg",
    "media_type": "image/jpeg",
    "variant": "var_q2w3e4r5t6y7u2i3",
    "language": "de",
    "version": 3,
    "width": 1200,
    "height": 900,
    "crop": {"left": 200, "top": 0, "width": 3600, "height": 2700},
    "size": None,
    "estimated_size": 182000,
    "sha256": None,
    "href": f"{_ROOT}/assets/ast_2kq7wz5xv3m4n6pt/renditions/own-size-4c7a1e90b2d3f5a6c8e7d9f0"
    "?variant=var_q2w3e4r5t6y7u2i3",
}

RECIPES: dict[str, Any] = {
    "items": [
        {
            "key": "web-1200",
            "title": {"en": "Web shop", "de": "Webshop"},
            "for": ["image", "vector"],
            "revision": 1,
            "width": 1200,
            "height": 1200,
            "fit": "bound",
            "format": "webp",
            "quality": 80,
            "max_bytes": None,
            "colour_space": "srgb",
            "background": None,
            "dpi": None,
            "seconds": None,
            "naming": None,
            "since": "2026-09-01T00:00:00Z",
        }
    ],
    "next": None,
}
