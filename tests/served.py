"""The portal on its real web server, for what a test client cannot show: broken lines, resuming, memory."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def running(variables: Mapping[str, str], log: Path) -> Iterator[tuple[str, int]]:
    """Run the web server as production does, with these variables over our own; yields its address and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    words += ["--workers", "1", "--blocking-threads", "8", "--no-ws", "--workers-kill-timeout", "4"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*words, "portal.wsgi:application"],
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=output,
            stderr=output,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/livez", server, log)
            yield address, server.pid
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError):
            try:
                with urlopen(url, timeout=5):
                    return
            except HTTPError:
                return
        time.sleep(0.1)
    raise AssertionError(f"The web server did not start:\n{log.read_text()[-4000:]}")
