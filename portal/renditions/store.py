"""
Bytes by digest: written whole or not at all, never changed.

Each has a row (``stored``), through which those who put, use and remove the same bytes wait for each other.
"""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, storages
from django.utils.translation import gettext as _

from portal.core.errors import NotReady
from portal.renditions import stored

_DIGEST = re.compile(r"[0-9a-f]{64}")
#: What storages without folders make of a name that is taken: a second copy, which nobody will ask for.
_COPY = re.compile(r"[0-9a-f]{64}_\w+")
_HALF = ".half-"
#: The folders of the first level: what a walk over the store goes by.
PLACES = [f"{number:02x}" for number in range(256)]


class NoRoom(NotReady):
    """There is no room for more bytes. What is there is still given out."""

    def __init__(self) -> None:
        super().__init__(
            _("There is no room to prepare more files right now. The brand's team has been told."),
            retry_after=300,
        )


def _name(sha256: str) -> str:
    if not _DIGEST.fullmatch(sha256):
        raise ValueError("not a sha256 digest")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _folder_of(storage, name: str) -> str | None:
    """Return where a file lies on a disk of ours, ``None`` for other storages: what they call a path is none."""
    return storage.path(name) if isinstance(storage, FileSystemStorage) else None


def has(sha256: str) -> bool:
    """Say whether the bytes are there."""
    return storages["renditions"].exists(_name(sha256))


def open_bytes(sha256: str, *, start: int = 0, length: int | None = None) -> IO[bytes]:
    """
    Return the bytes from ``start`` on as an open file, to be read front to back: no more of it is in memory than is
    asked for at a time. Whoever has it open reads it to the end, also when it is removed meanwhile.

    :param length: how many will be read, if known: a bucket then sends no more. In a folder the file goes on
    :raises FileNotFoundError: they are not there
    """
    storage, name = storages["renditions"], _name(sha256)
    if (open_part := getattr(storage, "open_part", None)) is not None:
        return open_part(name, start, length)
    file = storage.open(name, "rb")
    file.seek(start)
    return file


def put(sha256: str, source: IO[bytes]) -> None:
    """
    Keep bytes under their digest. Who reads sees all of them or none; the same bytes again change nothing.

    :raises NoRoom: the disk is full, or nearly
    """
    storage, name = storages["renditions"], _name(sha256)
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    # Before looking whether they are there: while they are being removed this waits, and afterwards they are not.
    stored.note_used(sha256, size)
    if storage.exists(name):
        return
    check_room()
    path = _folder_of(storage, name)
    try:
        if path is None:
            _save(storage, name, source)
        else:
            _write(path, source)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom from error
        raise
    stored.note_found(sha256)


def _save(storage, name: str, source: IO[bytes]) -> None:
    """Object stores show an object once it is whole, and not before."""
    kept_as = storage.save(name, File(source))
    if kept_as != name:
        # Somebody else put the same bytes at the same moment, and the storage made a second copy.
        storage.delete(kept_as)


def _write(path: str, source: IO[bytes]) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, half = tempfile.mkstemp(dir=os.path.dirname(path), prefix=_HALF)
    try:
        with os.fdopen(handle, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        os.chmod(half, 0o644)
        os.replace(half, path)
    except BaseException:
        os.unlink(half)
        raise


def accel_path(sha256: str) -> str:
    """Return the address under which nginx finds the bytes (``FILE_SERVING=accel``)."""
    return f"/_renditions/{_name(sha256)}"


# -- Room -------------------------------------------------------------------------------------------------------------
def free_bytes() -> int | None:
    """Return the bytes left on the disk of the store, ``None`` for a store that has no disk of ours."""
    path = _folder_of(storages["renditions"], "")
    if path is None:
        return None
    folder = Path(path)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def check_room() -> None:
    """
    :raises NoRoom: less is left on the disk than must stay free (``FILES_LEAST_FREE_BYTES``)
    """
    if settings.FILES_LEAST_FREE_BYTES:
        free = free_bytes()
        if free is not None and free < settings.FILES_LEAST_FREE_BYTES:
            raise NoRoom


# -- For those who tidy up --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Found:
    """A file as it lies in the store. ``sha256`` is empty for half a file and for a second copy: nobody wants those."""

    name: str
    sha256: str
    size: int

    @property
    def is_half(self) -> bool:
        return _HALF in self.name

    @property
    def changed_at(self) -> datetime:
        """When it was last written. Asked for the few that matter: some storages make a call for it."""
        at = storages["renditions"].get_modified_time(self.name)
        return at if at.tzinfo else at.replace(tzinfo=UTC)


def listed(place: str) -> Iterator[Found]:
    """
    Yield the files of one of ``PLACES``. Files that cannot be ours are passed over.

    What comes or goes while it is listed may be in it or not.
    """
    storage = storages["renditions"]
    for folder in _listdir(storage, place)[0]:
        for name in _listdir(storage, f"{place}/{folder}")[1]:
            whole = f"{place}/{folder}/{name}"
            is_digest = bool(_DIGEST.fullmatch(name)) and whole == _name(name)
            if not (is_digest or name.startswith(_HALF) or _COPY.fullmatch(name)):
                continue
            try:
                size = storage.size(whole)
            except FileNotFoundError:
                continue
            yield Found(whole, name if is_digest else "", size)


def _listdir(storage, folder: str) -> tuple[list[str], list[str]]:
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def remove(sha256: str) -> None:
    """Remove bytes. For whoever holds their row; nobody else may."""
    storages["renditions"].delete(_name(sha256))


def remove_rest(found: Found) -> None:
    """Remove half a file, or a second copy."""
    if found.sha256:
        raise ValueError("these bytes have a row")
    storages["renditions"].delete(found.name)
