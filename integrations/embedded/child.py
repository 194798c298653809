"""One child process: started so that it cannot outlive us, watched, stopped within a known time."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from integrations.embedded.errors import EmbeddedError, in_words

PR_SET_PDEATHSIG = 1
# Loaded here: between fork and exec nothing may be looked up.
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Program:
    """
    How to run one program.

    ``prepare`` is called before every start, also before a restart. ``ready`` answers whether the program can be
    used by now; without one it counts as ready once started. ``user`` and ``group`` are for root, who may hand a
    program to another account. ``reports``: what it prints are lines for the terminal, only its errors go to the log.
    ``foundation``: others stand on it, so it stops after them.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path | None = None
    user: int | None = None
    group: int | None = None
    prepare: Callable[[], None] | None = None
    ready: Callable[[], bool] | None = None
    ready_seconds: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 5.0
    reports: bool = False
    foundation: bool = False


class Child:
    """
    A running :class:`Program`.

    It has a session of its own, so Ctrl-C at the terminal reaches only us and the order of stopping stays ours.
    The kernel sends it ``stop_signal`` when we die, however we die. Start it from the main thread: the kernel
    means the thread that started it.
    """

    def __init__(self, program: Program):
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    @property
    def name(self) -> str:
        return self.program.name

    def start(self) -> None:
        """
        Start the program; its output is appended to its log.

        :raises EmbeddedError: the program cannot be started
        """
        program, us = self.program, os.getpid()
        if program.prepare:
            program.prepare()

        def die_with_us() -> None:
            # Runs after the change of user, which would clear the setting.
            _libc.prctl(PR_SET_PDEATHSIG, int(program.stop_signal), 0, 0, 0)
            if os.getppid() != us:
                os._exit(1)

        try:
            program.log.parent.mkdir(parents=True, exist_ok=True)
            with program.log.open("ab") as log:
                self.process = subprocess.Popen(
                    list(program.command),
                    env=dict(program.environment),
                    cwd=program.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=None if program.reports else log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=die_with_us,
                    user=program.user,
                    group=program.group,
                    extra_groups=None if program.user is None else [],
                )
        except OSError as error:
            raise in_words(error, f"start {program.name} ({program.command[0]})") from None
        self.started_at = time.monotonic()

    def wait_ready(self) -> None:
        """
        Wait until the program can be used.

        :raises EmbeddedError: it ended, or is not ready after ``ready_seconds``
        """
        deadline = time.monotonic() + self.program.ready_seconds
        while True:
            if not self.alive():
                raise EmbeddedError(f"{self.name} stopped while starting. {self.last_words()}")
            if self.program.ready is None or self.program.ready():
                return
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"{self.name} is not ready after {self.program.ready_seconds:.0f} seconds. {self.last_words()}"
                )
            time.sleep(0.05)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if self.alive():
            self._send(self.program.stop_signal)

    def finish(self, deadline: float) -> None:
        """
        Wait for the end until ``deadline`` (of ``time.monotonic``), then kill the program and its process group.
        """
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._send(signal.SIGKILL)
            self.process.wait()
        # The leader is gone; what it left in its group would keep a port or a file.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Stop the program; return when it is gone, after ``stop_seconds`` at the latest."""
        self.ask_to_stop()
        self.finish(time.monotonic() + self.program.stop_seconds)

    def last_words(self) -> str:
        """Return the last line of the log and where to read the rest."""
        try:
            with self.program.log.open("rb") as log:
                log.seek(max(0, self.program.log.stat().st_size - 4096))
                lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        except OSError:
            lines = []
        if any("No space left on device" in line for line in lines):
            return f"The disk is full: free some space and start again. Read {self.program.log}."
        said = f'It last said: "{lines[-1].strip()[:300]}". ' if lines else ""
        return f"{said}Read {self.program.log}."

    def _send(self, number: signal.Signals) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
