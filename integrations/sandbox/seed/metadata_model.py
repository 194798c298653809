"""
The DAM settings of the brand: metadata model, labels, regional variants, presets.

Shaped like the answer of ``GET /v5/settings``. Selections are stored in files as opaque
internal ids (``@itm_v1_...@``); :data:`SELECTIONS` gives their api values.
"""

import hashlib
import uuid
from typing import Any

from .products import BRANDS, LANGUAGES

NAMESPACE = uuid.UUID("6f1d2f5e-0f7b-5a64-9a57-3d1c4b0a9e10")

LANGUAGE_LABELS = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ar": "العربية"}

SELECTIONS = {
    "brand": BRANDS,
    "asset_type": {
        "packshot": "Pack shot",
        "lifestyle": "Lifestyle",
        "group": "Range picture",
        "logo": "Logo",
        "video": "Video",
        "captions": "Captions",
        "document": "Document",
    },
    "view": {
        "front": "Front",
        "back": "Back",
        "left": "Left",
        "right": "Right",
        "top": "Top",
        "detail": "Detail",
        "none": "No view",
    },
    "language": LANGUAGE_LABELS,
    "markets": {
        "DE": "Germany",
        "AT": "Austria",
        "CH": "Switzerland",
        "FR": "France",
        "ES": "Spain",
        "GB": "United Kingdom",
        "US": "United States",
        "AE": "United Arab Emirates",
        "SA": "Saudi Arabia",
    },
}

LABELS = {
    "Hero": "#1f6f43",
    "Print ready": "#2a4fc4",
    "New packaging": "#d08a1d",
    "Winter": "#3f74d6",
    "Web only": "#7d5fd0",
    "Do not crop": "#a3241d",
}

# key, title, type, has regional variants, mapping
_FIELDS = (
    ("title", "Title", "text", True, "xmp.dc:title"),
    ("description", "Description", "textarea", True, "xmp.dc:description"),
    ("alt_text", "Alternative text", "textarea", True, None),
    ("gtin", "GTIN", "text", False, None),
    ("product_name", "Product name", "text", True, None),
    ("net_content", "Net content", "text", False, None),
    ("brand", "Brand", "select-one", False, None),
    ("asset_type", "Asset type", "select-one", False, None),
    ("view", "View", "select-one", False, None),
    ("variant_group", "Variant group", "text", False, None),
    ("language", "Language on the picture", "select-one", False, None),
    ("markets", "Markets", "multi-select", False, None),
    ("rights_start", "Rights start", "date", False, "license.s1:start_date"),
    ("rights_end", "Rights end", "date", False, "license.s1:expiration_date"),
    ("usage_rights", "Usage rights", "textarea", False, "license.s1:usage_terms"),
    ("public_use", "Public use", "boolean", False, None),
    ("copyright", "Copyright", "text", False, "xmp.dc:rights"),
    ("campaign", "Campaign", "text", False, None),
)
_GROUPS = (
    ("Description", ("title", "description", "alt_text")),
    ("Product", ("gtin", "product_name", "net_content", "brand", "markets")),
    ("Picture", ("asset_type", "view", "variant_group", "language", "campaign")),
    ("Rights", ("rights_start", "rights_end", "usage_rights", "public_use", "copyright")),
)

_PRESETS = (
    {"name": "thumbnail", "params": {"w": 480, "h": 480, "func": "fit", "force_format": "webp", "q": 78}},
    {"name": "shop", "params": {"w": 1200, "h": 1200, "func": "fit", "force_format": "jpeg", "q": 85}},
    {"name": "marketplace", "params": {"w": 2000, "h": 2000, "func": "fit", "force_format": "jpeg", "q": 90}},
)


def stable_uuid(*names: str) -> str:
    """A UUID that is the same for the same names, on every machine."""
    return str(uuid.uuid5(NAMESPACE, "/".join(names)))


def internal_value(field: str, api_value: str) -> str:
    """The opaque id under which the DAM stores a selection."""
    place = list(SELECTIONS[field]).index(api_value)
    digest = hashlib.sha256(f"{field}/{api_value}".encode()).hexdigest()[:8]
    return f"@itm_v1_{digest}_{place}@"


def settings() -> dict[str, Any]:
    """Metadata model, regional variants, labels and presets, ready for JSON."""
    languages = stable_uuid("regional-variants", "languages")
    fields = {
        key: {
            "uuid": stable_uuid("field", key),
            "key": key,
            "ckey": f"norrvik_{key}",
            "title": title,
            "type": kind,
            "required": key in {"title", "asset_type"},
            "possible_values": [
                {"internal_unique_value": internal_value(key, value), "api_value": value, "label": label}
                for value, label in SELECTIONS.get(key, {}).items()
            ],
            "regional_variants_group_uuid": languages if regional else None,
            "mapping": mapping,
            "permissions": [],
        }
        for key, title, kind, regional, mapping in _FIELDS
    }
    groups = [
        {
            "uuid": stable_uuid("group", name),
            "name": name,
            "isRoot": place == 0,
            "ckey": name.lower(),
            "fields": [fields[key] for key in keys],
        }
        for place, (name, keys) in enumerate(_GROUPS)
    ]
    variants = [
        {
            "api_value": code,
            "internal_unique_value": f"@rv_v1_{code}_{place}@",
            "label": LANGUAGE_LABELS[code],
        }
        for place, code in enumerate(LANGUAGES)
    ]
    return {
        "metadata": {
            "version": 3,
            "model": [{"applies_to": "FILES", "groups": groups}],
            "store": {
                "regional_variants_groups": [
                    {"uuid": languages, "label": "Languages", "type": "LANGUAGES", "variants": variants}
                ]
            },
        },
        "labels": [
            {
                "uuid": stable_uuid("label", name),
                "sid": "#lb" + stable_uuid("label", name).replace("-", "")[:7],
                "name": name,
                "color": color,
                "shape": "circle",
            }
            for name, color in LABELS.items()
        ],
        "presets": list(_PRESETS),
    }
