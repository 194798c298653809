"""The program that keeps a folder in step, on disks that take names for one that differ only in case."""

import hashlib
import os
import shutil
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.builders import NOON, current_version, file_fact, make_rendition, release, release_one
from tests.portal.packs.builders import issue
from tests.portal.packs.case_blind import CaseBlind, renames_case
from tests.portal.packs.stand import BIG, Stand, loaded

LATER = NOON + timedelta(hours=1)


class Blind:
    """The same on a disk that takes names for one that differ only in case; within this process."""

    def __init__(self, stand: Stand, monkeypatch):
        self.stand = stand
        self.program = loaded(stand.program)
        for name, value in stand.keys.items():
            monkeypatch.setenv(name, value)

    def sync(self, *, dry: bool = False) -> list[str]:
        said: list[str] = []
        api = self.program.Api(self.stand.address, said.append, 3)
        root = CaseBlind(self.stand.folder)
        root.mkdir(exist_ok=True)
        folder = self.program.Folder(root)
        with folder.alone():
            self.program.sync(api, folder, self.stand.pack.public_id, said.append, dry)
        return said

    def rename_a_and_replace_b(self) -> None:
        """Both get a capital letter; one keeps its bytes and one does not."""
        uuid = "uuid-/P-a.jpg"
        sha1 = file_fact("/P/a.jpg", uuid=uuid).sha1
        release(file_fact("/P/A.jpg", uuid=uuid, sha1=sha1, modified_at=LATER), now=LATER)
        other = release_one(
            "/P/B.jpg", uuid="b-2", previous_uuids=["uuid-/P-b.jpg"], modified_at=LATER, now=LATER
        )
        make_rendition(current_version(other), content=os.urandom(BIG))
        issue(self.stand.pack, now=LATER)


@pytest.mark.slow
@pytest.mark.parametrize("replaced", [os.replace, renames_case], ids=["linux", "windows"])
def test_name_that_changes_only_its_case_is_not_lost_on_a_disk_that_ignores_it(stand, monkeypatch, replaced):
    monkeypatch.setattr(os, "replace", replaced)
    blind = Blind(stand, monkeypatch)
    blind.sync()
    before = stand.held()
    blind.rename_a_and_replace_b()

    told = blind.sync(dry=True)
    untouched = stand.held() == before
    said = blind.sync()
    again = blind.sync()

    plan = [
        "rename: a-web-1200.webp to A-web-1200.webp",
        "rename: b-web-1200.webp to B-web-1200.webp",
        "fetch: B-web-1200.webp",
    ]
    assert (told, untouched) == (plan, True)
    assert said == [*plan, "in step: version 2, 3 files"]
    assert again == ["in step: version 2, 3 files"]
    assert stand.held() == stand.listed()
    assert stand.run("verify", str(stand.folder)).returncode == 0


@pytest.mark.slow
def test_run_that_breaks_off_while_names_change_their_case_is_continued(stand, monkeypatch, tmp_path):
    blind = Blind(stand, monkeypatch)
    blind.sync()
    blind.rename_a_and_replace_b()
    first = tmp_path / "first"
    shutil.copytree(stand.folder, first)
    steps = 0

    while True:
        real, taken = os.replace, []

        def breaks(*names, real=real, taken=taken, after=steps):
            taken.append(names)
            if len(taken) == after + 1:
                raise PermissionError("in use")
            real(*names)

        with monkeypatch.context() as patched, suppress(PermissionError):
            patched.setattr(os, "replace", breaks)
            blind.sync()
        if len(taken) <= steps:
            break
        steps += 1
        blind.sync()
        assert stand.held() == stand.listed(), taken
        shutil.rmtree(stand.folder)
        shutil.copytree(first, stand.folder)

    assert steps >= 8


@pytest.mark.slow
def test_name_that_changes_only_its_case_is_another_on_a_disk_that_minds_it(stand, monkeypatch):
    assert stand.run("sync").returncode == 0
    Blind(stand, monkeypatch).rename_a_and_replace_b()

    done = stand.run("sync")

    assert done.returncode == 0, done.stderr
    assert stand.held() == stand.listed()


@pytest.mark.parametrize("linked", [False, True], ids=["copies", "links to one file"])
def test_two_names_that_are_both_in_the_folder_are_two(program, tmp_path, linked):
    folder = program.Folder(tmp_path)
    (tmp_path / "a.webp").write_bytes(b"ours")
    folder.note("a.webp", hashlib.sha256(b"ours").hexdigest())
    if linked:
        (tmp_path / "A.webp").hardlink_to(tmp_path / "a.webp")
    else:
        shutil.copy2(tmp_path / "a.webp", tmp_path / "A.webp")
    files = {"A.webp": {"sha256": hashlib.sha256(b"ours").hexdigest()}}

    respell = program.spelled(folder, files)
    todo = program.plan(folder, files, respell)

    assert (respell, todo["stay"], todo["remove"]) == ({}, ["A.webp"], ["a.webp"])
