"""The frame of every page for people: navigation, the word "simulation", one stylesheet."""

from html import escape
from pathlib import Path

from werkzeug.wrappers import Response

NAVIGATION = (
    ("/", "Sandbox"),
    ("/console/scaleflex", "Scaleflex"),
    ("/console/trading_grid", "Trading Grid"),
)
STYLESHEET = "/_sandbox/static/sandbox.css"
_STATIC = Path(__file__).parent / "static"


def page(title: str, body_html: str, nav: str = "/", status: int = 200) -> Response:
    """
    Wrap a body in the console's frame.

    :param title: plain text, escaped here
    :param body_html: trusted HTML; escape what came from outside with :func:`text`
    :param nav: the address of the navigation entry to mark as current
    """
    links = "".join(
        f'<a href="{address}"{" aria-current=page" if address == nav else ""}>{escape(word)}</a>'
        for address, word in NAVIGATION
    )
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - sandbox</title>
<link rel="stylesheet" href="{STYLESHEET}">
<link rel="icon" href="data:,">
</head>
<body>
<p class="simulation"><strong>Simulation, not Scaleflex / OpenText.</strong>
Everything here runs on this machine and concerns an invented brand.</p>
<header><nav aria-label="Sandbox">{links}</nav></header>
<main>
<h1>{escape(title)}</h1>
{body_html}
</main>
</body>
</html>"""
    return Response(html, status=status, mimetype="text/html", headers={"Cache-Control": "no-store"})


def text(value: object) -> str:
    """Escape a value for HTML text and attributes; ``None`` becomes empty."""
    return "" if value is None else escape(str(value))


def table(headings: list[str], rows: list[list[str]], empty: str = "Nothing yet.") -> str:
    """Return a table; cells are trusted HTML, headings plain text."""
    if not rows:
        return f'<p class="empty">{escape(empty)}</p>'
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def button(address: str, word: str, fields: dict[str, str] | None = None, kind: str = "") -> str:
    """Return a one-button form that posts ``fields`` to ``address``; ``kind`` may be ``danger``."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in (fields or {}).items()
    )
    return (
        f'<form method="post" action="{escape(address)}" class="verb">{hidden}'
        f'<button class="{escape(kind)}">{escape(word)}</button></form>'
    )


def stylesheet() -> Response:
    return Response(
        (_STATIC / "sandbox.css").read_bytes(), mimetype="text/css", headers={"Cache-Control": "max-age=60"}
    )
