"""``manage.py test``: where pytest gets its servers, its browser and its processes from."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from integrations.embedded import chromium, testing

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ([], True),
        (["-k", "recall"], True),
        (["tests/browser"], True),
        (["tests"], True),
        (["tests/embedded"], False),
        (["tests/embedded/test_demo.py::test_one_port_for_both_is_refused", "-x"], False),
    ],
    ids=["everything", "by name", "the folder", "its parent", "another folder", "one test"],
)
def test_a_browser_is_looked_for_only_when_browser_tests_may_run(arguments, asked):
    assert testing._asks_for_browser_tests(arguments) is asked


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        ([], ["-n", "2", "--dist", "loadgroup"]),
        (["-n0"], []),
        (["-n", "4"], []),
        (["--pdb"], []),
        (["-p", "no:xdist"], []),
    ],
    ids=str,
)
def test_tests_run_side_by_side_unless_asked_otherwise(arguments, added):
    assert testing._parallel(arguments) == added


def test_a_browser_that_is_named_but_missing_is_not_replaced_by_another(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "chromium"))

    assert chromium.find() is None


def test_the_browser_without_windows_is_taken_where_both_are(monkeypatch, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("chromium", "chromium-headless-shell"):
        (tmp_path / name).touch(0o755)
        assert chromium.find() == tmp_path / name


def test_a_command_runs_on_servers_that_are_gone_afterwards(tmp_path):
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
    }
    code = (
        "import os; print(os.environ['VAR_DIR'], os.environ['DATABASE_URL'].partition('host=')[2]); exit(3)"
    )

    done = subprocess.run(
        [sys.executable, "-m", "integrations.embedded", "run", "--", sys.executable, "-c", code],
        cwd=ROOT,
        env={**environment, "VAR_DIR": str(tmp_path / "a var")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3, done.stderr
    folder, _, sockets = done.stdout.strip().rpartition(" ")
    assert folder.startswith(str(tmp_path / "a var"))
    assert not Path(folder).exists()
    assert not Path(sockets).exists()


def test_servers_that_are_named_are_used_as_they_are(tmp_path):
    given = {"DATABASE_URL": "postgres://elsewhere/portal", "BROKER_URL": "amqp://elsewhere"}
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    code = "import os; print(os.environ['DATABASE_URL'], os.environ.get('REDIS_URL'))"

    done = subprocess.run(
        [sys.executable, "-m", "integrations.embedded", "run", "--", sys.executable, "-c", code],
        cwd=ROOT,
        env={**environment, **given, "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "postgres://elsewhere/portal None\n"
    assert not (tmp_path / "postgres").exists()
