"""The bytes of files, stored once per content, and pictures that are made when they are needed."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pyvips

BULK_PICTURES = 8
END_OF_JPEG = b"\xff\xd9"


class Draft:
    """
    Bytes on their way in: written to disk and hashed as they come, never held in memory.

    A file object for werkzeug's form parser. ``size`` and ``sha1`` are those of what was written.
    """

    def __init__(self, folder: Path, largest: int | None = None):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix="draft-")
        self.path = Path(name)
        self._file: IO[bytes] = os.fdopen(descriptor, "wb+")
        self._digest = hashlib.sha1(usedforsecurity=False)
        self.size = 0
        self.largest = largest
        self.too_large = False

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.largest is not None and self.size > self.largest:
            # Goes on reading but keeps nothing, so that the caller can still be told why.
            self.too_large = True
            return len(data)
        self._digest.update(data)
        return self._file.write(data)

    def fill_from(self, make: Callable[[Path], None]) -> None:
        """Let ``make`` write the whole content to the draft's path, then measure it."""
        make(self.path)
        self._file.close()
        self._file = self.path.open("rb+")
        self._digest = hashlib.sha1(usedforsecurity=False)
        self.size = 0
        while block := self._file.read(1024 * 1024):
            self._digest.update(block)
            self.size += len(block)

    @property
    def sha1(self) -> str:
        return self._digest.hexdigest()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._file)

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


class Blobs:
    """Content by SHA-1 under ``<folder>/blobs``."""

    def __init__(self, folder: Path):
        self.folder = folder / "blobs"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._bulk = folder / "bulk"
        self._pictures: dict[int, tuple[bytes, Any]] = {}
        for leftover in self.folder.glob("draft-*"):
            leftover.unlink(missing_ok=True)

    def draft(self, largest: int | None = None) -> Draft:
        return Draft(self.folder, largest)

    def keep(self, draft: Draft) -> None:
        """Give the draft its place; the same content twice is stored once."""
        draft.close()
        target = self.path(draft.sha1)
        target.parent.mkdir(exist_ok=True)
        draft.path.replace(target)

    def keep_file(self, source: Path) -> tuple[str, int]:
        """Copy a file in and return its SHA-1 and size in bytes."""
        draft = self.draft()
        with source.open("rb") as file:
            shutil.copyfileobj(file, draft, 1024 * 1024)  # type: ignore[misc]  # a draft is written to
        self.keep(draft)
        return draft.sha1, draft.size

    def path(self, sha1: str) -> Path:
        return self.folder / sha1[:2] / sha1

    def forget(self, sha1: str) -> None:
        self.path(sha1).unlink(missing_ok=True)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def bulk_facts(self, picture: int, number: int) -> tuple[int, str]:
        """Return size and SHA-1 of a generated file."""
        start, hashed = self._picture(picture)
        ending = _ending(number)
        digest = hashed.copy()
        digest.update(ending)
        return len(start) + len(ending), digest.hexdigest()

    def bulk_bytes(self, picture: int, number: int) -> bytes:
        """
        Return the bytes of a generated file: one of a few JPEGs with its number in a comment.

        The comment makes each content, and so each SHA-1, its own. It stands at the end, so that the
        picture before it is hashed once and not a hundred thousand times.
        """
        return self._picture(picture)[0] + _ending(number)

    def write_bulk(self, picture: int, number: int, path: Path) -> None:
        """Write the bytes of a generated file to ``path``."""
        path.write_bytes(self.bulk_bytes(picture, number))

    def _picture(self, number: int) -> tuple[bytes, Any]:
        """Return a picture without its end marker, and a SHA-1 that has seen it."""
        number %= BULK_PICTURES
        if number not in self._pictures:
            path = self._bulk / f"{number}.jpg"
            if not path.exists():
                # Kept on disk: another encoder version must not change the digests of old files.
                self._bulk.mkdir(parents=True, exist_ok=True)
                draft = path.with_suffix(".new")
                draft.write_bytes(_draw(number))
                draft.replace(path)
            start = path.read_bytes().removesuffix(END_OF_JPEG)
            self._pictures[number] = start, hashlib.sha1(start, usedforsecurity=False)
        return self._pictures[number]


def _ending(number: int) -> bytes:
    comment = f"sandbox file {number}".encode()
    return b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + END_OF_JPEG


def _draw(number: int) -> bytes:
    hue = number * 360 // BULK_PICTURES
    svg = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 1200" width="1200" height="1200">
<rect width="1200" height="1200" fill="hsl({hue},30%,94%)"/>
<rect x="330" y="230" width="540" height="760" rx="36" fill="hsl({hue},45%,46%)"/>
<rect x="330" y="330" width="540" height="230" fill="hsl({hue},40%,86%)"/>
<circle cx="600" cy="770" r="{110 + 8 * number}" fill="hsl({(hue + 40) % 360},60%,70%)"/></svg>"""
    return pyvips.Image.svgload_buffer(svg.encode()).flatten().jpegsave_buffer(Q=80, strip=True)
