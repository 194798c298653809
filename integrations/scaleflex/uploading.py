"""Sending bytes to the DAM: a new file, or a replacement as a new version of one."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import orjson

from integrations.errors import BadPayload, Refused
from integrations.payloads import KEPT, decode
from integrations.scaleflex import client
from integrations.scaleflex.calls import SERVICE, AlreadyThere, demand_success, send
from integrations.scaleflex.config import Account
from integrations.scaleflex.schemas import RemoteFile, parse_file

#: The vendor's widget gives an upload up after a minute without a byte; whole ones may take long.
_STALL_SECONDS, _TOTAL_SECONDS = 60.0, 600.0
_PART = "file"


@dataclass(frozen=True)
class Uploaded:
    """
    What the DAM stored. Its name may differ from the one we sent; only what it says counts.

    ``uuid``   of the version that has our bytes
    ``path``   where it lies
    ``is_new`` ``False`` when the very bytes were there already
    """

    uuid: str
    path: str
    is_new: bool


def upload(
    account: Account,
    source: IO[bytes],
    *,
    folder: str,
    name: str,
    meta: Mapping[str, Any] | None = None,
    product: str = "",
) -> Uploaded:
    """
    Send a file. The same name in the same folder makes a new version, if the project is set so.

    :param source: read from its beginning, twice; ``meta`` keys of the project's model; ``product`` a reference
    :raises Refused: too large, a name the DAM does not take, or its own reason
    :raises Throttled, Retryable, BadPayload: as ``client.list_files``
    """
    if any(mark in name for mark in "/%\\") or not name.strip():
        raise Refused(f"{SERVICE} takes no name with a slash, a backslash or a percent sign: {name!r}.")
    sha1, size = _digest(source)
    if size > account.options.upload_most_bytes:
        raise Refused(f"The file has {size:,} bytes; {account.options.upload_most_bytes:,} may be sent.")
    side: dict[str, Any] = {"meta": dict(meta)} if meta else {}
    if product:
        side["product"] = {"ref": product}
    form = _Multipart(source, name, size, side)
    try:
        answer = send(
            account,
            "POST",
            "files",
            version=account.options.upload_version,
            params={"folder": folder},
            data=form,  # type: ignore[arg-type]
            headers={"Content-Type": form.media_type},
            operation="upload",
            total_seconds=_TOTAL_SECONDS,
            read_seconds=_STALL_SECONDS,
        )
        body = decode(answer.body, source=SERVICE)
        demand_success(body, answer)
    except AlreadyThere as error:
        return _present(account, error, folder, name, sha1)
    if not isinstance(body.get("file"), dict):
        raise BadPayload(f"{SERVICE} sent an answer without the file.", raw=answer.body[:KEPT])
    stored = _read(body["file"])
    if stored.sha1 != sha1:
        raise Refused(f"{SERVICE} stored other bytes than we sent (SHA-1 differs): {stored.path}.")
    return Uploaded(stored.uuid, stored.path, is_new=True)


def replace(account: Account, source: IO[bytes], *, uuid: str) -> Uploaded:
    """
    Send a replacement as a new version of a file.

    There is no call that says so: the same name goes into the same folder, and what the DAM made of it is read back.

    :param source: read from its beginning, twice
    :raises FileMissing: there is no such file
    :raises Refused: as ``upload``; or the project's rules for names or doubles made another file of it
    :raises Throttled, Retryable, BadPayload: as ``client.list_files``
    """
    present = _read(client.get_file(account, uuid))
    if (successor := _current(account, present)) is not None:
        present = successor
    done = upload(account, source, folder=present.folder, name=present.name)
    if done.uuid == present.uuid:
        return done
    if done.path != present.path:
        raise Refused(
            f"{SERVICE} stored the replacement of {present.path} as {done.path}: the project renames uploads. "
            "Let it keep original names, and move that file by hand."
        )
    if present.uuid not in {version["uuid"] for version in client.get_versions(account, done.uuid)}:
        raise Refused(
            f"{SERVICE} overwrote {present.path} instead of adding a version. "
            "Set the project's rule for equal names to new version."
        )
    return done


def _current(account: Account, file: RemoteFile) -> RemoteFile | None:
    """Return the version that lies at the file's path now, ``None`` when that cannot be told."""
    found = client.find_file(account, file.path)
    return _read(found) if found is not None else None


def _present(account: Account, error: AlreadyThere, folder: str, name: str, sha1: str) -> Uploaded:
    path = f"{folder.rstrip('/')}/{name}"
    data = client.get_file(account, error.uuid) if error.uuid else client.find_file(account, path)
    if data is None:
        raise Refused(f"{SERVICE} says that the file is there, and it is not: {path}.")
    found = _read(data)
    if found.sha1 != sha1:
        raise Refused(f"{SERVICE} says that the bytes are there, but has others: {found.path}.")
    if found.path != path:
        # The project takes no bytes twice, wherever they lie. They are not where they were wanted.
        raise Refused(f"{SERVICE} has these very bytes as {found.path} and takes no doubles.")
    return Uploaded(found.uuid, found.path, is_new=False)


def _read(data: Mapping[str, Any]) -> RemoteFile:
    try:
        return parse_file(data)
    except BadPayload as error:
        raise BadPayload(str(error), raw=repr(data).encode()[:KEPT]) from None


def _digest(source: IO[bytes]) -> tuple[str, int]:
    source.seek(0)
    digest, size = hashlib.sha1(usedforsecurity=False), 0
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


class _Multipart:
    """A form with one file, read while it is sent: never more than a block of it is in memory."""

    def __init__(self, source: IO[bytes], name: str, size: int, side: Mapping[str, Any]):
        boundary = secrets.token_hex(16)
        self.media_type = f"multipart/form-data; boundary={boundary}"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{word}[{_PART}]"\r\n\r\n'.encode()
            + orjson.dumps(value)
            + b"\r\n"
            for word, value in side.items()
        ]
        # A name's quotes and line ends are escaped as browsers do (WHATWG, "Multipart form data").
        safe = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{_PART}"; filename="{safe}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        self._head = b"".join(parts) + head.encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._size = size
        self._source = source
        self._waiting = self._pieces()

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        return self._waiting

    def read(self, _size: int = -1) -> bytes:
        """Return the next piece, whatever its size; empty at the end."""
        return next(self._waiting, b"")

    def _pieces(self) -> Iterator[bytes]:
        self._source.seek(0)
        yield self._head
        while chunk := self._source.read(1 << 16):
            yield chunk
        yield self._tail
