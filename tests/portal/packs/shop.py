"""A partner's folder, what it downloaded into it, and the program it checks with."""

import subprocess
import sys
import zipfile
from pathlib import Path

from django.utils import timezone

from portal.downloads.archives import Sending
from portal.downloads.choices import Via
from portal.downloads.services import Taker
from portal.packs import bag, publishing, selectors
from tests.builders import NOON, make_community, make_partner
from tests.portal.packs.builders import issue, make_pack, pick, shelf

NAMES = ["a.jpg", "b.jpg", "c.jpg"]


class Shop:
    """A partner's folder with what it downloaded, and the program it downloaded."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.partner = make_partner()
        self.pack = make_pack(make_community(self.partner, folder="/P"))
        pick(self.pack, shelf("/P", NAMES))
        issue(self.pack)

    def version(self, number: int | None = None):
        return selectors.get_version(self.partner, self.pack.public_id, number, at=NOON)

    def save(self, archive: bag.Archive) -> Path:
        path = self.folder / archive.name
        path.write_bytes(b"".join(Sending(archive, partner=self.partner, taker=Taker("system", Via.API))))
        return path

    def full(self, number: int | None = None, **part) -> Path:
        version = self.version(number)
        return self.save(bag.full(version, selectors.items_of(version), **part))

    def delta(self, before: int, after: int) -> Path:
        old, new = self.version(before), self.version(after)
        return self.save(bag.delta(old, selectors.items_of(old), new, selectors.items_of(new))[0])

    def unpacked(self, path: Path, into: str = "mine") -> Path:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(self.folder / into)
            return self.folder / into / archive.namelist()[0].partition("/")[0]

    def check(self, *arguments: object) -> tuple[int, str]:
        program = self.folder / "verify_pack.py"
        program.write_text(publishing.verifier(now=timezone.now()))
        answer = subprocess.run(
            [sys.executable, "-I", program, *map(str, arguments)], capture_output=True, text=True, check=False
        )
        assert not answer.stderr
        return answer.returncode, answer.stdout.strip()


def rewritten(path: Path, change) -> Path:
    """Write an archive anew with ``change(name, content)``: another pair, several, or none."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            for name, content in change(info.filename, old.read(info)):
                new.writestr(name, content)
    return target


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
