"""
How fast do archives of packs go out, and in how much memory?

    python -m integrations.embedded run -- python -m tests.bench.send_packs [--files 200] [--gigabytes 20]

Prints figures; asserts nothing about time. The real web server sends a pack of files of 1 MB over loopback to curl,
best and middle of five; then a pack of files of 1 GB, once, while the memory of the server's worker is watched.
"""

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

import django

MEGA, GIGA = 1 << 20, 1 << 30


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--gigabytes", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOG_LEVEL": "WARNING",
            "FILES_URL": f"file://{folder}/files",
            "API_RATE": "100000/min",
            "IDP_OIDC_PRIVATE_KEY": oidc_key(),
        }
        django.setup()
        measure(Path(folder), given.files, given.gigabytes)


def oidc_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()  # fmt: skip


def measure(folder: Path, files: int, gigabytes: int) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from portal.api.permissions import SCOPES
    from portal.partners import services as companies
    from tests.builders import make_community, make_partner
    from tests.served import running

    call_command("migrate", verbosity=0)
    partner = make_partner()
    community = make_community(partner, folder="/P")
    small = small_pack(community, files)
    big = big_pack(community, folder, gigabytes) if gigabytes else None
    client, secret = companies.create_api_client(
        partner=partner, name="PIM", scopes=list(SCOPES), now=timezone.now()
    )
    with running({}, folder / "server.log") as (address, pid):
        token = access_token(address, client.client_id, secret)
        speeds = []
        for _ in range(6):
            size, seconds, first = fetch(address, token, small)
            speeds.append(size / seconds / 1e6)
        speeds = speeds[1:]
        print(
            f"{files} files of 1 MB: best {max(speeds):,.0f} MB/s, middle {statistics.median(speeds):,.0f} MB/s,"
        )
        print(f"first byte after {first * 1000:.0f} ms")
        if big is None:
            return
        worker = Watch(pid)
        size, seconds, first = fetch(address, token, big)
        print(f"{size / GIGA:,.1f} GB in {seconds:.0f} s: {size / seconds / 1e6:,.0f} MB/s, ", end="")
        print(
            f"first byte after {first * 1000:.0f} ms, {worker.extra() / MEGA:.1f} MB more memory than before"
        )


class Watch:
    """The most memory the server's processes used above what they had."""

    def __init__(self, pid: int):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.pids = [pid, *map(int, children)]
        self.before = self.most = self.used()
        threading.Thread(target=self.watch, daemon=True).start()

    def used(self) -> int:
        return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 for pid in self.pids)

    def watch(self) -> None:
        while True:
            time.sleep(0.05)
            try:
                self.most = max(self.most, self.used())
            except OSError:
                return

    def extra(self) -> int:
        return self.most - self.before


def small_pack(community, files: int) -> str:
    from tests.portal.packs.builders import issue, make_pack, pick, shelf

    pack = make_pack(community, title="Small")
    pick(
        pack, shelf("/P/small", [f"{n:04}.jpg" for n in range(files)], content=lambda name: os.urandom(MEGA))
    )
    issue(pack)
    return pack.public_id


def big_pack(community, folder: Path, gigabytes: int) -> str:
    """Files of one gigabyte whose bytes are the same sparse file: no disk is filled."""
    from portal.renditions.choices import RenditionState
    from portal.renditions.models import Rendition
    from portal.renditions.selectors import revision_for
    from tests.builders import NOON, current_version, release_one
    from tests.portal.packs.builders import issue, make_pack, pick

    zeros, digest, crc = bytes(MEGA), hashlib.sha256(), 0
    for _ in range(GIGA // MEGA):
        digest.update(zeros)
        crc = zlib.crc32(zeros, crc)
    sha256 = digest.hexdigest()
    place = folder / "files" / "renditions" / sha256[:2] / sha256[2:4] / sha256
    place.parent.mkdir(parents=True)
    with place.open("wb") as file:
        file.truncate(GIGA)
    assets = [release_one(f"/P/big/{n:02}.jpg") for n in range(gigabytes)]
    for asset in assets:
        version = current_version(asset)
        Rendition.objects.create(
            version=version,
            revision=revision_for(version, "web-1200"),
            state=RenditionState.READY,
            sha256=sha256,
            size=GIGA,
            crc32=crc,
            media_type="image/webp",
            made_at=NOON,
        )
    pack = make_pack(community, title="Big")
    pick(pack, assets)
    issue(pack)
    return pack.public_id


def access_token(address: str, client: str, secret: str) -> str:
    words = ["--user", f"{client}:{secret}", "--data", "grant_type=client_credentials"]
    answer = subprocess.run(
        ["curl", "--silent", *words, f"{address}/identity/o/api/token"],
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.partition('"access_token": "')[2].partition('"')[0]


def fetch(address: str, token: str, pack: str) -> tuple[int, float, float]:
    """Return bytes, seconds, and seconds until the first byte."""
    words = ["--header", f"Authorization: Bearer {token}", "--fail", "--output", "/dev/null"]
    words += ["--write-out", "%{size_download} %{time_total} %{time_starttransfer}"]
    answer = subprocess.run(
        ["curl", "--silent", "--show-error", *words, f"{address}/api/v1/packs/{pack}/versions/1/archive"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if answer.returncode:
        sys.exit(f"curl ended with {answer.returncode}")
    size, total, first = answer.stdout.split()
    return int(size), float(total), float(first)


if __name__ == "__main__":
    main()
