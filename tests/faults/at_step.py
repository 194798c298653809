"""
What happens to a worker at a named step: the file ``at-step`` of its ``VAR_DIR`` says so, once.

The file holds one line: a word, a blank, and the name of a step (``integrations.steps``). The first process that comes
to that step takes the file away and then, by the word,

``end``   ends itself with SIGKILL, as the kernel does when memory is short: the worker starts another process
``kill``  ends the whole worker so
``stop``  stops itself with SIGSTOP until it is sent SIGCONT
"""

import logging
import os
import signal
from contextlib import suppress
from pathlib import Path

NAME = "at-step"


class AtStep(logging.Handler):
    """Listens to ``integrations.steps``."""

    def __init__(self, folder: Path):
        super().__init__(logging.DEBUG)
        self.file = folder / NAME

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):
            action, _, step = self.file.read_text().strip().partition(" ")
            if step != record.step:
                return
            self.file.rename(self.file.with_name(f"{NAME}.{os.getpid()}"))  # only one can
            match action:
                case "end":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "kill":
                    os.killpg(os.getpgrp(), signal.SIGKILL)
                case "stop":
                    os.kill(os.getpid(), signal.SIGSTOP)

    @classmethod
    def install(cls, folder: Path) -> None:
        """Let this process, and those it forks, do what the file says."""
        logger = logging.getLogger("integrations.steps")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(cls(folder))
