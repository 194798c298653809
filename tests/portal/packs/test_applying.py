"""Applying deltas: the folder is then what the full archive holds, whatever comes in between."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from portal.catalog.facts import FileFact
from portal.packs import services, signing, verify_pack
from tests.builders import NOON, current_version, file_fact, make_rendition, release, release_one
from tests.portal.packs import case_blind
from tests.portal.packs.builders import replace, shelf
from tests.portal.packs.shop import contents, rewritten

LATER = NOON + timedelta(hours=1)


def test_deltas_applied_in_order_give_what_the_full_archive_holds(shop):
    folder = shop.unpacked(shop.full())
    replace("/P", "b.jpg", uuid="new", now=LATER)
    services.work(now=LATER)
    withdrawn = file_fact("/P/a.jpg", uuid="uuid-/P-a.jpg", approved=False, modified_at=LATER)
    release(renamed("c.jpg", "sea.jpg"), withdrawn, now=LATER)
    services.work(now=LATER)
    services.set_contents(
        pack=shop.pack,
        picks=[(p.variant, p.recipe) for p in shop.pack.picks.select_related("variant", "recipe")],
        now=LATER,
        actor="system",
    )

    steps = [shop.check("--apply", shop.delta(1, 2), folder), shop.check("--apply", shop.delta(2, 3), folder)]

    assert [code for code, _text in steps] == [0, 0], steps
    assert sorted(p.name for p in (folder / "data").iterdir()) == ["b-web-1200.webp", "sea-web-1200.webp"]
    assert contents(folder) == contents(shop.unpacked(shop.full(), "fresh"))
    assert shop.check(folder)[0] == 0


def test_delta_for_another_version_changes_nothing(shop):
    folder = shop.unpacked(shop.full())
    for number in (2, 3):
        replace("/P", "b.jpg", uuid=f"new-{number}", now=LATER + timedelta(hours=number))
        services.work(now=LATER + timedelta(hours=number))
    before = contents(folder)

    code, text = shop.check("--apply", shop.delta(2, 3), folder)

    assert (code, "leads from another one" in text) == (2, True)
    assert contents(folder) == before


def test_damaged_folder_is_not_brought_up_to_date(shop):
    folder = shop.unpacked(shop.full())
    replace("/P", "b.jpg", uuid="new", now=LATER)
    services.work(now=LATER)
    (folder / "data" / "a-web-1200.webp").write_bytes(b"mine")
    before = contents(folder)

    assert shop.check("--apply", shop.delta(1, 2), folder) == (1, "changed   a-web-1200.webp")
    assert contents(folder) == before


def renamed(old: str, new: str) -> FileFact:
    """What the DAM says of a file of the pack that has another name now, and the same bytes."""
    uuid = f"uuid-/P-{old}"
    sha1 = file_fact(f"/P/{old}", uuid=uuid).sha1
    return file_fact(f"/P/{new}", uuid=uuid, sha1=sha1, modified_at=LATER)


class BrokenOff(BaseException):
    """Nobody is told: power is gone, or the process was killed."""


@pytest.fixture
def everything(shop):
    """A folder of version 1 and a delta that does all there is; returns both and what the full archive holds then."""
    first = shop.full()
    replace("/P", "b.jpg", uuid="new", now=LATER)
    withdrawn = file_fact("/P/a.jpg", uuid="uuid-/P-a.jpg", approved=False, modified_at=LATER)
    release(renamed("c.jpg", "sea.jpg"), withdrawn, now=LATER)
    picks = [(p.variant, p.recipe) for p in shop.pack.picks.select_related("variant", "recipe")]
    added = shelf("/P", ["d.jpg"], now=LATER)[0].variants.get()
    services.set_contents(pack=shop.pack, picks=[*picks, (added, picks[0][1])], now=LATER, actor="system")
    services.work(now=LATER)
    return shop.unpacked(first), shop.delta(1, 2), contents(shop.unpacked(shop.full(), "fresh"))


def keys() -> dict[str, str]:
    return {key["kid"]: key["x"] for key in signing.public_keys()}


def break_off(monkeypatch, after: int, error: BaseException) -> list[str]:
    """Let the step after so many on a disk fail; returns the steps that are taken, as they are."""
    steps: list[str] = []

    def counted(name, real):
        def step(*arguments, **more):
            steps.append(name)
            if len(steps) == after + 1:
                raise error
            return real(*arguments, **more)

        return step

    monkeypatch.setattr(os, "replace", counted("replace", os.replace))
    monkeypatch.setattr(Path, "unlink", counted("unlink", Path.unlink))
    monkeypatch.setattr(Path, "mkdir", counted("mkdir", Path.mkdir))
    monkeypatch.setattr(Path, "touch", counted("touch", Path.touch))
    monkeypatch.setattr(shutil, "copyfileobj", counted("copy", shutil.copyfileobj))
    return steps


@pytest.mark.parametrize("error", [PermissionError("in use"), KeyboardInterrupt(), BrokenOff()], ids=repr)
def test_broken_off_at_any_step_it_is_as_it_was_or_gone_on_with(everything, tmp_path, monkeypatch, error):
    original, delta, wanted = everything
    before, steps, states = contents(original), 0, set()

    for after in range(200):
        folder = tmp_path / f"folder-{after}"
        shutil.copytree(original, folder)
        with monkeypatch.context() as patched:
            taken = break_off(patched, after, error)
            try:
                verify_pack.apply(str(delta), str(folder), keys())
                said = ""
            except (verify_pack.CannotCheck, BrokenOff) as problem:
                said = str(problem)
        left = contents(folder)
        if len(taken) <= after:
            break
        steps += 1
        if said.startswith("Nothing has been changed"):
            states.add("before")
            assert left == before
        elif said.startswith("Broken off half-way"):
            states.add("half-way")
            with pytest.raises(verify_pack.CannotCheck, match="apply it again"):
                verify_pack.read([str(folder)])
        assert verify_pack.apply(str(delta), str(folder), keys()) == [], (after, taken)
        assert contents(folder) == wanted, (after, taken)
        shutil.rmtree(folder)

    assert steps > 10
    assert states == (set() if isinstance(error, BrokenOff) else {"before", "half-way"})
    assert left == wanted


def test_file_that_another_program_holds_is_named_and_the_delta_applied_afterwards(shop, everything):
    """A folder in the place of a file stops the program as a file does that is open on Windows."""
    folder, delta, wanted = everything
    (folder / "data" / "d-web-1200.webp").mkdir()

    code, text = shop.check("--apply", delta, folder)
    checked = shop.check(folder)
    (folder / "data" / "d-web-1200.webp").rmdir()

    assert (code, text.startswith("Not applied: Broken off half-way (")) == (2, True)
    assert "d-web-1200.webp" in text
    assert (checked[0], "half-way only" in checked[1]) == (2, True)
    assert shop.check("--apply", delta, folder)[0] == 0
    assert contents(folder) == wanted


def test_another_delta_does_not_go_on_with_one_that_broke_off(shop, everything):
    folder, delta, _wanted = everything
    (folder / "data" / "d-web-1200.webp").mkdir()
    shop.check("--apply", delta, folder)
    replace("/P", "d.jpg", uuid="newer", now=LATER + timedelta(hours=1))
    services.work(now=LATER + timedelta(hours=1))
    (folder / "data" / "d-web-1200.webp").rmdir()

    code, text = shop.check("--apply", shop.delta(1, 3), folder)

    assert (code, "apply that one first" in text) == (2, True)
    assert [shop.check("--apply", path, folder)[0] for path in (delta, shop.delta(2, 3))] == [0, 0]
    assert shop.check(folder)[0] == 0


def test_damaged_delta_is_named_and_changes_nothing(shop, everything):
    folder, delta, _wanted = everything
    before = contents(folder)

    def cut(name, content):
        return [(name, content[:-1] if name.endswith("/data/b-web-1200.webp") else content)]

    assert shop.check("--apply", rewritten(delta, cut), folder) == (1, "changed   b-web-1200.webp")
    assert contents(folder) == before


def test_withdrawn_files_are_named_after_applying_too(shop, client):
    folder = shop.unpacked(shop.full())
    replace("/P", "b.jpg", uuid="new", now=LATER)
    services.work(now=LATER)
    delta = shop.delta(1, 2)
    release(file_fact("/P/c.jpg", uuid="uuid-/P-c.jpg", approved=False, modified_at=LATER), now=LATER)
    saved = shop.folder / "recalled.json"
    saved.write_bytes(client.get("/.well-known/portal-recalled.json").content)

    code, text = shop.check("--apply", "--recalled", saved, delta, folder)

    assert (code, text) == (1, "recalled  c-web-1200.webp (approval_withdrawn)")
    assert shop.check(folder) == (0, "complete: onboarding-pack version 2, every file as signed")


def test_list_that_cannot_be_had_is_said_before_anything_is_applied(shop, everything):
    folder, delta, _wanted = everything
    before = contents(folder)

    code, _text = shop.check("--apply", "--recalled", shop.folder / "nowhere.json", delta, folder)

    assert code == 2
    assert contents(folder) == before


@pytest.mark.parametrize("replaced", [os.replace, case_blind.renames_case], ids=["linux", "windows"])
def test_names_that_change_only_their_case_survive_a_disk_that_ignores_it(shop, monkeypatch, replaced):
    """One keeps its bytes, two change names crosswise, and one has other bytes as well."""
    folder = shop.unpacked(shop.full())

    release(renamed("a.jpg", "B.jpg"), renamed("b.jpg", "A.jpg"), now=LATER)
    other = release_one(
        "/P/C.jpg", uuid="new", previous_uuids=["uuid-/P-c.jpg"], modified_at=LATER, now=LATER
    )
    make_rendition(current_version(other))
    services.work(now=LATER)
    delta = shop.delta(1, 2)
    monkeypatch.setattr(verify_pack, "Path", case_blind.CaseBlind)
    monkeypatch.setattr(os, "replace", replaced)

    assert verify_pack.apply(str(delta), str(folder), keys()) == []

    monkeypatch.undo()
    assert sorted(p.name for p in (folder / "data").iterdir()) == [f"{n}-web-1200.webp" for n in "ABC"]
    assert contents(folder) == contents(shop.unpacked(shop.full(), "fresh"))
