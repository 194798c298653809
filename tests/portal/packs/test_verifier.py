"""The program that checks: it says complete, and names each thing that is wrong. Run as partners run it."""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as some

from portal.downloads.archives import Sending
from portal.downloads.choices import Via
from portal.downloads.services import Taker
from portal.packs import bag, publishing, selectors, services, signing, verify_pack
from tests.builders import NOON, file_fact, make_community, make_partner, release
from tests.portal.packs.builders import issue, make_pack, pick, replace, shelf

LATER = NOON + timedelta(hours=1)
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


@pytest.fixture
def shop(db, tmp_path):
    return Shop(tmp_path)


def rewritten(path: Path, change) -> Path:
    """Write an archive anew with ``change(name, content)``: another pair, several, or none."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            for name, content in change(info.filename, old.read(info)):
                new.writestr(name, content)
    return target


ROOT = "onboarding-pack-v1/data"


def test_whole_archive_is_complete(shop):
    code, text = shop.check(shop.full())

    assert (code, text) == (0, "complete: onboarding-pack version 1, every file as signed")


def test_unpacked_folder_is_complete_whatever_the_system_left_in_it(shop):
    folder = shop.unpacked(shop.full())
    (folder / "data" / ".DS_Store").write_bytes(b"x")

    assert shop.check(folder)[0] == 0
    assert shop.check(folder.parent)[0] == 0


def test_parts_are_complete_together_and_each_alone_says_what_is_missing(shop):
    first, second = shop.full(part=1, parts=2), shop.full(part=2, parts=2)

    assert shop.check(first, second)[0] == 0
    code, text = shop.check(first)
    assert code == 1
    assert {line.split()[0] for line in text.splitlines()} == {"missing"}


def flipped(name, content):
    if name == f"{ROOT}/b-web-1200.webp":
        content = content[:40] + bytes([content[40] ^ 1]) + content[41:]
    return [(name, content)]


def dropped(name, content):
    return [] if name == f"{ROOT}/b-web-1200.webp" else [(name, content)]


def added(name, content):
    extra = [(f"{ROOT}/extra.webp", b"extra")] if name == f"{ROOT}/b-web-1200.webp" else []
    return [(name, content), *extra]


def renamed(name, content):
    return [(name.replace("data/b-web-1200", "data/bee"), content)]


def swapped(name, content):
    other = {"a-web": "b-web", "b-web": "a-web"}
    for old, new in other.items():
        if f"data/{old}" in name:
            return [(name.replace(old, new), content)]
    return [(name, content)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flipped, ["changed   b-web-1200.webp"]),
        (dropped, ["missing   b-web-1200.webp"]),
        (added, ["added     extra.webp"]),
        (renamed, ["renamed   b-web-1200.webp is called bee.webp"]),
        (swapped, ["swapped   a-web-1200.webp and b-web-1200.webp"]),
    ],
)
def test_each_wrong_thing_is_named(shop, change, said):
    path = rewritten(shop.full(), change)

    code, text = shop.check(path)
    from_folder = shop.check(shop.unpacked(path))

    assert (code, text.splitlines()) == (1, said)
    assert from_folder == (code, text)


def test_any_bit_flipped_in_any_file_is_noticed(shop):
    """Also in the lists and signatures beside the pictures."""
    path = shop.full()
    whole = path.read_bytes()
    keys = {key["kid"]: key["x"] for key in signing.public_keys()}
    with zipfile.ZipFile(path) as archive:
        spots = [
            (info.filename, info.header_offset + 30 + len(info.filename.encode()) + place)
            for info in archive.infolist()
            for place in range(info.file_size)
        ]

    @settings(max_examples=200, deadline=None, database=None)
    @given(spot=some.sampled_from(spots), bit=some.integers(0, 7))
    def flip(spot, bit):
        _name, place = spot
        broken = shop.folder / "broken.zip"
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :])
        try:
            said = verify_pack.check(verify_pack.read([str(broken)]), keys)[1]
        except verify_pack.CannotCheck:
            return
        assert said, spot

    flip()


def test_manifest_of_somebody_else_is_not_believed(shop):
    """Who changes a file and makes all lists fit cannot make the signature fit."""
    path = shop.full()
    version = shop.version()
    forged = version.manifest.replace('"version":1', '"version":7', 1).encode()

    def change(name, content):
        return [(name, forged if name.endswith("pack-manifest.json") else content)]

    code, text = shop.check(rewritten(path, change))

    assert code == 1
    assert "unsigned  pack-manifest.json: the signature does not fit: it was changed" in text.splitlines()


def test_signature_with_an_unknown_key_is_named(shop):
    path = shop.full()
    shop.check(path)
    signing.rotate(now=LATER)
    program = shop.folder / "verify_pack.py"
    keys = shop.folder / "keys.json"
    newest = signing.public_keys()[0]
    keys.write_text(json.dumps({"keys": [newest]}))

    answer = subprocess.run(
        [sys.executable, "-I", program, "--keys", keys, path], capture_output=True, text=True, check=False
    )

    assert answer.returncode == 1
    assert "does not know" in answer.stdout


@pytest.mark.parametrize("cut", [10, 900])
def test_archive_that_broke_off_cannot_be_taken_for_whole(shop, cut):
    path = shop.full()
    path.write_bytes(path.read_bytes()[:-cut] if cut == 10 else path.read_bytes()[:cut])

    code, text = shop.check(path)

    assert code == 2
    assert "cut off or damaged" in text


def test_withdrawn_files_are_named_from_the_list_offline(shop, client):
    path = shop.full()
    release(file_fact("/P/b.jpg", uuid="uuid-/P-b.jpg", approved=False, modified_at=LATER), now=LATER)
    listed = shop.folder / "recalled.json"
    listed.write_bytes(client.get("/.well-known/portal-recalled.json").content)

    assert shop.check(path)[0] == 0
    assert shop.check("--recalled", listed, path) == (1, "recalled  b-web-1200.webp (approval_withdrawn)")

    forged = json.loads(listed.read_text())
    forged["payload"] = forged["payload"].replace("approval", "approved")
    listed.write_text(json.dumps(forged))
    code, text = shop.check("--recalled", listed, path)
    assert (code, "not the portal's" in text) == (2, True)


def test_delta_holds_the_one_replaced_file_and_is_complete(shop):
    replace("/P", "b.jpg", uuid="new", now=LATER)
    services.work(now=LATER)
    path = shop.delta(1, 2)

    with zipfile.ZipFile(path) as archive:
        data = [name.partition("/data/")[2] for name in archive.namelist() if "/data/" in name]
    assert data == ["b-web-1200.webp"]
    assert shop.check(path)[0] == 0


@pytest.mark.parametrize("change", [flipped, dropped, added, renamed])
def test_wrong_things_in_a_delta_are_named_too(shop, change):
    replace("/P", "b.jpg", uuid="new", now=LATER)
    services.work(now=LATER)
    whole = shop.delta(1, 2)

    def in_delta(name, content):
        return [
            (new.replace("v1/", "v1-to-v2/"), content)
            for new, content in change(name.replace("v1-to-v2/", "v1/"), content)
        ]

    code, text = shop.check(rewritten(whole, in_delta))

    assert code == 1
    assert (
        text.split()[0]
        == {flipped: "changed", dropped: "missing", added: "added", renamed: "renamed"}[change]
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_deltas_applied_in_order_give_what_the_full_archive_holds(shop):
    folder = shop.unpacked(shop.full())
    replace("/P", "b.jpg", uuid="new", now=LATER)
    services.work(now=LATER)
    # The DAM renames c and withdraws a.
    release(
        file_fact(
            "/P/sea.jpg",
            uuid="uuid-/P-c.jpg",
            sha1=file_fact("/P/c.jpg", uuid="uuid-/P-c.jpg").sha1,
            modified_at=LATER,
        ),
        file_fact("/P/a.jpg", uuid="uuid-/P-a.jpg", approved=False, modified_at=LATER),
        now=LATER,
    )
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


@settings(max_examples=30, deadline=None)
@given(message=some.binary(max_size=200), flip=some.integers(0, 511))
def test_own_ed25519_agrees_with_the_library(message, flip):
    private = Ed25519PrivateKey.generate()
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    broken = bytearray(signature)
    broken[flip // 8] ^= 1 << flip % 8

    assert verify_pack.signature_holds(key, message, signature)
    assert not verify_pack.signature_holds(key, message, bytes(broken))
    assert not verify_pack.signature_holds(key, message + b"x", signature)


def test_own_ed25519_knows_the_published_example():
    """RFC 8032, section 7.1, test 2."""
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )

    assert verify_pack.signature_holds(key, b"\x72", signature)


def test_program_is_handed_out_with_the_keys_in_it(client, shop):
    answer = client.get("/tools/verify_pack.py")

    assert answer["Content-Disposition"] == 'attachment; filename="verify_pack.py"'
    assert signing.public_keys()[0]["x"] in answer.content.decode()
