"""The archive as a function: every byte known beforehand, any range the same bytes, read by everybody's unpackers."""

import io
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from portal.packs.zipping import Entry, Layout, Slice

AT = datetime(2026, 9, 1, 12, 30, 44, tzinfo=UTC)
GIGA = 1 << 30


def entry(path: str, content: bytes) -> Entry:
    return Entry(path.encode(), len(content), zlib.crc32(content), content)


def written(layout: Layout, start: int = 0, end: int | None = None) -> bytes:
    return b"".join(layout.pieces(start, end))  # type: ignore[arg-type]


contents = some.lists(
    some.tuples(some.text("abäß_", min_size=1, max_size=9), some.binary(max_size=40)), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(files=contents, data=some.data())
def test_any_range_is_that_part_of_the_whole(files, data):
    layout = Layout([entry(f"{n}-{name}", content) for n, (name, content) in enumerate(files)], at=AT)
    whole = written(layout)
    start = data.draw(some.integers(0, max(0, layout.length - 1)))
    end = data.draw(some.integers(start, layout.length + 5))

    assert len(whole) == layout.length
    assert written(layout, start, end) == whole[start : end + 1]


@settings(max_examples=50, deadline=None)
@given(files=contents)
def test_python_reads_back_what_was_put_in(files):
    named = [(f"{n}-{name}", content) for n, (name, content) in enumerate(files)]
    layout = Layout([entry(name, content) for name, content in named], at=AT)

    with zipfile.ZipFile(io.BytesIO(written(layout))) as archive:
        assert archive.testzip() is None
        assert [(info.filename, archive.read(info)) for info in archive.infolist()] == named
        assert {info.date_time for info in archive.infolist()} <= {(2026, 9, 1, 12, 30, 44)}


@pytest.mark.skipif(shutil.which("unzip") is None, reason="needs unzip (apt-get install unzip)")
def test_unzip_accepts_it(tmp_path):
    layout = Layout([entry("pack/data/Müsli.txt", b"oats" * 1000), entry("pack/empty", b"")], at=AT)
    (tmp_path / "a.zip").write_bytes(written(layout))

    answer = subprocess.run(["unzip", "-t", tmp_path / "a.zip"], capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "No errors detected" in answer.stdout


class Virtual(io.RawIOBase):
    """An archive that exists in no place: entries without content are zeros. What ``zipfile`` needs of a file."""

    def __init__(self, layout: Layout):
        self.layout, self.at = layout, 0

    def seekable(self):
        return True

    def readable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=0):
        self.at = offset + (0, self.at, self.layout.length)[whence]
        return self.at

    def read(self, size=-1):
        end = self.layout.length if size is None or size < 0 else self.at + size
        pieces: Sequence[bytes | Slice] = list(self.layout.pieces(self.at, end - 1)) if end > self.at else []
        got = b"".join(bytes(p.length) if isinstance(p, Slice) else p for p in pieces)
        self.at += len(got)
        return got


def test_files_and_offsets_beyond_four_gigabytes_are_found():
    layout = Layout(
        [
            Entry(b"huge", 5 * GIGA, 1),
            entry("behind", b"the one behind"),
            Entry(b"exactly", (1 << 32) - 1, 2),
            entry("last", b"the last one"),
        ],
        at=AT,
    )

    with zipfile.ZipFile(Virtual(layout)) as archive:
        assert [info.file_size for info in archive.infolist()] == [5 * GIGA, 14, (1 << 32) - 1, 12]
        assert archive.read("behind") == b"the one behind"
        assert archive.read("last") == b"the last one"
        assert archive.open("huge").read(10) == bytes(10)
    assert len(list(layout.pieces(layout.length - 30))) < 6


def test_more_files_than_the_old_format_counts():
    layout = Layout([entry(f"{n}", b"x") for n in range(70_000)], at=AT)

    with zipfile.ZipFile(io.BytesIO(written(layout))) as archive:
        assert len(archive.infolist()) == 70_000
        assert archive.read("69999") == b"x"


def test_old_format_is_used_where_it_is_enough():
    whole = written(Layout([entry("a", b"x")], at=AT))

    assert b"PK\x06\x06" not in whole
    assert whole[4:6] == (20).to_bytes(2, "little")
