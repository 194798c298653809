"""The lists of the console, newest first, and the forms that stand above them."""

from typing import Any

from integrations.sandbox.pages import button, table, text
from integrations.sandbox.trading_grid import actors, delivery, people
from integrations.sandbox.trading_grid import events as event_module
from integrations.sandbox.trading_grid.dialects import DIALECTS
from integrations.sandbox.trading_grid.grid import Grid
from integrations.sandbox.trading_grid.profiles import PROFILES
from integrations.sandbox.trading_grid.store import Resource
from integrations.sandbox.trading_grid.verbs import PREFIX
from integrations.sandbox.trading_grid.workspace import change_notices, receipts
from integrations.sandbox.trading_grid.workspace import issues as issue_module

HOME = "/console/trading_grid"
SHOWN = 100
GOOD = ("CONFIRMED", "PUBLISHED", "ACTIVE", "DONE", "LIVE", "sent", "ADD", "ACKNOWLEDGED", "RESOLVED")
BAD = (
    "DECLINED", "OVERDUE", "SUSPENDED", "REJECTED", "BLOCKED", "WITHDRAWN", "WITHDRAW", "failed", "DISPUTED",
    "CHANGE_REQUESTED",
)  # fmt: skip


def posts(grid: Grid) -> str:
    now = grid.now()
    rows = [
        [
            link(f"{HOME}/posts/{post.id}", post.id),
            link(f"{HOME}/posts/{post.id}", title_of(post.body["title"])),
            text(post.body["communityId"]),
            text(post.body["kind"]),
            state(post.body["status"]),
            text(post.body["revision"]),
            "<br>".join(text(asset["fileName"]) for asset in post.body["assets"][:5])
            + (f"<br>and {len(post.body['assets']) - 5} more" if len(post.body["assets"]) > 5 else ""),
            _receipt_counts(grid, post, now),
            text(post.updated_at),
        ]
        for post in _newest(grid, "post")
    ]
    return table(
        ["Post", "Title", "Community", "Kind", "Status", "Rev.", "Files", "Receipts", "Changed"],
        rows,
        "No post has been received yet.",
    )


def issues(grid: Grid) -> str:
    rows = [
        [
            link(f"{HOME}/issues/{issue.id}", issue.id),
            link(f"{HOME}/issues/{issue.id}", issue.body["subject"]),
            text(grid.partner(issue.body["partnerCompanyId"])["name"]),
            text(issue.body["reason"]),
            text(issue.body["severity"]),
            state(issue.body["status"]),
            text(issue.updated_at),
        ]
        for issue in _newest(grid, "issue")
    ]
    form = (
        f'<form class="inline" method="post" action="{PREFIX}/issues">'
        f"<label>Partner {_partners(grid)}</label>"
        f"<label>Reason {select('reason', issue_module.REASONS)}</label>"
        f"<label>Severity {select('severity', issue_module.SEVERITIES, 'NORMAL')}</label>"
        '<label>Subject <input name="subject" required value="The label on this picture is old"></label>'
        '<label>GTIN <input name="gtin" inputmode="numeric" size="14"></label>'
        '<label>Asset <input name="assetId"></label>'
        '<label>Market <input name="targetMarket" size="3" maxlength="2"></label>'
        "<button>Raise an issue</button></form>"
    )
    return form + table(
        ["Issue", "Subject", "Partner", "Reason", "Severity", "Status", "Changed"], rows, "No issue yet."
    )


def notices(grid: Grid) -> str:
    rows = [
        [
            text(notice.id),
            text(title_of(notice.body["summary"])),
            text(notice.body["kind"]),
            text(notice.body["direction"]),
            text(" ".join(notice.body["gtins"])),
            text(notice.body["effectiveDate"]),
            state(notice.body["status"]),
            "<br>".join(
                text(f"{each['assetId']}: {each['verdict']}") for each in notice.body["affectedAssets"]
            ),
        ]
        for notice in _newest(grid, "changeNotice")
    ]
    form = (
        f'<form class="inline" method="post" action="{PREFIX}/changeNotices">'
        f"<label>Kind {select('kind', change_notices.KINDS, 'PACKAGING')}</label>"
        '<label>GTINs <input name="gtins" required placeholder="14 digits, several with blanks"></label>'
        '<label>Markets <input name="targetMarkets" size="10" value="DE AT"></label>'
        '<label>Summary <input name="summary" required size="40" value="New label from this date on"></label>'
        '<label>Effective <input name="effectiveDate" type="date" required></label>'
        "<button>Publish a change notice</button></form>"
    )
    return form + table(
        ["Notice", "Summary", "Kind", "Direction", "GTINs", "Effective", "Status", "Affected assets"],
        rows,
        "No change notice yet.",
    )


