"""
What works while something is missing: asked of the running system, kept as a page for operators.

``observe`` asks for every operation what comes of it; ``docs/operators/resiliency.md`` holds what was seen. A test
fails when the two differ; with ``RESILIENCY=write`` the tests write the page anew.
"""

import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import requests
from standardwebhooks.webhooks import Webhook

from tests.faults.ledger import Thing
from tests.faults.stage import Stage
from tests.faults.studio import Studio
from tests.faults.visitor import SECONDS, Visitor

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operators" / "resiliency.md"
WRITES = os.environ.get("RESILIENCY") == "write"
WORKS, NOTICE, REFUSED, WAITS = "works", "works with a notice", "refused cleanly", "waits"


@dataclass
class Scene:
    """
    A visitor who was there before the outage, and what it can ask for.

    ``file``  the DAM's id of a file it may tell us about
    ``made``, ``unmade``  download sizes of ``asset``: one that somebody has fetched before, one that nobody has
    """

    stage: Stage
    studio: Studio
    visitor: Visitor
    file: str
    asset: str
    made: str
    unmade: list[str]

    def download(self, recipe: str) -> requests.Response:
        return self.visitor.get(f"{self.visitor.home}assets/{self.asset}/download/{recipe}/")

    def grid_event(self) -> requests.Response:
        """Tell the portal something as the grid does."""
        event = {
            "id": f"evt-{secrets.token_hex(8)}",
            "type": "community.feedback.received",
            "subject": "feedback/1",
        }
        body, now = json.dumps(event), datetime.now(UTC)
        signed = Webhook(self.stage.world.keys["webhooks"]["grid_secret"]).sign(event["id"], now, body)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event["id"],
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signed,
        }
        address = f"{self.stage.url}/integrations/trading-grid/trading-grid/webhook"
        return requests.post(address, data=body, headers=headers, timeout=SECONDS)


def set_scene(stage: Stage, studio: Studio) -> Scene:
    """Sign in, release a file, take one of its sizes so that it is made, and look up what to ask for."""
    visitor = Visitor(stage)
    assert visitor.sign_in().status_code == 200
    assert visitor.token().status_code == 200
    thing = studio.upload()

    def found() -> str | None:
        items = visitor.api("/assets").json()["items"]
        return next((item["id"] for item in items if item["title"].get("en") == thing.title), None)

    asset = stage.until(found, "the file released")
    sizes = visitor.api(f"/assets/{asset}/renditions").json()["items"]
    recipes = [size["recipe"] for size in sizes if size["format"] != "original"]
    scene = Scene(stage, studio, visitor, thing.uuid, asset, recipes[0], recipes[1:])
    stage.until(lambda: scene.download(scene.made).status_code == 200, "the first download")
    return scene


#: operation -> what it asks; each is one call to the portal
CALLS: dict[str, Callable[[Scene], requests.Response]] = {
    "Sign in": lambda scene: Visitor(scene.stage, 1).sign_in(),
    "List of assets": lambda scene: scene.visitor.get(f"{scene.visitor.home}assets/"),
    "Page of an asset": lambda scene: scene.visitor.get(f"{scene.visitor.home}assets/{scene.asset}/"),
    "Download of a size made before": lambda scene: scene.download(scene.made),
    "Download of a size for the first time": lambda scene: scene.download(scene.unmade.pop()),
    "API: token": lambda scene: scene.visitor.token(),
    "API: list of assets": lambda scene: scene.visitor.api("/assets"),
    "API: changes": lambda scene: scene.visitor.api("/changes"),
    "Staff: sign-in page": lambda scene: requests.get(f"{scene.stage.url}/admin/login/", timeout=SECONDS),
    "Webhook of Scaleflex": lambda scene: scene.stage.call_webhook(scene.file),
    "Webhook of Trading Grid": lambda scene: scene.grid_event(),
    # As those ask who watch over us: without a session.
    "`/livez`": lambda scene: requests.get(f"{scene.stage.url}/livez", timeout=SECONDS),
    "`/readyz`": lambda scene: requests.get(f"{scene.stage.url}/readyz", timeout=SECONDS),
}
#: What happens by itself after a file is released.
SHOWN, POSTED = "A released file appears", "The grid gets its post"
OPERATIONS = (*CALLS, SHOWN, POSTED)


def observe(scene: Scene, expected: dict[str, str]) -> dict[str, str]:
    """
    Ask for every operation, in the present state of the system.

    :param expected: what the page says; only how long to wait for what happens by itself depends on it
    :returns: verdicts by operation; one that is none of the four names the trouble
    """
    seen = {operation: _verdict(call, scene) for operation, call in CALLS.items()}
    thing = scene.studio.upload()
    for operation, has_come in ((SHOWN, _is_shown), (POSTED, _is_posted)):
        patience = 90.0 if expected.get(operation) == WORKS else 20.0 if WRITES else 4.0
        seen[operation] = WORKS if _within(patience, scene, has_come, thing) else WAITS
    return seen


def _verdict(call: Callable[[Scene], requests.Response], scene: Scene) -> str:
    try:
        answer = call(scene)
    except requests.RequestException as error:
        return f"BREAKS: {type(error).__name__}"
    if answer.status_code == 503 and "Retry-After" in answer.headers:
        return REFUSED
    if not answer.ok:
        return f"BREAKS: {answer.status_code}"
    return NOTICE if '"missing"' in answer.text[:1000] else WORKS


def _within(seconds: float, scene: Scene, has_come: Callable[[Scene, Thing], bool], thing: Thing) -> bool:
    end = time.monotonic() + seconds
    while not has_come(scene, thing):
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def _is_shown(scene: Scene, thing: Thing) -> bool:
    answer = scene.visitor.api("/assets")
    return answer.ok and thing.title in answer.text


def _is_posted(scene: Scene, thing: Thing) -> bool:
    return any(thing.sha1 in str(post["assets"]) for post in scene.stage.posts())


# -- The page ---------------------------------------------------------------------------------------------------------
HEAD = """\
# What works while something is missing

Made by the tests, which take away one part of the running system after the other and ask for everything; a test fails
when this page is not what they see. Write it anew with `RESILIENCY=write python3 manage.py test tests/faults -n0`.

| word | means |
|---|---|
| works | as always |
| works with a notice | it works, and says what is missing |
| refused cleanly | 503 with `Retry-After`, at once, and nothing half done |
| waits | nothing is lost; it is done once the part is back, without anybody's help |

"""


def read_page() -> dict[str, dict[str, str]]:
    """Return what the page says: dependency -> operation -> verdict."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")] if PAGE.exists() else []
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heads = [row for row in rows if row[0] == "without"]
    if not heads:
        return {}
    return {
        name: {row[0]: row[place] for row in rows if len(row) == len(heads[0]) and row[0] in OPERATIONS}
        for place, name in enumerate(heads[0])
        if place
    }


def write_column(dependency: str, seen: dict[str, str], order: list[str]) -> None:
    """Put one dependency's verdicts into the page."""
    page = {**read_page(), dependency: seen}
    names = [name for name in order if name in page]
    lines = [f"| without | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    lines += [
        f"| {operation} | {' | '.join(page[name].get(operation, '') for name in names)} |"
        for operation in OPERATIONS
    ]
    PAGE.write_text(HEAD + "\n".join(lines) + "\n")
