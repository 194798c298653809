"""Pages for people: look at files, decide, replace, see what was received and sent."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox import pages
from integrations.sandbox.pages import text
from integrations.sandbox.scaleflex import actions, events, files_store
from integrations.sandbox.scaleflex.approvals import STATES
from integrations.sandbox.scaleflex.errors import ApiError
from integrations.sandbox.scaleflex.project import join
from integrations.sandbox.scaleflex.render import Options, Renderer, pretty

if TYPE_CHECKING:
    from integrations.sandbox.scaleflex.app import ScaleflexPart

HOME = "/console/scaleflex"
PAGE = 50
TONES = {"APPROVED": "ok", "REJECTED": "bad", "REFUSED": "bad", "CANCELLED": "bad", "CANCELED": "bad"}
LINKS = (
    f'<p class="verbs"><a href="{HOME}">Files</a> <a href="{HOME}/log">Received calls and webhooks</a></p>'
)


def answer(part: "ScaleflexPart", request: Request) -> Response:
    """Answer a console address; a verb that cannot be done comes back as a page with the reason."""
    rest = request.path.removeprefix(HOME).strip("/").split("/")
    try:
        if request.method == "POST":
            return _act(part, request, rest)
        match rest:
            case [""]:
                return _list(part, request)
            case ["log"]:
                return _log(part)
            case ["files", uuid]:
                return _file(part, uuid)
    except (ApiError, actions.ActionRefused, events.WebhookRefused) as error:
        back = text(request.headers.get("Referer") or HOME)
        reason = f'<p class="notice">{text(error)}</p><p><a href="{back}">Back</a></p>'
        return pages.page("That did not work", reason, HOME, getattr(error, "status", 400))
    return pages.page("Nothing here", f'<p><a href="{HOME}">To the files</a></p>', HOME, 404)


def _act(part: "ScaleflexPart", request: Request, rest: list[str]) -> Response:
    project, form = part.project, request.form
    match rest:
        case ["files", uuid, "approval"]:
            actions.decide(project, uuid, form.get("state") or None)
        case ["files", uuid, "replace"]:
            uuid = actions.replace(project, part.delivery, uuid, {})["uuid"]
        case ["files", uuid, "name"]:
            actions.rename(project, uuid, form.get("name", ""))
        case ["files", uuid, "folder"]:
            actions.move(project, uuid, form.get("folder", ""))
        case ["files", uuid, "visibility"]:
            actions.set_visibility(project, uuid, form.get("visibility"))
        case ["files", uuid, "delete"]:
            files_store.delete(project, files_store.get(project, uuid))
            return redirect(HOME, 303)
        case ["upload"]:
            uuid = actions.add(project, form.to_dict())["uuid"]
        case ["webhooks", ("on" | "off") as word]:
            events.switch_webhooks(project, on=word == "on")
            return redirect(f"{HOME}/log", 303)
        case _:
            raise ApiError(404, "ROUTE_NOT_FOUND", "There is no such button.")
    return redirect(f"{HOME}/files/{quote(uuid)}", 303)


def _list(part: "ScaleflexPart", request: Request) -> Response:
    args = request.args
    start = int(args["from"]) if args.get("from", "").isdigit() else 0
    wanted = {name: args.get(name, "") for name in ("folder", "approval", "text")}
    rows = actions.find(
        part.project, folder=wanted["folder"] or None, approval=wanted["approval"] or None,
        text=wanted["text"] or None, limit=PAGE + 1, offset=start,
    )  # fmt: skip
    table = pages.table(
        ["", "File", "Approval", "Changed", ""], [_row(part, row) for row in rows[:PAGE]], "No file fits."
    )
    pager = []
    for word, place in (("Earlier", start - PAGE), ("Further", start + PAGE)):
        if place >= 0 and (place < start or len(rows) > PAGE):
            pager.append(f'<a href="?{text(urlencode({**wanted, "from": place}))}">{word}</a>')
    body = f'{LINKS}{_filters(part, wanted)}{table}<p class="verbs">{" ".join(pager)}</p>{_upload(wanted)}'
    return pages.page("Scaleflex", body, HOME)


def _filters(part: "ScaleflexPart", wanted: dict[str, str]) -> str:
    folders = "".join(_option(path, path, wanted["folder"]) for path in sorted(part.project.folders()))
    states = _option("", "any", wanted["approval"]) + _option("none", "never asked", wanted["approval"])
    states += "".join(_option(state, state, wanted["approval"]) for state in STATES)
    return f"""<form class="inline" action="{HOME}">
<label>Folder <select name="folder">{folders}</select></label>
<label>Approval <select name="approval">{states}</select></label>
<label>Words <input name="text" value="{text(wanted["text"])}"></label>
<button>Show</button></form>"""


def _option(value: str, word: str, chosen: str) -> str:
    return f'<option value="{text(value)}"{" selected" if value == chosen else ""}>{text(word)}</option>'


def _upload(wanted: dict[str, str]) -> str:
    return f"""<h2>Upload a sample picture</h2><form class="inline" method="post" action="{HOME}/upload">
