"""
How fast does a first import run, in how much memory, and does it go on after being killed?

    python -m integrations.embedded run -- python -m tests.bench.import_files [files] [--routed]

Prints figures; asserts nothing about time. A sandbox with that many metadata-only files is imported by a worker process
of its own, which is killed once on the way. ``--routed`` sends every file into a community, with its outbox message.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import Request, urlopen

import django

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="?", type=int, default=100_000)
    parser.add_argument("--routed", action="store_true")
    parser.add_argument("--walk", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ["LOG_LEVEL"] = "WARNING"
    django.setup()
    if given.walk:
        walk()
    else:
        measure(given.files, routed=given.routed)


def walk() -> None:
    """Import until there is nothing left, then print the most memory this process ever used."""
    from django.utils import timezone

    from integrations.models import Connection
    from integrations.scaleflex import polling

    connection = Connection.objects.get(key="dam")
    while polling.walk(connection, "full", until=time.monotonic() + 10, clock=timezone.now):
        pass
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def measure(files: int, *, routed: bool) -> None:
    from django.core.management import call_command

    from integrations.models import OutboxMessage
    from integrations.sandbox.seed import metadata_model
    from portal.catalog.models import AssetVersion, Variant
    from tests.builders import make_community
    from tests.integrations.world import running

    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        seed = Path(folder, "seed")
        seed.mkdir()
        catalogue = {"settings": metadata_model.settings(), "products": [], "files": []}
        (seed / "catalogue.json").write_text(json.dumps(catalogue))
        with running(Path(folder), seed) as world:
            order = json.dumps({"count": files, "folder": "/Bulk", "approval": "APPROVED"}).encode()
            with urlopen(
                Request(f"{world.url}/_sandbox/scaleflex/bulk", data=order, method="POST"), timeout=600
            ):
                pass
            if routed:
                make_community(folder="/Bulk")
            world.connect_dam()
            began = time.monotonic()
            worker = start()
            while Variant.objects.count() < files // 3:
                time.sleep(0.2)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            at_kill, killed = Variant.objects.count(), time.monotonic()
            memory = start().communicate()[0].strip()
            seconds = time.monotonic() - began
    print(
        f"{files:,} files in {seconds:.1f} s: {files / seconds:,.0f} a second, the kill and restart included"
    )
    print(f"killed with {at_kill:,} files after {killed - began:.1f} s; the second worker did the rest")
    print(f"most memory of a worker: {memory} MB")
    print(f"mirrored {Variant.objects.count():,}, versions {AssetVersion.objects.count():,}, ", end="")
    print(f"messages {OutboxMessage.objects.count():,}")


def start() -> subprocess.Popen:
    """Start a worker process that walks."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.import_files", "--walk"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


if __name__ == "__main__":
    main()