def partners(grid: Grid) -> str:
    settings = grid.store.setting("actors", default={})
    rows = [_partner(grid, partner, settings) for partner in grid.store.all("partner")]
    form = (
        f'<form class="inline" method="post" action="{PREFIX}/actors/*">'
        '<input type="hidden" name="_method" value="PUT">'
        f"<label>All partners without a habit of their own {select('behaviour', actors.BEHAVIOURS)}</label>"
        '<label>after seconds <input name="delay_seconds" inputmode="numeric" size="5" value="0"></label>'
        "<button>Set</button></form>"
    )
    headings = ["Company", "Communities", "Contacts", "Status", "Answers posts by"]
    return form + table(headings, rows)


def tasks(grid: Grid) -> str:
    projects = [
        [
            text(project.id),
            text(grid.partner(project.body["partnerCompanyId"])["name"]),
            state(project.body["status"]),
            "<br>".join(text(f"{task['kind']}: {task['status']}") for task in project.body["tasks"]),
            button(f"{PREFIX}/onboardingProjects/{project.id}/approve", "Go live")
            if project.body["status"] == "READY"
            else "",
        ]
        for project in _newest(grid, "onboardingProject")
    ]
    launches = [
        [
            text(task.id),
            text(task.body["launchId"]),
            text(title_of(task.body["title"])),
            text(task.body["kind"]),
            text(task.body["dueDate"]),
            state(task.body["status"]),
            "<br>".join(
                text(f"{grid.partner(each['partnerCompanyId'])['name']}: {each['status']}")
                for each in task.body["assignees"]
            ),
        ]
        for task in _newest(grid, "launchTask")
    ]
    given = [
        [
            text(each.id),
            text(grid.partner(each.body["partnerCompanyId"])["name"]),
            text(" ".join(each.body["about"].values())),
            text(each.body["rating"]),
            text(" ".join(each.body["tags"])),
            text(each.body["comment"]),
        ]
        for each in _newest(grid, "feedback")
    ]
    return (
        "<h2>Onboarding</h2>"
        + table(["Project", "Partner", "Status", "Tasks", ""], projects, "Nobody is being onboarded.")
        + "<h2>Launch tasks</h2>"
        + table(["Task", "Launch", "Title", "Kind", "Due", "Status", "Partners"], launches, "No launch task.")
        + "<h2>Feedback</h2>"
        + table(["Feedback", "Partner", "About", "Rating", "Tags", "Comment"], given, "No feedback.")
    )


def events(grid: Grid) -> str:
    rows = [
        [text(row["sequence"]), text(row["type"]), text(row["subject"]), text(row["at"])]
        for row in grid.store.db.all("SELECT * FROM events ORDER BY sequence DESC LIMIT ?", (SHOWN,))
    ]
    sent = [
        [
            text(each["sequence"]),
            text(each["type"]),
            text(each["subscription_id"]),
            state(each["status"]),
            text(each["attempts"]),
            text(each["answer"]),
            button(f"{PREFIX}/deliveries/{each['number']}/again", "Send again"),
        ]
        for each in delivery.log(grid, SHOWN)
    ]
    subscribers = [
        [text(each.id), text(each.body["url"]), text(" ".join(each.body["eventTypes"]))]
        for each in grid.store.all("subscription")
    ]
    switches = "".join(
        button(
            f"{PREFIX}/events",
            f"{name}: {'on' if on else 'off'}",
            {"_method": "PUT", name: str(not on).lower()},
        )
        for name, on in event_module.push_modes(grid).items()
    )
    return (
        f'<div class="verbs">{switches}</div>'
        + "<h2>Subscribers</h2>"
        + table(["Subscription", "Address", "Types"], subscribers, "Nobody has subscribed.")
        + "<h2>Events</h2>"
        + table(["No.", "Type", "Subject", "Time"], rows, "Nothing has happened yet.")
        + "<h2>Pushed</h2>"
        + table(["No.", "Type", "To", "State", "Attempts", "Answer", ""], sent, "Nothing was pushed.")
    )


