"""
What an archive of a pack holds beside the files: a BagIt bag (RFC 8493) with the signed manifest in it.

Full:   ``bagit.txt``, ``bag-info.txt``, ``manifest-sha256.txt``, ``pack-manifest.json``, ``pack-signature.json``,
        ``tagmanifest-sha256.txt`` and ``data/``.
Delta:  the same kind of bag whose ``data/`` holds only what is added or changed, with ``delta.json``, the signed
        manifest it leads from in ``before/``, and in ``after/`` everything a full bag of the new version has beside
        ``data/``. To apply it, remove, rename, put the files in, and put ``after/`` in the place of the old tag files:
        the folder is then what the full archive holds, to the byte.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.errors import BadInput
from portal.packs.difference import Difference, between
from portal.packs.manifest import canonical
from portal.packs.models import PackVersion
from portal.packs.signing import envelope_of
from portal.packs.zipping import Entry, Layout

#: Part of every entity tag: to be raised when the same manifest would make other bytes than before.
_LAYOUT = 1
MOST_PARTS = 99


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a version as archives need it; twenty thousand of them are a few megabytes."""

    position: int
    name: str
    sha256: str
    size: int
    crc32: int
    variant_id: int
    version_id: int


@dataclass(frozen=True)
class Archive:
    """
    One archive before it is sent. ``key`` of an entry is the index in ``items``: the files whose bytes it carries.

    ``name``    to save it under; ``tag`` a strong entity tag without quotes
    ``holder``  whose files they are, by ``position``: the ``PackVersion`` it leads to, or a prepared download
    ``kind``    what the record of what was taken calls the holder
    ``since``   the version a delta of a pack leads from
    """

    name: str
    tag: str
    layout: Layout
    items: Sequence[Item]
    holder: Any
    kind: str = "pack"
    since: PackVersion | None = None

    @property
    def pack_version(self) -> PackVersion | None:
        """The version of a pack it leads to, ``None`` for files of a free choice."""
        return self.holder if isinstance(self.holder, PackVersion) else None


def full(version: PackVersion, items: Sequence[Item], *, part: int = 1, parts: int = 1) -> Archive:
    """
    Return the archive of an issued version: a pure function of its manifest and signature.

    :param items: all files of the version, in order
    :param part: of ``parts``, from 1; unpacked into one folder, all parts together are the bag
    :raises BadInput: there is no such part
    """
    root = f"{version.pack.slug}-v{version.number}"
    held = _part(items, part, parts)
    name = f"{root}.zip" if parts == 1 else f"{root}-part-{part}-of-{parts}.zip"
    tag = _tag("full", version.sha256, bytes(version.signature).hex(), str(part), str(parts))
    return _archive(root, name, tag, tag_files(version, items), held, version)


def delta(
    before: PackVersion, old: Iterable[Item], after: PackVersion, new: Sequence[Item]
) -> tuple[Archive, Difference]:
    """
    Return the archive that leads from one issued version of a pack to another, and what it does.

    :param old: all files of ``before``; ``new`` all files of ``after``, in order
    """
    change = between(old, new)
    held = [item for item in new if item.name in change.carried]
    name = f"{after.pack.slug}-v{before.number}-to-v{after.number}"
    inner = {
        "delta.json": canonical(delta_json(before, after, change)).encode(),
        "before/pack-manifest.json": before.manifest.encode(),
        "before/pack-signature.json": signature_file(before),
        **{f"after/{path}": content for path, content in tag_files(after, new).items()},
    }
    tags = _bag(after, held, inner)
    tag = _tag(
        "delta", before.sha256, bytes(before.signature).hex(), after.sha256, bytes(after.signature).hex()
    )
    return _archive(name, f"{name}.zip", tag, tags, held, after, before), change


def delta_json(before: PackVersion, after: PackVersion, change: Difference) -> dict[str, object]:
    """Return what a delta says of itself, JSON-ready."""
    return {
        "format": "partner-portal-delta/1",
        "pack": after.pack.public_id,
        "from": {"version": before.number, "sha256": before.sha256},
        "to": {"version": after.number, "sha256": after.sha256},
        **change.as_json(),
    }


def signature_file(version: PackVersion) -> bytes:
    """Return the signature of the manifest's exact bytes as the archive has it."""
    return canonical(envelope_of(version.signed_by, bytes(version.signature))).encode()


def tag_files(version: PackVersion, items: Sequence[Item]) -> dict[str, bytes]:
    """Return everything a full bag holds beside ``data/``, by path, in the order of the archive."""
    inner = {
        "pack-manifest.json": version.manifest.encode(),
        "pack-signature.json": signature_file(version),
    }
    return _bag(version, items, inner)


def _bag(version: PackVersion, items: Sequence[Item], inner: Mapping[str, bytes]) -> dict[str, bytes]:
    assert version.issued_at is not None
    info = {
        "External-Identifier": f"{version.pack.public_id} version {version.number}",
        "Bagging-Date": version.issued_at.strftime("%Y-%m-%d"),
        "Payload-Oxum": f"{sum(item.size for item in items)}.{len(items)}",
        "Pack-Manifest-SHA256": version.sha256,
    }
    files = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{label}: {value}\n" for label, value in info.items()).encode(),
        "manifest-sha256.txt": "".join(f"{item.sha256}  data/{item.name}\n" for item in items).encode(),
        **inner,
    }
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items())
    return {**files, "tagmanifest-sha256.txt": sums.encode()}


def _archive(
    root: str,
    name: str,
    tag: str,
    tags: Mapping[str, bytes],
    items: Sequence[Item],
    version: PackVersion,
    since: PackVersion | None = None,
) -> Archive:
    assert version.issued_at is not None
    entries = [
        Entry(f"{root}/{path}".encode(), len(content), zlib.crc32(content), content)
        for path, content in tags.items()
    ]
    entries += [
        Entry(f"{root}/data/{item.name}".encode(), item.size, item.crc32, None, index)
        for index, item in enumerate(items)
    ]
    return Archive(name, tag, Layout(entries, at=version.issued_at), items, version, since=since)


def _tag(*facts: str) -> str:
    return hashlib.sha256("\n".join((str(_LAYOUT), *facts)).encode()).hexdigest()


def _part(items: Sequence[Item], part: int, parts: int) -> Sequence[Item]:
    """Return the files of one part: neighbours by name, about as many bytes in each."""
    if not (1 <= parts <= min(MOST_PARTS, max(1, len(items))) and 1 <= part <= parts):
        raise BadInput(
            f"There is no part {part} of {parts}: a pack has at most as many parts as files, and {MOST_PARTS}."
        )
    return list(_share(items, part, parts))


def _share(items: Sequence[Item], part: int, parts: int) -> Iterator[Item]:
    whole, before = sum(item.size for item in items) or 1, 0
    for item in items:
        if before * parts // whole + 1 == part:
            yield item
        before += item.size
