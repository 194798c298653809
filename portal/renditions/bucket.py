"""
Files in a bucket, for ``FILES_URL=s3://...``: read as they are wanted and from where they are wanted.

django-storages fetches an object as a whole before it gives the first byte, by default into memory. A range of a video
would cost its whole weight, and that for each thread of the web server.
"""

import io
from collections.abc import Callable
from typing import IO, Any, cast

from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name


class BucketStorage(S3Storage):
    """As its parent, but what is opened for reading comes in the pieces in which it is read."""

    def _open(self, name: str, mode: str = "rb") -> IO[bytes]:
        return self.open_part(name, 0, None) if mode == "rb" else super()._open(name, mode)

    def open_part(self, name: str, start: int, length: int | None) -> IO[bytes]:
        """
        Return a file that stands at ``start`` and ends so many bytes behind it: one call, unless it is turned back.

        :raises FileNotFoundError: there is no such object
        """
        end = None if length is None else start + length
        part = _Part(lambda at: self._body(name, at, end), start)
        return cast(IO[bytes], io.BufferedReader(part, 1 << 16))

    def _body(self, name: str, start: int, end: int | None) -> Any:
        """
        Ask for the bytes from ``start`` to before ``end``; none behind the end of the object.

        Source: "GetObject" in the Amazon S3 API reference; RFC 9110, section 14.2.
        """
        if end and start >= end:
            return io.BytesIO()
        # Without a range an empty object is an answer, too.
        asked = {"Range": f"bytes={start}-{end - 1 if end else ''}"} if start or end else {}
        key = self._normalize_name(clean_name(name))
        try:
            # Each thread has its own connection; the bucket object is shared between them.
            answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=key, **asked)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 404:
                raise FileNotFoundError(name) from None
            if status == 416:
                return io.BytesIO()
            raise
        return answer["Body"]


class _Part(io.RawIOBase):
    """
    An object from some place on, read as it arrives. Closed early it breaks off the line, instead of reading what
    nobody wants; turned to another place it asks anew.
    """

    def __init__(self, ask: Callable[[int], Any], start: int):
        self._ask, self._at = ask, start
        # At once: whoever opens what is not there is to hear it now.
        self._body: Any = ask(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("its end is not known")
        at = offset if whence == io.SEEK_SET else self._at + offset
        if at != self._at:
            self._body.close()
            self._body, self._at = None, at
        return at

    def readinto(self, buffer: Any) -> int:
        if self._body is None:
            self._body = self._ask(self._at)
        # An answer that ends short of its length is an error there, never a short file.
        chunk = self._body.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)

    def close(self) -> None:
        if not self.closed and self._body is not None:
            self._body.close()
        super().close()
