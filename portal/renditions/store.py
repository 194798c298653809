"""Bytes by digest: written whole or not at all, never changed."""

import os
import re
import shutil
import tempfile
from typing import IO

from django.core.files import File
from django.core.files.storage import storages

_DIGEST = re.compile(r"[0-9a-f]{64}")


def _name(sha256: str) -> str:
    if not _DIGEST.fullmatch(sha256):
        raise ValueError("not a sha256 digest")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _folder_of(storage, name: str) -> str | None:
    try:
        return storage.path(name)
    except NotImplementedError:
        return None


def has(sha256: str) -> bool:
    """Say whether the bytes are there."""
    return storages["renditions"].exists(_name(sha256))


def open_bytes(sha256: str) -> IO[bytes]:
    """
    Return the bytes as an open file.

    :raises FileNotFoundError: they are not there
    """
    return storages["renditions"].open(_name(sha256), "rb")


def put(sha256: str, source: IO[bytes]) -> None:
    """Keep bytes under their digest. Who reads sees all of them or none; the same bytes again change nothing."""
    storage, name = storages["renditions"], _name(sha256)
    if storage.exists(name):
        return
    source.seek(0)
    path = _folder_of(storage, name)
    if path is None:
        storage.save(name, File(source))
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, half = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".half-")
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
