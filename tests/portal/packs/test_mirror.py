"""The program that keeps a folder in step with a pack, as a process of its own against the real web server."""

import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from portal.packs import signing
from tests.builders import NOON, file_fact, release
from tests.portal.packs.builders import issue, pick, replace
from tests.portal.packs.stand import BIG, NAMES

LATER = NOON + timedelta(hours=1)


class BrokenLine:
    """A line to the portal that breaks after so many bytes of an answer, and keeps what was asked over it."""

    def __init__(self, address: str, breaks_after: int):
        self.target = urlsplit(address)
        self.breaks_after, self.asked = breaks_after, b""
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                inside, _ = self.door.accept()
                outside = socket.create_connection((self.target.hostname, self.target.port))
                threading.Thread(target=self._up, args=(inside, outside), daemon=True).start()
                threading.Thread(target=self._down, args=(outside, inside), daemon=True).start()

    def _up(self, inside: socket.socket, outside: socket.socket) -> None:
        with suppress(OSError):
            while data := inside.recv(1 << 16):
                self.asked += data
                outside.sendall(data)

    def _down(self, outside: socket.socket, inside: socket.socket) -> None:
        sent = 0
        with suppress(OSError), outside, inside:
            while sent < self.breaks_after and (data := outside.recv(1 << 16)):
                inside.sendall(data)
                sent += len(data)
            inside.shutdown(socket.SHUT_RDWR)


@contextmanager
def broken_line(address: str, breaks_after: int) -> Iterator[BrokenLine]:
    line = BrokenLine(address, breaks_after)
    try:
        yield line
    finally:
        line.door.close()


@pytest.mark.slow
def test_folder_is_brought_in_step_then_only_what_changed_is_fetched(stand):
    first = stand.run("sync")
    whole = (first.returncode, stand.held() == stand.listed())
    (stand.folder / "mine.txt").write_text("not of the pack")
    replace("/P", "b.jpg", uuid="b-2", now=LATER)
    pick(stand.pack, stand.assets[:2])
    issue(stand.pack, now=LATER)

    told = stand.run("sync", "--dry-run")
    untouched = stand.held().keys() >= set(NAMES.values())
    second = stand.run("sync")
    again = stand.run("sync")
    checked = stand.run("verify", str(stand.folder))

    assert whole == (0, True), first.stderr
    plan = [f"fetch: {NAMES['b.jpg']}", f"remove: {NAMES['c.jpg']}"]
    assert (told.stdout.splitlines(), untouched) == (plan, True), told.stderr
    assert second.stdout.splitlines() == [*plan, "in step: version 2, 2 files"], second.stderr
    assert again.stdout.splitlines() == ["in step: version 2, 2 files"]
    held = stand.held()
    assert held.pop("mine.txt") and held == stand.listed()
    assert (checked.returncode, checked.stdout[:9]) == (0, "complete:"), checked.stderr


@pytest.mark.slow
def test_broken_line_is_continued_to_the_identical_digest(stand):
    with broken_line(stand.address, BIG // 8) as line:
        broken = stand.run("sync", portal=line.address)
        parts = sorted(path.name for path in (stand.folder / ".portal-mirror" / "parts").iterdir())
        asked = line.asked
    untouched = stand.held()

    whole = stand.run("sync")

    assert (broken.returncode, parts != [], untouched) == (2, True, {}), broken.stderr
    assert b"range: bytes=" in asked.lower(), "what had come was not asked for again"
    assert (whole.returncode, stand.held() == stand.listed()) == (0, True), whole.stderr


@pytest.mark.slow
def test_withdrawn_and_damaged_files_are_named(stand):
    assert stand.run("sync").returncode == 0
    (stand.folder / NAMES["a.jpg"]).write_bytes(b"damaged")
    (stand.folder / NAMES["c.jpg"]).unlink()

    damaged = stand.run("verify", str(stand.folder))
    withdrawn = file_fact("/P/c.jpg", uuid="uuid-/P-c.jpg", approved=False, modified_at=LATER)
    release(withdrawn, now=timezone.now())
    before = stand.held()
    refused = stand.run("sync")

    assert damaged.returncode == 1
    assert damaged.stderr.splitlines() == [f"changed: {NAMES['a.jpg']}", f"missing: {NAMES['c.jpg']}"]
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"withdrawn: {NAMES['c.jpg']}: The brand has withdrawn its approval")
    assert stand.held() == before, "nothing is half done"


@pytest.mark.slow
def test_list_that_the_portal_did_not_sign_is_refused_and_nothing_is_touched(stand):
    text = stand.program.read_text()
    others = f'KEYS: dict[str, str] = {{"0123456789abcdef": "{"A" * 43}"}}'
    stand.program.write_text(re.sub(r"^KEYS: .*$", others, text, flags=re.MULTILINE))
    unknown = stand.run("sync")
    untouched = stand.held() if stand.folder.exists() else {}

    stand.program.write_text(text)
    whole = stand.run("sync")
    listed = stand.folder / ".portal-mirror" / "pack-manifest.json"
    listed.write_bytes(listed.read_bytes().replace(b'"a-web-1200.webp"', b'"z-web-1200.webp"'))
    tampered = stand.run("verify", str(stand.folder))

    assert (unknown.returncode, untouched) == (2, {})
    assert "does not know: get a new one from the portal" in unknown.stderr
    assert whole.returncode == 0, whole.stderr
    assert tampered.returncode == 2 and "the signature does not fit" in tampered.stderr


@pytest.mark.django_db
def test_key_that_signs_later_is_in_a_copy_fetched_before_the_first_pack(client):
    text = client.get("/tools/portal_mirror.py").content.decode()

    assert signing.key_in_use(now=timezone.now()).key_id in text


@pytest.mark.parametrize(
    "name",
    ["../a", "a/b", "a\\b", ".hidden", "..", "", "con.txt", "a.", "a ", "a\nb", "c:d", "x" * 256, "COM1"],
)
def test_names_that_lead_out_of_the_folder_or_are_devices_are_refused(program, name):
    assert not program.safe(name)
    assert program.safe("Hafermüsli 500 g-web-1200.webp")


def test_file_somebody_changed_is_kept_when_it_leaves_the_pack(program, tmp_path):
    folder = program.Folder(tmp_path)
    (tmp_path / "a.webp").write_bytes(b"ours")
    folder.note("a.webp", hashlib.sha256(b"ours").hexdigest())
    (tmp_path / "a.webp").write_bytes(b"somebody's")

    assert program.plan(folder, {}, {})["kept"] == ["a.webp"]
    assert program.plan(folder, {}, {})["remove"] == []


def test_secret_is_not_sent_over_a_line_anybody_can_read(program):
    with pytest.raises(program.Cannot, match="https"):
        program.Api("http://portal.example", print, 1)


@pytest.mark.django_db
def test_program_is_offered_with_the_portals_address_in_it(client, settings):
    answer = client.get("/tools/portal_mirror.py")

    assert answer["Content-Disposition"] == 'attachment; filename="portal_mirror.py"'
    assert f'PORTAL = "{settings.PORTAL_URL}"' in answer.content.decode()
