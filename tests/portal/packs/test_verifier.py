"""The program that checks: it says complete, and names each thing that is wrong. Run as partners run it."""

import json
import subprocess
import sys
import zipfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as some

from portal.packs import services, signing, verify_pack
from tests.builders import NOON
from tests.portal.packs.builders import replace
from tests.portal.packs.shop import rewritten

LATER = NOON + timedelta(hours=1)


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


def place_of(path: Path, name: str) -> int:
    """Return where an archive's directory begins to speak of a file: APPNOTE.TXT, section 4.3.12."""
    return path.read_bytes().rindex(name.encode()) - 46


def test_file_of_which_the_directory_is_damaged_is_named(shop):
    """A flag says that it is encrypted, a method that it is compressed: no reason to end without a word."""
    path = shop.full()
    whole = path.read_bytes()
    spot = place_of(path, f"{ROOT}/b-web-1200.webp")
    keys = {key["kid"]: key["x"] for key in signing.public_keys()}
    flags = {f"flag {bit}": (8, 1 << bit) for bit in (0, 5, 6)}
    # Each bit by itself, and the two of which Python has programs that speak in ways of their own: bzip2 and LZMA.
    methods = {f"method {mask}": (10, mask) for mask in (*(1 << bit for bit in range(16)), 12, 14)}
    said = {}

    for what, (field, mask) in {**flags, **methods}.items():
        broken = bytearray(whole)
        broken[spot + field] ^= mask & 0xFF
        broken[spot + field + 1] ^= mask >> 8
        path.write_bytes(broken)
        said[what] = verify_pack.check(verify_pack.read([str(path)]), keys)[1]

    assert all(each == [("changed", "b-web-1200.webp")] for each in said.values()), said
    assert shop.check(path) == (1, "changed   b-web-1200.webp")


def test_no_bit_of_an_archive_ends_the_program_without_a_word(shop):
    path = shop.full()
    whole = path.read_bytes()
    keys = {key["kid"]: key["x"] for key in signing.public_keys()}
    with zipfile.ZipFile(path) as archive:
        contents = [
            range(start, start + info.file_size)
            for info in archive.infolist()
            for start in [info.header_offset + 30 + len(info.filename.encode())]
        ]
    spots = [place for place in range(len(whole)) if not any(place in held for held in contents)]

    @settings(max_examples=200, deadline=None, database=None)
    @given(place=some.sampled_from(spots), bit=some.integers(0, 7))
    def flip(place, bit):
        broken = shop.folder / "broken.zip"
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :])
        with suppress(verify_pack.CannotCheck):
            verify_pack.check(verify_pack.read([str(broken)]), keys)

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
