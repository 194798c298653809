"""The pages at ``/console/trading_grid``: what the grid received, and the partners' side to act on."""

import json
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from integrations.sandbox.pages import button, page, table, text
from integrations.sandbox.trading_grid import actors, console_lists
from integrations.sandbox.trading_grid.console_lists import HOME, link, state, title_of
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.store import Resource
from integrations.sandbox.trading_grid.verbs import PREFIX
from integrations.sandbox.trading_grid.workspace import receipts

ANSWERS = {
    "view": "Look",
    "confirm": "Confirm",
    "request_change": "Ask for a change",
    "raise_issue": "Raise an issue",
    "decline": "Decline",
}
PARTNER_MOVES = {
    "RESOLVED": {"confirm": "Confirm", "reopen": "Reopen"},
    "CONFIRMED": {"reopen": "Reopen"},
    "WAITING_ON_PARTNER": {"provideInfo": "Give the information"},
}
SECTIONS = {
    "": ("Posts", console_lists.posts, "What was posted into the communities, and who has answered."),
    "issues": (
        "Issues",
        console_lists.issues,
        "What partners miss or find wrong. You may raise one for them.",
    ),
    "notices": ("Change notices", console_lists.notices, "Specifications, packaging and rules that change."),
    "partners": (
        "Partners",
        console_lists.partners,
        "The directory, and how each partner answers by itself.",
    ),
    "tasks": (
        "Onboarding and launches",
        console_lists.tasks,
        "What partners have to do, and their feedback.",
    ),
    "events": ("Events", console_lists.events, "What happened, who is told, and what goes wrong on purpose."),
    "calls": ("Received calls", console_lists.calls, "Every call to the simulated API, newest first."),
}


def show(grid: Grid, request: Request) -> Response:
    """Answer any address below ``/console/trading_grid``."""
    if request.method not in ("GET", "HEAD"):
        return Response("Forms go to the verbs.", status=405, headers={"Allow": "GET, HEAD"})
    if not request.path.startswith(HOME):
        return redirect(HOME, 308)
    parts = request.path.removeprefix(HOME).strip("/").split("/")
    match parts:
        case [name] if name in SECTIONS:
            heading, body, meaning = SECTIONS[name]
            return _page(heading, f'<p class="muted">{text(meaning)}</p>{body(grid)}', name)
        case ["posts", post_id]:
            if post := grid.store.find("post", post_id):
                return _page(title_of(post.body["title"]), _post(grid, post), "")
        case ["issues", issue_id]:
            if issue := grid.store.find("issue", issue_id):
                return _page(issue.body["subject"], _issue(grid, issue), "issues")
    return page("Nothing here", "<p>Nothing lives at this address.</p>", HOME, 404)


def _page(heading: str, body: str, section: str) -> Response:
    links = "".join(
        f'<a href="{HOME}/{name}"{" aria-current=page" if name == section else ""}>{text(word)}</a>'
        if name
        else f'<a href="{HOME}"{" aria-current=page" if section == "" else ""}>{text(word)}</a>'
        for name, (word, _, _) in SECTIONS.items()
    )
    return page(heading, f'<nav aria-label="Trading Grid">{links}</nav>{body}', HOME)


def _post(grid: Grid, post: Resource) -> str:
    body, now = post.body, grid.now()
    facts = {
        "Post": post.id,
        "Reference": body["externalReference"],
        "Community": body["communityId"],
        "Kind": body["kind"],
        "Status": body["status"],
        "Revision": body["revision"],
        "Published": body["publishedAt"],
        "Answer wanted by": body["receiptDueDate"] if body["requiresReceipt"] else "no answer wanted",
    }
    assets = [
        [
            state(asset["action"]),
            link(asset.get("uniformResourceIdentifier"), asset["fileName"]),
            text(f"{asset['assetId']} v{asset['assetVersion']}"),
            text(asset["referencedFileTypeCode"]),
            text(asset.get("gtin")),
            text(" ".join(asset.get("targetMarkets") or [])),
            text(asset.get("fileLanguageCode")),
            text(_size(asset)),
        ]
        for asset in body["assets"]
    ]
    rows = [
        _receipt(grid, post, receipts.shown(receipt, post, now))
        for receipt in grid.store.all("receipt", post.id)
    ]
    words = "".join(
        f"<p><b>{text(language)}</b> {text(words)}</p>" for language, words in body["body"].items()
    )
    return (
        f'<p></p><section class="card">{_facts(facts)}{words}</section>'
        "<h2>Assets</h2>"
        + table(
            ["Action", "File", "Asset", "Type", "GTIN", "Markets", "Language", "Size"], assets, "No assets."
        )
        + "<h2>Receipts</h2>"
        + table(
            ["Partner", "Status", "Since", "Revision", "Said", "Act as this partner"], rows, "No recipients."
        )
        + _raw(body)
    )


