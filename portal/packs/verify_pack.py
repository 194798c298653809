#!/usr/bin/env python3
"""
Check a pack: is everything there, unchanged, under its name, and still allowed?

    python3 verify_pack.py pack.zip              an archive
    python3 verify_pack.py part-1.zip part-2.zip an archive in parts
    python3 verify_pack.py folder                a folder it was unpacked into
    python3 verify_pack.py delta.zip             a delta archive
    python3 verify_pack.py --apply delta.zip folder    bring a folder from one version to the next

Needs Python 3.8 and nothing else, and works offline. --recalled FILE or --online also tells which files have been
withdrawn since. Ends with 0 when all is well, 1 when something is wrong, 2 when it could not be checked or applied.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shutil
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.request import urlopen

#: Public keys by their id, base64url, and their portal: written by the portal into every copy it hands out.
KEYS: dict[str, str] = {}
PORTAL = ""

TAGS = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "pack-manifest.json", "pack-signature.json")
LISTS = {*TAGS, "tagmanifest-sha256.txt"}
JUNK = {".DS_Store", "Thumbs.db", "desktop.ini"}
#: In a folder while a delta is applied to it, and afterwards if that broke off: what the folder still lacks.
UNFINISHED = ".unfinished-update"
FORMAT = "partner-portal-pack/1"
#: What reading JSON raises when the text is none, or nests deeper than anything of ours.
NO_JSON = (ValueError, RecursionError)
#: What taking a value apart raises when it is of another shape than expected.
OTHER_SHAPE = (KeyError, TypeError, AttributeError)
#: What zipfile raises at damage, wherever it lies: also in the flags, methods, names and places of the directory.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError)


class CannotCheck(Exception):
    """What was given is not a pack, or cannot be read."""


# -- Ed25519: RFC 8032, section 6; checking only ----------------------------------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def _add(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    u, v = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = v - u, d - c, d + c, v + u
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(n: int, point: tuple[int, ...]) -> tuple[int, ...]:
    total: tuple[int, ...] = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = _add(total, point)
        point, n = _add(point, point), n >> 1
    return total


def _point(data: bytes) -> tuple[int, ...] | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    if len(key) != 32 or len(signature) != 64 or BASE is None:
        return False
    a, r, s = _point(key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = _times(s, BASE), _add(r, _times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


def signed_by(keys: dict[str, str], message: bytes, envelope: Any) -> str:
    """Return an empty text when the signature holds, else what is wrong with it."""
    if not isinstance(envelope, dict):
        return "the signature cannot be read"
    key = str(envelope.get("key"))
    if key not in keys:
        return f"signed with key {key}, which this copy of the program does not know: get a new one from the portal"
    try:
        signature = base64.b64decode(envelope["signature"])
        public = base64.urlsafe_b64decode(keys[key] + "=" * (-len(keys[key]) % 4))
    except (KeyError, ValueError, TypeError):
        return "the signature cannot be read"
    return "" if signature_holds(public, message, signature) else "the signature does not fit: it was changed"


# -- Reading ----------------------------------------------------------------------------------------------------------
class Bag:
    """The files of one bag by their path below its root: digests of ``data/``, the bytes of everything else."""

    def __init__(self) -> None:
        self.data: dict[str, str] = {}
        self.tags: dict[str, bytes] = {}
        self.twice: list[str] = []

    def take(self, path: str, source: BinaryIO) -> None:
        path = unicodedata.normalize("NFC", path)
        if not path.startswith("data/"):
            content = _read(source)
            if self.tags.setdefault(path, content) != content:
                self.twice.append(path)
            return
        if path[5:] in self.data:
            self.twice.append(path)
        self.data[path[5:]] = _digest(source)


def _read(source: BinaryIO) -> bytes:
    try:
        return source.read()
    except DAMAGE:
        return b"damaged"


def _digest(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    try:
        for chunk in iter(lambda: source.read(1 << 20), b""):
            digest.update(chunk)
    except DAMAGE:
        return "damaged"
    return digest.hexdigest()


def read(paths: list[str]) -> Bag:
    """Return what the archives, parts of one, or the folder hold together."""
    bag = Bag()
    for path in paths:
        for name, source in _files_of(Path(path)):
            bag.take(name, source)
    if "bagit.txt" not in bag.tags:
        raise CannotCheck("This is not a pack: there is no bagit.txt in it.")
    return bag


def _files_of(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    if path.is_dir():
        root = folder_root(path)
        if (root / UNFINISHED / "begun").exists():
            raise CannotCheck("A delta was applied to this folder half-way only: apply it again to finish.")
        try:
            for place in sorted(root.rglob("*")):
                if place.is_file() and place.name not in JUNK:
                    with place.open("rb") as file:
                        yield place.relative_to(root).as_posix(), file
        except OSError as error:
            raise _unreadable(error.filename or path, error) from None
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                try:
                    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                        raise zipfile.BadZipFile
                    with archive.open(info) as member:
                        yield info.filename.partition("/")[2], member  # type: ignore[misc]
                except DAMAGE:
                    yield info.filename.partition("/")[2], _Damaged()  # type: ignore[misc]
    except DAMAGE:
        raise CannotCheck(
            f"{path} is cut off or damaged: it is not a whole archive. Fetch the rest of it."
        ) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: object, error: OSError) -> CannotCheck:
    return CannotCheck(f"{path} cannot be read: {error.strerror or error}.")


def _bytes_of(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def _fetched() -> bytes:
    """Return the list of withdrawn files as the portal gives it now."""
    if not PORTAL:
        raise CannotCheck("This copy of the program names no portal: download it from the portal.")
    try:
        # The address is written into this program by the portal.
        with urlopen(f"{PORTAL}/.well-known/portal-recalled.json", timeout=30) as answer:  # nosec B310
            content: bytes = answer.read()
    except (OSError, HTTPException) as error:
        raise CannotCheck(f"{PORTAL} does not answer: {error}.") from None
    return content


def keys_of(path: str) -> dict[str, str]:
    """Return the public keys of a file by their ids: RFC 7517, section 5, of which only ``kid`` and ``x`` matter."""
    content = _bytes_of(path)
    try:
        keys = {key["kid"]: key["x"] for key in json.loads(content)["keys"]}
    except NO_JSON:
        raise CannotCheck(f"{path} is not JSON.") from None
    except OTHER_SHAPE:
        keys = {}
    if not keys or not all(isinstance(word, str) for pair in keys.items() for word in pair):
        raise CannotCheck(f"{path} holds no public keys.")
    return keys


class _Damaged:
    def read(self, *args: int) -> bytes:
        raise EOFError


def folder_root(path: Path) -> Path:
    """Return the folder with ``bagit.txt``: this one, or the only one in it."""
    try:
        if not (path / "bagit.txt").exists():
            inner = [place for place in path.iterdir() if (place / "bagit.txt").exists()]
            if len(inner) == 1:
                return inner[0]
    except OSError as error:
        raise _unreadable(path, error) from None
    return path


# -- Comparing --------------------------------------------------------------------------------------------------------
def compare(wanted: dict[str, str], found: dict[str, str]) -> list[tuple[str, str]]:
    """Return ``(what, names)`` for everything in which the files differ from what they should be."""
    said, done = [], set()
    for name in sorted(wanted):
        if found.get(name) in (None, wanted[name]) or name in done:
            continue
        other = next((n for n in sorted(wanted) if wanted[n] == found[name] and n != name), None)
        if other is not None and found.get(other) == wanted[name]:
            said.append(("swapped", f"{name} and {other}"))
            done |= {name, other}
        else:
            said.append(("changed", name + (f" (has the content of {other})" if other else "")))
    extra = sorted(found.keys() - wanted.keys())
    for name in sorted(wanted.keys() - found.keys()):
        new = next((n for n in extra if found[n] == wanted[name]), None)
        if new is None:
            said.append(("missing", name))
        else:
            extra.remove(new)
            said.append(("renamed", f"{name} is called {new}"))
    return said + [("added", name) for name in extra]


def difference(before: dict[str, str], after: dict[str, str]) -> dict[str, Any]:
    """Return what a delta does, from two manifests; the portal computes the same."""
    going: dict[str, list[str]] = {}
    for name in sorted(before.keys() - after.keys(), reverse=True):
        going.setdefault(before[name], []).append(name)
    added, renamed = [], []
    for name in sorted(after.keys() - before.keys()):
        if going.get(after[name]):
            renamed.append({"from": going[after[name]].pop(), "to": name})
        else:
            added.append(name)
    changed = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    removed = sorted(name for names in going.values() for name in names)
    return {"added": added, "changed": changed, "removed": removed, "renamed": renamed}


def _manifest(
    tags: dict[str, bytes], folder: str, keys: dict[str, str], said: list[tuple[str, str]]
) -> dict[str, Any]:
    """Return a signed manifest; what is wrong with its signature is added to ``said``."""
    broken = f"{folder}pack-manifest.json or {folder}pack-signature.json is missing or broken."
    try:
        text = tags[f"{folder}pack-manifest.json"]
        manifest = json.loads(text)
        envelope = json.loads(tags[f"{folder}pack-signature.json"])
        if manifest["format"] != FORMAT:
            raise CannotCheck(
                f"{folder}pack-manifest.json is of a format that this copy of the program does not know: "
                "get a new one from the portal."
            )
        manifest["names"] = {unicodedata.normalize("NFC", f["name"]): f["sha256"] for f in manifest["files"]}
        whole = [
            manifest["pack"]["slug"],
            manifest["version"],
            envelope.get("key"),
            *manifest["names"].values(),
        ]
    except (*NO_JSON, *OTHER_SHAPE):
        raise CannotCheck(broken) from None
    if not all(isinstance(value, (str, int)) for value in whole):
        raise CannotCheck(broken)
    if wrong := signed_by(keys, text, envelope):
        said.append(("unsigned", f"{folder}pack-manifest.json: {wrong}"))
    return manifest


def _lines(text: bytes) -> dict[str, str]:
    pairs = [line.split("  ", 1) for line in text.decode(errors="replace").splitlines() if "  " in line]
    return {path: digest for digest, path in pairs}


def check(bag: Bag, keys: dict[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the manifest, and ``(what, names)`` for everything that is wrong."""
    said = [("added", f"{path} stands there twice") for path in bag.twice]
    if "delta.json" in bag.tags:
        before = _manifest(bag.tags, "before/", keys, said)
        manifest = _manifest(bag.tags, "after/", keys, said)
        change = difference(before["names"], manifest["names"])
        try:
            told = json.loads(bag.tags["delta.json"])
            fits = all(told[part] == change[part] for part in change)
        except (*NO_JSON, *OTHER_SHAPE):
            fits = False
        if not fits:
            said.append(("changed", "delta.json"))
        carried = {*change["added"], *change["changed"]}
        wanted = {name: digest for name, digest in manifest["names"].items() if name in carried}
        lists = {"": wanted, "after/": manifest["names"]}
        known = {"delta.json", *(f"before/{name}" for name in TAGS[3:]), *TAGS[:3], "tagmanifest-sha256.txt"}
        known |= {f"after/{name}" for name in LISTS}
    else:
        manifest = _manifest(bag.tags, "", keys, said)
        wanted = manifest["names"]
        lists, known = {"": wanted}, LISTS
    said += compare(wanted, bag.data)
    said += [("missing", path) for path in sorted(known - bag.tags.keys())]
    said += [("added", path) for path in sorted(bag.tags.keys() - known)]
    changed = {path for folder in lists for path in _changed_tags(bag.tags, folder, known, lists[folder])}
    return manifest, said + [("changed", path) for path in sorted(changed) if ("changed", path) not in said]


