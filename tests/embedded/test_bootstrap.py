"""The environment is built once, again when it must be, and never half."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from integrations.embedded import bootstrap

ROOT = Path(__file__).resolve().parents[2]
BUILDING = "Building the environment in .venv (first start only)."


@pytest.fixture
def project(tmp_path):
    """A copy of what runs before anything is installed, with locks that name nothing."""
    project = tmp_path / "a project"
    shutil.copytree(
        ROOT / "integrations" / "embedded",
        project / "integrations" / "embedded",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(ROOT / "integrations" / "__init__.py", project / "integrations")
    shutil.copy(ROOT / "manage.py", project)
    for name in (bootstrap.BOOTSTRAP, bootstrap.RUNTIME, bootstrap.DEVELOPMENT):
        (project / name).touch()
    return project


def command(project: Path) -> list[str]:
    # A word that ends at once: what counts here is the way to it.
    return [sys._base_executable, str(project / "manage.py"), "demo", "--help"]


def start(project: Path) -> list[str]:
    """Start the demo's help and return the lines that were printed before it."""
    done = subprocess.run(command(project), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout[: done.stdout.index("usage:")].splitlines()


@pytest.mark.slow
def test_the_environment_is_built_once_and_again_when_the_project_moved(project):
    assert start(project)[0] == BUILDING

    begun = time.monotonic()
    assert start(project) == []
    assert time.monotonic() - begun < 2

    moved = project.rename(project.with_name("moved"))
    assert start(moved)[0] == BUILDING
    assert json.loads((moved / ".venv" / "installed.json").read_text())["folder"] == str(moved / ".venv")


@pytest.mark.slow
def test_a_changed_lock_is_installed_into_the_same_environment(project):
    start(project)
    (project / ".venv" / "kept").touch()
    (project / bootstrap.RUNTIME).write_text("# nothing to install, but not what it was\n")

    assert start(project) == ["Installing 0 locked packages."]
    assert (project / ".venv" / "kept").exists()
    assert start(project) == []


@pytest.mark.slow
def test_an_interrupted_build_is_begun_anew(project):
    with subprocess.Popen(
        command(project), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as first:
        assert first.stdout.readline().strip() == BUILDING
        while not (project / ".venv").exists():
            time.sleep(0.01)
        os.killpg(first.pid, signal.SIGKILL)

    assert start(project)[0] == BUILDING


@pytest.mark.slow
def test_of_two_racing_starts_one_builds(project):
    both = [subprocess.Popen(command(project), stdout=subprocess.PIPE, text=True) for _ in range(2)]

    said = [process.communicate(timeout=120)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sorted(BUILDING in text for text in said) == [False, True]
    assert sum("waiting for it" in text for text in said) == 1


def test_an_environment_with_the_tools_of_the_tests_serves_the_demo_too(monkeypatch, project):
    monkeypatch.setattr(bootstrap, "ROOT", project)
    monkeypatch.setattr(bootstrap, "VENV", project / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(bootstrap, "STAMP", project / "installed.json")

    def stamp(**changes):
        found = {"folder": str(project / ".venv"), "python": bootstrap._version()}
        found["locks"] = bootstrap._locks(development=changes.pop("development", True))
        (project / "installed.json").write_text(json.dumps({**found, **changes}))

    stamp()
    assert bootstrap.is_current(development=True)
    assert bootstrap.is_current(development=False)
    stamp(development=False)
    assert not bootstrap.is_current(development=True)
    stamp(folder="/elsewhere/.venv")
    assert not bootstrap.is_current(development=False)
    stamp(python="3.10")
    assert not bootstrap.is_current(development=False)
    (project / "installed.json").write_text("{")
    assert not bootstrap.is_current(development=False)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full. "),
        ("error: failed to create directory: Permission denied (os error 13)", "Not allowed to write to "),
        (
            "Failed to fetch: ...\n  Caused by: dns error\n  failed to lookup address information",
            "Cannot reach the package registry. ",
        ),
        (
            "NewConnectionError: Failed to establish a new connection: [Errno 101] Network is unreachable",
            "Cannot reach the package registry. ",
        ),
        (
            "error: command 'gcc' failed: No such file or directory",
            "A package has to be built on this machine ",
        ),
        ("× hash mismatch for av==18.1.0", "A downloaded package is not the locked one. "),
        ("Segmentation fault", "Installing the packages failed. Read "),
    ],
    ids=["full", "unwritable", "no name", "no network", "no compiler", "other bytes", "anything else"],
)
def test_what_installers_print_becomes_one_sentence(output, sentence):
    explained = bootstrap.explain(output)

    assert explained.startswith(sentence)
    assert "\n" not in explained


def test_other_words_say_what_to_do_where_nothing_is_installed(project):
    done = subprocess.run(
        [sys._base_executable, "-S", str(project / "manage.py"), "check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Django is not installed here. Build the environment and see the system run: python3 manage.py demo"
    ]


def test_nothing_of_the_bootstrap_needs_an_installed_package(project):
    code = "from integrations.embedded import bootstrap, demo, errors, state, supervisor; print('fine')"

    # -S leaves site-packages out.
    done = subprocess.run(
        [sys._base_executable, "-S", "-c", code], cwd=project, capture_output=True, text=True, check=False
    )

    assert done.stdout == "fine\n", done.stderr
