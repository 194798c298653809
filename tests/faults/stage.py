"""
The whole system as real processes on loopback, in a folder of its own, with a hand on each of them.

The programs are those of ``manage.py demo`` with a small seed: PostgreSQL, Redis, the sandbox, the portal, workers and
the timetable. ``seed_demo`` makes the connections, the rules, the people and their systems, so whatever the demo can
show a test can walk through::

    with Stage(folder).running() as stage:
        stage.world.add_file("/Campaigns/Winter Kitchen/New.jpg", approval="APPROVED")
        stage.workers[0].kill()
        stage.until(lambda: stage.posts(), "a post")
"""

import contextlib
import itertools
import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import redis
import requests
from psycopg.rows import dict_row
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from integrations.embedded import secrets_file
from integrations.embedded.errors import make_folder
from integrations.embedded.postgres import Postgres
from integrations.embedded.programs import HOST, Programs
from integrations.embedded.redis import Redis
from tests.faults.at_step import NAME as AT_STEP
from tests.faults.member import Member
from tests.integrations.small_seed import small_seed
from tests.integrations.world import World

T = TypeVar("T")
#: How long the stage waits for anything before it gives up; nothing waits for a fixed time.
PATIENCE = 120.0


class Stage:
    """
    One system. ``postgres``, ``redis``, ``sandbox``, ``portal``, ``workers`` and ``timetable`` are its members.

    ``world``  both vendors' verbs;  ``demo``  what ``seed_demo`` wrote down: people, systems, their secrets
    """

    postgres: Member
    redis: Member
    sandbox: Member
    portal: Member
    timetable: Member
    workers: list[Member]
    world: World
    demo: dict[str, Any]

    def __init__(self, folder: Path, *, workers: int = 2, concurrency: int = 2):
        self.folder = make_folder(folder.resolve())
        self.programs = Programs(self.folder, _free_port(), _free_port())
        self.url = self.programs.portal_url
        self._count, self._concurrency = workers, concurrency
        #: Numbers for whatever needs a name that nobody on this stage had before.
        self.numbers = itertools.count(1)

    # -- From the first program to the last ---------------------------------------------------------------------------
    @contextlib.contextmanager
    def running(self) -> Iterator["Stage"]:
        """Run everything for the length of a ``with`` block."""
        with contextlib.ExitStack() as cleanup:
            self._cleanup = cleanup
            self._foundations()
            self._contents()
            self.portal = self._member(self.programs.portal())
            self.timetable = self._member(self.programs.timetable())
            self.workers = [self._member(self._worker(number)) for number in range(1, self._count + 1)]
            self.make_whole()
            yield self

    def members(self) -> list[Member]:
        """Everybody, those that others stand on first."""
        return [self.postgres, self.redis, self.sandbox, self.portal, self.timetable, *self.workers]

    def make_whole(self) -> None:
        """Start whoever is missing, wake whoever sleeps, and clear every fault."""
        (self.folder / AT_STEP).unlink(missing_ok=True)
        missing = [member for member in self.members() if not member.is_alive()]
        for member in self.members():
            member.resume() if member not in missing else member.start(wait=False)
        for member in missing:
            member.wait_ready()
        self.world.clear_faults()

    def _member(self, program) -> Member:
        member = Member(program)
        self._cleanup.callback(member.kill)
        return member

    def _foundations(self) -> None:
        postgres = Postgres(
            self.folder / "postgres",
            log=self.programs.logs / "postgres.log",
            throwaway=True,
            durable=True,
        )
        self._cleanup.callback(postgres.clean)
        self.postgres = Member(postgres.program())
        self._cleanup.callback(self.postgres.stop, signal.SIGQUIT)
        broker = Redis(self.folder / "redis", log=self.programs.logs / "redis.log")
        self.redis = self._member(broker.program())
        self.postgres.start(wait=False)
        self.redis.start()
        self.postgres.wait_ready()
        postgres.create_portal()
        self.programs.variables |= {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": broker.url,
            "BROKER_URL": "",
            "EMAIL_URL": "",
            "CREDENTIAL_KEYS": "",
            **secrets_file.read_or_create(self.folder / "secrets.json"),
        }

    def _contents(self) -> None:
        migration = Member(self.programs.manage("Migration", "migrate", "--no-input"))
        migration.start()
        self.sandbox = self._member(
            self.programs.sandbox(seed=small_seed(make_folder(self.folder / "media")))
        )
        self.sandbox.start()
        _complete(migration)
        sample = Member(self.programs.manage("Sample data", "seed_demo"))
        sample.start()
        _complete(sample)
        keys = json.loads((self.folder / "sandbox" / "credentials.json").read_text())
        self.world = World(self.programs.sandbox_url, keys)
        self.demo = json.loads((self.folder / "demo.json").read_text())

    def _worker(self, number: int):
        # As in the demo: of several, the first never makes files.
        make = self.programs.prompt_worker if number == 1 < self._count else self.programs.worker
        program = make(
            name=f"Worker {number}",
            app="tests.faults.worker",
            node=f"worker{number}",
            concurrency=self._concurrency,
        )
        ready = self.folder / "run" / f"worker-{number}"
        make_folder(ready.parent)
        program.environment = {**program.environment, "READY_FILE": str(ready)}
        program.prepare = lambda: ready.unlink(missing_ok=True)
        program.ready = ready.exists
        program.ready_seconds = PATIENCE
        return program

    # -- Faults -------------------------------------------------------------------------------------------------------
    def stop_postgres(self) -> None:
        """Stop the database as hard as it goes without pulling the plug: nobody's transaction is finished."""
        self.postgres.stop(signal.SIGQUIT)

    def restart_workers(self, **environment: str) -> None:
        """Kill all workers and start them with these variables added to their environment."""
        for worker in self.workers:
            worker.kill()
            worker.start(wait=False, **environment)
        for worker in self.workers:
            worker.wait_ready()

    def flush_redis(self) -> None:
        """Forget everything in broker and cache. One that has just been started may not listen yet."""
        patient = Retry(ConstantBackoff(0.2), 50)
        address = self.programs.variables["REDIS_URL"]
        with contextlib.closing(redis.Redis.from_url(address, retry=patient)) as client:
            client.flushall()

    def at_step(self, action: str, step: str) -> None:
        """``end``, ``kill`` or ``stop`` the worker that comes to ``step`` next; see ``tests.faults.at_step``."""
        file = self.folder / AT_STEP
        new = file.with_suffix(".new")
        new.write_text(f"{action} {step}\n")
        new.rename(file)

    def step_came(self) -> bool:
        """Whether somebody has come to the step asked for last."""
        return not (self.folder / AT_STEP).exists()

    def call_webhook(self, uuid: str) -> requests.Response:
        """Tell the portal, as the DAM does, that a file may have changed."""
        keys = self.world.keys["webhooks"]
        return requests.post(
            f"{self.url}/integrations/scaleflex/scaleflex/webhook",
            json={"file": {"uuid": uuid}},
            auth=(keys["scaleflex_user"], keys["scaleflex_password"]),
            timeout=30,
        )

    # -- Looking ------------------------------------------------------------------------------------------------------
    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Ask the database itself, seeing everything; a stopped one raises ``psycopg.OperationalError``."""
        with (
            psycopg.connect(self.programs.variables["DATABASE_URL"], row_factory=dict_row) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT set_config('portal.scope', 'all', false)")
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row, ``None`` without one."""
        found = self.rows(sql, *values)
        return next(iter(found[0].values())) if found else None

    def posts(self, reference: str | None = None) -> list[dict[str, Any]]:
        """The posts the grid holds, oldest first."""
        query = f"?externalReference={reference}" if reference else ""
        return self.world.verb("GET", f"/trading_grid/posts{query}")["posts"]

    def until(self, look: Callable[[], T], what: str, *, within: float = PATIENCE) -> T:
        """
        Look again and again until it is true, and return what was seen.

        :raises AssertionError: not within ``within`` seconds; the text holds ``what`` and the end of every log
        """
        end = time.monotonic() + within
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                if found := look():
                    return found
            if time.monotonic() > end:
                raise AssertionError(f"After {within:.0f} seconds still not: {what}.\n{self.last_words()}")
            time.sleep(0.1)

    def last_words(self) -> str:
        return "\n".join(f"--- {member.name}\n{member.log()[-1500:]}" for member in self.members())


def _complete(member: Member) -> None:
    assert member.child.process is not None
    code = member.child.process.wait(PATIENCE * 2)
    assert code == 0, f"{member.name} ended with {code}:\n{member.log()[-4000:]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
