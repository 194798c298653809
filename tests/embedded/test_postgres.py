"""PostgreSQL from the wheel: on any path, as any user, after any end."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from integrations.embedded import server_files
from integrations.embedded.child import Child
from integrations.embedded.errors import EmbeddedError
from integrations.embedded.postgres import Postgres


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "a folder with a space"
    yield home
    if os.geteuid() == 0:
        subprocess.run(["rm", "-rf", str(server_files.run_folder(home.resolve()))], check=True)


def cluster(home: Path, **options) -> Postgres:
    return Postgres(home, log=home.parent / "postgres.log", **options)


def ask(postgres: Postgres, sql: str):
    with psycopg.connect(postgres.url.replace("postgres://", "postgresql://")) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchone() if cursor.description else None


def servers(postgres: Postgres) -> list[str]:
    """Processes that work in the cluster's folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and (process / "cwd").readlink() == postgres.data:
                found.append(process.name)
        except OSError:
            continue
    return found


def test_row_level_security_binds_the_portals_role(home):
    with cluster(home, throwaway=True).running() as postgres:
        ask(postgres, "CREATE TABLE secret AS SELECT 1 AS id")
        assert ask(postgres, "SELECT count(*) FROM secret") == (1,)

        ask(postgres, "ALTER TABLE secret ENABLE ROW LEVEL SECURITY")
        ask(postgres, "ALTER TABLE secret FORCE ROW LEVEL SECURITY")

        assert ask(postgres, "SELECT count(*) FROM secret") == (0,)
        assert ask(
            postgres,
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
        ) == (False, False, False, True)


def test_stopping_leaves_no_process_no_socket_and_no_throwaway_data(home):
    with cluster(home, throwaway=True).running() as postgres:
        sockets = postgres.sockets
        assert servers(postgres)
        assert sockets.exists()

    assert servers(postgres) == []
    assert not sockets.exists()
    assert not postgres.data.exists()


def test_data_survive_a_kill_of_everything_and_a_pid_file_that_names_a_stranger(home):
    postgres = cluster(home)
    program = postgres.program()
    child = Child(program)
    child.start()
    child.wait_ready()
    postgres.create_portal()
    ask(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
    old_sockets = postgres.sockets
    for process in servers(postgres):
        # Killing the first ends the others: the rest of the list may be gone before its turn.
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process), signal.SIGKILL)
    child.process.wait()
    pid_file = postgres.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    # After a restart of the machine the number may be anybody's: a process of the server's own account here.
    with subprocess.Popen(
        ["sleep", "60"],
        cwd="/",
        user=program.user,
        group=program.group,
        extra_groups=None if program.user is None else [],
    ) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))

        with cluster(home).running() as again:
            assert ask(again, "SELECT answer FROM kept") == (42,)

        assert stranger.poll() is None
        stranger.kill()
    assert not old_sockets.exists()


def test_a_server_that_outlived_its_supervisor_is_stopped_first(home):
    postgres = cluster(home)
    program = postgres.program()
    orphan = subprocess.Popen(
        program.command,
        cwd=program.folder,
        env=program.environment,
        user=program.user,
        group=program.group,
        extra_groups=None if program.user is None else [],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 60
    while not postgres.ready() and time.monotonic() < end:
        time.sleep(0.05)

    with cluster(home).running() as again:
        assert ask(again, "SELECT 1") == (1,)

    assert orphan.wait(timeout=60) is not None


def test_an_interrupted_creation_is_begun_anew(home):
    postgres = cluster(home, throwaway=True)
    half = postgres.data.with_name("data.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18")

    with postgres.running():
        assert ask(postgres, "SELECT 1") == (1,)


def test_data_of_another_version_are_named_in_a_sentence(home):
    postgres = cluster(home, throwaway=True)
    postgres.data.mkdir()
    (postgres.data / "PG_VERSION").write_text("15\n")

    with pytest.raises(EmbeddedError, match=r"written by PostgreSQL 15, this is PostgreSQL 18\. Remove "):
        postgres.program()

    postgres.clean()


def test_a_home_that_was_removed_starts_with_empty_data(home):
    with cluster(home).running() as postgres:
        ask(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
    with cluster(home).running() as postgres:
        assert ask(postgres, "SELECT answer FROM kept") == (42,)
    subprocess.run(["rm", "-rf", str(home)], check=True)

    with cluster(home).running() as postgres:
        assert ask(postgres, "SELECT to_regclass('kept')") == (None,)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_named_in_a_sentence(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(EmbeddedError, match="Not allowed to write to the folder"):
        cluster(tmp_path / "home")
