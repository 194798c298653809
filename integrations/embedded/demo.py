"""
``manage.py demo``: the whole system with sample media, on this machine, until Ctrl-C.

Settings read the environment when Django is imported, so this program prepares the environment and runs everything,
Django's commands too, as children. With DATABASE_URL, REDIS_URL (or BROKER_URL) and FILES_URL set nothing
embedded starts.
"""

import argparse
import json
import os
import shutil
import socket
import time
from contextlib import ExitStack
from pathlib import Path

from integrations.embedded import secrets_file, state
from integrations.embedded.errors import EmbeddedError, make_folder
from integrations.embedded.postgres import Postgres
from integrations.embedded.programs import HOST, ROOT, Programs
from integrations.embedded.redis import Redis
from integrations.embedded.supervisor import StopRequested, Supervisor

NEEDED_MB = 100
#: A killed demo's programs need a moment to notice and to free their ports.
PORT_PATIENCE_SECONDS = 8.0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="manage.py demo",
        description="Run the portal, its workers and the sandbox on this machine until Ctrl-C.",
        epilog="PORT (8000) and SANDBOX_PORT (8001) move it; VAR_DIR names the folder of its data (var).",
    )
    parser.parse_args(arguments)
    port, sandbox_port = _port("PORT", 8000), _port("SANDBOX_PORT", 8001)
    if port == sandbox_port:
        raise EmbeddedError(f"PORT and SANDBOX_PORT are both {port}. Give them different numbers.")
    var = make_folder((ROOT / (os.environ.get("VAR_DIR") or "var")).resolve())
    with state.only_one(var) as was_killed:
        _check_space(var)
        for name, number in (("PORT", port), ("SANDBOX_PORT", sandbox_port)):
            check_port(name, number, patience=PORT_PATIENCE_SECONDS if was_killed else 0.0)
        try:
            Demo(var, port, sandbox_port).run()
        except StopRequested:
            print("Everything is stopped.", flush=True)
    return 0


