"""
The main job on a running demo: approve a file, and see it at the partner's system, in the grid, nowhere else.

``python3 .ci/smoke.py PORTAL_URL DEMO_JSON PROCESS``; the standard library only. Exit code 0 when all of it happened.
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

START_SECONDS = 240
FLOW_SECONDS = 15


def call(url: str, *, token: str = "", form: dict[str, str] | None = None, body: Any = None) -> bytes:
    """GET, or POST a form or JSON; follows redirects and raises ``HTTPError`` for 4xx and 5xx."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    elif body is not None:
        data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as response:
        return response.read()


def status(url: str, **how: Any) -> int:
    try:
        call(url, **how)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def until(seconds: float, what: str, look: Callable[[], Any]) -> Any:
    """Look until there is something to see and return it."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if found := look():
            print(f"{what}: after {time.monotonic() - begun:.1f} s")
            return found
        time.sleep(0.2)
    sys.exit(f"{what}: not within {seconds:.0f} s")


def alive(portal: str, process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        sys.exit("The demo ended while starting.")
    try:
        return status(f"{portal}/livez") == 200
    except OSError:
        return False


def walk(url: str, token: str) -> list[dict]:
    """The items of all pages of an API list."""
    items, cursor = [], ""
    while cursor is not None:
        page = json.loads(
            call(f"{url}?{urllib.parse.urlencode({'cursor': cursor} if cursor else {})}", token=token)
        )
        items += page["items"]
        cursor = page["next"]
    return items


def main(portal: str, description: Path, process: int) -> None:
    until(START_SECONDS, "The portal answers", lambda: alive(portal, process))
    demo = json.loads(description.read_text())
    tokens = {}
    for client in demo["api_clients"]:
        form = {
            "grant_type": "client_credentials",
            "client_id": client["client_id"],
            "scope": client["scope"],
        }
        form["client_secret"] = client["client_secret"]
        tokens[client["sees_demo_folder"]] = json.loads(call(client["token_url"], form=form))["access_token"]
    inside, outside = tokens[True], tokens[False]
    sandbox, folder = demo["sandbox_url"], demo["sandbox"]["scaleflex"]["demo_folder"]
    query = urllib.parse.urlencode({"folder": folder, "approval": "PENDING"})
    waiting = json.loads(call(f"{sandbox}/_sandbox/scaleflex/files?{query}"))["files"][0]

    def asset() -> dict | None:
        for item in walk(f"{portal}/api/v1/assets", inside):
            if any(variant["version"]["sha1"] == waiting["sha1"] for variant in item["variants"]):
                return item
        return None

    if asset():
        sys.exit("A file that was not approved is at the partner's system.")
    call(f"{sandbox}/_sandbox/scaleflex/files/{waiting['uuid']}/approval", body={"state": "APPROVED"})
    found = until(FLOW_SECONDS, "The approved file is at the partner's system", asset)

    def posts() -> list[dict]:
        everything = json.loads(call(f"{sandbox}/_sandbox/trading_grid/posts"))["posts"]
        return [post for post in everything if found["id"] in json.dumps(post)]

    until(FLOW_SECONDS, "The Trading Grid holds the post", posts)
    if len(posts()) != 1:
        sys.exit(f"The Trading Grid holds {len(posts())} posts of one asset.")
    picture = call(f"{portal}/api/v1/assets/{found['id']}/renditions/web-1200", token=inside)
    if not (picture.startswith(b"RIFF") and picture[8:12] == b"WEBP"):
        sys.exit("The rendition for web shops is no WebP.")
    by_digest = f"{portal}/api/v1/files/{hashlib.sha256(picture).hexdigest()}"
    seen = [status(url, token=inside) for url in (f"{portal}/api/v1/assets/{found['id']}", by_digest)]
    hidden = [status(url, token=outside) for url in (f"{portal}/api/v1/assets/{found['id']}", by_digest)]
    if (seen, hidden) != ([200, 200], [404, 404]):
        sys.exit(f"Inside the community {seen} instead of 200, outside {hidden} instead of 404.")
    print("The bytes are those of their digest; outside of the community there is nothing.")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
