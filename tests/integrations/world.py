"""The sandbox as tests see it: a real program on a loopback port, its verbs, and the portal's connections to it."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from integrations import connections
from integrations.models import Connection

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class World:
    """One running sandbox. ``url`` has no slash at the end."""

    url: str
    keys: dict[str, Any]

    def verb(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Use one of the verbs listed at ``/_sandbox/``; what it refuses is an error of the test."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/_sandbox{path}", data=data, method=method)
        try:
            with urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None

    # -- Scaleflex ----------------------------------------------------------------------------------------------------
    def add_file(self, path: str, **more: Any) -> dict[str, Any]:
        """Upload a sample picture; returns its uuid, path, approval, sha1, size."""
        folder, _, name = path.rpartition("/")
        return self.verb("POST", "/scaleflex/files", {"folder": folder or "/", "name": name, **more})["file"]

    def file(self, verb: str, uuid: str, method: str = "POST", **body: Any) -> dict[str, Any]:
        """Do something to a file: ``approval``, ``withdraw``, ``replace``, ``name``, ``folder``, ``meta``."""
        return self.verb(method, f"/scaleflex/files/{uuid}/{verb}", body)["file"]

    def delete_file(self, uuid: str) -> None:
        self.verb("DELETE", f"/scaleflex/files/{uuid}")

    def calls(self, vendor: str) -> list[dict[str, Any]]:
        """Return the calls a vendor received, newest first."""
        return self.verb("GET", f"/{vendor}/calls")["calls"]

    def traffic(self, part: str = "") -> dict[str, int]:
        """Return how often each ``METHOD /path`` of a part was called since the reset, in the order of the paths."""
        rows = self.verb("GET", "/traffic")["traffic"]
        return {f"{row['method']} {row['path']}": row["count"] for row in rows if part in ("", row["part"])}

    def move_clock(self, seconds: float) -> None:
        """Set the sandbox's clock so far ahead of the real one."""
        self.verb("POST", "/clock", {"offset_seconds": seconds})

    def fault(self, part: str, kind: str, **settings: Any) -> None:
        self.verb("POST", "/faults", {"part": part, "kind": kind, **settings})

    def clear_faults(self) -> None:
        self.verb("DELETE", "/faults")

    # -- Connections --------------------------------------------------------------------------------------------------
    def connect_dam(
        self, key: str = "dam", secrets: dict[str, str] | None = None, **options: Any
    ) -> Connection:
        """The portal's connection to the simulated DAM, in no hurry to be polite; ``secrets`` besides the usual."""
        token = self.keys["scaleflex"]["token"]
        return connections.ensure_connection(
            vendor="scaleflex",
            key=key,
            name="DAM",
            options={
                "api_url": self.url,
                "cdn_url": f"{self.url}/cdn/{token}",
                "token": token,
                "calls_per_second": 5000.0,
                **options,
            },
            credentials={
                "key": self.keys["scaleflex"]["key"],
                "webhook_user": self.keys["webhooks"]["scaleflex_user"],
                "webhook_password": self.keys["webhooks"]["scaleflex_password"],
                **(secrets or {}),
            },
        )

    def connect_grid(self, key: str = "grid", **options: Any) -> Connection:
        """The portal's connection to the simulated grid."""
        keys = self.keys["trading_grid"]
        return connections.ensure_connection(
            vendor="trading_grid",
            key=key,
            name="Grid",
            options={
                "gateway_url": self.url,
                "company_id": keys["company_id"],
                "calls_per_second": 5000.0,
                **options,
            },
            credentials={
                "consumer_key": keys["consumer_key"],
                "consumer_secret": keys["consumer_secret"],
                "webhook_secret": self.keys["webhooks"]["grid_secret"],
            },
        )


@contextlib.contextmanager
def running(folder: Path, seed: Path):
    """Run a sandbox of its own; yields its ``World``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "sandbox.log").open("wb")
    program = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "integrations.sandbox",
            "--folder",
            folder,
            "--port",
            str(port),
            "--seed",
            seed,
        ],
        cwd=ROOT,
        stdout=log,
        stderr=log,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/_sandbox/faults", program, folder / "sandbox.log")
        yield World(url, json.loads((folder / "credentials.json").read_text()))
    finally:
        program.terminate()
        program.wait(60)
        log.close()


def _wait_for(url: str, program: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 90
    while program.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), urlopen(url, timeout=10):
            return
        time.sleep(0.05)
    raise AssertionError(f"The sandbox did not start:\n{log.read_text()[-4000:]}")
