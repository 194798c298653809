#!/usr/bin/env python3
"""
Keep a folder in step with a pack: fetch what is missing, replace what changed, rename, remove what is gone.

    python3 portal_mirror.py sync PACK FOLDER      bring the folder to the pack's current version
    python3 portal_mirror.py sync --dry-run PACK FOLDER    only say what would be done
    python3 portal_mirror.py verify FOLDER         read every file again and compare, offline

A list counts only with the portal's signature, by a key that was in use when you fetched this program; when the portal
takes another key, fetch the program again. PORTAL_CLIENT_ID and PORTAL_CLIENT_SECRET in the environment name an API
client with packs:read and files:read. Needs Python 3.8 and nothing else. A broken run is continued where it broke off.
Files that are not of the pack are left alone. Ends with 0 when the folder is in step, 1 when something is wrong with
files, 2 when it could not be done.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import time
import unicodedata
from collections.abc import Callable
from contextlib import contextmanager, suppress
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from portal.packs.verify_pack import signed_by

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

#: Its address and its public keys by their id: written by the portal into every copy it hands out, as the lines that
#: check a signature are in the place of the import above.
PORTAL = ""
KEYS: dict[str, str] = {}

FORMAT = "partner-portal-pack/1"
OWN = ".portal-mirror"
CHUNK = 1 << 18
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
#: Seconds without a byte after which a line counts as broken.
TIMEOUT = 60
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


class Cannot(Exception):
    """It could not be done; the text says why. Another run may succeed."""


class LineBroke(Exception):
    """The portal's answer did not come to its end. What is wrong with the disk is not this, and no reason to go on."""


class Wrong(Exception):
    """Something is wrong with files, each with its line."""

    def __init__(self, lines: list[str]):
        super().__init__("\n".join(lines))
        self.lines = lines


# -- The portal -------------------------------------------------------------------------------------------------------
def is_address(text: str, schemes: set[str], hosts: set[str] | None = None) -> bool:
    """Whether this is an address to ask at, at one of these hosts if any are named."""
    try:
        parts = urlsplit(text)
        text.encode("ascii")
        # An address whose port is no number raises when it is looked at.
        return (
            parts.scheme in schemes
            and bool(parts.hostname)
            and parts.port != 0
            and not re.search(r"[\x00-\x20\x7f?#]", text)
            and (hosts is None or parts.hostname in hosts)
        )
    except ValueError:
        return False