class Demo:
    """One run: its environment, its programs, the order of their start."""

    def __init__(self, var: Path, port: int, sandbox_port: int):
        self.var = var
        self.logs = make_folder(var / "log")
        self.programs = Programs(var, port, sandbox_port)
        self.portal_url = self.programs.portal_url
        self.sandbox_url = self.programs.sandbox_url
        self.variables = self.programs.variables
        self.variables["PORTAL_URL"] = os.environ.get("PORTAL_URL") or self.portal_url
        self.variables["FILES_URL"] = os.environ.get("FILES_URL") or f"file://{var / 'files'}"

    def run(self) -> None:
        """
        Start everything, print where it is, keep it running.

        :raises StopRequested: somebody stopped it
        :raises EmbeddedError: something cannot run
        """
        begun = time.monotonic()
        with ExitStack() as cleanup, Supervisor(_say) as supervisor:
            self._foundations(supervisor, cleanup)
            state.note_environment(self.var, self.variables)
            self._contents(supervisor)
            _say("Starting the portal.")
            programs = self.programs
            workers = programs.prompt_worker(), programs.worker()
            supervisor.start(programs.portal(), *workers, programs.timetable())
            _say(self._welcome(time.monotonic() - begun))
            supervisor.watch()

    def _foundations(self, supervisor: Supervisor, cleanup: ExitStack) -> None:
        """Start what is embedded and add its addresses to the environment."""
        programs, postgres = [], None
        if not os.environ.get("DATABASE_URL"):
            postgres = Postgres(self.var / "postgres", log=self.logs / "postgres.log")
            programs.append(postgres.program())
            self.variables["DATABASE_URL"] = postgres.url
            cleanup.callback(postgres.clean)  # when the supervisor has stopped the server
        if not (os.environ.get("REDIS_URL") or os.environ.get("BROKER_URL")):
            redis = Redis(self.var / "run" / "redis", log=self.logs / "redis.log")
            programs.append(redis.program())
            self.variables["REDIS_URL"] = redis.url
        if programs:
            _say(f"Starting {' and '.join(program.name for program in programs)}.")
            supervisor.start(*programs)
        if postgres:
            postgres.create_portal()
        self.variables.update(secrets_file.read_or_create(self.var / "secrets.json"))

    def _contents(self, supervisor: Supervisor) -> None:
        """Make the sample media beside migrating, then fill the database from the running sandbox."""
        (self.var / "demo.json").unlink(missing_ok=True)
        programs, folder = self.programs, str(self.var / "media")
        media = supervisor.begin(
            programs.python("Sample media", "-m", "integrations.sandbox.seed", folder, reports=True)
        )
        _say("Preparing the database.")
        supervisor.complete(supervisor.begin(programs.manage("Migration", "migrate", "--no-input")))
        if not (os.environ.get("REDIS_URL") or self.variables.get("REDIS_URL")):
            # Only a broker is given: the cache is a table then.
            supervisor.complete(supervisor.begin(programs.manage("Cache table", "createcachetable")))
        supervisor.complete(media)
        _say("Starting the sandbox and importing from it.")
        supervisor.start(programs.sandbox())
        supervisor.complete(supervisor.begin(programs.manage("Sample data", "seed_demo")))

    def _welcome(self, seconds: float) -> str:
        lines = ["", f"Ready after {seconds:.0f} seconds. Ctrl-C stops everything.", ""]
        lines.append(f"  Portal     {self.portal_url}")
        lines.append(f"  Staff      {self.portal_url}/admin/")
        lines.append(f"  API        {self.portal_url}/api/v1/openapi.json")
        lines.append(f"  Sandbox    {self.sandbox_url}   stands in for Scaleflex and Trading Grid")
        try:
            demo = json.loads((self.var / "demo.json").read_text())
        except (OSError, ValueError):
            raise EmbeddedError(f"{self.var / 'demo.json'} was not written by seed_demo.") from None
        people = [{**demo["staff"], "company": "Staff", "role": "staff"}, *demo["users"]]
        width = max(len(person["email"]) for person in people)
        lines += ["", "  Sign in as"]
        lines += [
            f"    {person['email']:<{width}}  {person['password']}  {person['company']}, {person['role']}"
            for person in people
        ]
        lines += [
            "",
            "  Try first",
            f"    1. Sign in at {self.portal_url} as a partner and open Assets.",
            f"    2. Open {self.sandbox_url} and approve a file that waits: within seconds the partner sees it,",
            "       and the sandbox's Trading Grid holds the post.",
            f"    3. The same for scripts: {self.sandbox_url}/_sandbox/ and {self.var / 'demo.json'}",
            "",
            f"  Logs       {self.logs}",
            "",
        ]
        return "\n".join(lines)


def check_port(name: str, number: int, *, patience: float = 0.0) -> None:
    """
    Make sure that we can listen on a loopback port.

    :param patience: seconds to wait for it to become free
    :raises EmbeddedError: it is taken or not ours to take; the sentence names the variable to set
    """
    end = time.monotonic() + patience
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, number))
                return
            except PermissionError:
                raise EmbeddedError(
                    f"Port {number} is reserved for root. Choose one above 1023, for example: "
                    f"{name}={number + 8000} python3 manage.py demo"
                ) from None
            except OSError:
                if time.monotonic() >= end:
                    raise EmbeddedError(
                        f"Port {number} is taken by another program. Stop that program or choose another port: "
                        f"{name}={number + 80 if number < 65_000 else 8080} python3 manage.py demo"
                    ) from None
        time.sleep(0.2)


def _port(name: str, default: int) -> int:
    raw = os.environ.get(name) or str(default)
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= 65_535:
        raise EmbeddedError(f"{name} must be a port number between 1 and 65535, it is {raw!r}.")
    return int(raw)


def _check_space(var: Path) -> None:
    free_mb = shutil.disk_usage(var).free // 1_000_000
    if free_mb < NEEDED_MB:
        raise EmbeddedError(
            f"The disk of {var} is full: {free_mb} MB are free, the demo needs {NEEDED_MB} MB or more."
        )


def _say(text: str) -> None:
    print(text, flush=True)
