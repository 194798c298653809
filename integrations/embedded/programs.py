"""
The programs one system on this machine is made of: how each is run, and when it can be used.

``manage.py demo`` runs them under its supervisor; the harness of faults runs the same ones and ends them on purpose.
"""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from integrations.embedded.child import Program
from integrations.embedded.errors import make_folder

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
#: Threads of the portal: each is held for as long as a slow reader takes, and keeps a database connection.
THREADS, THREAD_SECONDS = 16, 600
#: As in the settings, which are not to be had here.
PROMPT_QUEUE = "celery"


class Programs:
    """
    The programs of one system, whose data lie in ``var`` and whose logs in ``var/log``.

    ``variables`` are added to the environment of each; whoever runs the system adds the addresses of its database and
    its broker.
    """

    def __init__(self, var: Path, port: int, sandbox_port: int):
        self.var = var
        self.logs = make_folder(var / "log")
        self.port = port
        self.sandbox_port = sandbox_port
        self.portal_url = f"http://{HOST}:{port}"
        self.sandbox_url = f"http://{HOST}:{sandbox_port}"
        self.variables = {
            "PORTAL_LOCAL": "yes",
            "VAR_DIR": str(var),
            "PORT": str(port),
            "SANDBOX_PORT": str(sandbox_port),
            "PORTAL_URL": self.portal_url,
            "SANDBOX_URL": self.sandbox_url,
            "FILES_URL": f"file://{var / 'files'}",
        }

    def portal(self) -> Program:
        options = ["--interface", "wsgi", "--host", HOST, "--port", str(self.port), "--workers", "1"]
        options += ["--blocking-threads", str(THREADS), "--backpressure", "128", "--no-ws"]
        options += ["--blocking-threads-idle-timeout", str(THREAD_SECONDS), "--workers-kill-timeout", "4"]
        program = self.python("The portal", "-m", "granian", *options, "portal.wsgi:application")
        program.ready = lambda: answers(f"{self.portal_url}/livez")
        program.ready_seconds = 60.0
        return program

    def worker(
        self,
        *,
        name: str = "The worker",
        app: str = "portal",
        node: str = "all",
        only: str = "",
        concurrency: int = 2,
    ) -> Program:
        """A worker that takes everything, or ``only`` one queue; two on a host need different names as a ``node``."""
        return self.python(
            name,
            *("-m", "celery", "-A", app, "worker", "--without-gossip", "--without-mingle"),
            *("--hostname", f"{node}@%h", "--concurrency", str(concurrency), "--loglevel", "INFO"),
            *(("-Q", only) if only else ()),
        )

    def prompt_worker(self, **options: Any) -> Program:
        """A worker that never makes files, so that making them never holds up what somebody waits for."""
        return self.worker(**{"name": "The prompt worker", "node": "prompt", "only": PROMPT_QUEUE, **options})

    def timetable(self) -> Program:
        return self.python("The timetable", *("-m", "celery", "-A", "portal", "beat", "--pidfile="))

    def sandbox(self, *, seed: Path | None = None) -> Program:
        program = self.python(
            "The sandbox",
            *("-m", "integrations.sandbox", "--folder", str(self.var / "sandbox")),
            *("--port", str(self.sandbox_port), "--seed", str(seed or self.var / "media")),
        )
        program.ready = lambda: answers(self.sandbox_url)
        program.ready_seconds = 60.0
        return program

    def manage(self, name: str, *arguments: str) -> Program:
        return self.python(name, "manage.py", *arguments)

    def python(self, name: str, *arguments: str, reports: bool = False) -> Program:
        environment = {**os.environ, **self.variables}
        # Without it every one of these programs compiles our own modules at every start.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        file_name = name.lower().removeprefix("the ").replace(" ", "-")
        return Program(
            name=name,
            command=[sys.executable, *arguments],
            log=self.logs / f"{file_name}.log",
            environment=environment,
            folder=ROOT,
            reports=reports,
        )


def answers(url: str) -> bool:
    """Whether a GET of this address answers 200 within two seconds."""
    try:
        # An address of ours on loopback, never a file.
        with urllib.request.urlopen(url, timeout=2) as response:  # nosec B310
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
