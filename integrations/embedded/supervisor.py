"""
One supervisor of several programs: starts them in order, restarts what dies, stops everything in time.

However it ends, nothing stays behind. Its children get their stop signal from the kernel when it is killed; what they
leave is handed to it (it is a sub-reaper) and killed at the end.
"""

import contextlib
import ctypes
import os
import signal
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from integrations.embedded.child import Child, Program
from integrations.embedded.errors import EmbeddedError

PR_SET_CHILD_SUBREAPER = 36
#: A program that ran this long was not a quick failure.
SETTLED_SECONDS = 10.0
QUICK_FAILURES = 5
LOG_BYTES = 5_000_000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Ctrl-C or SIGTERM. Not an Exception, so that no handler on the way takes it for trouble."""


class Supervisor:
    """
    Runs programs until it is asked to stop. Use it as a context manager, in the main thread.

    ``say`` gets one sentence per event worth a line on the terminal.
    """

    def __init__(self, say: Callable[[str], None] = print):
        self.say = say
        self.children: list[Child] = []
        self.failures: dict[str, deque[float]] = {}
        self.not_before: dict[str, float] = {}
        self.handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Supervisor":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for number in STOP_SIGNALS:
            self.handlers[number] = signal.signal(number, self._asked_to_stop)
        return self

    def __exit__(self, *_exception: object) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not cut the stopping short
        self.stop()
        for asked, handler in self.handlers.items():
            signal.signal(asked, handler)
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)

    def start(self, *programs: Program) -> None:
        """
        Start programs side by side and wait until each can be used.

        :raises EmbeddedError: one does not start
        """
        started = []
        for program in programs:
            child = Child(program)
            self.children.append(child)
            child.start()
            started.append(child)
        for child in started:
            child.wait_ready()

    def begin(self, program: Program) -> Child:
        """Start a program that ends by itself; :meth:`complete` waits for it."""
        child = Child(program)
        self.children.append(child)
        child.start()
        return child

    def complete(self, child: Child) -> None:
        """
        Wait for the end of a program started by :meth:`begin`.

        :raises EmbeddedError: it failed
        """
        assert child.process is not None
        code = child.process.wait()
        self.children.remove(child)
        if code != 0:
            raise EmbeddedError(f"{child.name} failed ({_ending(code)}). {child.last_words()}")

    def watch(self) -> None:
        """
        Restart what dies until somebody asks to stop.

        :raises StopRequested: Ctrl-C or SIGTERM
        :raises EmbeddedError: a program failed five times in a row, each time soon after its start
        """
        while True:
            for child in self.children:
                self._look_after(child)
            self._reap_strangers()
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop everything, last started first asked; what others stand on goes when they are gone."""
        users = [child for child in self.children if not child.program.foundation]
        foundations = [child for child in self.children if child.program.foundation]
        for group in (users, foundations):
            for child in reversed(group):
                child.ask_to_stop()
            now = time.monotonic()
            for child in reversed(group):
                child.finish(now + child.program.stop_seconds)
        self.children.clear()
        _kill_descendants()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.alive():
            _bound(child.program.log)
            return
        recent = self.failures.setdefault(child.name, deque(maxlen=QUICK_FAILURES))
        if child.name not in self.not_before:
            assert child.process is not None
            if now - child.started_at > SETTLED_SECONDS:
                recent.clear()
            recent.append(now)
            ending = _ending(child.process.returncode)
            if len(recent) == QUICK_FAILURES:
                raise EmbeddedError(
                    f"{child.name} stopped {QUICK_FAILURES} times soon after its start ({ending}), so everything is "
                    f"stopped. {child.last_words()}"
                )
            self.say(f"{child.name} stopped ({ending}); starting it again.")
            self.not_before[child.name] = now + (len(recent) - 1) * 0.5
        if now >= self.not_before[child.name]:
            del self.not_before[child.name]
            child.finish(now)  # what its group left would hold a port
            child.start()

    def _reap_strangers(self) -> None:
        own = {child.process.pid for child in self.children if child.process}
        for pid in _children_of(os.getpid()):
            if pid not in own:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    def _asked_to_stop(self, number: int, _frame: object) -> None:
        raise StopRequested(number)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _bound(log: Path) -> None:
    """Keep a log below ``LOG_BYTES``: its text moves to ``.1``; the program goes on appending to the same file."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_BYTES:
            log.with_name(log.name + ".1").write_bytes(log.read_bytes())
            os.truncate(log, 0)


def _children_of(parent: int) -> list[int]:
    children = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # pid (name) state ppid: the name may hold blanks and brackets.
                after_name = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
                if int(after_name[1]) == parent:
                    children.append(int(entry.name))
    return children


def _kill_descendants() -> None:
    """Kill what stopped programs left: as their sub-reaper we inherit it, level by level."""
    end = time.monotonic() + 2
    while (left := _children_of(os.getpid())) and time.monotonic() < end:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)