def _changed_tags(
    tags: dict[str, bytes], folder: str, known: set[str], payload: dict[str, str]
) -> Iterator[str]:
    """Yield the lists of a bag that do not say what they should, and files that differ from the list of them."""
    own, files = f"{folder}tagmanifest-sha256.txt", f"{folder}manifest-sha256.txt"
    sums = {folder + path: digest for path, digest in _lines(tags.get(own, b"")).items()}
    listed = {path for path in known if path.startswith(folder) and path != own}
    if own in tags and sums.keys() != listed:
        yield own
    for path in listed & sums.keys() & tags.keys():
        if hashlib.sha256(tags[path]).hexdigest() != sums[path]:
            yield path
    if files in tags and _lines(tags[files]) != {f"data/{name}": digest for name, digest in payload.items()}:
        yield files


def recalled(text: bytes, keys: dict[str, str]) -> dict[str, str]:
    """Return digests that have been withdrawn, with the reason, from the portal's signed list."""
    try:
        envelope = json.loads(text)
        payload = envelope["payload"].encode()
        lines = {line["sha256"]: line["reason"] for line in json.loads(payload)["recalled"]}
    except (*NO_JSON, *OTHER_SHAPE):
        raise CannotCheck("The list of withdrawn files cannot be read.") from None
    if wrong := signed_by(keys, payload, envelope):
        raise CannotCheck(f"The list of withdrawn files is not the portal's: {wrong}.")
    return lines


