"""
A bucket behind a port: the few calls of Amazon's S3 API that files need, for path-style addresses, signatures unread.

Source: "GetObject", "PutObject", "HeadObject", "DeleteObject" and "Error responses" in the Amazon S3 API reference.
"""

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Bucket(ThreadingHTTPServer):
    """Objects by path, in memory. ``asked`` holds each question with its range; ``break_after`` cuts bodies short."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.break_after: int | None = None
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Who breaks off the line is no error here; what else goes wrong the client sees."""

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *args: object) -> None:
        """Tests look at what was asked, not at lines."""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = _unchunked(body)
        self.server.objects[self.path] = body
        self._answer(200, b"", ETag=_tag(body))

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.path, None)
        self._answer(204, b"")

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.server.asked.append((self.command, asked))
        body = self.server.objects.get(self.path)
        if body is None:
            return self._refuse(404, "NoSuchKey")
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked)
        if found is None:
            return self._answer(200, body, ETag=_tag(body))
        start, end = int(found[1]), min(int(found[2] or len(body)), len(body) - 1)
        if start >= len(body):
            return self._refuse(416, "InvalidRange")
        place = {"ETag": _tag(body), "Content-Range": f"bytes {start}-{end}/{len(body)}"}
        return self._answer(206, body[start : end + 1], **place)

    do_HEAD = do_GET

    def _refuse(self, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>Refused.</Message></Error>".encode()
        self._answer(status, body, **{"Content-Type": "application/xml"})

    def _answer(self, status: int, body: bytes, **fields: str) -> None:
        self.send_response(status)
        for name, value in {**fields, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD" or not body:
            return
        most = self.server.break_after
        try:
            self.wfile.write(body if most is None else body[:most])
        except ConnectionError:
            self.close_connection = True
        if most is not None and most < len(body):
            self.close_connection = True


def _tag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _unchunked(body: bytes) -> bytes:
    """Take the chunks of a signed body apart, up to the empty one; its checksums follow and are not looked at."""
    whole = bytearray()
    while body:
        head, _, body = body.partition(b"\r\n")
        size = int(head.partition(b";")[0], 16)
        if not size:
            break
        whole += body[:size]
        body = body[size + 2 :]
    return bytes(whole)
