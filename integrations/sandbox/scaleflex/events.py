"""What happened to a file: its history, and the webhooks that hear of it."""

import sqlite3
import time
from typing import Any

import orjson

from integrations.sandbox.scaleflex.project import Project
from integrations.sandbox.scaleflex.render import Options, Renderer
from integrations.sandbox.scaleflex.words import dumps
from integrations.sandbox.webhook_sender import basic

# The first seven are documented; the list goes on where it could not be read, so the rest is a guess.
TRIGGERS = (
    "on_upload", "on_move", "on_rename", "on_delete", "on_change_meta", "on_change_info", "on_change_tag",
    "on_change_label", "on_change_product", "on_change_visibility", "on_change_approval", "on_processed",
)  # fmt: skip
MOST_WEBHOOKS = 5
MOST_HEADERS = 10


class WebhookRefused(ValueError):
    """The webhook cannot be configured like this; the text says why."""


def real_time() -> float:
    """Return the real time in seconds; lags and delays do not follow the sandbox's clock."""
    return time.time()


def happened(project: Project, row: sqlite3.Row, trigger: str, action: str, details: Any = None) -> None:
    """Write a line of history and call the webhooks; to be called after the commit of the change."""
    record(project, row, action, details)
    tell(project, row, trigger)


def record(project: Project, row: sqlite3.Row, action: str, details: Any = None) -> None:
    with project.write() as connection:
        connection.execute(
            "INSERT INTO changes (asset, file_uuid, action, at, details) VALUES (?, ?, ?, ?, ?)",
            (row["asset"], row["uuid"], action, project.moment(), dumps(details or {})),
        )


def tell(project: Project, row: sqlite3.Row, trigger: str) -> None:
    """Queue a call to every active webhook with this trigger."""
    if not project.document("webhooks_on", True):
        return
    for webhook in project.db.all("SELECT * FROM webhooks WHERE active = 1 ORDER BY id"):
        if trigger in orjson.loads(webhook["triggers"]):
            project.sender.send(
                url=webhook["url"],
                body=orjson.dumps(_body(project, row, trigger)),
                headers=_headers(webhook),
                note=f"{trigger} {row['name']}",
            )


def _body(project: Project, row: sqlite3.Row, trigger: str) -> dict[str, Any]:
    asset = Renderer(project, Options()).file(row)
    switches = project.switches.all()
    match switches["webhook_body"]:
        case "flat":
            body = asset
        case "files":
            body = {"files": [asset]}
        case _:
            body = {"file": asset}
    return {switches["webhook_event_key"]: trigger, **body} if switches["webhook_event_key"] else body


def _headers(webhook: sqlite3.Row) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "Scaleflex-Simulation/1.0"}
    headers |= orjson.loads(webhook["headers"])
    auth = orjson.loads(webhook["auth"])
    match auth.get("kind"):
        case "basic":
            headers["Authorization"] = basic(auth["user"], auth["password"])
        case "bearer":
            headers["Authorization"] = f"Bearer {auth['token']}"
    return headers


def webhooks(project: Project) -> list[dict[str, Any]]:
    """Return the configured webhooks, secrets left out."""
    return [
        {
            "id": row["id"],
            "url": row["url"],
            "auth": orjson.loads(row["auth"]).get("kind", "none"),
            "headers": list(orjson.loads(row["headers"])),
            "triggers": orjson.loads(row["triggers"]),
            "active": bool(row["active"]),
        }
        for row in project.db.all("SELECT * FROM webhooks ORDER BY id")
    ]


def add_webhook(project: Project, data: dict[str, Any]) -> None:
    """
    Configure a webhook; the same address again replaces the former one.

    :param data: ``{"url": str, "auth": {"kind": "none|basic|bearer", "user", "password", "token"},
        "headers": {name: value}, "triggers": [str], "active": bool}``
    :raises WebhookRefused: a sixth one, an eleventh header, an unknown trigger, a bad address

    Source: the vendor's webhook page (at most 5, up to 10 headers, Basic or static bearer). Bodies
    are not signed.
    """
    url = data.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise WebhookRefused("url must be an http or https address.")
    auth = _checked_auth(project, data.get("auth"))
    headers = data.get("headers") or {}
    if not isinstance(headers, dict) or len(headers) > MOST_HEADERS:
        raise WebhookRefused(f"headers must be an object with at most {MOST_HEADERS} entries.")
    if any(not isinstance(value, str) or set(name + value) & {"\r", "\n"} for name, value in headers.items()):
        raise WebhookRefused("Header names and values must be one-line texts.")
    triggers = data.get("triggers") or list(TRIGGERS)
    if not isinstance(triggers, list) or not set(map(str, triggers)) <= set(TRIGGERS):
        raise WebhookRefused(f"triggers may be {', '.join(TRIGGERS)}.")
    with project.write() as connection:
        connection.execute("DELETE FROM webhooks WHERE url = ?", (url,))
        if connection.execute("SELECT count(*) FROM webhooks").fetchone()[0] >= MOST_WEBHOOKS:
            raise WebhookRefused(f"There may be at most {MOST_WEBHOOKS} webhooks.")
        connection.execute(
            "INSERT INTO webhooks (url, auth, headers, triggers, active) VALUES (?, ?, ?, ?, ?)",
            (url, dumps(auth), dumps(headers), dumps(triggers), int(bool(data.get("active", True)))),
        )


def _checked_auth(project: Project, auth: Any) -> dict[str, str]:
    keys = project.credentials.webhooks
    if auth is None:
        return {"kind": "basic", "user": keys.scaleflex_user, "password": keys.scaleflex_password}
    needed = {"none": (), "basic": ("user", "password"), "bearer": ("token",)}
    kind = auth.get("kind") if isinstance(auth, dict) else None
    if kind not in needed:
        raise WebhookRefused(
            'auth must be {"kind": "none"}, basic with user and password, or bearer with token.'
        )
    if any(not isinstance(auth.get(name), str) or not auth[name] for name in needed[kind]):
        raise WebhookRefused(f"auth {kind} needs {' and '.join(needed[kind])}.")
    return {"kind": kind, **{name: auth[name] for name in needed[kind]}}


def remove_webhook(project: Project, webhook_id: int) -> bool:
    with project.write() as connection:
        return bool(connection.execute("DELETE FROM webhooks WHERE id = ?", (webhook_id,)).rowcount)


def switch_webhooks(project: Project, *, on: bool) -> None:
    """Switch all webhooks on or off without losing their configuration."""
    project.put_document("webhooks_on", on)
