"""The program that checks, given what it cannot use: one sentence that says what, and the code for "not checked"."""

import base64
import json
import os
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.packs import services, verify_pack
from tests.builders import NOON
from tests.portal.packs.builders import replace
from tests.portal.packs.shop import rewritten

PROGRAM = Path(verify_pack.__file__)
LATER = NOON + timedelta(hours=1)
DEEP = b"[" * 100_000


def run(*arguments: object, **environment: str) -> tuple[int, str, str]:
    """Return the code and the lines of a run of the program as it stands: without a key of any portal in it."""
    answer = subprocess.run(
        [sys.executable, "-I", PROGRAM, *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip
    return answer.returncode, answer.stdout, answer.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not JSON"),
        (b"no JSON", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (DEEP, "is not JSON"),
        (b"[]", "holds no public keys"),
        (b'"keys"', "holds no public keys"),
        (b"{}", "holds no public keys"),
        (b'{"keys": null}', "holds no public keys"),
        (b'{"keys": []}', "holds no public keys"),
        (b'{"keys": {"kid": "x"}}', "holds no public keys"),
        (b'{"keys": [1]}', "holds no public keys"),
        (b'{"keys": [{"kid": "a"}]}', "holds no public keys"),
        (b'{"keys": [{"kid": "a", "x": 7}]}', "holds no public keys"),
        (b'{"keys": [{"kid": ["a"], "x": "b"}]}', "holds no public keys"),
    ],
)
def test_keys_that_are_none_are_named(tmp_path, content, said):
    keys = tmp_path / "keys.json"
    keys.write_bytes(content)

    code, out, err = run("--keys", keys, tmp_path / "pack.zip")

    assert (code, err) == (2, "")
    assert out == f"Not checked: {keys} {said}.\n"


@pytest.mark.parametrize("option", ["--keys", "--recalled"])
def test_lists_that_cannot_be_read_are_named(tmp_path, option):
    missing = run(option, tmp_path / "nowhere.json", tmp_path)
    folder = run(option, tmp_path, tmp_path)

    assert missing == (
        2, f"Not checked: {tmp_path / 'nowhere.json'} cannot be read: No such file or directory.\n", "",
    )  # fmt: skip
    assert folder == (2, f"Not checked: {tmp_path} cannot be read: Is a directory.\n", "")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b'"x"', b"{}", b'{"payload": 7}', b'{"payload": "{}"}', b'{"payload": "[]"}', DEEP,
        b'{"payload": "{\\"recalled\\": []}"}',
    ],
)  # fmt: skip
def test_list_of_withdrawn_files_that_is_none_is_named(tmp_path, content):
    path = tmp_path / "recalled.json"
    path.write_bytes(content)

    code, out, err = run("--recalled", path, tmp_path)

    assert (code, err, out.count("\n")) == (2, "", 1)
    assert out.startswith("Not checked: The list of withdrawn files ")


