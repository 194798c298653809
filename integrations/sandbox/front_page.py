"""The sandbox's first page: what is in it, how to reach it, what goes wrong on purpose."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from integrations.sandbox import pages
from integrations.sandbox.faults import KINDS, PARTS
from integrations.sandbox.pages import text

if TYPE_CHECKING:
    from integrations.sandbox.server import Sandbox

NAMES = {"scaleflex": "Scaleflex", "trading_grid": "Trading Grid"}


def show(sandbox: "Sandbox") -> Response:
    """Return the page at ``/``."""
    return pages.page(
        "Sandbox",
        f'<div class="cards">{_parts(sandbox)}{_keys(sandbox)}</div>'
        f"<h2>Faults</h2>{_faults(sandbox)}"
        f"<h2>Verbs for scripts</h2>{_verbs(sandbox)}",
    )


def _parts(sandbox: "Sandbox") -> str:
    cards = []
    for name, part in sandbox.parts.items():
        facts = "".join(
            f"<dt>{text(word)}</dt><dd>{text(value)}</dd>" for word, value in part.summary().items()
        )
        cards.append(
            f'<section class="card"><h2><a href="/console/{name}">{NAMES[name]}</a></h2>'
            f"<dl>{facts}</dl></section>"
        )
    return "".join(cards)


def _keys(sandbox: "Sandbox") -> str:
    scaleflex, grid = sandbox.credentials.scaleflex, sandbox.credentials.trading_grid
    facts = {
        "Scaleflex token": scaleflex.token,
        "Scaleflex key": scaleflex.key,
        "Security template": scaleflex.template,
        "Grid consumer key": grid.consumer_key,
        "Grid consumer secret": grid.consumer_secret,
        "Grid company": grid.company_id,
        "Clock": sandbox.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC"),
    }
    rows = "".join(
        f"<dt>{text(word)}</dt><dd><code>{text(value)}</code></dd>" for word, value in facts.items()
    )
    reset = pages.button("/console/reset", "Reset both to the seed", kind="danger")
    return f'<section class="card"><h2>Keys of this sandbox</h2><dl>{rows}</dl><p>{reset}</p></section>'


def _faults(sandbox: "Sandbox") -> str:
    active = [
        [text(fault.part), text(fault.kind), f"<code>{text(fault.path)}</code>",
         text("until cleared" if fault.remaining is None else fault.remaining)]
        for fault in sandbox.faults.active()
    ]  # fmt: skip
    parts = "".join(f"<option>{part}</option>" for part in PARTS)
    kinds = "".join(f'<option title="{text(meaning)}">{kind}</option>' for kind, meaning in KINDS.items())
    form = f"""<form class="inline" method="post" action="/console/faults">
<label>Part <select name="part">{parts}</select></label>
<label>Kind <select name="kind">{kinds}</select></label>
<label>Path (regular expression) <input name="path" value="."></label>
<label>Times <input name="times" inputmode="numeric" value="1" size="4"></label>
<label>Status <input name="status" inputmode="numeric" size="4"></label>
<label>Seconds <input name="seconds" inputmode="numeric" size="4"></label>
<button>Switch on</button></form>"""
    clear = pages.button("/console/faults/clear", "Clear all faults") if active else ""
    return form + pages.table(["Part", "Kind", "Path", "Left"], active, "Everything works.") + clear


def _verbs(sandbox: "Sandbox") -> str:
    rows = [
        [text(verb["method"]), f"<code>{text(verb['path'])}</code>", text(verb["meaning"])]
        for verb in sandbox.index()
    ]
    return pages.table(["Method", "Path", "Meaning"], rows)
