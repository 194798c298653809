"""One program of the stage, with everything that can happen to a program."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from integrations.embedded.child import Child, Program


class Member:
    """
    A program and its whole process group.

    ``prepare`` of the program runs before every start, so a member may be started again after any end.
    """

    def __init__(self, program: Program):
        self.program = program
        self.child = Child(program)

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int:
        assert self.child.process is not None, f"{self.name} was never started"
        return self.child.process.pid

    def is_alive(self) -> bool:
        return self.child.alive()

    def start(self, *, wait: bool = True, **environment: str) -> None:
        """
        Start it, unless it runs.

        :param wait: return only when it can be used
        :param environment: added to its environment from now on
        :raises EmbeddedError: it does not start; the text says what it last said
        """
        if self.is_alive():
            return
        if environment:
            self.program = replace(self.program, environment={**self.program.environment, **environment})
            self.child = Child(self.program)
        self.child.start()
        if wait:
            self.child.wait_ready()

    def is_ready(self) -> bool:
        """Whether it can be used by now."""
        return self.program.ready is None or self.program.ready()

    def wait_ready(self) -> None:
        self.child.wait_ready()

    def kill(self) -> None:
        """``kill -9`` for it and all its processes."""
        self._signal(signal.SIGKILL)
        self.child.finish(time.monotonic() + 10)

    def kill_one(self, pid: int) -> None:
        """``kill -9`` for one of its processes; the others may go on for as long as they like."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def pause(self) -> None:
        """Stop all its processes where they are."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def stop(self, number: signal.Signals | None = None) -> None:
        """Ask it to stop, by its own signal if none is given, and wait for the end."""
        if self.is_alive():
            os.kill(self.pid, number or self.program.stop_signal)
        self.child.finish(time.monotonic() + 10)

    def restart(self, **environment: str) -> None:
        self.kill()
        self.start(**environment)

    def pids(self) -> list[int]:
        """Its processes, the first one first."""
        found = []
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                with suppress(OSError, ValueError, IndexError):
                    # pid (name) state ppid pgrp: the name may hold blanks and brackets.
                    after_name = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
                    if int(after_name[2]) == self.pid and after_name[0] != "Z":
                        found.append(int(entry.name))
        return sorted(found, key=lambda pid: (pid != self.pid, pid))

    def log(self) -> str:
        try:
            return self.program.log.read_text(errors="replace")
        except OSError:
            return ""

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