<label>Folder <input name="folder" value="{text(wanted["folder"] or "/Campaigns/New")}"></label>
<label>Name <input name="name" value="Sample.jpg"></label>
<label>Approval <select name="approval"><option>PENDING</option><option>APPROVED</option></select></label>
<button>Upload</button></form>"""


def _row(part: "ScaleflexPart", row: Any) -> list[str]:
    address = f"{HOME}/files/{row['uuid']}"
    return [
        f'<a href="{address}"><img src="{text(_thumbnail(part, row))}" alt="" loading="lazy"></a>',
        f'<a href="{address}">{text(row["name"])}</a><br><span class="muted">{text(row["folder"])}, '
        f"{pretty(row['size'])}</span>",
        _state(row["approval"]),
        text(row["modified_at"]),
        f'<div class="verbs">{_decisions(row)}</div>',
    ]


def _thumbnail(part: "ScaleflexPart", row: Any) -> str:
    return f"/cdn/{part.project.token}/.internal/thumbnails/{row['uuid']}.jpg?vh={row['sha1'][:6]}"


def _state(state: str | None) -> str:
    return f'<span class="state {TONES.get(state or "", "")}">{text(state or "never asked")}</span>'


def _decisions(row: Any) -> str:
    address = f"{HOME}/files/{row['uuid']}/approval"
    if row["approval"] == "APPROVED":
        return pages.button(address, "Withdraw", {"state": "CANCELLED"})
    approve = pages.button(address, "Approve", {"state": "APPROVED"})
    if row["approval"] != "PENDING":
        return approve
    return approve + pages.button(address, "Reject", {"state": "REJECTED"})


def _file(part: "ScaleflexPart", uuid: str) -> Response:
    project = part.project
    row = files_store.get(project, uuid)
    address = f"{HOME}/files/{row['uuid']}"
    shown = Renderer(project, Options(select="api", full_labels=True)).file(row)
    versions = [_version_row(version) for version in files_store.versions(project, row["asset"])]
    history = project.db.all(
        "SELECT * FROM changes WHERE asset = ? ORDER BY id DESC LIMIT 50", (row["asset"],)
    )
    changes = [
        [text(line["at"]), text(line["action"]), f"<code>{text(line['details'])}</code>"] for line in history
    ]
    states = "".join(_option(state, state, row["approval"] or "") for state in STATES)
    forms = f"""<form class="inline" method="post" action="{address}/approval">
<label>Approval <select name="state"><option value="">never asked</option>{states}</select></label>
<button>Set</button></form>
<form class="inline" method="post" action="{address}/name">
<label>Name <input name="name" size="40" value="{text(row["name"])}"></label><button>Rename</button></form>
<form class="inline" method="post" action="{address}/folder">
<label>Folder <input name="folder" size="40" value="{text(row["folder"])}"></label><button>Move</button></form>"""
    hidden = row["visibility"] == "not_public"
    verbs = (
        _decisions(row)
        + pages.button(f"{address}/replace", "Replace with a marked copy")
        + pages.button(
            f"{address}/visibility",
            "Make public" if hidden else "Take off the CDN",
            {"visibility": "inherited" if hidden else "not_public"},
        )
        + pages.button(f"{address}/delete", "Delete", kind="danger")
    )
    folder = f"{HOME}?{urlencode({'folder': row['folder']})}"
    body = f"""{LINKS}
<p>{_state(row["approval"])} in <a href="{text(folder)}">{text(row["folder"])}</a>,
<a href="{text(shown["url"]["cdn"])}">open on the CDN</a></p>
<p><img class="large" src="{text(_thumbnail(part, row))}" alt="Preview of {text(row["name"])}"></p>
<div class="verbs">{verbs}</div><h2>Change</h2>{forms}
<h2>Versions</h2>{pages.table(["Version", "SHA-1", "Size", "Changed"], versions)}
<h2>History</h2>{pages.table(["When", "What", "Details"], changes)}
<h2>As the API answers it</h2><pre>{text(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())}</pre>"""
    return pages.page(join("/", row["name"]).lstrip("/"), body, HOME)


def _version_row(row: Any) -> list[str]:
    link = f'<a href="{HOME}/files/{row["uuid"]}">{row["uuid"]}</a>'
    return [
        link + (" (newest)" if row["current"] else ""),
        f"<code>{row['sha1'][:12]}</code>",
        pretty(row["size"]),
        text(row["modified_at"]),
    ]


def _log(part: "ScaleflexPart") -> Response:
    on = part.project.document("webhooks_on", True)
    configured = [
        [
            text(hook["url"]),
            text(hook["auth"]),
            text("active" if hook["active"] else "off"),
            str(len(hook["triggers"])),
        ]
        for hook in events.webhooks(part.project)
    ]
    sent = [
        [text(line["note"]), text(line["url"]), text(line["status"]), text(line["attempts"]), text(line["answer"]),
         f"<details><summary>Body</summary><pre>{text(line['body'])}</pre></details>"]
        for line in part.project.sender.log()
    ]  # fmt: skip
    calls = [[text(call[name]) for name in ("at", "method", "path", "status")] for call in part.calls]
    word = "off" if on else "on"
    body = f"""{LINKS}<h2>Webhooks are {"on" if on else "off"}</h2>
{pages.button(f"{HOME}/webhooks/{word}", f"Switch webhooks {word}")}
{pages.table(["Address", "Authentication", "State", "Triggers"], configured, "None is configured.")}
<h2>Sent</h2>{pages.table(["What", "Address", "State", "Attempts", "Answer", ""], sent)}
<h2>Received calls</h2>{pages.table(["When", "Method", "Path", "Status"], calls)}"""
    return pages.page("Received and sent", body, HOME)
