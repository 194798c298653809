"""
How long from an approval in the DAM until a partner's system sees the file? With webhooks, on a running demo.

    python -m tests.bench.approvals PORTAL_URL DEMO_JSON [--approvals 1000] [--rate 10] [--burst 200]

Approves files of a new folder inside the demo's community, first at a steady rate, then some at once, and follows the
partner's feed of changes. A time runs from just before the approval is asked for until the answer that names the very
bytes has arrived; it includes up to one pause between two readings of the feed. Prints figures; asserts nothing. The
standard library only, so that the measuring weighs little.
"""

import argparse
import json
import statistics
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

#: Between two readings of the feed: a client may ask 600 times a minute.
PAUSE_SECONDS = 0.12
PATIENCE_SECONDS = 180
CALLERS = 8


def call(url: str, *, token: str = "", form: dict[str, str] | None = None, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as answer:
        return json.load(answer)


class Feed:
    """Follows a partner's changes in a thread; ``seen`` holds when each digest first appeared."""

    def __init__(self, portal: str, client: dict[str, str]):
        self._url = f"{portal}/api/v1/changes"
        form = {name: client[name] for name in ("client_id", "client_secret", "scope")}
        form["grant_type"] = "client_credentials"
        self._token = call(client["token_url"], form=form)["access_token"]
        self._cursor = call(f"{self._url}?start=now", token=self._token)["cursor"]
        self.seen: dict[str, float] = {}
        self.readings = 0
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            query = urllib.parse.urlencode({"cursor": self._cursor})
            page = call(f"{self._url}?{query}", token=self._token)
            now = time.monotonic()
            self.readings += 1
            for line in page["items"]:
                if line["kind"] == "published" and line["version"]:
                    self.seen.setdefault(line["version"]["sha1"], now)
            self._cursor = page["cursor"]
            time.sleep(PAUSE_SECONDS)


def waiting_files(sandbox: str, folder: str, count: int) -> list[dict[str, Any]]:
    """Make files that wait for their approval, a thousand to a folder, and return them."""
    files = []
    for start in range(0, count, 1000):
        place, number = f"{folder}/{start // 1000}", min(1000, count - start)
        call(
            f"{sandbox}/_sandbox/scaleflex/bulk",
            body={"count": number, "folder": place, "approval": "PENDING"},
        )
        query = urllib.parse.urlencode({"folder": place, "limit": 1000})
        files += call(f"{sandbox}/_sandbox/scaleflex/files?{query}")["files"]
    return files


def approve(sandbox: str, files: list[dict[str, Any]], *, rate: float | None) -> dict[str, float]:
    """Approve files, ``rate`` a second or all at once; returns when each was asked for, by digest."""
    asked: dict[str, float] = {}

    def one(file: dict[str, Any]) -> None:
        asked[file["sha1"]] = time.monotonic()
        call(f"{sandbox}/_sandbox/scaleflex/files/{file['uuid']}/approval", body={"state": "APPROVED"})

    begun = time.monotonic()
    with ThreadPoolExecutor(CALLERS) as callers:
        for number, file in enumerate(files):
            if rate:
                time.sleep(max(0.0, begun + number / rate - time.monotonic()))
            callers.submit(one, file)
    return asked


def measure(name: str, feed: Feed, asked: dict[str, float]) -> None:
    """Wait until everything is seen, and print how long it took."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and not asked.keys() <= feed.seen.keys():
        time.sleep(0.1)
    times = sorted(feed.seen[digest] - moment for digest, moment in asked.items() if digest in feed.seen)
    span = max(asked.values()) - min(asked.values())
    print(f"{name}: {len(asked):,} approvals in {span:.1f} s ({len(asked) / max(span, 0.001):.1f} a second)")
    if len(times) < len(asked):
        print(f"  {len(asked) - len(times)} were not seen within {PATIENCE_SECONDS} s")
    if len(times) > 1:
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        print(f"  p50 {cuts[49]:.2f} s   p95 {cuts[94]:.2f} s   p99 {cuts[98]:.2f} s   max {times[-1]:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("portal")
    parser.add_argument("demo", type=Path, help="var/demo.json of the running demo")
    parser.add_argument("--approvals", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=10.0, help="approvals a second")
    parser.add_argument("--burst", type=int, default=200, help="approvals at once, afterwards; 0 for none")
    parser.add_argument("--settle", type=float, default=10.0, help="seconds before and between")
    given = parser.parse_args()
    demo = json.loads(given.demo.read_text())
    sandbox = demo["sandbox_url"]
    inside = next(client for client in demo["api_clients"] if client["sees_demo_folder"])
    folder = f"{demo['sandbox']['scaleflex']['demo_folder']}/Bench {time.strftime('%H%M%S')}"
    files = waiting_files(sandbox, folder, given.approvals + given.burst)
    feed = Feed(given.portal.rstrip("/"), inside)
    # Until the sweep has taken the waiting files in, as it has with a real brand's.
    time.sleep(given.settle)
    measure("Steady", feed, approve(sandbox, files[: given.approvals], rate=given.rate))
    if given.burst:
        time.sleep(given.settle)
        # The made-up files of every folder have the same bytes.
        feed.seen.clear()
        measure("Burst", feed, approve(sandbox, files[given.approvals :], rate=None))
    print(f"The feed was read {feed.readings:,} times, with {PAUSE_SECONDS:g} s between.")


if __name__ == "__main__":
    main()