def _receipt(grid: Grid, post: Resource, receipt: dict[str, Any]) -> list[str]:
    company_id = receipt["partnerCompanyId"]
    by = receipt["byUser"] or {}
    said = " ".join(filter(None, [receipt["comment"], f"({by['name']})" if by.get("name") else None]))
    issue_id = receipt["issueId"]
    issue = f" {link(f'{HOME}/issues/{issue_id}', issue_id)}" if issue_id else ""
    buttons = "".join(
        button(
            f"{PREFIX}/posts/{post.id}/answers",
            word,
            {"partnerCompanyId": company_id, "behaviour": behaviour},
        )
        for behaviour, word in ANSWERS.items()
    )
    return [
        text(grid.partner(company_id)["name"]),
        state(receipt["status"]),
        text(receipt["at"]),
        text(receipt["postRevision"]),
        text(said) + issue,
        f'<div class="verbs">{buttons}</div>' if post.body["status"] == "PUBLISHED" else "",
    ]


def _issue(grid: Grid, issue: Resource) -> str:
    body = issue.body
    resolution = body["resolution"] or {}
    facts = {
        "Issue": issue.id,
        "Partner": grid.partner(body["partnerCompanyId"])["name"],
        "Status": body["status"],
        "Reason": body["reason"],
        "Severity": body["severity"],
        "Asset": body["assetId"],
        "GTIN": body["gtin"],
        "Market": body["targetMarket"],
        "Raised by": (body["raisedBy"] or {}).get("name"),
        "Resolution": " ".join(filter(None, [resolution.get("kind"), resolution.get("note")])),
        "Description": body["description"],
    }
    thread = [_message(note) for note in grid.store.all("comment", issue.id)]
    moves = "".join(
        button(f"{PREFIX}/issues/{issue.id}/state", word, {"action": action})
        for action, word in PARTNER_MOVES.get(body["status"], {}).items()
    )
    partner = actors.user_of(grid, body["partnerCompanyId"])["name"]
    return (
        f'<p></p><section class="card">{_facts(facts)}</section><h2>Thread</h2>'
        + table(["When", "Who", "Did", "Said"], thread, "Nobody has written yet.")
        + f"<h2>Act as {text(partner)}</h2>"
        + f'<div class="verbs">{moves}</div>'
        + f'<form class="inline" method="post" action="{PREFIX}/issues/{issue.id}/comments">'
        '<label>Write into the thread <textarea name="text" rows="2" cols="60" required></textarea></label>'
        "<button>Write</button></form>" + _raw(body)
    )


def _message(note: Resource) -> list[str]:
    message = note.body["message"][0]
    replies = "".join(
        f"<br>↳ {text(reply['message'][0]['user']['name'])}: {text(reply['message'][0]['text'])}"
        for reply in note.body["replies"]
    )
    user = message["user"]
    return [
        text(message["modified"]),
        text(f"{user['name']} ({user['type'].lower()})"),
        text(message["action"]),
        text(message["text"]) + replies,
    ]


def _facts(facts: dict[str, Any]) -> str:
    rows = "".join(
        f"<dt>{text(word)}</dt><dd>{text(value)}</dd>"
        for word, value in facts.items()
        if value not in (None, "")
    )
    return f"<dl>{rows}</dl>"


def _raw(body: dict[str, Any]) -> str:
    return (
        "<h2>As stored</h2><details><summary>JSON</summary><pre>"
        + text(json.dumps(body, ensure_ascii=False, indent=2))
        + "</pre></details>"
    )


def _size(asset: dict[str, Any]) -> str:
    pixels = (asset.get("filePixelWidth"), asset.get("filePixelHeight"))
    parts = [f"{pixels[0]} x {pixels[1]}" if all(pixels) else "", asset.get("fileFormatName") or ""]
    if size := asset.get("fileSize"):
        parts.append(f"{size / 1000:.0f} kB")
    return ", ".join(filter(None, parts))