# -- Applying a delta -------------------------------------------------------------------------------------------------
def apply(archive: str, folder: str, keys: dict[str, str]) -> list[tuple[str, str]]:
    """
    Bring an unpacked folder to the next version; returns what is wrong, and then has changed nothing.

    :raises CannotCheck: also when it breaks off half-way; then nothing is lost, and applying again goes on
    """
    delta = read([archive])
    if "delta.json" not in delta.tags:
        raise CannotCheck("This is not a delta archive.")
    after, said = check(delta, keys)
    before = _manifest(delta.tags, "before/", keys, [])
    if said:
        return said
    for name in (*after["names"], *before["names"]):
        if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name:
            raise CannotCheck(f"{name!r} is not a file name.")
    root = folder_root(Path(folder))
    stage, begun = root / UNFINISHED, root / UNFINISHED / "begun"
    old, new = (delta.tags[f"{end}/pack-manifest.json"] for end in ("before", "after"))
    leads = hashlib.sha256(old + new).digest()
    if begun.exists():
        if begun.read_bytes() != leads:
            raise CannotCheck("Another delta was applied to this folder half-way only: apply that one first.")
    else:
        shutil.rmtree(stage, ignore_errors=True)
        held, wrong = check(read([str(root)]), keys)
        if (root / "pack-manifest.json").read_bytes() != old:
            raise CannotCheck(
                f"The folder holds version {held['version']}; this delta leads from another one."
            )
        if wrong:
            return wrong
    try:
        # Everything new is written first, so that a full disk leaves the folder as it was.
        _unpack(archive, after["names"], stage / "new")
        if not begun.exists():
            (stage / "leads").write_bytes(leads)
            os.replace(stage / "leads", begun)
        (root / "data").mkdir(exist_ok=True)
        _exchange(root / "data", stage, difference(before["names"], after["names"]))
        for place in sorted((stage / "new").rglob("*")):
            if place.is_file():
                os.replace(place, root / place.relative_to(stage / "new"))
        begun.unlink()
    except (OSError, KeyboardInterrupt, *DAMAGE) as error:
        why = str(error) or "interrupted"
        if begun.exists():
            raise CannotCheck(f"Broken off half-way ({why}). Nothing is lost: apply it again.") from None
        shutil.rmtree(stage, ignore_errors=True)
        raise CannotCheck(f"Nothing has been changed ({why}).") from None
    shutil.rmtree(stage, ignore_errors=True)
    return []


