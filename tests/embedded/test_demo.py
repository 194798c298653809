"""What ``manage.py demo`` refuses, in one sentence, before anything is started."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from integrations.embedded import demo, secrets_file, state
from integrations.embedded.errors import EmbeddedError, in_words

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def environment(monkeypatch, tmp_path):
    for name in ("PORT", "SANDBOX_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    return monkeypatch


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_named_before_anything_starts(environment, tmp_path, listener, name):
    environment.setenv("PORT", str(demo_port := free_port()))
    environment.setenv("SANDBOX_PORT", str(free_port(other_than=demo_port)))
    environment.setenv(name, str(listener))

    with pytest.raises(EmbeddedError) as refused:
        demo.main([])

    assert str(refused.value) == (
        f"Port {listener} is taken by another program. Stop that program or choose another port: "
        f"{name}={listener + 80} python3 manage.py demo"
    )
    assert not (tmp_path / "var" / "postgres").exists()


def free_port(other_than: int = 0) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            if (port := probe.getsockname()[1]) != other_than and port < 60_000:
                return port


def test_a_port_that_becomes_free_in_time_is_taken(listener):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    demo.check_port("PORT", port)


@pytest.mark.parametrize("value", ["0", "65536", "http", "-1", "80 80", "٨٠٠٠"])
def test_a_port_that_is_no_port_is_refused(environment, value):
    environment.setenv("PORT", value)

    with pytest.raises(EmbeddedError, match="PORT must be a port number between 1 and 65535, it is "):
        demo.main([])


def test_one_port_for_both_is_refused(environment):
    environment.setenv("PORT", "8001")

    with pytest.raises(EmbeddedError, match="PORT and SANDBOX_PORT are both 8001"):
        demo.main([])


def test_a_second_demo_of_the_same_project_says_so(environment, tmp_path):
    with (
        state.only_one(tmp_path / "var"),
        pytest.raises(EmbeddedError, match=rf"already running \(process {os.getpid()}\)\.$"),
    ):
        demo.main([])


def test_the_environment_of_a_demo_is_read_only_while_it_runs(tmp_path):
    with state.only_one(tmp_path):
        state.note_environment(tmp_path, {"DATABASE_URL": "postgres://portal@/portal"})
        assert state.running_environment(tmp_path) == {"DATABASE_URL": "postgres://portal@/portal"}
        assert (tmp_path / "run" / state.ENVIRONMENT).stat().st_mode & 0o077 == 0

    assert state.running_environment(tmp_path) == {}


def test_the_next_demo_knows_that_the_last_one_was_killed(tmp_path):
    code = f"""
import os
from pathlib import Path
from integrations.embedded import state
with state.only_one(Path({str(tmp_path)!r})):
    os.kill(os.getpid(), 9)
"""
    with state.only_one(tmp_path) as was_killed:
        assert not was_killed
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)

    with state.only_one(tmp_path) as was_killed:
        assert was_killed


def test_keys_are_made_once_kept_closed_and_never_override_the_environment(monkeypatch, tmp_path):
    for name in secrets_file.NAMES:
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "secrets.json"

    first = secrets_file.read_or_create(path)

    assert first["IDP_OIDC_PRIVATE_KEY"].startswith("-----BEGIN PRIVATE KEY-----")
    assert len(first["SECRET_KEY"]) >= 50
    assert path.stat().st_mode & 0o077 == 0
    assert secrets_file.read_or_create(path) == first
    monkeypatch.setenv("SECRET_KEY", "mine")
    assert secrets_file.read_or_create(path).keys() == {"IDP_OIDC_PRIVATE_KEY"}


def test_a_full_disk_is_named_in_a_sentence():
    with pytest.raises(OSError) as full, open("/dev/full", "wb", buffering=0) as device:
        device.write(b"x")

    assert str(in_words(full.value, "write to /srv/portal/var")) == (
        "The disk is full: cannot write to /srv/portal/var. Free some space and start again."
    )