def calls(grid: Grid) -> str:
    spoken = grid.store.setting("dialects", default={})
    dialects = "".join(
        f'<form class="inline" method="post" action="{PREFIX}/dialects">'
        '<input type="hidden" name="_method" value="PUT">'
        f'<input type="hidden" name="profile" value="{name}">'
        f"<label>Dialect of the {name} path map "
        f"{select('dialect', DIALECTS, spoken.get(name, 'cartographer'))}</label><button>Set</button></form>"
        for name in PROFILES
    )
    rows = [
        [
            text(row["at"]),
            text(row["method"]),
            f"<code>{text(row['path'])}{text('?' + row['query'] if row['query'] else '')}</code>",
            text(row["status"]),
            text(row["idempotency_key"]),
            text(row["milliseconds"]),
            f"<details><summary>{len(row['body'])} characters</summary><pre>{text(row['body'])}</pre></details>"
            if row["body"]
            else "",
        ]
        for row in grid.store.db.all("SELECT * FROM calls ORDER BY number DESC LIMIT ?", (SHOWN,))
    ]
    tools = button(f"{PREFIX}/tokens/revoke", "Revoke all tokens") + button(
        f"{PREFIX}/calls", "Empty this list", {"_method": "DELETE"}
    )
    return (
        dialects
        + f'<div class="verbs">{tools}</div><h2>Received</h2>'
        + table(["At", "Method", "Path", "Status", "Idempotency key", "ms", "Body"], rows, "No call yet.")
    )


def title_of(words: dict[str, str]) -> str:
    return words.get("en") or next(iter(words.values()), "")


def state(word: str) -> str:
    tone = " ok" if word in GOOD else " bad" if word in BAD else ""
    return f'<span class="state{tone}">{text(word)}</span>'


def link(address: str | None, words: str) -> str:
    return f'<a href="{text(address)}">{text(words)}</a>' if address else text(words)


def select(name: str, words: Any, chosen: str = "") -> str:
    options = "".join(
        f"<option{' selected' if word == chosen else ''}>{text(word)}</option>" for word in words
    )
    return f'<select name="{name}">{options}</select>'


def _newest(grid: Grid, kind: str) -> list[Resource]:
    return list(reversed(grid.store.all(kind)))[:SHOWN]


def _receipt_counts(grid: Grid, post: Resource, now: Any) -> str:
    counts: dict[str, int] = {}
    for receipt in grid.store.all("receipt", post.id):
        word = receipts.shown(receipt, post, now)["status"]
        counts[word] = counts.get(word, 0) + 1
    return "<br>".join(f"{number} {state(word)}" for word, number in counts.items())


def _partners(grid: Grid) -> str:
    options = "".join(
        f'<option value="{text(partner.id)}">{text(partner.body["name"])}</option>'
        for partner in grid.store.all("partner")
    )
    return f'<select name="partnerCompanyId">{options}</select>'


def _partner(grid: Grid, partner: Resource, settings: dict[str, Any]) -> list[str]:
    body = partner.body
    members = grid.store.all("member", where={"partnerCompanyId": partner.id})
    contacts = people.of_company(grid, partner.id)
    own = settings.get(partner.id)
    habit = f"{own['behaviour']} after {own['delay_seconds']:.0f} s" if own else "as everybody else"
    goal = "ACTIVE" if body["status"] != "ACTIVE" else "SUSPENDED"
    move = button(
        f"{PREFIX}/partners/{partner.id}/status",
        "Let in" if goal == "ACTIVE" else "Suspend",
        {"_method": "PUT", "status": goal},
    )
    form = (
        f'<form class="inline" method="post" action="{PREFIX}/actors/{partner.id}">'
        '<input type="hidden" name="_method" value="PUT">'
        f"{select('behaviour', actors.BEHAVIOURS, own['behaviour'] if own else '')}<button>Set</button></form>"
    )
    return [
        f"<bdi>{text(body['name'])}</bdi><br><code>{text(partner.id)}</code>"
        f"<br>{text(body['kind'].lower())}, {text(' '.join(body['targetMarkets']))}",
        "<br>".join(text(member.parent) for member in members),
        "<br>".join(f"<bdi>{text(each['email'])}</bdi>" for each in contacts),
        f"{state(body['status'])}<br>{move}",
        f"{text(habit)}{form}",
    ]
