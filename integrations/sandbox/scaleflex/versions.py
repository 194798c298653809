"""Versions, which are files of their own, and variants, which are named transformations."""

import uuid as uuid_module
from typing import Any

from integrations.sandbox.scaleflex import files_store
from integrations.sandbox.scaleflex.call import FILE, Call, Route
from integrations.sandbox.scaleflex.errors import bad_request, not_found


def list_versions(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /files/{uuid}/versions``: newest first, each with its own uuid and preview link."""
    rows = files_store.versions(call.project, call.file(uuid)["asset"])
    return {"versions": [call.renderer.file(row, version=True) for row in rows]}


def restore(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /files/{version_uuid}/versions``: that version becomes the current one."""
    return call.answer(files_store.restore(call.project, files_store.get(call.project, uuid)))


def list_variants(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /files/{uuid}/variants``."""
    return {"variants": _variants(call, call.file(uuid)["asset"])}


def add_variant(call: Call, uuid: str) -> dict[str, Any]:
    """``POST /file/{uuid}/variants`` with ``variant_name`` and ``variant_url`` or ``variant_query``."""
    asset = call.file(uuid)["asset"]
    name, url, query = _given(call)
    with call.project.write() as connection:
        connection.execute(
            "INSERT INTO variants VALUES (?, ?, ?, ?, ?)", (str(uuid_module.uuid4()), asset, name, url, query)
        )
    return {"variants": _variants(call, asset)}


def change_variant(call: Call, uuid: str) -> dict[str, Any]:
    """``PUT /file/{uuid}/variants``, with ``variant_uuid`` beside the rest."""
    asset = call.file(uuid)["asset"]
    name, url, query = _given(call)
    with call.project.write() as connection:
        changed = connection.execute(
            "UPDATE variants SET name = ?, url = ?, query = ? WHERE uuid = ? AND asset = ?",
            (name, url, query, call.text("variant_uuid"), asset),
        ).rowcount
    if not changed:
        raise not_found("The variant", "VARIANT_NOT_FOUND")
    return {"variants": _variants(call, asset)}


def delete_variants(call: Call, uuid: str) -> dict[str, Any]:
    """``DELETE /file/{uuid}/variants`` with ``{"variants_list": [uuid]}``."""
    asset = call.file(uuid)["asset"]
    with call.project.write() as connection:
        connection.executemany(
            "DELETE FROM variants WHERE uuid = ? AND asset = ?",
            [(entry, asset) for entry in call.texts("variants_list")],
        )
    return {"variants": _variants(call, asset)}


def _given(call: Call) -> tuple[str, str, str]:
    url, query = call.body.get("variant_url") or "", call.body.get("variant_query") or ""
    if not isinstance(url, str) or not isinstance(query, str) or not (url or query):
        raise bad_request("variant_url or variant_query must be a text.")
    return call.text("variant_name"), url, query


def _variants(call: Call, asset: str) -> list[dict[str, Any]]:
    newest = files_store.versions(call.project, asset)[0]
    base = call.renderer.url(newest)["cdn"]
    return [
        {
            "uuid": row["uuid"],
            "name": row["name"],
            "url": row["url"] or f"{base}&{row['query'].lstrip('?&')}",
            "query": row["query"],
        }
        for row in call.project.db.all("SELECT * FROM variants WHERE asset = ? ORDER BY name", (asset,))
    ]


ROUTES = [
    Route("GET", f"/{FILE}/<uuid>/versions", "OBJECTS_FETCH", list_versions),
    Route("PUT", f"/{FILE}/<uuid>/versions", "FILE_META_CHANGE", restore),
    Route("GET", f"/{FILE}/<uuid>/variants", "OBJECTS_FETCH", list_variants),
    Route("POST", f"/{FILE}/<uuid>/variants", "FILE_META_CHANGE", add_variant),
    Route("PUT", f"/{FILE}/<uuid>/variants", "FILE_META_CHANGE", change_variant),
    Route("DELETE", f"/{FILE}/<uuid>/variants", "FILE_META_CHANGE", delete_variants),
]
