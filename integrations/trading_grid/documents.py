"""
What we post: asset references, never the files.

Source: GS1's referenced file record (GDSN ``referencedFileDetailInformationModule``) for the names of a reference;
``assetId``, ``assetVersion``, ``action`` and ``replaces`` are our contract's own.
"""

from collections.abc import Mapping
from typing import Any

#: GDSN ``referencedFileTypeCode`` by the portal's kinds.
_TYPE_CODES = {
    "packshot": "PRODUCT_IMAGE",
    "lifestyle": "MARKETING_INFORMATION",
    "group": "PRODUCT_IMAGE",
    "logo": "LOGO",
    "video": "VIDEO",
    "document": "DOCUMENT",
}
_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/tiff": "TIFF",
    "image/gif": "GIF",
    "image/svg+xml": "SVG",
    "application/pdf": "PDF",
    "video/mp4": "MP4",
    "video/webm": "WEBM",
    "video/quicktime": "MOV",
}

#: What was last told about each file: ``{variant: {"version", "action", "replaces", "type", "name"}}``.
Told = Mapping[str, Mapping[str, Any]]


def post(
    content: Mapping[str, Any], told: Told, *, portal_url: str, requires_receipt: bool
) -> dict[str, Any]:
    """
    Return a post in our names.

    :param content: ``PostContent.as_json()``
    :param told: files of the last revision; those that are gone since are named once more, as withdrawn
    :param portal_url: without a slash at the end
    """
    references = [reference(file, told, portal_url=portal_url) for file in content["files"]]
    present = {file["variant"] for file in content["files"]}
    references += [
        _withdrawn(variant, entry)
        for variant, entry in told.items()
        if variant not in present and entry["action"] != "WITHDRAW"
    ]
    languages = {file["language"] for file in content["files"]} - {""}
    described = content["files"][0]["description"] if content["files"] else {}
    body = {language: text for language, text in described.items() if text.strip()}
    return {
        "externalReference": content["publication"],
        "kind": "LOCALISED_MEDIA" if languages else "MEDIA",
        "title": {language: text for language, text in content["title"].items() if text.strip()}
        or {"en": content["asset"]},
        **({"body": body} if body else {}),
        "assets": references,
        "requiresReceipt": requires_receipt,
    }


def reference(file: Mapping[str, Any], told: Told, *, portal_url: str) -> dict[str, Any]:
    """
    Return one asset reference.

    ``assetId`` is the variant's public id: each language of a picture has versions of its own. The address is the
    portal's own and lasts; the DAM's delivery links know no rights and no end.
    """
    version, before = file["version"], told.get(file["variant"])
    if before is None or before["action"] == "WITHDRAW":
        action, replaces = "ADD", None
    elif before["version"] == version:
        action, replaces = before["action"], before["replaces"]
    else:
        action, replaces = "REPLACE", before["version"]
    found: dict[str, Any] = {
        "assetId": file["variant"],
        "assetVersion": version,
        "gtin": file["gtin"] or None,
        "targetMarkets": file["markets"],
        "referencedFileTypeCode": _TYPE_CODES.get(file["kind"], "MARKETING_INFORMATION"),
        "uniformResourceIdentifier": f"{portal_url}/a/{file['asset']}/",
        "fileName": file["file_name"],
        "fileFormatName": _FORMATS.get(file["media_type"], (file["extension"] or "file").upper()[:35]),
        "fileLanguageCode": file["language"] or None,
        "contentDescription": [
            {"languageCode": language, "value": text[:2000]}
            for language, text in sorted((file["alt_text"] or file["title"]).items())
            if text.strip()
        ],
        "filePixelWidth": file["width"],
        "filePixelHeight": file["height"],
        "fileSize": file["size"] or None,
        "sha1": file["sha1"],
        "isPrimaryFile": file["is_primary"],
        "fileEffectiveStartDateTime": file["rights_start"],
        "fileEffectiveEndDateTime": file["rights_end"],
        "fileCopyrightDescription": file["copyright"] or None,
        "action": action,
        "replaces": {"assetId": file["variant"], "assetVersion": replaces} if action == "REPLACE" else None,
        "usage": {"rights": file["usage_rights"][:2000]} if file["usage_rights"].strip() else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _withdrawn(variant: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "assetId": variant,
        "assetVersion": entry["version"],
        "referencedFileTypeCode": entry["type"],
        "fileName": entry["name"],
        "action": "WITHDRAW",
    }


def told_by(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a post tells about each file, to be remembered for the next one."""
    return {
        entry["assetId"]: {
            "version": entry["assetVersion"],
            "action": entry["action"],
            "replaces": (entry.get("replaces") or {}).get("assetVersion"),
            "type": entry["referencedFileTypeCode"],
            "name": entry["fileName"],
        }
        for entry in document["assets"]
    }