def folder_with(tmp_path: Path, **files: bytes) -> Path:
    """Return a folder that says of itself that it is a pack; ``__`` in a name stands for a full stop."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "bagit.txt").write_bytes(b"BagIt-Version: 1.0\n")
    for name, content in files.items():
        place = folder / name.replace("__", ".").replace("_", "-")
        place.write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("manifest", "envelope"),
    [
        (b"", b"{}"),
        (b"no JSON", b"{}"),
        (b"[]", b"{}"),
        (b"null", b"{}"),
        (b"{}", b"{}"),
        (b'{"files": []}', b"{}"),
        (b'{"format": "partner-portal-pack/1", "files": null}', b"{}"),
        (b'{"format": "partner-portal-pack/1", "files": "abc"}', b"{}"),
        (b'{"format": "partner-portal-pack/1", "files": {"a": 1}}', b"{}"),
        (b'{"format": "partner-portal-pack/1", "files": [{"name": 1, "sha256": "x"}]}', b"{}"),
        (b'{"format": "partner-portal-pack/1", "files": [{"name": "a"}]}', b"{}"),
        (b'{"format": "partner-portal-pack/1", "files": []}', b"[]"),
        (b'{"format": "partner-portal-pack/1", "files": []}', b"no JSON"),
        (DEEP, b"{}"),
        (b'{"format": "partner-portal-pack/1", "files": []}', DEEP),
    ],
)
def test_manifest_that_is_none_is_named(tmp_path, manifest, envelope):
    folder = folder_with(tmp_path, pack_manifest__json=manifest, pack_signature__json=envelope)

    code, out, err = run(folder)

    assert (code, err) == (2, "")
    assert out == "Not checked: pack-manifest.json or pack-signature.json is missing or broken.\n"


def signed(manifest: object) -> tuple[bytes, bytes, bytes]:
    """Return a manifest, its signature and the keys, by a portal that writes what this program does not know."""
    private, text = Ed25519PrivateKey.generate(), json.dumps(manifest).encode()
    public = base64.urlsafe_b64encode(private.public_key().public_bytes_raw()).decode()
    signature = base64.b64encode(private.sign(text)).decode()
    envelope = {"algorithm": "Ed25519", "key": "k", "signature": signature}
    return text, json.dumps(envelope).encode(), json.dumps({"keys": [{"kid": "k", "x": public}]}).encode()


FILE = {"name": "a", "sha256": "0" * 64}
PACK = {"pack": {"slug": "p"}, "version": 1}


@pytest.mark.parametrize(
    "manifest",
    [
        {"format": "partner-portal-pack/2", "files": [], **PACK},
        {"format": "partner-portal-pack/2", "documents": []},
        {"format": 2, "files": [], **PACK},
    ],
)
def test_manifest_of_a_later_format_asks_for_a_newer_program(tmp_path, manifest):
    text, envelope, keys = signed(manifest)
    folder = folder_with(tmp_path, pack_manifest__json=text, pack_signature__json=envelope)
    (tmp_path / "keys.json").write_bytes(keys)

    code, out, err = run("--keys", tmp_path / "keys.json", folder)

    assert (code, err) == (2, "")
    assert out == (
        "Not checked: pack-manifest.json is of a format that this copy of the program does not know: "
        "get a new one from the portal.\n"
    )


@pytest.mark.parametrize(
    "manifest",
    [
        {"files": [FILE]},
        {"files": [FILE], "pack": "p", "version": 1},
        {"files": [FILE], "pack": {}, "version": 1},
        {"files": [{"name": "a", "sha256": ["0"]}], **PACK},
    ],
)
def test_signed_manifest_that_lacks_something_is_named(tmp_path, manifest):
    text, envelope, keys = signed({"format": "partner-portal-pack/1", **manifest})
    folder = folder_with(tmp_path, pack_manifest__json=text, pack_signature__json=envelope)
    (tmp_path / "keys.json").write_bytes(keys)

    code, out, err = run("--keys", tmp_path / "keys.json", folder)

    assert (code, err) == (2, "")
    assert out == "Not checked: pack-manifest.json or pack-signature.json is missing or broken.\n"


@pytest.mark.parametrize("told", [b"", b"[]", b"null", b"no JSON", b"{}", DEEP])
def test_delta_that_does_not_say_what_it_does_is_named(shop, told):
    replace("/P", "b.jpg", uuid="new", now=LATER)
    services.work(now=LATER)

    def change(name, content):
        return [(name, told if name.endswith("/delta.json") else content)]

    code, text = shop.check(rewritten(shop.delta(1, 2), change))

    assert (code, text.splitlines()) == (1, ["changed   delta.json"])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nowhere", None, "cannot be read: No such file or directory."),
        (
            "notes.txt",
            b"no archive",
            "is cut off or damaged: it is not a whole archive. Fetch the rest of it.",
        ),
        ("empty.zip", b"", "is cut off or damaged: it is not a whole archive. Fetch the rest of it."),
    ],
)
def test_what_is_no_archive_is_named(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    assert run(tmp_path / name) == (2, f"Not checked: {tmp_path / name} {said}\n", "")


def test_what_is_no_pack_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("holiday/beach.jpg", b"sea")
    (tmp_path / "empty").mkdir()

    archive, folder = run(tmp_path / "other.zip"), run(tmp_path / "empty")

    expected = (2, "Not checked: This is not a pack: there is no bagit.txt in it.\n", "")
    assert (archive, folder) == (expected, expected)


def test_folder_to_apply_to_that_is_not_there_is_named(shop):
    replace("/P", "b.jpg", uuid="new", now=LATER)
    services.work(now=LATER)
    delta = shop.delta(1, 2)

    missing = shop.check("--apply", delta, shop.folder / "nowhere")
    (shop.folder / "empty").mkdir()
    empty = shop.check("--apply", delta, shop.folder / "empty")

    nowhere = shop.folder / "nowhere"
    assert missing == (2, f"Not applied: {nowhere} cannot be read: No such file or directory.")
    assert empty == (2, "Not applied: This is not a pack: there is no bagit.txt in it.")


def test_names_that_the_screen_cannot_show_are_named_in_what_it_can(shop):
    """A name that is no UTF-8, and a screen that knows ASCII alone: neither ends in a traceback."""
    folder = shop.unpacked(shop.full())
    Path(os.fsdecode(os.fsencode(folder / "data") + b"/\xff.jpg")).write_bytes(b"x")
    (folder / "data" / "Hafermüsli.jpg").write_bytes(b"x")
    shop.check(folder)

    answer = subprocess.run(
        [sys.executable, shop.folder / "verify_pack.py", folder],
        capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip

    assert (answer.returncode, answer.stderr) == (1, b"")
    assert answer.stdout.splitlines() == [rb"added     Haferm\xfcsli.jpg", rb"added     \udcff.jpg"]


def test_program_answers_programs_in_the_same_way(tmp_path):
    (tmp_path / "keys.json").write_bytes(b"[]")

    code, out, err = run("--json", "--keys", tmp_path / "keys.json", tmp_path)

    assert (code, err) == (2, "")
    assert json.loads(out) == {
        "state": "unknown", "problem": f"{tmp_path / 'keys.json'} holds no public keys."
    }  # fmt: skip


def test_portal_that_is_unknown_is_named(tmp_path):
    assert run("--online", tmp_path) == (
        2, "Not checked: This copy of the program names no portal: download it from the portal.\n", "",
    )  # fmt: skip
