"""
A ZIP archive as a pure function of its list of entries: every byte's place is known before the first is sent.

Entries are stored, not compressed: pictures and films are compressed already, and so any range can be cut out without
making what stands before it. Size and CRC-32 are known beforehand, so no entry needs a data descriptor. ZIP64 records
stand where a number needs them and nowhere else, which older unpackers prefer.

Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 6.3.10: sections 4.3.7 (local header), 4.3.12 (central
directory), 4.3.14 and 4.3.15 (ZIP64), 4.4.4 (bit 11: names are UTF-8), 4.5.3 (ZIP64 extra field).
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

_LIMIT32 = 0xFFFF_FFFF
_LIMIT16 = 0xFFFF
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR64 = struct.Struct("<4sIQI")
_END = struct.Struct("<4sHHHHIIH")
_UTF8 = 1 << 11
_PLAIN, _ZIP64 = 20, 45
_MADE_BY_UNIX = 3 << 8 | _ZIP64
_REGULAR_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One file of an archive: ``path`` with slashes, ``size`` bytes. ``content`` holds small ones; for others it is
    ``None`` and ``key`` says to the reader where the bytes are.
    """

    path: bytes
    size: int
    crc32: int
    content: bytes | None = None
    key: int = -1

    @property
    def needs_zip64(self) -> bool:
        return self.size >= _LIMIT32


@dataclass(frozen=True, slots=True)
class Slice:
    """Bytes that the reader must fetch: ``length`` of the entry's file from ``start``."""

    entry: Entry
    start: int
    length: int


def _moment(at: datetime) -> tuple[int, int]:
    """Return time and date as ZIP has them: local time without a zone, in two seconds. We write UTC."""
    at = max(at.astimezone(UTC), datetime(1980, 1, 1, tzinfo=UTC))
    return at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - 1980) << 9 | at.month << 5 | at.day


class Layout:
    """Where everything lies. ``length`` is that of the whole archive in bytes."""

    def __init__(self, entries: Sequence[Entry], *, at: datetime):
        """
        :param entries: in the order in which they are sent
        :param at: written as the time of every entry
        """
        self.entries = entries
        self._time, self._date = _moment(at)
        self._offsets: list[int] = []
        position = 0
        for entry in entries:
            self._offsets.append(position)
            position += _local_length(entry) + entry.size
        self._directory = position
        self._directory_size = sum(
            _central_length(entry, offset) for entry, offset in zip(entries, self._offsets, strict=True)
        )
        self._tail = self._end()
        self.length = position + self._directory_size + len(self._tail)

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[bytes | Slice]:
        """Yield what stands from byte ``start`` to ``end``, both included: ready bytes, or what the reader fetches."""
        last = self.length - 1 if end is None else min(end, self.length - 1)
        position = 0
        for length, entry, make in self._segments():
            first, position = position, position + length
            if position <= start or length == 0:
                continue
            if first > last:
                return
            begin, stop = max(start - first, 0), min(last + 1 - first, length)
            if make is None:
                assert entry is not None
                yield Slice(entry, begin, stop - begin)
            else:
                yield make()[begin:stop]

    def _segments(self) -> Iterator[tuple[int, Entry | None, Callable[[], bytes] | None]]:
        """Yield everything in order: its length, its entry, and how to make it; what the reader fetches has no way."""
        for entry in self.entries:
            yield _local_length(entry), entry, partial(self._local, entry)
            yield entry.size, entry, None if entry.content is None else partial(bytes, entry.content)
        for entry, offset in zip(self.entries, self._offsets, strict=True):
            yield _central_length(entry, offset), entry, partial(self._central, entry, offset)
        yield len(self._tail), None, partial(bytes, self._tail)

    def _local(self, entry: Entry) -> bytes:
        size, extra, version = entry.size, b"", _PLAIN
        if entry.needs_zip64:
            size, version = _LIMIT32, _ZIP64
            extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size)
        head = _LOCAL.pack(
            b"PK\x03\x04", version, _UTF8, 0, self._time, self._date, entry.crc32, size, size,
            len(entry.path), len(extra),
        )  # fmt: skip
        return head + entry.path + extra

    def _central(self, entry: Entry, offset: int) -> bytes:
        size, place, wide = entry.size, offset, []
        if entry.needs_zip64:
            size, wide = _LIMIT32, [entry.size, entry.size]
        if offset >= _LIMIT32:
            place = _LIMIT32
            wide.append(offset)
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        head = _CENTRAL.pack(
            b"PK\x01\x02", _MADE_BY_UNIX, _ZIP64 if wide else _PLAIN, _UTF8, 0, self._time, self._date, entry.crc32,
            size, size, len(entry.path), len(extra), 0, 0, 0, _REGULAR_FILE, place,
        )  # fmt: skip
        return head + entry.path + extra

    def _end(self) -> bytes:
        count, size, place = len(self.entries), self._directory_size, self._directory
        tail = b""
        if count >= _LIMIT16 or size >= _LIMIT32 or place >= _LIMIT32:
            tail = _END64.pack(
                b"PK\x06\x06", _END64.size - 12, _MADE_BY_UNIX, _ZIP64, 0, 0, count, count, size, place
            ) + _LOCATOR64.pack(b"PK\x06\x07", 0, place + size, 1)
        few = min(count, _LIMIT16)
        return tail + _END.pack(b"PK\x05\x06", 0, 0, few, few, min(size, _LIMIT32), min(place, _LIMIT32), 0)


def _local_length(entry: Entry) -> int:
    return _LOCAL.size + len(entry.path) + (20 if entry.needs_zip64 else 0)


def _central_length(entry: Entry, offset: int) -> int:
    wide = (2 if entry.needs_zip64 else 0) + (1 if offset >= _LIMIT32 else 0)
    return _CENTRAL.size + len(entry.path) + (4 + 8 * wide if wide else 0)
