"""
The only module that speaks HTTP.

Every call has a connect, a read and a total deadline, a byte limit and a list of hosts it may go to; it follows no
redirects, opens no compressed answers, repeats nothing, and turns every way to fail into ``Retryable`` or ``Refused``.
What the body means is the caller's business.
"""

import logging
import socket
import tempfile
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from integrations import steps
from integrations.errors import BadOptions, Refused, Retryable

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
TOTAL_SECONDS = 30.0
MAX_BYTES = 32_000_000
#: What is kept of a refusal's body.
ERROR_BYTES = 64_000
#: A body above waits on disk until it is known to be whole: one that never ends must not fill the memory first.
IN_MEMORY_BYTES = 4_000_000
_CHUNK = 65_536
_LATER = {408, 423, 425, 429}


@dataclass(frozen=True)
class Answer:
    """
    ``status``   2xx
    ``headers``  names are case-insensitive
    ``body``     bytes as sent; empty when they went into a file
    ``size``     bytes of the body
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    size: int

    @property
    def media_type(self) -> str:
        """The content type without parameters, lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def call(
    method: str,
    url: str,
    *,
    service: str,
    operation: str,
    hosts: Collection[str],
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    data: bytes | IO[bytes] | None = None,
    json: Any = None,
    auth: tuple[str, str] | None = None,
    into: IO[bytes] | None = None,
    max_bytes: int = MAX_BYTES,
    total_seconds: float | None = None,
    read_seconds: float = READ_SECONDS,
) -> Answer:
    """
    Make one call.

    :param service: vendor's name for messages; ``operation`` what we do there, for the log
    :param hosts: ``host:port`` the call may go to
    :param data: body; a file is read to its end, and must tell its length by ``len()`` or be a real one
    :param into: write the body there instead of keeping it; may hold part of it after a failure
    :param max_bytes: most bytes of a body
    :param total_seconds: the deadline of the whole call, ``TOTAL_SECONDS`` when not given
    :raises Retryable: no answer, a broken or endless one, 408, 423, 425, 429 or 5xx
    :raises Refused: any other status but 2xx
    :raises BadOptions: the address is not one of ``hosts``
    """
    _check_address(url, hosts, service)
    total_seconds = TOTAL_SECONDS if total_seconds is None else total_seconds
    began = time.monotonic()
    status = 0
    size = 0
    with _Deadline(total_seconds) as deadline:
        try:
            with _session().request(
                method,
                url,
                params=params,
                data=data,
                json=json,
                auth=auth,
                headers={"User-Agent": "partner-portal", "Accept-Encoding": "identity", **(headers or {})},
                timeout=(CONNECT_SECONDS, read_seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
                good = 200 <= status < 300
                limit = max_bytes if good else ERROR_BYTES
                if response.headers.get("Content-Encoding", "identity").strip().lower() not in {
                    "",
                    "identity",
                }:
                    # We asked for plain bytes; unpacking what was not asked for is how a small answer fills a memory.
                    response.close()
                    raise Retryable(
                        f"{service} sent a compressed answer that was not asked for.", status=status
                    )
                body, size = _read(response, into if good else None, limit, service, whole=good)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _no_answer(error, service, deadline.passed, total_seconds) from None
        finally:
            logger.info(
                "%s %s: %s, %d bytes in %d ms",
                service,
                operation,
                status or "no answer",
                size,
                (time.monotonic() - began) * 1000,
            )
    if deadline.passed:
        # A connection that was cut can look like an answer that ended.
        raise Retryable(f"{service} took longer than {total_seconds:g} seconds.")
    if not good:
        raise _failure(status, response.headers, body, service)
    steps.reached(steps.CALL, f"{service} {operation}")
    return Answer(status=status, headers=response.headers, body=body, size=size)


def _check_address(url: str, hosts: Collection[str], service: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise BadOptions(f"{service}: the address cannot be read.") from None
    if parts.scheme not in {"http", "https"} or parts.username or f"{parts.hostname}:{port}" not in hosts:
        raise BadOptions(
            f"{service}: {parts.hostname or 'an address without host'} is not a host of this connection."
        )


def _read(
    response: requests.Response, into: IO[bytes] | None, limit: int, service: str, *, whole: bool
) -> tuple[bytes, int]:
    """
    Return ``(body, size)``; the body is empty when it went into a file.

    :param whole: an answer above the limit fails; otherwise only its beginning is kept
    """
    announced = response.headers.get("Content-Length", "")
    expected = int(announced) if announced.isdigit() else None
    if whole and expected is not None and expected > limit:
        raise Refused(f"{service} sent {expected:,} bytes, more than the {limit:,} we take.")
    size = 0
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as kept:
        target = kept if into is None else into
        while chunk := response.raw.read(_CHUNK, decode_content=False):
            size += len(chunk)
            if size > limit:
                response.close()
                if whole:
                    raise Refused(f"{service} sent more than the {limit:,} bytes we take.")
                target.write(chunk[: limit - size])
                break
            target.write(chunk)
        if whole and expected is not None and size < expected and response.request.method != "HEAD":
            raise Retryable(f"{service} broke off its answer.")
        if into is not None:
            return b"", size
        kept.seek(0)
        return kept.read(), size


def _no_answer(error: Exception, service: str, too_late: bool, total_seconds: float) -> Exception:
    if too_late:
        return Retryable(f"{service} took longer than {total_seconds:g} seconds.")
    if isinstance(error, requests.exceptions.SSLError):
        return Retryable(f"{service} has no valid certificate.")
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return Retryable(f"{service} did not answer in time.")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader | UnicodeError):
        return Refused(f"{service} cannot be called: {type(error).__name__}.")
    return Retryable(f"{service} could not be reached or broke off ({type(error).__name__}).")


def _failure(status: int, headers: Mapping[str, str], body: bytes, service: str) -> Exception:
    if status in _LATER or status >= 500:
        wait = retry_after(headers.get("Retry-After", ""), now=datetime.now(UTC))
        return Retryable(f"{service} answered {status}.", retry_after=wait, status=status)
    if 300 <= status < 400:
        return Refused(f"{service} answered {status} and pointed elsewhere; we do not follow.", status=status)
    return Refused(f"{service} answered {status}.", status=status, body=body)


def retry_after(value: str, *, now: datetime) -> float | None:
    """
    Return the seconds of a ``Retry-After`` header, ``None`` when it has none we understand.

    Source: RFC 9110, section 10.2.3: a number of seconds or an HTTP date.
    """
    value = value.strip()
    if value.isdigit() and value.isascii():
        return float(value)
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    return None


# -- Deadline and connections -----------------------------------------------------------------------------------------
_local = threading.local()


class _Deadline:
    """
    Cuts the call's connection when the time is up.

    The time-outs of a socket start anew with every byte, so a server that sends one byte a second outlives them.
    """

    def __init__(self, seconds: float):
        self.passed = False
        self._watched: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        _local.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *exc) -> None:
        self._timer.cancel()
        _local.deadline = None
        with self._lock:
            self._forget()

    def watch(self, sock: socket.socket) -> None:
        """
        Cut this connection when the time is up, at once when it already is.

        A handle of our own: TLS takes the first one over for its handshake, in which a server may dawdle as well.
        """
        with self._lock:
            self._forget()
            self._watched = socket.socket(fileno=socket.dup(sock.fileno()))
            if self.passed:
                self._cut()

    def _pass(self) -> None:
        with self._lock:
            self.passed = True
            self._cut()

    def _cut(self) -> None:
        if self._watched is not None:
            with suppress(OSError):
                self._watched.shutdown(socket.SHUT_RDWR)

    def _forget(self) -> None:
        if self._watched is not None:
            self._watched.close()
            self._watched = None


class _Watched:
    """A connection that shows its socket to the deadline of the call that uses it."""

    def _new_conn(self):
        sock = super()._new_conn()
        self._show(sock)
        return sock

    def request(self, *args, **kwargs):
        # Kept open since an earlier call, which had a deadline of its own.
        if self.sock is not None:
            self._show(self.sock)
        return super().request(*args, **kwargs)

    def _show(self, sock):
        deadline = getattr(_local, "deadline", None)
        if deadline is not None:
            deadline.watch(sock)


class _HTTPConnection(_Watched, HTTPConnectionPool.ConnectionCls):  # type: ignore[misc, valid-type]
    pass


class _HTTPSConnection(_Watched, HTTPSConnectionPool.ConnectionCls):  # type: ignore[misc, valid-type]
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


def _session() -> requests.Session:
    """Return this thread's session: connections are kept open between calls, cookies and proxies are not used."""
    session = getattr(_local, "session", None)
    if session is None:
        session = requests.Session()
        session.trust_env = False
        session.cookies.set_policy(_NoCookies())
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(max_retries=0, pool_connections=4, pool_maxsize=4))
        _local.session = session
    return session


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):
    def set_ok(self, cookie, request):
        return False

    def return_ok(self, cookie, request):
        return False
