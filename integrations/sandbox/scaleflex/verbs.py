"""The verbs of this part: what people do in the DAM, as JSON under ``/_sandbox/scaleflex/``."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from integrations.sandbox.scaleflex import actions, events, files_store, samples
from integrations.sandbox.scaleflex.approvals import STATES
from integrations.sandbox.scaleflex.errors import ApiError, bad_request, json_response, not_found
from integrations.sandbox.scaleflex.keys import PERMISSIONS
from integrations.sandbox.scaleflex.project import join
from integrations.sandbox.scaleflex.switches import SWITCHES, UnknownSwitch

if TYPE_CHECKING:
    from integrations.sandbox.scaleflex.app import ScaleflexPart

PREFIX = "/_sandbox/scaleflex"
LARGEST_BODY = 80_000_000


@dataclass(frozen=True, eq=False)
class Verb:
    """One line of the index, and the function behind it: ``answer(part, body, **path values)``."""

    method: str
    path: str
    meaning: str
    answer: Callable[..., Any]
    body: Any = None


def answer(part: "ScaleflexPart", request: Request) -> Response:
    """
    Answer a verb; the content type of the body does not matter.

    :raises ApiError: 400 with a sentence, 404, 405
    """
    try:
        verb, values = _routes.bind("sandbox").match(request.path.removeprefix(PREFIX) or "/", request.method)
    except NotFound:
        raise ApiError(404, "ROUTE_NOT_FOUND", "There is no such verb. GET /_sandbox/ lists them.") from None
    except MethodNotAllowed as error:
        raise ApiError(
            405, "METHOD_NOT_ALLOWED", f"It takes {', '.join(error.valid_methods or ())}."
        ) from None
    request.max_content_length = LARGEST_BODY
    data = request.get_data()
    try:
        body = orjson.loads(data) if data.strip() else {}
    except orjson.JSONDecodeError as error:
        raise bad_request(f"The body is not JSON: {error}.", "INVALID_JSON") from None
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object.", "INVALID_JSON")
    body |= {f"?{name}": value for name, value in request.args.items()}
    try:
        return json_response({"status": "success", **verb.answer(part, body, **values)})
    except (UnknownSwitch, events.WebhookRefused, actions.ActionRefused) as error:
        raise bad_request(str(error)) from error


def index() -> list[dict[str, Any]]:
    """Return what ``GET /_sandbox/`` lists."""
    return [
        {"method": verb.method, "path": PREFIX + verb.path, "body": verb.body, "meaning": verb.meaning}
        for verb in VERBS
    ]


def brief(row: sqlite3.Row) -> dict[str, Any]:
    """Return the few facts of a file that a script looks for."""
    return {
        "uuid": row["uuid"],
        "path": join(row["folder"], row["name"]),
        "approval": row["approval"],
        "sha1": row["sha1"],
        "size": row["size"],
        "current": bool(row["current"]),
        "modified_at": row["modified_at"],
    }


def _file(row: sqlite3.Row) -> dict[str, Any]:
    return {"file": brief(row)}


def _summary(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    return {"summary": part.summary()}


def _find(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    rows = actions.find(
        part.project, folder=body.get("?folder"), approval=body.get("?approval"), text=body.get("?text"),
        limit=_whole(body.get("?limit", "100"), "limit", 1, 1000),
    )  # fmt: skip
    return {"files": [brief(row) for row in rows]}


def _add(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    return _file(actions.add(part.project, body))


def _one(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    row = files_store.get(part.project, uuid)
    versions = files_store.versions(part.project, row["asset"])
    return {"file": brief(row), "versions": [brief(version) for version in versions]}


def _approve(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    if "state" not in body:
        raise bad_request(f"state is missing. It may be {', '.join(STATES)} or null.")
    return _file(actions.decide(part.project, uuid, body["state"]))


def _withdraw(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    return _file(actions.decide(part.project, uuid, "CANCELLED"))


def _replace(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    return _file(actions.replace(part.project, part.delivery, uuid, body))


def _delete(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    row = files_store.get(part.project, uuid)
    files_store.delete(part.project, row)
    return _file(row)


def _rename(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    return _file(actions.rename(part.project, uuid, body.get("name")))


def _move(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    return _file(actions.move(part.project, uuid, body.get("folder")))


def _meta(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    return _file(actions.set_meta(part.project, uuid, body.get("meta")))


def _visibility(part: "ScaleflexPart", body: dict, uuid: str) -> dict[str, Any]:
    return _file(actions.set_visibility(part.project, uuid, body.get("visibility")))


def _bulk(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    count = _whole(body.get("count", 1000), "count", 1, samples.MOST)
    approval = body.get("approval")
    if approval is not None and approval not in STATES:
        raise bad_request(f"approval may be {', '.join(STATES)} or null.")
    return {
        "created": count,
        "files": samples.bulk(part.project, count, str(body.get("folder") or "/Bulk"), approval),
    }


def _webhooks(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    return {"on": part.project.document("webhooks_on", True), "webhooks": events.webhooks(part.project)}


def _add_webhook(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    events.add_webhook(part.project, body)
    return _webhooks(part, body)


def _remove_webhook(part: "ScaleflexPart", body: dict, number: int) -> dict[str, Any]:
    if not events.remove_webhook(part.project, number):
        raise not_found("The webhook", "WEBHOOK_NOT_FOUND")
    return _webhooks(part, body)


def _switch_webhooks(part: "ScaleflexPart", body: dict, word: str) -> dict[str, Any]:
    events.switch_webhooks(part.project, on=word == "on")
    return _webhooks(part, body)


def _webhook_log(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    return {"deliveries": part.project.sender.log(_whole(body.get("?limit", "50"), "limit", 1, 500))}


def _switches(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    return {
        "switches": part.project.switches.all(),
        "meanings": {name: switch.meaning for name, switch in SWITCHES.items()},
    }


def _turn(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    part.project.switches.change({name: value for name, value in body.items() if not name.startswith("?")})
    return {"switches": part.project.switches.all()}


def _add_key(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    permissions = body.get("permissions", list(PERMISSIONS))
    if not isinstance(permissions, list) or not set(map(str, permissions)) <= set(PERMISSIONS):
        raise bad_request(f"permissions may be {', '.join(PERMISSIONS)}.")
    return {"key": part.keys.create(permissions, body.get("dir_scope"))}


def _deactivate_key(part: "ScaleflexPart", body: dict, key: str) -> dict[str, Any]:
    if not part.keys.deactivate(key):
        raise not_found("The key", "KEY_NOT_FOUND")
    return {}


def _expire_keys(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    return {"expired": part.keys.expire_exchanged()}


def _calls(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    return {"calls": list(part.calls)}


def _reset(part: "ScaleflexPart", body: dict) -> dict[str, Any]:
    part.reset()
    return {"summary": part.summary()}


def _whole(value: Any, name: str, low: int, high: int) -> int:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise bad_request(f"{name} must be a whole number from {low} to {high}.")
    return value


VERBS = [
    Verb("GET", "/", "Counts.", _summary),
    Verb("GET", "/files", "Find files by ?folder= ?approval= (none for never asked) ?text= ?limit=.", _find),
    Verb(
        "POST", "/files", "Upload; without url or data a sample picture is drawn.", _add,
        {"folder": "/Campaigns/New", "name": "New.jpg", "url": None, "data": None, "approval": "PENDING", "meta": {}},
    ),
    Verb("GET", "/files/<uuid>", "One file and its versions.", _one),
    Verb("POST", "/files/<uuid>/approval", "Decide; null for never asked.", _approve, {"state": "APPROVED"}),
    Verb("POST", "/files/<uuid>/withdraw", "Take the approval back (CANCELLED).", _withdraw),
    Verb(
        "POST", "/files/<uuid>/replace",
        "New version under the same path; without url or data a marked copy of the present one.", _replace,
        {"url": None, "data": None},
    ),
    Verb("DELETE", "/files/<uuid>", "Delete the file with all its versions.", _delete),
    Verb("POST", "/files/<uuid>/name", "Rename.", _rename, {"name": "Other.jpg"}),
    Verb("POST", "/files/<uuid>/folder", "Move.", _move, {"folder": "/Archive"}),
    Verb("PATCH", "/files/<uuid>/meta", "Change metadata, merged; selections by api value.", _meta,
         {"meta": {"rights_end": "2027-01-31"}}),
    Verb("POST", "/files/<uuid>/visibility", "public, not_public or inherited.", _visibility,
         {"visibility": "not_public"}),
    Verb("POST", "/bulk", "Many files whose bytes are made on demand.", _bulk,
         {"count": 100000, "folder": "/Bulk", "approval": "APPROVED"}),
    Verb("GET", "/webhooks", "The configured webhooks, at most five.", _webhooks),
    Verb("POST", "/webhooks", "Configure one; the same url replaces it. Without auth: Basic with this sandbox's keys.",
         _add_webhook,
         {"url": "http://127.0.0.1:8000/hooks", "auth": {"kind": "none|basic|bearer", "user": "", "password": "",
          "token": ""}, "headers": {}, "triggers": list(events.TRIGGERS)}),
    Verb("DELETE", "/webhooks/<int:number>", "Remove one.", _remove_webhook),
    Verb("POST", "/webhooks/<any(on,off):word>", "All webhooks on or off.", _switch_webhooks),
    Verb("GET", "/webhooks/log", "What was sent, newest first.", _webhook_log),
    Verb("GET", "/switches", "Project settings and unpublished behaviour, with meanings.", _switches),
    Verb("PATCH", "/switches", "Turn some of them.", _turn, {"duplicate_name": "overwrite", "list_lag_seconds": 3}),
    Verb("POST", "/keys", "A new secret key; all permissions unless some are named.", _add_key,
         {"permissions": ["OBJECTS_LIST"], "dir_scope": None}),
    Verb("DELETE", "/keys/<key>", "Deactivate a key.", _deactivate_key),
    Verb("POST", "/keys/expire", "Let all exchanged keys run out now.", _expire_keys),
    Verb("GET", "/calls", "The last received calls.", _calls),
    Verb("POST", "/reset", "This part back to the seed.", _reset),
]  # fmt: skip
_routes = Map([Rule(verb.path, methods=[verb.method], endpoint=verb) for verb in VERBS], strict_slashes=False)
