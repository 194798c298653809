"""
``manage.py test``: every test, against a PostgreSQL and a Redis that live only for this run.

Arguments go on to pytest: ``manage.py test tests/portal -k recall``. The last line is pytest's own summary.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from integrations.embedded import chromium, debian
from integrations.embedded.errors import make_folder
from integrations.embedded.postgres import Postgres
from integrations.embedded.redis import Redis

ROOT = Path(__file__).resolve().parents[2]
BROWSER_TESTS = ROOT / "tests" / "browser"
PROCESSES = "2"
#: Other people's programs that archives and files are tried with, and Debian's packages they are in.
PROGRAMS = {"curl": "curl", "unzip": "unzip", "nginx": "nginx-light"}


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments and return its exit code."""
    with throwaway_environment() as variables:
        folder = Path(variables["VAR_DIR"])
        variables |= _browser(arguments, folder)
        _programs(arguments, folder)
        command = [sys.executable, "-m", "pytest", *_parallel(arguments), *arguments]
        return run(command, variables)


@contextlib.contextmanager
def throwaway_environment() -> Iterator[dict[str, str]]:
    """
    Yield the variables of a throw-away system: its own folder, PostgreSQL and Redis.

    What ``DATABASE_URL`` and ``REDIS_URL`` (or ``BROKER_URL``) name already is used as it is.
    """
    var = make_folder((ROOT / (os.environ.get("VAR_DIR") or "var")).resolve())
    for old in var.glob("throwaway-*"):
        if not Path("/proc", old.name.split("-")[1]).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = make_folder(var / f"throwaway-{os.getpid()}-{secrets.token_hex(3)}", 0o700)
    variables = {"PORTAL_LOCAL": "yes", "VAR_DIR": str(folder)}
    with _terminable(), contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if not os.environ.get("DATABASE_URL"):
            # At home beside the demo's cluster: what a killed run left is found there and removed.
            postgres = Postgres(
                var / "postgres", log=folder / "postgres.log", throwaway=True, max_connections=200
            )
            variables["DATABASE_URL"] = stack.enter_context(postgres.running()).url
        if not (os.environ.get("REDIS_URL") or os.environ.get("BROKER_URL")):
            redis = Redis(folder / "redis", log=folder / "redis.log")
            variables["REDIS_URL"] = stack.enter_context(redis.running()).url
        yield variables


def run(command: list[str], variables: dict[str, str]) -> int:
    """
    Run a command in the foreground with these variables set and return its exit code.

    Ctrl-C reaches it from the terminal, as its process group is ours; we wait for its last words.
    """
    environment = {**os.environ, **variables}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _parallel(arguments: list[str]) -> list[str]:
    chosen = any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments)
    # By group: tests that need the one stage of processes stay together.
    return [] if chosen or "no:xdist" in arguments else ["-n", PROCESSES, "--dist", "loadgroup"]


def _browser(arguments: list[str], folder: Path) -> dict[str, str]:
    """Name the browser for the browser tests, if any are asked for; install it where we may."""
    if not _asks_for_browser_tests(arguments):
        return {}
    found = chromium.provide(folder / "chromium.log")
    if found is None:
        print(chromium.MISSING, flush=True)
        return {}
    return {"CHROMIUM": str(found)}


def _programs(arguments: list[str], folder: Path) -> None:
    """Install the small programs that some tests hold us against; without one, its tests say so and do not count."""
    missing = [package for name, package in PROGRAMS.items() if shutil.which(name) is None]
    if missing and not any(Path(ROOT, argument.split("::")[0]).exists() for argument in arguments):
        debian.install(missing, folder / "programs.log")


def _asks_for_browser_tests(arguments: list[str]) -> bool:
    paths = [
        Path(ROOT, argument.split("::")[0]).resolve()
        for argument in arguments
        if not argument.startswith("-")
    ]
    paths = [path for path in paths if path.exists()]
    return not paths or any(
        path == BROWSER_TESTS or path in BROWSER_TESTS.parents or BROWSER_TESTS in path.parents
        for path in paths
    )


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM unwind like an exit, so that nothing stays behind."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    previous = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
