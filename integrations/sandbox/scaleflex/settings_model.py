"""Project settings, the metadata model and its fields, and the helpers that search them."""

from typing import Any

from integrations.sandbox.scaleflex import metadata_model
from integrations.sandbox.scaleflex.call import Call, Route
from integrations.sandbox.scaleflex.errors import not_found, not_simulated

MOST_SUGGESTIONS = 50
NAMING = {"original": "original", "suffix": "original_random_suffix", "uuid": "random_uuid"}


def settings(call: Call) -> dict[str, Any]:
    """``GET /settings``: without a key too, as one of the vendor's connectors calls it."""
    stored, switches = metadata_model.settings_of(call.project), call.project.switches.all()
    return {
        "settings": {
            "token": call.project.token,
            "name": "Norrvik (simulation)",
            "filename_policy": NAMING[switches["filename_policy"]],
            "duplicate_name": switches["duplicate_name"],
            "duplicate_content": switches["duplicate_content"],
        },
        "metadata": stored["metadata"],
        "fs": {"separator": "/", "forbidden_characters": ["/", "%", "\\"]},
        "presets": stored.get("presets", []),
    }


def fields(call: Call) -> dict[str, Any]:
    """``GET /meta/model/fields``; one client uses it to see whether its key holds."""
    return {"fields": metadata_model.raw_fields(call.project)}


def options(call: Call, uuid: str) -> dict[str, Any]:
    """``GET /meta/model/fields/{uuid}/options``: the selections of a field."""
    for field in metadata_model.raw_fields(call.project):
        if field["uuid"] == uuid:
            return {"options": field.get("possible_values") or []}
    raise not_found("The field", "FIELD_NOT_FOUND")


def autocomplete(call: Call) -> dict[str, Any]:
    """``GET /metadata/autocomplete?q=``: fields whose key or title holds the word."""
    wanted = (call.args.get("q") or "").casefold()
    found = [
        {"key": field["key"], "title": field["title"], "type": field["type"]}
        for field in metadata_model.raw_fields(call.project)
        if wanted in field["key"].casefold() or wanted in field["title"].casefold()
    ]
    return {"results": found[:MOST_SUGGESTIONS]}


def edit_by_csv(call: Call) -> dict[str, Any]:
    """``POST /edit/assets``: the columns of that file are not published."""
    raise not_simulated("metadata edits by CSV file")


def filters(call: Call) -> dict[str, Any]:
    """``GET /filters``: the shape of its answer is not published."""
    raise not_simulated("the filter helper of the vendor's own interface")


def renew(call: Call) -> dict[str, Any]:
    """``POST /key/renew``: for people signed in to the vendor's hub, which has no part here."""
    raise not_simulated("sessions of the vendor's hub")


ROUTES = [
    Route("GET", "/settings", None, settings, needs_key=False),
    Route("GET", "/meta/model/fields", "CONFIG_LIST", fields),
    Route("GET", "/meta/model/fields/<uuid>/options", "CONFIG_LIST", options),
    Route("GET", "/metadata/autocomplete", "OBJECTS_LIST", autocomplete),
    Route("GET", "/filters", "OBJECTS_LIST", filters),
    Route("POST", "/edit/assets", "FILE_META_CHANGE", edit_by_csv),
    Route("POST", "/key/renew", None, renew, needs_key=False),
]
