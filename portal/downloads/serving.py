"""How bytes leave: whole or in ranges, with their digest, and named so that every system keeps the name."""

import base64
import re
from typing import IO

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header

from portal.core.errors import NotFound
from portal.downloads.archives import Sending
from portal.downloads.services import Taker
from portal.downloads.sets import SetArchive, send
from portal.packs.bag import Archive
from portal.partners.models import Partner
from portal.renditions import store
from portal.renditions.models import Rendition

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def serve(
    request: HttpRequest, rendition: Rendition, *, name: str | None, immutable: bool = False
) -> HttpResponseBase:
    """
    Answer with a rendition's bytes.

    :param name: file name for saving; ``None`` shows the file in the page
    :param immutable: the address names these very bytes, so a browser may keep them for ever

    Source of the fields: RFC 9110 (ranges, entity tags), RFC 9530 (``Content-Digest``), RFC 6266 (names).
    """
    tag = f'"{rendition.sha256}"'
    size = rendition.size or 0
    start, end, status = 0, size - 1, 200
    response: HttpResponseBase
    if request.headers.get("If-None-Match") in {tag, "*"}:
        response = HttpResponse(status=304)
    elif (asked := _range(request, tag, size)) == "unsatisfiable":
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    else:
        if isinstance(asked, tuple):
            (start, end), status = asked, 206
        response = _body(request, rendition, start, end, status)
        if "X-Accel-Redirect" not in response.headers:
            # What is handed over has no bytes yet: a web server that was promised some would break off the line.
            response["Content-Length"] = str(end - start + 1)
        digest = f"sha-256=:{base64.b64encode(bytes.fromhex(rendition.sha256)).decode()}:"
        if status == 206:
            response["Content-Range"] = f"bytes {start}-{end}/{size}"
        elif not (_by_nginx(request) and "Range" in request.headers):
            # nginx finds a range also in some words that we do not; the digest of the whole must not be on its part.
            response["Content-Digest"] = digest
        response["Repr-Digest"] = digest
    response["Content-Type"] = rendition.media_type
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=31536000, immutable" if immutable else "private, no-cache"
    # A file of a partner must not act as a page of ours: SVG can carry script.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    response["X-Content-Type-Options"] = "nosniff"
    if header := content_disposition_header(name is not None, name or ""):
        response["Content-Disposition"] = header
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


def serve_archive(
    request: HttpRequest, archive: Archive, *, partner: Partner, taker: Taker
) -> HttpResponseBase:
    """
    Answer with an archive of a pack, whole or from where an earlier download broke off. The caller has checked it.

    Its length and entity tag are known before the first byte, and the same bytes come every time: ``Range`` with
    ``If-Range`` continues them.
    """
    tag, size = f'"{archive.tag}"', archive.layout.length
    start, end, status = 0, size - 1, 200
    response: HttpResponseBase
    if request.headers.get("If-None-Match") in {tag, "*"}:
        response = HttpResponse(status=304)
    elif (asked := _range(request, tag, size)) == "unsatisfiable":
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    else:
        if isinstance(asked, tuple):
            (start, end), status = asked, 206
        if request.method == "HEAD":
            response = HttpResponse(status=status)
        else:
            sending = Sending(archive, partner=partner, taker=taker, start=start, end=end)
            response = StreamingHttpResponse(sending, status=status)
        response["Content-Length"] = str(end - start + 1)
        if status == 206:
            response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Type"] = "application/zip"
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    # A proxy that gathers the answer first would make the reader wait, and fill its disk.
    response["X-Accel-Buffering"] = "no"
    response["Content-Disposition"] = content_disposition_header(True, archive.name) or "attachment"
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


def serve_set(
    request: HttpRequest, archive: SetArchive, *, partner: Partner, taker: Taker
) -> HttpResponseBase:
    """Answer with a responsive set, whole: it is small. The caller has checked it."""
    tag = f'"{archive.tag}"'
    response: HttpResponseBase
    if request.headers.get("If-None-Match") in {tag, "*"}:
        response = HttpResponse(status=304)
    elif request.method == "HEAD":
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(send(archive, partner=partner, taker=taker))
    if response.status_code == 200:
        response["Content-Length"] = str(archive.layout.length)
        response["Content-Type"] = "application/zip"
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = content_disposition_header(True, archive.name) or "attachment"
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


def serve_picture(request: HttpRequest, sha256: str) -> HttpResponse:
    """
    Answer with a small picture of our own making (PNG) from the store. The caller has checked who may see it.

    :raises NotFound: its bytes are lost
    """
    tag = f'"{sha256}"'
    if request.headers.get("If-None-Match") in {tag, "*"}:
        response = HttpResponse(status=304)
    else:
        try:
            with store.open_bytes(sha256) as source:
                response = HttpResponse(source.read(), content_type="image/png")
        except FileNotFoundError:
            raise NotFound from None
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    patch_vary_headers(response, ["Cookie", "Authorization"])
    return response


def gives_bytes(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether this answer of ``serve`` carries bytes, all or a part: what counts as taking."""
    return request.method == "GET" and response.status_code in {200, 206}


def _body(request: HttpRequest, rendition: Rendition, start: int, end: int, status: int) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(status=status)
    if _by_nginx(request):
        response = HttpResponse(status=status)
        response["X-Accel-Redirect"] = store.accel_path(rendition.sha256)
        return response
    length = end - start + 1
    source = store.open_bytes(rendition.sha256, start=start, length=length)
    return StreamingHttpResponse(_Part(source, length), status=status)


def _by_nginx(request: HttpRequest) -> bool:
    """
    Whether nginx sends the bytes, in the part asked for: it reads ``Range`` and ``If-Range`` as we do, as long as it
    has our entity tag (docs/operators/nginx-renditions.conf). Other conditions it would compare with tags of its own.
    """
    others = {"If-Match", "If-Unmodified-Since"}
    return settings.FILE_SERVING == "accel" and not any(name in request.headers for name in others)


class _Part:
    """
    So many bytes of a file in chunks. Closes the file when it ends or is given up, also before the first chunk: a
    generator that never began would not.
    """

    def __init__(self, file: IO[bytes], length: int, size: int = 1 << 16):
        self.file, self.left, self.size = file, length, size

    def __iter__(self) -> "_Part":
        return self

    def __next__(self) -> bytes:
        chunk = self.file.read(min(self.size, self.left)) if self.left > 0 else b""
        self.left -= len(chunk)
        if not chunk:
            self.close()
            raise StopIteration
        return chunk

    def close(self) -> None:
        self.file.close()
        self.left = 0


def _range(request: HttpRequest, tag: str, size: int) -> tuple[int, int] | str | None:
    """Return the one range asked for, ``None`` for the whole, or ``"unsatisfiable"``."""
    header = request.headers.get("Range", "")
    condition = request.headers.get("If-Range")
    match = _RANGE.fullmatch(header.strip())
    # Several ranges, another unit, or a range of other bytes: the whole is always a right answer.
    if not match or (condition is not None and condition != tag) or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        start, end = max(0, size - int(last)), size - 1
        return (start, end) if int(last) > 0 and size else "unsatisfiable"
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    return (start, end) if start <= end and start < size else "unsatisfiable"