class NoRedirect(HTTPRedirectHandler):
    """The token is for the portal alone."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


class Api:
    """Asks the portal, again after a pause when it has no time or the line breaks."""

    def __init__(self, portal: str, say: Callable[[str], None], tries: int):
        if not (is_address(portal, {"https"}) or is_address(portal, {"http"}, THIS_MACHINE)):
            raise Cannot(f"{portal or 'no portal'}: give the portal's https address with --portal")
        self.portal, self.say, self.tries = portal.rstrip("/"), say, tries
        self.opener = build_opener(NoRedirect)
        self.token = ""

    def _new_token(self) -> None:
        name, secret = os.environ.get("PORTAL_CLIENT_ID", ""), os.environ.get("PORTAL_CLIENT_SECRET", "")
        if not name or not secret:
            raise Cannot("set PORTAL_CLIENT_ID and PORTAL_CLIENT_SECRET in the environment")
        basic = base64.b64encode(f"{quote(name, '')}:{quote(secret, '')}".encode()).decode()
        body = urlencode({"grant_type": "client_credentials", "scope": "packs:read files:read"}).encode()
        request = Request(f"{self.portal}/identity/o/api/token", body, {"Authorization": f"Basic {basic}"})
        try:
            with self._asked(request) as answer:
                content = answer.read()
        except HTTPError as error:
            if error.code in {400, 401, 403}:
                raise Cannot(
                    "the portal does not take PORTAL_CLIENT_ID and PORTAL_CLIENT_SECRET: "
                    "see that they name an API client with packs:read and files:read"
                ) from error
            raise
        except HTTPException as error:
            raise Cannot(f"{self.portal} broke off: {error}") from error
        self.token = str(self.member(content, "access_token"))

    def member(self, content: bytes, *names: str) -> Any:
        """Return what stands under these names in an answer. :raises Cannot: it is none of the portal's answers"""
        try:
            found = json.loads(content)
            for name in names:
                found = found[name]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Cannot(
                f"{self.portal} does not answer as the portal does: see that it is the portal's address"
            ) from None
        return found

    def _asked(self, request: Request) -> Any:
        """
        :raises HTTPError: the portal says no
        :raises Cannot: it does not answer, whatever the number of tries
        """
        pause = 1.0
        for left in range(self.tries - 1, -1, -1):
            try:
                return self.opener.open(request, timeout=TIMEOUT)
            except HTTPError as error:
                if error.code not in {429, 502, 503, 504} or not left:
                    raise
                wait = _seconds(error.headers, pause)
            except (URLError, OSError, HTTPException) as error:
                if not left:
                    raise Cannot(f"{self.portal} does not answer: {error}") from error
                wait = pause
            self.say(f"the portal has no time or does not answer; again in {wait:.0f} s")
            time.sleep(wait)
            pause = min(pause * 2, 60)
        raise AssertionError

    def open(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """Return an open answer; 401 once gets a new token. :raises HTTPError: the portal says no."""
        for first in (True, False):
            if not self.token:
                self._new_token()
            everything = {"Authorization": f"Bearer {self.token}", **(headers or {})}
            try:
                return self._asked(Request(f"{self.portal}/api/v1/{path}", headers=everything))
            except HTTPError as error:
                if error.code != 401 or not first:
                    raise
                self.token = ""
        raise AssertionError

    def read(self, path: str) -> bytes:
        """:raises HTTPError: the portal says no. :raises Cannot: the line broke"""
        try:
            with self.open(path) as answer:
                content: bytes = answer.read()
        except HTTPException as error:
            raise Cannot(f"{self.portal} broke off: {error}") from error
        return content


def _seconds(headers: Message, otherwise: float) -> float:
    said = headers.get("Retry-After", "")
    return min(float(said), 300) if said.isdigit() else otherwise


def why(error: HTTPError) -> str:
    """Return the portal's own sentence (RFC 9457), else the status."""
    try:
        return str(json.loads(error.read())["detail"])
    except (ValueError, KeyError, TypeError, OSError, HTTPException, RecursionError):
        if error.code in {301, 302, 303, 307, 308}:
            return f"the portal sends us elsewhere ({error.code}): give its own address with --portal"
        return f"the portal answers {error.code}"


# -- The folder -------------------------------------------------------------------------------------------------------
def safe(name: str) -> bool:
    """Whether a name is one of a file in this very folder, on every system."""
    return (
        0 < len(name.encode()) <= 255
        and not name.startswith(".")
        and not re.search(r'[\x00-\x1f\x7f/\\:*?"<>|]', name)
        and not name.endswith((" ", "."))
        and not DEVICES.match(name)
    )


def digest(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            total.update(chunk)
    return total.hexdigest()


class Folder:
    """
    The folder with what we know of it. ``held``: name -> ``[sha256, size, time of change]`` of every file we put
    there; a file whose size and time are still those is not read again to know it.
    """

    def __init__(self, root: Path):
        self.root, self.own, self.parts = root, root / OWN, root / OWN / "parts"
        self.state: dict[str, Any] = {}
        self.held: dict[str, list[Any]] = {}
        with suppress(FileNotFoundError):
            self._remember((self.own / "state.json").read_bytes())

    def _remember(self, content: bytes) -> None:
        try:
            self.state = json.loads(content)
            self.held = {
                str(name): [str(sha256), *stamp] for name, (sha256, *stamp) in self.state["held"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Cannot(
                f"{self.own / 'state.json'} is damaged: remove the folder {OWN} and the pack's files, and run again"
            ) from None

    @contextmanager
    def alone(self) -> Any:
        """Keep a second run away; the lock goes with the process, however it ends."""
        self.parts.mkdir(parents=True, exist_ok=True)
        with (self.own / "lock").open("w") as lock:
            if fcntl is not None:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    raise Cannot("another run is at work in this folder") from error
            yield

    def save(self, **facts: Any) -> None:
        self.state.update(facts, held=self.held)
        write_whole(self.own / "state.json", json.dumps(self.state, indent=1, sort_keys=True).encode())

    def stamp(self, name: str) -> list[int]:
        """Return size and time of change of what answers to a name, nothing when nothing does."""
        try:
            stat = (self.root / name).lstat()
        except OSError:
            return []
        return [stat.st_size, stat.st_mtime_ns]

    def sha256(self, name: str, *, read: bool = False) -> str:
        """Return the digest of a file, empty when it is not there."""
        path, stamp, known = self.root / name, self.stamp(name), self.held.get(name)
        if not stamp:
            return ""
        if known and not read and known[1:] == stamp:
            return str(known[0])
        return digest(path) if path.is_file() and not path.is_symlink() else "not a file"

    def names(self) -> set[str]:
        """Return the names in the folder as they are spelled there."""
        return {unicodedata.normalize("NFC", name) for name in os.listdir(self.root)}

    def note(self, name: str, sha256: str) -> None:
        self.held[name] = [sha256, *self.stamp(name)]


def write_whole(path: Path, content: bytes) -> None:
    half = path.with_name(path.name + ".half")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)


# -- Keeping in step --------------------------------------------------------------------------------------------------
def current(api: Api, pack: str) -> tuple[dict[str, Any], bytes]:
    """Return what the portal says of a pack's current version, and its signed list."""
    try:
        answer = api.read(f"packs/{quote(pack, '')}")
        number, sha256 = (api.member(answer, "version", *way) for way in (["number"], ["manifest", "sha256"]))
        content = api.read(f"packs/{quote(pack, '')}/versions/{quote(str(number), '')}/manifest")
    except HTTPError as error:
        raise Cannot(f"pack {pack}: {why(error)}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Cannot("the list of files was damaged on its way")
    version: dict[str, Any] = api.member(answer, "version")
    return version, content


def listed(content: bytes, envelope: Any) -> dict[str, dict[str, Any]]:
    """Return the files of a list by their names. :raises Cannot: not signed by the portal, or not for a folder."""
    if problem := signed_by(KEYS, content, envelope):
        raise Cannot(f"the list of files: {problem}")
    manifest = json.loads(content)
    if manifest.get("format") != FORMAT:
        raise Cannot("the list of files is of a format that this program does not know: fetch a new one")
    names = [file["name"] for file in manifest["files"]]
    if bad := [name for name in names if not safe(name)]:
        raise Cannot(
            f"the list names files that do not belong into a folder: {', '.join(map(repr, bad[:5]))}"
        )
    if len({folded(name) for name in names}) < len(names):
        raise Cannot("the list holds names that one folder cannot hold together")
    return {file["name"]: file for file in manifest["files"]}


def folded(name: str) -> str:
    """Return what names have in common that many disks take for one: only case or composition differ."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def spelled(folder: Folder, files: dict[str, dict[str, Any]]) -> dict[str, str]:
    """
    Return names we hold that are spelled otherwise now, and that this disk takes for the new name: old -> new.

    Looked up, not concluded from the system: both answer, and not both are listed. Numbers of files are not asked for,
    because disks in the network make them up.
    """
    new, names = {folded(name): name for name in files}, folder.names()
    found = {old: new.get(folded(old), "") for old in sorted(folder.held.keys() - files.keys())}
    return {
        old: name
        for old, name in found.items()
        if name and not {old, name} <= names and folder.stamp(old) == folder.stamp(name) != []
    }


def plan(folder: Folder, files: dict[str, dict[str, Any]], respell: dict[str, str]) -> dict[str, list[str]]:
    """
    Return the names to ``fetch``, to ``copy`` from within the folder, to ``remove``, those that ``stay``, and those
    that would leave but were written into and are ``kept``.

    :param respell: from ``spelled``; such a name is one with its new one, and neither leaves nor comes
    """
    here = {name: folder.sha256(name) for name in {*files, *folder.held}}
    whole = {sha256 for sha256 in here.values() if sha256}
    found: dict[str, list[str]] = {"stay": [], "copy": [], "fetch": [], "remove": [], "kept": []}
    for name, file in sorted(files.items()):
        if here[name] == file["sha256"]:
            found["stay"].append(name)
        else:
            found["copy" if file["sha256"] in whole else "fetch"].append(name)
    for name in sorted(folder.held.keys() - files.keys() - respell.keys()):
        if here[name]:
            # What somebody wrote into since is theirs; it is said, and left.
            found["remove" if here[name] == folder.held[name][0] else "kept"].append(name)
    return found


def fetch(api: Api, folder: Folder, file: dict[str, Any]) -> Path:
    """
    Return a file's bytes, checked, in ``parts``; what an earlier run got of them is continued.

    :raises Wrong: withdrawn, or the portal gives other bytes
    """
    sha256, size = file["sha256"], int(file["size"])
    part = folder.parts / sha256
    for _again in range(2):
        for _line in range(api.tries):
            have = part.stat().st_size if part.exists() else 0
            if have >= size:
                break
            with suppress(LineBroke):
                _fetch_rest(api, part, sha256, have, file["name"])
        if part.exists() and part.stat().st_size == size and digest(part) == sha256:
            return part
        if part.exists() and part.stat().st_size < size:
            raise Cannot(f"{file['name']}: the line broke too often; run again to continue")
        with suppress(FileNotFoundError):
            part.unlink()
    raise Wrong([f"changed on its way: {file['name']}"])


def _fetch_rest(api: Api, part: Path, sha256: str, have: int, name: str) -> None:
    headers = {"Range": f"bytes={have}-", "If-Range": f'"{sha256}"'} if have else {}
    try:
        answer = api.open(f"files/{sha256}", headers)
    except HTTPError as error:
        if error.code == 410:
            raise Wrong([f"withdrawn: {name}: {why(error)}"]) from error
        raise Cannot(f"{name}: {why(error)}") from error
    with answer, part.open("ab" if answer.status == 206 else "wb") as target:
        while chunk := _from_line(answer):
            target.write(chunk)
            # What came is kept, should the next read fail.
            target.flush()


def _from_line(answer: Any) -> bytes:
    try:
        chunk: bytes = answer.read(CHUNK)
    except (OSError, HTTPException) as error:
        raise LineBroke from error
    return chunk


def _copy(source: Any, target: BinaryIO) -> None:
    while chunk := source.read(CHUNK):
        target.write(chunk)


def sync(api: Api, folder: Folder, pack: str, say: Callable[[str], None], dry: bool) -> None:
    if folder.state.get("pack", pack) != pack:
        raise Cannot(f"this folder is kept in step with another pack, {folder.state['pack']}")
    version, content = current(api, pack)
    files = listed(content, version["manifest"])
    respell = spelled(folder, files)
    todo = plan(folder, files, respell)
    for old, name in respell.items():
        say(f"rename: {old} to {name}")
    for what in ("fetch", "copy", "remove", "kept"):
        for name in todo[what]:
            say(f"{what}: {name}")
    ours = {*folder.held, *respell.values()}
    if foreign := [
        n for n in (*todo["fetch"], *todo["copy"]) if n not in ours and (folder.root / n).exists()
    ]:
        raise Cannot(f"here already, and not of this pack: {', '.join(foreign[:5])}; move it away")
    if dry:
        return
    # Everything new is there, whole and checked, before the first file of the folder is touched.
    wrong: list[str] = []
    for name in todo["fetch"]:
        try:
            fetch(api, folder, files[name])
        except Wrong as error:
            wrong += error.lines
    if wrong:
        raise Wrong(
            [*wrong, "The folder stays as it was. A new version of the pack follows: run again soon."]
        )
    for name in todo["copy"]:
        _stage_copy(folder, {*files, *folder.held}, files[name]["sha256"])
    # Ours from now on, also should we die between placing a file and noting it.
    folder.held = {**{name: [files[name]["sha256"], -1, -1] for name in files}, **folder.held}
    folder.save(pack=pack)
    _respell(folder, respell)
    for name in [*todo["fetch"], *todo["copy"]]:
        _place(folder, name, files[name]["sha256"])
    for name in todo["stay"]:
        folder.note(name, files[name]["sha256"])
    for name in todo["remove"]:
        (folder.root / name).unlink()
    folder.held = {name: held for name, held in folder.held.items() if name in files}
    for rest in folder.parts.iterdir():
        rest.unlink()
    envelope = {what: version["manifest"][what] for what in ("algorithm", "key", "signature")}
    write_whole(folder.own / "pack-manifest.json", content)
    write_whole(folder.own / "pack-signature.json", json.dumps(envelope).encode())
    folder.save(pack=pack, version=version["number"], manifest_sha256=version["manifest"]["sha256"])
    say(f"in step: version {version['number']}, {len(files)} files")
    if todo["kept"]:
        raise Wrong(
            [f"no longer of the pack, but changed here, and so kept: {name}" for name in todo["kept"]]
        )


def _stage_copy(folder: Folder, names: set[str], sha256: str) -> None:
    """Copy bytes that are in the folder under another name; they may be about to be replaced there."""
    part = folder.parts / sha256
    for name in sorted(names):
        if folder.sha256(name) == sha256:
            with (folder.root / name).open("rb") as source, part.open("wb") as target:
                _copy(source, target)
            if digest(part) == sha256:
                return
    raise Cannot("files changed while they were being read; run again")


def _respell(folder: Folder, respell: dict[str, str]) -> None:
    """Give files the new spelling of their names, moving them only: each is the only copy of its bytes here."""
    for old, name in respell.items():
        os.replace(folder.root / old, folder.root / name)
    names, aside = folder.names() if respell else set(), folder.parts / "spelled"
    for old, name in respell.items():
        # To some systems they were two names of one file already, and there was nothing to do.
        if name not in names:
            os.replace(folder.root / old, aside)
            os.replace(aside, folder.root / name)


def _place(folder: Folder, name: str, sha256: str) -> None:
    path, part = folder.root / name, folder.parts / sha256
    half = folder.parts / f"{sha256}.placing"
    # Several names may have the same bytes, so the part itself stays until the end.
    with part.open("rb") as source, half.open("wb") as target:
        _copy(source, target)
        os.fsync(target.fileno())
    if path.is_dir() and not path.is_symlink():
        raise Cannot(f"{name} is a folder here; move it away")
    os.replace(half, path)
    folder.note(name, sha256)


def verify(folder: Folder, say: Callable[[str], None]) -> None:
    """Read every file and compare; nothing is asked of the portal."""
    try:
        content = (folder.own / "pack-manifest.json").read_bytes()
        envelope = json.loads((folder.own / "pack-signature.json").read_bytes())
    except FileNotFoundError as error:
        raise Cannot("nothing has been brought into this folder yet, or not to the end: run sync") from error
    except (ValueError, RecursionError) as error:
        raise Cannot(f"the signature in {folder.own} is damaged: run sync") from error
    files = listed(content, envelope)
    lines = []
    for name, file in files.items():
        found = folder.sha256(name, read=True)
        if found != file["sha256"]:
            lines.append(f"{'changed' if found else 'missing'}: {name}")
    if lines:
        raise Wrong(lines)
    version = json.loads(content)["version"]
    say(f"complete: version {version}, every one of {len(files)} files as listed")


def plainly(error: Exception) -> str:
    """Return what the system says of a file, or what else went wrong, without numbers."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def main(words: list[str]) -> int:
    # A name need not be one that the screen, or a pipe, can show.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quiet", action="store_true", help="say only what is wrong")
    parser.add_argument("--tries", type=int, default=6, help="for each question before giving up")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("sync", help="bring a folder to the pack's current version")
    one.add_argument("--portal", default=PORTAL, help="address of the portal")
    one.add_argument("--dry-run", action="store_true", help="only say what would be done")
    one.add_argument("pack", help="id of the pack, pck_...")
    one.add_argument("folder", type=Path)
    two = commands.add_parser("verify", help="compare a folder with the list it was brought to")
    two.add_argument("folder", type=Path)
    given = parser.parse_args(words)
    say: Callable[[str], None] = (
        (lambda text: None) if given.quiet else (lambda text: print(text, flush=True))
    )
    try:
        if given.command == "verify":
            verify(Folder(given.folder), say)
            return 0
        api = Api(given.portal, say, max(1, given.tries))
        given.folder.mkdir(parents=True, exist_ok=True)
        folder = Folder(given.folder)
        with folder.alone():
            sync(api, folder, given.pack, say, given.dry_run)
        return 0
    except Wrong as error:
        print(error, file=sys.stderr)
        return 1
    except (Cannot, OSError, ValueError, HTTPException) as error:
        print(f"could not be done: {plainly(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: run again to continue", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
