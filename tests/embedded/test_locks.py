"""The locks name every dependency by hash and no host, and stay small enough to read."""

import re
import tomllib
from pathlib import Path

import pytest

from integrations.embedded import bootstrap

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (bootstrap.BOOTSTRAP, bootstrap.RUNTIME, bootstrap.DEVELOPMENT)


def named(requirements: list[str]) -> set[str]:
    """The normalised package names of requirement lines."""
    names = (re.match(r"[A-Za-z0-9._-]+", line).group() for line in requirements)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def locked(name: str) -> set[str]:
    return named([line for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-z0-9]", line)])


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_host(name):
    text = (ROOT / name).read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?://|--(?:extra-)?index|--find-links| @ ", text) == []
    assert len(text) < 200_000


def test_what_the_project_asks_for_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert named(project["project"]["dependencies"]) - locked(bootstrap.RUNTIME) == set()
    assert named(project["dependency-groups"]["dev"]) - locked(bootstrap.DEVELOPMENT) == set()


def test_both_locks_agree_on_what_they_share():
    def versions(name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for package, version in re.findall(
            r"^([a-z0-9-]+)==([^ ;]+)", (ROOT / name).read_text(), re.MULTILINE
        ):
            found.setdefault(package, set()).add(version)
        return found

    runtime, development = versions(bootstrap.RUNTIME), versions(bootstrap.DEVELOPMENT)
    shared = runtime.keys() & development.keys()

    assert shared
    assert {name: development[name] for name in shared} == {name: runtime[name] for name in shared}
