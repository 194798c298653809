"""Calls to the outside against a server that behaves as badly as servers do."""

import contextlib
import io
import socket
import threading
import time
import tracemalloc
import zlib
from datetime import UTC, datetime

import pytest

from integrations import http
from integrations.errors import BadOptions, Refused, Retryable

#: The server closes after each answer and has to say so: a client that went on would at times meet a closed line.
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"


class Server:
    """Answers every connection with what the test wrote: bytes, or a generator of bytes."""

    def __init__(self):
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.sock.getsockname()[1]}/path?secret=1"
        self.hosts = {f"127.0.0.1:{self.sock.getsockname()[1]}"}
        self.answer = OK + b"Content-Length: 2\r\n\r\n{}"
        self.requests: list[bytes] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                connection, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            request = connection.recv(65536)
            while b"Content-Type" in request and request.endswith(b"\r\n\r\n"):
                request += connection.recv(65536)
            self.requests.append(request)
            for part in [self.answer] if isinstance(self.answer, bytes) else self.answer():
                connection.sendall(part)

    def call(self, method="GET", **more):
        more.setdefault("hosts", self.hosts)
        return http.call(method, self.url, service="Vendor", operation="look", **more)


@pytest.fixture
def server():
    server = Server()
    yield server
    with contextlib.suppress(OSError):
        # Closing alone would leave the thread in its accept for ever.
        server.sock.shutdown(socket.SHUT_RDWR)
    server.sock.close()


def test_answer_comes_with_status_headers_and_body(server):
    answer = server.call(json={"a": 1}, headers={"X-Key": "k"})

    assert (answer.status, answer.body, answer.size, answer.media_type) == (200, b"{}", 2, "application/json")
    assert b"X-Key: k" in server.requests[0]
    assert server.requests[0].endswith(b'{"a": 1}')


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *[(status, Refused) for status in (400, 401, 404, 409, 412, 422)],
        *[(status, Retryable) for status in (408, 423, 425, 429, 500, 503)],
    ],
)
def test_every_failing_status_is_one_of_two_kinds(server, status, kind):
    server.answer = f"HTTP/1.1 {status} No\r\nContent-Length: 7\r\n\r\n".encode() + b'{"a":1}'

    with pytest.raises(kind) as caught:
        server.call()

    assert caught.value.status == status
    if kind is Refused:
        assert caught.value.body == b'{"a":1}'


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Tue, 01 Sep 2026 12:00:30 GMT", 30.0),
        ("Tue, 01 Sep 2026 11:00:00 GMT", 0.0),
        *[(word, None) for word in ("", "soon", "-5", "²")],
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value, seconds):
    assert http.retry_after(value, now=datetime(2026, 9, 1, 12, tzinfo=UTC)) == seconds


def test_wait_the_server_asks_for_travels_with_the_error(server):
    server.answer = b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(Retryable) as caught:
        server.call()

    assert caught.value.retry_after == 7


def trickle():
    yield OK
    for _ in range(200):
        yield b"X: 1\r\n"
        time.sleep(0.05)


def trickling_body():
    yield OK + b"\r\n"
    for _ in range(200):
        yield b"a"
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [trickle, trickling_body], ids=["headers", "body"])
def test_server_that_sends_a_byte_now_and_then_is_cut_off_in_time(server, answer):
    server.answer = answer
    began = time.monotonic()

    with pytest.raises(Retryable, match="took longer than"):
        server.call(total_seconds=0.5)

    assert time.monotonic() - began < 8, "the whole would take ten seconds"


def test_silent_server_is_given_up(server):
    server.answer = lambda: iter([time.sleep(5) or b""])

    with pytest.raises(Retryable, match="did not answer in time"):
        server.call(read_seconds=0.3)


def endless():
    yield OK + b"\r\n"
    while True:
        yield b"x" * 65536


def bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield OK + b"Content-Encoding: gzip\r\n\r\n"
    for _ in range(200):
        yield packer.compress(bytes(1_000_000))


@pytest.mark.parametrize(
    ("answer", "kind"), [(endless, Refused), (bomb, Retryable)], ids=["endless", "packed zeros"]
)
def test_huge_answer_ends_early_and_takes_little_memory(server, answer, kind):
    server.answer = answer
    tracemalloc.start()

    with pytest.raises(kind):
        server.call(max_bytes=4_000_000)

    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_announced_size_above_the_limit_is_not_even_read(server):
    server.answer = OK + b"Content-Length: 900000000\r\n\r\n"

    with pytest.raises(Refused, match="900,000,000 bytes"):
        server.call()


def test_redirect_is_not_followed(server):
    server.answer = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(Refused, match="do not follow"):
        server.call()

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [OK + b"Content-Length: 100\r\n\r\nshort", b"", b"not HTTP at all\r\n\r\n"],
    ids=["cut short", "nothing", "gibberish"],
)
def test_broken_answer_is_trouble_and_not_an_answer(server, answer):
    server.answer = answer

    with pytest.raises(Retryable):
        server.call()


def test_nobody_listening_is_trouble(server):
    # Closing alone leaves the port open for as long as the thread waits in accept.
    server.sock.shutdown(socket.SHUT_RDWR)
    server.sock.close()

    with pytest.raises(Retryable, match="could not be reached"):
        server.call()


def test_name_that_does_not_exist_is_trouble():
    with pytest.raises(Retryable):
        http.call(
            "GET", "http://nowhere.invalid/", service="Vendor", operation="look", hosts={"nowhere.invalid:80"}
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/x",
        "file:///etc/passwd",
        "http://[::1",
        "//x/y",
        "http://user:word@127.0.0.1:9/",
    ],
)
def test_other_hosts_are_never_called(url):
    with pytest.raises(BadOptions):
        http.call("GET", url, service="Vendor", operation="look", hosts={"127.0.0.1:9"})


def test_body_goes_into_a_file_when_asked(server):
    server.answer = OK + b"Content-Length: 5\r\n\r\nbytes"
    target = io.BytesIO()

    answer = server.call(into=target)

    assert (target.getvalue(), answer.body, answer.size) == (b"bytes", b"", 5)


def test_log_has_facts_but_no_address_key_or_body(server, caplog):
    caplog.set_level("INFO")

    server.call(headers={"X-Key": "very-secret"}, json={"name": "somebody"})

    assert "Vendor look: 200" in caplog.text
    for word in ("secret", "somebody", "/path"):
        assert word not in caplog.text


def test_cookies_are_not_kept(server):
    server.answer = OK + b"Set-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}"

    server.call()
    server.call()

    assert not any(b"Cookie:" in request for request in server.requests)