def _unpack(archive: str, names: dict[str, str], new: Path) -> None:
    """Write what a delta carries, and the lists of the next version, each where it lies in the folder."""
    (new / "data").mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            kind, _, name = info.filename.partition("/")[2].partition("/")
            name = unicodedata.normalize("NFC", name)
            if (kind == "data" and name in names) or (kind == "after" and name in LISTS):
                target = new / "data" / name if kind == "data" else new / name
                with opened.open(info) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)


def _exchange(data: Path, stage: Path, change: dict[str, Any]) -> None:
    """
    Put aside what is renamed and remove what is gone: all of it before anything takes its place, and never again
    afterwards, for on many disks two names are one that differ only in case.
    """
    if (stage / "emptied").exists():
        return
    for pair in change["renamed"]:
        aside = stage / "new" / "data" / pair["to"]
        if not aside.exists():
            os.replace(data / pair["from"], aside)
    for name in change["removed"]:
        (data / name).unlink(missing_ok=True)
    (stage / "emptied").touch()


def main() -> int:
    # A name need not be one that the screen, or a pipe, can show.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument(
        "--apply", action="store_true", help="PATH is a delta archive and the folder to bring up to date"
    )
    parser.add_argument("--keys", help="the portal's public keys as a file, instead of those in this program")
    parser.add_argument("--recalled", help="the portal's list of withdrawn files, saved before")
    parser.add_argument("--online", action="store_true", help="fetch that list from the portal")
    parser.add_argument("--json", action="store_true", help="answer for programs")
    given = parser.parse_args()
    manifest: dict[str, Any] = {}
    gone: dict[str, str] = {}
    try:
        keys = keys_of(given.keys) if given.keys else KEYS
        if given.apply and len(given.paths) != 2:
            raise CannotCheck("Give the delta archive and the folder.")
        if given.recalled:
            gone = recalled(_bytes_of(given.recalled), keys)
        elif given.online:
            gone = recalled(_fetched(), keys)
        said = apply(given.paths[0], given.paths[1], keys) if given.apply else []
        if not said:
            bag = read(given.paths[1:] if given.apply else given.paths)
            manifest, said = check(bag, keys)
            said += [("recalled", f"{name} ({gone[d]})") for name, d in sorted(bag.data.items()) if d in gone]
    except (CannotCheck, OSError, ValueError, HTTPException, MemoryError, KeyboardInterrupt) as error:
        why = str(error) or {MemoryError: "too big to be read", KeyboardInterrupt: "interrupted"}.get(
            type(error), type(error).__name__
        )
        done = "applied" if given.apply else "checked"
        print(json.dumps({"state": "unknown", "problem": why}) if given.json else f"Not {done}: {why}")
        return 2
    if given.json:
        problems = [{"what": what, "name": name} for what, name in said]
        print(json.dumps({"state": "wrong" if said else "complete", "problems": problems}))
    elif said:
        for what, name in said:
            print(f"{what:9} {name}")
    else:
        print(f"complete: {manifest['pack']['slug']} version {manifest['version']}, every file as signed")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
