"""Answers about products, as the documentation shows them. Tests hold each against its schema."""

from typing import Any

from portal.api.v1 import examples

_ROOT = "https://portal.example/api/v1"
_OATS = examples.ASSET["product"]

PRODUCT: dict[str, Any] = {
    **_OATS,
    "status": "current",
    "assets": 4,
    "files": 7,
    "expiring": 1,
    "scheduled": 2,
    "usable_from": "2026-12-01T00:00:00Z",
    "languages": ["de", "en", "fr"],
    "views": ["front", "back"],
    "picture": examples.ASSET["id"],
    "updated_at": "2026-11-20T09:14:03.120000Z",
    "links": {
        "self": f"{_ROOT}/products/{_OATS['id']}",
        "assets": f"{_ROOT}/assets?gtin={_OATS['gtin']}",
        "picture": f"{_ROOT}/assets/{examples.ASSET['id']}/renditions",
    },
}

_COMING: dict[str, Any] = {
    "id": "pro_h2j3k4l5z6x7c2v3",
    "gtin": "09521234500018",
    "name": {"en": "Winter muesli"},
    "brand": None,
    "net_content": None,
    "markets": [],
    "status": "scheduled",
    "assets": 0,
    "files": 0,
    "expiring": 0,
    "scheduled": 1,
    "usable_from": "2026-12-01T00:00:00Z",
    "languages": [],
    "views": [],
    "picture": None,
    "updated_at": "2026-11-19T16:02:45.000000Z",
    "links": {
        "self": f"{_ROOT}/products/pro_h2j3k4l5z6x7c2v3",
        "assets": f"{_ROOT}/assets?gtin=09521234500018",
        "picture": None,
    },
}

PRODUCTS: dict[str, Any] = {"items": [PRODUCT, _COMING], "next": "W2ZhbHNlLCIyMDI2LTExLTE5Il0.t7Kd2"}
