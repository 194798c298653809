"""
How long from a file's replacement in the DAM until its confirmation is stale on page, by API and in the grid?

    python -m tests.bench.stale DEMO_JSON [--rounds 5]

On a running demo: a retailer confirms a pack, one of its files is replaced and approved in the DAM, and everybody is
asked until each says the same: one stale, the others as they were. The clock starts right before the approval is asked
for. Then the retailer confirms the new one, for the next round. Prints figures; asserts nothing about time.
"""

import argparse
import http.cookiejar
import json
import re
import statistics
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.approvals import call

PATIENCE_SECONDS = 120


class Retailer:
    """A system and a person of the same company, and one of its packs."""

    def __init__(self, demo: dict[str, Any]):
        self.portal, self.sandbox = demo["portal_url"], demo["sandbox_url"]
        client = next(client for client in demo["api_clients"] if client["sees_demo_folder"])
        form = {name: client[name] for name in ("client_id", "client_secret", "scope")}
        form["grant_type"] = "client_credentials"
        self.company = client["company"]
        self.token = call(client["token_url"], form=form)["access_token"]
        person = next(user for user in demo["users"] if user["company"] == self.company)
        jar = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.sign_in(person)
        packs = call(f"{self.portal}/api/v1/packs", token=self.token)["items"]
        self.pack = next(pack for pack in packs if pack["purpose"] == "launch")
        self.confirmations = f"{self.portal}/api/v1/packs/{self.pack['id']}/confirmations"

    def open(self, path: str, form: dict[str, str] | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        asked = urllib.request.Request(f"{self.portal}{path}", data, {"Referer": self.portal + path})
        with self.browser.open(asked, timeout=60) as answer:
            return answer.read().decode()

    def sign_in(self, person: dict[str, str]) -> None:
        path = "/accounts/login/"
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.open(path))
        assert token
        form = {"login": person["email"], "password": person["password"], "csrfmiddlewaretoken": token[1]}
        self.open(path, form)

    def by_api(self) -> dict[str, str]:
        return {line["name"]: line["state"] for line in self.states()["items"]}

    def states(self) -> dict[str, Any]:
        return call(self.confirmations, token=self.token)

    def confirm(self, manifest: str) -> None:
        body = {"manifest_sha256": manifest, "all": {"answer": "received"}}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = str(uuid.uuid4())
        asked = urllib.request.Request(self.confirmations, json.dumps(body).encode(), headers)
        urllib.request.urlopen(asked, timeout=60).close()

    def on_page(self) -> dict[str, str]:
        """What the pack's page shows: one word per file."""
        page = self.open(f"/o/{self.company}/packs/{self.pack['id']}/")
        rows = re.findall(r"<tr[ >].*?</tr>", page, re.DOTALL)
        found = {}
        for name in self.by_api():
            row = next((row for row in rows if name in row), "")
            found[name] = "stale" if "#i-refresh" in row else "other"
        return found

    def in_grid(self) -> int:
        """How many answers about assets of the campaign stand confirmed in the grid."""
        posts = call(f"{self.sandbox}/_sandbox/trading_grid/posts")["posts"]
        given = [
            receipt["status"]
            for post in posts
            if post["status"] == "PUBLISHED"
            for receipt in post["receipts"]
        ]
        return given.count("CONFIRMED")


def wait(what: str, until: Callable[[], bool], begun: float) -> float:
    """Return the seconds from ``begun`` until it is so."""
    while time.monotonic() < begun + PATIENCE_SECONDS:
        if until():
            return time.monotonic() - begun
        time.sleep(0.1)
    raise SystemExit(f"{what}: not within {PATIENCE_SECONDS} s")


def confirm_all(retailer: Retailer) -> bool:
    """Confirm every file; ``False`` while the version with the last replacement is still being made."""
    try:
        retailer.confirm(retailer.states()["manifest_sha256"])
    except urllib.error.HTTPError as error:
        if error.code != 409:
            raise
    return set(retailer.by_api().values()) == {"received"}


def one_round(retailer: Retailer, folder: str) -> dict[str, float]:
    """Confirm everything, replace one file in the DAM, and return the seconds until each place says so."""
    wait("Confirmed", lambda: confirm_all(retailer), time.monotonic())
    # Until nothing more arrives: what is still on its way to the grid must not be counted below.
    confirmed = retailer.in_grid()
    while True:
        time.sleep(2)
        if confirmed == (confirmed := retailer.in_grid()):
            break
    query = urllib.parse.urlencode({"folder": folder, "limit": 100})
    files = call(f"{retailer.sandbox}/_sandbox/scaleflex/files?{query}")["files"]
    old = next(file for file in files if file["current"] and file["path"].endswith("hero.jpg"))
    replaced = call(f"{retailer.sandbox}/_sandbox/scaleflex/files/{old['uuid']}/replace", body={})["file"]
    address = f"{retailer.sandbox}/_sandbox/scaleflex/files/{replaced['uuid']}/approval"
    begun = time.monotonic()
    call(address, body={"state": "APPROVED"})

    def one_of(states: dict[str, str]) -> bool:
        stale = [name for name, state in states.items() if state == "stale"]
        return len(stale) == 1 and "hero" in stale[0]

    return {
        "API": wait("API", lambda: one_of(retailer.by_api()), begun),
        "page": wait("Page", lambda: one_of(retailer.on_page()), begun),
        "grid": wait("Grid", lambda: retailer.in_grid() == confirmed - 1, begun),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("demo", type=Path, help="var/demo.json of the running demo")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    demo = json.loads(given.demo.read_text())
    retailer = Retailer(demo)
    folder = demo["sandbox"]["scaleflex"]["demo_folder"]
    rounds = [one_round(retailer, folder) for _ in range(given.rounds)]
    for place in ("API", "page", "grid"):
        times = [one[place] for one in rounds]
        print(f"{place:5} middle {statistics.median(times):.2f} s   longest {max(times):.2f} s")


if __name__ == "__main__":
    main()
