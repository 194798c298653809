"""Derivatives on disk: made once, kept while there is room."""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

LARGEST_BYTES = 400_000_000
# Look at the folder's size once per so many new entries.
LOOK_EVERY = 50


class Cache:
    """
    Files by key under one folder.

    Several askers of the same missing entry cause one piece of work; the others wait for it.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._working: dict[str, threading.Lock] = {}
        self._added = 0

    def get(self, key: str, make: Callable[[Path], None]) -> Path:
        """
        Return the entry's file, calling ``make`` with a path to write to when there is none.

        What ``make`` raises is raised here, and nothing is kept.
        """
        digest = hashlib.sha256(key.encode()).hexdigest()
        path = self.folder / digest[:2] / digest
        if self._touch(path):
            return path
        with self._lock:
            turn = self._working.setdefault(digest, threading.Lock())
        try:
            with turn:
                if not self._touch(path):
                    self._fill(path, make)
        finally:
            with self._lock:
                self._working.pop(digest, None)
        return path

    def _fill(self, path: Path, make: Callable[[Path], None]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{threading.get_ident()}.new")
        try:
            make(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        with self._lock:
            self._added += 1
            look = self._added % LOOK_EVERY == 0
        if look:
            self._make_room()

    @staticmethod
    def _touch(path: Path) -> bool:
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def _make_room(self) -> None:
        entries = []
        for path in self.folder.glob("*/*"):
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue
            entries.append((facts.st_mtime, facts.st_size, path))
        total = sum(size for _, size, _ in entries)
        if total <= LARGEST_BYTES:
            return
        # Oldest use first, down to four fifths, so that this is not needed again at once.
        for _, size, path in sorted(entries):
            if total <= LARGEST_BYTES * 0.8:
                return
            path.unlink(missing_ok=True)
            total -= size

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
